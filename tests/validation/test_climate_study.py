"""PUE and WUE of ten kinds of facility in eight US climate zones, against the published 5 to 95 %.

Lei and Masanet 2022 (Resour. Conserv. Recycl. 182:106323). Inputs stand in the middle of the
study's ranges; no constant is set by zone. Two of 160 values lie outside, both below: small
air-cooled chillers in Miami and Phoenix, whose coefficient of performance the study's regression
puts near 1.8 at 25 °C outdoors; no machine of EnergyPlus' data set is as poor.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import twin
from twin.catalogue.facility_types import TYPES
from twin.scenario.series import YearOfAir

SHARED = Path(__file__).parents[3] / "shared" / "data" / "cooling"
BELOW = {(9, "1A", "pue"), (9, "2B", "pue")}
RANK = 0.92
"""Of PUE across zones; 0.95 and more in nine systems of ten."""

pytestmark = pytest.mark.skipif(
    not (SHARED / "lei_masanet_pue_wue.csv").exists(), reason="the published table is not here"
)


@cache
def published() -> pd.DataFrame:
    return pd.read_csv(SHARED / "lei_masanet_pue_wue.csv", dtype={"zone": str})


@cache
def year(zone: str) -> YearOfAir:
    hourly = pd.read_csv(SHARED / "weather_us_zones_hourly.csv.gz")
    columns = ("dry_bulb_degc", "wet_bulb_degc", "pressure_pa")
    air = (hourly[f"z{zone}_{column}"].to_numpy(dtype=float) for column in columns)
    return YearOfAir(*air, name=zone)


@cache
def answers(case: int) -> pd.DataFrame:
    """One row a zone: what is published, and PUE and WUE as found."""
    rows = published()[published().case == case].copy()
    name = f"{rows.size_class.iloc[0]} {rows.cooling_system.iloc[0]}"
    found = [twin.climate(name, year(zone)) for zone in rows.zone]
    return rows.assign(pue=[f.pue for f in found], wue=[f.wue_l_per_kwh for f in found])


@pytest.mark.parametrize("case", range(1, 11))
def test_pue_and_wue_lie_in_the_published_band(case: int) -> None:
    outside = set()
    for row in answers(case).itertuples():
        if not row.pue_p05 <= row.pue <= row.pue_p95:
            outside.add((case, row.zone, "pue"))
        if not row.wue_l_per_kwh_p05 <= row.wue <= row.wue_l_per_kwh_p95:
            outside.add((case, row.zone, "wue"))
    assert outside <= BELOW


@pytest.mark.parametrize("case", range(1, 11))
def test_zones_rank_as_published(case: int) -> None:
    table = answers(case)
    middle = (table.pue_p05 + table.pue_p95) / 2
    ranks = np.corrcoef(middle.rank(), table.pue.rank())[0, 1]
    assert ranks >= (RANK if case == 6 else 0.95)


def test_what_the_documents_say_of_zones_that_change_places() -> None:
    """Three pairs of neighbours of `airside_air_midsize`, the colder of each dearer here, and thin
    air is not why: at sea level they stay, and other systems rank worse.
    """
    table = answers(6).assign(middle=lambda t: (t.pue_p05 + t.pue_p95) / 2)
    assert table.sort_values("middle").zone.tolist() == [
        "8",
        "3C",
        "7",
        "6A",
        "5B",
        "4A",
        "2B",
        "1A",
    ]
    assert table.sort_values("pue").zone.tolist() == ["3C", "8", "6A", "7", "4A", "5B", "2B", "1A"]
    for case, rank in ((6, 0.93), (4, 0.55)):
        rows = answers(case)
        name = f"{rows.size_class.iloc[0]} {rows.cooling_system.iloc[0]}"
        low = [replace(year(zone), pressure_pa=np.full(8760, 101325.0)) for zone in rows.zone]
        pue = pd.Series([twin.climate(name, air).pue for air in low])
        middle = (rows.pue_p05 + rows.pue_p95).reset_index(drop=True)
        assert np.corrcoef(middle.rank(), pue.rank())[0, 1] == pytest.approx(rank, abs=0.01)


def test_every_input_of_the_published_table_is_an_input_here() -> None:
    ranges = pd.read_csv(SHARED / "lei_masanet_input_ranges.csv")
    for facility in TYPES:
        mine = {one.name: (one.low, one.high) for one in facility.inputs.values()}
        theirs = ranges[ranges.case == facility.case]
        assert mine == {r.parameter: (r.low, r.high) for r in theirs.itertuples()}
