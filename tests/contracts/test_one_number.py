"""One number for one thing: what page one of a report says, its chapters, its paper, a comparison
and the command line say alike, and as the tables have it.
"""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest

from twin.analysis.figure_row import Row
from twin.analysis.side_by_side import side_by_side
from twin.cli import main
from twin.present.figures.side_by_side import written
from twin.present.report import render
from twin.present.report.pdf import in_short
from twin.quantities import energy, figures, mass, money, price, tokens
from twin.results import Result

ROOT = Path(__file__).parents[2]
SCENARIOS = ("first_factory", "utility_outage", "chiller_loss")
ALIKE = ("Tokens served", "Tokens trained", "Tokens lost", "PUE", "WUE", "Carbon",
         "Cost of running", "Headroom at N-1")  # fmt: skip
"""Rows of a comparison that stand on page one by the same name."""
_TILE = re.compile(
    r'<dt>([^<]*)</dt><dd class="value">(?:<data[^>]*>)?([^<]*)(?:</data>)?</dd><dd>([^<]*)</dd>'
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """Three shipped scenarios as the command line runs them."""
    root = tmp_path_factory.mktemp("runs")
    for name in SCENARIOS:
        asked = ["--no-counterfactuals", "--out", str(root / name)]
        assert main(["run", str(ROOT / "scenarios" / f"{name}.yaml"), *asked]) == 0
    return {name: Result.load(root / name) for name in SCENARIOS}


def tiles(page: str) -> dict[str, tuple[str, str]]:
    """Page one's numbers by name, each with what stands below it."""
    found = {unescape(a): (unescape(b), unescape(c)) for a, b, c in _TILE.findall(page)}
    assert len(found) >= 10
    return found


def rows(result: Result) -> dict[str, tuple[Row, str]]:
    """What a comparison says of one design."""
    found = side_by_side([result, result], ["a", "b"])
    return {row.what: (row, written(row, row.values[0])) for row in found.decides}


@pytest.mark.parametrize("name", SCENARIOS)
def test_page_one_a_comparison_and_paper_say_one_number(
    results: dict[str, Result], name: str
) -> None:
    """Page one had WUE `0.00 L/kWh` and "$0.04 a million trained" where others said 0 and
    $0.0391.
    """
    result = results[name]
    page = render(result)
    shown = tiles(page)
    compared = rows(result)
    for what in ALIKE:
        told = compared[what][1]
        if told != "–":  # work that the run does not have
            assert shown[what][0] == told, what
    assert shown["Availability"][0] == compared["Availability of all racks"][1]
    paper = {row[0]: row[1] for row in in_short(result).rows}
    assert paper == {what: value for what, (value, _) in shown.items()}
    for kind in ("served", "trained"):
        what = f"A million tokens {kind}"
        told = compared[what][1] if what in compared else "–"
        said = f"{told} a million {kind}"
        assert (said in shown["Cost of running"][1]) == (told != "–")
        assert (said in page[page.index('<section id="cost"') :]) == (told != "–")


@pytest.mark.parametrize("name", SCENARIOS)
def test_page_one_says_what_the_tables_hold(results: dict[str, Result], name: str) -> None:
    result = results[name]
    shown = {what: value for what, (value, _) in tiles(render(result)).items()}
    site = result.frame("site")
    span_s = site["time_s"].diff().fillna(site["time_s"])
    carbon = result.frame("carbon")
    it_j = float((site["it_power_w"] * span_s).sum())
    summed = {
        "Tokens served": tokens(float(result.frame("services")["tokens_served"].sum())),
        "Tokens trained": tokens(float(result.frame("jobs")["tokens"].sum())),
        "Tokens lost": tokens(float(result.frame("losses")["tokens"].sum())),
        "Energy bought": energy(float((site["utility_power_w"] * span_s).sum())),
        "Carbon": mass(float(carbon["location_kg"].sum() + carbon["fuel_kg"].sum())),
    }
    assert {what: shown[what] for what in summed} == summed
    used_j = float(result.summary["energy_facility_j"])
    assert shown["PUE"] == f"{used_j / it_j:.3f}"
    water_l = result.summary["wue_l_per_kwh"] * it_j / 3.6e6
    assert shown["WUE"] == f"{figures(water_l / (it_j / 3.6e6))} L/kWh"


def test_the_command_line_says_the_same(
    results: dict[str, Result], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folders = [str(results["first_factory"].save(tmp_path / "a")),
               str(results["utility_outage"].save(tmp_path / "b"))]  # fmt: skip
    capfd.readouterr()
    assert main(["compare", *folders, "--json"]) == 0
    found = {row["name"]: row for row in json.loads(capfd.readouterr().out)["decides"]}
    assert main(["compare", *folders]) == 0
    said = capfd.readouterr().out
    for n, name in enumerate(("first_factory", "utility_outage")):
        shown = tiles(render(results[name]))
        assert shown["PUE"][0] == f"{found['pue']['values'][n]:.3f}"
        assert shown["Cost of running"][0] == money(found["cost_usd"]["values"][n])
        assert shown["Carbon"][0] in said
        each = price(found["usd_per_mtok_trained"]["values"][n])
        assert each in said
        assert f"{each} a million trained" in shown["Cost of running"][1]
