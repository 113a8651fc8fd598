"""Claim: the review tells of plants and halls without a spare where redundancy finds their racks
without cooling.
"""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from conftest import ROOT

import twin
from tests.planner import asked, loaded
from twin.analysis.redundancy import redundancy
from twin.analysis.review import review
from twin.catalogue.equipment_kinds import Role, role
from twin.facility.model import Facility

LAYOUTS = sorted(path.stem for path in (ROOT / "layouts").glob("*.yaml"))


def told(facility: Facility, code: str) -> dict[str, str]:
    return {one.component: one.says for one in review(facility) if one.code == code}


def failing(facility: Facility) -> set[str]:
    """Components whose loss alone leaves racks without power or cooling."""
    return {str(row["component"]) for row in redundancy(facility).single_points_of_failure}


@pytest.mark.parametrize("name", LAYOUTS)
def test_review_and_redundancy_agree(name: str) -> None:
    facility = twin.build(twin.load(ROOT / "layouts" / f"{name}.yaml"))
    cooling = facility.cooling
    alone = failing(facility)
    plant_of = {cooling.units.id[u]: plant.id for plant in cooling.plants for u in plant.units}
    hall_of = {
        cooling.units.id[u]: cooling.hall_id[cooling.units.zone[u]]
        for u, kind in enumerate(cooling.units.kind)
        if role(kind) is Role.HALL_COOLING
    }
    for code, group_of in (("no_spare_plant_unit", plant_of), ("no_spare_air_handler", hall_of)):
        said = set(told(facility, code))
        assert said <= alone
        short = {group_of[name] for name in alone if name in group_of}
        assert {group_of[name] for name in said} == short, code


def superpod(**counts: int) -> Facility:
    layout: dict[str, Any] = yaml.safe_load(
        (ROOT / "layouts/superpod_b200.yaml").read_text(encoding="utf-8")
    )
    for part, rows in (("air", "crah"), ("plant", "chilled_water")):
        row = next(one for one in layout["cooling"][part] if one["name"] == rows)
        row["count"] = counts.get(rows, row["count"])
    return twin.build(loaded(asked(layout)))


def test_six_handlers_of_100_kw_for_514_have_no_spare() -> None:
    assert not told(superpod(), "no_spare_air_handler")
    says = told(superpod(crah=6), "no_spare_air_handler")
    assert "no spare for hall: without it the others carry 500 of 5" in says["crah_1"]


def test_two_chillers_of_which_both_are_needed_have_no_spare() -> None:
    assert not told(superpod(), "no_spare_plant_unit")
    two = told(superpod(chilled_water=2), "no_spare_plant_unit")
    assert "without it the others carry 434 of 514 kW" in two["chilled_water_1"]


def test_one_that_carries_all_alone_leaves_nothing() -> None:
    facility = twin.build(twin.load(ROOT / "layouts/edge_200kw.yaml"))
    says = told(facility, "no_spare_plant_unit")["chilled_water"]
    assert says.endswith("without it nothing carries its 200 kW at full load")
