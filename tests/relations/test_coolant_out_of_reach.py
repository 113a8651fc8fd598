"""Claim: a set-point of coolant that no water of its plant gives is told of by check, run and year
alike, and by as much.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, busy, happened, loaded, site
from twin.facility.cooling import peak

OUT = "supply_out_of_reach"
EVENT = "exchanger saturated"
WORK = {"workload": [busy(nodes=36)], "horizon": "6 h"}
MILD = site(25.0)


def layout(set_point: str | None) -> dict[str, Any]:
    """Two racks on coolant, from water of 41.8 °C through a small exchanger."""
    out = small_layout(2, 0)
    out["cooling"]["loops"][0]["overrides"] = {"approach": "12 K"}
    if set_point:
        out["cooling"]["loops"][0]["supply_temperature"] = set_point
    return out


def findings(plan: dict[str, Any]) -> list[str]:
    told = twin.check(loaded(asked(plan)))["findings"]
    return [one["says"] for one in told if one["code"] == OUT]


def coolant(run: twin.Result) -> Any:
    return run.frame("loops").query("loop == 'cdu_loop'").temperature_degc


def year_notes(plan: dict[str, Any], load_frac: float = 1.0) -> list[str]:
    year = twin.climate(loaded(asked(plan)), "phoenix", load_frac=load_frac)
    return [note for note in year.notes if "is to supply" in note]


@pytest.mark.parametrize(("degc", "never"), [(38.0, True), (44.0, False)])
def test_check_and_run_tell_of_it(degc: float, never: bool) -> None:
    (says,) = findings(layout(f"{degc} °C"))
    stated, given, _, supply = (float(x) for x in re.findall(r"([\d.]+) °C", says))
    assert (stated, supply) == (degc, 41.8)
    assert ("no load brings it there" in says) == never
    run = answer(layout(f"{degc} °C"), site=MILD, **WORK)
    assert ("cdu", EVENT) in {(who, what) for _, who, what in happened(run)}
    assert coolant(run).iloc[-1] == pytest.approx(given, abs=0.25)
    assert coolant(run).iloc[-1] == pytest.approx(
        coolant(answer(layout(None), site=MILD, **WORK)).iloc[-1], abs=1e-6
    )


def test_a_set_point_within_reach_is_not_told_of() -> None:
    for plan in (layout("50 °C"), layout(None)):
        assert not findings(plan)
        assert not year_notes(plan)
        what = {what for _, _, what in happened(answer(plan, site=MILD, **WORK))}
        assert EVENT not in what


def test_a_year_tells_of_hours() -> None:
    """38 °C from water of 41.8 °C in every hour; 47 °C at rated heat where Phoenix is so hot that
    dry coolers make warmer water: the hours by hand, from the weather and their conductance.
    """
    (always,) = year_notes(layout("38 °C"))
    assert "8,760 hours" in always
    (sometimes,) = year_notes(layout("47 °C"))
    hours = int(re.findall(r"in ([\d,]+) hours", sometimes)[0].replace(",", ""))
    there = {"climate": "phoenix", "grid": "arizona"}
    facility = twin.build(loaded(asked(layout("47 °C"), site=there)))
    plant = facility.cooling.plants[0]
    air = twin.climate(facility, "phoenix").air.dry_bulb_degc
    heat_w = float(peak.plant_heat_w(facility)[0])
    water = np.maximum(
        41.8 + heat_w / plant.capacity_w * plant.band_k, air + heat_w / plant.conductance_w_k
    )
    opened, above_k = (float(x[0]) for x in peak.open_coolant(facility, np.array([0.0, 0.0])))
    assert hours == pytest.approx((water + opened - above_k > 47.5).sum(), rel=0.02)
    assert 0 < hours < 1000
    assert not year_notes(layout("47 °C"), load_frac=0.1)


@pytest.mark.parametrize("degc", ["14 °C", "16.5 °C"])
def test_a_year_tells_of_supply_air_as_check_does(degc: str) -> None:
    plan = small_layout(0, 2)
    plan["cooling"]["air"][0]["supply_temperature"] = degc
    (says,) = findings(plan)
    (note,) = year_notes(plan)
    assert "8,760 hours" in note
    (given,) = re.findall(r"up to ([\d.]+) °C", note)
    (planned,) = re.findall(r"gives ([\d.]+) °C", says)
    assert float(given) == pytest.approx(float(planned), abs=0.11)
    plan["cooling"]["air"][0]["supply_temperature"] = "20 °C"
    assert not year_notes(plan)
