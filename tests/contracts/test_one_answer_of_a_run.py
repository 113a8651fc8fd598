"""One question has one answer within a run: headlines, tables and `check` of every shipped scenario
agree on energies, power, jobs and voltages.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from conftest import SHIPPED, shipped_facility, shipped_result

import twin
from twin.results import Result
from twin.simulation.outcome.summary import HOUR_S

every_scenario = pytest.mark.parametrize("name", SHIPPED)
PLACED = {"nominal_v", "voltage_frac", "current_a", "loading_frac", "fault_current_a"}
SHARED = sorted(PLACED | {"loss_w", "power_factor", "fault_current_standby_a"})


def periods_s(result: Result) -> np.ndarray:
    """(period,) how long each row of the table `site` stands for; its time is that of its end."""
    return np.diff([0.0, *result.frame("site")["time_s"]])


def sums(result: Result) -> pd.Series:
    """Joules from source to target."""
    return result.frame("energy").set_index(["source", "target"])["energy_j"]


def flowed(result: Result, source: str, target: str) -> float:
    return float(sums(result).get((source, target), 0.0))


@every_scenario
def test_energies_are_those_of_the_balance_and_of_the_periods(name: str) -> None:
    result = shipped_result(name)
    site = result.frame("site")
    told = result.summary
    for key, column, source, target in (
        ("energy_utility_j", "utility_power_w", "utility", "site"),
        ("energy_generator_j", "generator_power_w", "generators", "site"),
        ("energy_it_j", "it_power_w", "site", "racks"),
    ):
        over_time = float(site[column].to_numpy() @ periods_s(result))
        assert told[key] == pytest.approx(flowed(result, source, target), rel=1e-9), key
        assert told[key] == pytest.approx(over_time, rel=1e-9, abs=1.0), key
    cooling = float(site["cooling_power_w"].to_numpy() @ periods_s(result))
    lost = sum(joules for (_, to), joules in sums(result).items() if to.startswith("loss: "))
    assert told["energy_cooling_j"] == pytest.approx(cooling, rel=1e-9)
    assert told["energy_loss_j"] == pytest.approx(lost, rel=1e-9)


@every_scenario
def test_racks_draw_what_the_site_gives_them(name: str) -> None:
    result = shipped_result(name)
    racks = result.frame("racks").groupby("time_s")["power_w"].sum().to_numpy()
    site = result.frame("site")["it_power_w"].to_numpy()
    assert racks == pytest.approx(site, rel=1e-9, abs=1e-6)
    mean_w = float(site @ periods_s(result)) / result.summary["simulated_s"]
    assert result.summary["power_it_mean_w"] == pytest.approx(mean_w, rel=1e-9)


@every_scenario
def test_pue_is_the_ratio_of_the_energies_told(name: str) -> None:
    told = shipped_result(name).summary
    assert told["pue"] == pytest.approx(told["energy_facility_j"] / told["energy_it_j"], rel=1e-12)
    parts = told["energy_it_j"] + told["energy_cooling_j"] + told["energy_loss_j"]
    assert told["energy_facility_j"] == pytest.approx(parts, rel=0.02), "stores take and give"


@every_scenario
def test_jobs_of_the_headline_are_rows_of_the_table(name: str) -> None:
    result = shipped_result(name)
    jobs = result.frame("jobs")
    told = result.summary
    assert told["jobs_submitted"] == len(jobs)
    assert told["jobs_completed"] == (jobs["state"] == "completed").sum()
    assert told["jobs_ended"] == jobs["finished_s"].notna().sum()
    started = jobs[jobs["started_s"].notna()]
    if len(started):
        waited = started["started_s"] - started["submitted_s"]
        assert started["wait_s"].to_numpy() == pytest.approx(waited.to_numpy(), abs=1e-6)


@every_scenario
def test_gpu_hours_are_those_of_the_periods(name: str) -> None:
    result = shipped_result(name)
    site = result.frame("site")
    for key, column in (("gpu_hours_busy", "gpus_busy"), ("gpu_hours_throttled", "gpus_throttled")):
        hours = float(site[column].to_numpy() @ periods_s(result)) / HOUR_S
        assert result.summary[key] == pytest.approx(hours, rel=1e-9, abs=1e-9), key


@every_scenario
def test_requests_asked_are_served_waiting_or_dropped(name: str) -> None:
    result = shipped_result(name)
    services = result.frame("services")
    told = result.summary
    assert told["requests"] == pytest.approx(services["requests"].sum(), rel=1e-9)
    assert told["tokens_dropped"] == pytest.approx(services["tokens_dropped"].sum(), rel=1e-9)
    assert told["tokens_inference"] == pytest.approx(services["tokens_served"].sum(), rel=1e-9)


@every_scenario
def test_voltages_of_a_run_are_those_of_check(name: str) -> None:
    result = shipped_result(name)
    checked = {row["node"]: row for row in twin.check(shipped_facility(name))["electrical"]}
    kept = result.frame("electrical")
    for row in kept.to_dict("records"):
        for key in SHARED:
            told = checked[row["component"]][key]
            wanted = math.nan if told is None else told
            assert row[key] == pytest.approx(wanted, rel=1e-12, nan_ok=True), (
                row["component"],
                key,
            )
