"""Writes simulated drives as bags: pictures, camera, ego speed, ground truth."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from vlm_driving.replay.bag_writer import BagWriter, Storage
from vlm_driving.simulator.drive import Drive
from vlm_driving.simulator.ground_truth import ground_truth_json
from vlm_driving.simulator.scenario import ScenarioWorld, Sight, TruthDriver, drive
from vlm_driving.simulator.scenario.loop import frames
from vlm_driving.simulator.things import things
from vlm_driving.simulator.words_ja import describe

IMAGE_TOPIC = "/sensing/camera/front/image_raw/compressed"
CAMERA_INFO_TOPIC = "/sensing/camera/front/camera_info"
TWIST_TOPIC = "/vehicle/status/twist"
TRUTH_TOPIC = "/simulator/ground_truth"
FRAME_ID = "front_camera"
START_NS = 1_750_000_000 * 1_000_000_000
"""Stamp of the first picture: fixed, so that the same arguments give the same bag."""


def write_drive(out: Path, town: Drive, storage: Storage = "mcap") -> None:
    """Render a drive through the town as a bag. Raises UserError when it cannot be written."""
    _write(out, ((t_s, Sight(scene)) for t_s, scene in town), len(town), town.seed, storage)


def write_scenario(out: Path, world: ScenarioWorld, fps: float, storage: Storage = "mcap") -> None:
    """Render a scenario, driven by its ground truth, as a bag. Raises UserError as above."""
    moments = ((m.t_s, m.sight) for m in drive(world, TruthDriver(), fps))
    _write(out, moments, frames(world, fps), world.seed, storage)


def truth_text(t_s: float, sight: Sight, seed: int, count: int) -> str:
    """The JSON of `TRUTH_TOPIC` for frame `count` of a drive, `t_s` after the first stamp."""
    scene, speed = sight.scene, sight.scene.ego_speed_kmh
    words = describe(sight.facts, sight.truth, np.random.default_rng([seed, count]), speed)
    truth = ground_truth_json(t_s, speed, sight.facts, sight.truth, words)
    found = things(scene, sight.rendering, sight.facts)
    truth["things"] = [thing.to_json() for thing in found]
    return json.dumps(truth, ensure_ascii=False)


def _write(
    out: Path, seen: Iterable[tuple[float, Sight]], most: int, seed: int, storage: Storage
) -> None:
    """Write what is seen, at most `most` pictures, with a progress bar on stderr."""
    console = Console(stderr=True)
    count = 0
    # The bar ends with the block: after an interruption, too, it comes before the last words.
    with (
        BagWriter(out, storage=storage) as bag,
        Progress(*Progress.get_default_columns(), console=console) as progress,
    ):
        for t_s, sight in progress.track(seen, total=most, description="Rendering the drive"):
            stamp_ns = START_NS + round(t_s * 1e9)
            scene, image, speed = sight.scene, sight.rendering.image, sight.scene.ego_speed_kmh
            height, width = image.shape[:2]
            bag.twist(TWIST_TOPIC, stamp_ns, (speed or 0.0) / 3.6)
            bag.camera_info(
                CAMERA_INFO_TOPIC, stamp_ns, FRAME_ID, width, height, scene.camera.hfov_rad
            )
            bag.image(IMAGE_TOPIC, stamp_ns, FRAME_ID, image)
            bag.string(TRUTH_TOPIC, stamp_ns, truth_text(t_s, sight, seed, count))
            count += 1
    console.print(f"{count} pictures in {out}")
