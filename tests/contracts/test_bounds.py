"""No quantity of a file is without bounds, what lies beyond is refused at its line with the range,
and what lies within gives a run whose balances close.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import failing, lived, small_layout, training

import twin
from twin import InputError, Scenario
from twin.scenario import schema_json

RESIDUAL_MAX = 1e-9
Change = Callable[[dict[str, Any]], None]


def numbers(part: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every quantity and number of a JSON schema, with the path to it."""
    if isinstance(part, list):
        for i, item in enumerate(part):
            yield from numbers(item, f"{where}[{i}]")
    if not isinstance(part, dict):
        return
    if "x-unit" in part or part.get("type") in ("number", "integer"):
        yield where, part
        return
    for key, value in part.items():
        if key not in ("examples", "default"):
            yield from numbers(value, f"{where}.{key}")


@pytest.mark.parametrize("which", ["scenario", "layout"])
def test_every_number_has_two_bounds(which: str) -> None:
    found = list(numbers(of_the_planner(schema_json(which)), which))
    assert len(found) > 20
    low = {"minimum", "exclusiveMinimum", "const", "enum"}
    high = {"maximum", "exclusiveMaximum", "const", "enum"}
    assert not [
        where
        for where, part in found
        if "x-range" not in part and not (low & part.keys() and high & part.keys())
    ]


