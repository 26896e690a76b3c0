"""How a daylight colour looks at a distance, in the light and weather of a scene."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vlm_driving.simulator.scene import Atmosphere, Colour

BEAM_M = 55.0
"""How far the ego's headlamps reach."""
SNOW: Colour = (238.0, 233.0, 228.0)
"""Fresh snow in plain daylight."""


@dataclass(frozen=True, slots=True)
class Lighting:
    """Shades colours: ambient light, the ego's headlamps at night, haze with distance."""

    air: Atmosphere

    def clearness(self, x_m: float) -> float:
        """The share of a thing's own contrast that is left `x_m` ahead, 1 near to 0 in fog."""
        return math.exp(-x_m / self.air.haze_m)

    def shade(self, colour: Colour, x_m: float, gain: float = 1.0) -> Colour:
        """A matt surface `x_m` ahead; `gain` is the face's own brightness."""
        air = self.air
        beam = 0.0
        if air.headlamps > 0.0 and x_m < BEAM_M:
            near = 1.0 - x_m / BEAM_M
            beam = air.headlamps * near * near
        clear = math.exp(-x_m / air.haze_m)
        veil = 1.0 - clear
        ambient, haze = air.ambient, air.sky_low
        return (
            min(255.0, colour[0] * (ambient[0] + beam) * gain) * clear + haze[0] * veil,
            min(255.0, colour[1] * (ambient[1] + beam) * gain) * clear + haze[1] * veil,
            min(255.0, colour[2] * (ambient[2] + beam) * gain) * clear + haze[2] * veil,
        )

    def shine(self, colour: Colour, x_m: float) -> Colour:
        """A lamp `x_m` ahead: it keeps its colour and only fades a little in the haze."""
        clear = math.exp(-x_m / (2.5 * self.air.haze_m))
        haze = self.air.sky_low
        return (
            colour[0] * clear + haze[0] * (1 - clear),
            colour[1] * clear + haze[1] * (1 - clear),
            colour[2] * clear + haze[2] * (1 - clear),
        )

    def topped(self, colour: Colour, x_m: float, gain: float = 1.0) -> Colour:
        """A matt top (roof, bonnet, hedge) `x_m` ahead: white where snow lies."""
        snow = min(1.0, 1.3 * self.air.snow_cover)
        b, g, r = (c * (1.0 - snow) + s * snow for c, s in zip(colour, SNOW, strict=True))
        return self.shade((b, g, r), x_m, gain)
