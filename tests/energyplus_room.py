"""A room of `ElectricEquipment:ITE:AirCooled` in EnergyPlus, for the side-by-side runs.

One adiabatic zone without mass, its servers, and ideal air at a constant flow and temperature that
stops five minutes before midnight. Servers draw their rated power and move their rated air at any
temperature, so that what is compared is the room: supply, recirculation, exhaust, how it warms.
"""

from __future__ import annotations

import csv
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.energyplus import home, weather_files

STEPS = 60
"""In an hour: the shortest step of EnergyPlus."""
STOPS = "23:55"
_OUTPUTS = {
    "zone_degc": "Zone Air Temperature",
    "inlet_degc": "ITE Air Inlet Dry-Bulb Temperature",
    "outlet_degc": "ITE Air Outlet Dry-Bulb Temperature",
    "air_kg_s": "ITE Air Mass Flow Rate",
    "server_w": "ITE Total Heat Gain to Zone Rate",
    "cooled_w": "Zone Ideal Loads Supply Air Sensible Cooling Rate",
    "supply_kg_s": "Zone Ideal Loads Supply Air Mass Flow Rate",
    "supply_degc": "Zone Ideal Loads Supply Air Temperature",
}


@dataclass(frozen=True)
class Servers:
    """What stands in the room, and what cools it."""

    size_m: tuple[float, float, float]
    power_w: float
    air_m3_s: float
    """Through servers."""
    supply_m3_s: float
    supply_degc: float
    recirculated_frac: float
    """Of the air of the room in what servers draw in."""


