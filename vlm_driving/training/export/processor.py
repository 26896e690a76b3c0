"""What a Hugging Face image processor does, as the preprocessing of a bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vlm_driving.core import UserError
from vlm_driving.training.export.writer import read_json

_RESAMPLE = {1: "lanczos", 2: "bilinear", 3: "bicubic"}
_HALF = [0.5, 0.5, 0.5]


def read_processor(source: Path) -> dict[str, Any]:
    """The image processor's settings, from either of the files that transformers writes.

    Raises UserError when the directory has neither.
    """
    plain, nested = source / "preprocessor_config.json", source / "processor_config.json"
    if plain.is_file():
        return read_json(plain)
    if nested.is_file():
        settings = read_json(nested).get("image_processor")
        if isinstance(settings, dict):
            return settings
    raise UserError(
        f"{source} has no preprocessor_config.json, so its image size and normalization are "
        f"unknown; fetch that file from where the model came from."
    )


def preprocess_spec(settings: dict[str, Any], source: Path, image_size: int) -> dict[str, Any]:
    """`preprocess` of bundle.json.

    Args:
        settings: of the image processor.
        source: directory, for messages.
        image_size: side that the vision tower was made for.

    Raises:
        UserError: for a resampling or a crop that the runtime does not have.
    """
    resample = settings.get("resample", 3)
    if resample not in _RESAMPLE:
        raise UserError(
            f"{source}: resample {resample!r} of its image processor is not supported; set it "
            f"to 1 (lanczos), 2 (bilinear) or 3 (bicubic) in preprocessor_config.json."
        )
    size = settings.get("size") or image_size
    if isinstance(size, int):
        cropped = settings.get("do_center_crop")
        size = {"shortest_edge": size} if cropped else {"height": size, "width": size}
    normalized, rescaled = settings.get("do_normalize", True), settings.get("do_rescale", True)
    width, height, fit = _geometry(settings, size, source, image_size)
    spec = {
        "width": width,
        "height": height,
        "fit": fit,
        "resample": _RESAMPLE[resample],
        "channel_order": "RGB",
        "mean": list(settings.get("image_mean") or _HALF) if normalized else [0.0, 0.0, 0.0],
        "std": list(settings.get("image_std") or _HALF) if normalized else [1.0, 1.0, 1.0],
        "rescale": settings.get("rescale_factor", 1 / 255) if rescaled else 1.0,
        "jpeg_reduce": False,
    }
    if "longest_edge" in size:
        spec["first_longest_edge"] = size["longest_edge"]
    return spec


def _geometry(
    settings: dict[str, Any], size: dict[str, int], source: Path, image_size: int
) -> tuple[int, int, str]:
    """Width, height and fit of the last resize."""
    if "longest_edge" in size:  # an image that is not split is squeezed into the tower's square
        side = (settings.get("max_image_size") or {}).get("longest_edge", image_size)
        return side, side, "stretch"
    if "shortest_edge" not in size:
        return size["width"], size["height"], "stretch"
    if settings.get("do_pad"):
        raise UserError(
            f"{source}: its image processor pads images to a square first, which is not "
            f"supported; set do_pad to false in preprocessor_config.json to cut them instead."
        )
    crop = settings.get("crop_size") or size["shortest_edge"]
    if isinstance(crop, int):
        crop = {"height": crop, "width": crop}
    width, height = crop["width"], crop["height"]
    if width != size["shortest_edge"] or height != size["shortest_edge"]:
        raise UserError(
            f"{source}: its image processor scales to {size['shortest_edge']} and then cuts "
            f"out {width}x{height}, which is not supported; give both the same size in "
            f"preprocessor_config.json."
        )
    return width, height, "cover"
