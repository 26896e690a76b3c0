"""How sure an answer is of what it claims.

A hedge is a claim still: おそらく赤です says red. But whoever could be wrong has said less than
whoever says it outright. What is merely polite, or concluded (でしょう, と思われます, ようです),
is no doubt.
"""

from __future__ import annotations

import re

STRONG = 0.25
"""What is lost where it is perhaps so."""
MILD = 0.15
"""What is lost where it is probably so."""

_PERHAPS = re.compile(
    r"かもです|可能性(?:が|も|は)(?:あり|ある|考えられ)|かどうか|ような気が|(?:くらい|ぐらい|ほど|あたり)(?:でしょう|だろう)か\??$"
)
_PROBABLY = re.compile(r"可能性が(?:非常に|とても|かなり)?高|はずです|らしい|かと思")
_PROBABLY_BEFORE = re.compile(r"おそらく|恐らく|たぶん|多分|もしか(?:した|する)|ひょっと|どうも")
_NO_CONFIDENCE = re.compile(
    r"間違って(?:い)?(?:たら|るかも|いるかも)|違(?:って(?:い)?たら|うかも|っているかも)|見間違い|"
    r"迷い(?:ます|ました)|迷う|どちらかと(?:言|い)(?:えば|うと)|"
    r"(?:自信|確信|確証)(?:は|が|も)(?:あまり)?(?:ありません|ない|持て)|"
    r"(?:確か|確実|定か)(?:なこと)?(?:では|は)(?:ありません|ない|言えません|分かりません)|"
    r"(?:たぶん|多分|おそらく|推測|想像|勘)(?:です|に(?:過ぎ|すぎ))|"
    r"(?:断定|断言|確定|特定)(?:は|も|することは)?でき(?:ません|ない|ず)|"
    r"はっきり(?:と)?(?:は|も)?(?:分かりません|分からない|言えません|言えない|見えません|見えない|しません|しない)"
)
_FEW = 4
_NEAR = 60


_UNDECIDED = re.compile(
    r"(?:判断(?:が|は)?つ(?:き|か)|決め(?:られ|かね)|(?:何|なん)とも(?:言え|いえ)|どちらとも(?:言え|いえ))"
    r"[^、]{0,6}$"
)


def is_undecided(said: tuple[str, ...]) -> bool:
    """Whether the one sentence of an answer ends by saying that it cannot tell."""
    return len(said) == 1 and _UNDECIDED.search(said[-1]) is not None


def doubt_of(sentence: str, start: int, end: int, stop: int) -> float:
    """What the mention at [start, end) of a normalized sentence loses, its clause up to `stop`."""
    said = sentence[end:stop]
    if _PERHAPS.search(said):
        return STRONG
    before = sentence[max(0, start - _NEAR) : start]
    return MILD if _PROBABLY.search(said) or _PROBABLY_BEFORE.search(before) else 0.0


def doubt_of_all(sentence: str) -> float:
    """The same for all that a sentence says."""
    if _PERHAPS.search(sentence):
        return STRONG
    return MILD if _PROBABLY.search(sentence) or _PROBABLY_BEFORE.search(sentence) else 0.0


def disclaims(said: tuple[str, ...]) -> bool:
    """Whether a short answer calls itself unsure as a whole; a long one speaks of a detail."""
    return len(said) <= _FEW and any(is_unsure(sentence) for sentence in said)


def is_unsure(sentence: str) -> bool:
    """Whether a sentence says that it is not certain."""
    return _NO_CONFIDENCE.search(sentence) is not None
