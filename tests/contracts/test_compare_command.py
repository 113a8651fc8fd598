"""`twin compare`: two or more results, differences first: on a terminal, as JSON, as a page."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from chromium import browser
from synthetic import synthetic

from twin.analysis.economics.named import figures
from twin.analysis.figure_row import Row
from twin.analysis.side_by_side import AMOUNTS, SideBySide, is_answer, side_by_side
from twin.cli import main
from twin.present.asked_keys import key_by_key
from twin.present.comparison import blocks, decides, page, sentences
from twin.present.figure_names import called
from twin.present.figures.side_by_side import written
from twin.results import Result

TOKENS = synthetic().summary["tokens_total"]


def other(scale: float, **summary: float) -> Result:
    """The synthetic day with all its energies scaled, and other numbers replaced."""
    day = synthetic()
    energies = {key: scale * value for key, value in day.summary.items() if key.endswith("_j")}
    changed = {**day.summary, **energies, **summary}
    text = day.scenario_yaml.replace("seed: 7", f"seed: {8 + round(scale)}")
    return replace(day, summary=changed, scenario_yaml=text)


@pytest.fixture(scope="module")
def three() -> SideBySide:
    held = [synthetic(), other(0.9, pue=1.05), other(1.2, cost_usd=1793.0)]
    return side_by_side(held, ["base", "lean", "warm"])


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    root = tmp_path_factory.mktemp("results")
    held = {"base": synthetic(), "lean": other(0.9, pue=1.05), "warm": other(1.2)}
    return [str(result.save(root / name)) for name, result in held.items()]


def test_what_decides_stands_before_what_was_asked(folders: list[str], capsys: Any) -> None:
    assert main(["compare", *folders]) == 0
    said = capsys.readouterr().out
    assert said.index("What decides") < said.index("What was asked differently")
    assert "lean against base: better in" in said


def test_two_results_as_json_are_as_python_tells_them(folders: list[str], capsys: Any) -> None:
    assert main(["compare", *folders[:2], "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {row["key"]: (row["a"], row["b"]) for row in found["inputs"]} == {"seed": (7, 9)}
    assert found["designs"] == ["base", "lean"]
    pue = next(row for row in found["decides"] if row["name"] == "pue")
    assert pue["values"][1] == 1.05
    assert pue["best"] == [1]


def test_one_result_is_wrong_usage(folders: list[str], capsys: Any) -> None:
    assert main(["compare", folders[0]]) == 2
    assert "two results at least" in capsys.readouterr().err


def test_the_page_is_whole_and_always_the_same(
    folders: list[str], tmp_path: Path, capsys: Any
) -> None:
    pages = []
    for name in ("a.html", "b.html"):
        assert main(["compare", *folders, "--out", str(tmp_path / name)]) == 0
        pages.append((tmp_path / name).read_bytes())
    assert pages[0] == pages[1]
    text = pages[0].decode()
    assert not re.search(r'(?:src|href)="(?!#|data:image/svg)', text)
    assert text.index("What decides") < text.index("What was asked differently")


def test_changes_have_their_sign_first_and_percent_only_where_it_says_something() -> None:
    found = side_by_side([other(1.0, cost_usd=254.0), other(1.0, cost_usd=100.0)], ["a", "b"])
    (grid,) = decides(found)
    row = next(one for one in grid.rows if one[0] == "Cost of running")
    assert row[3] == "-$154 (-60.6\u00a0%)"
    flipped = side_by_side([other(1.0, npv_usd=-5.0), other(1.0, npv_usd=9.0)], ["a", "b"])
    npv = next(one for one in flipped.others if one.name == "npv_usd")
    assert npv.change_frac(1) is None


def test_residuals_and_the_clock_are_no_differences() -> None:
    noisy = other(1.0, energy_balance_residual_frac=3e-16, wall_s=99.0, events=1)
    found = side_by_side([synthetic(), noisy], ["a", "b"])
    assert {row.name for row in found.others} == set()


def test_each_column_has_one_name(three: SideBySide) -> None:
    (grid,) = decides(three)
    headings = grid.headings
    assert len(set(headings)) == len(headings) == 6


def test_shares_change_in_points(three: SideBySide) -> None:
    row = Row("tokens_made_frac", "Tokens made", (0.998, 0.998, 1.0), "more")
    (grid,) = decides(replace(three, decides=(row,)))
    assert grid.rows == (
        ("Tokens made", "99.8 %", "99.8 %", "100.0 % *", "the same", "+0.2 points"),
    )


def test_many_keys_that_begin_alike_are_one_row() -> None:
    rows = "".join(f"  - {{name: row_{n}, racks: {n + 1}}}\n" for n in range(9))
    more = replace(synthetic(), scenario_yaml=f"{synthetic().scenario_yaml}power:\n{rows}")
    text = page(side_by_side([synthetic(), more], ["a", "b"]))
    assert "All 18 keys that differ" in text
    found = side_by_side([synthetic(), more], ["a", "b"])
    asked = next(one for one in blocks(found) if one.title == "What was asked differently")
    assert asked.rows == (("power", "0 keys", "18 keys"),)  # "18 values" stood under the first
    assert "how many of them each design states" in asked.note


def test_prices_and_pue_are_short() -> None:
    """Stood as `0.0391 USD/Mtok` and `-0.005205`: the last of four designs was out of the page."""
    found = side_by_side([other(1.0, pue=1.123456), other(1.0, pue=1.118251)], ["a", "b"])
    (grid,) = decides(found)
    rows = {row[0]: row[1:] for row in grid.rows}
    assert rows["PUE"] == ("1.123", "1.118 *", "-0.0052 (-0.5\u00a0%)")
    price = Row("usd_per_mtok_trained", "A million tokens trained", (0.0391, 0.0403), "less")
    assert [written(price, one) for one in price.values] == ["$0.0391", "$0.0403"]


def test_what_each_design_misses_is_said_first(three: SideBySide) -> None:
    told = sentences(three)
    assert told[0].startswith("base: m")
    assert any("lean against base" in one for one in told)


def test_runs_of_unlike_length_are_better_in_no_amount() -> None:
    """Four hours of one design were better in energy, carbon and cost than a day of another."""
    short = other(0.2, simulated_s=14400.0, cost_usd=10.0, carbon_kg=1.0)
    found = side_by_side([synthetic(), short], ["day", "morning"])
    best = {row.name: row.best for row in found.decides}
    assert {name: best[name] for name in AMOUNTS} == dict.fromkeys(AMOUNTS, ())
    assert sentences(found)[0].startswith("The runs are not of one length (day 24 h, morning 4 h)")


def test_a_run_without_tokens_is_not_the_best_in_tokens_lost() -> None:
    none = other(1.0, tokens_total=0.0, tokens_lost_by_fault=0.0)
    found = side_by_side([synthetic(), none], ["day", "batch"])
    (lost,) = (row for row in found.decides if row.name == "tokens_lost_by_fault")
    assert lost.best == ()  # nor is the day: it is the only one that could lose any
    assert lost.values[1] != lost.values[1]


@pytest.mark.parametrize("many", [2, 3, 4, 5, 6])
def test_designs_fit_the_page(tmp_path: Path, many: int) -> None:
    """The last columns of changes stood past the edge of a window of 1,280, and of paper."""
    held = [
        synthetic(),
        *(other(one, cost_usd=2348.0 * one, pue=1.1 + one) for one in (0.2, 0.3, 0.4, 1e3, 1e6)),
    ][:many]
    names = ["first_factory", "utility_outage", "dr_phoenix", "chiller_loss", "monthly_exercise",
             "superpod_day"][:many]  # fmt: skip
    file = tmp_path / "designs.html"
    file.write_text(page(side_by_side(held, names)), encoding="utf-8")
    with browser() as chromium:
        shown = chromium.page()
        shown.open(file)
        past = shown.eval(
            "Math.max(...[...document.querySelectorAll('.scroll')]"
            ".filter(e => !e.closest('details')).map(e => e.scrollWidth - e.clientWidth))"
        )
    assert past == 0


def test_work_that_a_run_does_not_have_is_no_loss_of_it() -> None:
    """Read `-13.7 G (-100.0 %)` of tokens served beside a run that serves nobody."""
    day = other(1.0, tokens_inference=5e9, tokens_training=7e9)
    idle = replace(
        other(1.0, tokens_inference=0.0, tokens_training=0.0, tokens_total=0.0),
        tables={**day.tables, "services": day.frame("services").head(0),
                "jobs": day.frame("jobs").head(0)},
    )  # fmt: skip
    found = side_by_side([day, idle], ["day", "idle"])
    (grid,) = decides(found)
    rows = {row[0]: row[2:] for row in grid.rows}
    assert rows["Tokens served"] == rows["Tokens trained"] == ("–", "–")
    assert not any("tokens served" in one for one in sentences(found)[2:])


def test_what_is_the_same_in_all_stands_below_what_differs() -> None:
    found = side_by_side([synthetic(), other(1.0, pue=1.05)], ["a", "b"])
    (grid,) = decides(found)
    assert [row[0] for row in grid.rows] == ["PUE"]
    assert "The same in all: Tokens lost " in grid.note
    assert "WUE" in grid.note


def test_values_that_are_written_alike_decide_nothing() -> None:
    """$96.70 of $49.2 M made a design better in what is bought."""
    row = Row("capex_usd", "Bought", (49.2e6, 49.2e6 - 96.7), "less")
    found = replace(side_by_side([synthetic(), other(1.0)], ["a", "b"]), decides=(row,))
    (grid,) = decides(found)
    assert grid.rows == (("Bought", "$49.2 M", "$49.2 M", "-$96.70"),)
    assert sentences(found)[-1].endswith("no difference that decides.")


def test_growth_of_many_times_is_told_in_times() -> None:
    """Read `+$10,340 (+1677.0 %)`."""
    found = side_by_side([other(1.0, cost_usd=617.0), other(1.0, cost_usd=10957.0)], ["a", "b"])
    (grid,) = decides(found)
    row = next(one for one in grid.rows if one[0] == "Cost of running")
    assert row[3] == "+$10,340 (17.8\u00a0times)"


def test_what_was_asked_stands_in_its_usual_unit() -> None:
    """Read `86400.0 s`, `[]` and a row `drills..kind` for a drill without a name."""
    text = synthetic().scenario_yaml
    held = [
        replace(synthetic(), scenario_yaml=text + more)
        for more in (
            "horizon: 86400.0 s\nwater: 1.2 USD/m^3\ndrills: []\n",
            "horizon: 1800.0 s\nwater: 2.0 USD/m^3\ndrills: [{name: '', kind: loss}]\n",
        )
    ]
    found = side_by_side(held, ["a", "b"])
    asked = next(one for one in blocks(found) if one.title == "What was asked differently")
    assert {row[0]: row[1:] for row in asked.rows if row[0] != "name"} == {
        "horizon": ("24 h", "30 min"),
        "water": ("1.2 USD/m³", "2 USD/m³"),
        "drills[0].kind": ("–", "loss"),
    }


def test_a_design_that_made_less_is_not_better_for_drawing_less() -> None:
    """A darker day was called better in energy, carbon and cost; it is judged a million tokens."""
    lit = other(1.0, energy_facility_j=1e11)
    dark = other(
        0.95, energy_facility_j=0.95e11, cost_usd=100.0, carbon_kg=1.0, tokens_total=0.9 * TOKENS
    )
    found = side_by_side([lit, dark], ["lit", "dark"])
    rows = {row.name: row for row in found.decides}
    for name in ("energy_facility_j", "carbon_kg", "cost_usd"):
        assert rows[name].best == ()
    each = rows["energy_each_j"]
    assert each.values == pytest.approx((1e17 / TOKENS, 0.95e17 / 0.9 / TOKENS))
    assert (each.what, each.best) == ("Energy a million tokens", (0,))
    told = sentences(found)
    assert "energy used" not in told[2].lower()
    assert "energy a million tokens" in told[2].partition("worse in")[2]
    assert told[3].startswith("dark made 10 % fewer tokens than lit: that it draws, emits or pays")
    other_way = sentences(side_by_side([dark, lit], ["dark", "lit"]))
    assert other_way[3].startswith("lit made 11 % more tokens than dark: that it draws, emits or")
    more = other(1.1, energy_facility_j=1.1e11, tokens_total=0.9 * TOKENS)
    assert "energy used" in sentences(side_by_side([lit, more], ["a", "b"]))[2]


def test_without_tokens_rack_hours_are_what_was_made() -> None:
    """A quarter of the racks dark for the whole of a run that has no work."""
    idle = other(1.0, tokens_total=0.0, gpu_hours_busy=0.0)
    racks = idle.frame("racks")
    names = sorted(set(racks["rack"]))
    gone = racks["rack"].isin(names[: len(names) // 4])
    dark = replace(
        other(0.9, tokens_total=0.0, gpu_hours_busy=0.0),
        tables={**idle.tables, "racks": racks.assign(on_frac=racks["on_frac"].where(~gone, 0.0))},
    )
    found = side_by_side([idle, dark], ["lit", "dark"])
    assert found.made.unit == "a rack hour"
    assert found.made.amounts[1] == pytest.approx(0.75 * found.made.amounts[0], rel=0.02)


def test_a_part_that_many_designs_share_tells_which_of_its_keys_differ() -> None:
    """One key of a ring and a tie of eight stood as `layout.power: 1 key, 8 keys`."""
    day = synthetic()
    ring = "layout: {power: [{name: ring, ring: {open: 3, clears: %s}}%s]}\n"
    tie = ", {name: tie, type: ats, a: 1, b: 2, c: 3, d: 4, e: 5, f: 6}"
    texts = [ring % ("section", ""), ring % ("section", tie), ring % ("half", "")]
    held = [replace(day, scenario_yaml=text) for text in texts]
    found = side_by_side(held, ["a", "b", "c"])
    asked = next(one for one in blocks(found) if one.title == "What was asked differently")
    assert asked.rows == (
        ("layout.power.ring.ring.clears", "section", "section", "half"),
        ("layout.power.tie", "0 keys", "8 keys", "0 keys"),
    )


def test_keys_stand_below_their_part_and_parts_that_a_design_lacks_are_one_row() -> None:
    """Five designs printed ten pages of keys, most of them of parts that one design alone has."""
    text = synthetic().scenario_yaml
    ups = "  - {name: ups, type: ups_500, count: %d, fed_by: [{source: board}]}\n"
    more = "  - {name: spare, type: ups_500, count: 2, fed_by: [{source: board}]}\n"
    held = [
        replace(synthetic(), scenario_yaml=f"{text}power:\n{ups % 4}"),
        replace(synthetic(), scenario_yaml=f"{text}power:\n{ups % 5}{more}tiles: []\n"),
    ]
    keys = key_by_key(side_by_side(held, ["a", "b"]))
    assert keys.rows == (
        ("power.ups", "", ""),
        ("count", "4", "5"),
        ("power", "", ""),
        ("spare", "–", "4 keys"),
    )
    assert keys.closed == "All 5 keys that differ"  # `tiles: []` states nothing
    assert "--json lists each of them" in keys.note


def test_every_number_of_a_summary_is_in_words() -> None:
    """Read `npv usd`, `energy it` and `usd per gpu h installed`."""
    first, second = synthetic(), other(1.2)
    names = [*first.summary, *figures(first), *figures(second)]
    for name in filter(is_answer, names):
        said = called(name)
        assert "usd" not in said.lower(), name
        assert said[0].isupper(), name
    changed = {key: 2.0 * value for key, value in first.summary.items() if is_number(value)}
    found = side_by_side([first, other(1.0, **changed)], ["a", "b"])
    told = [row[0] for one in blocks(found) if one.title == "Other numbers" for row in one.rows]
    assert {"Energy of IT", "Tokens made", "GPU hours below full clock"} <= set(told)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def test_keys_are_the_last_thing_on_the_page() -> None:
    rows = "".join(f"  - {{name: row_{n}, racks: {n + 1}}}\n" for n in range(9))
    text = f"{synthetic().scenario_yaml}power:\n{rows}"
    more = replace(other(1.0, requests=5), scenario_yaml=text)
    text = page(side_by_side([synthetic(), more], ["a", "b"]))
    order = ["What was asked differently", "<figure>", "other number", "keys that differ"]
    assert [text.index(one) for one in order] == sorted(text.index(one) for one in order)