def of_the_planner(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without numbers of equipment, whose bounds are those of catalogue rows."""
    definitions = schema["$defs"].items()
    equipment = ("Own", "Electrical", "Component")
    kept = {
        name: part
        for name, part in definitions
        if not name.startswith(equipment) and not name.endswith("Numbers")
    }
    return {**schema, "$defs": kept}


LAYOUT = {
    ("halls", 0, "size"): (["1e5 m", "9 m", "4 m"], "1 to 1,000 m"),
    ("halls", 0, "air_mass_factor"): (1e-300, "0.2 or more"),
    ("halls", 0, "structure_heat_capacity"): (1e-3, "10000.0 or more"),
    ("halls", 0, "structure_conductance"): (1e12, "1000000.0 or less"),
    ("cooling", "loops", 0, "volume"): ("1e-300 m^3", "1 L to 1,000 m^3"),
    ("cooling", "loops", 0, "racks_per_unit"): (10**30, "20000 or less"),
    ("cooling", "plant", 0, "volume"): ("1e9 m^3", "10 L to 20,000 m^3"),
    ("cooling", "plant", 0, "control_band_k"): (1e-6, "0.1 or more"),
    ("cooling", "plant", 0, "supply_temperature"): ("150 °C", "1 to 70 °C (liquid water"),
    ("cooling", "plant", 1, "supply_temperature"): ("-60 °C", "1 to 70 °C"),
    ("cooling", "plant", 1, "pump_power"): ("1 GW", "0 to 100 MW"),
    ("overrides", "air_r1", "recirculation"): (0.999, "0 to 0.8"),
    ("fabric", "nodes_per_su"): (10**20, "100000 or less"),
    ("power", 0, "rating"): ("1e13 W", "1 W to 100 GW"),
    ("halls", 0, "rows", 0, "power_rated"): ("1 GW", "1 W to 20 MW"),
}
SCENARIO = {
    ("horizon",): ("0 s", "1 s to 366 days"),
    ("start",): ("9999-07-15T00:00:00-04:00", "between the years 1900 and 2200"),
    ("outputs", "period"): ("0.1 s", "1 s to 366 days"),
    ("controls", "plant_period"): ("0 s", "1 s to 366 days"),
    ("controls", "throttle_hysteresis_k"): (1e-300, "0.01 or more"),
    ("controls", "actions", 0, "temperature"): ("150 °C", "1 to 70 °C"),
    ("faults", "crews"): (10**30, "100000 or less"),
    ("faults", "rates", "scale"): (1e300, "1000000.0 or less"),
    ("workload", 0, "nodes"): (1e38, "a whole number"),
    ("workload", 0, "global_batch_sequences"): (2**63, "100000000 or less"),
    ("workload", 0, "micro_batch_sequences"): (2**64, "1000000 or less"),
    ("workload", 0, "tokens"): (10**30, "1000000000000000000 or less"),
    ("workload", 0, "checkpoint_interval"): ("1 ms", "1 s to 30 years"),
    ("workload", 1, "runtime_median"): ("1 ms", "1 s to 366 days"),
    ("workload", 1, "runtime_sigma"): (1e9, "5.0 or less"),
    ("workload", 1, "nodes_max"): (10**30, "1000000 or less"),
    ("workload", 2, "requests", "burstiness"): (1e300, "10000.0 or less"),
    ("workload", 2, "window"): ("1 ms", "1 s to 1 day"),
    ("site", "climate", "dry_bulb"): ("99.9 °C", "-70 to 60 °C"),
    ("site", "grid", "price"): ("1e6 USD/kWh", "0 to 100 USD/kWh"),
    ("site", "water_price"): ("-1 USD/m^3", "0 to 1,000 USD/m^3"),
}


def asked() -> dict[str, Any]:
    return {
        "version": 1,
        "name": "probe",
        "layout": small_layout() | {"fabric": {}, "overrides": {"air_r1": {"recirculation": 0.1}}},
        "site": {
            "climate": {"dry_bulb": "25 °C", "wet_bulb": "18 °C"},
            "grid": {"price": "0.1 USD/kWh", "carbon": "400 g/kWh"},
        },
        "outputs": {},
        "faults": {"rates": {}},
        "controls": {
            "actions": [{"kind": "facility_water_supply", "plant": "warm", "temperature": "30 °C"}]
        },
        "workload": [
            training(),
            {"kind": "batch", "name": "many", "count": 3},
            {
                "kind": "inference",
                "name": "chat",
                "model": "Llama-3.1-8B",
                "nodes": 1,
                "requests": {"rate": "1 / s"},
            },
        ],
    }


def put(data: Any, path: tuple[str | int, ...], value: object) -> None:
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value


def refusal(folder: Path, path: tuple[str | int, ...], value: object) -> InputError:
    data = asked()
    put(data, path, value)
    file = folder / "probe.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
    with pytest.raises(InputError) as caught:
        twin.load(file)
    return caught.value


BEYOND = {**{("layout", *path): case for path, case in LAYOUT.items()}, **SCENARIO}


@pytest.mark.parametrize("path", BEYOND, ids=lambda path: ".".join(map(str, path)))
def test_what_is_beyond_is_refused_at_its_line_with_the_range(
    tmp_path: Path, path: tuple[str | int, ...]
) -> None:
    value, allowed = BEYOND[path]
    problems = refusal(tmp_path, path, value).problems
    assert all(problem.line > 0 for problem in problems) or path == ("start",)
    assert any(allowed in problem.allowed for problem in problems), problems


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("outputs", "period"), "1 s"),
        (("controls", "plant_period"), "5 s"),
        (("workload", 2, "window"), "10 s"),
    ],
)
def test_steps_too_short_for_the_horizon_are_refused_at_their_line(
    tmp_path: Path, path: tuple[str | int, ...], value: str
) -> None:
    data = asked()
    put(data, path, value)
    data["horizon"] = "366 d"
    file = tmp_path / "probe.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
    with pytest.raises(InputError) as caught:
        twin.load(file)
    (problem,) = caught.value.problems
    assert problem.line > 0
    assert "at least 52.7 s, 600,000 times in a run" in problem.allowed


def test_the_probe_itself_is_sound() -> None:
    Scenario.model_validate(asked())


def everything(edge: int) -> Change:
    """All thermal quantities at their least (0) or greatest (1) at once."""

    def change(layout: dict[str, Any]) -> None:
        hall = layout["halls"][0]
        cooling = layout["cooling"]
        cooling["loops"][0]["volume"] = ("1 L", "1000 m^3")[edge]
        for plant in cooling["plant"]:
            plant["volume"] = ("10 L", "20000 m^3")[edge]
            plant["control_band_k"] = (0.1, 50)[edge]
        hall["air_mass_factor"] = (0.2, 100)[edge]
        hall["structure_heat_capacity"] = (1e4, 5e9)[edge]
        hall["structure_conductance"] = 1e6
        if edge:
            hall["size"] = ["1000 m", "1000 m", "100 m"]
        layout["overrides"] = {"air_r1": {"recirculation": 0.8}}

    return change


def water(degc: int) -> Change:
    def change(layout: dict[str, Any]) -> None:
        for plant in layout["cooling"]["plant"]:
            plant["supply_temperature"] = f"{degc} °C"

    return change


@pytest.mark.parametrize("change", [everything(0), everything(1), water(1), water(70)])
def test_at_the_bounds_the_balances_close(change: Change) -> None:
    layout = small_layout()
    change(layout)
    faults = failing((3600, "cdu", 900), (5400, "crah_1", 1800), (7200, "utility", 1200))
    result = lived(
        Scenario.model_validate(
            {
                **asked(),
                "layout": layout,
                "horizon": "4 h",
                "workload": [training(nodes=60)],
                "faults": faults,
                "allow": ["coolant_too_warm", "air_too_warm"],
            }
        )
    )
    assert abs(result.summary["energy_balance_residual_frac"]) <= RESIDUAL_MAX
    assert abs(result.summary["heat_balance_residual_frac"]) <= RESIDUAL_MAX
    assert abs(result.summary["token_balance_residual_frac"]) <= RESIDUAL_MAX
    assert result.summary["tokens_training"] >= 0
    assert result.frame("racks")["inlet_air_degc"].max() < 150


def test_tables_too_large_for_memory_are_refused_with_the_number(tmp_path: Path) -> None:
    data = asked()
    data["layout"]["halls"][0]["size"] = ["200 m", "100 m", "4 m"]
    data["layout"]["halls"][0]["rows"].append(
        {"name": "many", "racks": "20 x 100 x support_rack", "at": ["2 m", "12 m"],
         "fed_by": "utility", "power_rated": "1 kW", "power_idle": "0.5 kW"}
    )  # fmt: skip
    data["outputs"]["period"] = "10 min"
    data["horizon"] = "366 d"
    file = tmp_path / "probe.yaml"
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False))
    with pytest.raises(InputError) as caught:
        twin.build(twin.load(file))
    (problem,) = (p for p in caught.value.problems if p.where == "outputs.period")
    assert problem.line > 0
    assert "which makes tables of 953," in problem.found
    assert problem.allowed.startswith("at least 2,28")


def test_a_run_of_very_many_instants_says_so() -> None:
    found = twin.check(Scenario.model_validate({**asked(), "horizon": "366 d",
                                                "outputs": {"period": "1 d"},
                                                "controls": {"plant_period": "80 s"}}))  # fmt: skip
    (one,) = (one for one in found["findings"] if one["code"] == "many_instants")
    assert "395,280 of them scans of the plant controls" in one["says"]
    few = twin.check(Scenario.model_validate(asked()))["findings"]
    assert not [one for one in few if one["code"] == "many_instants"]
