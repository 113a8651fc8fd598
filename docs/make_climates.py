"""Makes the shipped climates from hourly weather of typical years: run it as a program.

    python docs/make_climates.py HOURLY.csv.gz PLACE.epw ...

The table has a row an hour, from the hour that ends at 01:00 on the first of January, and columns
`zNAME_dry_bulb_degc`, `zNAME_wet_bulb_degc`, `zNAME_rh_frac`, `zNAME_pressure_pa` a climate zone.
Written are the numbers of `twin/data/climates.csv` (two cosines by least squares),
`twin/data/typical_years.npz` (turning points, see `twin/catalogue/typical_years.py`), and the
moments that the tests hold the rows against. Places outside of the United States come from EPW
files named as in PLACES, whose hours are not ours to ship: their row and their moments are made, no
turning points. What is not named on the command line stays as it was.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from twin.physics import psychrometrics
from twin.scenario.series import YearOfAir, year_of_file

ROOT = Path(__file__).parents[1]
CLIMATES = ROOT / "twin/data/climates.csv"
MOMENTS = ROOT / "tests/data/cooling/climate_moments.csv"
ZONES = {
    "miami": "1A", "houston": "2A", "phoenix": "2B", "atlanta": "3A", "las_vegas": "3B",
    "san_francisco": "3C", "baltimore": "4A", "albuquerque": "4B", "seattle": "4C",
    "chicago": "5A", "denver": "5B", "minneapolis": "6A", "helena": "6B", "duluth": "7",
    "fairbanks": "8",
}  # fmt: skip
PLACES = {
    "SWE_ST_Stockholm.Arlanda.AP.024600_TMYx.2007-2021": ("stockholm", "Arlanda airport", 59.6),
    "GBR_ENG_London.City.AP.037683_TMYx.2007-2021": ("london", "City airport", 51.5),
    "SGP_SG_Singapore-Changi.Intl.AP.486980_TMYx.2009-2023": ("singapore", "Changi airport", 1.4),
}
"""Names of EPW files (without the ending), and what stands for them here: name, station,
latitude.
"""
LATITUDES = {"albuquerque": 35.0, "helena": 46.6, "duluth": 46.8}
"""Of rows that are new; the others keep theirs."""
WITHIN_K = 0.5
"""Every hour of the year lies this close to the straight lines between turning points."""
HOURS = np.arange(1.0, 8761.0)
"""The first row ends at 01:00."""
BY_CHAPTER_1 = "wet bulb by ASHRAE Fundamentals 2017 chapter 1"
YEAR_RAD = 2 * np.pi * HOURS / 8760.0
DAY_RAD = 2 * np.pi * HOURS / 24.0


def fitted(dry: np.ndarray, wet: np.ndarray) -> dict[str, float]:
    """The numbers of a climate: two cosines around the mean, the wet bulb's in step with the dry
    bulb's.
    """
    waves = [np.cos(YEAR_RAD), np.sin(YEAR_RAD), np.cos(DAY_RAD), np.sin(DAY_RAD)]
    basis = np.column_stack([np.ones(HOURS.size), *waves])
    c = np.linalg.lstsq(basis, dry, rcond=None)[0]
    season_rad = np.arctan2(c[2], c[1]) % (2 * np.pi)
    day_rad = np.arctan2(c[4], c[3]) % (2 * np.pi)
    in_step = np.column_stack(
        [np.ones(HOURS.size), np.cos(YEAR_RAD - season_rad), np.cos(DAY_RAD - day_rad)]
    )
    w = np.linalg.lstsq(in_step, wet, rcond=None)[0]
    return {
        "dry_bulb_mean_degc": round(c[0], 2),
        "dry_bulb_season_k": round(float(np.hypot(c[1], c[2])), 2),
        "dry_bulb_day_k": round(float(np.hypot(c[3], c[4])), 2),
        "wet_bulb_mean_degc": round(w[0], 2),
        "wet_bulb_season_k": round(w[1], 2),
        "wet_bulb_day_k": round(w[2], 2),
        "wet_bulb_min_gap_k": round(float(np.percentile(dry - wet, 5)), 2),
        "hottest_day_of_year": round(season_rad / (2 * np.pi) * 365, 2),
        "hottest_hour": round(day_rad / (2 * np.pi) * 24, 2),
        "dry_bulb_max_degc": dry.max(),
        "wet_bulb_max_degc": wet.max(),
        "dry_bulb_rms_k": round(float(np.std(dry - basis @ c)), 2),
        "wet_bulb_rms_k": round(float(np.std(wet - in_step @ w)), 2),
    }


def turning_points(air: np.ndarray) -> np.ndarray:
    """Rows (kept,) of a table (row, column) between which straight lines miss no row by more than
    WITHIN_K in any column: Ramer, Douglas and Peucker. The extremes of every column are kept.
    """
    kept = {0, len(air) - 1, *air.argmax(axis=0).tolist(), *air.argmin(axis=0).tolist()}
    spans = list(zip(sorted(kept)[:-1], sorted(kept)[1:], strict=True))
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        share = np.arange(1, last - first)[:, None] / (last - first)
        line = air[first] * (1 - share) + air[last] * share
        miss = np.abs(air[first + 1 : last] - line).max(axis=1)
        worst = first + 1 + int(miss.argmax())
        if miss.max() > WITHIN_K:
            kept.add(worst)
            spans += [(first, worst), (worst, last)]
    return np.array(sorted(kept))


def moments(name: str, zone: str, bulb: str, values: np.ndarray, source: str) -> dict[str, object]:
    """What the tests hold a row against."""
    return {
        "climate": name, "zone": zone, "bulb": bulb, "hours": values.size,
        "max_degc": values.max(), "mean_degc": round(values.mean(), 9),
        "mean_square_k2": round((values**2).mean(), 9),
        "year_cos_k": round((values * np.cos(YEAR_RAD)).mean(), 9),
        "year_sin_k": round((values * np.sin(YEAR_RAD)).mean(), 9),
        "day_cos_k": round((values * np.cos(DAY_RAD)).mean(), 9),
        "day_sin_k": round((values * np.sin(DAY_RAD)).mean(), 9),
        "source": source,
    }  # fmt: skip


def row_of(name: str, zone: str, hourly: pd.DataFrame, latitude: float) -> dict[str, object]:
    """The catalogue row of a climate zone."""
    dry, wet = bulbs(zone, hourly)
    numbers = fitted(dry, wet)
    return {
        "name": name,
        "latitude_deg": latitude,
        "pressure_pa": round(hourly[f"z{zone}_pressure_pa"].mean()),
        **numbers,
        "status": "published",
        "accessed": "2026-11-24",
        "source": f"US climate zone {zone}, TMY3 hourly (US government data); {BY_CHAPTER_1}, "
        "below freezing from humidity over water",
        "note": f"{left_by(numbers)} City inferred from the zone.",
    }


def left_by(numbers: dict[str, float]) -> str:
    """What a row says of its fit."""
    return (
        "Least squares over 8,760 h, whose first ends at 01:00; leaves "
        f"{numbers['dry_bulb_rms_k']:.1f} K rms of dry bulb and "
        f"{numbers['wet_bulb_rms_k']:.1f} K of wet bulb unexplained."
    )


def place_of(path: Path) -> tuple[dict[str, object], list[dict[str, object]]]:
    """The catalogue row of an EPW file of PLACES, and the moments of its bulbs. Wet bulbs are
    rounded to tenths of a kelvin, as those of the zones are.
    """
    name, station, latitude = PLACES[path.stem]
    year: YearOfAir = year_of_file(path)
    both = {"dry_bulb": year.dry_bulb_degc, "wet_bulb": year.wet_bulb_degc.round(1)}
    numbers = fitted(**{bulb.removesuffix("_bulb"): values for bulb, values in both.items()})
    source = f"{path.stem} (climate.onebuilding.org), typical year of NOAA ISD records"
    row = {
        "name": name,
        "latitude_deg": latitude,
        "pressure_pa": round(year.pressure_pa.mean()),
        **numbers,
        **design_of(year),
        "status": "published",
        "accessed": "2026-11-30",
        "source": f"{source}; {BY_CHAPTER_1}",
        "note": f"{left_by(numbers)} Station: {station}. "
        "Its hours do not ship: a year is two cosines.",
    }
    return row, [moments(name, "", bulb, values, source) for bulb, values in both.items()]


def design_of(year: YearOfAir) -> dict[str, str]:
    """Design conditions of the station in the header of an EPW file (ASHRAE, many years)."""
    assert year.design is not None, year.design_says
    of = year.design.values_degc
    percents = ("0.4", "1", "2")
    return {
        "cooling_design_degc": listed(t for p in percents for t in of[f"cooling_{p}"]),
        "wet_bulb_design_degc": listed(t for p in percents for t in of[f"wet_bulb_{p}"][::-1]),
        "heating_design_degc": listed(of[f"heating_{p}"][0] for p in ("99.6", "99")),
        "design_range_k": f"{year.design.range_k:.1f}",
    }


def listed(temperatures_degc: Iterable[float | None]) -> str:
    """Numbers of one cell."""
    return " ".join(f"{one:.1f}" for one in temperatures_degc if one is not None)


def bulbs(zone: str, hourly: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Dry and wet bulbs (8760,) of a zone.

    The table's wet bulbs take its humidity over ice below freezing, where stations state it over
    water; those hours are worked out anew from the humidity, rounded to tenths as the others are.
    """
    dry, wet, humid_frac, pascal = (
        hourly[f"z{zone}_{column}"].to_numpy(dtype=float)
        for column in ("dry_bulb_degc", "wet_bulb_degc", "rh_frac", "pressure_pa")
    )
    vapour_pa = humid_frac * psychrometrics.saturation_over_water_pa(dry)
    made = np.minimum(psychrometrics.wet_bulb_degc(dry, vapour_pa, pascal).round(1), dry)
    return dry, np.where((dry < 0) | (wet < 0), made, wet)


