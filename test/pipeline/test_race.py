"""What would be published about a frame in work, if its report were closed now."""

from __future__ import annotations

from typing import Any, cast

import pytest
from support.ladder_world import Race as Play
from support.ladder_world import at, see, trial

from vlm_driving.core import Outcome
from vlm_driving.pipeline.answer import AnswerSoFar
from vlm_driving.pipeline.breaker import Ending
from vlm_driving.pipeline.ladder_state import Advised, Close, Failed, Tick
from vlm_driving.pipeline.race import Race

HERE = cast("Any", None)
"""Where the frame comes from and lies does not matter here."""


@pytest.fixture
def play():
    return Play(see("gpu", 60), see("cpu", 60))


def race(play, *answered):
    answers = {name: AnswerSoFar(legal_mass=0.5) for name in answered}
    return Race(1, HERE, HERE, HERE, play.state, answers)


def test_before_anybody_has_spoken_the_first_one_asked_is_named_and_what_is_missing(play):
    found = race(play, "gpu")
    standing = found.standing("tiny")
    assert found.undecided
    assert (standing.backend, standing.model, standing.outcome) == ("gpu", "tiny", Outcome.TIMEOUT)
    assert standing.answer is found.answers["gpu"]
    assert (standing.fallback_from, standing.why) == (
        (),
        "gpu: no advice in time, cpu: its turn had not come",
    )


def test_the_preferred_backends_advice_needs_no_words(play):
    play(Advised("gpu"), 20)
    found = race(play, "gpu")
    standing = found.standing("tiny")
    assert not found.undecided
    assert (standing.backend, standing.why, standing.outcome) == ("gpu", None, None)


def test_anothers_advice_says_for_whom_it_stands_in_and_why(play):
    play(Failed("gpu", Ending.CRASH), 20)
    play(Advised("cpu"), 50)
    found = race(play, "gpu", "cpu")
    standing = found.standing("tiny")
    assert standing.answer is found.answers["cpu"]
    assert (standing.backend, standing.fallback_from) == ("cpu", ("gpu",))
    assert standing.why == "gpu: failed (crash)"


def test_the_better_one_takes_over_as_soon_as_it_has_advised(play):
    play(Tick(), 130)
    play(Advised("cpu"), 140)
    assert race(play, "gpu", "cpu").named == "cpu"
    play(Advised("gpu"), 150)
    standing = race(play, "gpu", "cpu").standing("tiny")
    assert (standing.backend, standing.fallback_from, standing.why) == ("gpu", (), None)


def test_once_closed_nothing_changes_any_more(play):
    play(Tick(), 130)
    play(Advised("cpu"), 140)
    play(Close(), 150)
    play(Advised("gpu"), 151)
    found = race(play, "gpu", "cpu")
    assert (found.named, found.undecided) == ("cpu", False)
    assert found.standing("tiny").why == "gpu: no advice in time"


def test_nobody_asked_is_nobody_named():
    play = Play(see("gpu", state="broken"), see("cpu", state="waiting"))
    found = race(play)
    standing = found.standing(None)
    assert (found.named, standing.backend, standing.outcome) == (None, None, Outcome.NO_BACKEND)
    assert standing.why == "gpu: worker is broken, cpu: worker is waiting"
    assert standing.answer == AnswerSoFar()


def test_a_trial_is_not_named_while_a_healthy_one_answers():
    play = Play(trial("gpu", p99=60), see("cpu", 60))
    play(Advised("gpu"), 20)
    play(Advised("cpu"), 30)
    standing = race(play, "gpu", "cpu").standing("tiny")
    assert (standing.backend, standing.fallback_from) == ("cpu", ("gpu",))
    assert standing.why == "gpu: on trial"
    assert play.starts == {"gpu": 0, "cpu": 0} and at(0) == play.state.entries[0].begun_ns
