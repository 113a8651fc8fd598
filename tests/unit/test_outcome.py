"""The outcome: an energy table that closes, losses that add up, and a summary that follows from its
parts.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from conftest import failing, lived, small, small_layout, training
from pandas.testing import assert_frame_equal

import twin
from twin import Result
from twin.results import TABLES

CHAT = {
    "kind": "inference",
    "name": "chat",
    "model": "Llama-3.1-70B",
    "nodes": 2,
    "tensor_parallel": 4,
    "dtype": "fp4",
    "requests": {"rate": "3 / s"},
    "token_price": "0.40 USD/Mtok",
}
SITE = {
    "climate": {"dry_bulb": "25 °C", "wet_bulb": "18 °C"},
    "grid": {"price": "0.1 USD/kWh", "carbon": "400 g/kWh"},
    "water_price": "2 USD/m^3",
}
LOSING = [training("pretrain", 54, token_price="0.10 USD/Mtok"), CHAT]


@cache
def eventful() -> Result:
    """An hour with an outage, a throttle, a node lost and a generator."""
    drills = [{"kind": "utility_outage", "at": "1800 s", "duration": "120 s"}]
    faults = failing(
        (300.0, "cdu", 200.0), (900.0, "liquid_r1/node_2", 600.0), (1200.0, "crah_1", 600.0)
    )
    return lived(small(small_layout(), workload=LOSING, drills=drills, faults=faults, site=SITE))


def test_every_declared_table_is_there_with_its_columns() -> None:
    assert set(eventful().tables) == {table.name for table in TABLES}
    for table in TABLES:
        assert tuple(eventful().tables[table.name].columns) == tuple(table.names)


def test_the_energy_table_closes() -> None:
    energy = eventful().tables["energy"]
    into = energy.loc[energy["target"] == "site", "energy_j"].sum()
    out = energy.loc[energy["source"] == "site", "energy_j"].sum()
    assert out == pytest.approx(into, rel=1e-9)
    assert (energy["energy_j"] > 0).all()
    assert {"utility", "generators", "batteries"} <= set(energy["source"])


def test_the_energy_table_and_the_summary_say_the_same() -> None:
    energy = eventful().tables["energy"]
    summary = eventful().summary
    loss = energy.loc[energy["target"].str.startswith("loss: "), "energy_j"].sum()
    assert loss == pytest.approx(summary["energy_loss_j"], rel=1e-9)
    racks = energy.loc[energy["target"] == "racks", "energy_j"].sum()
    assert racks == pytest.approx(summary["energy_it_j"], rel=1e-9)


def test_losses_add_up_to_the_summary_and_to_the_jobs() -> None:
    losses = eventful().tables["losses"]
    summary = eventful().summary
    jobs = eventful().tables["jobs"]
    assert losses["tokens"].sum() == pytest.approx(summary["tokens_lost_by_fault"], rel=1e-9)
    assert losses["usd"].sum() == pytest.approx(summary["usd_lost_by_fault"], rel=1e-9)
    of_job = losses.loc[losses["workload"] == "pretrain", "tokens"].sum()
    assert jobs.set_index("job").loc["pretrain", "tokens_lost"] == pytest.approx(of_job, rel=1e-9)
    assert (losses["tokens"] >= 0).all()
    assert (losses["gpu_hours"] >= 0).all()


def test_lost_tokens_cost_their_workloads_price() -> None:
    losses = eventful().tables["losses"]
    price = losses["workload"].map({"pretrain": 0.10e-6, "chat": 0.40e-6})
    np.testing.assert_allclose(losses["usd"], losses["tokens"] * price, rtol=1e-9)


def test_losses_named_with_a_rack_add_up_over_the_racks_table() -> None:
    losses = eventful().tables["losses"]
    racks = eventful().tables["racks"]
    named = losses[losses["rack"] != ""].groupby("rack")["tokens"].sum()
    recorded = racks.groupby("rack")["tokens_lost"].sum()
    for rack, tokens in named.items():
        assert recorded[str(rack)] == pytest.approx(tokens, rel=1e-9)


def test_pue_money_and_carbon_follow_from_energy_and_water() -> None:
    quiet = lived(small(small_layout(), workload=LOSING, site=SITE))
    s = quiet.summary
    assert s["pue"] == pytest.approx(s["energy_facility_j"] / s["energy_it_j"])
    assert s["pue"] > 1.0
    bought_kwh = s["energy_utility_j"] / 3.6e6
    water_m3 = quiet.tables["site"]["water_kg"].sum() / 1000.0
    assert s["cost_usd"] == pytest.approx(0.1 * bought_kwh + 2.0 * water_m3)
    assert s["carbon_kg"] == pytest.approx(0.4 * bought_kwh)


def test_power_of_a_generator_costs_more_and_burns_more_than_the_grids() -> None:
    s = eventful().summary
    assert s["energy_generator_j"] > 0
    bought_kwh = (s["energy_utility_j"] + s["energy_generator_j"]) / 3.6e6
    assert s["cost_usd"] > 0.1 * bought_kwh
    assert s["carbon_kg"] > 0.4 * bought_kwh


def test_facility_energy_is_racks_cooling_and_losses() -> None:
    s = eventful().summary
    parts = s["energy_it_j"] + s["energy_cooling_j"] + s["energy_loss_j"]
    assert s["energy_facility_j"] == pytest.approx(parts, rel=1e-9)


def test_balances_close() -> None:
    assert abs(eventful().summary["energy_balance_residual_frac"]) < 1e-9
    assert abs(eventful().summary["heat_balance_residual_frac"]) < 1e-9
    assert abs(eventful().summary["token_balance_residual_frac"]) < 1e-9


def test_events_stand_in_the_order_of_time() -> None:
    assert eventful().tables["events"]["time_s"].is_monotonic_increasing
    assert eventful().tables["events"]["time_s"].between(0, 3600).all()


def test_every_number_in_use_has_its_witness() -> None:
    witnesses = eventful().tables["witnesses"]
    assert (witnesses["source"] != "").all()
    for row in (
        "gb200_nvl72",
        "dgx_b200_x2",
        "ups_500",
        "dry_cooler_1000",
        "Llama-3.1-70B",
        "azure_2023_conv",
    ):
        assert witnesses["subject"].str.contains(row, regex=False).any(), row


def test_a_facility_without_work_makes_no_tokens_and_loses_none() -> None:
    run = lived(small(small_layout(liquid=1, air=0), horizon="10 min"))
    assert run.summary["tokens_total"] == 0
    assert run.summary["tokens_lost_by_fault"] == 0
    assert np.isnan(run.summary["joules_per_token_facility"])
    assert len(run.tables["jobs"]) == 0
    assert list(run.tables["jobs"].columns)


def test_tables_alone_are_those_of_the_result() -> None:
    run = twin.start(twin.build(small(horizon="10 min"))).until()
    told = run.result()
    alone = run.tables()
    assert set(alone) == {table.name for table in TABLES}
    costs = {"costs", "cost_figures", "cash_flow", "prices", "carbon"}
    for name in set(alone) - costs:
        assert_frame_equal(alone[name], told.frame(name))
