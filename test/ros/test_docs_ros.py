"""The pages about the ROS 2 side: both languages alike, and topics and options as in the code."""

from __future__ import annotations

import argparse
import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.pages import plain
from support.ros_pages import (
    NODE,
    READMES,
    TROUBLE,
    all_tables,
    anchors,
    code_blocks,
    commands,
    page,
    table_with,
    without_code,
)

from vlm_driving.cli import COMMANDS
from vlm_driving.ros import dds_command, launching
from vlm_driving.ros.active import QUESTIONS
from vlm_driving.ros.messages import Kind
from vlm_driving.ros.parameters import load, parameter, read
from vlm_driving.ros.port import RELIABLE, Qos
from vlm_driving.ros.simulator import command as simulator_command
from vlm_driving.ros.speakers import Speakers

PAIRS = [NODE, TROUBLE, ("report_schema.md", "report_schema.ja.md")]
ALL = [name for pair in PAIRS for name in pair]
LAUNCH_FILES = ("vlm_driving", "replay", "simulator")
DISCLAIMERS = ("not a safety-rated component", "機能安全の認証を受けた部品ではありません")


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0])
def test_both_languages_have_the_same_sections_tables_commands_and_words(
    pair: tuple[str, str], repository: Path
):
    english, japanese = (page(repository, name).text for name in pair)

    def headings(text: str) -> list[int]:
        return [len(one) for one in re.findall(r"^(#+) ", without_code(text), re.MULTILINE)]

    def shapes(text: str) -> list[list[int]]:
        return [[len(row) for row in table] for table in all_tables(text)]

    def words(text: str) -> set[str]:
        return set(re.findall(r"`([^`\n]+)`", without_code(text)))

    def blocks(text: str) -> list[str]:
        return [re.sub(r"\s+#.*", "", block) for _, block in code_blocks(text)]

    assert headings(english) == headings(japanese)
    assert shapes(english) == shapes(japanese)
    assert blocks(english) == blocks(japanese)
    assert words(english) ^ words(japanese) == set()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair[0])
def test_both_languages_list_the_same_names_in_the_same_order(
    pair: tuple[str, str], repository: Path
):
    def names(text: str) -> list[list[str]]:
        rows = [row for table in all_tables(text) for row in table]
        return [re.findall(r"`([^`]+)`", row[0]) for row in rows]

    english, japanese = (names(page(repository, name).text) for name in pair)
    assert english == japanese


@pytest.mark.parametrize("name", ALL)
def test_every_page_says_what_advice_is_not_and_names_no_place_of_our_machines(
    name: str, repository: Path
):
    text = page(repository, name).text
    assert any(words in text for words in DISCLAIMERS)
    assert re.findall(r"/(?:opt/(?!ros/)|work/|root/|home/)[\w/]*", text) == []


@pytest.mark.parametrize("name", [*ALL, *READMES])
def test_every_link_leads_to_a_file_and_a_section(name: str, repository: Path):
    folder = repository if name in READMES else repository / "docs"
    links = re.findall(r"\]\(([^)\s]+)\)", page(repository, name).text)
    assert len(links) > 3
    for target in links:
        path, _, anchor = target.partition("#")
        file = (folder / path).resolve() if path else folder / name
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file.read_text(encoding="utf-8")), target


class _Ends:
    """A port that only notes what is published."""

    def __init__(self) -> None:
        self.made: dict[str, tuple[Kind, Qos]] = {}

    log: Any = None

    def publisher(self, topic: str, kind: Kind, qos: Qos) -> _Ends:
        self.made[topic] = (kind, qos)
        return self

    def subscriber_count(self) -> int:
        return 0

    def close(self) -> None:
        pass


def told(qos: Qos) -> str:
    assert not qos.transient_local
    return f"{'reliable' if qos.reliable else 'best effort'}, depth {qos.depth}"


@pytest.mark.parametrize("name", NODE)
def test_every_topic_that_goes_out_stands_there_with_type_and_qos(name: str, repository: Path):
    port = _Ends()
    Speakers(port, ["<camera>"], True).close()  # type: ignore[arg-type]
    port.made["/diagnostics"] = (Kind.DIAGNOSTICS, RELIABLE)
    rows = table_with(page(repository, name).text, "`~/advice`")
    listed = {plain(row[0]): (plain(row[1]), row[2].replace("、", ", ")) for row in rows}
    assert listed == {topic: (kind.value, told(qos)) for topic, (kind, qos) in port.made.items()}


