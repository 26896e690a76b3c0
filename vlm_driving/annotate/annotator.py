"""Frames with their reports drawn onto them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.annotate.panel import Band, advice_band, status_band, text_size
from vlm_driving.annotate.words import words_of
from vlm_driving.core import SceneReport

_KEPT_BANDS = 2  # the status and the advice
_JPEG_LARGEST = 65500  # libjpeg's limit to either side


class Annotator:
    """Draws reports; one a camera, used by one thread at a time.

    A band is drawn when its words change and laid over the frame again while they stay.
    """

    def __init__(self, quality: int = 80) -> None:
        """Set the JPEG quality, 1 to 100.

        Raises:
            ValueError: for another quality.
        """
        if not 1 <= quality <= 100:
            raise ValueError(f"the JPEG quality is 1 to 100, got {quality}")
        self._quality = quality
        self._bands: OrderedDict[tuple[object, ...], Band] = OrderedDict()

    def draw(self, image: NDArray[np.uint8], report: SceneReport) -> NDArray[np.uint8]:
        """A copy of `image` with the words of `report`.

        A frame without room for text that can be read comes back as it is.

        Args:
            image: (height, width, 3) uint8, BGR; not changed.
            report: of any outcome.

        Returns:
            An image of the same shape, its own memory.
        """
        drawn = np.array(image, np.uint8, order="C")
        height, width = drawn.shape[:2]
        size = text_size(width, height)
        if size is None:
            return drawn
        said = words_of(report)
        frame = (width, height, size)
        status = (said.status, said.late)
        advice = (said.speed, said.path, said.headline, said.details)
        for key, make in (
            ((*frame, status), lambda: status_band(said, width, size)),
            ((*frame, advice), lambda: advice_band(said, width, height, size)),
        ):
            self._band(key, make).lay_over(drawn)
        return drawn

    def jpeg(self, image: NDArray[np.uint8], report: SceneReport) -> bytes:
        """`draw`, as a JPEG file.

        Raises:
            ValueError: if a side has more than 65500 pixels, which JPEG cannot hold.
        """
        if max(image.shape[:2]) > _JPEG_LARGEST:
            raise ValueError(f"a JPEG side has at most {_JPEG_LARGEST} pixels, got {image.shape}")
        options = [cv2.IMWRITE_JPEG_QUALITY, self._quality]
        written, data = cv2.imencode(".jpg", self.draw(image, report), options)
        if not written:
            raise ValueError(f"OpenCV wrote no JPEG of an image of shape {image.shape}")
        return bytes(data)

    def _band(self, key: tuple[object, ...], make: Callable[[], Band]) -> Band:
        band = self._bands.pop(key, None)
        if band is None:
            band = make()
        self._bands[key] = band
        if len(self._bands) > _KEPT_BANDS:
            self._bands.popitem(last=False)
        return band
