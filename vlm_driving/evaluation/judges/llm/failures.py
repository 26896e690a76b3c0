"""What can go wrong between us and an endpoint, each with the sentence that a user reads."""

from __future__ import annotations


class Failure(Exception):
    """A request that brought no reply.

    Attributes:
        sentence: cause and remedy; never holds a key.
        again: the same request may succeed a little later.
        final: no other request will succeed either, so that nothing more is asked.
        retry_after: the header of that name: how long the endpoint asks us to wait.
        charged: the endpoint may have done the work, and may ask money for it.
        unsent: no request was made at all.
        parameter: the parameter of ours that the endpoint does not know.
    """

    def __init__(
        self,
        sentence: str,
        *,
        again: bool = False,
        final: bool = False,
        retry_after: str | None = None,
        charged: bool = False,
        unsent: bool = False,
        parameter: str | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.again = again
        self.final = final
        self.retry_after = retry_after
        self.charged = charged
        self.unsent = unsent
        self.parameter = parameter
