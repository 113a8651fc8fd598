"""What the rows of UPS say, as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array
from twin.catalogue import Catalogue
from twin.catalogue.equipment_kinds import Role, role
from twin.catalogue.rows import OverloadCurve, PowerEquipment
from twin.facility.ledger import Ledger, Loc
from twin.facility.model.ups import UpsArrays
from twin.physics.overload import OverloadSteps, steps
from twin.scenario.schema.power_group import PowerGroup

ECO_GAP_S = 0.002
"""Gap in eco mode where a row states none; Eaton 91PS/93PS manual: typically less than 2 ms."""


def ups_arrays(
    catalogue: Catalogue, nodes: Sequence[tuple[PowerEquipment | None, bool]]
) -> UpsArrays:
    """The arrays of power nodes: the row of each, None for loads, and whether it is in eco mode."""
    rows = [row for row, _ in nodes]
    eco = np.array([mode for _, mode in nodes], dtype=bool)
    curves = [
        catalogue.get(OverloadCurve, row.overload_curve) if row and row.overload_curve else None
        for row in rows
    ]
    return UpsArrays(
        inverter=_steps(curves, "inverter"),
        bypass=_steps(curves, "bypass"),
        has_steps=np.array([curve is not None for curve in curves], dtype=bool),
        has_bypass=np.array([bool(c and c.bypass_load_frac) for c in curves], dtype=bool),
        lockout_overloads=_numbers(curves, "lockout_overloads", np.inf),
        overload_window_s=_numbers(curves, "lockout_window_s", np.inf),
        state_of_health_frac=_numbers(rows, "state_of_health_frac", 1.0),
        peukert_exponent=_numbers(rows, "peukert_exponent", 1.0),
        battery_rated_w=_numbers(rows, "battery_energy_j", 0.0)
        / _numbers(rows, "battery_rated_s", np.inf),
        walk_in_s=_numbers(rows, "walk_in_s", 0.0),
        eco_gap_s=np.where(eco, _numbers(rows, "eco_gap_s", ECO_GAP_S), 0.0),
        input_window_frac=_numbers(rows, "input_window_frac", 0.1),
        lockout_count=_numbers(rows, "lockout_count", np.inf),
        lockout_window_s=_numbers(rows, "lockout_window_s", np.inf),
        lockout_reset_s=_numbers(rows, "lockout_reset_s", np.inf),
        bypass_loss_idle_frac=_bypass_loss(rows, "idle"),
        bypass_loss_square_frac=_bypass_loss(rows, "square"),
    )


def check_mode(ledger: Ledger, loc: Loc, row: PowerEquipment, group: PowerGroup) -> None:
    """Only a UPS has a mode of operation."""
    if group.ups_mode == "eco" and role(row.kind) is not Role.STORE:
        ledger.complain(loc, f"eco mode for a {row.kind}", "eco mode for UPS only")


def in_mode(row: PowerEquipment, mode: str) -> PowerEquipment:
    """A UPS in its mode of operation: in eco mode it loses what its bypass loses."""
    if mode != "eco" or row.bypass_loss_idle_frac is None:
        return row
    losses = {
        "loss_idle_frac": row.bypass_loss_idle_frac,
        "loss_linear_frac": 0.0,
        "loss_square_frac": row.bypass_loss_square_frac or 0.0,
    }
    return row.model_copy(update=losses)


def _steps(curves: Sequence[OverloadCurve | None], path: str) -> OverloadSteps:
    return steps(
        [
            (getattr(c, f"{path}_load_frac"), getattr(c, f"{path}_time_s")) if c else ((), ())
            for c in curves
        ]
    )


def _numbers(rows: Sequence[object | None], field: str, default: float) -> Array:
    """(row,) a number of each; the default where it has none."""
    stated = [getattr(row, field, None) for row in rows]
    return np.array([default if value is None else value for value in stated], dtype=float)


def _bypass_loss(rows: Sequence[PowerEquipment | None], part: str) -> Array:
    """(row,) a loss coefficient on the bypass; that of the converters where none is stated."""
    own = _numbers(rows, f"loss_{part}_frac", 0.0)
    stated = _numbers(rows, f"bypass_loss_{part}_frac", np.nan)
    return np.where(np.isnan(stated), own, stated)
