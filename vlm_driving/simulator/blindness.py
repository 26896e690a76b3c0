"""Pictures that show no road, or too little of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.scene import Scene


def make_blind(image: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
    """The picture (h, w, 3) as `scene.blind` leaves it; may write into `image`."""
    return image
