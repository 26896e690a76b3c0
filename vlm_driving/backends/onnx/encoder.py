"""The vision encoder: pixels to image tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vlm_driving.backends.onnx.device import CPU, Placement
from vlm_driving.backends.onnx.resident import ResidentRun
from vlm_driving.backends.onnx.signature import DTYPES, FLOATS
from vlm_driving.core import UserError

_MASKS = ("pixel_attention_mask",)


class VisionEncoder:
    """Binds pixel_values, with or without an axis of images, and a pixel mask where wanted."""

    def __init__(
        self,
        session: Any,
        path: object,
        height: int,
        width: int,
        tokens: int,
        placement: Placement = CPU,
    ) -> None:
        """Read what the session wants.

        Args:
            session: of the encoder.
            path: of its graph, for messages.
            height: pixels of the input.
            width: pixels of the input.
            tokens: that bundle.json promises for one image.
            placement: where the session runs.

        Raises:
            UserError: naming an input that is not known here or another number of tokens.
        """
        self._session = session
        self._path = path
        self._tokens = tokens
        self._masks: dict[str, NDArray[Any]] = {}
        pixels = None
        for item in session.get_inputs():
            rank = len(item.shape)
            if item.name == "pixel_values" and item.type in FLOATS and rank in (4, 5):
                pixels = item
            elif item.name in _MASKS and item.type in DTYPES and rank in (3, 4):
                shape = (1,) * (rank - 2) + (height, width)
                self._masks[item.name] = np.ones(shape, dtype=DTYPES[item.type])
            else:
                raise UserError(
                    f"{path}: the vision encoder wants an input {item.name} {item.type} "
                    f"{list(item.shape)} that is not known here; export it with pixel_values alone."
                )
        if pixels is None:
            raise UserError(f"{path}: the vision encoder has no input pixel_values; export it so.")
        self._check_size(pixels.shape, height, width)
        self._dtype = DTYPES[pixels.type]
        self._rank = len(pixels.shape)
        names = [item.name for item in session.get_outputs()]
        self._output = "image_features" if "image_features" in names else names[0]
        self._feeds: dict[str, NDArray[Any]] = dict(self._masks)
        self._resident: Callable[[dict[str, NDArray[Any]]], NDArray[Any]] | None = None
        if not placement.on_host:
            shape = (1,) * (self._rank - 4) + (1, 3, height, width)
            self._feeds["pixel_values"] = np.zeros(shape, dtype=self._dtype)
            self._resident = ResidentRun(session, self._feeds, self._output, placement)
        probe = self.encode(np.zeros((1, 3, height, width), dtype=np.float32))
        self.hidden = int(probe.shape[2])

    def encode(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """(1, 3, height, width) -> (1, tokens, hidden).

        Raises:
            UserError: if the graph gives another number of tokens than bundle.json promises.
        """
        shaped = pixels.astype(self._dtype, copy=False)
        self._feeds["pixel_values"] = shaped if self._rank == 4 else shaped[None]
        if self._resident is not None:
            features = self._resident({"pixel_values": self._feeds["pixel_values"]})
        else:
            features = self._session.run([self._output], self._feeds)[0]
        flat = features.reshape(1, -1, features.shape[-1])
        if flat.shape[1] != self._tokens:
            raise UserError(
                f"{self._path}: the vision encoder gives {flat.shape[1]} tokens an image, but "
                f"image_tokens in bundle.json is {self._tokens}; correct it there."
            )
        result: NDArray[np.float32] = flat.astype(np.float32, copy=False)
        return result

    def _check_size(self, shape: Any, height: int, width: int) -> None:
        for axis, size in ((-2, height), (-1, width)):
            if isinstance(shape[axis], int) and shape[axis] != size:
                raise UserError(
                    f"{self._path}: the vision encoder's pixel_values are {list(shape)}, but "
                    f"bundle.json's preprocess makes {height} x {width}; correct it there."
                )
