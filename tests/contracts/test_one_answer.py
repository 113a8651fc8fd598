"""One question has one answer: check, redundancy, a run and its report agree on shared numbers, for
every shipped layout.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from twin.analysis.economics.named import figures
from twin.analysis.redundancy import RedundancyReport
from twin.cli import main
from twin.facility.cooling.peak import air_degc, coolant_degc, heat_w
from twin.facility.power.loading import loading
from twin.findings import MEANING, FindingCode, Severity
from twin.present.report import power as power_chapter
from twin.present.report import provenance
from twin.results import Result
from twin.results.enums import FAULT_CAUSES

LAYOUT_FOLDER = Path(__file__).parents[2] / "layouts"
LAYOUTS = sorted(path.stem for path in LAYOUT_FOLDER.glob("*.yaml"))
every_layout = pytest.mark.parametrize("name", LAYOUTS)


@cache
def built(name: str) -> twin.Facility:
    """A shipped layout on which nothing is to be done for ten minutes."""
    scenario = twin.load(LAYOUT_FOLDER / f"{name}.yaml")
    return twin.build(scenario.with_(workload=[], horizon="10 min"))


@cache
def checked(name: str) -> dict[str, Any]:
    return twin.check(built(name))


@cache
def judged(name: str) -> RedundancyReport:
    return twin.redundancy(built(name))


@cache
def ran(name: str) -> Result:
    return twin.simulate(built(name))


@every_layout
def test_counts(name: str) -> None:
    components = ran(name).frame("components")
    found = checked(name)
    racks = components[components["kind"] == "rack"]
    assert found["gpus"] == racks["gpus"].sum() == built(name).racks.gpu_count
    assert found["nodes"] == racks["nodes"].sum() == built(name).racks.node_count
    assert found["racks"] + found["support_racks"] == len(racks) == judged(name).loads
    assert found["racks"] == (racks["gpus"] > 0).sum()
    assert found["components"] == len(components)


@every_layout
def test_rated_power_and_heat(name: str) -> None:
    components = ran(name).frame("components")
    found = checked(name)
    rated_w = components.loc[components["kind"] == "rack", "rating_w"].sum()
    assert found["it_rated_w"] == pytest.approx(rated_w, rel=1e-12)
    assert judged(name).load_w == pytest.approx(rated_w, rel=1e-12)
    assert found["heat_liquid_w"] + found["heat_air_w"] == pytest.approx(rated_w, rel=1e-12)
    plants = heat_w(built(name))[2]
    assert plants.sum() <= found["cooling_rated_w"]
    if not np.isnan(air_degc(built(name))).any():
        assert plants.sum() == pytest.approx(rated_w, rel=1e-12)
    units = components[components["kind"].isin(["chiller", "dry_cooler"])]
    assert units["rating_w"].sum() == pytest.approx(found["cooling_rated_w"], rel=1e-12)


@every_layout
def test_loading_in_service_and_after_the_worst_loss(name: str) -> None:
    """The table of `check`, the table of a run, the report's chapter and the redundancy study."""
    rows = checked(name)["power"]
    frame = ran(name).frame("loading")
    assert list(frame["component"]) == [row["component"] for row in rows]
    for key in ("rating_w", "load_w", "load_frac", "worst_load_w", "worst_load_frac"):
        told = [math.nan if row[key] is None else row[key] for row in rows]
        assert np.array_equal(frame[key].to_numpy(), np.array(told, dtype=float), equal_nan=True)
    assert list(frame["worst_lost"]) == [row["worst_lost"] for row in rows]
    heaviest = judged(name).heaviest_after_one_loss
    assert heaviest is not None
    assert heaviest["worst_load_frac"] == frame["worst_load_frac"].max()
    over = frame[frame["worst_load_frac"] > 1 + 1e-9]
    assert judged(name).overloads_count >= len(over)
    assert set(over["component"]) == {row["component"] for row in judged(name).overloads}