def run(servers: Servers, folder: Path) -> dict[str, np.ndarray]:
    """A day of the room, minute by minute; supply stops at STOPS."""
    engine = home()
    assert engine is not None
    path = folder / "room.epJSON"
    path.write_text(json.dumps(_model(servers)), encoding="utf-8")
    weather = weather_files()[0]
    asked = [str(engine / "energyplus"), "-w", str(weather), "-d", str(folder), str(path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError((folder / "eplusout.err").read_text(encoding="utf-8")[-3000:])
    with (folder / "eplusout.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = list(csv.reader(file))
    values = np.array([[float(x or "nan") for x in row[1:]] for row in rows])
    at = {name: next(i for i, h in enumerate(head) if t in h) for name, t in _OUTPUTS.items()}
    return {name: values[:, i - 1] for name, i in at.items()}


def _model(servers: Servers) -> dict[str, Any]:
    return {
        **_control(),
        **_zone(*servers.size_m),
        **_equipment(servers),
        **_air(servers),
        "OutputControl:Files": {"files": {"output_csv": "Yes", "output_eso": "Yes"}},
        "Output:Variable": {
            f"out {n}": {
                "key_value": "*",
                "variable_name": title,
                "reporting_frequency": "Timestep",
            }
            for n, title in enumerate(_OUTPUTS.values())
        },
    }


def _control() -> dict[str, Any]:
    rules = {
        "starting_vertex_position": "UpperLeftCorner",
        "vertex_entry_direction": "Counterclockwise",
        "coordinate_system": "Relative",
    }
    day = {"begin_month": 1, "begin_day_of_month": 15, "end_month": 1, "end_day_of_month": 15}
    sizing = ("zone", "system", "plant")
    return {
        "Version": {"version": {"version_identifier": "25.2"}},
        "Timestep": {"step": {"number_of_timesteps_per_hour": STEPS}},
        "Building": {"room": {"terrain": "Suburbs", "solar_distribution": "MinimalShadowing"}},
        "GlobalGeometryRules": {"rules": rules},
        "RunPeriod": {"day": day},
        "SimulationControl": {
            "control": {f"do_{what}_sizing_calculation": "No" for what in sizing}
            | {
                "run_simulation_for_sizing_periods": "No",
                "run_simulation_for_weather_file_run_periods": "Yes",
            }
        },
        "ScheduleTypeLimits": {"any": {}},
        "Schedule:Constant": {
            "always": {"schedule_type_limits_name": "any", "hourly_value": 1.0},
            "single cooling": {"schedule_type_limits_name": "any", "hourly_value": 2.0},
            "set": {"schedule_type_limits_name": "any", "hourly_value": -50.0},
        },
        "Schedule:Compact": {
            "till then": {
                "schedule_type_limits_name": "any",
                "data": [
                    {"field": one}
                    for one in ("Through: 12/31", "For: AllDays", f"Until: {STOPS}", 1.0,
                                "Until: 24:00", 0.0)
                ],
            }
        },
    }  # fmt: skip


def _zone(x: float, y: float, z: float) -> dict[str, Any]:
    corners = {
        "floor": ("Floor", [(0, y, 0), (x, y, 0), (x, 0, 0), (0, 0, 0)]),
        "roof": ("Roof", [(0, 0, z), (x, 0, z), (x, y, z), (0, y, z)]),
        "south": ("Wall", [(0, 0, z), (0, 0, 0), (x, 0, 0), (x, 0, z)]),
        "east": ("Wall", [(x, 0, z), (x, 0, 0), (x, y, 0), (x, y, z)]),
        "north": ("Wall", [(x, y, z), (x, y, 0), (0, y, 0), (0, y, z)]),
        "west": ("Wall", [(0, y, z), (0, y, 0), (0, 0, 0), (0, 0, z)]),
    }
    keys = ("x", "y", "z")
    surfaces = {
        name: {
            "surface_type": kind,
            "construction_name": "panel",
            "zone_name": "room",
            "outside_boundary_condition": "Adiabatic",
            "sun_exposure": "NoSun",
            "wind_exposure": "NoWind",
            "vertices": [
                {f"vertex_{k}_coordinate": float(v) for k, v in zip(keys, at, strict=True)}
                for at in points
            ],
        }
        for name, (kind, points) in corners.items()
    }
    return {
        "Zone": {"room": {"volume": x * y * z}},
        "Material:NoMass": {"board": {"roughness": "Smooth", "thermal_resistance": 5.0}},
        "Construction": {"panel": {"outside_layer": "board"}},
        "BuildingSurface:Detailed": surfaces,
    }


def _equipment(servers: Servers) -> dict[str, Any]:
    one = {"coefficient1_constant": 1.0}
    none = {
        "coefficient2_x": 0.0, "coefficient3_x_2": 0.0, "coefficient4_y": 0.0,
        "coefficient5_y_2": 0.0, "coefficient6_x_y": 0.0,
    }  # fmt: skip
    ends = {
        "minimum_value_of_x": 0.0, "maximum_value_of_x": 1.5,
        "minimum_value_of_y": -10.0, "maximum_value_of_y": 99.0,
    }  # fmt: skip
    flat = {"coefficient2_x": 0.0, "coefficient3_x_2": 0.0}
    line = {"minimum_value_of_x": 0.0, "maximum_value_of_x": 1.5}
    return {
        "Curve:Biquadratic": {"as rated": one | none | ends},
        "Curve:Quadratic": {"fans as rated": one | flat | line},
        "ElectricEquipment:ITE:AirCooled": {
            "servers": {
                "zone_or_space_name": "room",
                "air_flow_calculation_method": "FlowFromSystem",
                "design_power_input_calculation_method": "Watts/Unit",
                "watts_per_unit": servers.power_w,
                "number_of_units": 1,
                "design_power_input_schedule_name": "always",
                "cpu_loading_schedule_name": "always",
                "cpu_power_input_function_of_loading_and_air_temperature_curve_name": "as rated",
                "design_fan_power_input_fraction": 0.0,
                "design_fan_air_flow_rate_per_power_input": servers.air_m3_s / servers.power_w,
                "air_flow_function_of_loading_and_air_temperature_curve_name": "as rated",
                "fan_power_input_function_of_flow_curve_name": "fans as rated",
                "design_entering_air_temperature": servers.supply_degc,
                "environmental_class": "None",
                "air_inlet_connection_type": "AdjustedSupply",
                "supply_air_node_name": "supply",
                "design_recirculation_fraction": servers.recirculated_frac,
                "recirculation_function_of_loading_and_supply_temperature_curve_name": "as rated",
            }
        },
    }


def _air(servers: Servers) -> dict[str, Any]:
    return {
        "ZoneHVAC:IdealLoadsAirSystem": {
            "ideal": {
                "availability_schedule_name": "till then",
                "zone_supply_air_node_name": "supply",
                "minimum_cooling_supply_air_temperature": servers.supply_degc,
                "cooling_limit": "LimitFlowRate",
                "maximum_cooling_air_flow_rate": servers.supply_m3_s,
                "heating_limit": "NoLimit",
                "dehumidification_control_type": "None",
            }
        },
        "ZoneHVAC:EquipmentList": {
            "list": {
                "equipment": [
                    {
                        "zone_equipment_object_type": "ZoneHVAC:IdealLoadsAirSystem",
                        "zone_equipment_name": "ideal",
                        "zone_equipment_cooling_sequence": 1,
                        "zone_equipment_heating_or_no_load_sequence": 1,
                    }
                ]
            }
        },
        "ZoneHVAC:EquipmentConnections": {
            "connections": {
                "zone_name": "room",
                "zone_conditioning_equipment_list_name": "list",
                "zone_air_inlet_node_or_nodelist_name": "supply",
                "zone_air_node_name": "air",
                "zone_return_air_node_or_nodelist_name": "return",
            }
        },
        "ZoneControl:Thermostat": {
            "thermostat": {
                "zone_or_zonelist_name": "room",
                "control_type_schedule_name": "single cooling",
                "control_1_object_type": "ThermostatSetpoint:SingleCooling",
                "control_1_name": "cold",
            }
        },
        "ThermostatSetpoint:SingleCooling": {"cold": {"setpoint_temperature_schedule_name": "set"}},
    }
