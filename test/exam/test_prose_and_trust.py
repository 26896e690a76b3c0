"""Loops, skeletons, missed STOPs, blind pictures: single figures on hand-made records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vlm_driving.exam import figures_advice as adv
from vlm_driving.exam import figures_trust as trust
from vlm_driving.exam.blind_set import KINDS, SHARES, blind_picture, real_pictures
from vlm_driving.exam.figures_prose import prose, skeletons
from vlm_driving.exam.figures_questions import questions
from vlm_driving.exam.records import Asked, BlindRecord, Prose, Report, SceneRecord, Truth
from vlm_driving.exam.sitting import loops
from vlm_driving.exam.text_only import TextOnly

SLICES = dict.fromkeys(("road", "light", "weather", "theme", "ego_speed", "range"), "near")
CAR = ("vehicle_ahead", "center", "near")
REPORT = Report("STOP", "KEEP", (CAR,), 0.9, 1.0, unsure=False, blind=False)


def record(truth: str, said: str, index: int = 0, unsure: bool = False) -> SceneRecord:
    return SceneRecord(
        part="seeds",
        index=index,
        slices=SLICES,
        ego_class="40 km/h",
        ego_speed_kmh=40.0,
        things=(),
        truth=Truth(truth, "KEEP", (CAR,), "lead"),
        own=replace(REPORT, speed=said, unsure=unsure),
        other=replace(REPORT, speed="KEEP"),
    )


RECORDS = [
    record("STOP", "STOP", 0),
    record("STOP", "ACCELERATE", 1),
    record("STOP", "STOP", 2, unsure=True),
    record("KEEP", "STOP", 3),
    record("KEEP", "KEEP", 4),
]


def test_an_unsure_stop_is_a_missed_one() -> None:
    found = adv.advice(RECORDS)
    assert (found["exact"], found["exact_before_threshold"]) == (0.4, 0.6)
    assert found["stop_recall"] == pytest.approx(1 / 3, abs=1e-4)
    assert (found["stop_answered_accelerate"], found["false_stop"]) == (1, 0.5)
    assert found["macro_recall_speed"] == pytest.approx((1 / 3 + 1 / 2) / 2, abs=1e-4)
    missed = adv.missed_stops(RECORDS)
    assert (missed["due"], missed["missed"]) == (3, 2)
    assert missed["by_cause"] == {"lead": {"due": 3, "missed": 2}}
    assert missed["by_range"]["near"] == {"due": 3, "missed": 2}
    assert [(s["index"], s["said"]) for s in missed["scenes"]] == [(1, "ACCELERATE"), (2, None)]


def test_the_lead_is_over_the_better_opponent() -> None:
    blind_man = TextOnly({"": ("STOP", "KEEP")}, {}, {})
    found = adv.advice(RECORDS, blind_man)
    assert (found["other_image"], found["text_only"]) == (0.4, 0.6)
    assert found["lead_points"] == -20.0


def test_an_unsure_report_names_no_hazards() -> None:
    found = adv.hazards(RECORDS)
    assert (found["due"], found["claimed"]) == (5, 4)
    assert found["precision"] == 1.0


def test_only_what_is_published_counts_as_said() -> None:
    said = replace(REPORT, advice_ja="止まりましょう。", description_ja="夜の道路です。")
    assert said.spoken == ("止まりましょう。", "夜の道路です。")
    assert replace(said, unsure=True).spoken == ("", "")
    assert replace(said, unsure=True, blind=True).spoken == said.spoken


@pytest.mark.parametrize(
    ("text", "looped"),
    [
        ("前に車がいます。左に人がいます。", False),
        ("前に車がいます。前に車がいます。", True),
        ("車が、車が、車が、車が、車がいます。", True),
        ("", False),
    ],
)
def test_saying_it_again_and_again_is_a_loop(text: str, looped: bool) -> None:
    assert loops(text) is looped


def test_skeletons_forget_figures_and_nouns() -> None:
    texts = ("約20m先に車がいます。", "約35m先に人がいます。", "約20m先を車が走っています。")
    assert len(skeletons(texts)) == 2


def test_prose_is_counted_over_all_claims() -> None:
    one = Prose(3, ("lead",), ("signal", "lead"), ("lead",), (), looped=False)
    two = Prose(1, (), ("light",), (), ("止まって with KEEP",), looped=True)
    found = prose([replace(RECORDS[0], prose=p) for p in (one, two)])
    assert found == {
        "n": 2,
        "precision": 0.8,
        "recall": pytest.approx(2 / 3, abs=1e-4),
        "contradicting": 0.5,
        "loops": 1,
        "cut_short": 0,
    }


def asked(kind: str, right: bool, constant: bool, other: bool | None = None) -> Asked:
    return Asked(
        "conv", kind, "driver", "?", "yes", "", "", right, float(right), constant, None, other
    )


def test_what_text_alone_knows_is_named() -> None:
    found = questions([asked("easy", True, True)] * 10 + [asked("hard", True, False, False)] * 10)
    assert found is not None
    assert list(found["guessed_by_text_only"]) == ["easy"]
    assert (found["right"], found["text_only"], found["other_image"]) == (1.0, 0.5, 0.0)
    assert found["lead_points"] == 50.0
    assert questions([]) is None


def test_the_blind_set_has_every_kind_and_every_share() -> None:
    turns = [blind_picture(9, index) for index in range(2 * len(KINDS))]
    assert [p.kind for p in turns] == [*KINDS, *KINDS]
    assert {p.share for p in turns} == {*SHARES[:2], 1.0}
    assert all(p.image.shape == (360, 640, 3) for p in turns)
    assert turns[0].image.tobytes() == blind_picture(9, 0).image.tobytes()
    assert all(p.image.dtype == "uint8" for p in real_pictures())


def test_the_worst_kind_of_blindness_is_not_hidden_by_the_others() -> None:
    def seen(kind: str, unsure: bool) -> BlindRecord:
        return BlindRecord(0, kind, 1.0, replace(REPORT, unsure=unsure), unsure, 0)

    found = trust.blind([seen("mud", True)] * 3 + [seen("black", False)])
    assert (found["unsure"], found["least_kind"]) == (0.75, 0.0)
    assert found["kind"]["mud"]["unsure"] == 1.0
