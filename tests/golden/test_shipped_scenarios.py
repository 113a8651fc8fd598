"""Shipped scenarios give the same answers as last time, to 1e-9.

A change that is meant is written down with `python -m tests.golden.refresh`, which tells what it
changes; the reason belongs in the commit.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import SHIPPED
from refresh import golden

from twin import Result

FOLDER = Path(__file__).parent


@pytest.mark.parametrize("name", SHIPPED)
def test_answers_are_those_of_last_time(name: str, shipped: Callable[[str], Result]) -> None:
    kept = json.loads((FOLDER / f"{name}.json").read_text())
    now = golden(shipped(name))
    assert now.keys() == kept.keys()
    for part in kept:
        assert now[part].keys() == kept[part].keys(), part
        assert _numbers(now[part]) == pytest.approx(_numbers(kept[part]), rel=1e-9, abs=1e-9), part


def test_every_shipped_scenario_has_its_numbers() -> None:
    assert {path.stem for path in (FOLDER.parents[1] / "scenarios").glob("*.yaml")} == set(SHIPPED)
    assert {path.stem for path in FOLDER.glob("*.json")} == set(SHIPPED)


def _numbers(values: dict[str, Any]) -> dict[str, float]:
    """Missing numbers as one that no answer has."""
    return {key: -1.0 if value is None else value for key, value in values.items()}