@pytest.mark.parametrize("name", NODE)
def test_every_topic_that_comes_in_stands_there_with_its_types(name: str, repository: Path):
    rows = table_with(page(repository, name).text, "`/clock`")
    listed = {type_name for row in rows for type_name in re.findall(r"`(\w+/msg/\w+)`", row[1])}
    assert listed == {
        kind.value
        for kind in (
            *(Kind.IMAGE, Kind.COMPRESSED_IMAGE, Kind.TEXT, Kind.CLOCK),
            *(Kind.ODOMETRY, Kind.TWIST, Kind.VELOCITY_REPORT),
        )
    }
    (asked,) = (row for row in rows if "question" in row[0])
    assert asked[2].replace("、", ", ") == told(QUESTIONS)


def declared(file: Path) -> dict[str, str]:
    """Arguments of a launch file with their defaults, read from its source: launch may be missing.

    A default that is a name is that of the module vlm_driving.ros.launching.
    """
    found = {}
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "DeclareLaunchArgument":
            given = {one.arg: one.value for one in node.keywords}
            default = given.get("default_value", ast.Constant(""))
            name = ast.literal_eval(node.args[0])
            found[name] = (
                getattr(launching, default.id)
                if isinstance(default, ast.Name)
                else ast.literal_eval(default)
            )
    return found


@pytest.mark.parametrize("name", NODE)
@pytest.mark.parametrize(
    ("launch", "first"),
    [("vlm_driving", "preset"), ("replay", "bag"), ("simulator", "scenario")],
)
def test_every_launch_argument_stands_there_with_its_default(
    launch: str, first: str, name: str, repository: Path
):
    rows = table_with(page(repository, name).text, f"`{first}`")
    listed = {plain(row[0]): plain(row[1]) for row in rows}
    assert listed == declared(repository / "launch" / f"{launch}.launch.py")


@pytest.mark.parametrize("name", [*NODE, *TROUBLE, *READMES])
def test_every_launch_argument_in_a_command_is_declared(name: str, repository: Path):
    of = {one: declared(repository / "launch" / f"{one}.launch.py") for one in LAUNCH_FILES}
    seen = 0
    for words in commands(page(repository, name).text):
        if words[:3] != ["ros2", "launch", "vlm_driving"]:
            continue
        seen += 1
        file = words[3].removesuffix(".launch.py")
        for word in words[4:]:
            argument, sign, _ = word.partition(":=")
            known = argument in of[file] | of["vlm_driving"]
            assert known if sign else word == "--show-args", " ".join(words)
    assert seen or name in TROUBLE


def options(module: Any) -> set[str]:
    parser = argparse.ArgumentParser()
    module.configure(parser)
    return {one for action in parser._actions for one in action.option_strings}


@pytest.mark.parametrize("name", [*NODE, *TROUBLE, *READMES])
def test_every_command_exists_with_the_options_that_are_shown(name: str, repository: Path):
    known = {"node": options(dds_command), "sim-node": options(simulator_command)}
    seen = 0
    for words in commands(page(repository, name).text):
        if words[0] != "vlm-driving":
            continue
        assert words[1] in {one.name for one in COMMANDS}, words
        if words[1] in known:
            seen += 1
            given = {word for word in words[2:] if word.startswith("-")}
            assert given <= known[words[1]], words
    assert seen or name in TROUBLE


@pytest.mark.parametrize("name", NODE)
def test_every_option_of_the_node_without_ros_stands_there(name: str, repository: Path):
    rows = table_with(page(repository, name).text, "`--preset NAME`")
    listed = {one for row in rows for one in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", row[0])}
    assert listed == options(dds_command) - {"-h", "--help"}


@pytest.mark.parametrize("name", [*NODE, *TROUBLE])
def test_every_parameter_that_is_named_exists(name: str, repository: Path):
    text = page(repository, name).text
    dotted = re.findall(r"`((?:camera|speed|diagnostics|preflight)\.[\w.<>]+)`", text)
    given = re.findall(r" -p (?:`)?([a-z_.]+):=", text)
    of_param = re.findall(r"ros2 param set /vlm_driving (\w+) ", text)
    assert len(dotted) > 3
    for one in [*dotted, *given, *of_param]:
        parameter(one.replace("<camera>", "front"), ["front"])


@pytest.mark.parametrize("name", NODE)
def test_every_parameter_file_that_is_shown_is_taken(name: str, repository: Path, tmp_path: Path):
    blocks = [block for kind, block in code_blocks(page(repository, name).text) if kind == "yaml"]
    assert len(blocks) == 2
    for block in blocks:
        (tmp_path / "my.yaml").write_text(block, encoding="utf-8")
        assert yaml.safe_load(block)
        settings = read(load(tmp_path / "my.yaml"))
        assert len(settings.cameras) == 3 or settings.qos_overrides
