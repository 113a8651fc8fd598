"""Part of the power chapter: voltage, currents, faults and selectivity of every component."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from twin.present.blocks import Columns, Grid, grid, words
from twin.quantities import NONE, counted, number, percent, power, scaled, span


def table(held: pd.DataFrame) -> Grid:
    """The table `electrical` as printed; elements that fare alike are one row, and what is known of
    none is left out.
    """
    shown = held.assign(
        drop_frac=(1.0 - held["voltage_frac"]).where(held["voltage_frac"] > 0),
        opens=[_opens(*row) for row in _columns(held, "selective", "opens_first_from_w")],
        rests_on=[_rests_on(*row) for row in _columns(held, *_STATUSES)],
    )
    columns: Columns = {
        "Element": ("component", words),
        "Nominal": ("nominal_v", _volts),
        "Voltage drop": ("drop_frac", _drop),
        "Current": ("current_a", _amperes),
        "Load (kVA)": ("loading_frac", percent),
        "Fault": ("fault_current_a", _amperes),
        "on generators": ("fault_current_standby_a", _amperes),
        "on inverters": ("fault_current_inverters_a", _amperes),
        "rated for": ("short_circuit_rating_a", _amperes),
        "Selective": ("opens", words),
        "Rests on": ("rests_on", words),
    }
    unknown = [name for name, (column, _) in columns.items() if not _is_known(shown[column])]
    columns = {name: how for name, how in columns.items() if name not in unknown}
    title = "Electrical, every load at its peak"
    made = grid(title, shown, columns, table="electrical", fold=True)
    meant = "Selective: opens before what stands above it." if "Selective" in columns else ""
    return replace(made, note=f"{meant} {made.note}".strip())


def _is_known(column: pd.Series[Any]) -> bool:
    """Whether any element has it; a column of dashes takes the room of others."""
    return bool((column.notna() & ~column.isin([0, "", NONE])).any())


def says(held: pd.DataFrame) -> list[str]:
    """What a director reads of it: ratings of faults that are too low, or that nobody states."""
    if held.empty:
        return []
    most = held[["fault_current_a", "fault_current_standby_a"]].max(axis=1)
    over = held[most > held["short_circuit_rating_a"]]["component"]
    unknown = int((held["short_circuit_rating_a"].isna() & (most > 0)).sum())
    told = f"Fault currents pass the rating of {span(over)}." if len(over) else ""
    state = "states no fault rating and was" if unknown == 1 else "state no fault rating and were"
    silent = f"{counted(unknown, 'power component')} {state} not judged."
    return [*([told] if told else []), *([silent] if unknown else [])]


_STATUSES = ("voltage_status", "impedance_status", "fault_rating_status")


def _columns(held: pd.DataFrame, *names: str) -> zip[tuple[Any, ...]]:
    return zip(*(held[name] for name in names), strict=True)


def _opens(selective: str, from_w: float) -> str:
    return f"no, from {power(from_w)}" if selective == "no" else selective or NONE


def _rests_on(voltage: str, impedance: str, rating: str) -> str:
    parts = [f"voltage {voltage}"]
    parts += [f"impedance {impedance}"] if impedance else []
    parts += [f"fault rating {rating}"] if rating else []
    return ", ".join(parts)


def _volts(value: Any) -> str:
    return scaled(value, "V")


def _amperes(value: Any) -> str:
    return scaled(value, "A") if number(value) > 0 else NONE


def _drop(value: Any) -> str:
    return percent(value, 1) if abs(number(value)) >= 5e-4 else ("0 %" if value == value else NONE)
