"""`vlm-driving node`: the node on bare DDS, for machines without ROS."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from vlm_driving import process
from vlm_driving.core import UserError
from vlm_driving.ros.node import VlmNode
from vlm_driving.ros.parameters import (
    SOURCES,
    NodeSettings,
    load,
    merged,
    preset,
    read,
    unlisted_cameras,
)
from vlm_driving.signals import Stopped, stopped_by_signal

if TYPE_CHECKING:
    from vlm_driving.ros.dds.port import DdsPort

NAME = "vlm_driving"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.description = (
        "Run the node on bare DDS: the topics of the ROS 2 node, without ROS. Its parameters come "
        "from files and options; parameter and lifecycle services exist under ROS alone. "
        "Advice is advisory: this is not a safety-rated component."
    )
    parser.add_argument(
        "--preset", choices=tuple(SOURCES), help="parameters for a known source of images"
    )
    parser.add_argument(
        "--params-file",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="parameters in ROS's own YAML form; may be given again, the last one wins",
    )
    parser.add_argument(
        "-p",
        "--param",
        action="append",
        default=[],
        metavar="NAME:=VALUE",
        help="one parameter, as in camera.front.topic:=/camera/image_raw; wins over files",
    )
    parser.add_argument("--namespace", default="/", help="where the node lives (default /)")
    parser.add_argument("--name", default=NAME, help=f"of the node (default {NAME})")


def run(args: argparse.Namespace) -> int:
    """Run until interrupted. Raises UserError for what the user can mend."""
    full = f"{args.namespace.rstrip('/')}/{args.name}"
    given = parameters(args.preset, args.params_file, args.param, full)
    settings = read(given)
    port_type = _port_type()
    process.give_way_soon()
    with stopped_by_signal() as stopped:
        port = port_type(args.name, namespace=args.namespace, use_sim_time=settings.use_sim_time)
        try:
            for camera in unlisted_cameras(given):
                port.log.warn(f"camera.{camera}.* is set, but cameras does not list {camera}.")
            _live(VlmNode(port, args.name), settings, stopped)
        finally:
            port.shutdown()
    return 0


def parameters(
    preset_name: str | None, files: Sequence[Path], single: Sequence[str], node: str
) -> dict[str, object]:
    """What was given, later ones on top: preset, files, single parameters.

    Args:
        preset_name: or None.
        files: in ROS's form.
        single: `name:=value`, the value in YAML.
        node: full name of the node.

    Raises:
        UserError: what cannot be read.
    """
    given: dict[str, object] = {} if preset_name is None else dict(preset(preset_name).parameters)
    for file in files:
        given = merged(given, load(file, node))
    return merged(given, dict(_single(text) for text in single))


def _single(text: str) -> tuple[str, object]:
    name, sign, value = text.partition(":=")
    if not sign or not name.strip():
        raise UserError(f"{text!r:.80} is no parameter; write NAME:=VALUE, as in budget_ms:=150.0.")
    try:
        return name.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise UserError(f"The value of {name} is no YAML: {value!r:.80}.") from error


def _live(node: VlmNode, settings: NodeSettings, stopped: Stopped) -> None:
    try:
        stopped.tidily = True
        node.configure(settings)
        if not stopped.event.is_set():
            node.activate()
        stopped.wait()
    finally:
        node.shutdown()


def _port_type() -> type[DdsPort]:
    try:
        from vlm_driving.ros.dds.port import DdsPort
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("cyclonedds"):
            raise
        raise UserError(
            "The node without ROS needs cyclonedds: pip install 'vlm-driving[dds]' (in a "
            "checkout: pip install '.[dds]'; wheels exist "
            "for Linux x86-64, macOS and Windows, Python 3.10 to 3.13), or run it under ROS 2: "
            "ros2 run vlm_driving vlm_driving_node."
        ) from error
    return DdsPort
