"""Weather files through the front door: EPW and CSV, gaps, codes for missing values, too few rows.

The values are those of a case that was worked out by hand (15 and 16 July, 52° N, invented), with
wet bulbs by ASHRAE Fundamentals 2017, chapter 1, eq. 33.
"""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import yaml
from conftest import small_layout

import twin
from twin import InputError
from twin.physics.psychrometrics import wet_bulb_degc
from twin.scenario.series import read_weather

HOUR_S = 3600.0
HEADER = """\
LOCATION,Kleinhaven,-,XXX,self-made,000000,52.0,5.0,{zone},{elevation}
DESIGN CONDITIONS,0
TYPICAL/EXTREME PERIODS,0
GROUND TEMPERATURES,0
HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0
COMMENTS 1,invented
COMMENTS 2,
DATA PERIODS,1,1,Data,Wednesday, 7/15, 7/17
"""
CSV = "time_s,dry_bulb_degc,wet_bulb_degc\n"


def epw_line(
    month: int,
    day: int,
    hour: int,
    dry: object,
    rh: object = 60,
    pa: object = 100_800,
    dew: object = 99.9,
) -> str:
    """One record as the format has it, with its 35 fields."""
    return f"2019,{month},{day},{hour},60,?9?9,{dry},{dew},{rh},{pa}" + ",0" * 25


def epw(records: list[str], zone: float = 1.0, elevation: float = 2.0) -> str:
    return HEADER.format(zone=zone, elevation=elevation) + "\n".join(records) + "\n"


def two_days(**changes: str) -> list[str]:
    """Records of 14 to 16 July: the dry bulb is the hour of the day, 14 July is 5 K colder."""
    records = {
        f"{day}_{hour}": epw_line(7, day, hour, hour + (0 if day > 14 else -5))
        for day in (14, 15, 16)
        for hour in range(1, 25)
    }
    return [line for line in {**records, **changes}.values() if line]


def project(
    folder: Path,
    content: str | bytes,
    name: str = "site.epw",
    start: str = "2026-07-15T06:00:00+01:00",
    horizon: str = "12 h",
) -> Path:
    folder.mkdir(exist_ok=True)
    raw = content if isinstance(content, bytes) else content.encode()
    (folder / name).write_bytes(raw)
    asked = {
        "version": 1, "name": "probe", "layout": small_layout(),
        "site": {"climate": {"file": name}, "grid": "ireland"}, "start": start, "horizon": horizon,
        "outputs": {"period": "1 h"},
    }  # fmt: skip
    path = folder / "probe.yaml"
    path.write_text(yaml.safe_dump(asked))
    return path


def site(path: Path) -> dict[float, tuple[float, float]]:
    """Dry and wet bulb by hour after the start."""
    table = twin.run(path).frame("site")
    rows = zip(table["time_s"], table["dry_bulb_degc"], table["wet_bulb_degc"], strict=True)
    return {time_s / HOUR_S: (dry, wet) for time_s, dry, wet in rows}


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        twin.build(twin.load(path))
    return str(caught.value)


def test_a_record_of_hour_h_holds_at_h(tmp_path: Path) -> None:
    found = site(project(tmp_path, epw(two_days())))
    assert found[1.0][0] == pytest.approx(7.0)
    assert found[12.0][0] == pytest.approx(18.0)


def test_hours_are_local_standard_time_of_the_file(tmp_path: Path) -> None:
    """06:00 summer time (+02:00) is 05:00 of a file of UTC+1; the year is not looked at."""
    found = site(project(tmp_path, epw(two_days()), start="2031-07-15T06:00:00+02:00"))
    assert found[1.0][0] == pytest.approx(6.0)


def test_midnight_belongs_to_the_day_that_ends(tmp_path: Path) -> None:
    start = "2026-07-14T20:00:00+01:00"
    found = site(project(tmp_path, epw(two_days()), start=start, horizon="6 h"))
    assert found[4.0][0] == pytest.approx(24.0 - 5.0)
    assert found[5.0][0] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("dry", "rh", "wet"),
    [(14.1, 76, 11.73), (23.9, 48, 16.66), (25.8, 43, 17.34), (14.0, 82, 12.24)],
)
def test_wet_bulbs_are_those_of_the_handbook(
    tmp_path: Path, dry: float, rh: int, wet: float
) -> None:
    records = [epw_line(7, day, hour, dry, rh) for day in (15, 16) for hour in range(1, 25)]
    found = site(project(tmp_path, epw(records), horizon="2 h"))
    assert found[1.0] == (pytest.approx(dry), pytest.approx(wet, abs=0.15))


