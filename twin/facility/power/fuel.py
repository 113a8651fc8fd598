"""Tanks and consumption of generators, from rows and layout."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from twin.arrays import Array
from twin.catalogue.equipment_kinds import Role, role
from twin.catalogue.rows import PowerEquipment
from twin.facility.ledger import Ledger, Loc
from twin.facility.model.power import StandbyNumbers
from twin.physics.standby import DIESEL_M3_PER_J
from twin.scenario.schema.power_group import PowerGroup


def full_m3_s(row: PowerEquipment) -> float:
    """Fuel that a generator burns at full load, stated or usual."""
    if row.fuel_full_m3_s is not None:
        return row.fuel_full_m3_s
    return (row.rating_w or 0.0) * DIESEL_M3_PER_J


def with_autonomy(row: PowerEquipment, autonomy_s: float | None) -> PowerEquipment:
    """The row with a tank that lasts so long at full load; as it is where that is not stated."""
    if autonomy_s is None or role(row.kind) is not Role.STANDBY:
        return row
    return row.model_copy(update={"tank_m3": full_m3_s(row) * autonomy_s})


def check_autonomy(ledger: Ledger, loc: Loc, row: PowerEquipment, group: PowerGroup) -> None:
    """Autonomy is asked of generators, and says how large the tank is once."""
    if group.autonomy is None:
        return
    if role(row.kind) is not Role.STANDBY:
        allowed = "autonomy for generators; a battery's is battery_energy"
        ledger.complain((*loc, "autonomy"), f"autonomy for a {row.kind}", allowed)
    stated = group.overrides.numbers() if group.overrides is not None else {}
    if "tank_m3" in stated:
        allowed = "one of them: hours at full load, or the size of the tank"
        ledger.complain((*loc, "autonomy"), "autonomy beside a tank", allowed)


def standby_numbers(column: Callable[[str, float], Array]) -> StandbyNumbers:
    """What rows state of how generators run, or what is usual.

    column   reads a number of every row, with what stands for none
    """
    usual_m3_s = column("rating_w", 0.0) * DIESEL_M3_PER_J
    half_m3_s = column("fuel_half_m3_s", np.nan)
    full_m3_s = column("fuel_full_m3_s", np.nan)
    return StandbyNumbers(
        run_failure_first_hour_probability=column("run_failure_first_hour_probability", 0.0),
        run_failure_rate_per_h=column("run_failure_rate_per_h", 0.0),
        synchronise_s=column("synchronise_s", 0.0),
        load_step_frac=column("load_step_frac", 1.0),
        retransfer_s=column("retransfer_s", 0.0),
        cool_down_s=column("cool_down_s", 0.0),
        tank_m3=column("tank_m3", np.inf),
        fuel_idle_m3_s=column("fuel_idle_m3_s", 0.0),
        fuel_half_m3_s=np.where(np.isnan(half_m3_s), 0.5 * usual_m3_s, half_m3_s),
        fuel_full_m3_s=np.where(np.isnan(full_m3_s), usual_m3_s, full_m3_s),
        refuel_s=column("refuel_s", np.inf),
    )
