"""Log and clock of an rclpy node."""

from __future__ import annotations

from typing import Any

from vlm_driving.ros.throttle import Throttle


class RclpyLog:
    """The node's logger: the console, the log file and /rosout."""

    def __init__(self, logger: Any, throttle: Throttle | None = None) -> None:
        self._logger = logger
        self._throttle = throttle or Throttle()

    # One line of code for each level: rclpy refuses two levels from the same line.

    def debug(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """For developers."""
        if self._throttle.passes(key or text, throttle_s):
            self._logger.debug(text)

    def info(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """What happened."""
        if self._throttle.passes(key or text, throttle_s):
            self._logger.info(text)

    def warn(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """What a user should mend."""
        if self._throttle.passes(key or text, throttle_s):
            self._logger.warning(text)

    def error(self, text: str, *, throttle_s: float = 0.0, key: str = "") -> None:
        """What does not work."""
        if self._throttle.passes(key or text, throttle_s):
            self._logger.error(text)


class RclpyClock:
    """The node's ROS time; rclpy itself hears /clock, and `use_sim_time` may change live."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock

    @property
    def is_simulated(self) -> bool:
        """Whether the time comes from /clock."""
        return bool(self._clock.ros_time_is_active)

    def now_ns(self) -> int:
        """ROS time, ns; with simulated time 0 until the first /clock."""
        return int(self._clock.now().nanoseconds)


def one_line(error: BaseException) -> str:
    """What it says, without the places in rcl's sources, which help nobody."""
    text = str(error).partition(", at /")[0]
    return " ".join(text.split()) or type(error).__name__