def test_a_missing_dry_bulb_is_filled_and_told_with_its_line(tmp_path: Path) -> None:
    records = two_days(**{"15_10": epw_line(7, 15, 10, 99.9)})
    path = project(tmp_path, epw(records))
    result = twin.run(path)
    assert result.frame("site")["dry_bulb_degc"].max() < 20
    (said,) = (text for text in result.meta["warnings"] if "site.epw" in text)
    assert said.startswith("probe.yaml:")
    assert "site.climate.file: site.epw:42: the dry bulb is missing" in said
    assert site(path)[4.0][0] == pytest.approx(10.0)


def test_humidity_may_come_from_the_dew_point_and_pressure_from_the_height(tmp_path: Path) -> None:
    records = [
        epw_line(7, day, hour, 20.0, 999, 999_999, 10.0)
        for day in (15, 16)
        for hour in range(1, 25)
    ]
    result = twin.run(project(tmp_path, epw(records, elevation=1500.0), horizon="2 h"))
    assert result.frame("site")["wet_bulb_degc"].iloc[0] == pytest.approx(13.6, abs=0.2)
    assert any("84,556 Pa" in text and "site.epw:" in text for text in result.meta["warnings"])


def test_records_that_are_not_there_are_told_and_long_gaps_refused(tmp_path: Path) -> None:
    few = two_days(**{f"15_{hour}": "" for hour in (9, 10, 11)})
    result = twin.run(project(tmp_path / "a", epw(few)))
    assert any("no record for 3 h before it" in text for text in result.meta["warnings"])
    many = two_days(**{f"15_{hour}": "" for hour in range(8, 16)})
    assert "no usable record for 9 h before this one" in refused(project(tmp_path / "b", epw(many)))


def test_a_file_of_other_days_is_refused(tmp_path: Path) -> None:
    error = refused(project(tmp_path, epw(two_days()), start="2026-12-15T06:00:00+01:00"))
    assert "no usable record between 15 Dec 06:00" in error


def test_a_run_past_the_end_of_the_file_is_refused_with_the_hours(tmp_path: Path) -> None:
    error = refused(project(tmp_path, epw(two_days()), horizon="96 h"))
    assert "end at 42 h of a run of 96 h: 54 h lie past the last row" in error


def test_a_leap_day_that_the_file_lacks_is_that_of_the_day_before(tmp_path: Path) -> None:
    records = [
        epw_line(month, day, hour, 10.0 * month + day / 10)
        for month, day in ((2, 27), (2, 28), (3, 1), (3, 2))
        for hour in range(1, 25)
    ]
    path = project(tmp_path, epw(records), start="2028-02-28T12:00:00+01:00", horizon="36 h")
    assert site(path)[24.0][0] == pytest.approx(22.8)
    plain = project(tmp_path, epw(records), start="2027-02-28T12:00:00+01:00", horizon="24 h")
    assert site(plain)[24.0][0] == pytest.approx(33.1 - 3.0)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2019,7,15,10,60,?,warm,1,60,100800", "a dry bulb from -70 to 70 °C"),
        ("2019,7,15,10,60,?,-80,1,60,100800", "a dry bulb from -70 to 70 °C"),
        ("2019,7,15,25,60,?,20,1,60,100800", "hours from 1 to 24"),
        ("2019,13,15,10,60,?,20,1,60,100800", "of the calendar"),
        ("2019,7,15,10", "at least ten fields"),
        ("2019,7,15,10,60,?,20,1,60,50", "a pressure from"),
    ],
)
def test_broken_records_are_refused_at_their_line(tmp_path: Path, line: str, said: str) -> None:
    error = refused(project(tmp_path, epw(two_days(**{"15_10": line}))))
    assert "site.epw:42:1" in error
    assert said in error


@pytest.mark.parametrize(
    ("content", "said"),
    [("LOCATION,x\n", "the ninth is "
                      "the offset"), (HEADER.format(zone=1, elevation=2), "no records"),
     (HEADER.format(zone=1, elevation=2).partition("DATA")[0], "DATA PERIODS")],
)  # fmt: skip
def test_broken_headers_are_refused(tmp_path: Path, content: str, said: str) -> None:
    assert said in refused(project(tmp_path, content))


