"""What both middlewares do with what comes: decode it, call back, and survive what that raises."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from vlm_driving.ros.cdr import CdrError
from vlm_driving.ros.codecs import decode
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.port import IncompatibleQos, Log, OnIncompatibleQos, OnMessage

LOG_EVERY_S = 5.0


def call_safely(callback: Callable[[], None], name: str, log: Log) -> None:
    """Call back; what it raises is logged: nobody else would see it, or an executor would end."""
    try:
        callback()
    except Exception as error:
        log.error(
            f"{name}: the callback failed, {type(error).__name__}: {error}",
            throttle_s=LOG_EVERY_S,
            key=f"callback {name}",
        )


class Receiver:
    """Hands the messages of one topic over; counts and logs what is none."""

    def __init__(self, topic: str, kind: Kind, callback: OnMessage, log: Log) -> None:
        self.undecodable = 0
        self._topic = topic
        self._kind = kind
        self._callback = callback
        self._log = log

    def take(self, cdr: bytes) -> None:
        """Decode one message, and call back."""
        try:
            message = decode(self._kind, cdr)
        except CdrError as error:
            self.undecodable += 1
            text = f"{self._topic}: a message was passed over, {error}."
            self._log.warn(text, throttle_s=LOG_EVERY_S, key=self._topic)
            return
        call_safely(lambda: self._callback(message), self._topic, self._log)


class Notices:
    """Ends that met and cannot talk: told to whoever asks, those met before included.

    Without a lock: a middleware may report while an end is being made.
    """

    def __init__(self) -> None:
        self._met: dict[tuple[str, str, bool], IncompatibleQos] = {}
        self._callbacks: list[OnIncompatibleQos] = []

    def ask(self, callback: OnIncompatibleQos) -> None:
        """Tell `callback` from now on."""
        self._callbacks.append(callback)
        for notice in tuple(self._met.values()):
            callback(notice)

    def meet(self, notice: IncompatibleQos, log: Log) -> None:
        """Two ends have met."""
        self._met[notice.topic, notice.policy, notice.is_publisher] = notice
        for callback in tuple(self._callbacks):
            call_safely(partial(callback, notice), notice.topic, log)
