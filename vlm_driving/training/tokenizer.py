"""The bundle's own tokenizer: byte-level BPE, so that any Japanese text has tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

BOS, EOS = "<s>", "</s>"

MAX_TOKEN_BYTES = 18
"""Six kana or kanji: templated training text must not become one token a sentence."""


def train_tokenizer(
    texts: Iterable[str], special_tokens: Sequence[str], vocabulary: int = 2048
) -> Tokenizer:
    """Train on `texts`.

    Text is NFKC-normalized, digits stand alone (numbers are read digit by digit), and
    each of the 256 bytes is a token, so nothing is unknown.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        min_frequency=2,
        special_tokens=[BOS, EOS, *special_tokens],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=MAX_TOKEN_BYTES,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer
