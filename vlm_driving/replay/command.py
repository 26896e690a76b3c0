"""`vlm-driving replay`: a recording in, a run directory out."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vlm_driving import process
from vlm_driving.signals import EXIT_SIGNAL_BASE, stopped_by_signal

if TYPE_CHECKING:
    from vlm_driving.replay.options import ReplayOptions
    from vlm_driving.replay.session import OpenedModel


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Replay a rosbag (rosbag2 sqlite3 or mcap, ROS 1 .bag; no ROS needed) through a model, "
        "and write a run directory with one report for every frame."
    )
    add = parser.add_argument
    add("bag", type=Path, metavar="BAG", help="bag directory, or a .mcap, .db3 or .bag file")
    add("--out", type=Path, help="new directory for the run (default: runs/<bag>-<time>)")
    add("--model", type=Path, help="model bundle (default: the shipped one)")
    add("--config", type=Path, help="YAML file with these settings; the command line wins")
    add(
        "--pace",
        choices=("realtime", "every-frame"),
        help="realtime: recorded times, deadlines, newest frame wins (default); "
        "every-frame: each frame in full, no deadlines",
    )
    add("--rate", type=float, help="recorded seconds a second, in realtime pace (default 1)")
    add("--start", dest="start_s", type=float, metavar="S", help="seconds to leave out")
    add("--duration", dest="duration_s", type=float, metavar="S", help="seconds to replay")
    add("--budget-ms", type=float, metavar="MS", help="camera stamp to report (default 200)")
    add(
        "--backends",
        metavar="LIST",
        help="what may answer, the preferred one first: fpga, fpga-sim, onnx-gpu, onnx-cpu, with "
        "commas between; onnx-cpu,onnx-cpu keeps a spare that is warm (default auto: what this "
        "machine has; with every-frame, which takes one, onnx-cpu)",
    )
    add("--threads", type=int, help="threads for the model (default 0: all cores, at most 8)")
    add(
        "--frozen-after-frames",
        type=int,
        metavar="N",
        help="equal pictures that mean a hung camera driver (default 3; 0: never)",
    )
    add("--camera-topic", metavar="TOPIC", help="needed where the bag has several cameras")
    add(
        "--speed-topic",
        metavar="TOPIC",
        help="odometry or velocity topic for the ego speed (default: the only one; none: no speed)",
    )
    add(
        "--bag-out",
        type=Path,
        metavar="PATH",
        help="write a new rosbag2 directory, too: the bag's images, and beside them the topics "
        "that the ROS node publishes, for ros2 bag play, Foxglove and RViz",
    )
    add("--storage", choices=("mcap", "sqlite3"), help="storage of that bag (default mcap)")
    add(
        "--no-annotated",
        dest="annotated",
        action="store_false",
        default=None,
        help="leave frames with their reports drawn onto them out of that bag",
    )
    add(
        "--questions",
        type=Path,
        metavar="FILE",
        help="ask these about frames of the bag, and score the answers: JSON Lines with camera and "
        "stamp_ns",
    )
    add(
        "--question-budget-ms",
        type=float,
        metavar="MS",
        help="question to answer, in realtime pace (default 1000); with every-frame, none",
    )
    add(
        "--no-other-scene",
        dest="other_scene",
        action="store_false",
        default=None,
        help="do not ask each question on another scene's picture, too, which is the baseline",
    )


def run(args: argparse.Namespace) -> int:
    """Replay; the last line on stdout is the summary as one JSON object."""
    from vlm_driving.replay.options import ReplayOptions

    settings = _settings(args)
    options = ReplayOptions(
        bag=args.bag,
        model=_model(settings),
        out=args.out or default_out(args.bag, datetime.now()),
        **_options(settings),
    )
    return replay(options)


def replay(options: Any) -> int:
    """Replay as `options` (ReplayOptions) say, ending early and tidily on Ctrl-C or SIGTERM."""
    from vlm_driving.replay.model import open_model
    from vlm_driving.replay.session import run_replay
    from vlm_driving.replay.source import open_bag_source

    process.give_way_soon()
    with stopped_by_signal() as stopped:

        def open_then_stop_tidily(options: ReplayOptions) -> OpenedModel:
            model = open_model(options)
            stopped.tidily = True
            return model

        finished = run_replay(
            options,
            open_model=open_then_stop_tidily,
            open_source=open_bag_source,
            stop=stopped.event,
        )
    with suppress(OSError):  # nobody reads it: the summary is due all the same
        print(f"run directory: {finished.path}", file=sys.stderr)
        if options.bag_out is not None:
            print(f"bag:           {options.bag_out}", file=sys.stderr)
        print(f"report page:   {finished.path / 'report.html'}", file=sys.stderr, flush=True)
    print(json.dumps(finished.summary, ensure_ascii=False), flush=True)
    return 0 if stopped.number is None else EXIT_SIGNAL_BASE + stopped.number


def default_out(bag: Path, now: datetime, parent: Path = Path("runs")) -> Path:
    """`runs/<bag>-<time>`, with a number behind it where that exists."""
    name = bag.resolve().name.split(".")[0] or "bag"
    base = parent / f"{name}-{now:%Y%m%d-%H%M%S}"
    candidates = (base.with_name(f"{base.name}-{n}") for n in range(2, 1000))
    return base if not os.path.lexists(base) else next(p for p in candidates if not p.exists())


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    """The configuration file's settings, overruled by the command line's."""
    from vlm_driving.config import REPLAY_SETTINGS, load_settings

    settings: dict[str, Any] = {}
    if args.config is not None:
        settings.update(load_settings(args.config, REPLAY_SETTINGS))
    for setting in REPLAY_SETTINGS:
        if (value := getattr(args, setting.key)) is not None:
            settings[setting.key] = value
    return settings


def _model(settings: Mapping[str, Any]) -> Path:
    if (named := settings.get("model")) is not None:
        return Path(named)
    from vlm_driving.resources import default_bundle

    return default_bundle()


def _options(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as arguments of ReplayOptions."""
    from vlm_driving.replay.options import Pace

    options = {key: value for key, value in settings.items() if key != "model"}
    if "pace" in options:
        options["pace"] = Pace(options["pace"])
    if "bag_out" in options:
        options["bag_out"] = Path(options["bag_out"])
    if "questions" in options:
        options["questions"] = Path(options["questions"])
    return options
