"""Counts, loading table and findings of `twin check`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import twin
from twin.analysis.check import check
from twin.facility.power.loading import loading
from twin.results.tables import COMPONENTS, EDGES
from twin.scenario.starter import write

LAYOUTS = Path(__file__).parents[2] / "layouts"
Change = Callable[..., twin.Facility]


@pytest.fixture(scope="module")
def unit() -> twin.Facility:
    return twin.build(twin.load(LAYOUTS / "gb200_su.yaml"))


@pytest.fixture
def pod(tmp_path: Path) -> Change:
    """Builds the starter pod with pieces of its layout replaced."""

    def build(*changes: tuple[str, str]) -> twin.Facility:
        scenario, layout = write("pod", tmp_path)
        text = layout.read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        layout.write_text(text, encoding="utf-8")
        return twin.build(twin.load(scenario))

    return build


def said(facility: twin.Facility, word: str) -> list[dict[str, Any]]:
    return [found for found in check(facility)["findings"] if word in found["says"]]


def test_counts_and_loads_of_the_scalable_unit(unit: twin.Facility) -> None:
    found = check(unit)
    counts = {key: found[key] for key in ("racks", "support_racks", "gpus", "nodes", "components")}
    assert counts == {
        "racks": 8,
        "support_racks": 8,
        "gpus": 576,
        "nodes": 144,
        "components": len(unit.components.id),
    }
    assert found["it_rated_w"] == pytest.approx(1.188e6)
    assert found["load_peak_w"] == pytest.approx(1.2e6)
    assert found["load_idle_w"] < found["load_peak_w"]
    assert found["heat_liquid_w"] + found["heat_air_w"] == pytest.approx(found["it_rated_w"])
    assert found["cooling_rated_w"] > found["it_rated_w"]


def test_it_is_one_json_document(unit: twin.Facility) -> None:
    json.dumps(check(unit), allow_nan=False)


def test_worst_single_loss_of_every_power_component(unit: twin.Facility) -> None:
    """A lost panel's quarter goes to the other three; each mechanical board takes the other's
    load.
    """
    rows = {row["component"]: row for row in check(unit)["power"]}
    assert len(rows) == unit.power.equipment
    panel = rows["rpp_1"]
    assert panel["load_w"] == pytest.approx(300e3)
    assert panel["worst_load_w"] == pytest.approx(400e3, rel=1e-6)
    assert panel["worst_load_frac"] == pytest.approx(0.8, rel=1e-6)
    assert rows["generator_1"]["worst_lost"] == "utility"
    assert rows["mechanical_1"]["worst_lost"] == "mechanical_2"
    assert rows["mechanical_1"]["worst_load_w"] == pytest.approx(
        2 * rows["mechanical_1"]["load_w"], rel=1e-6
    )
    assert rows["utility"]["rating_w"] is rows["utility"]["load_frac"] is None


def test_input_is_output_and_loss(unit: twin.Facility) -> None:
    now = loading(unit)
    assert (now.input_w >= now.output_w - 1e-6)[: unit.power.equipment].all()
    assert now.input_w[unit.power.load_of_rack].sum() == pytest.approx(1.188e6)


def test_a_sound_pod_has_no_findings_but_air_cooler_than_its_chillers_curves(pod: Change) -> None:
    (found,) = check(pod())["findings"]
    assert (found["severity"], found["code"]) == ("note", "chiller_outside_curve")
    assert found["says"].startswith("median outdoor air of 22.9 °C is 6.5 K cooler (29.44 °C)")


@pytest.mark.parametrize(
    ("old", "new", "severity", "component", "word"),
    [
        (
            "fed_by: rpp               # on",
            "fed_by: mechanical   # on",
            "warning",
            "cdu_1",
            "no UPS",
        ),
        (
            "count: 2\n      header: common",
            "count: 1\n      header: common",
            "note",
            "cdu",
            "no spare coolant unit",
        ),
        ("[6.5 m, 3 m]", "[3.5 m, 4.8 m]", "warning", "compute_r1", "an aisle of"),
        (
            "4 x gb200_nvl72\n        at: [3.5 m, 3 m]",
            "4 x gb200_nvl72\n        at: [3.5 m, 0 m]",
            "warning",
            "rpp_1",
            "stands in the place of compute_r1",
        ),
        (
            "2 x support_rack\n        at: [6.5 m, 3 m]",
            "21 x support_rack\n        at: [0 m, 7 m]",
            "note",
            "support_r01",
            "21 racks in one row",
        ),
        (
            "power_idle: 6 kW\n        fed_by: rpp",
            "power_idle: 6 kW\n        fed_by: ups",
            "note",
            "ups_1",
            "2 racks hang directly",
        ),
        (
            "      - {source: generator, pairing: matched}\n",
            "",
            "note",
            "ups_1",
            "no generator behind",
        ),
    ],
)
def test_a_reviewer_notes(
    pod: Change, old: str, new: str, severity: str, component: str, word: str
) -> None:
    more = (
        [
            ("size: [12 m,", "size: [24 m,"),
            ("power_rated: 12 kW", "power_rated: 2 kW"),
            ("power_idle: 6 kW", "power_idle: 1 kW"),
        ]
        if "21 x" in new
        else []
    )
    found = said(pod((old, new), *more), word)
    assert (found[0]["severity"], found[0]["component"]) == (severity, component)


def test_batteries_that_barely_bridge_a_start(pod: Change) -> None:
    facility = pod()
    weak = replace(
        facility, power=replace(facility.power, battery_j=facility.power.battery_j * 0.02)
    )
    found = said(weak, "its battery lasts")
    assert {f["component"] for f in found} == {"ups_1", "ups_2", "ups_3"}
    assert all(f["severity"] == "warning" for f in found)


def test_racks_that_want_more_flow_than_there_is(pod: Change) -> None:
    facility = pod()
    facility.cooling.loop_demand_m3_s[:] = 0.02
    assert said(facility, "its racks want 1,200 L/min")[0]["component"] == "cdu_loop"


def test_tables_are_as_declared_and_join_known_components(unit: twin.Facility) -> None:
    tables = unit.tables()
    assert list(tables["components"].columns) == list(COMPONENTS.names)
    assert list(tables["edges"].columns) == list(EDGES.names)
    known = set(tables["components"]["id"])
    assert set(tables["edges"]["source"]) | set(tables["edges"]["target"]) <= known
    assert not tables["edges"].duplicated().any()
    edges = set(tables["edges"].itertuples(index=False, name=None))
    assert ("cdu_1", "compute_r1", "cooling", "serves") in edges
    assert ("cdu_1", "compute_r8", "cooling", "serves") not in edges
    assert ("warm_water_1", "cdu_2", "cooling", "serves") in edges
    assert ("compute_r1", "leaf_su1_rail1", "fabric", "link") in edges
