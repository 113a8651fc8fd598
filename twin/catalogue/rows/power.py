"""Pieces of the power tree."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from twin.catalogue.equipment_kinds import INVERTERS, PowerKind, Role, role
from twin.catalogue.rows.base import (
    AtLeastZero,
    CatalogueRow,
    Efficiency,
    Positive,
    Reliability,
    Share,
    Size,
    refuse,
    rises,
)
from twin.catalogue.rows.bess import BessNumbers
from twin.catalogue.rows.electrical import ElectricalNumbers
from twin.catalogue.rows.governor import GovernorNumbers
from twin.catalogue.rows.ups import UpsNumbers

GENERATOR_ONLY = (
    "common_cause_frac",
    "run_failure_first_hour_probability",
    "run_failure_rate_per_h",
    "synchronise_s",
    "retransfer_s",
    "cool_down_s",
    "tank_m3",
    "fuel_idle_m3_s",
    "fuel_half_m3_s",
    "fuel_full_m3_s",
    "refuel_s",
)
"""Numbers of generators that a row may leave out, and other kinds must."""
BATTERY_ROLES = (Role.STORE, Role.STORAGE)


class PowerEquipment(
    CatalogueRow, Size, Reliability, UpsNumbers, BessNumbers, ElectricalNumbers, GovernorNumbers
):
    """One piece of the power tree; loss = rating * (idle + linear * x + square * x²), x = load /
    rating.
    """

    kind: PowerKind
    """Family."""
    rating_w: Positive | None = None
    """Rated output; None for no limit."""
    continuous_frac: Efficiency | None = None
    """Share of the breaker's own rating that `rating_w` is, where less than all may be drawn for
    good; trip levels are shares of the breaker's own."""
    loss_idle_frac: Share
    """Loss without load, of rating."""
    loss_linear_frac: Share
    """Loss that grows with load, of rating at full load."""
    loss_square_frac: Share
    """Loss that grows with load squared, of rating at full load."""
    battery_energy_j: Positive | None = None
    """Stored energy when full and new."""
    battery_discharge_efficiency_frac: Efficiency | None = None
    """Load served over energy taken from the battery."""
    battery_charge_efficiency_frac: Efficiency | None = None
    """Energy stored over energy drawn to recharge."""
    recharge_frac: Share | None = None
    """Power drawn to recharge, of rating."""
    start_s: AtLeastZero | None = None
    """From the start signal to accepting load."""
    start_failure_probability: Share | None = None
    """On each demand, all its cranking attempts included."""
    common_cause_frac: Share | None = None
    """Beta factor: share of failed starts that all sets of one type called together have in
    common. A row that does not state it has none."""
    run_failure_first_hour_probability: Share | None = None
    """That a set which has started fails within its first hour; none where not stated."""
    run_failure_rate_per_h: AtLeastZero | None = None
    """Failures an hour of running after the first; none where not stated."""
    synchronise_s: AtLeastZero | None = None
    """For each further set that joins a bus with another; at once where not stated."""
    load_step_frac: Efficiency | None = None
    """Share of its rating that a generator, standby or prime, takes in one step; all of it where
    not stated."""
    performance_class: Literal["", "G1", "G2", "G3"] = ""
    """Of ISO 8528-5, within which it takes that step: how far frequency goes, and for how long."""
    retransfer_s: AtLeastZero | None = None
    """From the utility's return until a board goes back to it; at once where not stated."""
    cool_down_s: AtLeastZero | None = None
    """How long it runs without load before it stops; none where not stated."""
    tank_m3: Positive | None = None
    """Fuel that is there when full; never runs dry where not stated."""
    fuel_idle_m3_s: AtLeastZero | None = None
    """Burnt while it runs without load."""
    fuel_half_m3_s: Positive | None = None
    """Burnt at half load."""
    fuel_full_m3_s: Positive | None = None
    """Burnt at full load. Rows that state no consumption burn 0.27 L a kWh."""
    refuel_s: Positive | None = None
    """From a start to the delivery that fills its tank, and from each to the next; nobody brings
    fuel where not stated."""
    gas_efficiency_frac: Efficiency | None = None
    """Prime generators: electricity over heat of the gas burnt at full load, by its higher heating
    value; at all loads where the two below are not stated."""
    gas_efficiency_three_quarters_frac: Efficiency | None = None
    """The same at three quarters of the rating."""
    gas_efficiency_half_frac: Efficiency | None = None
    """The same at half of it."""
    least_load_frac: Share | None = None
    """Prime generators: share of its rating below which it does not run on; solar arrays beside it
    are held back for it. None where not stated."""
    transfer_s: AtLeastZero
    """Gap in supply when it changes source."""
    trip_pickup_frac: Positive | None = None
    """Load over rating above which the long-time trip counts; None where it has no trip."""
    trip_constant_s: Positive | None = None
    """k of the long-time trip: t = k / (x² - 1)."""
    instantaneous_trip_frac: Positive | None = None
    """Load over rating that trips at once."""
    switching_error_probability: Share | None = None
    """That somebody who is to take it out opens another of its type; never where not stated."""
    price_usd: Positive | None = None
    """For the unit."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        rises(self, "trip_pickup_frac", "instantaneous_trip_frac")
        rises(self, "fuel_idle_m3_s", "fuel_half_m3_s", "fuel_full_m3_s")
        battery = (
            self.battery_energy_j,
            self.battery_discharge_efficiency_frac,
            self.battery_charge_efficiency_frac,
            self.recharge_frac,
        )
        start = (self.start_s, self.start_failure_probability)
        trip = (self.trip_pickup_frac, self.trip_constant_s, self.instantaneous_trip_frac)
        for group, needed, words in (
            (
                battery,
                role(self.kind) in BATTERY_ROLES,
                "a UPS or BESS and nothing else has a battery",
            ),
            (start, role(self.kind) is Role.STANDBY, "a generator and nothing else has to start"),
            (
                trip,
                any(v is not None for v in trip),
                "a trip needs pickup, constant and instantaneous level",
            ),
        ):
            refuse(any((value is not None) != needed for value in group), words)
        self._complete_generator()
        self._complete_ups(trip)
        self._complete_bess()
        way = (self.resistance_ohm_m, self.length_m)
        refuse(way[1] is not None and way[0] is None, "a length is of what has a resistance_ohm_m")
        refuse(
            way[0] is not None and self.voltage_v is None, "a resistance_ohm_m needs a voltage_v"
        )
        refuse(
            self.inverter_fault_frac is not None and role(self.kind) not in INVERTERS,
            "only a UPS, a BESS or an array has an inverter_fault_frac",
        )
        lossy = self.loss_idle_frac + self.loss_linear_frac + self.loss_square_frac
        refuse(lossy >= 1, "loses more than it is rated for")
        refuse(self.rating_w is None and lossy > 0, "losses are of a rating, and there is none")
        return self

    def _complete_generator(self) -> None:
        """Numbers of a generator stand in no other row, and its consumption is whole."""
        fuel = (self.fuel_idle_m3_s, self.fuel_half_m3_s, self.fuel_full_m3_s)
        some = any(value is not None for value in fuel)
        refuse(some and None in fuel, "consumption is stated without load, at half and at full")
        refuse(
            (self.gas_efficiency_frac is not None) != (role(self.kind) is Role.PRIME),
            "a prime generator and nothing else has a gas_efficiency_frac",
        )
        part = (self.gas_efficiency_half_frac, self.gas_efficiency_three_quarters_frac)
        if any(part):
            refuse(
                self.gas_efficiency_frac is None or None in part,
                "efficiency at part load is stated at half, at three quarters and at full load",
            )
            stated = zip((0.5, 0.75, 1.0), (*part, self.gas_efficiency_frac), strict=True)
            half, more, full = (share / (eta or 1.0) for share, eta in stated)
            refuse(
                not half < more < full or 3 * half < 2 * more,
                "a machine burns more at more load, and no less than nothing at none",
            )
        refuse(
            self.least_load_frac is not None and role(self.kind) is not Role.PRIME,
            "a prime generator and nothing else has a least_load_frac",
        )
        steps = self.load_step_frac is not None or bool(self.performance_class)
        refuse(
            steps and role(self.kind) not in (Role.STANDBY, Role.PRIME),
            "generators and nothing else have a load_step_frac and a performance_class",
        )
        self._complete_governor()
        refuse(
            role(self.kind) is not Role.STANDBY
            and any(getattr(self, field) is not None for field in GENERATOR_ONLY),
            f"only a generator has {', '.join(GENERATOR_ONLY)}",
        )

    def _complete_governor(self) -> None:
        """Numbers of a governor are whole, and stand in no other row."""
        held = [getattr(self, field) is not None for field in GovernorNumbers.model_fields]
        names = ", ".join(GovernorNumbers.model_fields)
        refuse(
            any(held) and role(self.kind) not in (Role.STANDBY, Role.PRIME),
            f"generators and nothing else have {names}",
        )
        refuse(any(held) and not all(held), f"frequency needs all of {names}")

    def _complete_bess(self) -> None:
        """Numbers of a BESS stand in no other row; its charge has room between its limits."""
        stated = [f for f in BessNumbers.model_fields if getattr(self, f) is not None]
        mine = role(self.kind) is Role.STORAGE
        refuse(bool(stated) and not mine, f"a BESS and nothing else has {', '.join(stated)}")
        refuse(mine and self.rating_w is None, "a BESS has a rating")
        low = self.soc_min_frac or 0.0
        high = 1.0 if self.soc_max_frac is None else self.soc_max_frac
        refuse(mine and low >= high, "soc_min_frac is below soc_max_frac")

    def _complete_ups(self, trip: tuple[float | None, ...]) -> None:
        """Numbers of a UPS stand in no other row, and its overload stands in one place."""
        stated = [f for f in UpsNumbers.model_fields if getattr(self, f) not in (None, "")]
        words = f"a UPS and nothing else has {', '.join(stated)}"
        refuse(bool(stated) and role(self.kind) is not Role.STORE, words)
        both = bool(self.overload_curve) and any(value is not None for value in trip)
        refuse(both, "overload_curve says when a UPS trips; leave trip numbers out")
        counts = (self.lockout_count is None) == (self.lockout_window_s is None)
        refuse(not counts, "a lock-out needs its lockout_count and its lockout_window")
        rated = (self.peukert_exponent or 1.0) == 1.0 or self.battery_rated_s is not None
        refuse(not rated, "a peukert_exponent needs the battery_rated time its energy is for")
