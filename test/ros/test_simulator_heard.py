"""What the ego makes of classifications, old and odd ones included."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from vlm_driving.core import Advice, Hazard, HazardKind, HazardRange, HazardSide
from vlm_driving.core import PathAdvice as Path
from vlm_driving.core import SpeedAdvice as Speed
from vlm_driving.ros.messages import ClassificationMessage, Header
from vlm_driving.ros.outputs import advice_results
from vlm_driving.ros.simulator.clock import ClockStopped
from vlm_driving.ros.simulator.heard import HeardAdvice, UnknownAdvice, advice_of

MS = 1_000_000
STOP = (("speed/STOP", 0.75), ("path/SHIFT_LEFT", 0.75))


class FakePort:
    """Hands over what is said, and notes what is logged."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.log = SimpleNamespace(warn=lambda text, **throttle: self.warnings.append(text))
        self.say: Any = None

    def subscribe(self, topic: str, kind: Any, callback: Any, qos: Any) -> Any:
        self.say = lambda stamp_ns, results=STOP: callback(
            ClassificationMessage(Header(stamp_ns), results)
        )
        return SimpleNamespace(topic=topic, matched=lambda: 1)


@pytest.fixture
def port() -> Any:
    return FakePort()


@pytest.fixture
def heard(port):
    return HeardAdvice(port, "/advice", 300.0)


@pytest.mark.parametrize("speed", Speed)
@pytest.mark.parametrize("path", Path)
def test_what_the_node_says_of_advice_is_understood(speed, path):
    hazard = Hazard(HazardKind.SIGNAL, HazardSide.LEFT, HazardRange.FAR)
    results = advice_results(Advice(speed, path, 0.5, (hazard,)))
    assert advice_of(ClassificationMessage(Header(), results)) == Advice(speed, path, 0.5)


def test_empty_results_are_none():
    assert advice_of(ClassificationMessage(Header(), ())) is None


@pytest.mark.parametrize(
    "results",
    [
        (("speed/STOP", 1.0),),
        (("path/KEEP", 1.0),),
        (("speed/HALT", 1.0), ("path/KEEP", 1.0)),
        (("speed/STOP", 1.0), ("speed/KEEP", 1.0), ("path/KEEP", 1.0)),
        (("dog", 1.0),),
    ],
)
def test_what_is_no_advice_counts_as_none_and_is_told(results, port, heard):
    with pytest.raises(UnknownAdvice):
        advice_of(ClassificationMessage(Header(), results))
    port.say(0, results)
    assert heard.at(0, 0) is None
    (warning,) = port.warnings
    assert "/advice: no advice that is known" in warning


@pytest.mark.parametrize(("score", "taken"), [(2.0, 1.0), (-1.0, 0.0), (float("nan"), 0.0)])
def test_a_score_that_is_no_probability_does_no_harm(score, taken):
    found = advice_of(ClassificationMessage(Header(), (("speed/STOP", score), ("path/KEEP", 1.0))))
    assert found == Advice(Speed.STOP, Path.KEEP, taken)


def test_advice_holds_until_it_is_too_old_and_then_counts_as_none(port, heard):
    assert heard.at(0, 0) is None
    port.say(100 * MS)
    assert (
        heard.at(100 * MS, 0) == heard.at(400 * MS, 0) == Advice(Speed.STOP, Path.SHIFT_LEFT, 0.75)
    )
    assert port.warnings == []
    assert heard.at(401 * MS, 0) is None
    (warning,) = port.warnings
    assert "301 ms old" in warning


def test_the_newest_counts_and_nothing_is_an_answer_too(port, heard):
    port.say(100 * MS)
    port.say(200 * MS, ())
    assert heard.at(200 * MS, 0) is None
    assert port.warnings == []


def test_advice_from_the_future_counts_as_none_and_names_the_cause(port, heard):
    port.say(3_000 * MS)
    assert heard.at(1_000 * MS, 0) is None
    (warning,) = port.warnings
    assert "2.000 s ahead of /clock" in warning and "use_sim_time" in warning


def test_advice_on_the_drive_before_is_not_followed(port, heard):
    port.say(900 * MS)
    assert heard.at(1_000 * MS, 1_000 * MS) is None
    assert heard.at(1_000 * MS, 900 * MS) is not None


def test_who_waits_gets_what_is_said_of_his_frame_and_gives_up_else(port, heard):
    stop = threading.Event()
    port.say(100 * MS)
    assert heard.wait(200 * MS, 10.0, stop) is False
    threading.Timer(0.02, lambda: port.say(200 * MS)).start()
    assert heard.wait(200 * MS, 20_000.0, stop) is True
    stop.set()
    with pytest.raises(ClockStopped):
        heard.wait(300 * MS, 20_000.0, stop)
