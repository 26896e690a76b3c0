"""`vlm-driving sim-node`: the simulator on bare DDS, seen by every ROS 2 node."""

from __future__ import annotations

import argparse
import json
from typing import Any

from vlm_driving import process
from vlm_driving.ros.parameters.parameter import Kind, Parameter
from vlm_driving.ros.simulator.parameters import PARAMETERS, read
from vlm_driving.signals import EXIT_SIGNAL_BASE, stopped_by_signal

_TYPES = {Kind.INTEGER: int, Kind.DOUBLE: float, Kind.STRING: str}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add an option for each parameter of the node."""
    parser.description = (
        "Drive a simulated road as a ROS 2 node, without ROS (ROS_DOMAIN_ID as ever): pictures, "
        "speed, /clock and ground truth below /simulator; the ego follows the advice of a node "
        "that runs beside it. Each drive's score is a line of JSON on stdout. Advice is advisory: "
        "this is not a safety-rated component."
    )
    for one in PARAMETERS:
        _add(parser, one)


def run(args: argparse.Namespace) -> int:
    """Drive until the end or a signal. Raises UserError for what cannot be."""
    from vlm_driving.ros.dds.port import DdsPort
    from vlm_driving.ros.simulator.node import NODE, SimulatorNode

    values = {one.name: getattr(args, one.name) for one in PARAMETERS}
    settings = read({name: value for name, value in values.items() if value is not None})
    process.give_way_soon()
    with stopped_by_signal() as stopped:
        port = DdsPort(NODE)
        try:
            node = SimulatorNode(port, settings)
            stopped.tidily = True
            node.run(stopped.event, _print)
            stopped.tidily = False
        finally:
            port.shutdown()
    return 0 if stopped.number is None else EXIT_SIGNAL_BASE + stopped.number


def _add(parser: argparse.ArgumentParser, one: Parameter) -> None:
    option = f"--{one.name.replace('_', '-')}"
    words = f"{one.en} (default {json.dumps(one.default)})".replace("%", "%%")
    if one.kind is Kind.BOOL:
        parser.add_argument(option, action=argparse.BooleanOptionalAction, help=words)
        return
    metavar = (one.unit or one.kind.value).upper()
    parser.add_argument(option, type=_TYPES[one.kind], metavar=metavar, help=words)


def _print(score: dict[str, Any]) -> None:
    print(json.dumps(score, ensure_ascii=False), flush=True)
