"""What an image processor of transformers does, and that the runtime does the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import transformers
from PIL import Image

from vlm_driving.core import UserError
from vlm_driving.runtime.preprocess import PreprocessSpec, preprocess
from vlm_driving.training.export.processor import preprocess_spec, read_processor

pytestmark = pytest.mark.train

SQUARE = {"height": 64, "width": 64}
PROCESSORS: dict[str, tuple[str, dict[str, Any]]] = {
    "clip": ("CLIPImageProcessor", {"size": {"shortest_edge": 64}, "crop_size": SQUARE}),
    "siglip": ("SiglipImageProcessor", {"size": SQUARE, "resample": 3}),
    "siglip-bilinear": ("SiglipImageProcessor", {"size": SQUARE, "resample": 2}),
    "smolvlm": (
        "SmolVLMImageProcessor",
        {
            "size": {"longest_edge": 256},
            "max_image_size": {"longest_edge": 64},
            "do_image_splitting": False,
        },
    ),
}


def road(width: int, height: int) -> np.ndarray:
    """Stripes, a gradient and noise, BGR."""
    rng = np.random.default_rng(width)
    y, x = np.mgrid[0:height, 0:width]
    image = np.stack([x * 255 // width, y * 255 // height, (x + y) % 256], axis=2)
    image[(x // 9) % 4 == 0] = 240
    return (image + rng.integers(-20, 20, image.shape)).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [(128, 72), (150, 100), (300, 301)])
@pytest.mark.parametrize("name", PROCESSORS)
def test_pixels_are_within_two_of_255(name, size, tmp_path):
    kind, options = PROCESSORS[name]
    processor = getattr(transformers, kind)(**options)
    processor.save_pretrained(tmp_path)
    spec = preprocess_spec(read_processor(tmp_path), tmp_path, 64)
    spec |= {"mean": tuple(spec["mean"]), "std": tuple(spec["std"])}
    image = road(*size)
    ours = preprocess(image, PreprocessSpec(**spec))
    pil = Image.fromarray(np.ascontiguousarray(image[:, :, ::-1]))
    theirs = np.asarray(processor(pil, return_tensors="np")["pixel_values"]).reshape(ours.shape)
    steps = np.abs(ours - theirs) * np.array(spec["std"]).reshape(1, 3, 1, 1) * 255
    assert steps.max() <= 2.01


def test_settings_inside_a_processor_config_are_found(tmp_path):
    inner = {"size": SQUARE, "resample": 1}
    (tmp_path / "processor_config.json").write_text(json.dumps({"image_processor": inner}))
    spec = preprocess_spec(read_processor(tmp_path), tmp_path, 32)
    assert (spec["width"], spec["fit"], spec["resample"]) == (64, "stretch", "lanczos")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"resample": 0}, "resample 0 .* is not supported; set it to 1"),
        ({"size": {"shortest_edge": 80}, "crop_size": SQUARE}, "scales to 80 and then cuts"),
        ({"size": {"shortest_edge": 64}, "do_pad": True}, "pads images to a square"),
    ],
)
def test_what_the_runtime_cannot_do_is_refused(settings, message):
    with pytest.raises(UserError, match=message):
        preprocess_spec(settings, Path("model"), 64)
