"""Graphs in half precision, which the GPU's fused operators want.

The converter comes with onnxruntime and needs the package `onnx`; only the build step does.
"""

from __future__ import annotations

from pathlib import Path

from vlm_driving.core import UserError

_LARGEST = 1 << 31  # bytes that fit into one protobuf file


def write_half(source: Path, result: Path) -> None:
    """Write `source` with every float32 as float16, inputs and outputs too.

    Inputs and outputs are converted as well: a cast in between would separate the keys and values
    that go in from those that come out, which have to be one buffer.

    Raises:
        UserError: if the package onnx is missing or the graph cannot be converted.
        OSError: if the result cannot be written.
    """
    try:
        import onnx
        from onnxruntime.transformers.float16 import convert_float_to_float16
    except ImportError as error:
        raise UserError(
            f"fp16 graphs need the package onnx ({error}); run `pip install onnx`, or build with "
            "`--precision fp32`."
        ) from None
    try:
        model = convert_float_to_float16(onnx.load(str(source)), keep_io_types=False)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # the converter's errors are its own
        raise UserError(
            f"{source} cannot be converted to fp16 ({error}); build with `--precision fp32`."
        ) from None
    outside = model.ByteSize() >= _LARGEST
    onnx.save(model, str(result), save_as_external_data=outside, location=f"{result.name}.data")
