"""Generating adequacy: against enumeration, and the published indices of the IEEE RTS-79."""

from __future__ import annotations

import json
import math
from itertools import product
from pathlib import Path

import pytest

import twin
from twin.cli import main

DATA = Path(__file__).parents[1] / "data" / "fault_tree"

# IEEE Reliability Test System, IEEE Trans. PAS-98 (1979), tables 1, 2, 3 and 6.
RTS_UNITS = (
    (12, 5, 0.02), (20, 4, 0.10), (50, 6, 0.01), (76, 4, 0.02), (100, 3, 0.04), (155, 4, 0.04),
    (197, 3, 0.05), (350, 1, 0.08), (400, 2, 0.12),
)  # fmt: skip
WEEKS = (
    "86.2 90.0 87.8 83.4 88.0 84.1 83.2 80.6 74.0 73.7 71.5 72.7 70.4 75.0 72.1 80.0 75.4 83.7 87.0"
    " 88.0 85.6 81.1 90.0 88.7 89.6 86.1 75.5 81.6 80.1 88.0 72.2 77.6 80.0 72.9 72.6 70.5 78.0"
    " 69.5 72.4 72.4 74.3 74.4 80.0 88.1 88.5 90.9 94.0 89.0 94.2 97.0 100.0 95.2"
)
DAYS = (93, 100, 98, 96, 94, 77, 75)
WINTER = (
    "67 63 60 59 59 60 74 86 95 96 96 95 95 95 93 94 99 100 100 96 91 83 73 63",
    "78 72 68 66 64 65 66 70 80 88 90 91 90 88 87 87 91 100 99 97 94 92 87 81",
)
SUMMER = (
    "64 60 58 56 56 58 64 76 87 95 99 100 99 100 100 97 96 96 93 92 92 93 87 72",
    "74 70 66 65 64 62 62 66 81 86 91 93 93 92 91 91 92 94 95 95 100 93 88 80",
)
BETWEEN = (
    "63 62 60 58 59 65 72 85 95 99 100 99 93 92 90 88 90 92 96 98 96 90 80 70",
    "75 73 69 66 65 65 68 74 83 89 92 94 91 90 90 86 85 88 92 100 97 95 90 85",
)


def rts_load_mw() -> list[float]:
    hours = []
    for week, weekly in enumerate(map(float, WEEKS.split()), 1):
        season = WINTER if week <= 8 or week >= 44 else SUMMER if 18 <= week <= 30 else BETWEEN
        for day, daily in enumerate(DAYS):
            shape = map(int, season[day >= 5].split())
            hours += [round(2850 * weekly * daily * hour * 1e-6, 9) for hour in shape]
    return hours


def files(folder: Path, units: str, load: str) -> tuple[str, str]:
    paths = (folder / "units.csv", folder / "load.csv")
    paths[0].write_text("capacity_mw,count,forced_outage_rate\n" + units, encoding="utf-8")
    paths[1].write_text("load_mw\n" + load, encoding="utf-8")
    return str(paths[0]), str(paths[1])


def test_the_published_reliability_test_system(tmp_path: Path) -> None:
    units = "".join(f"{c},{n},{q}\n" for c, n, q in RTS_UNITS)
    load = "".join(f"{v}\n" for v in rts_load_mw())
    found = twin.adequacy(*files(tmp_path, units, load))
    assert found.installed_mw == 3405
    assert found.lole_h == pytest.approx(9.394, abs=5e-3)
    assert found.loee_mwh == pytest.approx(1176, abs=1)


def test_against_enumeration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    units = [(0.7, 0.1), (0.7, 0.1), (1.25, 0.03), (2.4, 0.2)]
    loads = [0.0, 0.7, 1.4, 1.95, 3.1, 5.05, 6.0]
    paths = files(tmp_path, "0.7,2,0.1\n1.25,1,0.03\n2.4,1,0.2\n", "\n".join(map(str, loads)))
    assert main(["adequacy", *paths, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    hours = energy = peak = 0.0
    for up in product([True, False], repeat=4):
        share = math.prod(1 - q if on else q for on, (_, q) in zip(up, units, strict=True))
        have = sum(c for on, (c, _) in zip(up, units, strict=True) if on)
        short = [load - have for load in loads if load - have > 1e-9]
        hours += share * len(short)
        energy += share * sum(short)
        peak += share * (6.0 - have > 1e-9)
    assert found["lole_h"] == pytest.approx(hours, rel=1e-12)
    assert found["loee_mwh"] == pytest.approx(energy, rel=1e-12)
    assert found["lolp_at_peak"] == pytest.approx(peak, rel=1e-12)
    assert found["step_mw"] == 0.05


def test_textbook_units_of_the_docs() -> None:
    found = twin.adequacy(DATA / "units.csv", DATA / "load.csv")
    # 25 MW, 25 MW and 50 MW at 2 %: out of service 0 with 0.941192, 25 MW or less with 0.979608.
    assert found.lolp_at_peak == pytest.approx(1 - 0.941192, rel=1e-9)
    assert found.lole_h == pytest.approx(0.058808 + 0.020392 + 0.000792 + 0.000008, abs=1e-6)


@pytest.mark.parametrize(
    ("units", "load", "told"),
    [
        ("25,2,1.5\n", "9\n", "units.csv:2:1: forced_outage_rate: found '1.5'"),
        ("-25,2,0.5\n", "9\n", "capacity_mw"),
        ("25,2.5,0.5\n", "9\n", "a whole number"),
        ("25,2,0.5\n", "nine\n", "load.csv:2:1: load_mw: found 'nine'"),
        ("25,2,0.5\n", "", "no rows"),
        ("25,2,0.5\n", "1,234\n", "load.csv:2:1: found 2 values; allowed: 1, as"),
        ("25.0000001,2,0.5\n3,1,0.1\n", "9\n", "round the capacities"),
    ],
)
def test_wrong_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], units: str, load: str, told: str
) -> None:
    assert main(["adequacy", *files(tmp_path, units, load)]) == 2
    assert told in capsys.readouterr().err
