"""What every thing of a scenario has in common: its looks' source, its clock, where it shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from vlm_driving.simulator.sampling_world import Rng
from vlm_driving.simulator.scenario.ego import EgoState
from vlm_driving.simulator.scene import (
    Atmosphere,
    Cyclist,
    Pedestrian,
    Road,
    RoadSign,
    Vehicle,
)

SIGHT_M = 110.0
BEHIND_M = -3.5
"""Until here a thing can still touch the ego."""
MAX_VEHICLES, MAX_PEOPLE, MAX_CYCLISTS = 20, 20, 8


class RuleKind(str, Enum):
    """What a line across the road asks of who crosses it."""

    SIGNAL = "signal"
    STOP_SIGN = "stop_sign"
    BAR = "bar"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line `x_m` ahead that belongs to the event number `event`.

    `closed`: now it must not be crossed; a stop sign's is never closed, but asks for a stop.
    """

    kind: RuleKind
    event: int
    x_m: float
    closed: bool


@dataclass(slots=True)
class View:
    """The scene in the making, in metres from the camera; of single things the nearest ahead."""

    t_s: float
    ego: EgoState
    vehicles: list[Vehicle] = field(default_factory=list)
    people: list[Pedestrian] = field(default_factory=list)
    cyclists: list[Cyclist] = field(default_factory=list)
    signs: list[RoadSign] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    singles: dict[str, tuple[float, Any]] = field(default_factory=dict)

    def offer(
        self,
        name: str,
        near_m: float,
        thing: Any,
        least_m: float = 0.5,
        most_m: float = SIGHT_M,
    ) -> None:
        """A thing of which a scene has one: kept if it is ahead, and nearer than the others."""
        if least_m < near_m < most_m:
            now = self.singles.get(name)
            if now is None or near_m < now[0]:
                self.singles[name] = (near_m, thing)

    def single(self, name: str) -> Any:
        """The thing that was kept, or None."""
        return self.singles[name][1] if name in self.singles else None

    def vehicle(self, car: Vehicle) -> None:
        """A vehicle, where it is near enough to be seen or touched."""
        deep = car.width_m if car.heading else car.length_m
        if car.x_m + deep > BEHIND_M and car.x_m < SIGHT_M:
            self.vehicles.append(car)

    def person(self, person: Pedestrian) -> None:
        """A person, as a vehicle."""
        if BEHIND_M < person.x_m < SIGHT_M:
            self.people.append(person)

    def cyclist(self, rider: Cyclist) -> None:
        """A cyclist, as a vehicle."""
        if BEHIND_M < rider.x_m < SIGHT_M:
            self.cyclists.append(rider)

    def sign(self, sign: RoadSign) -> None:
        """A sign, as long as it is ahead."""
        if 0.5 < sign.x_m < SIGHT_M:
            self.signs.append(sign)


@dataclass(frozen=True, slots=True)
class Setup:
    """What an actor is made from: its own random numbers, the road and the light."""

    rng: Rng
    road: Road
    air: Atmosphere
    event: int

    @property
    def left_m(self) -> float:
        """The y of the carriageway's end on the left, shoulder included."""
        return self.road.left_m + self.road.shoulder_m

    @property
    def right_m(self) -> float:
        """The same on the right (negative)."""
        return self.road.right_m - self.road.shoulder_m


class Actor(Protocol):
    """A thing of the scenario. Time goes forward from one `show` to the next."""

    def show(self, view: View) -> None:
        """Add itself to the view as it is now."""
        ...


class Trigger:
    """A clock that starts when the ego first comes near; None: it runs from the start on."""

    def __init__(self, at_m: float, trigger_m: float | None) -> None:
        self._from_m = None if trigger_m is None else at_m - trigger_m
        self._began_s: float | None = 0.0 if trigger_m is None else None

    def seconds(self, view: View) -> float | None:
        """Seconds since it started; None: not yet."""
        if self._began_s is None:
            assert self._from_m is not None
            if view.ego.s_m < self._from_m:
                return None
            self._began_s = view.t_s
        return view.t_s - self._began_s
