"""An engine that says what it is: what the factories give to a worker."""

from __future__ import annotations

import re

from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.runner import Runner
from vlm_driving.runtime.task_prompt import PROMPT_ROOM

Detail = str | int | float | bool | None


class NamedEngine(Engine):
    """An engine with a name.

    Attributes:
        name: of the backend, with a number behind it for the second of a kind.
        model: name of the bundle.
        details: (height, width) that a picture is resized to, the tokens it takes, those that the
            text after it may take, and what else there is to say.
    """

    def __init__(
        self,
        bundle: ModelBundle,
        runner: Runner,
        name: str | None = None,
        details: dict[str, Detail] | None = None,
    ) -> None:
        """Prefill the fixed text.

        Args:
            bundle: a verified bundle.
            runner: of the bundle, with a name of its own that it has proven.
            name: that a parent wants it to have; None for the runner's own.
            details: what else there is to say.

        Raises:
            UserError: for a name that is not the runner's, and as `Engine`.
        """
        self.name = _rightful(runner.name, name)
        self.model = bundle.name
        self.details: dict[str, Detail] = {
            "height": bundle.preprocess.height,
            "width": bundle.preprocess.width,
            "image_tokens": bundle.image_tokens,
            "questions": bundle.question is not None,
            **(details or {}),
        }
        super().__init__(bundle, runner)
        self.details[PROMPT_ROOM] = self.prompt_room

    def close(self) -> None:
        """Let go of a device or a process, where the runner has one."""
        close = getattr(self.runner, "close", None)
        if callable(close):
            close()


def _rightful(own: str, wanted: str | None) -> str:
    """`wanted`, if a backend that is `own` may be called so: a number may follow, nothing else."""
    if wanted is None or re.fullmatch(rf"{re.escape(own)}(-[1-9][0-9]*)?", wanted):
        return wanted or own
    raise UserError(f"the backend is {own} and may not be called {wanted}; name it {own}.")
