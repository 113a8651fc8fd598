"""Claim: only what happens matters, not when one looks, nor by which clock one counts."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_layout

import twin
from tests.planner import (
    answer,
    asked,
    assert_same,
    batch,
    chat,
    faults,
    happened,
    job,
    number,
    site,
    written,
)
from twin import Result

TWO_RACKS = small_layout(liquid=2, air=0)


def test_in_still_air_the_calendar_does_not_matter() -> None:
    summer = answer(workload=[job()], start="2026-07-15T00:00:00-04:00")
    winter = answer(workload=[job()], start="2027-01-03T13:37:00+01:00")
    assert_same(summer, winter)


def weather(result: Result) -> np.ndarray:
    return result.frame("site")[["dry_bulb_degc", "wet_bulb_degc"]].to_numpy()


@pytest.mark.parametrize("hours", [1, 5, 12])
def test_a_later_start_sees_the_same_weather_earlier_in_the_run(hours: int) -> None:
    """A day that starts h hours later is the first day from hour h on."""
    climate = {"climate": "chicago", "grid": "iowa"}
    early = answer(TWO_RACKS, site=climate, horizon="24 h", outputs={"period": "1 h"},
                   start="2026-07-15T00:00:00-06:00")  # fmt: skip
    late = answer(TWO_RACKS, site=climate, horizon="24 h", outputs={"period": "1 h"},
                  start=f"2026-07-15T{hours:02d}:00:00-06:00")  # fmt: skip
    assert weather(late)[: 24 - hours] == pytest.approx(weather(early)[hours:], abs=1e-9)


def test_a_year_later_on_the_same_day_is_the_same_day() -> None:
    climate = {"climate": "miami", "grid": "virginia"}
    one = answer(TWO_RACKS, site=climate, horizon="6 h", start="2026-03-01T00:00:00-05:00")
    two = answer(TWO_RACKS, site=climate, horizon="6 h", start="2027-03-01T00:00:00-05:00")
    assert weather(one) == pytest.approx(weather(two), abs=1e-6)


def test_the_hottest_hour_comes_in_the_afternoon_and_the_hottest_day_in_summer() -> None:
    climate = {"climate": "phoenix", "grid": "texas"}
    july = answer(TWO_RACKS, site=climate, horizon="24 h", start="2026-07-15T00:00:00-07:00")
    january = answer(TWO_RACKS, site=climate, horizon="24 h", start="2026-01-15T00:00:00-07:00")
    dry = july.frame("site").dry_bulb_degc
    hottest_h = july.frame("site").time_s[dry.idxmax()] / 3600
    assert 13 <= hottest_h <= 17
    assert dry.mean() > january.frame("site").dry_bulb_degc.mean() + 15


@pytest.mark.parametrize("later_s", [300.0, 1500.0])
def test_in_a_steady_hall_a_later_fault_has_the_same_consequences_later(later_s: float) -> None:
    early = answer(TWO_RACKS, workload=[job()], faults=faults((900, "cdu_pump_1", 600)))
    late = answer(TWO_RACKS, workload=[job()], faults=faults((900 + later_s, "cdu_pump_1", 600)))
    first = [(at, who, what) for at, who, what in happened(early) if at >= 900]
    moved = [(at - later_s, who, what) for at, who, what in happened(late) if at >= 900]
    assert [event[1:] for event in first] == [event[1:] for event in moved]
    assert [e[0] for e in first] == pytest.approx([e[0] for e in moved], abs=1e-3)
    assert number(early, "tokens_lost_by_fault") == pytest.approx(
        number(late, "tokens_lost_by_fault"), rel=1e-6
    )


@pytest.mark.parametrize("table", ["site", "racks", "power", "loops", "services"])
def test_a_longer_run_begins_as_the_shorter_one(table: str) -> None:
    """Nothing in the first hour knows how long the run will be.

    The instant at the end of a period belongs to it, and the run that ends there does not act on
    it: the last period is left out.
    """
    work = [job(nodes=18), chat(nodes=6), batch(span="20 min", count=4, nodes_max=6)]
    hour = answer(TWO_RACKS, workload=work, horizon="1 h").frame(table).query("time_s < 3600")
    two = answer(TWO_RACKS, workload=work, horizon="2 h").frame(table)
    first = two[two.time_s < 3600]
    assert first.select_dtypes("number").to_numpy() == pytest.approx(
        hour.select_dtypes("number").to_numpy(), rel=1e-9, abs=1e-9, nan_ok=True
    )


@pytest.mark.parametrize("period", ["1 min", "7 min", "1 h"])
def test_how_often_one_looks_changes_no_total(period: str) -> None:
    hurt = faults((333, "panel_1", 777), (1234, "cdu_pump_1", 600))
    work = [job(nodes=18), chat(nodes=6)]
    fine = answer(TWO_RACKS, workload=work, faults=hurt, outputs={"period": "5 min"})
    other = answer(TWO_RACKS, workload=work, faults=hurt, outputs={"period": period})
    for key in ("tokens_total", "energy_utility_j", "energy_cooling_j", "tokens_lost_by_fault",
                "gpu_hours_throttled", "cost_usd", "carbon_kg", "requests"):  # fmt: skip
        assert number(fine, key) == pytest.approx(number(other, key), rel=1e-9), key
    assert happened(fine) == happened(other)


@pytest.mark.parametrize("period", ["1 min", "7 min", "25 min"])
def test_periods_add_up_to_the_run(period: str) -> None:
    result = answer(TWO_RACKS, workload=[job(nodes=18), chat(nodes=6)], outputs={"period": period})
    frame = result.frame("site")
    span_s = np.diff(frame.time_s, prepend=0.0)
    assert frame.time_s.iloc[-1] == pytest.approx(3600.0)
    assert frame.utility_power_w @ span_s == pytest.approx(
        number(result, "energy_utility_j"), rel=1e-9
    )
    assert frame.tokens_inference.sum() + frame.tokens_training.sum() == pytest.approx(
        number(result, "tokens_total"), rel=1e-9
    )
    services = result.frame("services")
    assert services.requests.sum() == pytest.approx(number(result, "requests"), rel=1e-9)


def weather_rows(path: Path, rows: list[tuple[float, float, float]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time_s", "dry_bulb_degc", "wet_bulb_degc"])
        writer.writerows(rows)


def with_weather(folder: Path, rows: list[tuple[float, float, float]], **changes: Any) -> Result:
    weather_rows(folder / "air.csv", rows)
    place = {"climate": {"file": "air.csv"}, "grid": "virginia"}
    path = written(asked(TWO_RACKS, site=place, **changes), folder)
    return twin.simulate(twin.build(twin.load(path)))


def test_a_weather_file_of_one_temperature_is_still_air(tmp_path: Path) -> None:
    rows = [(3600.0 * hour, 25.0, 18.0) for hour in range(4)]
    filed = with_weather(tmp_path, rows, horizon="2 h", workload=[job()])
    still = answer(TWO_RACKS, site=site(25.0, 18.0), horizon="2 h", workload=[job()])
    assert_same(filed, still, tables=("site", "racks", "power", "loops", "jobs"))


def test_rows_on_the_line_between_their_neighbours_change_nothing(tmp_path: Path) -> None:
    """Between two rows the weather is a straight line, so that a row upon it says nothing new."""
    coarse = [(0.0, 10.0, 8.0), (7200.0, 30.0, 18.0), (10800.0, 20.0, 15.0)]
    dense = [*coarse, (3600.0, 20.0, 13.0), (9000.0, 25.0, 16.5)]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one = with_weather(tmp_path / "a", coarse, horizon="3 h")
    two = with_weather(tmp_path / "b", sorted(dense), horizon="3 h")
    for column in ("dry_bulb_degc", "wet_bulb_degc", "cooling_power_w", "utility_power_w"):
        assert one.frame("site")[column].to_numpy() == pytest.approx(
            two.frame("site")[column].to_numpy(), rel=1e-9
        ), column


def test_a_batch_job_takes_its_run_time_on_a_cool_and_quiet_machine() -> None:
    work = [batch(count=6, nodes_max=3, nodes_median=2.0)]
    jobs = answer(TWO_RACKS, workload=work, horizon="4 h").frame("jobs")
    assert (jobs.state == "completed").all()
    assert (jobs.started_s >= jobs.submitted_s).all()
    took = jobs.finished_s - jobs.started_s
    assert (took > 0).all()
    assert jobs.gpu_hours.to_numpy() == pytest.approx(
        (took * jobs.gpus / 3600).to_numpy(), rel=1e-6
    )
