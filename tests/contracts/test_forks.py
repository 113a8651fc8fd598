"""A sample of the proof in `tests/proof/forks.py`: stopped, stored, taken up in a new process, the
same bytes.

`python -m tests.proof.forks` takes 200 instants of every case, over whole days.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from proof.cases import OWN, SHIPPED
from proof.forks import instants, proved

SHORT = {
    "first_factory": "7 h",
    "superpod_day": "10 h",
    "chiller_loss": "90 min",
    "utility_outage": "70 min",
    "frontier_idle": "24 h",
    "frontier_day": "75 min",
    "model_life": "5 h",
    "peak_shaving": "14 h",
    "dr_phoenix": "6 h",
    "solar_day": "19 h",
    "monthly_exercise": "100 min",
    "model_pipeline": "7 h",
    "own_csv": "105 min",
    "own_epw": "75 min",
}
"""Horizons with the events of each, as far as a minute of computing goes."""


@pytest.mark.parametrize("name", [*SHIPPED, *OWN])
def test_a_run_stopped_at_any_instant_gives_the_same_bytes(name: str, tmp_path: Path) -> None:
    found = proved(name, tmp_path, count=9, seed=len(name), horizon=SHORT[name], alone=0)
    assert found.wrong == ()
    assert found.states > 4, "the instants are all between the same events"
    assert found.stored_bytes < 20e6


def test_instants_stand_at_events_just_after_them_and_anywhere() -> None:
    events = [float(n) for n in range(1, 100)]
    found = instants(events, 100.0, 30, seed=1)
    assert found == sorted(found)
    assert sum(moment in events for moment in found) == 10
    assert sum(0 < moment % 1 < 1e-9 for moment in found) == 10
