"""Prompts and labels for models that were never trained for advice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from vlm_driving.core import UserError
from vlm_driving.runtime.tokenizer import BundleTokenizer
from vlm_driving.training.export import prompts
from vlm_driving.training.tokenizer import train_tokenizer

pytestmark = pytest.mark.train

FALLBACK = prompts.DEFAULT_FORMS["llava"]


def words(path: Path, vocabulary: list[str]) -> BundleTokenizer:
    """A tokenizer of whole words; everything else is unknown."""
    entries = {word: i for i, word in enumerate(["<unk>", *vocabulary])}
    tokenizer = Tokenizer(models.WordLevel(entries, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(path / "tokenizer.json"))
    return BundleTokenizer(path / "tokenizer.json")


def test_byte_level_tokenizer_gets_japanese_labels(tmp_path):
    train_tokenizer(["減速"], [], 300).save(str(tmp_path / "tokenizer.json"))
    made = prompts.grammar(BundleTokenizer(tmp_path / "tokenizer.json"), tmp_path)
    assert made["speed"]["labels"]["DECELERATE"] == "減速"
    assert made["path"]["labels"]["SHIFT_LEFT"] == "左に寄る"
    assert made["hazards"] is None


def test_tokenizer_without_japanese_gets_english_labels(tmp_path):
    known = ["keep", "accelerate", "slow", "down", "stop", "left", "right"]
    made = prompts.grammar(words(tmp_path, known), tmp_path)
    assert made["speed"]["labels"]["DECELERATE"] == "slow down"


def test_tokenizer_that_cannot_tell_labels_apart_is_refused(tmp_path):
    with pytest.raises(UserError, match="cannot be told apart"):
        prompts.grammar(words(tmp_path, ["stop"]), tmp_path)


def test_chat_template_is_taken_apart_around_image_and_request(tmp_path):
    template = (
        "{{ bos_token }}{% for m in messages %}<|{{ m['role'] }}|>{% for c in m['content'] %}"
        "{% if c['type'] == 'image' %}<image>\n{% else %}{{ c['text'] }}{% endif %}"
        "{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}"
    )
    settings = {"chat_template": template, "bos_token": {"content": "<s>"}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    form = prompts.chat_form(tmp_path, "<image>", FALLBACK)
    assert form.before_image == "<s><|user|>"
    assert form.after_image == "\n"
    assert form.after_request == "<|end|><|assistant|>"


@pytest.mark.parametrize("template", ["{{ no_such_function() }}", "text without an image", None])
def test_unusable_template_falls_back(tmp_path, template):
    if template is not None:
        (tmp_path / "chat_template.jinja").write_text(template)
    assert prompts.chat_form(tmp_path, "<image>", FALLBACK) == FALLBACK


def test_begin_token_is_the_one_that_the_tokenizer_adds(tmp_path):
    tokenizer = train_tokenizer(["a"], [], 300)
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    assert prompts.begin_token(path) == ""
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", tokenizer.token_to_id("<s>"))]
    )
    tokenizer.save(str(path))
    assert prompts.begin_token(path) == "<s>"


def test_end_tokens_come_from_the_directory_and_must_be_known(tmp_path):
    words(tmp_path, ["</s>", "<|im_end|>"])
    assert prompts.end_tokens(tmp_path, {}, "</s>") == ("</s>",)
    (tmp_path / "generation_config.json").write_text(json.dumps({"eos_token_id": [2, 1]}))
    # every one of several ends the answer: a model may write either
    assert prompts.end_tokens(tmp_path, {}, "</s>") == ("<|im_end|>", "</s>")
    (tmp_path / "generation_config.json").unlink()
    with pytest.raises(UserError, match="no end-of-answer token"):
        prompts.end_tokens(tmp_path, {"eos_token_id": 99}, "<eos>")
