"""The opponent without eyes picks the constant that is right most often."""

from __future__ import annotations

import json
from collections import Counter

from vlm_driving.exam.scenes import ego_class
from vlm_driving.exam.text_only import LEAST_AT_SPEED, Tally, at_speed, best_answer, learn, tally

YES = json.dumps({"lead": ["はい"], "must_not": [["いいえ"]], "form": "yes_no"})
NO = json.dumps({"lead": ["いいえ"], "must_not": [["はい"]], "form": "yes_no"})


def test_the_best_answer_is_the_one_that_satisfies_most_rubrics() -> None:
    answers = Counter({"はい、います。": 5, "いいえ、いません。": 4})
    assert best_answer(answers, Counter({YES: 4, NO: 6})) == "いいえ、いません。"
    assert best_answer(answers, Counter({YES: 6, NO: 4})) == "はい、います。"


def test_advice_is_the_commonest_of_each_ego_speed_over_all_parts() -> None:
    one, two = Tally(scenes=3), Tally(scenes=3)
    one.advice["standing"].update({("STOP", "KEEP"): 2, ("ACCELERATE", "KEEP"): 1})
    two.advice["standing"].update({("ACCELERATE", "KEEP"): 2})
    two.advice["unknown"].update({("KEEP", "KEEP"): 1})
    found = learn([one, two])
    assert found.advise("standing") == ("ACCELERATE", "KEEP")
    assert found.advise("unknown") == ("KEEP", "KEEP")
    # A speed that was never met gets what is commonest of all.
    assert found.advise("90 km/h") == ("ACCELERATE", "KEEP")


def test_an_answer_follows_the_ego_speed_where_it_was_asked_often_enough() -> None:
    counted = Tally(scenes=100)
    for key, yes, no in (
        ("go", 60, 40),
        (at_speed("go", 0.0), 5, LEAST_AT_SPEED),
        (at_speed("go", None), 1, LEAST_AT_SPEED - 2),
    ):
        counted.answers[key].update({"はい。": yes, "いいえ。": no})
        counted.rubrics[key].update({YES: yes, NO: no})
    found = learn([counted])
    said = [found.answer("go", speed) for speed in (0.0, None, 40.0)]
    assert said == ["いいえ。", "はい。", "はい。"]
    assert found.answer("never asked", 0.0) is None
    assert found.asked_share == {"go": 1.0}


def test_it_learns_from_scenes_of_its_own() -> None:
    counted = tally(0, 6)
    found = learn([counted])
    assert counted.scenes == 6
    assert sum(sum(pairs.values()) for pairs in counted.advice.values()) == 6
    assert set(found.answers) == set(found.asked_share) != set()  # too few at any one speed
    assert all(0.0 < part <= 1.0 for part in found.asked_share.values())
    assert learn([tally(0, 3), tally(3, 3)]) == found
    assert learn([tally(0, 2, questions=False)]).answers == {}


def test_speeds_are_told_apart_as_words_can() -> None:
    assert [ego_class(v) for v in (None, 0.0, 2.9, 3.0, 47.0, 80.0)] == [
        "unknown", "standing", "standing", "0 km/h", "40 km/h", "80 km/h"
    ]  # fmt: skip
