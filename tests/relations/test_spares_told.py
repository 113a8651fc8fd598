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
    in_plants = {cooling.units.id[unit] for plant in cooling.plants for unit in plant.units}
    assert set(told(facility, "no_spare_plant_unit")) <= alone
    assert bool(in_plants & alone) == bool(told(facility, "no_spare_plant_unit"))
    of_halls = [role(kind) is Role.HALL_COOLING for kind in cooling.units.kind]
    in_halls = {name for name, one in zip(cooling.units.id, of_halls, strict=True) if one}
    assert set(told(facility, "no_spare_air_handler")) <= alone
    assert bool(in_halls & alone) == bool(told(facility, "no_spare_air_handler"))


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
