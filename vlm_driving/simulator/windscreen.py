"""What is on the glass and in the lens: drops, dirt, glare, reflections, wiper, bonnet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.scene import Scene


def look_through(image: NDArray[np.uint8], scene: Scene) -> NDArray[np.uint8]:
    """The picture (h, w, 3) behind the glass; may write into `image`."""
    return image
