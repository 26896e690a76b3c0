"""Training batches: the right scenes, the right words, in order, from any process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.train

import torch  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402

from vlm_driving.runtime.preprocess import PreprocessSpec  # noqa: E402
from vlm_driving.simulator import advise, render, sample_scene, visible_facts  # noqa: E402
from vlm_driving.training.answer_format import (  # noqa: E402
    ADVICE,
    END,
    PATH_LABELS,
    SPEED_LABELS,
    preprocess,
    special_tokens,
)
from vlm_driving.training.data import SceneBatches  # noqa: E402
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


def test_a_batch_is_the_same_whenever_it_is_asked_for(tokenizer: Tokenizer) -> None:
    one, two = (SceneBatches(3, 2, SPEC, tokenizer)[5] for _ in range(2))
    assert torch.equal(one.pixels, two.pixels)
    assert torch.equal(one.after, two.after)
    assert not torch.equal(one.pixels, SceneBatches(3, 2, SPEC, tokenizer)[6].pixels)


def test_the_answer_begins_with_the_advice_of_the_scene(tokenizer: Tokenizer) -> None:
    batch = SceneBatches(3, 2, SPEC, tokenizer)[0]
    for row in range(2):
        scene = sample_scene(3, row)
        advice = advise(visible_facts(scene, render(scene)), scene.ego_speed_kmh)
        answer = batch.after[row][batch.answered[row]].tolist()
        expected = [SPEED_LABELS[advice.speed.value], PATH_LABELS[advice.path.value]]
        assert [tokenizer.id_to_token(token) for token in answer[:2]] == expected
        tokens = [tokenizer.id_to_token(token) for token in answer]
        assert tokens.count(ADVICE) == 1
        assert tokens[-2:] == [END, EOS]


def test_padding_is_no_answer(tokenizer: Tokenizer) -> None:
    batch = SceneBatches(3, 4, SPEC, tokenizer)[0]
    ends = [int(row.nonzero().max()) + 1 for row in batch.answered]
    assert max(ends) == batch.after.shape[1]
    for row, end in enumerate(ends):
        assert (batch.after[row, end:] == 0).all()
        assert not batch.answered[row, end:].any()
        assert batch.after[row, end - 1] == tokenizer.token_to_id(EOS)
