"""From a directory as the ONNX community ships it to the graphs of a bundle."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import onnx

from vlm_driving.core import UserError
from vlm_driving.training.export import graphs
from vlm_driving.training.export.needs import Say

STEMS = {
    "vision_encoder": "vision_encoder",
    "embed_tokens": "embed_tokens",
    "decoder": "decoder_model_merged",
}
_SUFFIXES = {
    "fp32": ("", "_int8", "_quantized", "_uint8", "_q4", "_bnb4"),
    "int8": ("_int8", "_quantized", "_uint8", "", "_q4", "_bnb4"),
    "int4": ("_q4", "_bnb4", "_int8", "_quantized", "_uint8", ""),
}
"""File name endings by preference; half precision is not among them, CPUs do not compute in it."""
_PRECISION = {
    "": "fp32",
    "_int8": "int8",
    "_quantized": "int8",
    "_uint8": "int8",
    "_q4": "int4",
    "_bnb4": "int4",
}


def is_community_directory(source: Path) -> bool:
    """Whether a directory holds decoder graphs, whatever their precision."""
    return any((source / "onnx").glob(f"{STEMS['decoder']}*.onnx"))


def choose_graphs(source: Path, precision: str) -> dict[str, dict[str, str]]:
    """The graph files to use, as `graphs` of bundle.json.

    The decoder comes as close to `precision` as there is. The other two run once a frame or
    are a look-up: they are taken in float32 where that was downloaded.

    Raises:
        UserError: naming the graph that is missing.
    """
    chosen = {}
    for graph, stem in STEMS.items():
        wanted = precision if graph == "decoder" else "fp32"
        for suffix in _SUFFIXES[wanted]:
            if (source / "onnx" / f"{stem}{suffix}.onnx").is_file():
                entry = {"file": f"onnx/{stem}{suffix}.onnx", "precision": _PRECISION[suffix]}
                chosen[graph] = entry
                break
        else:
            there = sorted(p.name for p in (source / "onnx").glob(f"{stem}*.onnx"))
            raise UserError(
                f"{source}/onnx has no usable {stem} graph (found: {', '.join(there) or 'none'}); "
                f"download {stem}.onnx."
            )
    return chosen


def copy_graphs(source: Path, work: Path, files: Iterable[str], say: Say) -> None:
    """Copy graphs and the weight files that they name.

    Raises UserError for a graph that is no ONNX file or whose weights are missing.
    """
    for name in files:
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, work / name)
        try:
            model = onnx.load(str(source / name), load_external_data=False)
        except Exception:  # protobuf's own error type is private
            raise UserError(
                f"{source / name} is no ONNX file (a git-lfs pointer or a cut download?); "
                f"download it again."
            ) from None
        for location in sorted(_weight_files(model)):
            if not (source / name).with_name(location).is_file():
                raise UserError(
                    f"{(source / name).with_name(location)} is missing, which {name} keeps its "
                    f"weights in; download it too."
                )
            shutil.copy((source / name).with_name(location), (work / name).with_name(location))
        newest = max(
            (entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")),
            default=0,
        )
        if newest > graphs.OPSET_MAX or model.ir_version > graphs.IR_MAX:
            say(
                f"{name}: opset {newest}, IR {model.ir_version} needs a newer onnxruntime than 1.23"
            )


def image_size_of(source: Path, file: str) -> int | None:
    """Side of the square that a vision graph was fixed to, or None where it takes any."""
    model = onnx.load(str(source / file), load_external_data=False)
    for value in model.graph.input:
        if value.name == "pixel_values":
            side = value.type.tensor_type.shape.dim[-1].dim_value
            return int(side) or None
    return None


def _weight_files(model: onnx.ModelProto) -> set[str]:
    """Names of the files beside a graph that hold its weights."""
    return {
        entry.value
        for tensor in model.graph.initializer
        for entry in tensor.external_data
        if entry.key == "location"
    }
