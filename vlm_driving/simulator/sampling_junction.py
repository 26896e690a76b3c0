"""Themes where roads, people or rails cross ours: signals, stop signs, zebras, railways."""

from __future__ import annotations

from dataclasses import replace

from vlm_driving.simulator.compositions import Setting
from vlm_driving.simulator.sampling_draft import Draft
from vlm_driving.simulator.sampling_signs import add_stop_sign
from vlm_driving.simulator.sampling_world import between, chance, pick
from vlm_driving.simulator.scene import (
    Arrow,
    Crossing,
    CrossRoad,
    CyclistPlace,
    PedestrianPlace,
    Railway,
    Signal,
    SignalColour,
    VehicleRole,
)

STOP_TEXT_BEFORE_M = 8.6
"""How far before its stop line the painted word begins."""
_ARROWS: tuple[tuple[Arrow, ...], ...] = (
    (Arrow.STRAIGHT,),
    (Arrow.STRAIGHT,),
    (Arrow.RIGHT,),
    (Arrow.RIGHT,),
    (Arrow.LEFT,),
    (Arrow.LEFT, Arrow.STRAIGHT),
)


def signal(draft: Draft, colour: SignalColour, arrows: bool = False, paint: bool = True) -> None:
    """A junction, or a zebra alone, with a signal 13 to 58 m away; `paint`: with its markings."""
    rng = draft.rng
    x = 13.0 + 30.0 * float(rng.random()) ** 1.25
    if chance(rng, 0.06):  # too far for its lamp to be told
        x += 15.0
    far_side = chance(rng, 0.6)
    line = max(3.2, x - (between(rng, 9, 22) if far_side else between(rng, 1.0, 4.0)))
    draft.signal = Signal(
        x,
        between(rng, -1.6, 2.6),
        between(rng, 4.8, 5.6),
        between(rng, 0.29, 0.34),
        colour,
        draft.left_m + between(rng, 0.4, 0.9),
        between(rng, 50, 190),
        _ARROWS[pick(rng, len(_ARROWS))] if arrows else (),
    )
    pole = draft.signal.pole_y_m
    draft.reserve(x - 0.2, x + 0.2, pole - 0.2, pole + 0.2)
    zebra = paint and chance(rng, 0.75)
    after = line + 2.0
    if zebra:
        draft.crossing = Crossing(line + between(rng, 1.2, 3.0), between(rng, 3.0, 4.5))
        after = draft.crossing.x_m + draft.crossing.depth_m + 1.0
        draft.gaps.append((line - 0.5, after))
    if far_side and x - after > 4.0:
        cross_road(draft, after, x - 1.0)
    elif not far_side:
        start = max(after, x + 1.0)
        cross_road(draft, start, start + between(rng, 6, 12))
    if paint and not chance(rng, 0.06):
        draft.stop_line_m = line
    straight_on = draft.signal.arrows and Arrow.STRAIGHT in draft.signal.arrows
    if colour in (SignalColour.RED, SignalColour.YELLOW) and not straight_on:
        draft.line_m = draft.halt_m = line
        if colour is SignalColour.RED:
            if zebra and chance(rng, 0.25):
                people_on_crossing(draft)
            elif draft.crossing is not None and chance(rng, 0.06):
                x = draft.crossing.x_m + draft.crossing.depth_m / 2
                draft.cyclist(CyclistPlace.CROSSING, x, between(rng, -0.2, 0.15) * x)
            elif draft.cross_road is not None and chance(rng, 0.25):
                crossing_vehicle_in(draft, draft.cross_road, in_lane=chance(rng, 0.5))
    if zebra and chance(rng, 0.2):
        people_waiting(draft)
    if colour is SignalColour.OFF:
        draft.halt_m = line if chance(rng, 0.5) else None


def cross_road(draft: Draft, near: float, far: float) -> None:
    """Open a road across; buildings and props keep out of it."""
    draft.cross_road = CrossRoad(near, far)
    draft.gaps.append((near - 0.5, far + 0.5))


def stop_sign(draft: Draft) -> None:
    """止まれ: the sign, its stop line, mostly the painted word, a road across behind."""
    rng = draft.rng
    line = 4.0 + 20.0 * float(rng.random()) ** 1.1
    draft.stop_line_m = draft.halt_m = draft.line_m = line
    draft.clear_m = line + 4.0
    drawn = rng.random()
    if drawn < 0.85:
        add_stop_sign(draft, line + between(rng, -0.3, 1.2))
    if (drawn >= 0.85 or chance(rng, 0.7)) and line > STOP_TEXT_BEFORE_M + 1.5:
        draft.stop_text_m = line - STOP_TEXT_BEFORE_M
    near = line + between(rng, 1.2, 2.5)
    cross_road(draft, near, near + between(rng, 4.0, 7.5))
    assert draft.cross_road is not None
    if chance(rng, 0.15):
        crossing_vehicle_in(draft, draft.cross_road, in_lane=chance(rng, 0.5))


