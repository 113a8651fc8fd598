"""What a design review remarks, on the starter pod with one thing changed, and by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

import twin
from twin.analysis.review import review
from twin.facility.cooling.peak import air_degc, coolant_degc, heat_w, water_degc
from twin.findings import Finding
from twin.scenario.starter import write

Change = Callable[..., twin.Facility]


@pytest.fixture
def pod(tmp_path: Path) -> Change:
    """Builds the starter pod with pieces of its files replaced."""
    folders = count()

    def build(*changes: tuple[str, str]) -> twin.Facility:
        paths = write("pod", tmp_path / str(next(folders)))
        texts = [path.read_text(encoding="utf-8") for path in paths]
        for old, new in changes:
            assert any(old in text for text in texts)
            texts = [text.replace(old, new) for text in texts]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        return twin.build(twin.load(paths[0]))

    return build


def said(facility: twin.Facility, word: str) -> list[Finding]:
    return [finding for finding in review(facility) if word in finding.says]


AIR = ("note", "chiller_outside_curve", "chilled_water")
"""Curves of its chillers begin at 29.44 °C outdoors, as do most that are published."""


def test_nothing_but_cool_air_is_remarked_on_the_starter_pod(pod: Change) -> None:
    assert [(f.severity, f.code, f.component) for f in review(pod())] == [AIR]


def test_heat_goes_to_loops_halls_and_plants_without_a_loss(pod: Change) -> None:
    facility = pod()
    loop, hall, plant = heat_w(facility)
    assert loop.sum() + hall.sum() == pytest.approx(facility.racks.rated_w.sum())
    assert plant.sum() == pytest.approx(facility.racks.rated_w.sum())
    assert loop.sum() == pytest.approx(4 * 132e3 * 0.8712)


def test_water_is_above_its_set_point_by_the_share_of_the_band(pod: Change) -> None:
    """Of the heat of racks, coolant units and water pumps: two dry coolers of 1 MW over 3 K."""
    facility = pod()
    units = facility.cooling.units
    own_w = units.power_w[np.array(units.kind) == "cdu"].sum() + facility.cooling.plants[0].pump_w
    assert water_degc(facility)[0] == pytest.approx(36.0 + 3.0 * (4 * 132e3 * 0.8712 + own_w) / 2e6)


def test_a_unit_at_its_rating_stands_at_its_approach(pod: Change) -> None:
    """One coolant unit with 600 kW of heat, its own pumps included, at rated flow: 4 K above the
    facility water.
    """
    facility = pod(("count: 2\n      header: common", "count: 1\n      header: common"))
    cooling = facility.cooling
    racks = facility.racks
    own_w = cooling.units.power_w[list(cooling.units.kind).index("cdu")]
    rated_w = np.where(racks.liquid_frac > 0, (600e3 - own_w) / 4 / 0.8712, 0.0)
    rated = replace(
        facility,
        racks=replace(racks, rated_w=rated_w),
        cooling=replace(cooling, loop_demand_m3_s=np.array([0.0088])),
    )
    assert coolant_degc(rated)[0] - water_degc(rated)[0] == pytest.approx(4.0, rel=1e-6)


@pytest.mark.parametrize(("set_point", "severity"), [("44.5 °C", "warning"), ("45.5 °C", "error")])
def test_coolant_that_is_too_warm(pod: Change, set_point: str, severity: str) -> None:
    """Above 45 °C only at full load, or with the set-point alone."""
    found = said(
        pod(("supply_temperature: 36 °C", f"supply_temperature: {set_point}")), "coolant of"
    )
    assert [(f.severity, f.component) for f in found] == [(severity, "cdu_loop")]
    assert "45 °C at most" in found[0].says


@pytest.mark.parametrize(("set_point", "severity"), [("31 °C", "warning"), ("33 °C", "error")])
def test_air_that_is_too_warm(pod: Change, set_point: str, severity: str) -> None:
    """The support racks take 32 °C."""
    facility = pod(("supply_temperature: 15 °C", f"supply_temperature: {set_point}"))
    found = said(facility, "inlet air of")
    assert [f.severity for f in found] == [severity]
    assert found[0].component.startswith("support")
    inlet = float(found[0].says.split()[3])
    assert inlet > air_degc(facility)[0] > float(set_point.split()[0])


def test_gear_in_one_place(pod: Change) -> None:
    found = said(
        pod(
            (
                "count: 2, rating: 1250 kW, fed_by: utility}",
                "count: 2, rating: 1250 kW, fed_by: utility, at: [0, -60]}",
            ),
            ("genset_2000, count: 2,", "genset_2000, count: 2, at: [1, -60],"),
        ),
        "stands",
    )
    assert {f.component: f.says for f in found} == {
        f"generator_{k}": f"stands in the place of transformer_{k}" for k in (1, 2)
    }


def test_gear_through_a_wall(pod: Change) -> None:
    found = said(
        pod(("type: rpp_500, count: 3,", "type: rpp_500, count: 3, at: [0.3, 0.7],")), "stands"
    )
    assert [(f.component, f.says) for f in found] == [("rpp_1", "stands through a wall of hall")]


@pytest.mark.parametrize(
    ("at", "clear"), [("[3.5 m, 1.1 m]", "1.10 m"), ("[3.5 m, 2.2 m]", "1.10 m")]
)
def test_a_row_too_near_to_what_is_in_front_of_its_cold_side(
    pod: Change, at: str, clear: str
) -> None:
    """In front of a wall, and in front of the panels, which are 0.9 m deep and stand 0.2 m from
    it.
    """
    aside = (
        ("count: 3, fed_by", "count: 3, at: [1.0, -9.0], fed_by")
        if "1.1" in at
        else ("count: 3", "count: 3")
    )
    found = said(pod(("at: [3.5 m, 3 m]", f"at: {at}"), aside), "cold side")
    assert [f.component for f in found] == ["compute_r1"]
    assert found[0].says.startswith(clear)


def test_the_second_row_of_a_block_looks_the_other_way(pod: Change) -> None:
    """A block whose rows share the aisle between them: its first row may have its back near the
    wall.
    """
    block = (
        "4 x gb200_nvl72\n        at: [3.5 m, 3 m]",
        "2 x 2 x gb200_nvl72\n        at: [3.5 m, 1.2 m]",
    )
    assert (
        said(pod(block, ("count: 3, fed_by", "count: 3, at: [1.0, -9.0], fed_by")), "cold side")
        == []
    )
    north = (block[0], f"{block[1]}\n        facing: north")
    assert (
        said(pod(north, ("count: 3, fed_by", "count: 3, at: [1.0, -9.0], fed_by")), "cold side")
        == []
    )


def test_gangs_larger_than_the_machine(pod: Change) -> None:
    batch = "workload:\n  - {kind: batch, name: crowd, count: 5, nodes_max: 73}\n"
    found = review(
        pod(("    nodes: 36\n    global", "    nodes: 73\n    global"), ("workload:\n", batch))
    )
    assert [(f.severity, f.code, f.component) for f in found] == [
        ("error", "never_starts", "pretrain"),
        ("warning", "some_never_start", "crowd"),
        AIR,
    ]
