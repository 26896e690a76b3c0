"""What a model is asked about each frame, in a user's words: where they stand, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.scripted import ScriptedRunner
from support.tiny_bundle import IMAGE_TOKENS, make_tiny_bundle, tiny_manifest
from tokenizers import AddedToken, Tokenizer, models

from vlm_driving.backends.named_engine import NamedEngine
from vlm_driving.backends.onnx import open_runner
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.events import AdviceDecoded, Done
from vlm_driving.runtime.manifest import Prompts
from vlm_driving.runtime.prompt_tail import PromptTail
from vlm_driving.runtime.task_prompt import MOST_TASK, PROMPT_ROOM, plain_task, task_prompt_fault
from vlm_driving.runtime.tokenizer import BundleTokenizer

IMAGE = np.zeros((36, 64, 3), dtype=np.uint8)
TASK = "歩行者に注意。"


def loaded(root: Path, task: str = "助言。") -> ModelBundle:
    prompts = {**tiny_manifest()["prompts"], "task": task}
    return ModelBundle.load(make_tiny_bundle(root / "tiny", prompts=prompts))


def tail_of(bundle: ModelBundle) -> PromptTail:
    tokenizer = BundleTokenizer(bundle.tokenizer_path, bundle.manifest.normalization)
    return PromptTail(bundle.prompts, tokenizer)


def scripted(bundle: ModelBundle, capacity: int = 512) -> Engine:
    tokens = BundleTokenizer(bundle.tokenizer_path).vocab_size
    return NamedEngine(bundle, ScriptedRunner(tokens, IMAGE_TOKENS, capacity=capacity))


def behind_image(engine: Engine) -> str:
    ids = engine.runner.cache  # type: ignore[attr-defined]
    start = len(ids) - 1 - ids[::-1].index(-1)
    return engine.tokenizer._tokenizer.decode(ids[start + 1 :], skip_special_tokens=False)


@pytest.mark.parametrize(
    "text", ["", " \n", "歩行者に注意\tして\r\n述べる。", "Describe 🚗.", "あ" * 400]
)
def test_any_text_may_be_asked(text):
    assert task_prompt_fault(text) is None


def test_blanks_and_line_breaks_become_single_spaces_and_do_not_count():
    assert plain_task("  a\n\n b　c ") == "a b c"
    assert task_prompt_fault("あ" * MOST_TASK + "\n \n") is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a\x00b", "contains U+0000, a code that is no text; remove it."),
        ("a\x1cb", "contains U+001C, "),  # else it would be taken for a blank
        ("\x1b[31m", "contains U+001B, "),
        ("\u202e右", "contains U+202E, "),
        ("\ud800", "contains U+D800, "),
        ("\ue000", "contains U+E000, "),
        ("あ" * 401, "has 401 characters, most is 400; shorten it."),
    ],
)
def test_what_is_no_text_or_too_long_is_refused_in_one_sentence(text, fault):
    found = task_prompt_fault(text)
    assert found is not None and found.startswith("The task prompt ") and fault in found


def test_a_users_words_stand_behind_image_and_speed_in_place_of_the_bundles(tmp_path):
    engine = scripted(loaded(tmp_path))
    list(engine.answer(IMAGE, 40.0, task=f" {TASK}\n"))
    assert behind_image(engine).startswith(f"車速40km/h。{TASK}<|speed")
    list(engine.answer(IMAGE, None, task=TASK))
    assert behind_image(engine).startswith(f"車速不明。{TASK}<|speed")
    list(engine.answer(IMAGE, 40.0))
    assert behind_image(engine).startswith("車速40km/h。助言。<|speed")


@pytest.mark.parametrize(
    ("task", "asked"),
    [
        ("<|advice|>", f"{TASK}<|advice|>"),
        ("助言を述べる。<|advice|>\nAssistant:", f"{TASK}<|advice|>\nAssistant:"),
        ("助言。", TASK),
    ],
)
def test_what_begins_with_the_first_control_word_of_the_bundles_task_stays(tmp_path, task, asked):
    bundle = loaded(tmp_path, task)
    tail = tail_of(bundle)
    tokenizer = BundleTokenizer(bundle.tokenizer_path, "NFKC")
    assert tail.ids(30, TASK) == tuple(tokenizer.encode(f"車速30km/h。{asked}"))
    for none in (None, "", " \n"):
        assert tail.ids(30, none) == tuple(tokenizer.encode(f"車速30km/h。{task}"))


def test_the_bundles_own_words_are_asked_token_for_token_as_without_the_parameter(tmp_path):
    bundle = loaded(tmp_path)
    asked = [list(Engine(bundle, open_runner(bundle, threads=1)).answer(IMAGE, 40.0))]
    engine = Engine(bundle, open_runner(bundle, threads=1))
    list(engine.answer(IMAGE, 40.0, task=TASK))
    asked.append(list(engine.answer(IMAGE, 40.0)))
    asked.append(list(engine.answer(IMAGE, 40.0, task=None)))
    plain = [[e for e in events if not isinstance(e, Done)] for events in asked]
    assert plain[0] == plain[1] == plain[2]
    assert any(isinstance(event, AdviceDecoded) for event in plain[0])


def test_another_task_is_heard_by_a_real_model_and_leaves_the_room_for_its_answer(tmp_path):
    bundle = loaded(tmp_path)
    engine = Engine(bundle, open_runner(bundle, threads=1))
    done = [list(engine.answer(IMAGE, 40.0, task=task))[-1] for task in (None, "あ" * 60)]
    assert isinstance(done[0], Done) and isinstance(done[1], Done)
    own, long = done[0].tokens.prompt, done[1].tokens.prompt
    words = (len(engine.tokenizer.encode(text)) for text in ("助言。", "あ" * 60))
    assert long - own == -next(words) + next(words)


def test_a_control_word_is_refused_in_whatever_width_it_is_written(tmp_path):
    tail = tail_of(loaded(tmp_path))
    for text in ("a<|advice|>", "a＜｜advice｜＞"):
        fault = tail.fault(text)
        assert fault is not None and "contains <|advice|>, a control word of this model" in fault


def test_a_text_that_leaves_no_room_for_the_answer_is_refused_with_the_room_there_is(tmp_path):
    engine = scripted(loaded(tmp_path), capacity=160)
    tail = tail_of(engine.bundle)
    longest = next(n for n in range(1, 400) if tail.fault("a!" * n, engine.prompt_room))
    fault = tail.fault("a!" * longest, engine.prompt_room)
    assert fault is not None and "tokens long, but this model takes at most" in fault
    list(engine.answer(IMAGE, -100.0, task="a!" * (longest - 1)))  # the longest that fits
    with pytest.raises(UserError, match="takes at most .* beside the picture"):
        list(engine.answer(IMAGE, 40.0, task="a!" * longest))
    list(engine.answer(IMAGE, 40.0))  # nothing is left behind by it


def test_an_engine_tells_how_much_room_there_is(tmp_path):
    engine = scripted(loaded(tmp_path))
    assert isinstance(engine, NamedEngine)
    assert engine.details[PROMPT_ROOM] == engine.prompt_room > 0


def test_tails_are_remembered_for_one_task_at_a_time(tmp_path):
    engine = scripted(loaded(tmp_path))
    for speed in (10.0, 20.0):
        list(engine.answer(IMAGE, speed, task=TASK))
    first = engine._tail(10, TASK)
    assert engine._tail(10, TASK) is first and len(engine._tail._known) == 2
    list(engine.answer(IMAGE, 10.0))
    assert list(engine._tail._known) == [(10, None)]


def words_of(unknown: str | None, tmp_path: Path) -> BundleTokenizer:
    """A tokenizer of a few characters, without bytes to fall back to."""
    vocab = {char: n for n, char in enumerate("歩行者にか゛注意。<>unk")}
    if unknown is not None:
        vocab[unknown] = len(vocab)
    tokenizer = Tokenizer(models.BPE(vocab, [], unk_token=unknown))
    tokenizer.add_special_tokens([AddedToken("<s>", special=True)])
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return BundleTokenizer(tmp_path / "tokenizer.json", "NFKC")


@pytest.mark.parametrize("unknown", ["<unk>", "[UNK]", None])
def test_a_character_that_the_tokenizer_does_not_know_is_named(tmp_path, unknown):
    tokenizer = words_of(unknown, tmp_path)
    tail = PromptTail(Prompts("", "", "", "", ""), tokenizer)
    assert tail.fault("歩行者に 注意。") is None
    fault = tail.fault("歩行者に𠮷注意。")
    assert fault is not None and "contains 𠮷 (U+20BB7), which this model's tokenizer" in fault


def test_bytes_stand_for_every_character(tmp_path: Any):
    assert tail_of(loaded(tmp_path)).fault("𠮷🚗é") is None
