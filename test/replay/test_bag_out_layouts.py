"""The layouts for Foxglove and RViz show topics that there are. Neither program runs here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from vlm_driving.replay.bag_out_said import OutputTopics
from vlm_driving.replay.bag_types import known_types
from vlm_driving.resources import config_dir
from vlm_driving.ros.messages import Kind
from vlm_driving.simulator_recording import IMAGE_TOPIC

OUTPUTS = {name: kind.value for name, kind in OutputTopics("front").kinds(annotated=True).items()}
TOPICS = {
    **OUTPUTS,
    IMAGE_TOPIC: Kind.COMPRESSED_IMAGE.value,
    "/diagnostics": Kind.DIAGNOSTICS.value,
}
FOXGLOVE = json.loads((config_dir() / "foxglove" / "vlm_driving.json").read_text("utf-8"))
RVIZ = yaml.safe_load((config_dir() / "rviz" / "vlm_driving.rviz").read_text("utf-8"))
PANELS = {"Image", "RawMessages", "StateTransitions", "Plot", "DiagnosticSummary"}
"""Built into Foxglove."""


def panels_of(node: Any) -> Iterator[str]:
    """The panels of a split, in Foxglove's form."""
    if isinstance(node, str):
        yield node
        return
    assert set(node) == {"direction", "splitPercentage", "first", "second"}
    assert node["direction"] in ("row", "column")
    assert 0 < node["splitPercentage"] < 100
    yield from panels_of(node["first"])
    yield from panels_of(node["second"])


def message_paths() -> Iterator[str]:
    """All of Foxglove's message paths in the layout."""
    for config in FOXGLOVE["configById"].values():
        yield from (path["value"] for path in config.get("paths", ()))
        if "topicPath" in config:
            yield config["topicPath"]


def check_path(path: str) -> None:
    """Follow the fields of a message path, such as /a/b.results[0].score, to a plain value."""
    topic, *fields = path.split(".")
    msgtype = TOPICS[topic]
    for field in fields:
        name, listed = re.fullmatch(r"(\w+)(\[\d+\])?", field).groups()  # type: ignore[union-attr]
        of_field = dict(known_types().fielddefs[msgtype][1])[name]
        text = str(of_field)
        assert bool(listed) == ("SEQUENCE" in text), path
        named = re.search(r"\w+/msg/\w+", text)
        msgtype = named.group() if named else ""
    assert not msgtype, f"{path} ends at a {msgtype}"


def test_each_panel_of_the_foxglove_layout_is_set_up_and_shown_once():
    shown = list(panels_of(FOXGLOVE["layout"]))
    assert sorted(shown) == sorted(FOXGLOVE["configById"])
    assert {panel.partition("!")[0] for panel in shown} == PANELS
    assert set(FOXGLOVE) == {
        "configById", "globalVariables", "userNodes", "playbackConfig", "layout",
    }  # fmt: skip


def test_foxglove_paths_lead_to_values_of_messages_that_are_published():
    paths = [path for path in message_paths() if not path.isdecimal()]  # a number is a line
    assert len(paths) > 8
    for path in paths:
        check_path(path)


def test_foxglove_shows_the_camera_and_its_drawn_frames():
    images = {
        config["imageMode"]["imageTopic"]
        for config in FOXGLOVE["configById"].values()
        if "imageMode" in config
    }
    assert images == {OutputTopics("front").annotated, IMAGE_TOPIC}


def test_foxglove_shows_diagnostics():
    (summary,) = (
        config
        for panel, config in FOXGLOVE["configById"].items()
        if panel.startswith("DiagnosticSummary!")
    )
    assert summary["topicToRender"] == "/diagnostics"


def test_rviz_shows_the_camera_and_its_drawn_frames_without_foreign_plugins():
    displays = RVIZ["Visualization Manager"]["Displays"]
    images = [one for one in displays if one["Class"] == "rviz_default_plugins/Image"]
    assert {one["Topic"]["Value"] for one in images} == {
        OutputTopics("front").annotated,
        IMAGE_TOPIC,
    }
    # RViz takes what is behind the last slash for the transport.
    assert all(one["Topic"]["Value"].endswith("/compressed") for one in images)
    assert {one["Topic"]["Reliability Policy"] for one in images} == {"Best Effort"}
    classes = {one["Class"].partition("/")[0] for one in (*displays, *RVIZ["Panels"])}
    assert classes == {"rviz_default_plugins", "rviz_common"}
