"""What the rows of UPS say, as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.arrays import Array
from twin.catalogue import Catalogue
from twin.catalogue.rows import OverloadCurve, PowerEquipment
from twin.facility.model.ups import UpsArrays
from twin.physics.overload import OverloadSteps, steps


def ups_arrays(catalogue: Catalogue, rows: Sequence[PowerEquipment | None]) -> UpsArrays:
    """The arrays of power nodes, by the row of each; None for loads."""
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
        input_window_frac=_numbers(rows, "input_window_frac", 0.1),
        lockout_count=_numbers(rows, "lockout_count", np.inf),
        lockout_window_s=_numbers(rows, "lockout_window_s", np.inf),
        lockout_reset_s=_numbers(rows, "lockout_reset_s", np.inf),
        bypass_loss_idle_frac=_bypass_loss(rows, "idle"),
        bypass_loss_square_frac=_bypass_loss(rows, "square"),
    )


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
