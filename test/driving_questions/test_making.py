"""Sets from ground truth: answerable from the picture, varied, and not to be guessed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vlm_driving.core import UserError
from vlm_driving.driving_questions.candidates import Candidate, candidates
from vlm_driving.driving_questions.check import check_set
from vlm_driving.driving_questions.choice import choose
from vlm_driving.driving_questions.making import make_questions, write_questions
from vlm_driving.driving_questions.scenes import Seen, read_scenes
from vlm_driving.driving_questions.sharpen import sharpened
from vlm_driving.driving_questions.themes import THEMES
from vlm_driving.evaluation.keyfact import parse_rubric, score
from vlm_driving.evaluation.questions import CATEGORIES, Question, load_questions
from vlm_driving.simulator.drive import Drive
from vlm_driving.simulator.fact_types import Facts, Offset
from vlm_driving.simulator.scene import BlindKind, Light, Weather
from vlm_driving.simulator_recording import write_drive


@pytest.fixture(scope="module")
def town_set(town_bag: Path) -> tuple[Question, ...]:
    return make_questions(town_bag)


def test_a_set_reaches_its_figures(town_set: tuple[Question, ...], tmp_path: Path) -> None:
    write_questions(tmp_path / "set.jsonl", town_set)
    found = check_set(load_questions(tmp_path / "set.jsonl"))
    assert found["faults"] == []
    assert found["guessable"] == []
    assert all(count >= 12 for count in found["n"].values())
    assert all(mean >= 9.0 for mean in found["references"].values())


def test_questions_are_spread_over_the_drive_and_over_subjects(
    town_set: tuple[Question, ...], town_bag: Path
) -> None:
    stamps = Counter(q.stamp_ns for q in town_set)
    assert set(stamps) <= {scene.stamp_ns for scene in read_scenes(town_bag)}
    assert len(stamps) >= 15
    assert max(stamps.values()) <= 6
    assert len({q.text for q in town_set}) == len(town_set)
    themes = {q.image_category for q in town_set}
    assert themes <= set(THEMES)
    assert len(themes) >= 4
    for category in CATEGORIES:
        references = [q.reference for q in town_set if q.category == category]
        assert len(set(references)) >= 0.8 * len(references)


def test_the_same_arguments_give_the_same_set(tmp_path: Path) -> None:
    write_drive(tmp_path / "bag", Drive(3, 10.0, 0.4))
    made = make_questions(tmp_path / "bag", per_category=8)
    assert len(made) >= 16
    assert make_questions(tmp_path / "bag", per_category=8) == made
    assert make_questions(tmp_path / "bag", seed=2, per_category=8) != made


def test_blind_pictures_are_not_asked_about(town_bag: Path) -> None:
    blind = Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, 1, blind=BlindKind.BLACK)
    seeing = read_scenes(town_bag)[10]
    found = candidates([replace(seeing, facts=blind, stamp_ns=1), seeing], 1)
    assert {one.question.stamp_ns for ones in found.values() for one in ones} == {seeing.stamp_ns}


def test_a_drive_that_shows_nothing_is_one_sentence(
    town_bag: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, 1, blind=BlindKind.BLACK)

    def all_blind(path: Path, camera: str | None) -> tuple[Seen, ...]:
        return tuple(replace(scene, facts=blind) for scene in read_scenes(path, camera))

    monkeypatch.setattr("vlm_driving.driving_questions.making.read_scenes", all_blind)
    with pytest.raises(UserError, match="show no road"):
        make_questions(town_bag)


def test_the_choice_prefers_answers_that_differ_to_one_that_is_always_right() -> None:
    colours = ("赤", "黄色", "青")
    lopsided = [_candidate(f"a{i}", "空の色は何ですか。", "灰色です。", "灰色") for i in range(20)]
    varied = [
        _candidate(f"b{i}", f"信号{i}の色は何ですか。", f"{c}です。", c[:1])
        for i, c in enumerate(colours * 3)
    ]
    chosen = choose([*lopsided, *varied], 9)
    assert sum(one.kind.startswith("a") for one in chosen) <= 2
    assert len(chosen) >= 8


def test_a_drive_that_shows_little_gets_a_small_set_rather_than_one_that_can_be_guessed() -> None:
    same = [_candidate(f"k{i}", f"問{i}の色は。", "灰色です。", "灰色") for i in range(30)]
    words = ("トラック", "バス", "踏切", "工事", "落下物", "渋滞", "トンネル", "自転車")
    differing = [_candidate(f"w{w}", f"{w}の前は。", f"{w}です。", w) for w in words]
    assert len(choose([*same, *differing], 20)) < 20
    assert len(choose(differing, 20)) == len(words)
    assert choose([], 5) == []


def test_a_description_that_tells_how_far_is_asked_how_far() -> None:
    reference = "およそ20メートル先の左側に駐車中の乗用車がいます。"
    rubric = {"must": [["駐車", "止まっている車"]], "must_not": [["歩行者"]]}
    text, facts = sharpened("左側について説明してください。", reference, rubric)
    assert text == "左側について説明してください。車の種類とおよその距離も添えてください。"
    assert score(reference, parse_rubric(facts), text).right
    assert score("左側に駐車中の車がいます。", parse_rubric(facts), text).share == 0.0
    assert score("20メートル先に乗用車がいます。", parse_rubric(facts), text).share == 1.0
    assert sharpened("様子は。", "何もいません。", rubric) == ("様子は。", rubric)


def _candidate(kind: str, text: str, reference: str, word: str) -> Candidate:
    facts = parse_rubric({"must": [[word]]})
    stamp_ns = int(np.frombuffer(kind.encode().ljust(8, b"0")[:8], np.int64)[0])
    question = Question(
        "", "conv", "", "", text, reference, facts, camera="front", stamp_ns=stamp_ns
    )
    return Candidate(question, kind)
