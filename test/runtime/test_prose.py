"""Whole characters, whole sentences, no loops."""

from __future__ import annotations

import pytest
from support.tiny_bundle import make_tokenizer

from vlm_driving.runtime.prose import SentenceCutter, TextStream, loops


def decode(ids):
    return make_tokenizer().decode(list(ids), skip_special_tokens=True)


def test_a_character_waits_for_its_last_byte():
    tokenizer = make_tokenizer()
    ids = tokenizer.encode("鬱🚗").ids  # no merges: one token a byte
    assert len(ids) == 7
    stream = TextStream(tokenizer.decode)
    assert [stream.push(token) for token in ids] == ["", "", "鬱", "", "", "", "🚗"]


def test_bytes_that_never_make_a_character_are_left_out():
    tokenizer = make_tokenizer()
    stream = TextStream(tokenizer.decode)
    broken = tokenizer.encode("鬱").ids[:2] + tokenizer.encode("前方").ids
    assert "".join(stream.push(token) for token in broken) == "前方"


def test_special_tokens_say_nothing():
    tokenizer = make_tokenizer()
    stream = TextStream(lambda ids: tokenizer.decode(ids, skip_special_tokens=True))
    assert stream.push(tokenizer.token_to_id("<|speed_keep|>")) == ""


def cut(*pieces: str) -> tuple[list[str], str]:
    cutter = SentenceCutter()
    sentences = [sentence for piece in pieces for sentence in cutter.push(piece)]
    return sentences, cutter.rest


def test_sentences_end_at_japanese_marks():
    assert cut("止まれ。進め！よいか？まだ") == (["止まれ。", "進め！", "よいか？"], "まだ")


def test_marks_inside_quotes_end_nothing():
    sentences, rest = cut("標識は「止まれ。", "」と『注意！』です。", "次")
    assert sentences == ["標識は「止まれ。」と『注意！』です。"]
    assert rest == "次"


def test_marks_in_a_row_stay_together():
    assert cut("危ない！？", "止まる。") == (["危ない！？", "止まる。"], "")


def test_marks_that_nfkc_made_ascii_end_a_sentence_too():
    assert cut("危ない!止まる?") == (["危ない!", "止まる?"], "")


def test_a_closing_quote_without_an_opening_one_is_harmless():
    assert cut("」止まる。") == (["」止まる。"], "")


@pytest.mark.parametrize(
    "tokens",
    [[5] * 8, [1, 2] * 4, [1, 2, 3] * 3, [9, 9, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]],
)
def test_loops_are_seen(tokens):
    assert loops(tokens)
    assert not loops(tokens[:-1])


@pytest.mark.parametrize(
    "tokens", [[], [1], [1, 2, 1, 2], [5] * 7, list(range(100)), [1, 2, 3] * 2]
)
def test_prose_is_no_loop(tokens):
    assert not loops(tokens)