def csv_rows(hours: int, **changes: str) -> str:
    rows = {str(h): f"{h * 3600},{10 + h},{8 + h / 2}" for h in range(hours + 1)}
    return CSV + "\n".join(row for row in {**rows, **changes}.values() if row) + "\n"


@pytest.mark.parametrize("code", ["99.9", "999", "-999", "-9999", "", "NA", "nan"])
def test_codes_for_missing_values_are_refused_at_their_line(tmp_path: Path, code: str) -> None:
    error = refused(project(tmp_path, csv_rows(12, **{"5": f"18000,{code},12"}), "gap.csv"))
    assert "gap.csv:7:1" in error
    assert "missing value" in error


def test_a_row_left_out_is_bridged_and_told(tmp_path: Path) -> None:
    path = project(tmp_path, csv_rows(12, **{"5": "", "6": ""}), "gap.csv")
    assert site(path)[5.0][0] == pytest.approx(15.0)
    warnings = twin.run(path).meta["warnings"]
    said = "gap.csv:7: no rows between 4 h and 7 h; a straight line stands for them"
    assert any(text.endswith(said) for text in warnings)


def test_air_that_leaps_is_told_with_its_row_and_taken(tmp_path: Path) -> None:
    """41.8 °C that passed the end of its packing of 60 K is -18.2 °C when it is read again."""
    hot = {"8": "28800,-18.2,-18.5", "9": "32400,-17.9,-18.1"}
    path = project(tmp_path, csv_rows(12, **hot), "packed.csv")
    (said,) = (text for text in twin.run(path).meta["warnings"] if "packed.csv" in text)
    assert "packed.csv:12: the dry bulb leaps from -17.9 to 20 °C" in said
    assert "and 1 more like it" in said
    assert site(path)[8.0][0] == pytest.approx(-18.2)


def test_a_front_of_a_day_is_no_leap(tmp_path: Path) -> None:
    rows = {str(h): f"{h * 10800},{20 - 10 * h},{15 - 10 * h}" for h in range(5)}
    path = project(tmp_path, CSV + "\n".join(rows.values()) + "\n", "front.csv", horizon="12 h")
    assert not [text for text in twin.run(path).meta["warnings"] if "leaps" in text]


def both(dry_degc: float, wet_degc: float, moist: str, name: str, pressure: str = "") -> str:
    """Half a day of one air whose wet bulb and moisture are both stated."""
    rows = [f"{h * 3600},{dry_degc},{wet_degc},{moist}{pressure}" for h in range(13)]
    more = ",pressure_pa" if pressure else ""
    return f"time_s,dry_bulb_degc,wet_bulb_degc,{name}{more}\n" + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("content", "gives"),
    [
        (both(45.0, 18.0, "0.05", "relative_humidity_frac"), "gives 18.90 °C"),
        (both(45.0, 18.0, "-3.29", "dew_point_degc"), "gives 18.90 °C"),
        (both(45.0, 18.9, "0.05", "relative_humidity_frac", ",83000"), "gives 17.19 °C"),
    ],
)
def test_a_wet_bulb_of_meteorology_is_told(tmp_path: Path, content: str, gives: str) -> None:
    path = project(tmp_path, content, "desert.csv")
    (said,) = (text for text in twin.run(path).meta["warnings"] if "desert.csv:2" in text)
    assert gives in said
    assert "psychrometric" in said
    stated = float(content.splitlines()[1].split(",")[2])
    assert site(path)[5.0][1] == pytest.approx(stated)


@pytest.mark.parametrize(
    ("wet", "pressure", "cause"),
    [
        (19.302, ",77000", "17.44 °C; the stated one is taken. It has to be psychrometric, at the"),
        (19.302, ",77000", "a formula of sea level (Stull's) is higher at height"),
        (18.3, "", "Normand's rule is lower in hot, dry air"),
    ],
)
def test_the_likely_cause_of_another_wet_bulb_is_told(
    tmp_path: Path, wet: float, pressure: str, cause: str
) -> None:
    """19.302 °C is what Stull's formula has for 35 °C and 20 %, which holds at sea level only."""
    content = both(35.0, wet, "0.2", "relative_humidity_frac", pressure)
    path = project(tmp_path, content, "height.csv")
    (said,) = (text for text in twin.run(path).meta["warnings"] if "height.csv:2" in text)
    assert cause in said


