"""A pinhole camera that looks along a bent road."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.scene import CameraPose, Road, Scene


@dataclass(frozen=True, slots=True)
class Camera:
    """Projects road coordinates (x forward, y left, z up, metres) to continuous pixels."""

    pose: CameraPose
    focal_px: float
    matrix: NDArray[np.float64]  # (3, 3): road axes to (u * w, v * w, w), w the depth
    origin: NDArray[np.float64]  # (3,): where the road's origin goes
    bend: NDArray[np.float64]  # (3,): added times x * x

    @classmethod
    def of(cls, scene: Scene, width: int, height: int) -> Camera:
        """The camera of a scene for pictures of `width` x `height` pixels."""
        return cls.build(scene.camera, scene.road, scene.ego_offset_m, width, height)

    @classmethod
    def build(
        cls, pose: CameraPose, road: Road, offset_m: float, width: int, height: int
    ) -> Camera:
        """A camera `offset_m` left of the middle of the ego lane."""
        sin_yaw, cos_yaw = math.sin(pose.yaw_rad), math.cos(pose.yaw_rad)
        sin_pitch, cos_pitch = math.sin(pose.pitch_rad), math.cos(pose.pitch_rad)
        focal = width / 2 / math.tan(pose.hfov_rad / 2)
        turn = np.array(  # road axes to right, down, forward
            [
                [sin_yaw, -cos_yaw, 0.0],
                [sin_pitch * cos_yaw, sin_pitch * sin_yaw, -cos_pitch],
                [cos_pitch * cos_yaw, cos_pitch * sin_yaw, sin_pitch],
            ]
        )
        lens = np.array([[focal, 0.0, width / 2], [0.0, focal, height / 2], [0.0, 0.0, 1.0]])
        matrix = (lens @ turn).T
        origin = np.array([0.0, -offset_m, -pose.height_m]) @ matrix
        bend = np.array([0.0, 0.5 * road.curvature_per_m, 0.5 * road.slope_per_m]) @ matrix
        return cls(pose, focal, matrix, origin, bend)

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) road points, all in front of the camera, to (n, 2) pixels."""
        x = points[:, :1]
        seen = points @ self.matrix
        seen += self.origin
        seen += x * x * self.bend
        depth = np.maximum(seen[:, 2:], 0.3)
        out: NDArray[np.float64] = seen[:, :2] / depth
        return out

    def point(self, x: float, y: float, z: float) -> tuple[float, float]:
        """One road point to pixels."""
        u, v = self.project(np.array([[x, y, z]]))[0].tolist()
        return u, v

    def pixels_per_metre(self, x: float) -> float:
        """How many pixels a metre across has at distance `x`."""
        return self.focal_px / max(x, 0.3)