def zebra(draft: Draft, nearest: float = 6.0, farthest: float = 32.0) -> None:
    """A crossing without a signal."""
    rng = draft.rng
    at = nearest + (farthest - nearest) * float(rng.random()) ** 1.2
    draft.crossing = Crossing(at, between(rng, 3.0, 4.5))
    draft.clear_m = at + draft.crossing.depth_m + 1.0
    draft.gaps.append((at - 2.0, draft.clear_m))
    if chance(rng, 0.6) and at > 6.0:
        draft.stop_line_m = at - between(rng, 1.5, 2.5)


def people_on_crossing(draft: Draft) -> None:
    """One to three people on the zebra; the ego has to stand before it."""
    rng, crossing = draft.rng, draft.crossing
    assert crossing is not None
    for _ in range(1 + pick(rng, 3)):
        x = crossing.x_m + between(rng, 0.5, crossing.depth_m - 0.5)
        low = max(draft.road.right_m + 0.4, -7.0, -0.45 * x)
        draft.person(
            PedestrianPlace.CROSSING, x, between(rng, low, min(draft.road.left_m - 0.3, 0.45 * x))
        )
    draft.halt_m = crossing.x_m - 2.0


def people_waiting(draft: Draft) -> None:
    """One or two people at the ends of the zebra."""
    rng, crossing = draft.rng, draft.crossing
    assert crossing is not None
    for _ in range(1 + pick(rng, 2)):
        x = crossing.x_m + between(rng, 0.4, crossing.depth_m - 0.4)
        right_seen = draft.right_m > -0.45 * x
        left = not right_seen or chance(rng, 0.65)
        y = draft.left_m + between(rng, 0.25, 0.8) if left else draft.right_m - 0.6
        draft.person(PedestrianPlace.WAITING, x, y)


def crossing_vehicle(draft: Draft) -> None:
    """A vehicle across a junction without a signal, in our lane or on its way there."""
    rng = draft.rng
    near = 7.0 + 26.0 * float(rng.random()) ** 1.1
    narrow = draft.setting is Setting.RESIDENTIAL
    cross_road(draft, near, near + (between(rng, 4.5, 7.0) if narrow else between(rng, 6.0, 11.0)))
    assert draft.cross_road is not None
    if chance(rng, 0.3) and near > 6.0:
        draft.stop_line_m = near - 1.5
    draft.clear_m = draft.cross_road.x_far_m
    in_lane = chance(rng, 0.6)
    crossing_vehicle_in(draft, draft.cross_road, in_lane)


def crossing_vehicle_in(draft: Draft, road: CrossRoad, in_lane: bool) -> None:
    """Put a vehicle across ours into a cross road, mostly before its middle if it comes left."""
    rng = draft.rng
    car = draft.new_vehicle(VehicleRole.CROSSING, 0.0, 0.0)
    room = road.x_far_m - road.x_near_m - car.width_m - 0.6
    if room <= 0:
        return
    x = road.x_near_m + 0.3 + room * float(rng.random())
    reach = car.length_m / 2
    if in_lane:
        y = between(rng, -1.0, 1.0) * (reach + draft.road.lane_width_m / 2 - 0.6)
    else:
        y = (reach + draft.road.lane_width_m / 2 + between(rng, 0.2, 2.5)) * (
            1.0 if chance(rng, 0.5) else -1.0
        )
    # keep at least its front in the picture
    y = max(-0.42 * x - reach * 0.5, min(0.42 * x + reach * 0.5, y))
    if draft.place(replace(car, x_m=x, y_m=y)) and in_lane:
        draft.halt_m = min(draft.halt_m or 99.0, x - 3.0)


def cyclist_crossing(draft: Draft) -> None:
    """A cyclist across our road, on a zebra or at a junction."""
    rng = draft.rng
    if chance(rng, 0.6):
        zebra(draft, 6.0, 26.0)
        assert draft.crossing is not None
        x = draft.crossing.x_m + draft.crossing.depth_m / 2
    else:
        near = 6.0 + 20.0 * float(rng.random())
        cross_road(draft, near, near + between(rng, 4.5, 8.0))
        x = near + between(rng, 1.0, 3.0)
    draft.clear_m = x + 4.0
    y = between(rng, -0.3, 0.3) * x
    y = max(draft.road.right_m, min(draft.road.left_m, y))
    if chance(rng, 0.55):
        y = between(rng, -1.2, 1.2)
    if draft.cyclist(CyclistPlace.CROSSING, x, y):
        draft.halt_m = x - 3.0


def railway(draft: Draft, closed: bool) -> None:
    """A level crossing with its stop line."""
    rng = draft.rng
    x = 7.0 + 30.0 * float(rng.random()) ** 1.1
    depth = between(rng, 3.5, 9.0)
    draft.railway = Railway(x, depth, closed, draft.left_m + between(rng, 0.2, 0.7))
    draft.gaps.append((x - 3.0, x + depth + 2.0))
    draft.stop_line_m = max(3.0, x - between(rng, 2.0, 3.0)) if chance(rng, 0.9) else None
    draft.halt_m = x - 2.5 if closed or chance(rng, 0.4) else None
    draft.line_m = x - 3.0 if closed else None
    draft.clear_m = x + depth + 3.0
    draft.reserve(x - 0.4, x + depth + 0.4, -20.0, 20.0)
