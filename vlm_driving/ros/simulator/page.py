"""The table of parameters in docs/ros_simulator.md and its Japanese twin."""

from __future__ import annotations

from vlm_driving.ros.parameters.parameter import Form, Kind, Parameter, number_text, text_of
from vlm_driving.ros.simulator.parameters import PARAMETERS

_COLUMNS = (
    "| Parameter | Type | Default | Takes | What it does |",
    "| パラメータ | 型 | 既定値 | 指定できる値 | 説明 |",
)
_TEXT, _TOPIC = ("a text", "文字列"), ("a topic", "トピック名")
_BETWEEN = ("{} to {} {}", "{}～{} {}")


def table(japanese: bool = False) -> str:
    """Every parameter of the node, in Markdown."""
    rows = [_row(one, japanese) for one in PARAMETERS]
    return "\n".join([_COLUMNS[japanese], "|" + " --- |" * 5, *rows])


def _row(one: Parameter, japanese: bool) -> str:
    takes = (_TOPIC if one.form is Form.TOPIC else _TEXT)[japanese]
    if one.kind is Kind.BOOL:
        takes = "`true`, `false`"
    elif one.least is not None and one.most is not None:
        limits = (number_text(one.least), number_text(one.most))
        takes = _BETWEEN[japanese].format(*limits, one.unit).rstrip()
    assert one.default is not None
    cells = (f"`{one.name}`", one.kind.value, f"`{text_of(one.default)}`", takes)
    return f"| {' | '.join(cells)} | {one.ja if japanese else one.en} |"
