"""The shipped model's tokenizer: every text has tokens and comes back."""

from __future__ import annotations

import unicodedata

import pytest

pytestmark = pytest.mark.train

from vlm_driving.training.answer_format import special_tokens  # noqa: E402
from vlm_driving.training.tokenizer import (  # noqa: E402
    BOS,
    EOS,
    MAX_TOKEN_BYTES,
    train_tokenizer,
)

CORPUS = ["前方約20mに先行車がいます。", "赤信号なので停止線の手前で停止してください。"] * 20


@pytest.mark.parametrize(
    "text",
    [
        "赤信号です。",
        "ヴァイオリン・髙島屋・𠮷野家・鷗外",
        "㍿①㎞ ﾊﾝｶｸ ＡＢＣ１２３",
        "emoji 🚗、tab\tと改行\n。",
        "한국어와 العربية",
    ],
)
def test_any_text_comes_back_in_nfkc(text: str) -> None:
    tokenizer = train_tokenizer(CORPUS, special_tokens(), 600)
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    assert tokenizer.decode(ids) == unicodedata.normalize("NFKC", text)


def test_each_label_is_one_token() -> None:
    tokenizer = train_tokenizer(CORPUS, special_tokens(), 600)
    for token in [BOS, EOS, *special_tokens()]:
        assert len(tokenizer.encode(token, add_special_tokens=False).ids) == 1


def test_a_number_is_read_digit_by_digit() -> None:
    tokenizer = train_tokenizer(["120m", "120m"] * 50, special_tokens(), 600)
    assert len(tokenizer.encode("120", add_special_tokens=False).ids) == 3


def test_no_token_swallows_a_sentence() -> None:
    tokenizer = train_tokenizer(CORPUS, special_tokens(), 2000)
    plain = set(tokenizer.get_vocab()) - {BOS, EOS, *special_tokens()}
    assert max(len(token) for token in plain) <= MAX_TOKEN_BYTES
