"""Claim: whatever stands in a file, the answer is a facility or a list of problems with their
lines; never a traceback, and never an answer that does not balance.

A sound scenario is changed in one to three places: a value replaced by something of another kind,
size or spelling, a key removed, renamed or doubled in a list.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest
from conftest import small_layout
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

import twin
from tests.planner import asked, batch, chat, faults, job, loaded, number

ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    7,
    10**6,
    -0.5,
    0.0,
    1e-12,
    1e12,
    "",
    " ",
    "x",
    "0",
    "-1",
    "1 kW",
    "-5 kW",
    "0 W",
    "1e9 MW",
    "10 °C",
    "-300 °C",
    "5 m",
    "-5 m",
    "1 h",
    "-1 h",
    "0 s",
    "1e-9 s",
    "400 d",
    "12:00",
    "25:00",
    "nan",
    "inf",
    "1 parsec",
    "dgx_b200_x2",
    "8 x gb200_nvl72",
    "0 x gb200_nvl72",
    "ups_500",
    "cdu_600",
    "utility",
    "panel",
    "panel_1",
    "all",
    "priority",
    "baltimore",
    [],
    {},
    [1],
    ["panel"],
    {"name": "panel"},
    {"source": "board"},
    [[]],
    ["utility", "utility"],
    "é",
    "a/b",
    "../x",
    "liquid_r1/node_3",
    "liquid_r1/node_99",
]
KEYS = ["name", "type", "count", "fed_by", "racks", "at", "size", "serves", "nam", "Type", "", "0"]


def sound() -> dict[str, Any]:
    """Everything a file may hold, once."""
    work = [job(nodes=18), chat(nodes=6), batch(count=3, nodes_max=4)]
    return asked(
        small_layout(),
        workload=work,
        faults=faults((600, "panel_1", 300)) | {"crews": 2},
        drills=[{"kind": "isolate", "at": "20 min", "duration": "5 min", "component": "crah_1"}],
        controls={"actions": [{"kind": "clock_ceiling", "at": "30 min", "clock": 0.9}]},
        horizon="40 min",
    )


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in nested data."""
    found = [path] if path else []
    inside = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    for key, value in inside:
        found += places(value, (*path, key))
    return found


PLACES = places(sound())


def holder(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        data = data[key]
    return data


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    data = sound()
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(PLACES))
        try:
            inside = holder(data, path)
            inside[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue
        how = draw(st.sampled_from(["value", "value", "value", "remove", "rename", "double"]))
        if how == "remove":
            del inside[path[-1]]
        elif how == "rename" and isinstance(inside, dict):
            inside[draw(st.sampled_from(KEYS))] = inside.pop(path[-1])
        elif how == "double" and isinstance(inside, list):
            inside.append(deepcopy(inside[path[-1]]))
        else:
            inside[path[-1]] = deepcopy(draw(st.sampled_from(ODD)))
    return data


PLACED = re.compile(r"scenario\.yaml(:\d+(:\d+)?)?: ")


def problems(data: dict[str, Any]) -> str:
    """What is said of a file; empty where it can be built."""
    try:
        twin.build(loaded(data))
    except twin.InputError as error:
        return str(error)
    return ""


SEARCH = settings(
    deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@settings(SEARCH, max_examples=250)
@given(mutated())
def test_a_changed_file_is_built_or_told_with_lines(data: dict[str, Any]) -> None:
    said = problems(data)
    event("told" if said else "built")
    for line in said.splitlines():
        assert PLACED.search(line) or line.startswith((" ", "and ")) or "more" in line, line
    assert "Traceback" not in said
    assert "pydantic" not in said.lower()
    assert "object at 0x" not in said


@settings(SEARCH, max_examples=60)
@given(mutated())
def test_problems_of_a_file_do_not_depend_on_the_order_of_its_keys(data: dict[str, Any]) -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(list(value))}
        return [turned(each) for each in value] if isinstance(value, list) else value

    assert bool(problems(data)) == bool(problems(turned(data)))


@settings(SEARCH, max_examples=150)
@given(mutated())
def test_what_can_be_built_runs_to_its_end_and_balances(data: dict[str, Any]) -> None:
    """Or the run refuses its work before the first instant, or says at which second it stopped."""
    result = lived(data)
    if isinstance(result, str):
        assert "scenario.yaml" in result or " s" in result
        return
    assert abs(number(result, "heat_balance_residual_frac")) < 1e-9
    if number(result, "energy_utility_j") > 0:
        assert abs(number(result, "energy_balance_residual_frac")) < 1e-9


def lived(data: dict[str, Any]) -> twin.Result | str:
    """The result, or what was said instead of one; long runs are left out."""
    try:
        facility = twin.build(loaded(data))
        scenario = facility.scenario
        if float(scenario.horizon) > 7200 or float(scenario.outputs.period) < 10:
            return "scenario.yaml: too long for a test"
        return twin.simulate(facility)
    except twin.TwinError as error:
        return str(error)


def test_the_file_that_is_changed_is_sound() -> None:
    assert problems(sound()) == ""
    assert len(PLACES) > 120


@pytest.mark.parametrize("path", [path for path in PLACES if len(path) == 1], ids=str)
def test_each_key_at_the_top_may_be_nonsense(path: tuple[Any, ...]) -> None:
    for odd in ([], {}, "x", 3.5):
        data = sound()
        data[path[0]] = odd
        said = problems(data)
        assert "Traceback" not in said
