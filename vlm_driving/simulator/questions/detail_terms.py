"""What a description is put together from, and the rubric that follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vlm_driving.simulator.questions.terms import NONE, Group, Reply

MAX_SAID = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to say: ways to say it, and what a listener must hear."""

    name: str
    sentences: tuple[str, ...]
    group: Group


NAMES: dict[str, Group] = {
    "lead": ["先行車", "前の車", "前方の車", "同じ車線の前方"],
    "parked": ["駐車", "止まっている車"],
    "oncoming": ["対向車"],
    "pedestrian": ["歩行者", "歩いている人"],
    "cyclist": ["自転車"],
    "works": ["工事"],
    "obstacle": ["落下物", "落ちて"],
    "crosser": ["横切ろう", "横から", "横道から", "横向きの車"],
    "jam": ["渋滞", "車列"],
    "railway": ["踏切"],
    "tunnel": ["トンネル"],
    "crossing": ["横断歩道"],
    "stop_line": ["停止線"],
    "stop_sign": ["止まれ", "一時停止"],
    "flagger": ["誘導員", "警備員"],
    "signal": ["信号"],
    "limit": ["時速"],
}
EXTRA_SIGNS = (
    "ほかに目立つ標識や表示は見当たりません。",
    "それ以外の標識や表示は見当たりません。",
    "ほかに従うべき表示は見当たりません。",
)
EXTRA = (
    "ほかに目立つものは見当たりません。",
    "それ以外に気になるものは見当たりません。",
    "そのほかに目立つものはありません。",
)


def compose(
    items: list[Item],
    empty: tuple[str, ...],
    names: tuple[str, ...],
    extra: tuple[str, ...] = EXTRA,
) -> Reply:
    """A reply from a part's items, weightiest first.

    `names`: what may show in this part; `extra` follows where one thing alone shows.
    """
    if not items:
        wrong = [NAMES[n] for n in names]
        return Reply("none", empty, {"must": [NONE], "must_not": wrong, "form": None})
    said = items[:MAX_SAID]
    answers = []
    for turn in range(6):
        text, rest_turn = "", turn
        for item in said:
            rest_turn, way = divmod(rest_turn, len(item.sentences))
            text += item.sentences[way]
        answers.append(text + (extra[turn % 3] if len(said) == 1 else ""))
    answers = list(dict.fromkeys(answers))
    rubric: dict[str, Any] = {"must": [said[0].group], "form": None}
    rest = [item.group for item in items[1:]]
    if rest:
        rubric["any"] = {"k": max(1, (len(said) - 1) // 2), "of": rest}
    shown = {item.name for item in items}
    wrong = [NAMES[n] for n in names if n not in shown]
    if wrong:
        rubric["must_not"] = wrong
    return Reply("+".join(item.name for item in items), tuple(answers), rubric)
