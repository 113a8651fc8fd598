"""`twin design`: what it proposes stands, meets the target, and is the best of its kind."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

import twin
from twin.analysis.economics.named import figures
from twin.cli import main
from twin.errors import InputError
from twin.study.design_search import Design, DesignAnswer
from twin.study.design_search.blocks import SizedHall
from twin.study.design_search.equipment import row
from twin.study.design_search.scheme import Scheme
from twin.study.design_search.target import Target
from twin.study.design_search.verify import built

TARGET = """
version: 1
name: small
tokens: {model: Llama-3.1-70B, rate: 60000, input: 1000, output: 500, between_tokens: 50 ms}
site: {climate: baltimore, grid: virginia, power: 1 MW, feeds: [1]}
racks: [dgx_b200_x2]
power_paths: [N, N+1]
"""
"""A service that a few racks carry: the search takes seconds."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[DesignAnswer, Path]:
    folder = tmp_path_factory.mktemp("design")
    target = folder / "target.yaml"
    target.write_text(TARGET, encoding="utf-8")
    answer = twin.design(target)
    answer.save(folder / "out")
    return answer, folder / "out"


def test_every_design_is_a_layout_that_stands(found: tuple[DesignAnswer, Path]) -> None:
    answer, folder = found
    assert answer.designs
    for design in answer.designs:
        checked = twin.check(folder / f"{design.name}.layout.yaml")
        assert checked["gpus"] == design.gpus
        assert not [row for row in checked["findings"] if row["severity"] == "error"]
        assert design.peak_power_w <= 1e6


def test_its_numbers_are_those_of_its_files(found: tuple[DesignAnswer, Path]) -> None:
    answer, folder = found
    design = answer.designs[-1]
    built = twin.build(twin.load(folder / f"{design.name}.yaml"))
    day = twin.simulate(built)
    assert figures(day)["capex_usd"] == pytest.approx(design.capex_usd, rel=1e-9)
    assert figures(day)["usd_per_mtok_served"] == pytest.approx(design.usd_per_mtok, rel=1e-9)
    services = day.tables["services"]
    assert services["tokens_served"].sum() >= 0.99 * services["tokens_asked"].sum()
    asked = services["tokens_asked"].sum() / 86_400
    assert asked == pytest.approx(60_000, rel=0.02)


def test_its_availability_is_that_of_the_redundancy_study(found: tuple[DesignAnswer, Path]) -> None:
    answer, folder = found
    for design in answer.designs:
        built = twin.build(twin.load(folder / f"{design.name}.layout.yaml"))
        study = twin.redundancy(built, top=f"gpus:{_needed_share(design):.6f}")
        exact = study.availability_exact["availability"]
        assert design.availability == pytest.approx(exact, abs=1e-9)


