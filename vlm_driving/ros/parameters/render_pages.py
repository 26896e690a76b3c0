"""docs/ros_parameters.md and its Japanese twin, from the table."""

from __future__ import annotations

from dataclasses import dataclass

from vlm_driving.ros.parameters.parameter import Form, Kind, Parameter, number_text, text_of
from vlm_driving.ros.parameters.render_yaml import stream_words
from vlm_driving.ros.parameters.sources import SOURCES
from vlm_driving.ros.parameters.table import SECTIONS


@dataclass(frozen=True, slots=True)
class _Words:
    head: str
    columns: str
    live: tuple[str, str]
    of_form: dict[Form, str]
    between: str
    presets: str
    preset_columns: str
    no_clock: str
    clock: dict[str, str]


_EN = _Words(
    """# Parameters of the ROS 2 node

[日本語](ros_parameters.ja.md) · [README](../README.md)

**Advice is advisory. This is not a safety-rated component.** The page,
[config/vlm_driving.yaml](../config/vlm_driving.yaml) and the files in config/presets are written
from one table by `python -m vlm_driving.ros.parameters`.

Give parameters with `--params-file` or `-p`. A parameter that is not known, of another type or out
of its range is an error that names it, what it takes and the remedy. Parameters marked *live* may
change while the node runs (`ros2 param set`). The others are refused then: deactivate and clean the
node up, set them, and configure it again. `<camera>` stands for a name in `cameras`, and `<topic>`
for the resolved name of a topic.
""",
    "| Parameter | Type | Default | Takes | Changes | What it does |",
    ("reconfigure", "live"),
    {
        Form.TOPIC: "a topic",
        Form.TOPIC_OR_EMPTY: 'a topic or `""`',
        Form.NAME: "names",
        Form.ANY: "a text",
    },
    "{least} to {most} {unit}",
    """## Presets

Each is a parameter file `config/presets/<preset>.yaml`. CARLA and AWSIM were imitated by a
publisher, not run.
""",
    "| Preset | Source | Publishes | `/clock` |",
    "—",
    {},
)
_JA = _Words(
    """# ROS 2 ノードのパラメータ

[English](ros_parameters.md) · [README](../README.ja.md)

**助言は参考情報です。本ソフトウェアは機能安全の認証を受けた部品ではありません。**
このページと [config/vlm_driving.yaml](../config/vlm_driving.yaml)、config/presets のファイルは、
1つの表から `python -m vlm_driving.ros.parameters` で生成しています。

パラメータは `--params-file` か `-p` で指定します。未知の名前、型の違い、範囲外の値はエラーになり、
パラメータ名、指定できる値、直し方が示されます。「実行中」とあるものは、ノードの動作中に
`ros2 param set` で変更できます。「再設定」とあるものは動作中には変更できません。deactivate と
cleanup を行ってから設定し、もう一度 configure してください。`<camera>` は `cameras` に挙げた名前、
`<topic>` は解決後のトピック名を表します。
""",
    "| パラメータ | 型 | 既定値 | 指定できる値 | 変更 | 説明 |",
    ("再設定", "実行中"),
    {
        Form.TOPIC: "トピック名",
        Form.TOPIC_OR_EMPTY: 'トピック名または `""`',
        Form.NAME: "名前の一覧",
        Form.ANY: "文字列",
    },
    "{least}～{most} {unit}",
    """## プリセット

それぞれ `config/presets/<プリセット>.yaml` というパラメータファイルです。
CARLA と AWSIM については、配信を模擬して試験しており、実物では動かしていません。
""",
    "| プリセット | 配信元 | 配信内容 | `/clock` |",
    "—",
    {
        "with each frame": "フレームごと",
        "200 Hz, from `ros2 bag play --clock 200`": "200 Hz（`ros2 bag play --clock 200`）",
    },
)


def page(japanese: bool = False) -> str:
    """The page in one language."""
    words = _JA if japanese else _EN
    parts = [words.head]
    for section in SECTIONS:
        rows = [_row(one, words, japanese) for one in section.parameters]
        title = section.ja if japanese else section.en
        parts.append("\n".join([f"## {title}", "", *_table(words.columns, rows)]) + "\n")
    rows = []
    for name, source in SOURCES.items():
        streams = "<br>".join(
            f"`{one.topic}`: "
            + stream_words(one.type, one.encoding, one.reliability, one.depth, one.rate_hz)
            for one in source.streams
        )
        clock = (
            words.no_clock if source.clock is None else words.clock.get(source.clock, source.clock)
        )
        rows.append(f"| `{name}` | {source.ja if japanese else source.en} | {streams} | {clock} |")
    parts.append("\n".join([words.presets, *_table(words.preset_columns, rows)]) + "\n")
    return "\n".join(parts)


def _table(columns: str, rows: list[str]) -> list[str]:
    return [columns, "|" + " --- |" * (columns.count("|") - 1), *rows]


def _row(one: Parameter, words: _Words, japanese: bool) -> str:
    default = "—" if one.default is None else f"`{text_of(one.default)}`"
    cells = (
        f"`{one.name}`",
        one.kind.value,
        default,
        _takes(one, words),
        words.live[one.live],
        one.ja if japanese else one.en,
    )
    return f"| {' | '.join(cells)} |"


def _takes(one: Parameter, words: _Words) -> str:
    if one.choices:
        return ", ".join(f"`{choice}`" for choice in one.choices)
    if one.least is not None and one.most is not None:
        text = words.between.format(
            least=number_text(one.least), most=number_text(one.most), unit=one.unit
        )
        return text.rstrip()
    if one.kind is Kind.BOOL:
        return "`true`, `false`"
    return words.of_form[one.form]
