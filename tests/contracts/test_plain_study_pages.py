"""The report of a study without a method: what was asked, what decides, and what failed."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import twin
from twin.analysis.statistics import mean_interval, paired_difference
from twin.cli import main
from twin.present.study_report import render
from twin.study.experiments.outcome_words import precise
from twin.study.experiments.plain_answers import differences, spread, swings
from twin.study.experiments.reading import Reading

ROOT = Path(__file__).parents[2]
HALL = ROOT / "layouts" / "gb200_su.yaml"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "hall.yaml").write_text(HALL.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def asked(desk: Path, text: str, *options: str) -> tuple[int, Path]:
    file = desk / "asked.yaml"
    file.write_text(f"name: asked\nscenario: hall.yaml\n{text}", encoding="utf-8")
    out = desk / "out"
    return main(["study", str(file), "--out", str(out), "--workers", "1", *options]), out


def noisy(arm: str, seed: int) -> dict[str, float]:
    """Energy that more fans lower by 3, under a chance that both arms meet and a little of their
    own.
    """
    chance = np.random.default_rng(seed)
    shared = 100 + 5 * chance.normal()
    own = np.random.default_rng([seed, len(arm)]).normal()
    return {"energy_facility_j": shared + own - (3.0 if arm == "many" else 0.0), "same": shared}


def heat(supply: float, fans: float) -> dict[str, float]:
    if supply > 24:
        raise ArithmeticError("too <warm>")
    return {"pue": 1.5 - 0.01 * supply + 0.001 * fans}


def page(found: Any) -> str:
    return render(twin.study_page(found))


def verdict(text: str) -> str:
    found = re.search(r'<p class="verdict[^"]*">(.*?)</p>', text)
    assert found
    return found[1]


def test_shares_of_a_plain_study_are_read_in_per_cent() -> None:
    """In the verdict, its tiles and its tables; the table of the study keeps plain numbers."""
    found = twin.study(lambda x: {"busy_frac": x / 8}, vary={"x": [2.0, 5.0]})
    text = page(found)
    assert "busy_frac is lowest at x 2: 25.00 %, and highest at x 5: 62.50 %" in verdict(text)
    assert "0.2500" not in text
    assert found.table["busy_frac"].tolist() == [0.25, 0.625]
    arms = twin.study(
        lambda arm, seed: {"busy_frac": 0.5 + (0.25 if arm == "b" else 0)},
        arms={"a": {}, "b": {}}, replications=2,
    )  # fmt: skip
    assert "+25.00 percentage points (+50 %)" in verdict(page(arms))


def test_a_grid_of_a_file_says_best_and_worst_and_is_written_as_four_files(desk: Path) -> None:
    code, out = asked(
        desk,
        "description: Which set-point?\n"
        "vary:\n"
        "  warm: {path: plant.warm_water.supply_temperature, values: [38 °C, 42 °C]}\n"
        "  units: {path: air.crah.count, values: [4, 6]}\n"
        "outcomes: [energy_cooling_j]\n",
        "--excel",
    )
    assert code == 0
    table = pd.read_parquet(out / "table.parquet")
    text = (out / "study.html").read_text(encoding="utf-8")
    best = table.loc[table["energy_cooling_j"].idxmin()]
    worst = table.loc[table["energy_cooling_j"].idxmax()]
    least, most = (joules(row["energy_cooling_j"]) for row in (best, worst))
    assert verdict(text) == (
        f"energy_cooling_j is lowest at warm {best['warm']:.6g} °C, units {best['units']}: "
        f"{least}, and highest at warm {worst['warm']:.6g} °C, units {worst['units']}: {most} "
        "(of 4 points)."
    )
    assert "Which set-point?" in text
    assert "4 runs: varied: warm, units; every combination; 1 seed a point." in text
    assert "What moves it" in text
    assert "Every run was done; none was left out." in text
    assert len(pd.read_csv(out / "table.csv")) == len(pd.read_excel(out / "table.xlsx")) == 4


def joules(value: float) -> str:
    return precise(value, "energy_facility_j")


@pytest.mark.parametrize(
    ("value", "outcome", "words"),
    [
        (-97.86e6, "energy_cooling_j", "-27.18 kWh"),
        (-2.94, "energy_cooling_j", "-2.940 J"),
        (1.2345e6, "peak_demand_w", "1.234 MW"),
        (2.694e9, "tokens_total", "2.694 G"),
        (-0.001165, "pue", "-0.001165"),
        (757.2, "cost_usd", "757.2 USD"),
        (0.4, "tokens_per_s", "0.4000"),
    ],
)
def test_an_outcome_has_its_unit(value: float, outcome: str, words: str) -> None:
    """An energy of joules stood as "-97.86 M"."""
    assert precise(value, outcome) == words


def test_arms_have_a_difference_with_its_interval_over_the_seeds_both_met() -> None:
    arms: dict[str, Any] = {"few": {}, "many": {}}
    outcomes = ["energy_facility_j", "same"]
    found = twin.study(noisy, arms=arms, replications=12, outcomes=outcomes)
    told = verdict(page(found))
    held = found.table.pivot(index="seed", columns="arm", values="energy_facility_j")
    pair = paired_difference(held["many"], held["few"])
    percent = 100 * pair.mean / held["few"].mean()
    assert pair.decided
    assert told == (
        f"many is better than few in energy_facility_j: {joules(pair.mean)} ({percent:+.2f} %), "
        f"95 % interval {joules(pair.low)} to {joules(pair.high)}, over 12 seeds that both met."
    )
    assert "many and few do not differ in same" in page(found)
    few = twin.study(noisy, arms=arms, replications=1)
    assert "One seed does not say how far chance reaches" in page(few)
    assert verdict(page(few)).startswith("many is better than few in energy_facility_j: -")


def test_three_arms_share_the_error_of_their_intervals() -> None:
    arms: dict[str, Any] = {"few": {}, "many": {}, "some": {}}
    found = twin.study(noisy, arms=arms, replications=10)
    one = differences(Reading(found), "energy_facility_j")[0]
    held = found.table.pivot(index="seed", columns="arm", values="energy_facility_j")
    wide = paired_difference(held["many"], held["few"], 0.975)
    assert (one.low, one.high) == pytest.approx((wide.low, wide.high))


def made(arm: str, seed: int) -> dict[str, float]:
    """A design that serves less draws less, one that serves as much draws a little less, and one
    that serves more draws more; none is told by its outcomes what it served.
    """
    tokens = {"as_built": 10e9, "small": 8e9, "tuned": 10e9, "large": 12e9, "leaky": 9e9}[arm]
    drawn_j = {"as_built": 1.0, "small": 0.88, "tuned": 0.95, "large": 1.1, "leaky": 1.2}[arm]
    energy_j = 3.6e9 * drawn_j + 1e6 * np.random.default_rng(seed).normal()
    return {"energy_facility_j": energy_j, "peak_demand_w": 5e4 * drawn_j, "tokens_total": tokens}


def test_an_arm_is_no_better_for_drawing_less_where_it_made_less() -> None:
    """The rule of comparisons, though tokens are no outcome that the study keeps: an amount decides
    only where no less was made. Of what was made the change of one unit is told instead.
    """
    arms: dict[str, Any] = {"as_built": {}, "small": {}, "tuned": {}, "large": {}, "leaky": {}}
    found = twin.study(
        made, arms=arms, replications=3, outcomes=["energy_facility_j", "peak_demand_w"]
    )
    assert "tokens_total" not in found.table
    by_arm = {one.arm: one for one in differences(Reading(found), "energy_facility_j")}
    assert {arm: one.gains for arm, one in by_arm.items()} == {
        "small": None, "tuned": True, "large": None, "leaky": False,
    }  # fmt: skip
    # 0.88 of the energy for 0.8 of the tokens is 10 % more a token
    assert by_arm["small"].each_frac == pytest.approx(0.1, abs=1e-3)
    text = page(found)
    assert verdict(text).startswith("tuned is better than as_built in energy_facility_j: -50.00")
    assert "small differs from as_built in energy_facility_j: -120.0 kWh (-12 %), 10 % more" in text
    assert (
        "small made 20 % fewer tokens than as_built: that it draws, emits or pays less is not "
        "called better." in text
    )
    assert "large made 20 % more tokens than as_built: that it draws, emits or pays more" in text
    assert "leaky is worse than as_built in energy_facility_j" in text
    assert text.count("small made 20 % fewer tokens") == text.count("large made 20 % more") == 1
    assert "small differs from as_built in peak_demand_w: -6.000 kW (-12 %), 95 %" in text


def test_nothing_is_decided_where_less_was_made_for_less() -> None:
    arms: dict[str, Any] = {"as_built": {}, "small": {}}
    found = twin.study(made, arms=arms, replications=3, outcomes=["energy_facility_j"])
    assert differences(Reading(found), "energy_facility_j")[0].decided
    assert twin.study_page(found).mood == "plain"
    blind = twin.study(
        lambda arm, seed: {"energy_facility_j": made(arm, seed)["energy_facility_j"]},
        arms=arms, replications=3,
    )  # fmt: skip
    assert verdict(page(blind)).startswith("small is better than as_built")


def test_a_file_whose_arm_serves_less_is_not_told_to_be_better(desk: Path) -> None:
    """An hour of the shipped day with two thirds of its requests: less energy, and fewer tokens."""
    shipped = (ROOT / "scenarios" / "first_factory.yaml").read_text(encoding="utf-8")
    hour = shipped.replace("../layouts/gb200_su.yaml", "hall.yaml").replace("24 h", "1 h")
    (desk / "day.yaml").write_text(hour, encoding="utf-8")
    file = desk / "less.yaml"
    file.write_text(
        "name: less\nscenario: day.yaml\noutcomes: [energy_facility_j]\n"
        "arms:\n  as_built: {}\n"
        "  fewer: {workload.chat.requests.rate: 400 / s, workload.chat.nodes: 24}\n",
        encoding="utf-8",
    )
    assert main(["study", str(file), "--out", str(desk / "out"), "--workers", "1"]) == 0
    held = pd.read_parquet(desk / "out" / "table.parquet")
    assert held["energy_facility_j"][1] < held["energy_facility_j"][0]
    told = verdict((desk / "out" / "study.html").read_text(encoding="utf-8"))
    assert told.startswith("fewer differs from as_built in energy_facility_j: -")
    assert "fewer tokens than as_built: that it draws, emits or pays less is not called" in told


def test_the_lowest_of_points_that_made_less_is_told_so() -> None:
    def served(units: float) -> dict[str, float]:
        return {"energy_facility_j": 3.6e9 * units, "gpu_hours_busy": min(60 * units, 120.0)}

    outcomes = ["energy_facility_j"]
    text = page(twin.study(served, vary={"units": [1, 2, 3]}, outcomes=outcomes))
    assert verdict(text) == (
        "energy_facility_j is lowest at units 1: 1.000 MWh, and highest at units 3: 3.000 MWh "
        "(of 3 points). units 1 made 50 % fewer GPU hours of work than units 2: that it draws, "
        "emits or pays less is not called better. Of those that made the most, units 2 has the "
        "lowest energy_facility_j: 2.000 MWh."
    )
    alike = page(twin.study(served, vary={"units": [2, 3]}, outcomes=outcomes))
    assert verdict(alike).endswith("3.000 MWh (of 2 points).")


def test_a_sample_says_what_is_likely_and_what_moves_it() -> None:
    box: dict[str, Any] = {
        "supply": {"low": 10, "high": 20, "distribution": "uniform"},
        "fans": {"low": 0, "high": 2, "distribution": "uniform"},
    }
    found = twin.study(heat, vary=box, method="latin_hypercube", samples=60)
    values = found.table["pue"]
    around = mean_interval(values)
    told = verdict(page(found))
    assert f"{precise(around.low)} to {precise(around.high)}) over 60 draws" in told
    assert told.endswith(
        f"between {precise(values.quantile(0.05))} and {precise(values.quantile(0.95))}."
    )
    read = Reading(found)
    first, second = swings(read, "pue")
    assert (first.name, second.name) == ("supply", "fans")
    # thirds of a uniform range of 10 have their middles 20 / 3 apart, at 0.01 each
    assert first.at_low - first.at_high == pytest.approx(0.01 * 20 / 3, rel=0.05)
    assert "supply moves pue most" in page(found)
    assert spread(read, "pue") is not None


def test_replications_say_whether_the_best_point_is_told_apart_from_the_next() -> None:
    def chancy(x: float, seed: int) -> dict[str, float]:
        own = np.random.default_rng([seed, int(100 * x)]).normal()
        return {"cost_usd": 10 + x + 0.5 * own}

    near = page(twin.study(chancy, vary={"x": [1.0, 1.05, 4.0]}, replications=6))
    assert "is not told apart from the first" in near
    far = page(twin.study(chancy, vary={"x": [1.0, 5.0, 9.0]}, replications=6))
    assert "the next, x 5, is told apart from the first" in far


def test_failed_runs_are_named_and_never_averaged_in() -> None:
    vary: dict[str, Any] = {"supply": [20, 22, 26], "fans": [0]}
    found = twin.study(heat, vary=vary)
    text = page(found)
    assert verdict(text).startswith("pue is lowest at supply 22: 1.280, and highest at supply 20")
    assert "case 3 (supply 26, fans 0, seed 1): ArithmeticError: too &lt;warm&gt;" in text
    left = page(twin.study(heat, vary=vary, on_failure="leave_out"))
    assert "1 run of 3 were not done and are left out by choice" in left


def test_a_point_that_failed_in_one_arm_is_in_no_difference() -> None:
    def shaky(arm: str, x: float) -> dict[str, float]:
        if arm == "new" and x == 3:
            raise ValueError("gone")
        return {"cost_usd": x if arm == "old" else 2 * x}

    found = twin.study(shaky, vary={"x": [1, 2, 3]}, arms={"old": {}, "new": {}})
    one = differences(Reading(found), "cost_usd")[0]
    assert one.by_point == (1.0, 2.0)
    assert (one.first_mean, one.mean, one.difference) == (1.5, 3.0, 1.5)
    assert math.isnan(one.low)


def test_a_point_that_failed_on_some_seeds_is_in_no_mean() -> None:
    def odd(x: float, seed: int) -> float:
        if x == 2 and seed % 2:
            raise ValueError("odd")
        return 0.0 if x == 2 else x

    text = page(twin.study(odd, vary={"x": [1, 2, 3]}, replications=4))
    assert verdict(text).startswith(
        "value is lowest at x 1: 1.000, and highest at x 3: 3.000 (of 2"
    )
    assert "Left out of every mean: 1 point not done in all replications." in text


@pytest.mark.parametrize(
    ("vary", "says"),
    [
        ({"point": [1, 2], "turn": [3, 5]}, "value is lowest at point 1, turn 3: 4.000"),
        ({"line": [1, 2], "runs": [3, 5]}, "value is lowest at line 1, runs 3: 4.000"),
        ({"on": [True, False], "x": [1, 2]}, "value is lowest at on False, x 1: 1.000"),
        ({"x": [[1], [1, 2]]}, "value is lowest at x [1]: 1.000"),
    ],
)
def test_what_varies_may_have_any_name_and_kind(vary: dict[str, Any], says: str) -> None:
    def total(**given: Any) -> float:
        return float(sum(len(v) if isinstance(v, list) else v for v in given.values()))

    assert verdict(page(twin.study(total, vary=vary))).startswith(says)


def test_an_outcome_may_have_the_name_of_a_column_of_the_page() -> None:
    text = page(twin.study(lambda x: {"runs": x, "meets_all": 2 * x}, vary={"x": [1, 2]}))
    assert verdict(text).startswith("runs is lowest at x 1: 1.000, and highest at x 2: 2.000")


def test_what_nobody_meets_and_what_nothing_did_is_the_verdict() -> None:
    vary: dict[str, Any] = {"supply": [20, 22], "fans": [0]}
    text = page(twin.study(heat, vary=vary, constraints=["pue <= 1"]))
    assert verdict(text).startswith("No case meets &#39;pue &lt;= 1&#39;: pue is 1.28 to 1.3.")
    assert 'class="verdict bad"' in text
    within = page(twin.study(heat, vary=vary, constraints=["pue <= 1.29"]))
    assert "1 of 2 points meet pue &lt;= 1.29 in all their runs." in within
    never = page(twin.study(heat, vary={"supply": [30], "fans": [0]}))
    assert verdict(never) == "No run of the study was done."
    still = page(twin.study(lambda x: 1.0, vary={"x": [1, 2]}))
    assert verdict(still) == "Nothing that varies here moves value: 1.000 at every point."


def test_what_failed_is_not_said_to_have_moved_nothing() -> None:
    """Half of the points failed, and with them every other value of what could have moved it."""
    vary: dict[str, Any] = {"supply": [20, 30], "fans": [0, 1]}
    text = page(twin.study(lambda supply, fans: {"w": heat(supply, fans) and 7.0}, vary=vary))
    told = "Nothing that varies here moves w: 7.000 at every point that was done; supply took one"
    assert verdict(text) == f"{told} value, 20, at those."


def test_the_best_and_the_worst_are_told_apart_by_their_numbers() -> None:
    text = page(twin.study(lambda x: {"pue": 1.1256 + 1e-6 * x}, vary={"x": [1, 2, 3]}))
    told = "pue is lowest at x 1: 1.125601, and highest at x 3: 1.125603 (of 3 points)."
    assert verdict(text).startswith(told)


def test_json_of_a_file_has_the_verdict_and_what_failed(desk: Path, capsys: Any) -> None:
    text = "vary: {site.climate: [phoenix, phenix]}\noutcomes: [pue]\n"
    code, out = asked(desk, text, "--json")
    assert code == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"][0].startswith("pue is 1.")
    assert len(told["failed"]) == 1
    assert "did you mean 'phoenix'?" in told["failed"][0]
    assert (out / "study.html").exists()


def test_a_file_with_a_method_is_written_as_excel_too_with_its_units(desk: Path) -> None:
    code, out = asked(
        desk,
        "method: sensitivity\noutcomes: [energy_cooling_j]\nsensitivity: {index: tornado}\nvary:\n"
        "  warm: {path: plant.warm_water.supply_temperature, low: 38 °C, high: 43 °C}\n",
        "--excel",
    )
    assert code == 0
    assert len(pd.read_excel(out / "table.xlsx")) == len(pd.read_csv(out / "table.csv")) == 3
    assert pq.read_schema(out / "table.parquet").field("warm").metadata[b"unit"] == "°C".encode()


def test_tables_say_outcomes_and_what_varies_with_their_units(desk: Path) -> None:
    """`285,494,912` stood under `energy cooling j`, and 18.00 under a temperature without °C."""
    text = (
        "vary:\n  plant.chilled_water.supply_temperature: [14 °C, 18 °C]\n"
        "  air.crah.count: [4, 5]\noutcomes: [energy_cooling_j, cost_usd, tokens_total]\n"
    )
    file = desk / "asked.yaml"
    file.write_text(f"name: asked\nscenario: hour.yaml\n{text}", encoding="utf-8")
    hour = (ROOT / "scenarios" / "first_factory.yaml").read_text(encoding="utf-8")
    hour = hour.replace("../layouts/gb200_su.yaml", "hall.yaml").replace(": 24 h", ": 10 min")
    (desk / "hour.yaml").write_text(hour, encoding="utf-8")
    assert main(["study", str(file), "--out", str(desk / "out"), "--workers", "1"]) == 0
    told = (desk / "out" / "study.html").read_text(encoding="utf-8")
    heads = re.findall(r"<th[^>]*>([^<]*)</th>", told)
    assert "plant.chilled_water.supply_temperature (°C)" in heads
    assert "energy cooling" in heads
    assert "cost" in heads
    assert not [head for head in heads if head.endswith((" j", " usd"))]
    cells = re.findall(r"<t[dh] class=\"right\">([^<]*)</t[dh]>", told)
    assert any(cell.endswith(" kWh") for cell in cells)
    assert any(cell.endswith(" USD") for cell in cells)
    assert any(re.fullmatch(r"\d\.\d{3} G", cell) for cell in cells)


def test_a_wide_number_of_a_tile_wraps_and_a_long_key_breaks() -> None:
    """`-1.045 kWh to -1.041 kWh` ran into the next tile."""
    arms = {"few": {"arm": "few"}, "many": {"arm": "many"}}
    told = page(twin.study(noisy, arms=arms, replications=3))
    tiles = re.findall(r'<dd class="(value[ a-z]*)">([^<]*)</dd>', told)
    assert tiles
    for kind, value in tiles:
        assert (kind == "value wide") == (len(value) > 12)
    assert any(kind == "value wide" for kind, _ in tiles)
    assert "overflow-wrap: anywhere" in told
