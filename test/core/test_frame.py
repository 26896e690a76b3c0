"""A frame is an image of one shape and type; anything else is a programming error."""

from __future__ import annotations

import numpy as np
import pytest

from vlm_driving.core import CameraRole, Frame


def test_a_frame_knows_its_camera():
    frame = Frame(np.zeros((4, 6, 3), np.uint8), camera="front", stamp_ns=5)
    assert frame.role is CameraRole.FRONT
    assert frame.ego_speed_kmh is None


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((4, 6), np.uint8),
        np.zeros((4, 6, 4), np.uint8),
        np.zeros((4, 6, 3), np.float32),
        np.zeros((0, 6, 3), np.uint8),
        np.zeros((4, 0, 3), np.uint8),
    ],
    ids=["grey", "alpha", "float", "no rows", "no columns"],
)
def test_other_images_are_refused(image):
    with pytest.raises(ValueError, match="image"):
        Frame(image)


def test_only_front_cameras_advise():
    assert [role for role in CameraRole if role.advises] == [CameraRole.FRONT]
