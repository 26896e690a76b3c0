"""The log of bare DDS: ROS's own form, and no danger to the node."""

from __future__ import annotations

import io
import sys

import pytest

from vlm_driving.ros.dds.log import DdsLog


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_line_has_the_form_of_ros(capsys: pytest.CaptureFixture[str]) -> None:
    DdsLog("node", now_ns=lambda: 1_700_000_000_123_456_789).warn("text")
    assert capsys.readouterr().err == "[WARN] [1700000000.123456789] [node]: text\n"


def test_a_log_that_nobody_reads_any_more_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Gone())
    DdsLog("node").error("text")
