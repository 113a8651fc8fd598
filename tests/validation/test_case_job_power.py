"""A job draws the power that its activity asks for, whatever it is called.

`gpu_activity` is the mean activity between idle power and rated power; one job on all nodes, at
full clock, without a spread of activities. Right is the rack's own row: 5,940 W idle, 28,600 W
rated, linear in between. Inputs: tests/data/cases/job_power.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import twin
from tests.sources import DATA
from twin import Result, catalogue
from twin.catalogue.rows import Rack

CASE = DATA / "cases" / "job_power"
"""Files of cases/job_power: full_linpack.yaml, full_lammps.yaml, half_gpuburn.yaml,
none_gpuburn.yaml and many.yaml, on the layout mini.yaml."""
IDLE_W = 5_940.0
RATED_W = 28_600.0
WITHIN = 0.005
"""Tolerance of the right answer, as a share."""
AS_ASKED = {
    "full_linpack": RATED_W,
    "full_lammps": RATED_W,
    "half_gpuburn": (IDLE_W + RATED_W) / 2,
    "none_gpuburn": IDLE_W,
}


@cache
def ran(name: str, activity_sigma: float = 0.0) -> Result:
    scenario = twin.load(CASE / f"{name}.yaml")
    work = [w.model_dump(mode="json") for w in scenario.workload]
    changed = [w | {"activity_sigma": activity_sigma} for w in work]
    return twin.simulate(
        twin.build(scenario.with_(workload=changed) if activity_sigma else scenario)
    )


def rack_w(result: Result) -> np.ndarray:
    """(period, rack) mean power of the four racks with servers."""
    racks = result.tables["racks"]
    return racks[racks["rack"].str.startswith("pod")]["power_w"].to_numpy().reshape(-1, 4)


def test_the_rack_is_the_one_that_the_answers_are_for() -> None:
    row = catalogue.get(Rack, "dgx_b200_x2")
    assert (row.power_idle_w, row.power_rated_w) == (IDLE_W, RATED_W)


@pytest.mark.parametrize("name", AS_ASKED)
def test_a_rack_draws_what_was_asked(name: str) -> None:
    power_w = rack_w(ran(name))
    assert power_w.shape == (2, 4)
    np.testing.assert_allclose(power_w, AS_ASKED[name], rtol=WITHIN)


def test_a_name_changes_nothing() -> None:
    """But for the moment of the first second at which a job of that name comes."""
    linpack_w, lammps_w = (rack_w(ran(name)) for name in ("full_linpack", "full_lammps"))
    np.testing.assert_array_equal(linpack_w[1], lammps_w[1])
    np.testing.assert_allclose(linpack_w[0], lammps_w[0], rtol=1 / 3600)


def test_many_full_loads_one_after_another_are_a_full_load() -> None:
    """400 jobs of half an hour, one at a time: the mean of 200 hours."""
    result = ran("many")
    np.testing.assert_allclose(rack_w(result).mean(axis=0), RATED_W, rtol=WITHIN)
    site_w = result.summary["power_it_mean_w"]
    assert site_w == pytest.approx(4 * RATED_W + 14_000.0, rel=WITHIN)


def test_a_spread_that_is_asked_for_spreads() -> None:
    """The scatter of activities is a key of its own, and none unless asked."""
    even_w, uneven_w = (rack_w(ran("half_gpuburn", sigma))[1] for sigma in (0.0, 0.15))
    np.testing.assert_allclose(even_w, AS_ASKED["half_gpuburn"], rtol=1e-9)
    assert np.abs(uneven_w / even_w - 1).min() > WITHIN
    assert (uneven_w > IDLE_W).all()
    assert (uneven_w < RATED_W).all()
