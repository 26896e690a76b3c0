"""A scene in the making: what has been placed so far, and where there is still room."""

from __future__ import annotations

from dataclasses import dataclass, field

from vlm_driving.simulator.compositions import Part, Setting, Triple
from vlm_driving.simulator.sampling_actors import (
    kinds_of,
    sample_cyclist,
    sample_pedestrian,
    sample_vehicle,
)
from vlm_driving.simulator.sampling_world import Rng
from vlm_driving.simulator.scene import (
    Age,
    Animal,
    Atmosphere,
    Crossing,
    CrossRoad,
    Cyclist,
    CyclistPlace,
    Flagger,
    Obstacle,
    Pedestrian,
    PedestrianPlace,
    Railway,
    Road,
    RoadSign,
    RoadWorks,
    Signal,
    Tunnel,
    Vehicle,
    VehicleKind,
    VehicleRole,
)

MAX_VEHICLES = 14
MAX_PEOPLE = 12
MAX_CYCLISTS = 5


@dataclass(slots=True)
class Draft:
    """What themes and fillers write into.

    Attributes:
        clear_m: our lane stays free of vehicles ahead up to here, so that the theme shows.
        line_m: where vehicles ahead must halt (a stop line before a red signal, a closed bar).
        halt_m: how far the ego may go before it has to stand; None: nothing asks for it.
        boxes: x from, x to, y from, y to of everything solid.
        gaps: stretches of x that stay free of buildings and of what stands at the kerb.
    """

    rng: Rng
    triple: Triple
    part: Part
    road: Road
    air: Atmosphere
    density: float
    clear_m: float = 0.0
    line_m: float | None = None
    halt_m: float | None = None
    limit_kmh: int | None = None
    offset_m: float | None = None
    vehicles: list[Vehicle] = field(default_factory=list)
    pedestrians: list[Pedestrian] = field(default_factory=list)
    cyclists: list[Cyclist] = field(default_factory=list)
    signs: list[RoadSign] = field(default_factory=list)
    animals: list[Animal] = field(default_factory=list)
    signal: Signal | None = None
    stop_line_m: float | None = None
    stop_text_m: float | None = None
    crossing: Crossing | None = None
    cross_road: CrossRoad | None = None
    flagger: Flagger | None = None
    works: RoadWorks | None = None
    obstacle: Obstacle | None = None
    railway: Railway | None = None
    tunnel: Tunnel | None = None
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    gaps: list[tuple[float, float]] = field(default_factory=list)

    @property
    def setting(self) -> Setting:
        """What sort of place it is."""
        return self.triple.setting

    @property
    def left_m(self) -> float:
        """The y of the kerb or of the carriageway's end on the left, shoulder included."""
        return self.road.left_m + self.road.shoulder_m

    @property
    def right_m(self) -> float:
        """The same on the far right (negative)."""
        return self.road.right_m - self.road.shoulder_m

    @property
    def on_foot(self) -> bool:
        """False where nobody walks or rides a bicycle."""
        return self.setting not in (Setting.EXPRESSWAY, Setting.TUNNEL)

    def free(self, x0: float, x1: float, y0: float, y1: float) -> bool:
        """True where nothing solid stands."""
        return all(b[1] <= x0 or b[0] >= x1 or b[3] <= y0 or b[2] >= y1 for b in self.boxes)

    def reserve(self, x0: float, x1: float, y0: float, y1: float) -> None:
        """Keep what comes later out of here."""
        self.boxes.append((x0, x1, y0, y1))

    def new_vehicle(
        self,
        role: VehicleRole,
        x_m: float,
        y_m: float,
        braking: bool = False,
        kinds: dict[VehicleKind, float] | None = None,
    ) -> Vehicle:
        """A vehicle that suits the place; it is not placed yet."""
        kinds = kinds or kinds_of(self.setting)
        return sample_vehicle(self.rng, self.air, role, x_m, y_m, braking, kinds, self.part)

    def place(self, car: Vehicle, gap_m: float = 0.8) -> bool:
        """Put a vehicle down unless something is in its way; `gap_m` stays free along x."""
        across = car.role is VehicleRole.CROSSING
        along, wide = (car.width_m, car.length_m) if across else (car.length_m, car.width_m)
        box = (car.x_m, car.x_m + along, car.y_m - wide / 2, car.y_m + wide / 2)
        wanted = (box[0] - gap_m, box[1] + gap_m, box[2] - 0.15, box[3] + 0.15)
        if len(self.vehicles) >= MAX_VEHICLES or not self.free(*wanted):
            return False
        self.vehicles.append(car)
        self.reserve(*box)
        return True

    def person(
        self, place: PedestrianPlace, x_m: float, y_m: float, age: Age | None = None
    ) -> bool:
        """Put a person down unless something is in the way."""
        box = (x_m - 0.3, x_m + 0.3, y_m - 0.3, y_m + 0.3)
        if len(self.pedestrians) >= MAX_PEOPLE or not self.free(*box):
            return False
        self.pedestrians.append(sample_pedestrian(self.rng, self.air, place, x_m, y_m, age))
        self.reserve(*box)
        return True

    def cyclist(self, place: CyclistPlace, x_m: float, y_m: float) -> bool:
        """Put a cyclist down unless something is in the way."""
        across = place is CyclistPlace.CROSSING
        dx, dy = (0.3, 0.9) if across else (0.9, 0.3)
        box = (x_m - dx, x_m + dx, y_m - dy, y_m + dy)
        if len(self.cyclists) >= MAX_CYCLISTS or not self.free(*box):
            return False
        self.cyclists.append(sample_cyclist(self.rng, self.air, place, x_m, y_m))
        self.reserve(*box)
        return True
