"""What a frame of a drive says on the topics."""

from __future__ import annotations

import json
from typing import Any

import cv2
import numpy as np

from vlm_driving.ros.messages import (
    ClockMessage,
    CompressedImageMessage,
    Header,
    ImageMessage,
    Kind,
    SpeedMessage,
    TextMessage,
)
from vlm_driving.ros.port import LATCHED, RELIABLE, SENSOR, Port
from vlm_driving.simulator.scenario import Sight
from vlm_driving.simulator_recording import FRAME_ID, truth_text

CLOCK_TOPIC = "/clock"
IMAGE_TOPIC = "~/front/image_raw"
COMPRESSED_TOPIC = "~/front/image_raw/compressed"
TWIST_TOPIC = "~/twist"
TRUTH_TOPIC = "~/ground_truth"
SCORE_TOPIC = "~/score"
JPEG_QUALITY = 85
"""As in the bags of `vlm-driving simulate`."""


class Stage:
    """The publishers of the simulator; JPEG and ground truth are made while someone listens."""

    def __init__(self, port: Port) -> None:
        """Make them. Raises UserError for a message type that is not installed."""
        # Best effort with depth 1 is what the clocks of ROS have, and what its time sources want.
        self._clock = port.publisher(CLOCK_TOPIC, Kind.CLOCK, SENSOR)
        self._image = port.publisher(IMAGE_TOPIC, Kind.IMAGE, SENSOR)
        self._compressed = port.publisher(COMPRESSED_TOPIC, Kind.COMPRESSED_IMAGE, SENSOR)
        self._twist = port.publisher(TWIST_TOPIC, Kind.TWIST, RELIABLE)
        self._truth = port.publisher(TRUTH_TOPIC, Kind.TEXT, RELIABLE)
        self._score = port.publisher(SCORE_TOPIC, Kind.TEXT, LATCHED)

    def is_watched(self) -> bool:
        """Whether someone subscribes to the pictures."""
        return self._image.subscriber_count() + self._compressed.subscriber_count() > 0

    def tell_time(self, now_ns: int) -> None:
        """One /clock."""
        self._clock.publish(ClockMessage(now_ns))

    def show(self, stamp_ns: int, sight: Sight) -> None:
        """Picture and speed of one moment."""
        self._twist.publish(SpeedMessage(stamp_ns, sight.scene.ego_speed_kmh or 0.0))
        header = Header(stamp_ns, FRAME_ID)
        image: Any = np.ascontiguousarray(sight.rendering.image)  # a buffer, to older stubs too
        height, width = image.shape[:2]
        data = memoryview(image).cast("B")
        self._image.publish(ImageMessage(header, height, width, "bgr8", False, width * 3, data))
        if self._compressed.subscriber_count():
            quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
            jpeg = cv2.imencode(".jpg", image, quality)[1].tobytes()
            message = CompressedImageMessage(header, "bgr8; jpeg compressed bgr8", jpeg)
            self._compressed.publish(message)

    def tell_truth(self, t_s: float, sight: Sight, seed: int, count: int) -> None:
        """Ground truth of frame `count` of a drive; `t_s` counts from the simulator's start."""
        if self._truth.subscriber_count():
            self._truth.publish(TextMessage(truth_text(t_s, sight, seed, count)))

    def tell_score(self, score: dict[str, object]) -> None:
        """The score of a whole drive, kept for who comes later."""
        self._score.publish(TextMessage(json.dumps(score, ensure_ascii=False)))
