"""How often a run is written down changes nothing that it says: energies and tokens are integrals,
not samples.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from conftest import lived, shipped_facility

from twin import Result

NAMES = ("first_factory", "superpod_day", "chiller_loss", "utility_outage")
INTEGRALS = (
    "tokens_",
    "energy_",
    "gpu_hours_",
    "jobs_",
    "requests",
    "cost_usd",
    "carbon_kg",
    "usd_lost",
)


@cache
def recorded(name: str, factor: float) -> Result:
    """The scenario with its period multiplied."""
    scenario = shipped_facility(name).scenario
    return lived(scenario.with_(outputs__period=f"{scenario.outputs.period * factor} s"))


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize("name", NAMES)
def test_integrals_do_not_depend_on_the_period(
    name: str, factor: float, shipped: Callable[[str], Result]
) -> None:
    as_shipped = shipped(name).summary
    other = recorded(name, factor).summary
    keys = [k for k in as_shipped if k.startswith(INTEGRALS)]
    assert len(keys) > 15
    assert {k: other[k] for k in keys} == pytest.approx(
        {k: as_shipped[k] for k in keys}, rel=1e-9, nan_ok=True
    )


@pytest.mark.parametrize("factor", [0.5, 2.0])
@pytest.mark.parametrize("name", NAMES)
def test_rows_at_common_moments_agree(
    name: str, factor: float, shipped: Callable[[str], Result]
) -> None:
    """Temperatures are read at the end of a period: both runs have the same ones at the same
    moments.
    """
    runs = (shipped(name), recorded(name, factor))
    one, other = (run.frame("racks").set_index(["time_s", "rack"]).coolant_degc for run in runs)
    both = one.index.intersection(other.index)
    assert len(both) >= min(len(one), len(other)) - len(one.index.levels[1])
    assert other[both].to_numpy() == pytest.approx(one[both].to_numpy(), abs=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_periods_sum_to_the_whole(name: str, shipped: Callable[[str], Result]) -> None:
    result = shipped(name)
    site = result.frame("site")
    assert site.tokens_lost.sum() == pytest.approx(
        result.summary["tokens_lost_by_fault"], rel=1e-9, abs=1.0
    )
    assert site.tokens_training.sum() == pytest.approx(result.summary["tokens_training"], rel=1e-9)
    assert site.tokens_inference.sum() == pytest.approx(
        result.summary["tokens_inference"], rel=1e-9
    )