@pytest.mark.parametrize("moist", ["0.05", ""])
def test_a_wet_bulb_that_agrees_or_stands_by_a_gap_is_not(tmp_path: Path, moist: str) -> None:
    content = both(45.0, 18.9, moist, "relative_humidity_frac")
    path = project(tmp_path, content, "desert.csv")
    assert not [text for text in twin.run(path).meta["warnings"] if "desert.csv" in text]


def test_a_file_shorter_than_the_run_is_refused(tmp_path: Path) -> None:
    error = refused(project(tmp_path, csv_rows(6), "short.csv", horizon="24 h"))
    assert "probe.yaml" in error
    assert "18 h lie past the last row" in error
    twin.build(twin.load(project(tmp_path, csv_rows(23), "day.csv", horizon="24 h")))


def test_a_file_that_begins_after_the_start_is_refused(tmp_path: Path) -> None:
    rows = CSV + "".join(f"{h * 3600},10,8\n" for h in range(4, 14))
    assert "begin at 4 h" in refused(project(tmp_path, rows, "late.csv"))


def test_the_mark_of_a_spreadsheet_is_taken(tmp_path: Path) -> None:
    marked = b"\xef\xbb\xbf" + csv_rows(12).replace("\n", "\r\n").encode()
    assert site(project(tmp_path, marked, "excel.csv"))[5.0][0] == pytest.approx(15.0)
    records = b"\xef\xbb\xbf" + epw(two_days()).encode()
    assert site(project(tmp_path, records))[1.0][0] == pytest.approx(7.0)


def test_times_may_be_dates(tmp_path: Path) -> None:
    """Without an offset a time is on the clock of the scenario's start."""
    text = "time,dry_bulb_degc,wet_bulb_degc\n"
    text += "".join(f"2026-07-15T{h:02}:00:00,{h},{h / 2}\n" for h in range(24))
    path = project(tmp_path, text, "dates.csv")
    assert site(path)[1.0][0] == pytest.approx(7.0)


def test_other_separators_are_named(tmp_path: Path) -> None:
    error = refused(project(tmp_path, csv_rows(12).replace(",", ";"), "semi.csv"))
    assert "separate columns by commas, not by ';'" in error


def test_a_value_without_a_name_is_refused_at_its_line(tmp_path: Path) -> None:
    """Such as 10,5 for 10.5, which read as 10 and 5 °C; empty ones at the end of a row pass."""
    error = refused(project(tmp_path, csv_rows(12, **{"4": "14400,14,5,10"}), "marks.csv"))
    assert "marks.csv:6:1: found 4 values; allowed: 3, as line 1 has names" in error
    assert "write decimals with a point" in error
    trailed = csv_rows(12).replace("\n", ",\n").replace("degc,\n", "degc\n")
    assert site(project(tmp_path, trailed, "trailed.csv"))[5.0][0] == pytest.approx(15.0)


def test_two_years_in_one_file_are_refused(tmp_path: Path) -> None:
    error = refused(project(tmp_path, epw([*two_days(), epw_line(7, 15, 4, 30.0)])))
    assert "line 36 has this one already" in error
    assert "Keep one year a file" in error


@pytest.mark.parametrize(("zone", "elevation"), [("nan", "2"), ("99", "2"), ("1", "nan")])
def test_headers_that_are_no_numbers_are_refused(tmp_path: Path, zone: str, elevation: str) -> None:
    text = HEADER.format(zone=zone, elevation=elevation) + "\n".join(two_days()) + "\n"
    assert "site.epw:1:1" in refused(project(tmp_path, text))


BAD = (
    b"nan",
    b"inf",
    b"-1e308",
    b"9" * 400,
    b",",
    b"\n",
    b"\r",
    b'"',
    b"\x00",
    b"\xff",
    b"",
    b"1e400",
    b"2026-02-30",
    b"LOCATION",
    b"time",
    b"1_0",
    "\u0661".encode(),
)


