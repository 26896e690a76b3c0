"""The parameter files that ship: the defaults with what they mean, and the presets."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from vlm_driving.ros.parameters.parameter import Parameter, Value, number_text, text_of
from vlm_driving.ros.parameters.sources import Source
from vlm_driving.ros.parameters.table import SECTIONS, parameter, parameters_of
from vlm_driving.ros.parameters.table_cameras import QOS

_WIDTH = 100
ADVISORY = "Advice is advisory: this is not a safety-rated component."


def defaults_yaml(cameras: tuple[str, ...] = ("front",)) -> str:
    """config/vlm_driving.yaml: every parameter with its default."""
    lines = _comment(
        "Parameters of the vlm_driving node, with their defaults: copy the file, keep the lines "
        "that you change, and give it with --params-file. A parameter that is not known is an "
        "error. Those marked (live) may change while the node runs, by ros2 param set.",
        "",
    )
    lines += [f"# {ADVISORY}", "", "/**:", "  ros__parameters:"]
    rows = parameters_of(cameras)
    for number, section in enumerate(SECTIONS):
        if section.parameters == QOS:
            continue
        plain = {one.name for one in section.parameters}
        mine = [
            one
            for one in rows
            if one.name in plain or (number == 0 and one.name.startswith("camera."))
        ]
        lines += ["", f"    # --- {section.en} ---"]
        lines += _nested({one.name: _value(one.default) for one in mine}, dict(_said(mine)))
    lines += ["", *_comment("QoS of one topic, where the defaults do not suit: ", "    ")]
    lines += [f"    # qos_overrides./camera/image_raw.subscription.{_qos_example()}"]
    return "\n".join(lines) + "\n"


def preset_yaml(source: Source) -> str:
    """One of config/presets: what the source publishes, and what suits it."""
    lines = _comment(f"Parameters of vlm_driving for {source.en}", "")
    lines += ["#", "# What it publishes:"]
    for one in source.streams:
        lines.append(f"#   {one.topic}")
        lines.append(
            f"#     {stream_words(one.type, one.encoding, one.reliability, one.depth, one.rate_hz)}"
        )
    lines += [f"#   /clock: {source.clock or 'none, time is that of the system'}"]
    lines += [f"# {ADVISORY}", "", "/**:", "  ros__parameters:"]
    cameras = source.parameters["cameras"]
    assert isinstance(cameras, tuple)
    values = {
        key: parameter(key, cameras).checked(value) for key, value in source.parameters.items()
    }
    return "\n".join(lines + _nested(values, {})) + "\n"


def stream_words(
    type_: str,
    encoding: str | None,
    reliability: str | None,
    depth: int | None,
    rate_hz: float | None,
) -> str:
    """A stream in one line."""
    words = [type_]
    if encoding:
        words.append(encoding)
    if reliability:
        words.append(reliability if depth is None else f"{reliability}, depth {depth}")
    if rate_hz:
        words.append(f"{rate_hz:g} Hz")
    return "; ".join(words)


def _said(rows: list[Parameter]) -> list[tuple[str, str]]:
    return [(one.name, one.en + _limits(one) + (" (live)" if one.live else "")) for one in rows]


def _limits(one: Parameter) -> str:
    if one.choices:
        return f" One of {', '.join(one.choices)}."
    if one.least is not None and one.most is not None:
        return (
            f" From {number_text(one.least)} to {number_text(one.most)} {one.unit}".rstrip() + "."
        )
    return ""


def _value(default: Value | None) -> Value:
    assert default is not None
    return default


def _nested(values: Mapping[str, Value], said: Mapping[str, str]) -> list[str]:
    """Lines of YAML below `ros__parameters`, a level for each dot."""
    lines: list[str] = []
    above: list[str] = []
    for key, value in values.items():
        *groups, name = key.split(".")
        shared = 0
        while shared < min(len(groups), len(above)) and groups[shared] == above[shared]:
            shared += 1
        for depth in range(shared, len(groups)):
            lines.append(f"{'  ' * (depth + 2)}{groups[depth]}:")
        above = groups
        indent = "  " * (len(groups) + 2)
        if key in said:
            lines += _comment(said[key], indent)
        lines.append(f"{indent}{name}: {text_of(value)}")
    return lines


def _comment(text: str, indent: str) -> list[str]:
    start = f"{indent}# "
    return textwrap.wrap(
        text, _WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False
    )


def _qos_example() -> str:
    row = QOS[0]
    return f"{row.name.rpartition('.')[2]}: {row.choices[1]}"
