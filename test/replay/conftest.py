"""A small bag and a small model, both real."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support.asked import asking_bundle
from support.drawn_pictures import CATEGORIES, draw
from support.question_sets import heron_directory, row
from support.tiny_bundle import make_tiny_bundle

from vlm_driving import cli
from vlm_driving.replay.bag_writer import BagWriter

CAMERA = "/sensing/camera/front/image_raw/compressed"
SPEED = "/vehicle/twist"
BEGIN_NS = 1_700_000_000_000_000_000


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle directory of a few hundred kilobytes."""
    return make_tiny_bundle(tmp_path_factory.mktemp("model") / "tiny")


@pytest.fixture
def make_camera_bag(tmp_path: Path) -> Callable[..., Path]:
    """Writes a bag with a camera, a damaged message as its third, and a speed topic."""

    def make(frames: int = 12, period_ms: int = 20, name: str = "drive") -> Path:
        rng = np.random.default_rng(0)
        with BagWriter(tmp_path / name) as bag:
            for i in range(frames):
                stamp_ns = BEGIN_NS + i * period_ms * 1_000_000
                bag.twist(SPEED, stamp_ns, 10.0)
                if i == 2:
                    bag.jpeg(CAMERA, stamp_ns + 1, "optical", np.frombuffer(b"no jpeg", np.uint8))
                else:
                    image = rng.integers(0, 255, (72, 128, 3), np.uint8)
                    bag.image(CAMERA, stamp_ns + 1, "optical", image)
        return tmp_path / name

    return make


@pytest.fixture(scope="session")
def asked_model(tmp_path_factory):
    return asking_bundle(tmp_path_factory.mktemp("asked") / "tiny")


@pytest.fixture
def heron(tmp_path):
    """Two questions about each of four pictures, in Heron's layout."""
    rows = []
    for number in range(8):
        one = row(number, CATEGORIES[number % 3], "")
        rows.append({**one, "image": f"{number // 2:03d}.jpg"})
    folder = heron_directory(tmp_path / "set", rows, {n: "前方に車両がいます。" for n in range(8)})
    for number in range(4):
        draw(folder / "images" / f"{number:03d}.jpg", number)
    return folder


@pytest.fixture
def run_heron(capsys, asked_model, tmp_path):
    """Exit code, the object on stdout, stderr and the run."""

    def run(*words, out="run"):
        arguments = [*words]
        if "--resume" not in words:
            arguments += ["--out", tmp_path / out]
            arguments += [] if "--model" in words else ["--model", asked_model]
        code = cli.main(["heron", *map(str, arguments), "--threads", "1"])
        printed, err = capsys.readouterr()
        last = json.loads(printed.strip().splitlines()[-1]) if printed.strip() else None
        return code, last, err, tmp_path / out

    return run