@every_layout
def test_the_report_prints_that_loading(name: str) -> None:
    frame = ran(name).frame("loading").set_index("component")
    (grid, *_) = power_chapter.section(ran(name)).blocks
    after = list(grid.headings).index("after the worst loss")
    worst = frame["worst_load_frac"].max()
    shown = [str(row[after]) for row in grid.rows]
    assert f"{100 * worst:.1f} %" in shown


@every_layout
def test_a_worst_loss_is_what_load_flow_gives_for_it(name: str) -> None:
    facility = built(name)
    index = {component: node for node, component in enumerate(facility.power.id)}
    frame = ran(name).frame("loading")
    lost = frame[frame["worst_lost"] != ""].head(3)
    for row in lost.itertuples():
        after = loading(facility, index[str(row.worst_lost)])
        assert after.output_w[index[str(row.component)]] == row.worst_load_w


@every_layout
def test_findings(name: str) -> None:
    """The same in `check`, in a run's meta and in its report; a severity is that of its code."""
    found = checked(name)["findings"]
    kept = ran(name).meta["findings"]
    keys = ("code", "severity", "component", "says", "consequence")
    assert [{key: row[key] for key in keys} for row in found] == [
        {key: row[key] for key in keys} for row in kept
    ]
    for row in found:
        assert row["severity"] == MEANING[FindingCode(row["code"])].severity
        assert row["severity"] != Severity.ERROR
    placed = twin.check(LAYOUT_FOLDER / f"{name}.yaml")["findings"]
    assert all(row["file"].endswith(f"{name}.yaml") and row["line"] > 0 for row in placed)
    text = "\n".join(provenance.findings(ran(name), 10_000))
    assert all(row["says"][:200] in text for row in found)


@every_layout
def test_single_points_of_failure_are_dark_racks_of_the_power_tree(name: str) -> None:
    """What load flow leaves without voltage, the graph calls a single point, with as many racks."""
    facility = built(name)
    points = {row["component"]: row for row in judged(name).single_points_of_failure}
    dark = {
        row["component"]: int(row["says"].split()[2])
        for row in checked(name)["findings"]
        if row["code"] == FindingCode.DARK_AFTER_LOSS
    }
    fails = {
        component
        for component, mtbf_h in zip(
            facility.components.id, facility.components.mtbf_h, strict=True
        )
        if np.isfinite(mtbf_h)
    }
    for component in dark.keys() & fails:
        assert points[component]["racks"] >= dark[component]


@every_layout
def test_halls(name: str) -> None:
    """As stated: in the table of a run and in the plan that built it."""
    frame = ran(name).frame("halls")
    plan = built(name).scenario.plan
    assert list(frame["hall"]) == [hall.name for hall in plan.halls]
    corner = frame[["x_m", "y_m"]].to_numpy()
    assert corner.tolist() == [list(hall.at) for hall in plan.halls]
    size = frame[["width_m", "depth_m", "height_m"]].to_numpy()
    assert size.tolist() == [list(hall.size) for hall in plan.halls]
    assert list(frame["containment"]) == [hall.containment for hall in plan.halls]


@every_layout
def test_a_scene_of_a_result_has_the_halls_of_the_layout(name: str, tmp_path: Path) -> None:
    pytest.importorskip("pxr")
    from pxr import Usd, UsdGeom

    stage = Usd.Stage.Open(str(twin.scene(ran(name), tmp_path / "scene")))
    plan = built(name).scenario.plan
    for hall in plan.halls:
        prims = [p for p in stage.Traverse() if p.GetName().lower() == hall.name.lower()]
        room = next(p for p in prims if "Architecture" in str(p.GetPath()))
        cache = UsdGeom.BBoxCache(Usd.TimeCode.Default(), ["default", "render"])
        low = cache.ComputeWorldBound(room).ComputeAlignedRange().GetMin()
        high = cache.ComputeWorldBound(room).ComputeAlignedRange().GetMax()
        middle = [(a + b) / 2 for a, b in zip(low, high, strict=True)][:2]
        wanted = [hall.at[axis] + hall.size[axis] / 2 for axis in (0, 1)]
        assert middle == pytest.approx(wanted, abs=0.6)
        assert high[0] - low[0] == pytest.approx(hall.size[0], abs=1.2)


