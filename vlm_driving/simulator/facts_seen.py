"""When a thing of a rendering counts as seen at the model's resolution.

Seen means: big enough, at least 40 % of it not covered by other things, and standing out from
what surrounds it in the picture as the model gets it (so the dark, fog, snow, rain and dirt on
the glass hide things without a rule of their own).

| thing | least size at 320x160 |
|---|---|
| lit signal lamp, lit arrow lamp | 2 px both ways |
| signal that is off (its housing) | 4 px high: its unlit lamps have 2 px then |
| fallen object | 6 px high, or 6 px wide and 3 px high (timber lies flat) |
| stop line, crossing | 0.5 px, 1.2 px deep |
| all else | 6 px high and 2 px wide |

Of a thing that the picture's border cuts, 30 % of its width or 16 px must be inside.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vlm_driving.simulator.canvas import (
    ID_ANIMAL,
    ID_ARROW,
    ID_CROSSING,
    ID_OBSTACLE,
    ID_ROAD,
    ID_SIGNAL,
    ID_STOP_LINE,
    ID_STOP_TEXT,
)
from vlm_driving.simulator.render import Rendering
from vlm_driving.simulator.render_ground import STOP_LINE_DEPTH_M
from vlm_driving.simulator.scene import Scene, SignalColour, Vehicle
from vlm_driving.simulator.view import MODEL_VIEW

MIN_HEIGHT_PX = 6.0
MIN_LAMP_PX = 2.0
MIN_HOUSING_PX = 4.0
MIN_FLAT_PX = 3.0
MIN_WIDTH_PX = 2.0
MIN_INSIDE_PX = 16.0
MIN_INSIDE_SHARE = 0.3
MIN_VISIBLE_SHARE = 0.4
MIN_CONTRAST, MIN_CONTRAST_DARK, MIN_CONTRAST_SHARE = 12.0, 8.0, 0.3
"""Grey levels between a thing and its surroundings, in its best colour channel: 30 % of the
surroundings' brightness, but 8 at least, and 12 are always enough."""
LARGE_PX2 = 400
THIRDS_PX = 9.0
_PAINT = (ID_STOP_LINE, ID_CROSSING, ID_STOP_TEXT)
PAINT_SHARE, TEXT_SHARE = 0.67, 0.9
"""Lines and stripes on the road, which are long, need less of that; so does a painted word."""
MIN_STOP_LINE_PX = 0.5
MIN_CROSSING_PX = 1.2
MIN_BRAKE_LAMP_PX2 = 1.5
"""Area of one brake lamp from which on lit and unlit can be told apart."""


def seen_things(scene: Scene, rendering: Rendering, shown: Sequence[int]) -> frozenset[int]:
    """The ids of the id-map that count as seen (animals, road and lane lines are none).

    `shown` is the number of pixels that each id has in the finished id-map.
    """
    return frozenset(
        thing
        for thing in rendering.things
        if ID_STOP_LINE <= thing < ID_ANIMAL and _counts(scene, rendering, thing, shown[thing])
    )


def model_px_per_m(rendering: Rendering, x_m: float) -> float:
    """Pixels of the model's input that a metre across has at distance `x_m`."""
    height, width = rendering.image.shape[:2]
    return rendering.camera.pixels_per_metre(x_m) * MODEL_VIEW.scale(width, height)


def height_px(rendering: Rendering, thing: int) -> float:
    """The height of a thing as if nothing covered or cut it, in pixels of the model's input."""
    box = rendering.things[thing].box
    return box[3] - box[1]


def brake_lamps_show(car: Vehicle, rendering: Rendering) -> bool:
    """Whether lit and unlit brake lamps of `car` can be told apart."""
    scale = model_px_per_m(rendering, car.x_m)
    return 0.24 * car.width_m * 0.12 * car.height_m * scale * scale >= MIN_BRAKE_LAMP_PX2


