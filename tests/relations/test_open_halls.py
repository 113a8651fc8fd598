"""Claim: open halls are solved whichever handlers are lost, and what their models cannot know is
said.
"""

from __future__ import annotations

from pathlib import Path

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
