"""How often each main theme, road, light and weather comes, and the draw of one triple."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate

from vlm_driving.simulator.compositions import Part, Setting, Theme, Triple, allowed
from vlm_driving.simulator.scene import Light, Weather

R, S, A, E, T = (
    Setting.RESIDENTIAL,
    Setting.STREET,
    Setting.ARTERIAL,
    Setting.EXPRESSWAY,
    Setting.TUNNEL,
)
_TOWN = {R: 1.0, S: 1.6, A: 1.2}
_SIGNALLED = {R: 0.35, S: 1.6, A: 1.8}
_SMALL = {R: 1.5, S: 1.5, A: 0.5}
_EVERYWHERE = {R: 0.5, S: 0.8, A: 0.8, E: 3.6, T: 4.2}

THEMES: dict[Theme, tuple[float, dict[Setting, float]]] = {
    Theme.CLEAR: (15.0, {R: 0.8, S: 0.8, A: 1.0, E: 2.6, T: 3.2}),
    Theme.SIGNAL_RED: (9.5, _SIGNALLED),
    Theme.SIGNAL_YELLOW: (5.0, _SIGNALLED),
    Theme.SIGNAL_GREEN: (9.0, _SIGNALLED),
    Theme.SIGNAL_OFF: (6.5, _SIGNALLED),
    Theme.SIGNAL_ARROW: (6.0, _SIGNALLED),
    Theme.STOP_SIGN: (4.5, {R: 1.5, S: 0.8}),
    Theme.CROSSING_EMPTY: (2.5, _TOWN),
    Theme.CROSSING_PEOPLE: (4.0, _TOWN),
    Theme.CROSSING_WAITING: (3.5, _TOWN),
    Theme.LEAD: (7.0, _EVERYWHERE),
    Theme.LEAD_BRAKING: (5.0, _EVERYWHERE),
    Theme.JAM: (5.5, {S: 0.7, A: 1.0, E: 2.2, T: 1.4}),
    Theme.ONCOMING: (3.0, {R: 1.0, S: 1.2, A: 0.7, T: 0.8}),
    Theme.ENCROACHING: (5.5, {R: 0.8, S: 1.4, A: 0.8, T: 0.7}),
    Theme.PARKED: (5.0, {R: 1.0, S: 1.6, A: 1.0, E: 0.3}),
    Theme.PARKED_HIDING: (3.0, _SMALL),
    Theme.CROSSING_VEHICLE: (4.5, _TOWN),
    Theme.CYCLIST_LANE: (3.5, _TOWN),
    Theme.CYCLIST_CROSSING: (3.5, _TOWN),
    Theme.CYCLIST_ONCOMING: (3.5, _SMALL),
    Theme.CYCLIST_PAVEMENT: (2.5, _TOWN),
    Theme.PEDESTRIAN_ROAD: (5.0, _SMALL),
    Theme.PEDESTRIAN_PAVEMENT: (2.5, _TOWN),
    Theme.WORKS: (4.0, {R: 0.5, S: 1.0, A: 1.0, E: 2.0, T: 1.4}),
    Theme.FLAGGER_HOLD: (3.5, _TOWN),
    Theme.FLAGGER_PROCEED: (4.0, _TOWN),
    Theme.OBSTACLE: (4.0, _EVERYWHERE),
    Theme.RAILWAY_OPEN: (4.0, _SMALL),
    Theme.RAILWAY_CLOSED: (3.5, _SMALL),
    Theme.CURVE: (7.0, {R: 0.8, S: 1.2, A: 0.8, E: 2.0, T: 1.4}),
    Theme.SPEED_LIMIT: (5.0, {R: 0.8, S: 1.1, A: 1.1, E: 2.2, T: 1.4}),
    Theme.NARROW: (3.0, {R: 1.0}),
}
"""Theme to its weight and to how it is spread over the settings."""

CONDITIONS: dict[tuple[Light, Weather], float] = {
    (Light.DAY, Weather.CLEAR): 0.41,
    (Light.DAY, Weather.RAIN): 0.06,
    (Light.DAY, Weather.FOG): 0.045,
    (Light.DAY, Weather.SNOW): 0.045,
    (Light.BACKLIGHT, Weather.CLEAR): 0.078,
    (Light.BACKLIGHT, Weather.RAIN): 0.012,
    (Light.BACKLIGHT, Weather.FOG): 0.01,
    (Light.BACKLIGHT, Weather.SNOW): 0.01,
    (Light.DUSK, Weather.CLEAR): 0.065,
    (Light.DUSK, Weather.RAIN): 0.025,
    (Light.DUSK, Weather.FOG): 0.02,
    (Light.DUSK, Weather.SNOW): 0.02,
    (Light.NIGHT, Weather.CLEAR): 0.1,
    (Light.NIGHT, Weather.RAIN): 0.05,
    (Light.NIGHT, Weather.FOG): 0.025,
    (Light.NIGHT, Weather.SNOW): 0.025,
}
"""Share of each light with each weather."""


@lru_cache(maxsize=3)
def _table(part: Part) -> tuple[list[Triple], list[float]]:
    """The triples that a part may show, and their running total of shares up to 1.

    Every theme and, given the theme, every light and weather keeps its share as far as the
    split leaves it a road; so the parts differ in what comes together, not in how often.
    """
    triples: list[Triple] = []
    weights: list[float] = []
    for theme, (share, settings) in THEMES.items():
        of_theme: list[tuple[Triple, float]] = []
        for (light, weather), frequency in CONDITIONS.items():
            cell = [
                (Triple(setting, light, weather, theme), spread)
                for setting, spread in settings.items()
            ]
            cell = [(triple, spread) for triple, spread in cell if allowed(triple, part)]
            total = sum(settings.values()) if part is Part.COMPOSITIONS else 0.0
            total = total or sum(spread for _, spread in cell)
            of_theme += [(triple, frequency * spread / total) for triple, spread in cell]
        total = sum(weight for _, weight in of_theme)
        if not of_theme:
            continue
        triples += [triple for triple, _ in of_theme]
        weights += [share * weight / total for _, weight in of_theme]
    whole = sum(weights)
    return triples, list(accumulate(weight / whole for weight in weights))


def draw_triple(part: Part, draw: float) -> Triple:
    """The triple at `draw`, a number from [0, 1)."""
    triples, totals = _table(part)
    return triples[min(bisect_right(totals, draw), len(triples) - 1)]