@pytest.mark.parametrize("seed", range(60))
def test_mutated_files_give_weather_or_are_refused(seed: int) -> None:
    """Whatever stands in a file, rows are finite and in order, or every problem is an
    InputError's.
    """
    draw = random.Random(seed)
    start = datetime.fromisoformat("2026-07-15T06:00:00+01:00")
    for good in (epw(two_days()).encode(), csv_rows(24).encode()):
        data = bytearray(good)
        for _ in range(draw.randint(1, 4)):
            at = draw.randrange(len(data))
            data[at : at + draw.randint(0, 12)] = draw.choice(BAD)
        try:
            rows = read_weather(bytes(data), Path("site.epw"), start, 86_400.0)
        except InputError:
            continue
        assert np.isfinite([rows.time_s, rows.dry_bulb_degc, rows.wet_bulb_degc]).all()
        assert (np.diff(rows.time_s) > 0).all()
        assert (rows.wet_bulb_degc <= rows.dry_bulb_degc + 1e-9).all()


OVER_WATER = (17.62, 243.12)
OVER_ICE = (22.46, 272.62)
"""Magnus: 611.2 Pa * exp(a t / (b + t)), WMO-No. 8, annex 4.B."""


def magnus_pa(degc: float, law: tuple[float, float]) -> float:
    return float(611.2 * np.exp(law[0] * degc / (law[1] + degc)))


def magnus_degc(pressure_pa: float, law: tuple[float, float]) -> float:
    log = np.log(pressure_pa / 611.2)
    return float(law[1] * log / (law[0] - log))


def cold_day(law: tuple[float, float], columns: str) -> list[str]:
    """Air from -22 to -8 °C with 0.7 of what ice lets it hold, stated over one of the two."""
    records = []
    for hour in range(1, 25):
        dry = -22.0 + 14.0 * hour / 24
        vapour_pa = 0.7 * magnus_pa(dry, OVER_ICE)
        humid = round(100 * vapour_pa / magnus_pa(dry, law)) if "humid" in columns else 999
        dew = round(magnus_degc(vapour_pa, law), 1) if "dew" in columns else 99.9
        records.append(epw_line(7, 15, hour, round(dry, 1), humid, dew=dew))
    return records


def cold_site(
    folder: Path, law: tuple[float, float], columns: str
) -> dict[float, tuple[float, float]]:
    days = [line.replace("2019,7,15", f"2019,7,{day}") for day in (14, 15, 16)
            for line in cold_day(law, columns)]  # fmt: skip
    return site(project(folder, epw(days), horizon="20 h"))


def test_one_air_stated_over_water_or_over_ice_is_one_wet_bulb(tmp_path: Path) -> None:
    """The columns of a file agree by one of the two laws, and it is read by that one."""
    water = cold_site(tmp_path / "water", OVER_WATER, "dew and humid")
    ice = cold_site(tmp_path / "ice", OVER_ICE, "dew and humid")
    for hour in (3.0, 10.0, 19.0):
        assert water[hour] == pytest.approx(ice[hour], abs=0.04)


@pytest.mark.parametrize("columns", ["dew", "humid"])
def test_one_column_in_the_cold_is_over_water(tmp_path: Path, columns: str) -> None:
    both = cold_site(tmp_path / "both", OVER_WATER, "dew and humid")
    one = cold_site(tmp_path / "one", OVER_WATER, columns)
    over_ice = cold_site(tmp_path / "ice", OVER_ICE, columns)
    assert one[10.0] == pytest.approx(both[10.0], abs=0.04)
    assert over_ice[10.0][1] > one[10.0][1] + 0.05


def test_humidity_of_a_csv_in_the_cold_is_over_water(tmp_path: Path) -> None:
    humid_frac = 0.7 * magnus_pa(-15.0, OVER_ICE) / magnus_pa(-15.0, OVER_WATER)
    rows = "".join(f"{hour},-15.0,{humid_frac:.4f}\n" for hour in range(25))
    text = "hour,dry_bulb_degc,relative_humidity_frac\n" + rows
    found = site(project(tmp_path, text, name="site.csv", horizon="20 h"))
    vapour_pa = np.array([0.7 * magnus_pa(-15.0, OVER_ICE)])
    wet = wet_bulb_degc(np.array([-15.0]), vapour_pa, np.array([101_325.0]))
    assert found[10.0][1] == pytest.approx(float(wet[0]), abs=0.03)
