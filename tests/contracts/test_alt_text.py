"""Alternative texts say what figures show: extremes, moments and names, as the tables have them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from synthetic import bare, synthetic

from twin.analysis.side_by_side import side_by_side
from twin.present.alt_text import alt_text, course, parts
from twin.present.comparison import side_by_side_picture
from twin.present.figures import FIGURES, Drawing
from twin.present.report import render
from twin.quantities import clock, degrees, percent, power, tokens

MOST_LETTERS = 1_400
NAMES = [named.name for named in FIGURES]


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_has_one_with_numbers_and_it_is_no_caption(name: str) -> None:
    told = alt_text(synthetic(), name)
    caption = next(named.caption for named in FIGURES if named.name == name)
    assert re.search(r"[0-9]", told)
    assert caption not in told
    assert len(told) <= MOST_LETTERS
    assert told.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_a_run_that_recorded_nothing_says_nothing(name: str) -> None:
    assert alt_text(bare(), name) == ""


def test_the_time_line_tells_lowest_highest_and_last() -> None:
    site = synthetic().frame("site").set_index("time_s")
    told = alt_text(synthetic(), "timeline")
    racks_w = site["it_power_w"]
    low = f"lowest {power(racks_w.min())} at {clock(racks_w.idxmin())}"
    high = f"highest {power(racks_w.max())} at {clock(racks_w.idxmax())}"
    assert f"Power of racks: {low}, {high}, {power(racks_w.iloc[-1])} at the end." in told
    hours = (site.index.to_numpy() - 1) // 3600
    lost = site["tokens_lost"].groupby(hours).sum()
    most = f"most in the hour from {clock(3600 * lost.idxmax())}, {tokens(lost.max())}"
    assert f"Tokens lost: {tokens(lost.sum())}, {most}." in told
    hottest = synthetic().frame("racks").groupby("time_s")["junction_max_degc"].max()
    assert f"highest {degrees(hottest.max())} at {clock(hottest.idxmax())}" in told


def test_plans_name_the_racks_at_both_ends() -> None:
    warmest = synthetic().frame("racks").groupby("rack")["inlet_air_degc"].max()
    told = alt_text(synthetic(), "floor")
    assert f"Warmest inlet: {warmest.idxmax()}, {degrees(warmest.max())}." in told
    beyond = int((warmest > 27.0).sum())
    assert f"{beyond} of {len(warmest)} racks above recommended" in told


def test_parts_of_the_energy_are_of_all_that_entered() -> None:
    energy = synthetic().frame("energy")
    into = energy[energy["source"] == "utility"]["energy_j"].sum()
    racks = re.search(r"To: racks [^(]*\(([0-9.]+) %\)", alt_text(synthetic(), "sankey"))
    assert racks is not None
    it_j = synthetic().summary["energy_it_j"]
    assert f"{racks[1]} %" == percent(it_j / into)


def test_the_lowest_flow_is_told_with_its_loop_and_moment() -> None:
    loops = synthetic().frame("loops")
    least = loops.loc[loops["flow_frac"].idxmin()]
    where = f"in {least['loop']} at {clock(least['time_s'])}"
    want = f"Lowest flow: {percent(least['flow_frac'])} of rated, {where}."
    assert want in alt_text(synthetic(), "coolant")


def test_generators_at_rest_are_not_told_as_dark() -> None:
    assert "Without voltage for some or all of the period: rpp_2." in alt_text(
        synthetic(), "oneline"
    )


def test_a_level_series_and_an_empty_one() -> None:
    level = pd.Series([5e3, 5e3], index=[300.0, 600.0])
    assert course("Racks", level, power) == "Racks: 5.00 kW throughout."
    assert course("Racks", level * np.nan, power) == ""
    assert parts("To", pd.Series({"a": 0.0}), power) == ""
    shares = pd.Series({"a": 1.0, "b": 3.0, "c": 0.0})
    assert parts("To", shares, power) == "To: b 3.00 W (75.0 %), a 1.00 W (25.0 %)."


def test_the_page_carries_them() -> None:
    drawn = {name: Drawing(b'<svg viewBox="0 0 10 10"></svg>') for name in NAMES}
    text = render(synthetic(), drawings=drawn)
    alts = re.findall(r'<img [^>]*alt="([^"]*)"', text)
    assert len(alts) == len(NAMES)
    assert sorted(alts) == sorted(alt_text(synthetic(), name) for name in NAMES)


def test_bars_of_designs_say_their_values() -> None:
    found = side_by_side([synthetic(), synthetic()], ["a", "b"])
    assert side_by_side_picture(found).alt == ""
