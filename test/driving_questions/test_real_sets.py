"""The sets written by eye for two recorded bags: sound, hard to guess, and about real frames."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from vlm_driving.driving_questions.check import MOST, check_set
from vlm_driving.evaluation.judges.keyfact_judge import KeyfactJudge
from vlm_driving.evaluation.questions import CATEGORIES, QuestionSet, load_questions
from vlm_driving.replay.bag import open_bag

SETS = {
    "questions_i280.jsonl": "i280_highway_1hz",
    "questions_white_lane.jsonl": "white_lane_25fps",
}


@pytest.fixture(params=SETS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def written(name: str, repository: Path) -> QuestionSet:
    return load_questions(repository / "test" / "data" / name)


def test_facts_and_references_agree_and_no_constant_does_well(written: QuestionSet) -> None:
    found = check_set(written)
    assert found["faults"] == []
    assert found["without_facts"] == 0
    assert all(count >= 12 for count in found["n"].values())
    assert all(mean >= 9.5 for mean in found["references"].values())
    for baseline, most in MOST.items():
        for category in CATEGORIES:
            assert found["baselines"][baseline][category] <= most, (baseline, category)


@pytest.mark.parametrize(
    "answer",
    [
        "画像からは分かりません。",
        "はい。",
        "いいえ。",
        "晴れた昼間の高速道路を走っています。前方に車がいるので、車間距離を保って進みます。",
        "白い車と黒い車と赤い車が走っています。",
        "右に白い車がいるので、減速して車間をとり、後方を確認してから進みます。",
    ],
)
def test_what_is_true_of_every_frame_earns_little(written: QuestionSet, answer: str) -> None:
    judge = KeyfactJudge()
    for category in CATEGORIES:
        scores = [judge.judge(q, answer).score for q in written if q.category == category]
        assert sum(scores) / len(scores) <= 3.0, category


def test_right_answers_in_other_words_score_like_the_reference(
    name: str, written: QuestionSet, repository: Path
) -> None:
    lines = (repository / "test" / "data" / "questions_drive_paraphrases.jsonl").read_text("utf-8")
    rows = [row for row in map(json.loads, lines.splitlines()) if row["set"] == name]
    asked, judge = {q.id: q for q in written}, KeyfactJudge()
    scores = [judge.judge(asked[str(row["question_id"])], row["text"]).score for row in rows]
    assert len(scores) >= 30
    assert sum(score >= 9.0 for score in scores) >= 0.8 * len(scores)
    assert sum(scores) / len(scores) >= 9.0


def test_references_are_whole_sentences_and_questions_are_asked_once(written: QuestionSet) -> None:
    asked = [(q.stamp_ns, q.text) for q in written]
    assert len(set(asked)) == len(asked)
    for q in written:
        assert q.reference.endswith("。"), q.id
        assert q.context.endswith("。"), q.id
        assert q.image_category, q.id
        assert not re.search(r"[ 　]{2,}|、、|。。|,", q.reference + q.text), q.id


def test_every_question_is_about_a_frame_of_its_bag(
    name: str, written: QuestionSet, shared_dir: Path
) -> None:
    path = shared_dir / "bags" / SETS[name]
    if not path.exists():
        pytest.skip(f"no {path}")
    cameras = {q.camera for q in written}
    with open_bag(path) as bag:
        frames = {(m.topic, bag.image(m).stamp_ns) for m in bag.messages([c for c in cameras if c])}
    assert {(q.camera, q.stamp_ns) for q in written} <= frames
