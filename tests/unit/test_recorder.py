"""The recorder: periods that add up to the whole, a last one that may be short, and no growth with
events.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from conftest import failing, lived, small, small_layout, training

from twin import Result

WORK = [
    training("liquid", 70),
    {
        "kind": "inference",
        "name": "chat",
        "model": "Llama-3.1-70B",
        "nodes": 2,
        "tensor_parallel": 4,
        "dtype": "fp4",
        "requests": {"rate": "3 / s"},
    },
]
FAULTS = failing((333.0, "cdu_pump_1", 500.0), (600.0, "panel_1", 100.0))


@cache
def run(period_s: float = 300.0, horizon_s: float = 1000.0) -> Result:
    """A short hour that does not end with a period."""
    return lived(
        small(
            small_layout(),
            workload=WORK,
            faults=FAULTS,
            horizon=f"{horizon_s} s",
            outputs={"period": f"{period_s} s"},
        )
    )


def spans(result: Result) -> np.ndarray:
    return np.diff(result.tables["site"]["time_s"], prepend=0.0)


def test_the_last_period_is_recorded_though_it_is_short() -> None:
    assert run().tables["site"]["time_s"].tolist() == [300.0, 600.0, 900.0, 1000.0]


def test_a_horizon_of_whole_periods_has_no_empty_last_row() -> None:
    assert run(250.0).tables["site"]["time_s"].tolist() == [250.0, 500.0, 750.0, 1000.0]


def test_a_period_longer_than_the_horizon_leaves_one_row() -> None:
    assert run(5000.0).tables["site"]["time_s"].tolist() == [1000.0]


@pytest.mark.parametrize(
    ("column", "key"),
    [
        ("utility_power_w", "energy_utility_j"),
        ("it_power_w", "energy_it_j"),
        ("cooling_power_w", "energy_cooling_j"),
        ("distribution_loss_w", "energy_loss_j"),
    ],
)
def test_energies_of_the_periods_add_up_to_the_summary(column: str, key: str) -> None:
    result = run()
    assert (result.tables["site"][column] * spans(result)).sum() == pytest.approx(
        result.summary[key], rel=1e-9
    )


def test_tokens_of_the_periods_add_up_to_the_summary() -> None:
    site = run().tables["site"]
    summary = run().summary
    for name in ("inference", "training"):
        assert site[f"tokens_{name}"].sum() == pytest.approx(summary[f"tokens_{name}"], rel=1e-9)
    assert site["tokens_lost"].sum() == pytest.approx(summary["tokens_lost_by_fault"], rel=1e-9)


def test_sums_do_not_depend_on_the_period() -> None:
    fine = run(10.0)
    coarse = run(500.0)
    for column in (
        "utility_power_w",
        "it_power_w",
        "heat_rejected_w",
        "gpus_busy",
        "gpus_throttled",
    ):
        sums = [(r.tables["site"][column] * spans(r)).sum() for r in (fine, coarse)]
        assert sums[0] == pytest.approx(sums[1], rel=1e-9)
    assert fine.summary["tokens_total"] == pytest.approx(coarse.summary["tokens_total"], rel=1e-9)


def test_every_table_has_one_row_a_period_and_label() -> None:
    result = run()
    racks = 5
    equipment = 7
    assert len(result.tables["racks"]) == 4 * racks
    assert len(result.tables["power"]) == 4 * equipment
    assert len(result.tables["services"]) == 4
    first = result.tables["racks"].head(racks)
    assert first["rack"].nunique() == racks
    assert first["time_s"].nunique() == 1


def test_rack_power_adds_up_to_the_site() -> None:
    result = run()
    racks = result.tables["racks"].groupby("time_s")["power_w"].sum()
    np.testing.assert_allclose(racks, result.tables["site"]["it_power_w"], rtol=1e-9)


def test_a_share_of_time_stays_a_share() -> None:
    result = run(10.0)
    for table, column in (
        ("racks", "on_frac"),
        ("power", "energised_frac"),
        ("racks", "clock_frac"),
    ):
        values = result.tables[table][column]
        assert values.between(0.0, 1.0 + 1e-12).all()
