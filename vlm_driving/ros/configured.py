"""What a configured node holds: warm workers, publishers, and inputs that do not listen yet."""

from __future__ import annotations

import time

from vlm_driving.core import UserError
from vlm_driving.pipeline import LadderOptions
from vlm_driving.pipeline.opening import OpenedPool, open_pool
from vlm_driving.pipeline.questions import QuestionAnswer
from vlm_driving.resources import default_bundle
from vlm_driving.ros.parameters import NodeSettings
from vlm_driving.ros.port import Port
from vlm_driving.ros.speakers import Speakers
from vlm_driving.runtime.preprocess import PreprocessSpec


class Configured:
    """Workers that have answered their warm-up frames, and the topics that go out.

    Attributes:
        model: name of the bundle.
        spec: its preprocessing.
        opened: the workers.
        speakers: the topics.
        ready: backends that are ready now, the preferred one first.
    """

    def __init__(self, settings: NodeSettings, port: Port) -> None:
        """Load and warm up; takes seconds.

        Raises:
            UserError: a bundle that cannot be loaded, no backend that can run it, or a message
                package that is not installed.
        """
        begun_s = time.monotonic()
        cameras = [one.name for one in settings.cameras]
        self.speakers = Speakers(port, cameras, settings.annotated)
        try:
            self.opened: OpenedPool = open_pool(
                settings.bundle or default_bundle(),
                settings.backend_names,
                settings.threads,
                kept_frames=kept_frames(settings),
                say=port.log.warn,
            )
            self._refuse(self.opened.task_prompt_fault(settings.task_prompt))
        except BaseException:
            self.speakers.close()
            raise
        self.model = self.opened.bundle.name
        self.spec: PreprocessSpec = self.opened.bundle.preprocess
        self.ready = tuple(one.name for one in self.opened.entries if one.reason is None)
        port.log.info(
            f"Model {self.model} is loaded and warm on {', '.join(self.ready)} "
            f"({time.monotonic() - begun_s:.1f} s)."
        )

    def _refuse(self, reason: str | None) -> None:
        if reason is not None:
            self.opened.close()
            raise UserError(reason)

    def close(self) -> tuple[str, ...]:
        """End workers and topics; the names of workers that did not end in time."""
        self.speakers.close()
        return self.opened.pool.close()


def kept_frames(settings: NodeSettings) -> int:
    """Pictures that the workers' memory has to keep for questions."""

    def nobody(answer: QuestionAnswer) -> None:
        """Only the number counts."""

    return LadderOptions(settings.camera_shares, reply=nobody).kept_frames
