"""Cameras that share an engine, simulated: nobody is late, nobody starves, shares are kept."""

from __future__ import annotations

import random

import pytest
from support.shared_engine import MS, Camera, simulate

from vlm_driving.pipeline.accounts import CameraShare, SharingState
from vlm_driving.pipeline.questions import (
    PictureKey,
    Question,
    QuestionCosts,
    QuestionSettings,
    choose,
    stop_at,
)
from vlm_driving.pipeline.sharing import due_instants, room_ns

SECONDS = 20
SIX = tuple(f"camera{i}" for i in range(6))
PHASES = {
    "one trigger": (0.0,) * 6,
    "one trigger, cables of many lengths": (0.0, 1.0, 2.0, 3.0, 4.0, 5.0),
    "evenly spread": tuple(i * 200 / 6 for i in range(6)),
    "as they like": (0.0, 13.0, 13.5, 90.0, 91.0, 170.0),
}


def six(phases, jitter_ms=0.0, rate_hz=5.0):
    return [
        Camera(CameraShare(name), rate_hz, phase_ms, jitter_ms)
        for name, phase_ms in zip(SIX, phases, strict=True)
    ]


@pytest.mark.parametrize("phases", PHASES.values(), ids=PHASES)
@pytest.mark.parametrize("seed", range(3))
def test_an_engine_that_is_fast_enough_answers_every_frame_of_six_cameras(phases, seed):
    told = simulate(six(phases, jitter_ms=20.0 * seed), 20, SECONDS, seed=seed)
    assert told.count("answered") == 6 * 5 * SECONDS == len(told.endings)


@pytest.mark.parametrize("engine_ms", [60, 150])
@pytest.mark.parametrize("phases", PHASES.values(), ids=PHASES)
@pytest.mark.parametrize("jitter_ms", [0.0, 4.0, 30.0])
def test_an_engine_that_is_too_slow_is_shared_and_begins_nothing_in_vain(
    phases, jitter_ms, engine_ms
):
    told = simulate(six(phases, jitter_ms), engine_ms, SECONDS, seed=round(jitter_ms))
    assert told.count("overrun") == 0
    assert len({(camera, ns) for _, camera, ns in told.endings}) == len(told.endings) == 600
    answered = [told.count("answered", camera) for camera in SIX]
    share = sum(answered) / 6
    assert all(abs(one - share) <= 0.2 * share for one in answered), answered
    # A turn for everybody, and once more for the frames that arrive and go in between.
    assert max(told.longest_gap_ms.values()) <= 2 * 6 * max(engine_ms, 200 / 3) + 6 * 100
    # The engine is used: one trigger leaves it idle between the last good start and the next.
    assert sum(told.engine_ns.values()) >= 0.7 * SECONDS * 1000 * MS


def test_uneven_shares_are_kept_when_there_is_not_enough_for_all():
    shares = (3.0, 1.0, 1.0, 1.0)
    cameras = [
        Camera(CameraShare(name, share), rate_hz=20, jitter_ms=30)
        for name, share in zip(SIX, shares, strict=False)
    ]
    told = simulate(cameras, lambda rng: rng.uniform(30, 50), SECONDS, need_ms=50, seed=5)
    total = sum(told.engine_ns.values())
    parts = [told.engine_ns[name] / total for name in SIX[:4]]
    assert parts == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6], rel=0.1)


def test_what_a_camera_does_not_use_goes_to_the_others():
    modest = Camera(CameraShare("modest", share=2), rate_hz=2, jitter_ms=20)
    greedy = [Camera(CameraShare(name), rate_hz=20, jitter_ms=20) for name in SIX[:2]]
    told = simulate([modest, *greedy], 50, SECONDS, seed=3)
    assert told.count("answered", "modest") == 2 * SECONDS
    one, other = (told.count("answered", name) for name in SIX[:2])
    assert one == pytest.approx(other, rel=0.1)
    assert one + other >= 0.95 * (SECONDS * 1000 / 50 - 2 * SECONDS)


def test_a_camera_that_was_silent_gets_its_share_again_and_nothing_on_top():
    silent = Camera(CameraShare("silent"), rate_hz=20, silent_ms=(0, 10_000))
    other = Camera(CameraShare("other"), rate_hz=40, phase_ms=10)
    told = simulate([silent, other], 50, 12, seed=1)
    # Two seconds are 40 turns of 50 ms: 20 each, and not 40 for who was away for ten seconds.
    assert 18 <= told.count("answered", "silent") <= 22


def test_a_fast_camera_cannot_push_out_a_slow_one():
    fast = Camera(CameraShare("fast"), rate_hz=60, jitter_ms=5)
    slow = Camera(CameraShare("slow"), rate_hz=2, jitter_ms=50)
    told = simulate([fast, slow], 60, SECONDS, seed=2)
    assert told.count("answered", "slow") == 2 * SECONDS


