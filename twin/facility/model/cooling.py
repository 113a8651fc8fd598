"""Cooling as arrays: units, plants and the thermal network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.catalogue.equipment_kinds import Role, of_role, role
from twin.facility.model.air import RoomAir
from twin.facility.model.common_pipe import CommonPipe
from twin.facility.model.doors import RearDoors
from twin.facility.model.pipes import LoopPipes
from twin.physics.chiller import ChillerCurve
from twin.physics.tower import Tower

PUMP_STEP_FRAC = 0.05
"""Speeds of water pumps that follow the heat."""


@dataclass(frozen=True)
class Units:
    """Cooling units: CDUs, air handlers, chillers and dry coolers. Arrays are (unit,)."""

    id: tuple[str, ...]
    component: Index
    kind: tuple[str, ...]
    zone: Index
    """Index of the loop, hall or plant it belongs to, by kind; of a rear door the plant."""
    capacity_w: Array
    flow_m3_s: Array
    hot_w_k: Array
    """Stream on the served side at rated flow."""
    cold_w_k: Array
    """Stream on the plant side."""
    transfer_w_k: Array
    """UA of its heat exchanger."""
    power_w: Array
    """Electrical power at full duty."""
    floor_frac: Array
    restart_s: Array
    pumps: Index
    pump_alone_frac: Array
    humidity_w: Array
    """The most that holds the moisture of its hall draws through it beside its own power."""

    @property
    def without_power(self) -> Mask:
        """(unit,) Works without any: a rear door that has no fans."""
        return np.asarray(of_role(self.kind, Role.DOOR_COOLING) & (self.power_w <= 0))

    @property
    def peak_w(self) -> Array:
        """(unit,) The most that each draws."""
        return np.asarray(self.power_w + self.humidity_w)


VALVE_GAIN = 10.0
"""Heat that the valve of a coolant unit lets pass for a kelvin over its set-point, over what its
coolant carries a kelvin: a rise of 10 K is held within 1 K; assumed."""


def valve_w_k(stream_w_k: Array) -> Array:
    """(unit,) the same in W/K.

    stream_w_k   (unit,) coolant at rated flow
    """
    return VALVE_GAIN * stream_w_k


@dataclass(frozen=True)
class FreeCooling:
    """What relieves the chillers of a plant where outdoor air is cold enough."""

    units: Index
    """Dry coolers; none where the chillers' towers do it through a plate exchanger."""
    capacity_w: float
    """Rated heat of one dry cooler."""
    conductance_w_k: float
    """Of one at full fans, between the water it gives and outdoor air."""
    fan_exponent: float
    """Of its fans' speed in that."""
    in_series: bool
    """Ahead of the chillers in the return; else beside them."""
    exchanger_k: float
    """Facility water over tower water behind the plate exchanger."""


@dataclass(frozen=True)
class ColdStore:
    """A tank of cold water."""

    full_j: float
    """Heat that it takes when full."""
    start_j: float
    discharge_w: float
    charge_w: float
    rise_k: float
    """Warm zone over cold zone."""


@dataclass(frozen=True)
class HeatReuse:
    """Who takes heat of a plant's return."""

    share: float
    capacity_w: float
    return_degc: float
    """Below it nothing is taken."""


