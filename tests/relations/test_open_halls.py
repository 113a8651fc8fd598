"""Claim: open halls are solved whichever handlers are lost, and what their models cannot know is
said.
"""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from tests.airflow_layouts import written_layout
from tests.open_halls import FAN_WALL

pytest.importorskip("numba", reason="the airflow solver compiles its kernels with numba")
CELLS = 8000


@pytest.mark.parametrize("lost", [[], ["wall_1"], ["wall_2"]])
def test_an_open_hall_is_solved_whichever_handler_is_lost(tmp_path: Path, lost: list[str]) -> None:
    """With a wall lost the search for its shares broke down: residuals of 1e+104."""
    path = written_layout(tmp_path, FAN_WALL)
    found = twin.airflow(path, lose=lost, cells=CELLS, keep=False)
    assert np.abs(found.matrix.sum(axis=1) - 1).max() < 1e-8
    assert found.measures()["heat_balance_residual_frac"] < 1e-6


def test_a_potential_flow_that_turns_back_says_so(tmp_path: Path) -> None:
    """Inlets of 955 °C, converged and balanced, were told without a word."""
    found = twin.airflow(written_layout(tmp_path, FAN_WALL), cells=CELLS, keep=False).as_dict()
    assert found["converged"]
    assert found["inlet_max_degc"] > 100
    assert "of 24 racks draw more exhaust than supply" in found["note"]
    assert "ask --model rans" in found["note"]


def test_turbulent_flow_of_the_same_hall_has_air_that_rooms_have(tmp_path: Path) -> None:
    """With jets and buoyancy the warmest inlet is that of a badly laid out hall, and no more."""
    path = written_layout(tmp_path, FAN_WALL)
    found = twin.airflow(path, model="rans", cells=4000, keep=False).as_dict()
    assert 25 < found["inlet_max_degc"] < 65
    assert "potential" not in found["note"]


@pytest.mark.parametrize("name", ["superpod_b200", "gb200_su", "edge_200kw", "rise_pod2"])
def test_rooms_that_a_potential_flow_can_tell_of_have_no_such_note(name: str) -> None:
    assert twin.airflow(f"layouts/{name}.yaml", cells=CELLS, keep=False).note() == ""


def codes(folder: Path, **keys: Any) -> dict[str, str]:
    """Findings of the hall with other keys, by code."""
    layout = deepcopy(FAN_WALL)
    layout["halls"][0] |= keys
    found = twin.check(twin.build(twin.load(written_layout(folder, layout))))
    return {row["code"]: row["says"] for row in found["findings"]}


def test_a_run_on_such_a_flow_is_warned_of(tmp_path: Path) -> None:
    told = codes(tmp_path, airflow="potential")["potential_flow_turns_back"]
    assert "of 24 racks draw more exhaust than supply" in told
    assert "potential_flow_turns_back" not in codes(tmp_path)


@pytest.mark.parametrize(
    ("containment", "facing", "told"),
    [
        ("cold_aisle", "south", "its rows stand back to back: only hot aisles"),
        ("hot_aisle", "north", "its rows stand front to front: only cold aisles"),
        ("hot_aisle", "south", ""),
        ("cold_aisle", "north", ""),
        ("none", "north", ""),
    ],
)
def test_containment_without_an_aisle_of_its_kind_is_told(
    tmp_path: Path, containment: str, facing: str, told: str
) -> None:
    """It was counted as sealed by a run, and drawn by nothing in `twin airflow`."""
    rows = [FAN_WALL["halls"][0]["rows"][0] | {"facing": facing}]
    found = codes(tmp_path, containment=containment, rows=rows)
    assert told in found.get("contains_no_aisle", "")
    assert ("contains_no_aisle" in found) == bool(told)
