"""`vlm-driving simulate`: a simulated drive as a bag, or a model that drives in a closed loop."""

from __future__ import annotations

import argparse
import difflib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from vlm_driving.core import UserError
from vlm_driving.replay.bag_writer import Storage
from vlm_driving.simulator.drive import Drive
from vlm_driving.simulator.scenario import Scenario, ScenarioWorld, load_scenario
from vlm_driving.simulator.scene import Light, Weather
from vlm_driving.simulator_recording import (
    CAMERA_INFO_TOPIC,
    IMAGE_TOPIC,
    TRUTH_TOPIC,
    TWIST_TOPIC,
    write_drive,
    write_scenario,
)

if TYPE_CHECKING:
    from vlm_driving.replay.session import OpenedModel

__all__ = [
    "CAMERA_INFO_TOPIC",
    "IMAGE_TOPIC",
    "TRUTH_TOPIC",
    "TWIST_TOPIC",
    "configure",
    "run",
    "write_drive",
]

SECONDS, FPS_DEFAULT = 30.0, 10.0
MOST = 3600.0
LARGEST_SEED = 2**63 - 1
MOST_BUDGET_MS = 60_000.0
MOST_SCENES = MOST_SEEDS = 1000
DRIVER_CHOICES = ("model", "keep", "decelerate", "truth", "all")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of `simulate`."""
    parser.description = (
        "Write a simulated drive as a bag (pictures, camera, ego speed, ground truth); or, with "
        "--drive, let a model's advice set the ego's speed and path over scenarios, beside "
        "constant drivers and one that sees the ground truth."
    )
    add = parser.add_argument
    add("--out", type=Path, help="bag directory to be made; with --drive: directory for its frames")
    add("--seed", type=int, default=1, help="another seed, another town (default 1)")
    add("--scenario", metavar="F", help="a scenario's YAML file, or the name of a shipped one")
    add(
        "--sheet",
        type=Path,
        metavar="FILE",
        help="write a page of scenes with what is said of them",
    )
    add("--count", type=int, default=24, metavar="N", help="scenes of the sheet (default 24)")
    add("--list-scenarios", action="store_true", help="name the shipped scenarios")
    add("--seconds", type=float, help="length of the drive without a scenario (default 30)")
    add("--fps", type=float, help="pictures a second (default 10)")
    add("--light", choices=[x.value for x in Light], help="without a scenario (default day)")
    add("--weather", choices=[x.value for x in Weather], help="without a scenario (default clear)")
    add("--storage", choices=get_args(Storage), default="mcap", help="storage of the bag")
    loop = parser.add_argument_group("closed loop")
    loop.add_argument("--drive", action="store_true", help="let advice drive the ego")
    loop.add_argument("--model", type=Path, help="model bundle (default: the shipped one)")
    loop.add_argument(
        "--scenarios", nargs="+", metavar="F", help="files or names (default: all shipped ones)"
    )
    loop.add_argument(
        "--seeds", type=int, default=1, metavar="K", help="drive with K seeds from --seed on (1)"
    )
    loop.add_argument("--driver", choices=DRIVER_CHOICES, default="all", help="(default all)")
    loop.add_argument("--budget-ms", type=float, default=200.0, help="a frame's (default 200)")
    loop.add_argument("--threads", type=int, default=0, help="for the model (default 0: all cores)")


def run(args: argparse.Namespace) -> int:
    """Write the bag, or drive. Raises UserError for options that cannot be."""
    if args.list_scenarios:
        for path in shipped():
            print(f"{path.stem:20} {load_scenario(path).description}")
        return 0
    _check(args)
    if args.sheet is not None:
        return _sheet(args)
    if args.drive:
        return _drive(args)
    if args.out is None:
        raise UserError("--out is needed: name the bag directory to be made.")
    if args.out.exists():
        raise UserError(f"{args.out} exists already; name a new directory with --out.")
    fps = FPS_DEFAULT if args.fps is None else args.fps
    if args.scenario is not None:
        world = ScenarioWorld(load_scenario(find(args.scenario)), args.seed)
        write_scenario(args.out, world, fps, args.storage)
        return 0
    seconds = SECONDS if args.seconds is None else args.seconds
    light, weather = Light(args.light or "day"), Weather(args.weather or "clear")
    write_drive(args.out, Drive(args.seed, seconds, fps, light, weather), args.storage)
    return 0


def shipped() -> list[Path]:
    """The scenario files that ship, by name. Raises UserError where they are not installed."""
    from vlm_driving.resources import config_dir

    return sorted((config_dir() / "scenarios").glob("*.yaml"))


def find(name: str) -> Path:
    """The file of a scenario given as a path or as the name of a shipped one. Raises UserError."""
    path = Path(name)
    if os.path.isfile(path) or path.suffix in (".yaml", ".yml") or len(path.parts) != 1:
        return path
    known = {one.stem: one for one in shipped()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, list(known), n=1)
    lists = "`vlm-driving simulate --list-scenarios` names them."
    remedy = f"did you mean {near[0]}?" if near else lists
    raise UserError(f"no scenario {name!r} ships, and there is no such file: {remedy}")


def _check(args: argparse.Namespace) -> None:
    """Options that are out of range, or do not go together."""
    for name in ("seconds", "fps"):
        value = getattr(args, name)
        if value is not None and not 0 < value <= MOST:
            raise UserError(f"--{name} {value:g} is not possible; give more than 0, up to 3600.")
    if not 0 <= args.seed <= LARGEST_SEED:
        raise UserError(f"--seed {args.seed} is not possible; give 0 or more, below 2**63.")
    if not 1 <= args.seeds <= MOST_SEEDS:
        raise UserError(f"--seeds {args.seeds} is not possible; give 1 to {MOST_SEEDS}.")
    if not 0 < args.budget_ms <= MOST_BUDGET_MS:
        raise UserError(f"--budget-ms {args.budget_ms:g} is not possible; give 1 to 60000.")
    given = [n for n in ("seconds", "light", "weather") if getattr(args, n) is not None]
    if given and (args.scenario is not None or args.drive):
        raise UserError(f"--{given[0]} is the scenario's own: set it in a copy of its file.")
    if args.drive and args.scenario is not None:
        raise UserError("--scenario is for one bag: name what to drive with --scenarios.")
    if args.drive and args.fps is not None:
        raise UserError(
            "--fps does not go with --drive, which has 10 frames a second: leave it out."
        )
    if args.sheet is not None and (args.drive or args.scenario is not None or args.out is not None):
        raise UserError(
            "--sheet writes its page alone: leave out --out, --scenario and --drive, or --sheet."
        )
    if not args.drive and args.model is not None:
        raise UserError("--model goes with --drive: add it, or leave out --model.")
    if not args.drive and args.scenarios is not None:
        raise UserError("--scenarios goes with --drive: add it, or name one with --scenario.")


def _sheet(args: argparse.Namespace) -> int:
    """A contact sheet as one HTML page."""
    from vlm_driving.simulator.sheet import sheet_html

    if not 1 <= args.count <= MOST_SCENES:
        raise UserError(f"--count {args.count} is not possible; give 1 to {MOST_SCENES}.")
    try:
        args.sheet.write_text(sheet_html(args.seed, args.count), encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"{args.sheet} cannot be written ({error.strerror}); name another file."
        ) from error
    return 0


def _drive(args: argparse.Namespace) -> int:
    """The closed loop; the last line on stdout is its figures as one JSON object."""
    from vlm_driving.simulator_loop import DRIVERS, makers, run_loop

    paths = shipped() if args.scenarios is None else [find(name) for name in args.scenarios]
    scenarios: list[Scenario] = [load_scenario(path) for path in paths]
    names = [scenario.name for scenario in scenarios]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError(f"the scenario {twice[0]} is named twice: name each once.")
    if args.out is not None and args.out.exists():
        raise UserError(f"{args.out} exists already; name a new directory with --out.")
    drivers = DRIVERS if args.driver == "all" else (args.driver,)
    model = _open_model(args) if "model" in drivers else None
    made = makers(drivers, model, args.budget_ms)
    seeds = range(args.seed, args.seed + args.seeds)
    result = run_loop(scenarios, made, seeds, args.out)
    result["budget_ms"] = args.budget_ms
    result["model"] = None if model is None else model.name
    result["backend"] = None if model is None else model.backend
    print(json.dumps(result, ensure_ascii=False), flush=True)
    return 0


def _open_model(args: argparse.Namespace) -> OpenedModel:
    from vlm_driving.replay.model import open_here
    from vlm_driving.resources import default_bundle

    bundle = args.model or default_bundle()
    return open_here(bundle, args.threads)
