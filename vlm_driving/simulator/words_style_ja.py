"""How a whole description sounds: faults of style, and others of a kind told of before."""

from __future__ import annotations

import re

MAX_SENTENCES = 3


def stiffness(text: str) -> int:
    """Faults of style: the same joint or word again and again, three like ends in a row."""
    sentences = text.split("。")
    faults = sum(s.count(joint) > 1 for s in sentences for joint in _JOINTS)
    faults += sum(text.count(word) > most for word, most in _SELDOM.items())
    ends = [s[-4:] for s in sentences if s]
    faults += len(ends) == MAX_SENTENCES and len({end.removeprefix("て") for end in ends}) == 1
    return faults


_JOINTS = ("で、", "て、", "おり、", "あり、", "見え、", "ですが、")
_SELDOM = {
    "前方": 1,
    "見え": 2,
    "車線": 3,
    "歩道に": 1,
    "交差": 1,
    "先の": 3,
    "すぐ": 1,
    "に車が": 1,
}


def also_there(text: str) -> str:
    """「歩道に歩行者がいます」 becomes 「歩道にも...」 where others have been told of before."""
    found = _STANDING.finditer(text)
    for at in reversed([m for m in found if _TOLD[m[2] == "自転車"].search(text, 0, m.start())]):
        text = f"{text[: at.start()]}にも{text[at.start() + 1 :]}"
    return text


_STANDING = re.compile(
    "に((?:[0-9]+[人台]の|数人の|小さな)?(歩行者|子ども|高齢者|人|自転車)が)(?=[いお見])"
)
_TOLD = {False: re.compile("歩行者|子ども|高齢者|お年寄り|人が"), True: re.compile("自転車")}
