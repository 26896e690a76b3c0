"""`vlm-driving simulate`: a drive through the built-in town, written as a bag with ground truth."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import get_args

import numpy as np
from rich.console import Console
from rich.progress import Progress

from vlm_driving.core import UserError
from vlm_driving.replay.bag_writer import BagWriter, Storage
from vlm_driving.simulator import advise, describe, render, visible_facts
from vlm_driving.simulator.drive import Drive
from vlm_driving.simulator.ground_truth import ground_truth_json
from vlm_driving.simulator.scene import Light, Weather

IMAGE_TOPIC = "/sensing/camera/front/image_raw/compressed"
TWIST_TOPIC = "/vehicle/status/twist"
TRUTH_TOPIC = "/simulator/ground_truth"
FRAME_ID = "front_camera"
START_NS = 1_750_000_000 * 1_000_000_000
"""Stamp of the first picture: fixed, so that the same arguments give the same bag."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `simulate`."""
    parser.add_argument("--out", type=Path, required=True, help="bag directory to be made")
    parser.add_argument("--seed", type=int, default=1, help="another seed, another town")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the drive")
    parser.add_argument("--fps", type=float, default=10.0, help="pictures a second")
    parser.add_argument(
        "--light", choices=[x.value for x in Light], default="day", help="time of day"
    )
    parser.add_argument(
        "--weather", choices=[x.value for x in Weather], default="clear", help="weather"
    )
    parser.add_argument(
        "--storage", choices=get_args(Storage), default="mcap", help="storage of the bag"
    )


def run(args: argparse.Namespace) -> int:
    """Write the bag. Raises UserError for options that cannot be."""
    for name in ("seconds", "fps"):
        value = getattr(args, name)
        if not 0 < value <= 3600:
            raise UserError(f"--{name} {value:g} is not possible; give more than 0, up to 3600.")
    if args.seed < 0:
        raise UserError(f"--seed {args.seed} is not possible; give 0 or more.")
    if args.out.exists():
        raise UserError(f"{args.out} exists already; name a new directory with --out.")
    write_drive(
        args.out,
        Drive(args.seed, args.seconds, args.fps, Light(args.light), Weather(args.weather)),
        args.storage,
    )
    return 0


def write_drive(out: Path, drive: Drive, storage: Storage = "mcap") -> None:
    """Render a drive and write its pictures, speeds and ground truth as a bag."""
    console = Console(stderr=True)
    # The bar ends with the block: after an interruption, too, it comes before the last words.
    with (
        BagWriter(out, storage=storage) as bag,
        Progress(*Progress.get_default_columns(), console=console) as progress,
    ):
        steps = progress.track(
            enumerate(drive), total=len(drive), description="Rendering the drive"
        )
        for index, (t_s, scene) in steps:
            stamp_ns = START_NS + round(t_s * 1e9)
            rendering = render(scene)
            facts = visible_facts(scene, rendering)
            speed = scene.ego_speed_kmh
            advice = advise(facts, speed)
            words = describe(facts, advice, np.random.default_rng([drive.seed, index]), speed)
            truth = ground_truth_json(t_s, speed, facts, advice, words)
            bag.twist(TWIST_TOPIC, stamp_ns, (speed or 0.0) / 3.6)
            bag.image(IMAGE_TOPIC, stamp_ns, FRAME_ID, rendering.image)
            bag.string(TRUTH_TOPIC, stamp_ns, json.dumps(truth, ensure_ascii=False))
    console.print(f"{len(drive)} pictures in {out}")
