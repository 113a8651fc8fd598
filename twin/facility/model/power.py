"""The power tree as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.arrays import Array, Complex, Index, Mask
from twin.facility.model.bess import BessArrays, SolarArrays
from twin.facility.model.ups import UpsArrays


@dataclass(frozen=True)
class StandbyNumbers:
    """How generators run, (power node,); of all else nothing is asked."""

    run_failure_first_hour_probability: Array
    run_failure_rate_per_h: Array
    synchronise_s: Array
    load_step_frac: Array
    retransfer_s: Array
    cool_down_s: Array
    tank_m3: Array
    """inf where fuel never ends, and for all that burns none."""
    fuel_idle_m3_s: Array
    fuel_half_m3_s: Array
    fuel_full_m3_s: Array
    refuel_s: Array
    """inf where nobody brings fuel."""


@dataclass(frozen=True)
class GovernorArrays:
    """How generators hold frequency, (power node,); NaN where no row says."""

    inertia_s: Array
    droop_frac: Array
    lag_s: Array


@dataclass(frozen=True)
class PowerTree:
    """Power nodes: equipment first, then the loads that hang on it. Arrays are (power node,).

    Edges run from supply to taker, ordered by taker and preference.
    """

    id: tuple[str, ...]
    component: Index
    kind: tuple[str, ...]
    load_of_rack: Index
    """(rack,) power node of each rack."""
    load_of_unit: Index
    """(cooling unit,) power node of each cooling unit."""
    load_of_other: Index
    """(other load,) power node of what boards feed beside racks and cooling units."""
    other_load_w: Array
    """(other load,) what each draws whenever it has power."""
    rating_w: Array
    """inf where unlimited, and for loads."""
    loss_idle_frac: Array
    loss_linear_frac: Array
    loss_square_frac: Array
    trip_rating_w: Array
    """What trip levels are shares of: the breaker's own rating, above `rating_w` where only a part
    of it may be drawn for good."""
    trip_pickup_frac: Array
    """Load over `trip_rating_w` from which a device runs towards its trip; of a UPS the first level
    of its overload."""
    trip_constant_s: Array
    trip_instantaneous_frac: Array
    voltage_v: Array
    """Nominal at the output, between lines; NaN where no row states it."""
    reactance_per_va: Array
    """Series reactance, 1/VA; the resistance is `loss_square_frac` over the rating."""
    subtransient_reactance_frac: Array
    """x''d of generators; NaN where no row states it."""
    inverter_fault_frac: Array
    """Current of an inverter into a fault, of rated current; NaN where no row states it."""
    short_circuit_rating_a: Array
    """Fault current that each may be exposed to; NaN where no row states it."""
    minimum_supply_w: Array
    """Opens while no preference has live supplies rated for so much together; 0: never."""
    priority: Mask
    """Takes the first live supply instead of sharing."""
    battery_j: Array
    battery_discharge_frac: Array
    battery_charge_frac: Array
    recharge_w: Array
    start_s: Array
    start_failure_probability: Array
    common_cause_frac: Array
    """Share of failed starts that generators of one type called together have in common."""
    standby: StandbyNumbers
    """What else there is to know of generators."""
    gas_efficiency_frac: Array
    """Of prime generators at full load, by the higher heating value; NaN for all else."""
    gas_efficiency_three_quarters_frac: Array
    gas_efficiency_half_frac: Array
    least_load_w: Array
    """That prime generators run on at least; 0 for all else."""
    performance_class: tuple[str, ...]
    """Of ISO 8528-5, of generators that state one; empty for all else."""
    governor: GovernorArrays
    """What frequency asks of them."""
    switching_error_probability: Array
    """That somebody who is to take it out opens another of its type."""
    transfer_s: Array
    ups: UpsArrays
    """What UPS have beyond this."""
    bess: BessArrays
    """What stands at boards and stores energy."""
    solar: SolarArrays
    """What stands at boards and gives what daylight gives."""
    supply: Index
    """(edge,)"""
    taker: Index
    """(edge,)"""
    rank: Index
    """(edge,) preference of the taker: the entry of its `fed_by`; 0 where it shares over all."""
    weight: Array
    """(edge,) in what proportion live supplies of one rank share: by admittance, or one each."""
    admittance: Complex
    """(edge,) of which it is the size, relative to the stiffest of the rank."""
    over: Index
    """(edge, way) what a supply of a tie or of a section of a ring gives by way of; -1 for none."""
    ring_board: Mask
    """(power node,) stands in a ring: it passes power on while it changes over itself."""
    clears_half: Mask
    """(power node,) section or board of a ring whose whole half opens at a fault in it."""
    levels: tuple[Index, ...]
    """Power nodes by height above the loads: level 0 holds what feeds nobody."""

    def start_j(self) -> Array:
        """(power node,) energy in each battery at the start of a run: UPS are full."""
        held = self.battery_j.copy()
        held[self.bess.node] = self.bess.start_j
        return held

    @property
    def equipment(self) -> int:
        """Number of nodes that are equipment, not loads."""
        others = len(self.load_of_other)
        return len(self.id) - len(self.load_of_rack) - others - len(self.load_of_unit)

    @property
    def loads(self) -> Index:
        """(load,) power nodes that draw: racks, other loads of boards, cooling units."""
        return np.arange(self.equipment, len(self.id))
