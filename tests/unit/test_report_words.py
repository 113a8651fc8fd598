"""What a report says is what it judged: no number beside a verdict that it does not bear out."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from synthetic import synthetic, with_tables

import twin
from tests.planner import asked, faults, ran
from tests.power_layouts import load, part, power_only
from twin.analysis.verdict import Judgement
from twin.findings import FindingCode
from twin.present.availability_tables import importance
from twin.present.blocks import Grid
from twin.present.continuity_tables import continuity
from twin.present.figures.floor import figure_floor
from twin.present.redundancy_tables import cut_sets
from twin.present.report import chapters, cooling, failures, power, verdict, year
from twin.present.report.story import what_it_did
from twin.present.report.story.cost import what_it_cost
from twin.present.report.summary import headline
from twin.present.report.tiles import tiles
from twin.quantities import NONE, degrees
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


def lines_of(name: str, day: Result) -> str:
    chapter = next(one for one in chapters(day, ()) if one.title == name)
    return " ".join(chapter.says)


def test_returns_to_a_checkpoint_are_counted_once() -> None:
    """The story counted events of one kind, the chapter Workload the jobs' own column."""
    jobs = synthetic().frame("jobs")
    day = with_tables(synthetic(), jobs=jobs.assign(restarts=[2, 0, 0]))
    assert "Job pretrain went back to a checkpoint twice" in what_it_did(day)
    assert "returns to a checkpoint: 2" in lines_of("Workload", day)


def test_a_loss_of_a_whole_job_is_not_that_of_one_rack() -> None:
    """Work rolled back stood as lost "in compute_r12", which held 2 % of it."""
    losses = synthetic().frame("losses").iloc[:2]
    whole = losses.assign(cause="rolled_back", rack=["", "rack_3"], tokens=[98.0, 2.0])
    assert "by work rolled back;" in what_it_cost(with_tables(synthetic(), losses=whole))
    most = losses.assign(cause="rolled_back", rack=["", "rack_3"], tokens=[2.0, 98.0])
    assert "by work rolled back in rack_3;" in what_it_cost(with_tables(synthetic(), losses=most))


def test_air_below_the_recommended_band_is_told() -> None:
    """No rack drew air above it, and all of them drew air of 15 °C."""
    racks = synthetic().frame("racks").assign(inlet_air_degc=15.0)
    told = lines_of("Cooling", with_tables(synthetic(), racks=racks))
    assert "No rack drew air above ASHRAE's recommended 18 to 27 °C; 8 of 8 racks drew air " in told
    assert "below it, down to 15.0 °C." in told


def test_availability_has_its_nines_wherever_it_stands() -> None:
    day = synthetic()
    study = {**day.meta["redundancy"], "availability_exact": {"unavailability": 4.9e-6}}
    high = replace(day, meta={**day.meta, "redundancy": {**study, "interval": [4.4e-6, 5.2e-6]}})
    (tile,) = (one for one in tiles(high) if one.label == "Availability")
    assert tile.value == "99.99951 %"
    assert "95 % 99.99948 % to 99.99956 %" in tile.below
    assert "Availability of all racks (99.99951 %)" in verdict.table(high).note


def test_a_limit_that_the_run_breaks_says_who_broke_it_and_when() -> None:
    """Before what the review says of the design, which may be another number."""
    (row,) = (row for row in verdict.table(warm_at_peak(46.0)).rows if "Coolant" in row[0])
    assert re.match(r"\S+ reached 46.0 °C by \d\d:\d\d; .*45.1 °C at peak load", row[4])


def test_what_nobody_asked_and_nothing_found_is_left_out() -> None:
    note = verdict.table(synthetic()).note
    assert f"({NONE})" not in note
    assert "Tokens made of the undisturbed" in note


def test_tokens_made_have_the_figures_of_the_headline() -> None:
    day = synthetic()
    share = headline(day)[0].partition(" of the")[0]
    assert f"Tokens made of the undisturbed ({share})" in verdict.table(day).note


