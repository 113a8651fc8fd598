"""Two runs side by side: inputs that differ, outputs with their changes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from twin.analysis.compare import compare

BASE = """
name: base
seed: 1
workload:
  - {name: chat, kind: inference, rate: 5}
  - {name: llm, kind: training, gpus: 64}
site: {climate: cold}
"""


def result(scenario: str = BASE, **summary: Any) -> Any:
    return SimpleNamespace(scenario_yaml=scenario, summary=summary, meta={}, tables={}, invalid="")


def inputs(a: str, b: str) -> dict[str, tuple[Any, Any]]:
    told = compare(result(a), result(b)).as_dict()["inputs"]
    return {row["key"]: (row["a"], row["b"]) for row in told}


def outputs(a: dict[str, Any], b: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in compare(result(**a), result(**b)).as_dict()["outputs"]}


def test_the_same_scenario_has_no_changed_inputs() -> None:
    assert inputs(BASE, BASE) == {}


def test_a_changed_value_is_told_by_its_dotted_key() -> None:
    assert inputs(BASE, BASE.replace("cold", "hot")) == {"site.climate": ("cold", "hot")}


def test_what_one_run_lacks_is_none() -> None:
    assert inputs(BASE, BASE + "period: 5 s\n") == {"period": (None, "5 s")}


def test_things_with_names_are_matched_by_name() -> None:
    first, second = BASE.splitlines()[4:6]
    turned = BASE.replace(first, "@").replace(second, first).replace("@", second)
    assert turned != BASE
    assert inputs(BASE, turned) == {}
    assert inputs(BASE, BASE.replace("rate: 5", "rate: 6")) == {"workload.chat.rate": (5, 6)}


def test_a_change_is_told_absolute_and_relative() -> None:
    row = outputs({"energy_j": 200.0}, {"energy_j": 150})["energy_j"]
    assert (row["a"], row["b"], row["change"], row["change_frac"]) == (200.0, 150.0, -50.0, -0.25)


def test_a_fall_below_a_negative_number_is_a_negative_change() -> None:
    assert outputs({"x": -2.0}, {"x": -3.0})["x"]["change_frac"] == pytest.approx(-0.5)


def test_a_change_from_nothing_has_no_share() -> None:
    row = outputs({"tokens": 0}, {"tokens": 4})["tokens"]
    assert (row["change"], row["change_frac"]) == (4.0, None)


def test_only_numbers_of_the_factory_are_compared() -> None:
    told = outputs({"wall_s": 3.0, "verdict": "good", "met": True, "a": 1}, {"b": 2})
    assert set(told) == {"a", "b"}
    assert told["a"]["b"] is None
    assert told["a"]["change"] is None