@pytest.mark.parametrize("phase_ms", [10, 60, 100, 149])
def test_frames_that_come_and_go_while_the_engine_is_taken_are_waited_for(phase_ms):
    """One frame's work is longer than the other camera's frame can wait."""
    first = Camera(CameraShare("first"))
    second = Camera(CameraShare("second"), phase_ms=phase_ms)
    told = simulate([first, second], 150, SECONDS)
    one, other = (told.count("answered", name) for name in ("first", "second"))
    assert min(one, other) >= 0.8 * (one + other) / 2


def test_an_engine_that_never_makes_it_is_still_tried():
    told = simulate(six(PHASES["evenly spread"]), 400, SECONDS)
    assert told.count("answered") == 0
    assert told.count("overrun") >= SECONDS


@pytest.mark.parametrize(("camera_hz", "most_hz"), [(30, 10), (15, 10), (10, 10), (10, 4), (7, 30)])
def test_no_more_than_max_rate_hz_is_taken_and_hardly_less(camera_hz, most_hz):
    one = Camera(CameraShare("one", max_rate_hz=most_hz), rate_hz=camera_hz, jitter_ms=10)
    told = simulate([one], 1, SECONDS, seed=camera_hz)
    expected = min(camera_hz, most_hz) * SECONDS
    assert told.count("answered") == pytest.approx(expected, rel=0.02, abs=1)
    assert told.count("answered") + told.count("above_rate") == camera_hz * SECONDS


class Asking:
    """A question that is always there; its first piece cannot be interrupted, its words can."""

    TOKEN_MS = 4
    SETTINGS = QuestionSettings(budget_ms=1e6)

    def __init__(self, first_ms: float, words_ms: float, need_ms: float, careful: bool = True):
        self.first_ns, self.words_ns = round(first_ms * MS), round(words_ms * MS)
        self.need_ns = round(need_ms * MS)
        self.careful = careful
        self.costs = QuestionCosts(new_picture_ms=first_ms, token_ms=self.TOKEN_MS)
        self.first_done_ns = 0
        self.answered = self.whole = 0

    def room(self, state: SharingState, now_ns: int) -> int | None:
        return room_ns(due_instants(state, now_ns, 400 * MS), now_ns, self.need_ns)

    def begin(self, state: SharingState, now_ns: int) -> int | None:
        question = Question(1, "?", PictureKey("front", 1), now_ns, 1 << 62)
        room = self.room(state, now_ns) if self.careful else None
        turn = choose([question], now_ns, room, self.costs, None, self.SETTINGS)
        if turn.question is None:
            return None
        self.answered += 1
        self.first_done_ns = now_ns + self.first_ns
        ends_ns = self.first_done_ns + self.words_ns
        self.whole += ends_ns <= turn.until_ns
        return min(ends_ns, turn.until_ns + self.TOKEN_MS * MS)

    def go_on(self, state: SharingState, now_ns: int, until_ns: int) -> int:
        if not self.careful:
            return until_ns
        stop_ns = stop_at(now_ns, self.room(state, now_ns), self.costs, 1 << 62)
        return min(until_ns, max(self.first_done_ns, now_ns, stop_ns) + self.TOKEN_MS * MS)


@pytest.mark.parametrize("phases", PHASES.values(), ids=PHASES)
@pytest.mark.parametrize("seed", range(4))
def test_questions_in_between_cost_no_report_its_deadline(phases, seed):
    """The engine is never idle here, and yet every frame of six cameras is answered."""
    asking = Asking(first_ms=45, words_ms=200, need_ms=20)
    cameras = six(phases, jitter_ms=(0.0, 5.0, 20.0, 40.0)[seed])
    cost = lambda rng: rng.uniform(12, 20)  # noqa: E731
    told = simulate(cameras, cost, SECONDS, need_ms=20, seed=seed, spare=asking)
    assert told.count("answered") == 6 * 5 * SECONDS
    assert asking.answered >= SECONDS


def test_questions_that_do_not_look_at_the_room_do_cost_reports():
    """The simulation above is able to fail."""
    asking = Asking(first_ms=45, words_ms=200, need_ms=20, careful=False)
    told = simulate(six(PHASES["evenly spread"]), 20, SECONDS, spare=asking)
    assert told.count("answered") < 6 * 5 * SECONDS


def test_an_overloaded_engine_has_no_time_for_questions_and_frames_lose_nothing():
    asking = Asking(first_ms=45, words_ms=200, need_ms=60)
    plain, asked = (
        simulate(six(PHASES["evenly spread"], 10), 60, SECONDS, seed=1, spare=spare)
        for spare in (None, asking)
    )
    assert asked.count("answered") >= plain.count("answered") - 1
    assert asking.answered <= 2  # before the cameras' periods are known


def test_a_burst_that_nobody_expected_stops_the_words_of_a_question():
    """A seventh camera comes to life: its frames are in no forecast."""
    asking = Asking(first_ms=45, words_ms=2000, need_ms=20)
    rng = random.Random(4)
    cameras = [
        Camera(CameraShare(name), rate_hz=1, phase_ms=rng.uniform(0, 900), jitter_ms=100)
        for name in SIX
    ]
    told = simulate(cameras, 20, SECONDS, spare=asking)
    assert told.count("answered") == 6 * SECONDS
    assert asking.answered > asking.whole