@pytest.mark.parametrize("name", ["gb200_su"])
def test_design_temperatures_are_those_of_the_review(name: str) -> None:
    (warm,) = [f for f in checked(name)["findings"] if f["code"] == "coolant_warm_at_peak"]
    assert f"coolant of {coolant_degc(built(name)).max():.1f} °C" in warm["says"]


@every_layout
def test_the_command_prints_what_python_answers(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = LAYOUT_FOLDER / f"{name}.yaml"
    assert main(["check", str(path), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    found = twin.check(path)
    assert printed["it_rated_w"] == found["it_rated_w"] == checked(name)["it_rated_w"]
    assert printed["findings"] == found["findings"]
    assert printed["power"] == found["power"]


def test_totals_of_a_run_are_the_sums_of_its_tables() -> None:
    """Tokens made and lost: headline, periods, losses and balance of a day with two faults."""
    scenario = twin.load(LAYOUT_FOLDER.parent / "scenarios" / "first_factory.yaml")
    result = twin.simulate(twin.build(scenario))
    site = result.frame("site")
    balance = result.frame("token_balance").groupby("entry")["tokens"].sum()
    lost = result.frame("losses")["tokens"].sum()
    made = site["tokens_inference"].sum() + site["tokens_training"].sum()
    assert lost > 0
    assert site["tokens_lost"].sum() == pytest.approx(lost, rel=1e-9)
    assert result.summary["tokens_lost_by_fault"] == pytest.approx(lost, rel=1e-9)
    assert balance.reindex([*FAULT_CAUSES]).sum() == pytest.approx(lost, rel=1e-9)
    assert result.summary["tokens_total"] == pytest.approx(made, rel=1e-9)
    assert balance["made"] == pytest.approx(made, rel=1e-9)


def test_costs_of_a_run_are_one_number_wherever_they_are_told(tmp_path: Path) -> None:
    """Energy, fuel, demand and water: headline, table and figures, with a tariff that has all."""
    grid = {"price": "0.1 USD/kWh", "carbon": "300 g/kWh", "demand_charge": "15 USD/kW/month"}
    scenario = twin.load(LAYOUT_FOLDER.parent / "scenarios" / "first_factory.yaml").with_(
        horizon="2 h", site__grid=grid, outputs__counterfactuals="never"
    )
    result = twin.run(scenario, tmp_path / "r")
    told = figures(result)
    paid = result.frame("costs").set_index("block")["annual_usd"]
    factor = told["year_factor"]
    names = {
        "energy": "cost_energy_usd",
        "demand charge": "cost_demand_usd",
        "generator fuel": "cost_fuel_usd",
    }
    months = 12 * 31 * 24 / 2
    for block, name in names.items():
        often = months if block == "demand charge" else factor
        assert paid[block] == pytest.approx(result.summary[name] * often, rel=1e-12)
    whole = paid[[*names, "water"]].sum() + result.summary["cost_demand_usd"] * (factor - months)
    assert whole == pytest.approx(result.summary["cost_usd"] * factor, rel=1e-12)
    assert told["annual_energy_usd"] == paid["energy"]
    carbon = result.frame("carbon")
    assert carbon[["location_kg", "fuel_kg"]].sum().sum() == pytest.approx(
        result.summary["carbon_kg"], rel=1e-9
    )
    assert told["unpriced_blocks"] == 0
    printed = {name: row["value"] for name, row in twin.cost(tmp_path / "r").figures.items()}
    assert {name: value for name, value in printed.items() if math.isfinite(value)} == told
    compared = {row.name: row.b for row in twin.compare(result, result).outputs}
    assert {name: compared[name] for name in told} == told