@pytest.mark.parametrize("written", [degrees(-0.04), cooling._kelvins(-0.04)])
def test_nothing_is_minus_zero(written: str) -> None:
    assert written.startswith("0.0")


def test_a_last_period_that_is_shorter_counts_by_its_length() -> None:
    """A board away for 30 s of a run of 101 min in periods of 5: it was told to be 2.4 min."""
    parts = [part("u", "utility_feed"), part("b", "switchboard_4000", "u")]
    made = power_only(parts, [load("row", 300.0, "b")])
    result = ran(asked(made, horizon="101 min", faults=faults((6000.0, "b", 30.0))))
    assert "b lost supply, for 30 s." in power.section(result).says
    held = power.loading_frame(result).set_index("component").loc["b"]
    assert held.live_frac == pytest.approx(1 - 30 / 6060, rel=1e-12)
    assert held.mean_w == pytest.approx(300e3 * (1 - 30 / 6060), rel=1e-9)


def test_the_legend_of_a_plan_names_what_is_on_it() -> None:
    day = synthetic()
    racks = day.frame("racks").assign(inlet_air_degc=22.0)
    cool = figure_floor(with_tables(day, racks=racks))
    warm = figure_floor(with_tables(day, racks=racks.assign(inlet_air_degc=30.0)))
    words = [[text.get_text() for text in one.legends[0].texts] for one in (cool, warm)]
    assert "above recommended" not in words[0]
    assert "above recommended" in words[1]
    assert all("rack without a value" not in said for said in words)


def test_an_outage_of_less_than_a_second_is_told() -> None:
    """Two boards without voltage for 0.2 s of four hours: 0.999986 of the time."""
    day = synthetic()
    held = day.frame("power")
    lost = held["component"].isin(("rpp_1", "rpp_2")) & (held["time_s"] == held["time_s"].max())
    length_s = held["time_s"].drop_duplicates().diff().iloc[-1]
    table = held.assign(energised_frac=(~lost).astype(float) + lost * (1 - 0.2 / length_s))
    table = table[~table["component"].str.contains("generator")]
    section = power.section(with_tables(day, power=table))
    assert "rpp_1–2 lost supply, for 0.2 s." in section.says
    (grid,) = (one for one in section.blocks if isinstance(one, Grid) and "Time with voltage"
               in one.headings)  # fmt: skip
    shown = {row[0]: row[-1] for row in grid.rows}
    assert any(cell.startswith("99.999") for name, cell in shown.items() if "rpp" in name)


def test_what_hardly_ever_happens_is_not_nought_per_cent() -> None:
    """Five of seven lines of a shipped report were `0.0 %`."""
    one = {
        "component": "utility",
        "share_of_unavailability": 2.1e-4,
        "birnbaum": 4.3e-5,
        "risk_achievement_worth": 24.6,
        "second_saves_min_per_year": 0.1,
    }
    assert importance({"importance": [one]}).rows[0][:3] == ("utility", "0.0210 %", "0.00430 %")


def test_no_restarts_are_not_told_as_nought_times() -> None:
    (table,) = continuity({"continuity": {"rack_restarts_per_year": 0.0}})
    assert table.note.endswith("No loss of power restarts a rack.")
    (table,) = continuity({"continuity": {"rack_restarts_per_year": 0.25}})
    assert "up to 0.250 times in a year" in table.note


def test_a_cut_set_names_the_whole_common_cause() -> None:
    """Stood as `utility + common cause: start of …`, its part as `0.0 %`."""
    lost = {"order": 2, "components": ["utility", "common cause: start of genset_2000"]}
    (row,) = cut_sets({"cut_set_rows": [{**lost, "share_of_unavailability": 9.8e-5}]}).rows
    assert row[1] == "utility + common cause: start of genset_2000"
    assert row[3] == "0.00980 %"
