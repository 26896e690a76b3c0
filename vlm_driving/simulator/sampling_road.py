"""Draws the carriageway, and a tunnel around it, for each sort of place."""

from __future__ import annotations

from vlm_driving.simulator.compositions import Setting, Theme
from vlm_driving.simulator.sampling_world import Rng, between, chance, tinted
from vlm_driving.simulator.scene import CentreLine, EdgeKind, Road, RoadClass, Tunnel

_LEFT_LANE = frozenset(
    {
        Theme.PARKED,
        Theme.PARKED_HIDING,
        Theme.CYCLIST_LANE,
        Theme.PEDESTRIAN_ROAD,
        Theme.STOP_SIGN,
        Theme.SPEED_LIMIT,
    }
)
_RIGHT_LANE = frozenset({Theme.ENCROACHING, Theme.ONCOMING, Theme.CYCLIST_ONCOMING})
_ONE_LANE = frozenset(
    {Theme.FLAGGER_HOLD, Theme.FLAGGER_PROCEED, Theme.RAILWAY_OPEN, Theme.RAILWAY_CLOSED}
)
_BENT = frozenset(
    {Theme.CLEAR, Theme.LEAD, Theme.LEAD_BRAKING, Theme.JAM, Theme.ONCOMING, Theme.ENCROACHING}
)
_BENDS = {  # curvature per metre: from gentle but worth slowing for, to sharp
    RoadClass.RESIDENTIAL: (0.0165, 0.026),
    RoadClass.STREET: (0.0105, 0.018),
    RoadClass.ARTERIAL: (0.0064, 0.012),
    RoadClass.EXPRESSWAY: (0.0033, 0.007),
}


def sample_tunnel(rng: Rng) -> Tunnel:
    """Two in three times around us, else ahead."""
    near = -between(rng, 5, 150) if chance(rng, 0.65) else between(rng, 12, 45)
    far = max(near, 0.0) + between(rng, 70, 400)
    glow = (90.0, 170.0, 235.0) if chance(rng, 0.4) else (215.0, 225.0, 225.0)
    return Tunnel(near, far, between(rng, 5.2, 7.0), tinted(rng, glow, 12))


def road_class_of(rng: Rng, setting: Setting) -> RoadClass:
    """A tunnel may be one of an expressway, an arterial or a street."""
    if setting is not Setting.TUNNEL:
        return RoadClass(setting.value)
    draw = rng.random()
    if draw < 0.45:
        return RoadClass.EXPRESSWAY
    return RoadClass.ARTERIAL if draw < 0.72 else RoadClass.STREET


def sample_theme_road(rng: Rng, setting: Setting, theme: Theme, density: float) -> Road:
    """The road that a theme needs: its lanes, our lane among them, how it bends."""
    kind = road_class_of(rng, setting)
    if theme in (Theme.ENCROACHING, Theme.ONCOMING) and kind is RoadClass.EXPRESSWAY:
        kind = RoadClass.STREET
    expressway = kind is RoadClass.EXPRESSWAY
    residential = kind is RoadClass.RESIDENTIAL
    lanes = _lanes(rng, kind, theme)
    ego_lane = int(rng.random() * lanes)
    if theme in _LEFT_LANE:
        ego_lane = 0
    elif theme in _RIGHT_LANE:
        ego_lane = lanes - 1
    oncoming = 0 if expressway else lanes if chance(rng, 0.8) else max(1, lanes - 1)
    pavement, shoulder, edge = _border(rng, setting, kind, theme, density)
    if chance(rng, 0.3 * density + 0.1):
        verge = tinted(rng, (128, 132, 138), 22)
    else:
        verge = tinted(rng, (62, 112, 100), 24)
    width = {
        RoadClass.RESIDENTIAL: (2.0, 2.2) if theme is Theme.NARROW else (2.1, 2.7),
        RoadClass.STREET: (2.75, 3.25),
        RoadClass.ARTERIAL: (3.0, 3.5),
        RoadClass.EXPRESSWAY: (3.4, 3.75),
    }[kind]
    return Road(
        lane_width_m=between(rng, *width),
        lanes=lanes,
        ego_lane=ego_lane,
        oncoming_lanes=oncoming,
        centre=_centre(rng, kind, lanes),
        edge=edge,
        shoulder_m=shoulder,
        pavement_m=pavement,
        curvature_per_m=_bend(rng, kind, theme),
        slope_per_m=between(rng, -1, 1) * 0.0006,
        asphalt=between(rng, 72, 125),
        paint=between(rng, 0.45, 1.0),
        dash_phase_m=between(rng, 0, 10),
        verge=verge,
        grain=int(rng.integers(0, 1 << 16)),
        road_class=kind,
        wear=min(1.0, float(rng.random()) ** 1.5 + (0.15 if residential else 0.0)),
    )