def contrast(rendering: Rendering, thing: int) -> float:
    """How far a thing stands out, as a share of what it needs: seen from 1 on.

    What counts is the larger of its step to the surroundings (of a higher thing: of its upper,
    middle or lower third to what is beside it) and of the texture that it has more than they:
    flakes, drops and glare lie over both. Of a large thing all texture counts.
    """
    left, top, right, bottom = rendering.things[thing].box
    u0, v0 = max(0, int(left) - 3), max(0, int(top) - 3)
    u1, v1 = min(MODEL_VIEW.width, int(right) + 4), min(MODEL_VIEW.height, int(bottom) + 4)
    inside = (rendering.ids[v0:v1, u0:u1] == thing).view(np.uint8)
    count = cv2.countNonZero(inside)
    if count == 0:
        return 0.0
    pixels = rendering.small[v0:v1, u0:u1]
    outside = 1 - inside
    if thing in _PAINT:
        # paint is seen against bare asphalt: lane lines beside it are no measure
        bare = (rendering.ids[v0:v1, u0:u1] == ID_ROAD).view(np.uint8)
        outside = bare if cv2.countNonZero(bare) else outside
    own, spread = cv2.meanStdDev(pixels, mask=inside)
    around, other_spread = cv2.meanStdDev(pixels, mask=outside)
    if count < LARGE_PX2 or thing in _PAINT:
        spread = np.sqrt(np.maximum(spread * spread - other_spread * other_spread, 0.0))
    step = float(max(np.abs(own - around).max(), 0.7 * spread.max()))
    if bottom - top >= THIRDS_PX and thing not in _PAINT:
        step = max(step, _thirds_step(pixels, inside))
    need = MIN_CONTRAST_SHARE * float(around.mean())
    return step / min(max(need, MIN_CONTRAST_DARK), MIN_CONTRAST)


def _thirds_step(pixels: NDArray[np.uint8], inside: NDArray[np.uint8]) -> float:
    """The largest step between a thing and what is beside it, in thirds of its height."""
    rows = np.flatnonzero(inside.any(axis=1))
    first, last = int(rows[0]), int(rows[-1]) + 1
    best = 0.0
    for part in range(3):
        a, b = (first + (last - first) * (part + k) // 3 for k in (0, 1))
        mask = inside[a:b]
        if mask.any() and not mask.all():
            own, around = cv2.mean(pixels[a:b], mask=mask), cv2.mean(pixels[a:b], mask=1 - mask)
            best = max(best, *(abs(p - q) for p, q in zip(own, around, strict=True)))
    return best


def _counts(scene: Scene, rendering: Rendering, thing: int, shown: int) -> bool:
    view = rendering.things[thing]
    if view.pixels == 0 or shown < MIN_VISIBLE_SHARE * view.pixels:
        return False
    if thing in (ID_STOP_LINE, ID_CROSSING):
        return _ground_counts(scene, rendering, thing)
    left, top, right, bottom = view.box
    high = min(bottom, MODEL_VIEW.height) - max(top, 0.0)
    wide = min(right, MODEL_VIEW.width) - max(left, 0.0)
    if not _big(scene, thing, high, wide):
        return False
    if wide < MIN_INSIDE_PX and wide < MIN_INSIDE_SHARE * (right - left):
        return False
    return contrast(rendering, thing) >= (TEXT_SHARE if thing == ID_STOP_TEXT else 1.0)


def _big(scene: Scene, thing: int, high: float, wide: float) -> bool:
    if thing in (ID_SIGNAL, ID_ARROW):
        off = scene.signal is not None and scene.signal.colour is SignalColour.OFF
        least = MIN_HOUSING_PX if off and thing == ID_SIGNAL else MIN_LAMP_PX
        return min(high, wide) >= least
    if thing == ID_OBSTACLE and wide >= MIN_HEIGHT_PX and high >= MIN_FLAT_PX:
        return True
    return high >= MIN_HEIGHT_PX and wide >= MIN_WIDTH_PX


def _ground_counts(scene: Scene, rendering: Rendering, thing: int) -> bool:
    if thing == ID_STOP_LINE:
        if scene.stop_line_m is None:
            return False
        x, depth, least = scene.stop_line_m, STOP_LINE_DEPTH_M, MIN_STOP_LINE_PX
    else:
        if scene.crossing is None:
            return False
        x, depth, least = scene.crossing.x_m, scene.crossing.depth_m, MIN_CROSSING_PX
    ends: NDArray[np.float64] = np.array([[max(x, 0.5), 0.0, 0.0], [x + depth, 0.0, 0.0]])
    v_near, v_far = rendering.camera.project(ends)[:, 1].tolist()
    image_height, image_width = rendering.image.shape[:2]
    scale = MODEL_VIEW.scale(image_width, image_height)
    cut = MODEL_VIEW.crop(image_width, image_height)[1]
    deep = min(v_near * scale - cut, MODEL_VIEW.height) - (v_far * scale - cut)
    if deep < least:
        return False
    # a line thinner than a pixel is diluted by what lies around it
    return contrast(rendering, thing) >= PAINT_SHARE * float(min(1.0, deep))
