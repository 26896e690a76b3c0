"""What a Japanese answer says about signals, people and the vehicle ahead.

Only what is named counts, in the words that our simulator's captions use; a sentence that
denies (歩行者は見えません) names nothing.
"""

from __future__ import annotations

import re

COLOURS = {"赤": "red", "黄": "yellow", "青": "green"}

_SIGNAL = re.compile(r"([赤黄青])色?信号|信号[はが]([赤黄青])")
_DENIED = re.compile(r"[^。、]*(?:見えません|見当たりません|いません|ありません)")
_PEDESTRIAN = re.compile(r"歩行者")
_LEAD = re.compile(r"軽自動車|乗用車|ワゴン車|トラック|前の車|先行車|前に車が|前方に車が")


def signal_colours(text: str) -> frozenset[str]:
    """The colours of signals that `text` names: red, yellow, green."""
    found = (before or after for before, after in _SIGNAL.findall(text))
    return frozenset(COLOURS[character] for character in found)


def names_pedestrian(text: str) -> bool:
    """Whether `text` says that somebody is on foot."""
    return bool(_PEDESTRIAN.search(_DENIED.sub("", text)))


def names_lead(text: str) -> bool:
    """Whether `text` says that a vehicle goes ahead of us."""
    return bool(_LEAD.search(_DENIED.sub("", text)))
