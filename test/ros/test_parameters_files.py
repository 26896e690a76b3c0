"""Parameter files in ROS's form, and the files and pages that the table makes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from vlm_driving.core import UserError
from vlm_driving.ros.parameters import NodeSettings, flat, load, read
from vlm_driving.ros.parameters.__main__ import made, write

MADE = made()


def written(folder: Path, text: str) -> Path:
    path = folder / "p.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", MADE)
def test_what_the_table_makes_is_what_lies_there(name: str, repository: Path) -> None:
    text = (repository / name).read_text(encoding="utf-8")
    assert text == MADE[name], "run python -m vlm_driving.ros.parameters"


def test_all_of_it_can_be_written_anew(tmp_path: Path) -> None:
    write(tmp_path)
    assert {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*")} == set(MADE)


def test_the_file_of_defaults_sets_every_parameter_to_its_default(repository: Path) -> None:
    values = load(repository / "config" / "vlm_driving.yaml")
    assert read(values) == NodeSettings()
    assert list(values) == list(flat(NodeSettings()))


def test_the_types_in_the_files_are_those_that_ros_demands(repository: Path) -> None:
    for path in (repository / "config").rglob("*.yaml"):
        if "ros__parameters" not in path.read_text(encoding="utf-8"):
            continue
        values = load(path)
        for key, value in values.items():
            right = flat(read(values))[key]
            assert value == list(right) if isinstance(right, tuple) else type(value) is type(right)


@pytest.mark.parametrize("name", ["docs/ros_parameters.md", "docs/ros_parameters.ja.md"])
def test_a_page_has_whole_tables_with_every_parameter(name: str) -> None:
    lines = [line for line in MADE[name].splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in lines} == {7, 5}
    for key in flat(NodeSettings()):
        assert f"| `{key.replace('camera.front', 'camera.<camera>')}` |" in MADE[name]


def test_nested_and_dotted_keys_are_the_same(tmp_path: Path) -> None:
    text = """
/**:
  ros__parameters:
    cameras: [front, left]
    camera.front.topic: /a
    camera:
      left:
        topic: /b
    qos_overrides:
      /a:
        subscription:
          reliability: reliable
"""
    values = load(written(tmp_path, text))
    assert values == {
        "cameras": ["front", "left"],
        "camera.front.topic": "/a",
        "camera.left.topic": "/b",
        "qos_overrides./a.subscription.reliability": "reliable",
    }
    assert read(values).qos("/a").reliability == "reliable"


@pytest.mark.parametrize(
    ("block", "node", "taken"),
    [
        ("/**", "/a/b/vlm_driving", True),
        ("/a/**", "/a/b/vlm_driving", True),
        ("/**/vlm_driving", "/vlm_driving", True),
        ("/**/vlm_driving", "/a/b/vlm_driving", True),
        ("/*", "/vlm_driving", True),
        ("/*", "/a/vlm_driving", False),
        ("/*/vlm_driving", "/a/vlm_driving", True),
        ("vlm_driving", "/vlm_driving", True),
        ("/vlm_driving", "/a/vlm_driving", False),
        ("other", "/vlm_driving", False),
    ],
)
def test_a_block_is_for_the_nodes_that_its_pattern_names(
    block: str, node: str, taken: bool, tmp_path: Path
) -> None:
    path = written(tmp_path, yaml.safe_dump({block: {"ros__parameters": {"threads": 1}}}))
    if taken:
        assert load(path, node) == {"threads": 1}
        return
    with pytest.raises(UserError, match=r"none of .*: write them below /\*\*:"):
        load(path, node)


def test_later_blocks_win_and_namespaces_may_be_nested(tmp_path: Path) -> None:
    text = """
/**: {ros__parameters: {threads: 1, budget_ms: 100.0}}
car: {vlm_driving: {ros__parameters: {threads: 2}}}
"""
    assert load(written(tmp_path, text), "/car/vlm_driving") == {"threads": 2, "budget_ms": 100.0}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("budget_ms: 100.0\n", "where the name of a node belongs"),
        ("ros__parameters: {threads: 1}\n", "has threads where the name of a node belongs"),
        ("/**: {ros__parameters: [1]}\n", "holds no keys"),
        ("/**: {ros__parameters: {1: 2}}\n", "put it in quotes"),
        ("/**: {ros__parameters: {threads: 1, threads: 2}}\n", "sets threads twice"),
        ("", "sets parameters of nothing"),
        ("/**:\n", "nothing below /**"),
        ("/**: {ros__parameters: &a {camera: *a}}\n", "holds itself"),
        ("/**: &a {inner: *a}\n", "holds itself"),
        ("/**: [\n", "is not YAML"),
    ],
)
def test_a_file_of_another_form_is_told_how_to_mend_it(
    text: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as caught:
        load(written(tmp_path, text))
    assert words in str(caught.value), caught.value


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="name an existing YAML file"):
        load(tmp_path / "none.yaml")
