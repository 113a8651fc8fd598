"""Files of a local clock: the hour that is skipped is told, the one that comes twice is refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import small_layout, training

import twin
from twin import InputError

HEADS = {
    "grid": "time,price_usd_per_kwh,carbon_g_per_kwh",
    "climate": "time,dry_bulb_degc,wet_bulb_degc",
}
ROWS = {"grid": "0.1,300", "climate": "20,15"}
FORWARD = "2026-03-29"
BACK = "2026-10-25"


def night(kind: str, day: str, hours: list[str]) -> str:
    """An hourly file over two days whose night has these hours instead of 00 to 04."""
    last = (datetime.fromisoformat(day) + timedelta(days=1)).date()
    times = [f"{day}T{hour}" for hour in hours]
    times += [f"{day}T{hour:02d}:00" for hour in range(5, 24)]
    times += [f"{last}T{hour:02d}:00" for hour in range(24)]
    return "\n".join([HEADS[kind], *(f"{time},{ROWS[kind]}" for time in times)]) + "\n"


def asked(folder: Path, kind: str, csv: str, start: str, horizon: str = "24 h") -> Path:
    (folder / "file.csv").write_text(csv, encoding="utf-8")
    site: dict[str, Any] = {
        "climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"},
        "grid": {"price": "0.1 USD/kWh", "carbon": 0},
        kind: {"file": "file.csv"},
    }
    scenario = {
        "version": 1,
        "name": "clocks",
        "layout": small_layout(),
        "site": site,
        "start": start,
        "horizon": horizon,
        "workload": [training(nodes=60, submit="2 h")],
    }
    path = folder / "clocks.yaml"
    path.write_text(yaml.safe_dump(scenario, allow_unicode=True), encoding="utf-8")
    return path


def told(path: Path) -> list[str]:
    return [one["says"] for one in twin.check(path)["findings"] if "clock" in one["says"]]


@pytest.mark.parametrize("kind", HEADS)
def test_an_hour_that_a_local_clock_skips_is_told_at_its_line(tmp_path: Path, kind: str) -> None:
    csv = night(kind, FORWARD, ["00:00", "01:00", "03:00", "04:00"])
    path = asked(tmp_path, kind, csv, f"{FORWARD}T00:00:00+01:00")
    assert told(path) == [
        "file.csv:4: an hour is missing before 2026-03-29T03:00; if the clock went forward there, "
        "every later row is taken an hour late: write times with their offset"
    ]


@pytest.mark.parametrize(
    ("hours", "start", "horizon"),
    [
        (["00:00", "01:00", "02:00", "03:00", "04:00"], "00:00:00+01:00", "24 h"),
        (["00:00+01:00", "01:00+01:00", "03:00+02:00", "04:00+02:00"], "00:00:00+01:00", "4 h"),
        (["00:00", "01:00", "03:00", "04:00"], "06:00:00+02:00", "12 h"),
        (["00:00", "01:00", "03:00", "04:00"], "00:00:00+01:00", "2 h"),
    ],
    ids=["no hour missing", "offsets stated", "before the start", "after the end"],
)
def test_nothing_is_told_where_no_row_is_late(
    tmp_path: Path, hours: list[str], start: str, horizon: str
) -> None:
    csv = night("grid", FORWARD, hours)
    assert told(asked(tmp_path, "grid", csv, f"{FORWARD}T{start}", horizon)) == []


@pytest.mark.parametrize("kind", HEADS)
def test_an_hour_that_comes_twice_is_refused_with_the_cure(tmp_path: Path, kind: str) -> None:
    csv = night(kind, BACK, ["00:00", "01:00", "02:00", "02:00", "03:00", "04:00"])
    with pytest.raises(InputError, match=r"file\.csv:5.*02:00.*(\n.*)*write each time with its"):
        twin.check(asked(tmp_path, kind, csv, f"{BACK}T00:00:00+02:00"))


def test_both_hours_of_two_pay_their_own_price(tmp_path: Path) -> None:
    """A night of 25 hours, as in findings/the_hour_that_takes_two.sh, with its offsets."""
    hours = [f"{hour:02d}:00+02:00" for hour in range(3)]
    hours += [f"{hour:02d}:00+01:00" for hour in range(2, 24)]
    rows = [f"{BACK}T{hour},{ROWS['grid']}" for hour in hours]
    rows[2] = rows[2].replace(",0.1,", ",1.0,")
    csv = "\n".join([HEADS["grid"], *rows]) + "\n"
    path = asked(tmp_path, "grid", csv, f"{BACK}T00:00:00+02:00", "25 h")
    result = twin.run(path)
    power = result.frame("site")
    at_two = power.time_s.between(7200.0, 10800.0, inclusive="right")
    joules = power.utility_power_w * power.time_s.diff().fillna(power.time_s.iloc[0])
    usd = (joules * at_two.map({True: 1.0, False: 0.1})).sum() / 3.6e6
    assert result.summary["cost_usd"] == pytest.approx(usd, rel=1e-9)
