"""What a report says is what it judged: no number beside a verdict that it does not bear out."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from synthetic import synthetic, with_tables

import twin
from twin.analysis.verdict import Judgement
from twin.findings import FindingCode
from twin.present.blocks import Grid
from twin.present.report import failures, verdict, year
from twin.results import Result


def warm_at_peak(supply_degc: float) -> Result:
    """A day whose coolant stays at `supply_degc`, of a design that passes 45 °C at full load."""
    day = synthetic()
    finding = {
        "code": str(FindingCode.COOLANT_WARM_AT_PEAK), "component": "cdu_1_loop", "severity":
        "warning", "says": "coolant of 45.1 °C at peak load", "consequence": "racks may throttle",
    }  # fmt: skip
    limit = dict.fromkeys(day.frame("witnesses"), "")
    limit |= {"subject": "racks/gb200_nvl72", "parameter": "coolant_supply_max_degc", "value": "45"}
    loops = day.frame("loops").assign(kind="liquid", temperature_degc=supply_degc)
    day = with_tables(day, witnesses=pd.DataFrame([limit]), loops=loops)
    return replace(day, meta={**day.meta, "findings": [finding]})


@pytest.mark.parametrize(("supply_degc", "told"), [(44.4, "misses at full load"), (46.0, "misses")])
def test_a_limit_that_only_full_load_breaks_says_so(supply_degc: float, told: str) -> None:
    (row,) = (row for row in verdict.table(warm_at_peak(supply_degc)).rows if "Coolant" in row[0])
    assert row[1] == told
    assert row[3] == f"{supply_degc:.1f}\u00a0°C"
    assert "45.1 °C at peak load" in row[4]


def test_what_is_to_stay_below_misses_at_its_bound() -> None:
    at, under = (
        Judgement("GPUs", "below", 89.0, found, "degC", False).verdict for found in (89.0, 88.9)
    )
    assert (at, under) == ("misses", "meets")


def test_spans_of_events_are_minutes_and_hours() -> None:
    day = synthetic()
    events = day.frame("events").iloc[:1].assign(detail="back after 14,400 s")
    section = failures.section(with_tables(day, events=events))
    grids = [block for block in section.blocks if isinstance(block, Grid)]
    (shown,) = (block for block in grids if block.title == "Events")
    assert "back after 4 h" in shown.rows[0]


def test_the_year_names_uses_of_energy_in_words() -> None:
    grids = [block for block in year.section(synthetic()).blocks if isinstance(block, Grid)]
    (both,) = (block for block in grids if block.title == "The year at two loads")
    named = [row[0] for row in both.rows]
    assert "Energy of racks" in named
    assert not [one for one in named if "_" in one or "crahs" in one or "elc" in one]


def test_a_key_set_from_outside_has_its_own_value() -> None:
    """Also where the mapping that it stands in was made for it."""
    asked = {"outputs.counterfactuals": "never", "horizon": "1 h"}
    told = twin.load("layouts/gb200_su.yaml", overrides=asked).changed()
    assert told == asked
