"""Claim: the electric EIR model holds for every machine of EnergyPlus' data sets.

The table of 273 machines lies beside the project; without it the shipped ones are compared in
`test_catalogue_against_sources.py` alone.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from twin.physics.chiller import ChillerCurve, available_w, outside, power_w

TABLE = Path(__file__).parents[3] / "shared/data/cooling/energyplus_chillers_eir.csv"
pytestmark = pytest.mark.skipif(not TABLE.exists(), reason="the table of chillers is not here")


def machines() -> list[dict[str, str]]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _six(row: dict[str, str], curve: str) -> tuple[float, ...]:
    return tuple(float(row[f"{curve}_c{k}"]) for k in range(1, 7))


def _limits(row: dict[str, str], axis: str) -> tuple[float, float]:
    return float(row[f"capft_{axis}min_degc"]), float(row[f"capft_{axis}max_degc"])


def curve(row: dict[str, str]) -> ChillerCurve:
    """A machine of the table as the program works with it."""
    return ChillerCurve(
        float(row["ref_capacity_w"] or 1e6), float(row["ref_cop"]),
        _six(row, "capft"), _six(row, "eirft"),
        tuple(float(row[f"eirfplr_c{k}"]) for k in range(1, 4)),
        _limits(row, "x"), _limits(row, "y"),
        float(row["min_plr_frac"]), float(row["min_unload_frac"]),
    )  # fmt: skip


def test_there_are_as_many_as_the_data_sets_hold() -> None:
    assert len(machines()) == 273


def test_every_machine_meets_its_reference_point() -> None:
    """Capacity and power at reference conditions: the stated values of the three curves."""
    checked = 0
    for row in machines():
        machine = curve(row)
        at = (float(row["ref_leaving_chw_degc"]), float(row["ref_entering_cond_degc"]))
        if outside(machine, *at):
            continue
        full = float(available_w(machine, *at))
        assert full / machine.capacity_w == pytest.approx(float(row["capft_at_ref"]), abs=1e-4)
        said = float(row["eirft_at_ref"]) * float(row["eirfplr_at_1"]) / machine.cop
        assert float(power_w(machine, full, *at)) / full == pytest.approx(said, rel=3e-4)
        checked += 1
    assert checked > 250


def test_every_machine_falls_to_nothing_without_heat() -> None:
    """Below its least load power falls in a straight line; at least unloading it has a step."""
    for row in machines():
        machine = curve(row)
        at = (sum(machine.leaving_degc) / 2, sum(machine.entering_degc) / 2)
        full = float(available_w(machine, *at))
        share = np.array([0.0, 0.5, 1.0]) * machine.load_min_frac
        power = power_w(machine, share * full, *at)
        assert power[0] == 0.0
        assert power[1] == pytest.approx(power[2] / 2, rel=1e-9)
        held = max(machine.load_min_frac, machine.unload_min_frac)
        assert power_w(machine, held * full, *at) == pytest.approx(float(power[2]), rel=1e-9) or (
            machine.unload_min_frac <= machine.load_min_frac
        )