def _needed_share(design: Design) -> float:
    """GPUs that the rate needs, as the reasons say: the first rack that is too many is none."""
    per_gpu_s = float(design.reasons[0].split(" gives ")[1].split(" ")[0].replace(",", ""))
    needed = 60_000 / (per_gpu_s * 0.9 / 1.3)
    return min(1.0, -(-needed // 1) / design.gpus)


def test_none_is_better_than_another_in_everything(found: tuple[DesignAnswer, Path]) -> None:
    designs = found[0].designs
    for cheaper, dearer in pairwise(designs):
        assert cheaper.capex_usd < dearer.capex_usd
        assert cheaper.availability < dearer.availability


def test_one_more_spare_is_dearer_and_more_available(found: tuple[DesignAnswer, Path]) -> None:
    by_kind = {(one.power, one.spare_cooling): one for one in found[0].designs}
    plain = by_kind["N", False]
    spare = by_kind["N", True]
    assert spare.capex_usd > plain.capex_usd
    assert spare.down_h_per_year < 0.5 * plain.down_h_per_year


def test_as_many_as_the_site_takes(tmp_path: Path) -> None:
    text = TARGET.replace("rate: 60000, ", "").replace("[N, N+1]", "[N]")
    target = tmp_path / "target.yaml"
    target.write_text(text + "spare_cooling: [false]\n", encoding="utf-8")
    design = twin.design(target).designs[0]
    a_rack_w = design.peak_power_w / design.racks
    assert design.peak_power_w <= 1e6 < design.peak_power_w + 1.6 * a_rack_w
    assert "one more would draw more than the site's" in design.reasons[1]


def test_a_target_that_nothing_meets_says_what_each_kind_misses(tmp_path: Path) -> None:
    target = tmp_path / "target.yaml"
    target.write_text(TARGET + "budget_usd: 1000000\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        twin.design(target)
    assert "above 1,000,000" in str(refused.value)
    assert "dgx_b200_x2, N power, one feed" in str(refused.value)


def test_a_promise_that_no_gpu_keeps_is_said(tmp_path: Path) -> None:
    target = tmp_path / "target.yaml"
    target.write_text(TARGET.replace("50 ms", "0.2 ms"), encoding="utf-8")
    with pytest.raises(InputError, match="slower than promised"):
        twin.design(target)


def test_every_problem_of_a_target_at_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "target.yaml"
    text = TARGET.replace("[dgx_b200_x2]", "[dgx_b200_x2, dgx_b2000]")
    target.write_text(text.replace("Llama-3.1-70B", "Llama-3.1-7B"), encoding="utf-8")
    assert main(["design", str(target)]) == 2
    said = capsys.readouterr().err.replace("\n", "")
    assert "target.yaml:4" in said
    assert "target.yaml:6" in said
    assert "Llama-3.1-70B" in said
    assert "dgx_b200_x2" in said


def test_the_same_target_writes_the_same_bytes(
    found: tuple[DesignAnswer, Path], tmp_path: Path
) -> None:
    target = tmp_path / "target.yaml"
    target.write_text(TARGET, encoding="utf-8")
    twin.design(target).save(tmp_path / "again")
    first = {path.name: path.read_bytes() for path in found[1].iterdir()}
    again = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert first == again


def test_a_hot_place_takes_air_cooled_racks_away() -> None:
    """45 °C for 36 °C: the chillers of one hall draw more by their curves, its fans as much."""
    scheme = Scheme(rack="dgx_b200_x2", power="N", feeds=1, spare_cooling=False)
    mild, hot = (SizedHall(scheme, (8,), climate) for climate in ("baltimore", "phoenix"))
    assert hot.hottest_degc - mild.hottest_degc == pytest.approx(9.4)
    assert hot.mechanical_w == mild.mechanical_w
    more_w = hot.peak_w - mild.peak_w
    carried_w = mild.air_w + mild.handlers * row(mild.handler).power_rated_w
    assert 0.05 * carried_w < more_w < 0.15 * carried_w


ELSEWHERE = """
version: 1
name: elsewhere
tokens: {model: Lama-3.1-8B, rate: 1000}
site: {climate: fenix, grid: arizna, feeds: [1]}
racks: [gb200_nvl27]
"""


def test_names_of_no_row_are_told_all_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A climate of no row was a fault of twin itself, told after model and racks were mended."""
    path = tmp_path / "elsewhere.yaml"
    path.write_text(ELSEWHERE, encoding="utf-8")
    assert main(["design", str(path)]) == 2
    told = capsys.readouterr().err
    for line, nearest in ((4, "Llama-3.1-8B"), (5, "phoenix"), (5, "arizona"), (6, "gb200_nvl72")):
        assert f"did you mean '{nearest}'?" in told
        assert f"elsewhere.yaml:{line}:" in told


def test_what_no_design_meets_stands_at_its_file_and_says_which_limit(tmp_path: Path) -> None:
    asked = TARGET.replace("rate: 60000", "rate: 1e9").replace("power: 1 MW", "power: 60 kW")
    path = tmp_path / "huge.yaml"
    path.write_text(asked, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        twin.design(path)
    assert "racks; 4,000 draw" in str(refused.value)
    assert "above the site's 60.0 kW" in str(refused.value)
    assert {one.file for one in refused.value.problems} == {str(path)}
    slow = TARGET.replace("between_tokens: 50 ms", "between_tokens: 0.1 ms")
    path.write_text(slow.replace("dgx_b200_x2", "dgx_h100_x4"), encoding="utf-8")
    with pytest.raises(
        InputError, match="slower than promised even with one request at a time, however"
    ):
        twin.design(path)


def test_values_in_place_of_a_files_are_of_a_file() -> None:
    """Beside a Target in memory they were dropped without a word."""
    wanted = Target.model_validate(yaml.safe_load(TARGET))
    with pytest.raises(InputError, match=r"overrides: found site\.power; allowed: with a target"):
        twin.design(wanted, overrides={"site.power": "2 MW"})


WHAT_FITS = str(Path(__file__).parents[2] / "scenarios" / "targets" / "what_fits.yaml")


def test_what_fits_a_site_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The most racks whose hottest hour stays below the power that is set; one more does not."""
    found = {}
    for power in ("1 MW", "1.3 MW"):
        asked = ["--set", f"site.power={power}", "--out", str(tmp_path / "fits"), "--json"]
        assert main(["design", WHAT_FITS, *asked]) == 0
        (found[power],) = json.loads(capsys.readouterr().out)["designs"]
    small, large = found["1 MW"], found["1.3 MW"]
    assert small["peak_power_w"] <= 1.0e6 < large["peak_power_w"] <= 1.3e6
    assert small["gpus"] == 72 * small["racks"]
    each_w = (large["peak_power_w"] - small["peak_power_w"]) / (large["racks"] - small["racks"])
    assert small["peak_power_w"] + each_w > 1.0e6
    assert each_w > 132e3
    assert main(["design", WHAT_FITS,
                 "--set", "site.powr=1 MW"]) == 2  # fmt: skip
    assert "did you mean 'power'" in capsys.readouterr().err


@pytest.mark.parametrize("power", ["N+1", "2N"])
def test_every_panel_stands_in_its_hall(power: str) -> None:
    """They stood in the first hall, on its racks."""
    scheme = Scheme(rack="gb200_nvl72", power=power, feeds=1, spare_cooling=True)
    halls = [SizedHall(scheme, (4, 4), "phoenix")] * 3
    site = twin.build(built("three", scheme, halls).facility.scenario)
    names = list(site.components.id)
    at_m = site.components.position_m[:, 0]
    for number, (west, width) in enumerate(
        zip(site.halls.corner_m, site.halls.size_m, strict=True), 1
    ):
        mine = [n for n, name in enumerate(names) if re.match(rf"rpp_(?:[ab]_)?{number}\d_", name)]
        assert len(mine) >= 4
        inside = (west[0] < at_m[mine]) & (at_m[mine] < west[0] + width[0])
        assert inside.all(), number


def test_a_site_without_water_says_what_would_take_it(tmp_path: Path) -> None:
    """Of Phoenix at 47.4 °C dry coolers give 53.4 °C water; racks in air stand without any."""
    dry = TARGET.replace("power: 1 MW, feeds: [1]", "power: 1 MW, feeds: [1], water: false")
    hot = dry.replace("baltimore", "phoenix").replace("dgx_b200_x2", "gb200_nvl72")
    path = tmp_path / "dry.yaml"
    path.write_text(hot, encoding="utf-8")
    with pytest.raises(InputError, match=r"takes water: dry coolers give 53\.4 °C in the hottest"):
        twin.design(path)
    path.write_text(hot.replace("[gb200_nvl72]", "[gb200_nvl72, dgx_b200_x2]"), encoding="utf-8")
    answer = twin.design(path)
    assert {one.rack for one in answer.designs} == {"dgx_b200_x2"}
    assert all("adiabatic" not in str(one.layout) for one in answer.designs)


def test_a_budget_that_nothing_meets_tells_every_kind_of_rack(tmp_path: Path) -> None:
    """The cheaper of two kinds stood behind a dozen reasons of the other."""
    path = tmp_path / "poor.yaml"
    kinds = TARGET.replace("[dgx_b200_x2]", "[gb200_nvl72, dgx_b200_x2]")
    kinds = kinds.replace("[N, N+1]", "[N, N+1, 2N]").replace("feeds: [1]", "feeds: [1, 2]")
    path.write_text(kinds + "budget_usd: 1000000\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        twin.design(path)
    problems = refused.value.problems
    assert len(problems) == 12
    assert {one.allowed.partition("tried ")[2].split(",")[0] for one in problems[:2]} == {
        "gb200_nvl72",
        "dgx_b200_x2",
    }
    costs = [float(one.found.split()[1].replace(",", "")) for one in problems]
    assert costs[:2] == sorted(costs[:2])
    assert costs[2:] == sorted(costs[2:])
    assert min(costs) == costs[0]
    assert problems[-1].allowed.endswith("more reasons are not listed")
