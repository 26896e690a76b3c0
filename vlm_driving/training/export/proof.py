"""A bundle is what it says when it has answered an image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from vlm_driving.backends.onnx import open_runner
from vlm_driving.core import UserError
from vlm_driving.runtime.bundle import ModelBundle
from vlm_driving.runtime.engine import Engine
from vlm_driving.runtime.events import AdviceDecoded, Sentence


def prove(bundle: ModelBundle) -> str:
    """Let the bundle answer one image; returns what it said, on one line.

    Raises UserError when the runtime refuses it or it gives no advice.
    """
    engine = Engine(bundle, open_runner(bundle))
    rows, columns = np.mgrid[0:360, 0:640]
    image = np.stack([rows * 255 // 360, columns * 255 // 640, (rows + columns) % 256], axis=2)
    said = ""
    for event in engine.answer(image.astype(np.uint8), 30.0, None):
        if isinstance(event, AdviceDecoded):
            said = f"{event.advice.speed.value} {event.advice.path.value}" + said
        elif isinstance(event, Sentence):
            said += f" {event.text}"
    if not said:
        raise UserError(f"{bundle.name} gave no advice on a test image; export it again.")
    return " ".join(said.split())


def count_image_tokens(vision_file: Path, preprocess: dict[str, Any]) -> int:
    """Tokens that a vision graph gives for one image. Raises UserError when it cannot run."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(
            str(vision_file), options, providers=["CPUExecutionProvider"]
        )
        height, width = preprocess["height"], preprocess["width"]
        feed: dict[str, Any] = {}
        for value in session.get_inputs():
            if value.name == "pixel_values":
                lead = (1,) * (len(value.shape) - 3)
                feed[value.name] = np.zeros((*lead, 3, height, width), np.float32)
                feed[value.name][..., 0, 0] = 1.0  # all zeros would count as padding
            elif value.name == "pixel_attention_mask":
                kind = bool if "bool" in value.type else np.int64
                feed[value.name] = np.ones((1, 1, height, width), kind)
            else:
                raise UserError(
                    f"{vision_file.name} wants an input {value.name!r}, which is not supported."
                )
        shape = session.run(None, feed)[0].shape
    except UserError:
        raise
    except Exception as error:  # onnxruntime's errors share no public base class
        raise UserError(
            f"{vision_file.name} does not run on this onnxruntime "
            f"({str(error).splitlines()[0][:200]}); choose another --precision."
        ) from None
    return int(shape[-2]) * (int(shape[0]) if len(shape) == 3 else 1)
