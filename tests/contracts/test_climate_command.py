"""`twin climate` and `twin.climate`: systems of the study, layouts, inputs, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import twin
from twin import InputError
from twin.catalogue import rows
from twin.catalogue.facility_types import TYPES, FacilityType
from twin.catalogue.rows import Climate
from twin.cli import main
from twin.scenario.series import YearOfAir, year_of_climate

ROOT = Path(__file__).parents[2]
LAYOUT = str(ROOT / "layouts" / "edge_200kw.yaml")


@pytest.mark.parametrize("facility", TYPES, ids=lambda one: one.key)
def test_every_system_answers_by_key_name_and_number(facility: FacilityType) -> None:
    by_key = twin.climate(facility.key, "baltimore")
    assert twin.climate(facility.name, "baltimore").pue == by_key.pue
    assert twin.climate(str(facility.case), "baltimore").pue == by_key.pue
    size = facility.size_class.split("-")[0]
    assert twin.climate(facility.cooling_system, "baltimore", size=size).pue == by_key.pue
    assert 1.0 < by_key.pue < 2.6
    assert by_key.pue == pytest.approx(sum(by_key.energy_kwh.values()) / by_key.it_kwh)


def test_the_document_has_what_is_promised(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["climate", "waterside_large", "chicago", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"pue", "wue_l_per_kwh", "energy_kwh", "water_l", "peak", "ashrae_90_4", "design_days",
            "inputs", "notes", "free_cooling_frac"} <= set(found)  # fmt: skip
    assert found["ashrae_90_4"]["mlc_annual"] < found["ashrae_90_4"]["mlc_design"]


def test_hours_are_dates_for_people_and_numbers_for_programs(capsys: Any) -> None:
    """Hour 4,719 is three in the afternoon of 16 July: 196 days and 15 hours."""
    found = twin.climate(LAYOUT, "phoenix")
    row = found.months()[6]
    days, hour = divmod(int(row["peak_hour"]) - 1, 24)
    assert main(["climate", LAYOUT, "phoenix"]) == 0
    told = capsys.readouterr().out
    assert f"{days - 180} Jul {hour + 1}:00" in told.replace("│", " ")
    assert main(["climate", LAYOUT, "phoenix", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["months"][6]["peak_hour"] == row["peak_hour"]
    for modes in found.modes().values():
        assert all(f"{months[0]} h" in told for months in modes.values() if any(months))


def test_components_add_up_to_the_pue() -> None:
    """PUE is 1 + mechanical load + losses and lights over IT."""
    found = twin.climate("air_small", "phoenix")
    parts = found.components()
    losses = parts["elc_annual"] / (1 - parts["elc_annual"])
    lights = found.energy_kwh["lighting"] / found.it_kwh
    assert found.pue == pytest.approx(1 + parts["mlc_annual"] + losses + lights)


def test_every_hour_is_written(tmp_path: Path) -> None:
    path = tmp_path / "hours.csv"
    assert main(["climate", LAYOUT, "phoenix", "--hourly", str(path)]) == 0
    table = pd.read_csv(path)
    assert len(table) == 8760
    powers = table[[c for c in table if c.endswith("_w")]].sum()
    assert powers.sum() / powers["it_w"] == pytest.approx(twin.climate(LAYOUT, "phoenix").pue)


def test_the_year_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "year.svg"
    assert main(["climate", "adiabatic_large", "miami", "--figure", str(path)]) == 0
    drawn = path.read_text(encoding="utf-8")
    assert "<svg" in drawn
    assert len(drawn) > 20_000


def test_inputs_are_set_by_key_or_name_with_units() -> None:
    middle = twin.climate("water_midsize", "chicago")
    better = twin.climate("water_midsize", "chicago", {"UPS efficiency": "94 %"})
    assert better.inputs["ups_efficiency"] == 0.94
    saved = (1 / 0.87 - 1 / 0.94) * 8760
    assert middle.energy_kwh["loss_ups"] - better.energy_kwh["loss_ups"] == pytest.approx(saved)
    wide = twin.climate("water_midsize", "chicago", {"air_rise": "15 K"})
    assert wide.energy_kwh["fans"] < 0.55 * middle.energy_kwh["fans"]
    assert any("air_rise 15 lies outside 5 to 10" in note for note in wide.notes)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["waterside", "chicago"], "did you mean 'waterside_large'"),
        (["waterside_large", "chicag"], "did you mean 'chicago'"),
        (["waterside_large", "none.epw"], "No such file"),
        (["nothing.yaml", "chicago"], "no such file"),
        (["air_small", "chicago", "--size", "huge"], "large, midsize or small"),
        (["air_small", "chicago", "--set", "cycles=5"], "an input of Small Air-cooled"),
        (["air_small", "chicago", "--set", "air_rise=warm"], "0.5 to 60"),
        (["air_small", "chicago", "--set", "supply_air_low=40"], "below supply_air_high"),
        ([LAYOUT, "chicago", "--load", "120 %"], "0 % to 100 %"),
        ([LAYOUT, "chicago", "--figure", "year.doc"], "ends in .png"),
    ],
)
def test_what_cannot_be_is_refused(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["climate", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_file_of_three_days_is_no_year(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    lines = [f"{h * 3600},20,15" for h in range(72)]
    path.write_text("time_s,dry_bulb_degc,wet_bulb_degc\n" + "\n".join(lines) + "\n")
    with pytest.raises(InputError, match="weather of 72 h in 72 rows"):
        twin.climate("air_small", path)


def csv_of(path: Path, year: YearOfAir, moisture: str, values: np.ndarray) -> Path:
    frame = pd.DataFrame({
        "time_s": np.arange(8760) * 3600.0, "dry_bulb_degc": year.dry_bulb_degc,
        moisture: values, "pressure_pa": year.pressure_pa,
    })  # fmt: skip
    frame.to_csv(path, index=False)
    return path


def test_a_year_in_a_file_is_the_same_year(tmp_path: Path) -> None:
    """Wet bulb, dew point and relative humidity say the same."""
    year = year_of_climate(rows(Climate)["denver"])
    named = twin.climate("adiabatic_large", "denver")
    for moisture, values in (
        ("wet_bulb_degc", year.wet_bulb_degc),
        ("dew_point_degc", np.minimum(year.dew_point_degc, year.dry_bulb_degc)),
        ("relative_humidity_frac", year.relative_humidity_frac),
    ):
        found = twin.climate("adiabatic_large", csv_of(tmp_path / "y.csv", year, moisture, values))
        assert found.pue == pytest.approx(named.pue, rel=1e-4)
        assert found.wue_l_per_kwh == pytest.approx(named.wue_l_per_kwh, rel=5e-3)


def test_hours_and_fractions_may_count_a_year(tmp_path: Path) -> None:
    year = year_of_climate(rows(Climate)["miami"])
    path = tmp_path / "zone.csv"
    pd.DataFrame({
        "hour": np.arange(8760), "dry_bulb_degc": year.dry_bulb_degc,
        "rh_frac": year.relative_humidity_frac, "pressure_pa": year.pressure_pa,
    }).to_csv(path, index=False)  # fmt: skip
    named = twin.climate("waterside_midsize", "miami")
    assert twin.climate("waterside_midsize", path).pue == pytest.approx(named.pue, rel=1e-4)


@pytest.mark.parametrize("layout", ["edge_200kw", "superpod_b200", "gb200_su"])
def test_the_year_of_a_layout_is_that_of_its_run(layout: str) -> None:
    """Three idle days in July by events, and the same hours of the year: within 0.05 %."""
    path = ROOT / "layouts" / f"{layout}.yaml"
    scenario = twin.load(path).with_(
        site__climate="chicago", start="2026-07-14T00:00:00-06:00", horizon="72 h"
    )
    run = twin.simulate(twin.build(scenario))
    year = twin.climate(path, "chicago", load_frac=None)
    first = 194 * 24 - 1
    facility_w = year.hours.facility_w[first : first + 73]
    mean_w = (facility_w[:-1] + facility_w[1:]).mean() / 2
    assert mean_w / year.hours.power_w["it"][0] == pytest.approx(run.summary["pue"], rel=5e-4)


def test_a_layout_draws_its_share_of_rated_power() -> None:
    half = twin.climate(LAYOUT, "miami", load_frac=0.5)
    full = twin.climate(LAYOUT, "miami")
    assert half.it_kwh == pytest.approx(full.it_kwh / 2)
    assert half.pue > full.pue
    hot = twin.climate(LAYOUT, "miami").pue
    assert hot > twin.climate(LAYOUT, "fairbanks").pue
