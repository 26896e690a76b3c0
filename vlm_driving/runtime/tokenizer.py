"""The bundle's tokenizer: text to token numbers and back, with the bundle's normalization."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer

from vlm_driving.core import UserError


class BundleTokenizer:
    """tokenizer.json, without any token that it would add by itself.

    A bundle that needs a begin-of-text token writes it in its prefix.
    """

    def __init__(self, path: Path, normalization: str = "none") -> None:
        """Read tokenizer.json.

        Raises:
            UserError: if the file is no tokenizer.
        """
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise UserError(
                f"{path} is no tokenizer that the `tokenizers` library reads ({error}); "
                "make the bundle anew with `vlm-driving export`."
            ) from None
        self._path = path
        self._nfkc = normalization == "NFKC"
        self._anchor = self._find_anchor()
        added = self._tokenizer.get_added_tokens_decoder().values()
        self._control_words = [token.content for token in added if token.special]
        unknown = getattr(self._tokenizer.model, "unk_token", None) or "<unk>"
        self._unknown: int | None = self._tokenizer.token_to_id(unknown)

    @property
    def vocab_size(self) -> int:
        """Number of tokens, added ones included."""
        return int(self._tokenizer.get_vocab_size(with_added_tokens=True))

    def encode(self, text: str, *, first: bool = False) -> list[int]:
        """Token numbers of a piece of text.

        Tokenizers that mark a word's beginning treat the beginning of a text as one. A piece
        that continues a text must not get that mark, so it is read behind a special token.

        Args:
            text: the piece.
            first: whether nothing comes before it, not even an image.
        """
        if not text:
            return []
        if self._nfkc:
            text = unicodedata.normalize("NFKC", text)
        if first or self._anchor is None:
            return list(self._tokenizer.encode(text, add_special_tokens=False).ids)
        ids = self._tokenizer.encode(self._anchor + text, add_special_tokens=False).ids
        return list(ids[1:])

    def decode(self, ids: Sequence[int]) -> str:
        """Text of tokens, special ones left out; incomplete UTF-8 shows as U+FFFD."""
        return str(self._tokenizer.decode(list(ids), skip_special_tokens=True))

    def control_word(self, text: str) -> str | None:
        """The first special token that `text` would be read to contain, or None."""
        if self._nfkc:
            text = unicodedata.normalize("NFKC", text)
        return next((word for word in self._control_words if word in text), None)

    def first_control_word(self, text: str) -> int:
        """Where the first special token of `text` begins; its length where there is none."""
        found = (text.find(word) for word in self._control_words)
        return min((at for at in found if at >= 0), default=len(text))

    def unknown_character(self, text: str) -> str | None:
        """The first character of `text` that no token stands for, or None."""
        if self._nfkc:
            text = unicodedata.normalize("NFKC", text)
        for char in dict.fromkeys(text.replace(" ", "")):
            ids = self.encode(char)
            if not ids or self._unknown in ids:
                return char
        return None

    def single(self, text: str, key: str) -> int:
        """The one token that `text` is.

        Args:
            text: the token's text.
            key: of bundle.json, for the message.

        Raises:
            UserError: if it takes several tokens.
        """
        ids = self.encode(text)
        if len(ids) != 1:
            raise UserError(
                f"bundle.json: {key} {text!r} is {len(ids)} tokens in {self._path} and must be "
                "one; use a token of its vocabulary."
            )
        return ids[0]

    def _find_anchor(self) -> str | None:
        """A special token that stands alone and leaves the text behind it as it is."""
        added = self._tokenizer.get_added_tokens_decoder()
        for number in sorted(added):
            token = added[number]
            if token.special and not (token.lstrip or token.rstrip or token.single_word):
                ids = self._tokenizer.encode(token.content, add_special_tokens=False).ids
                if ids == [number]:
                    return str(token.content)
        return None
