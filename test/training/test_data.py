"""Training batches: the right scenes, the right words, in order, from any process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.train

import numpy as np  # noqa: E402
import torch  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

from vlm_driving.runtime.preprocess import PreprocessSpec  # noqa: E402
from vlm_driving.simulator import (  # noqa: E402
    Facts,  # noqa: E402
    advise,
    render,
    sample_scene,
    visible_facts,
)
from vlm_driving.simulator.fact_types import Offset  # noqa: E402
from vlm_driving.simulator.scene import BlindKind, Light, Weather  # noqa: E402
from vlm_driving.training.answer_format import (  # noqa: E402
    ADVICE,
    BLIND,
    END,
    PATH_LABELS,
    SPEED_LABELS,
    preprocess,
    special_tokens,
)
from vlm_driving.training.data import SceneBatches, Wanted  # noqa: E402
from vlm_driving.training.scene_targets import scene_targets  # noqa: E402
from vlm_driving.training.texts import report_segment  # noqa: E402
from vlm_driving.training.tokenizer import EOS, train_tokenizer  # noqa: E402

SPEC = PreprocessSpec(**preprocess(320, 160))


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return train_tokenizer(["前方に車がいます。"], special_tokens(), 400)


FRESH_PROCESS = """
from vlm_driving.training.data import loader

inherited = []


class Heirs:
    def __getitem__(self, number):
        return len(inherited)


if __name__ == "__main__":
    inherited.append("a lock that somebody holds")
    assert list(loader(Heirs(), 0, 2, workers=1, patience_s=60)) == [0, 0]
"""


def test_workers_inherit_nothing_from_the_parent(tmp_path: Path) -> None:
    # Once: workers were forked, and one in four hung in OpenCV's inherited thread pool.
    script = tmp_path / "fresh.py"
    script.write_text(FRESH_PROCESS)
    root = str(Path(__file__).parents[2])
    ended = subprocess.run(
        [sys.executable, script], env={**os.environ, "PYTHONPATH": root}, check=False
    )
    assert ended.returncode == 0


def batches(tokenizer: Tokenizer, size: int, asked: int = 2) -> SceneBatches:
    return SceneBatches(3, size, SPEC, tokenizer, Wanted(asked=asked))


def test_a_batch_is_the_same_whenever_it_is_asked_for(tokenizer: Tokenizer) -> None:
    one, two = (batches(tokenizer, 2)[5] for _ in range(2))
    assert torch.equal(one.pixels, two.pixels)
    assert torch.equal(one.texts.tokens, two.texts.tokens)
    assert not torch.equal(one.pixels, batches(tokenizer, 2)[6].pixels)


def test_the_report_begins_with_the_advice_of_the_scene(tokenizer: Tokenizer) -> None:
    texts = batches(tokenizer, 4)[0].texts
    clear = 0
    for row in range(4):
        scene = sample_scene(3, row)
        facts = visible_facts(scene, render(scene))
        written = (texts.weights[row] > 0) & (texts.segment[row] == 1)
        answer = [tokenizer.id_to_token(token) for token in texts.goals[row][written].tolist()]
        if ADVICE in answer:
            assert answer.count(ADVICE) == 1
            assert answer[-2:] == [END, EOS]
        if facts.blind is None:
            clear += 1
            advice = advise(facts, scene.ego_speed_kmh)
            expected = [SPEED_LABELS[advice.speed.value], PATH_LABELS[advice.path.value]]
            assert answer[:2] == expected
    assert clear >= 2


def test_a_blind_scene_learns_to_leave_the_legal_labels(tokenizer: Tokenizer) -> None:
    facts = Facts(Light.DAY, Weather.CLEAR, Offset.CENTER, lanes=1, blind=BlindKind.MUD)
    report = report_segment(tokenizer, facts, None, np.random.default_rng(1))
    assert report.goals is not None
    assert tokenizer.id_to_token(report.goals[0]) == BLIND
    labels = report.answer.index(tokenizer.token_to_id(ADVICE))
    fed = [tokenizer.id_to_token(token) for token in report.answer[:2]]
    assert fed[0] in SPEED_LABELS.values() and fed[1] in PATH_LABELS.values()
    assert report.weights[1:labels] == (0.0,) * (labels - 1)
    assert (scene_targets(facts)[-4:] == -1).all()


def test_a_report_with_prose_leaves_one_question_less(tokenizer: Tokenizer) -> None:
    texts = batches(tokenizer, 16, asked=3)[0].texts
    prose = (texts.goals == tokenizer.token_to_id(ADVICE)).any(dim=1)
    assert 0 < int(prose.sum()) < 16
    assert texts.segment.max(dim=1).values.tolist() == [3 if told else 4 for told in prose]


def test_words_alone_come_without_pictures(tokenizer: Tokenizer) -> None:
    alone = SceneBatches(3, 2, SPEC, tokenizer, Wanted(pictures=False, asked=1))[0]
    assert alone.pixels.shape == (2, 3, 0, 0)
    with_pictures = batches(tokenizer, 2, asked=1)[0]
    assert torch.equal(alone.texts.tokens, with_pictures.texts.tokens)


def test_padding_is_never_learned(tokenizer: Tokenizer) -> None:
    texts = batches(tokenizer, 4)[0].texts
    ends = (texts.segment > 0).sum(dim=1).tolist()
    assert max(ends) == texts.tokens.shape[1]
    for row, end in enumerate(ends):
        assert (texts.tokens[row, end:] == 0).all()
        assert not texts.weights[row, end:].any()
        assert texts.segment[row, end - 1] > 0 and texts.tokens[row, end - 1] > 0