def steps_of(name: str, dry: np.ndarray, wet: np.ndarray) -> dict[str, np.ndarray]:
    """Turning points as steps in hours and rises in tenths of a kelvin."""
    air = np.column_stack([dry, wet])
    kept = turning_points(air)
    deci = np.round(air[kept] * 10).astype(int)
    return {
        f"{name}_steps_h": np.diff(kept + 1, prepend=0).astype(np.uint8),
        f"{name}_rises_dk": np.diff(deci, axis=0, prepend=0).astype(np.int16),
    }


def zones_of(hourly: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows and moments of all zones; their turning points are written."""
    latitudes = {**LATITUDES, **pd.read_csv(CLIMATES).set_index("name").latitude_deg.to_dict()}
    rows = [row_of(name, zone, hourly, latitudes[name]) for name, zone in ZONES.items()]
    tests: list[dict[str, object]] = []
    years: dict[str, np.ndarray] = {}
    for name, zone in ZONES.items():
        both = dict(zip(("dry_bulb", "wet_bulb"), bulbs(zone, hourly), strict=True))
        source = f"TMY3 hourly (US government data), climate zone {zone}"
        tests += [moments(name, zone, bulb, values, source) for bulb, values in both.items()]
        years |= steps_of(name, both["dry_bulb"], both["wet_bulb"])
    np.savez_compressed(ROOT / "twin/data/typical_years.npz", **years)
    return pd.DataFrame(rows), pd.DataFrame(tests)


def put(path: Path, made: pd.DataFrame, key: str) -> None:
    """Write a table with the rows made, in the places of those that they replace."""
    table = pd.read_csv(path, keep_default_na=False)
    order = list(dict.fromkeys([*table[key], *made[key]]))
    kept = pd.concat([table[~table[key].isin(made[key])], made])
    kept.sort_values(key, key=lambda names: names.map(order.index), kind="stable").to_csv(
        path, index=False
    )


def main() -> None:
    """Everything anew from the files named on the command line."""
    for path in map(Path, sys.argv[1:]):
        if path.suffix == ".epw":
            row, tests = place_of(path)
            put(CLIMATES, pd.DataFrame([row]), "name")
            put(MOMENTS, pd.DataFrame(tests), "climate")
        else:
            rows, zones = zones_of(pd.read_csv(path))
            put(CLIMATES, rows, "name")
            put(MOMENTS, zones, "climate")


if __name__ == "__main__":
    main()
