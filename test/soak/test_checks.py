"""The verdict: a clean soak breaks no promise, and each planted violation is found."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlm_driving.core import Outcome
from vlm_driving.soak.checks import Evidence, Struck, broken_promises, figures
from vlm_driving.soak.kinds import Fault
from vlm_driving.soak.records import Heard, Offered, Wrong

MS = 1_000_000
COUNT = 300
PREFERRED, NEXT = "onnx-cpu", "onnx-cpu-2"


def frame(sequence: int, same: int = 0, age_ms: float = 3.0) -> Offered:
    arrived_ns = (1000 + 100 * sequence) * MS
    deadline_ns = arrived_ns + round((200 - max(0.0, age_ms)) * MS)
    return Offered(sequence, sequence % 7, same, arrived_ns, arrived_ns, age_ms, deadline_ns, None)


def report(sequence: int, outcome: Outcome = Outcome.OK, backend: str = PREFERRED) -> Heard:
    return Heard(sequence, frame(sequence).arrived_ns + 40 * MS, outcome, backend)


def clean() -> Evidence:
    frames = [frame(sequence) for sequence in range(COUNT)]
    return Evidence(frames, [report(one.sequence) for one in frames])


def verdict(evidence: Evidence) -> list[str]:
    return broken_promises(evidence, figures(evidence))


def planted(**changes: object) -> list[str]:
    """The verdict when the report of frame 7 is another."""
    evidence = clean()
    heard = list(evidence.heard)
    heard[7] = replace(heard[7], **changes)  # type: ignore[arg-type]
    return verdict(replace(evidence, heard=heard))


def struck(
    fault: Fault, first: int, last: int, hits: int = 1, backend: str | None = None
) -> Struck:
    return Struck(fault, frame(first).arrived_ns, frame(last).arrived_ns, hits, backend)


def test_a_clean_soak_breaks_no_promise():
    assert verdict(clean()) == []


def test_a_frame_without_a_report_is_found():
    evidence = clean()
    assert verdict(replace(evidence, heard=[h for h in evidence.heard if h.sequence != 7])) == [
        "1 frames without a report: frame 7"
    ]


def test_a_second_report_and_one_about_nothing_are_found():
    evidence = clean()
    heard = [*evidence.heard, report(7), report(COUNT + 5)]
    assert verdict(replace(evidence, heard=heard)) == [
        "1 frames with more than one report: frame 7",
        f"1 reports about frames that nobody offered: frame {COUNT + 5}",
    ]


def test_a_late_report_is_found_unless_the_machine_stood_still():
    late_ns = frame(7).deadline_ns + 1
    assert planted(published_ns=late_ns) == ["1 late reports: frame 7"]
    assert planted(published_ns=late_ns, outcome=Outcome.TIMEOUT) == ["1 late reports: frame 7"]
    assert planted(published_ns=late_ns, stalled=True) == []


@pytest.mark.parametrize("wrong", Wrong)
def test_content_that_is_not_the_offline_answer_is_found(wrong: Wrong):
    assert planted(wrong=wrong) == [f"1 reports with {wrong.value}: frame 7"]


def test_an_outcome_that_lies_about_age_is_found():
    assert "1 reports whose outcome does not tell the frame's age (stale): frame 7" in planted(
        outcome=Outcome.STALE
    )
    evidence = clean()
    frames = list(evidence.offered)
    frames[7] = frame(7, age_ms=2000.0)
    assert any("(stale): frame 7" in one for one in verdict(replace(evidence, offered=frames)))


def test_a_good_picture_that_is_called_malformed_or_frozen_is_found():
    assert planted(outcome=Outcome.MALFORMED) == [
        "1 reports that call a good picture malformed: frame 7"
    ]
    assert planted(outcome=Outcome.UNSURE, frozen=True) == [
        "1 reports that call a moving picture frozen: frame 7"
    ]


def test_advice_on_a_picture_that_stood_still_long_enough_is_found():
    frames = [frame(n, same=max(0, n - 100) if n < 106 else 0) for n in range(COUNT)]
    heard = [report(n) for n in range(COUNT)]
    for number in (102, 103, 104):
        heard[number] = replace(heard[number], outcome=Outcome.UNSURE, frozen=True)
    assert verdict(Evidence(frames, heard)) == [
        "1 reports with advice on a frozen picture: frame 105"
    ]
    heard[105] = replace(heard[105], outcome=Outcome.UNSURE, frozen=True)
    window = (struck(Fault.FROZEN, 100, 106),)
    assert verdict(Evidence(frames, heard, window)) == []


def test_frames_that_were_never_opened_do_not_make_a_picture_frozen():
    frames = [frame(n, same=max(0, n - 100) if n < 104 else 0) for n in range(COUNT)]
    heard = [report(n) for n in range(COUNT)]
    heard[101] = replace(heard[101], outcome=Outcome.DROPPED, opened=False)
    assert verdict(Evidence(frames, heard))[0].endswith("frame 103")
    heard[103] = replace(heard[103], outcome=Outcome.DROPPED, opened=False)
    assert verdict(Evidence(frames, heard)) == []


def test_too_little_advice_is_found_over_all_and_in_quiet_times():
    evidence = clean()
    heard = [
        replace(h, outcome=Outcome.TIMEOUT) if h.sequence % 10 == 0 else h for h in evidence.heard
    ]
    said = verdict(replace(evidence, heard=heard))
    assert [one.split(":")[0] for one in said] == [
        "frames with advice over the whole soak",
        "frames ok or truncated outside fault windows plus 5 s",
    ]
    everywhere = (struck(Fault.SLOW, 0, COUNT - 1),)
    said = verdict(replace(evidence, heard=heard, struck=everywhere))
    assert [one.split(":")[0] for one in said] == ["frames with advice over the whole soak"]


def test_five_seconds_behind_a_fault_are_no_quiet_time():
    evidence = replace(clean(), struck=(struck(Fault.KILLED, 100, 110),))
    quiet = figures(evidence)[1]
    assert quiet.frames == COUNT - 61  # the one before it was still in work when it began


def test_while_the_preferred_backend_hangs_advice_comes_from_the_next_one():
    hang = (struck(Fault.HANG, 50, 250, backend=PREFERRED),)
    evidence = replace(clean(), struck=hang)
    assert any(
        one.startswith("frames with advice from the next backend") for one in verdict(evidence)
    )
    heard = [report(n, backend=NEXT if 50 <= n < 250 else PREFERRED) for n in range(COUNT)]
    assert verdict(replace(evidence, heard=heard)) == []


def test_beside_two_hogs_four_fifths_of_the_frames_carry_advice():
    evidence = replace(clean(), struck=(struck(Fault.HOGS, 0, COUNT - 1),))
    for share, count in ((3, 0), (7, 1)):
        heard = [
            replace(h, outcome=Outcome.TIMEOUT) if h.sequence % share == 0 else h
            for h in evidence.heard
        ]
        said = verdict(replace(evidence, heard=heard))
        assert any("CPU hogs" in one for one in said) is (count == 0)


def test_growing_memory_and_what_is_left_behind_are_found():
    evidence = replace(
        clean(), growth_mb={"onnx-cpu": 10.4, "this process": 9.9}, left_behind=["process 12 (x)"]
    )
    assert verdict(evidence) == [
        "the memory of onnx-cpu grew by 10.4 MB, less than 10 was promised",
        "left behind: process 12 (x)",
    ]


def test_a_fault_that_went_wrong_or_never_hit_is_found():
    wrong = replace(struck(Fault.DISK_FULL, 3, 4), broken=("nobody said so",))
    misses = [struck(Fault.SLOW, n, n + 1, hits=0) for n in (10, 20, 30)]
    assert verdict(replace(clean(), struck=(wrong, *misses))) == [
        "disk-full: nobody said so",
        "slow never hit anything in 3 attempts",
    ]
    assert verdict(replace(clean(), struck=misses[:2])) == []
