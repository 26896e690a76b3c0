"""What is written down of frames and reports can be read again, and takes no more room."""

from __future__ import annotations

from vlm_driving.core import Outcome
from vlm_driving.soak.kinds import Fault
from vlm_driving.soak.pages import Pages
from vlm_driving.soak.records import Heard, Offered, Wrong


def test_frames_and_reports_are_read_as_they_were_written():
    frames = [
        Offered(0, 3, 0, 1_750_000_000_000_000_001, 12, 3.25, 10**15 + 1, None),
        Offered(1, 4, 2, 5, 6, -2000.5, 7, Fault.PARENT_KILLED),
    ]
    reports = [
        Heard(1, 10**15 + 3, Outcome.OK, "b", True, False, True, None, True),
        Heard(1, 8, Outcome.UNSURE, None, False, True, False, Wrong.STALE_TEXT, False),
        Heard(-4, 9, Outcome.DROPPED, "a"),
    ]
    pages = Pages(2, ("a", "b"))
    for frame in frames:
        pages.offer(frame)
    for report in reports:
        pages.hear(report)
    assert (pages.offered, pages.heard) == (2, 3)
    assert pages.all_offered() == frames and pages.all_heard() == reports
    assert pages.frame(1) == frames[1]
