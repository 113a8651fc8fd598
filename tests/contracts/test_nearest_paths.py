"""What is said of a path that leads nowhere, or a key that changes nothing, names the part that is
wrong and what is nearest to it.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ROOT, small, small_layout
from planner import asked, loaded, site

import twin
from twin import InputError, Scenario
from twin.errors import Problem

FACTORY = ROOT / "scenarios/first_factory.yaml"


def problems(**changes: str) -> list[Problem]:
    """Of `--set` with these keys."""
    with pytest.raises(InputError) as refused:
        twin.load(FACTORY, {key.replace("__", "."): value for key, value in changes.items()})
    return list(refused.value.problems)


@pytest.mark.parametrize(
    ("path", "part", "nearest"),
    [
        ("layout.power.utilty.count", "'utilty'", "utility"),
        ("workload.chatt.nodes", "'chatt'", "chat"),
        ("layout.halls.hall.rows.computte.racks", "'computte'", "compute"),
        ("loop.cdu.volume", "an unknown key", "loops"),
        ("hall.hall.rows", "an unknown key", "halls"),
        ("sit.climate", "an unknown key", "site"),
        ("economics.prices.wac", "'wac'", "wacc"),
    ],
)
def test_a_path_of_set_and_its_nearest_spelling(path: str, part: str, nearest: str) -> None:
    if path.startswith("economics"):
        with pytest.raises(InputError) as refused:
            twin.build(twin.load(FACTORY, {path: "2"}))
        (one,) = refused.value.problems
    else:
        (one,) = problems(**{path: "2"})
    assert (one.found, one.hint) == (part, f"did you mean {nearest!r}?")


def test_an_item_by_number_that_is_not_there_is_what_was_found() -> None:
    (one,) = problems(**{"faults.timeline.9.at": "3 h"})
    assert (one.found, one.allowed) == ("'9'", "a number below 2")


def test_python_hears_the_same() -> None:
    scenario = twin.load(FACTORY)
    for change, nearest in (("loop__cdu__volume", "loops"), ("workload__chatt__nodes", "chat")):
        with pytest.raises(InputError, match=f"did you mean '{nearest}'"):
            scenario.with_(**{change: 2})


def test_a_study_hears_the_same() -> None:
    for path, nearest in (("loop.cdu.count", "loops"), ("power.utilty.count", "utility")):
        with pytest.raises(InputError, match=f"did you mean '{nearest}'"):
            twin.study(FACTORY, vary={path: [1, 2]}, outcomes=["pue"])


def test_of_several_changes_each_has_its_own_problem() -> None:
    """The first of them made the mapping that all of them change."""
    found = problems(
        economics__loan__share="60%",
        economics__tax__depreciation="macrs",
        economics__tax__plant_years="12",
        economics__loan__repaid="anuity",
    )
    told = {one.where: one.allowed for one in found}
    assert "classes of macrs" in told["economics.tax.depreciation"]
    assert "'annuity'" in told["economics.loan.repaid"]
    assert "Interest a year" in told["economics.loan.share"]


STEADY = {"price": "0.08 USD/kWh", "carbon": "300 g/kWh"}


def without_effect(scenario: Scenario) -> list[str]:
    facility = twin.build(scenario)
    return [one.says for one in facility.remarks if one.code == "changes_nothing"]


def on_grid(**grid: Any) -> Scenario:
    return loaded(asked(small_layout(), site=site() | {"grid": STEADY | grid}))


def test_demand_before_bills_nothing_without_a_ratchet() -> None:
    charge = {"demand_charge": "15 USD/kW/month"}
    (alone,) = without_effect(on_grid(demand_before="9 MW", **charge))
    assert alone == "bills nothing without a demand_ratchet"
    ratchet = {"demand_ratchet": "80 %"}
    (free,) = without_effect(on_grid(**ratchet))
    assert free == "bills nothing without a demand_charge"
    assert not without_effect(on_grid(demand_before="9 MW", **ratchet, **charge))


def test_depreciation_without_a_rate_of_tax_is_told() -> None:
    (one,) = without_effect(small(economics={"tax": {"depreciation": "macrs"}}))
    assert "without a rate" in one
    assert not without_effect(small(economics={"tax": {"depreciation": "macrs", "rate": 0.2}}))