@dataclass(frozen=True)
class Plant:
    """One facility water loop with its chillers or dry coolers."""

    id: str
    kind: str
    node: int
    supply_degc: float
    band_k: float
    units: Index
    capacity_w: float
    """Rated heat of one unit."""
    conductance_w_k: float
    """Of one dry cooler at full fan speed, between supply water and outdoor air."""
    fan_exponent: float
    """Of its fans' speed in that."""
    curve: ChillerCurve | None
    tower: Tower | None
    """Of one water-cooled chiller; None where condensers are cooled by air."""
    condenser_degc: float
    """Condenser water that tower fans hold where they can."""
    condenser_pump_w: float
    """Of one water-cooled chiller that works."""
    evaporative_frac: float
    cycles: float
    """Concentration of what evaporates."""
    pump_w: float
    water_w_k: float
    """Heat capacity rate of its facility water: the streams of the coolant units and air handlers
    on it."""
    water_j_m3_k: float
    """Heat that a cubic metre of its water takes up for a kelvin, antifreeze in it."""
    free: FreeCooling | None = None
    freezes_degc: float = 0.0
    """Where its water freezes, with its antifreeze."""
    reset: tuple[float, float, float] | None = None
    """Outdoor air in which the set-point is raised in full, and not at all, and kelvin of it."""

    load_reset: tuple[float, float, float] | None = None
    """Shares of the design heat at which the set-point is raised in full, and not at all, and
    kelvin of it."""
    ramp_s: float = 0.0
    """From the start of a unit to its full capacity."""
    least_run_s: float = 0.0
    pump_least_frac: float | None = None
    """Slowest speed of its water pumps; None where they have one speed."""
    primary_w_k: float | None = None
    """Stream of the pump of each unit; None without a decoupler."""
    store: ColdStore | None = None
    reuse: HeatReuse | None = None

    @property
    def follows(self) -> bool:
        """Whether something of it follows the heat or the clock, so that it is never at rest."""
        options = (self.load_reset, self.pump_least_frac, self.store, self.reuse)
        return self.least_run_s > 0 or any(one is not None for one in options)

    def common_pipe(
        self, running: int, water_frac: float = 1.0, *, tank: bool = False
    ) -> CommonPipe:
        """What flows on both of its sides.

        running      chillers whose pumps run
        water_frac   water that the house draws, over rated flow
        tank         whether one in it has cold water to give
        """
        house = self.water_w_k * water_frac
        if self.primary_w_k is None:
            return CommonPipe(self.water_w_k, house)
        primary = running * self.primary_w_k
        if self.store is None or not tank:
            return CommonPipe(primary, house)
        most = self.store.discharge_w / self.store.rise_k
        return CommonPipe(primary, house, min(max(house - primary, 0.0), most))

    def decoupled_k_w(self, running: int, water_frac: float = 1.0) -> float:
        """Water that the house gets above that behind the chillers, for a watt that they take;
        arguments as in `common_pipe`.
        """
        return self.common_pipe(running, water_frac).mixed_k_w

    def staged_for_flow(self, running: int, water_frac: float) -> int:
        """Chillers whose pumps move what the house draws, of those that run; 1 where none has a
        pump of its own.
        """
        if self.primary_w_k is None:
            return 1
        house = self.water_w_k * water_frac
        return min(max(math.ceil(house / self.primary_w_k - 1e-9), 1), max(running, 1))

    def condenser_set_degc(self, wet_bulb_degc: Array | float) -> Array:
        """What tower fans hold: the set-point, or the design approach to the wet bulb where that is
        warmer, for fans at full speed would chase it in vain.
        """
        assert self.tower is not None
        reachable = np.asarray(wet_bulb_degc, dtype=float) + self.tower.approach_k
        return np.asarray(np.maximum(self.condenser_degc, reachable))

    def load_raised_k(self, load_frac: Array | float) -> Array:
        """By how much a low load raises the set-point; of the load's shape."""
        load = np.asarray(load_frac, dtype=float)
        if self.load_reset is None:
            return np.zeros(load.shape)
        low, full, most_k = self.load_reset
        return np.asarray(most_k * np.clip((full - load) / (full - low), 0.0, 1.0))

    def pump_speed_frac(self, load_frac: Array | float) -> Array:
        """Speed of its water pumps at a load, in steps; of the load's shape."""
        load = np.asarray(load_frac, dtype=float)
        if self.pump_least_frac is None:
            return np.ones(load.shape)
        wanted = np.ceil(load / PUMP_STEP_FRAC - 1e-9) * PUMP_STEP_FRAC
        return np.asarray(np.minimum(np.maximum(wanted, self.pump_least_frac), 1.0))

    def raised_k(self, dry_bulb_degc: Array | float) -> Array:
        """By how much weather raises the set-point of its water, a straight line between."""
        air = np.asarray(dry_bulb_degc, dtype=float)
        if self.reset is None:
            return np.zeros(air.shape)
        cold, hot, most_k = self.reset
        return np.asarray(most_k * np.clip((hot - air) / (hot - cold), 0.0, 1.0))

    @property
    def all_units(self) -> Index:
        """Its chillers or coolers, then those of free cooling."""
        return self.units if self.free is None else np.concatenate([self.units, self.free.units])

    @property
    def coils_outdoors(self) -> Index:
        """Its units whose water stands in outdoor air."""
        if role(self.kind) is Role.DRY_COOLER:
            return self.units
        return self.units[:0] if self.free is None else self.free.units

    @property
    def water_cooled(self) -> bool:
        """Whether condensers are cooled by towers."""
        return self.tower is not None


@dataclass(frozen=True)
class Cooling:
    """The thermal network: racks, loops, air of the halls, their structure, facility water. Arrays
    are (thermal node,).
    """

    capacity_j_k: Array
    loop_id: tuple[str, ...]
    loop_node: Index
    loop_plant: Index
    """(loop,) plant index."""
    loop_demand_m3_s: Array
    """(loop,) flow that its racks want."""
    loop_supply_degc: Array
    """(loop,) set-point of the coolant that its units supply; nan where their valves stand open."""
    hall_id: tuple[str, ...]
    hall_mass: Index
    """(hall,) thermal node of what stands in it apart from the racks."""
    hall_plant: Index
    """(hall,) plant index, that of its rear doors without air handlers; -1 without either."""
    doors: RearDoors
    air: RoomAir
    """The air of the halls."""
    hall_demand_m3_s: Array
    """(hall,) air flow that its racks want."""
    plants: tuple[Plant, ...]
    units: Units
    pump_id: tuple[str, ...]
    pump_unit: Index
    """(pump,) cooling unit it belongs to."""
    pressure_pa: float
    """Of the air at the site, the mean of a year."""
    air_density_kg_m3: float
    """Of air at 25 °C there; the streams of air above hold it already."""
    start_degc: Array
    """A plausible start; the run settles it before the first second."""
    pipes: tuple[LoopPipes, ...] = ()
    """Of loops whose hydraulics are stated."""

    @property
    def water_of_handler(self) -> Index:
        """(handler,) thermal node of the facility water behind its coil."""
        water = np.array([p.node for p in self.plants], dtype=np.int64)
        return np.asarray(water[self.hall_plant[self.air.handler_hall]])