def _lanes(rng: Rng, kind: RoadClass, theme: Theme) -> int:
    draw = rng.random()
    if kind is RoadClass.RESIDENTIAL or (theme in _ONE_LANE and draw < 0.85):
        return 1
    if kind is RoadClass.STREET:
        return 1 if draw < 0.82 or theme is Theme.ENCROACHING else 2
    if kind is RoadClass.EXPRESSWAY:
        return 2 if draw < 0.52 else 3 if draw < 0.86 else 4
    return 1 if draw < 0.12 else 2 if draw < 0.75 else 3


def _centre(rng: Rng, kind: RoadClass, lanes: int) -> CentreLine:
    if kind is RoadClass.RESIDENTIAL:
        return CentreLine.NONE
    if kind is RoadClass.EXPRESSWAY:
        return CentreLine.WHITE
    draw = rng.random()
    if lanes == 1 and draw < 0.3:
        return CentreLine.WHITE_DASHED
    return CentreLine.YELLOW if draw < 0.7 else CentreLine.WHITE


def _border(
    rng: Rng, setting: Setting, kind: RoadClass, theme: Theme, density: float
) -> tuple[float, float, EdgeKind]:
    """Width of the pavement and of the shoulder, and what ends the carriageway."""
    if setting is Setting.TUNNEL:
        return 0.0, between(rng, 0.5, 1.2), EdgeKind.KERB if chance(rng, 0.5) else EdgeKind.LINE
    if kind is RoadClass.EXPRESSWAY:
        edge = EdgeKind.GUARDRAIL if chance(rng, 0.9) else EdgeKind.LINE
        return 0.0, between(rng, 1.2, 3.0), edge
    walked = theme in (Theme.PEDESTRIAN_PAVEMENT, Theme.CYCLIST_PAVEMENT, Theme.CROSSING_WAITING)
    if kind is RoadClass.RESIDENTIAL:
        pavement = between(rng, 1.0, 1.8) if walked or chance(rng, 0.12) else 0.0
        return pavement, between(rng, 0.35, 0.9), EdgeKind.LINE
    kerb = chance(rng, 0.3 + 0.5 * density)
    has_pavement = walked or chance(rng, 0.35 + 0.6 * density)
    pavement = between(rng, 1.6, 4.0) if has_pavement else 0.0
    shoulder = between(rng, 0.25, 0.6) if kerb else between(rng, 0.4, 1.3)
    edge = EdgeKind.KERB if kerb else EdgeKind.LINE
    if chance(rng, 0.08 if has_pavement else 0.25):
        edge = EdgeKind.GUARDRAIL
    return pavement, shoulder, edge


def _bend(rng: Rng, kind: RoadClass, theme: Theme) -> float:
    if theme is Theme.CURVE:
        return between(rng, *_BENDS[kind]) * (1.0 if chance(rng, 0.5) else -1.0)
    widest = 0.55 * _BENDS[kind][0] if theme in _BENT else 0.0015
    return between(rng, -1, 1) ** 3 * widest
