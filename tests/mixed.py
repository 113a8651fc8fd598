"""Scenarios in which a handful of features meet that no one scenario of ours has together.

Each is drawn by its number: a shipped layout with other equipment, other work, and things that
fail. All that is added is what a planner may write.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from random import Random
from typing import Any

import yaml
from conftest import ROOT

NODES = {"solar_edge": 64, "superpod_b200": 32, "edge_200kw": 64, "grid_pod": 144}
"""Layouts, and nodes in each."""
SITE_KW = {"solar_edge": 150, "superpod_b200": 500, "edge_200kw": 150, "grid_pod": 900}
"""What they draw at work, about."""
CLIMATES: tuple[Any, ...] = (
    "phoenix",
    "baltimore",
    "seattle",
    {"dry_bulb": "-12 °C", "wet_bulb": "-13 °C"},
    {"dry_bulb": "38 °C", "wet_bulb": "27 °C"},
)
STARTS = ("2026-07-15T10:00:00-07:00", "2026-01-10T05:00:00-05:00")
HYDRAULICS = {
    "main": {"length": "10 m", "diameter": "150 mm", "fittings": 8},
    "header": "150 mm",
    "branch": {"length": "3 m", "diameter": "40 mm", "fittings": 6},
    "rack_drop": "60 kPa",
}
SCHEDULERS = ("fifo", "easy", "conservative", "priority", "fair_share")
Plain = dict[str, Any]


def mixed(number: int) -> Plain:
    """A scenario with its layout, as plain data."""
    draw = Random(number)
    name = draw.choice(sorted(NODES))
    layout = yaml.safe_load((ROOT / "layouts" / f"{name}.yaml").read_text(encoding="utf-8"))
    for change in (_hall, _plant, _air, _supplies, _at_boards, _crews):
        change(draw, layout)
    minutes = draw.choice([90, 150])
    asked: Plain = {
        "version": 1,
        "name": f"mixed_{number}",
        "layout": layout,
        "site": {"climate": draw.choice(CLIMATES), "grid": "ireland"},
        "start": draw.choice(STARTS),
        "horizon": f"{minutes} min",
        "seed": number,
        "workload": _work(draw, NODES[name]),
        "faults": _faults(draw, layout, minutes),
        "drills": draw.choice([[], _outage(), _sag()]),
        "outputs": {"period": draw.choice(["1 min", "5 min", "10 min"])},
    }
    asked["controls"] = _controls(draw, asked, SITE_KW[name])
    _meddled(Random(f"meddled with {number}"), asked, minutes)
    _sensed(Random(f"sensed by {number}"), asked, minutes)
    _watered(Random(f"watered {number}"), asked, minutes)
    _self_made(Random(f"self-made {number}"), asked, minutes)
    _ringed(Random(f"ringed {number}"), asked, minutes)
    _chained(Random(f"chained {number}"), asked)
    _served(Random(f"served by {number}"), asked)
    _billed(Random(f"billed {number}"), asked)
    _capped(Random(f"capped {number}"), asked)
    _lit(Random(f"lit {number}"), layout)
    _kept_empty(Random(f"kept empty {number}"), asked, minutes)
    _graced(Random(f"graced {number}"), asked)
    _prompted(Random(f"prompted {number}"), asked)
    _limited(Random(f"limited {number}"), asked)
    _renewed(Random(f"renewed {number}"), asked)
    _widened(Random(f"widened {number}"), asked, minutes)
    _scaled(Random(f"scaled {number}"), asked)
    _crowded(Random(f"crowded {number}"), asked)
    return asked


def _crowded(draw: Random, asked: Plain) -> None:
    """Units of eight nodes with few uplinks, and a gang whose experts stand in two of them."""
    if asked["layout"]["name"] != "superpod_b200" or draw.random() > 0.5:
        return
    ratio = draw.choice([2, 4, 8])
    asked["layout"]["fabric"] |= {"nodes_per_su": 8, "oversubscription": ratio}
    spread = {"model": "Qwen3-30B-A3B", "nodes": 8, "expert_parallel": 64}
    keep = {"global_batch_sequences": 256, "checkpoint_interval": "20 min"}
    asked["workload"].append({"kind": "training", "name": "spread"} | spread | keep)


def _limited(draw: Random, asked: Plain) -> None:
    """A time limit for all jobs that state none."""
    limit = {"default_limit": draw.choice(["12 min", "45 min"])}
    if draw.random() < 0.3:
        asked["controls"]["scheduler"] = _ruled(asked) | limit


def _renewed(draw: Random, asked: Plain) -> None:
    """A retraining of the model of a service that runs beside it."""
    served = [work["name"] for work in asked["workload"] if work["kind"] == "inference"]
    for work in asked["workload"]:
        if work["kind"] == "retraining" and served:
            _perhaps(draw, 0.7, work, service=served[0])


def _widened(draw: Random, asked: Plain, minutes: int) -> None:
    """Experts over four nodes in two racks, whose rails are lost for a while."""
    if asked["layout"]["name"] != "superpod_b200" or draw.random() > 0.5:
        return
    engine = {"max_sequences": 64, "redundant_experts": 32, "two_batches": draw.random() < 0.5}
    wide = {"model": "DeepSeek-R1", "nodes": 4, "attention_data_parallel": 32, "dtype": "fp4"}
    asked["workload"].append(
        {"kind": "inference", "name": "experts", "requests": {"rate": "20 / s"}, "engine": engine}
        | wide
        | {"detail": draw.choice(["fluid", "requests"])}
    )
    for rail in draw.sample(range(1, 9), k=draw.choice([1, 4])):
        gone = {"component": f"leaf_su1_rail{rail}", "repair_after": "25 min"}
        asked["faults"]["timeline"].append(gone | {"at": f"{draw.randint(1, minutes - 30)} min"})


def _scaled(draw: Random, asked: Plain) -> None:
    """Nodes that sleep soon, of services whose GPUs fail."""
    for work in asked["workload"]:
        if "autoscale" in work and draw.random() < 0.6:
            soon = {"scale_down_after": draw.choice(["0 s", "6 min"]), "start_time": "40 s"}
            work["autoscale"] = soon | {"target_load": draw.choice([0.05, 0.9])}


def _prompted(draw: Random, asked: Plain) -> None:
    """Services whose prompts begin alike, some on instances of their GPUs, some with adapters."""
    b200 = "dgx_b200" in str(asked["layout"]["halls"])
    for work in asked["workload"]:
        if work["kind"] == "inference" and draw.random() < 0.4:
            work["requests"]["shared_tokens"] = draw.choice([10, 500, 3000])
        staged = "pipeline_parallel" in work
        if work["kind"] == "inference" and not staged and draw.random() < 0.3:
            work["lora"] = {"adapters": 40, "resident": draw.choice([10, 40]), "zipf": 1.0}
        if work["kind"] == "inference" and b200 and not staged and draw.random() < 0.6:
            work["mig"] = draw.choice(["2g.45gb", "3g.90gb"])


def _kept_empty(draw: Random, asked: Plain, minutes: int) -> None:
    """Racks and nodes that no job may have for a while, in windows that may meet."""
    rack = _first_rack(asked["layout"]["halls"][0])
    row = asked["layout"]["halls"][0]["rows"][0]["name"]
    found = []
    for of in (row, rack, f"{rack}/node_1"):
        if draw.random() < 0.3:
            at = {"at": f"{draw.randint(0, minutes)} min"}
            found.append(at | {"of": [of], "duration": f"{draw.choice([1, 20, 300])} min"})
    if found:
        asked["controls"]["scheduler"] = _ruled(asked) | {"reservations": found}


def _graced(draw: Random, asked: Plain) -> None:
    """Work that goes before other work, which may go on for a while."""
    rule = _ruled(asked)
    if rule["policy"] != "priority" or draw.random() > 0.6:
        return
    asked["controls"]["scheduler"] = rule | {"grace": draw.choice(["0 s", "40 s", "8 min"])}
    nodes = draw.choice([2, 8, 16])
    first = {"priority": 9, "nodes": nodes, "submit": f"{draw.randint(10, 60)} min"}
    asked["workload"].append(_one_job("first", run="15 min", **first))


def _ruled(asked: Plain) -> Plain:
    """The rule of the queue with its keys."""
    rule = asked["controls"]["scheduler"]
    return {"policy": rule} if isinstance(rule, str) else rule


def _drained(layout: Plain) -> Plain:
    """A rack that its jobs leave before it is worked on."""
    row = layout["halls"][0]["rows"][0]
    count = prod(int(many) for many in row["racks"].split(" x ")[:-1])
    rack = f"{row['name']}_r{1:0{len(str(count))}}"
    return {
        "kind": "isolate",
        "component": rack,
        "at": "15 min",
        "drain": "20 min",
        "duration": "10 min",
    }


def _capped(draw: Random, asked: Plain) -> None:
    """GPUs under caps for a while, all of them and those of some work."""
    some = {"kind": "gpu_power_cap", "share": "55 %", "of": [asked["workload"][0]["name"]]}
    every = {"kind": "gpu_power_cap", "share": "80 %", "at": "35 min", "duration": "20 min"}
    _perhaps(draw, 0.3, asked, drills=[*asked["drills"], _drained(asked["layout"])])
    if draw.random() < 0.4:
        asked["controls"]["actions"] = [every, some | {"at": "45 min", "duration": "30 min"}]


def _billed(draw: Random, asked: Plain) -> None:
    """Peaks of all hours and of some, and a dispatch that knows them."""
    window = {"name": "dear", "price": "20 USD/kW/month", "begins": "00:30", "ends": "23:00"}
    grid = {"price": "0.1 USD/kWh", "carbon": "350 g/kWh", "demand_charge": "12 USD/kW/month"}
    _perhaps(draw, 0.4, asked["site"], grid=grid | {"demand_windows": [window]})
    for rule in asked["controls"].get("storage", []):
        if rule["kind"] == "arbitrage":
            _perhaps(draw, 0.5, rule, expected_load="150 kW", step="15 min")


def _hall(draw: Random, layout: Plain) -> None:
    fans = {"begin": "25 °C", "end": "35 °C", "most": 1.4, "power": "8 %"}
    moisture = {"leakage": 2.0, "humidifier": draw.choice([0, 20]), "dehumidifier": 20}
    moisture["humidifier_type"] = draw.choice(["steam", "evaporative", "ultrasonic"])
    for hall in layout["halls"]:
        _perhaps(draw, 0.4, hall, server_fans=fans)
        _perhaps(draw, 0.4, hall, chip_leakage={})
        _perhaps(draw, 0.4, hall, moisture=moisture)
        _perhaps(draw, 0.15, hall, airflow="potential")


def _plant(draw: Random, layout: Plain) -> None:
    cooler = {"type": "dry_cooler_1000", "mode": draw.choice(["series", "parallel"])}
    tank = {"volume": "40 m^3", "discharge": "150 kW", "charge": "100 kW"}
    for plant in layout["cooling"]["plant"]:
        _perhaps(draw, 0.2, plant, heat_reuse={"share": "30 %", "return_at_least": "12 °C"})
        _perhaps(draw, 0.2, plant, load_reset={"by": "3 K"})
        if plant["type"].startswith("chiller"):
            _perhaps(draw, 0.35, plant, free_cooling=cooler | {"name": f"free_{plant['name']}"})
            _perhaps(draw, 0.3, plant, cold_store=tank | {"start": draw.choice(["20 %", "100 %"])})
            _perhaps(draw, 0.2, plant, least_run="10 min")
            _perhaps(draw, 0.2, plant, primary_flow="12 L/s")


def _air(draw: Random, layout: Plain) -> None:
    for handlers in layout["cooling"].get("air", []):
        _perhaps(draw, 0.4, handlers, supply_temperature="20 °C")
        if "supply_temperature" in handlers:
            _perhaps(draw, 0.4, handlers, economiser={})


def _supplies(draw: Random, layout: Plain) -> None:
    for group in layout["power"]:
        numbers = group.setdefault("overrides", {})
        if group["type"].startswith("ups"):
            _perhaps(draw, 0.3, numbers, walk_in="20 s")
            _perhaps(draw, 0.2, numbers, lockout_count=2, lockout_window="1 min")
        elif group["type"].startswith("genset"):
            _perhaps(draw, 0.3, numbers, tank="0.05 m^3", refuel="1 h")
            _perhaps(draw, 0.3, numbers, start_failure_probability=0.5)


def _at_boards(draw: Random, layout: Plain) -> None:
    """A battery store and a solar roof where none stand."""
    there = {group["name"] for group in layout["power"]}
    board = next(g for g in layout["power"] if g["type"].startswith("switchboard"))
    first = members(board)[0]
    store = {"name": "bess", "type": "bess_250_1h", "fed_by": first}
    modules = {"dc_rating": "250 kW", "tilt_deg": 10, "azimuth_deg": 180}
    roof = {"name": "roof", "type": "pv_1000", "rating": "200 kW", "fed_by": first}
    for group, share in ((store, 0.5), (roof | {"solar": modules}, 0.4)):
        if group["name"] not in there and draw.random() < share:
            layout["power"].append(group)


def _lit(draw: Random, layout: Plain) -> None:
    """Lights and offices at some boards."""
    boards = [group for group in layout["power"] if group["type"].startswith("switchboard")]
    _perhaps(draw, 0.3, draw.choice(boards), other_load=draw.choice(["2 kW", "25 kW"]))


def _crews(draw: Random, layout: Plain) -> None:
    _perhaps(draw, 0.3, layout, crews=[{"name": "all", "count": 1}])


def _work(draw: Random, nodes: int) -> list[Plain]:
    """Two or three kinds of work, each on a part of the nodes."""
    some = max(1, nodes // draw.choice([3, 4]))
    return [kind(draw, some) for kind in draw.sample(WORK, k=draw.choice([2, 3]))]


def _training(draw: Random, nodes: int) -> Plain:
    keep = {"checkpoint_interval": draw.choice(["20 min", "young_daly"])}
    later = {"asynchronous_checkpoints": draw.random() < 0.5, "zero_stage": 3}
    model = {"model": "Llama-3.1-8B", "global_batch_sequences": 64 * nodes}
    return {"kind": "training", "name": "train", "nodes": nodes} | model | keep | later


def _answers(draw: Random, nodes: int) -> Plain:
    """Reinforcement learning, with answers made by the same nodes or by some of them."""
    made: Plain = {"output_tokens": 600}
    _perhaps(draw, 0.5, made, nodes=max(1, nodes // 2), lag=draw.choice([0, 1, 3]))
    batch = 64 * (nodes - made.get("nodes", 0))
    learnt = {
        "global_batch_sequences": batch,
        "zero_stage": 3,
        "rollouts": made | {"samples": batch},
    }
    return {"kind": "training", "name": "rl", "model": "Llama-3.1-8B", "nodes": nodes} | learnt


def _service(draw: Random, nodes: int) -> Plain:
    detail = draw.choice(["fluid", "requests"])
    asked = {"requests": {"rate": f"{draw.choice([1, 5, 20])} / s"}, "detail": detail}
    served = {"kind": "inference", "name": "chat", "model": "Llama-3.1-8B", "nodes": nodes}
    _perhaps(draw, 0.3, asked, autoscale={})
    if "autoscale" not in asked:
        _perhaps(draw, 0.3, asked, prefill={"nodes": 1, "send": draw.choice(["whole", "layers"])})
    _perhaps(draw, 0.3, asked, pipeline_parallel=draw.choice([2, 4]))
    return served | {"tensor_parallel": 1} | asked


def _batch(draw: Random, nodes: int) -> Plain:
    size = {"nodes_max": nodes, "nodes_median": max(1, nodes / 3), "runtime_median": "15 min"}
    asked = {"count": draw.choice([5, 30]), "span": "2 h"}
    _perhaps(draw, 0.4, asked, gpus_per_node=[{"gpus": 0.5, "weight": 3}, {"gpus": 2}])
    return {"kind": "batch", "name": "jobs"} | asked | size


def _pipeline(_: Random, nodes: int) -> Plain:
    clean = {"name": "clean", "nodes": max(1, nodes // 2), "rate": "1 GB/s", "keep": 0.5}
    pack = {"name": "pack", "nodes": 1, "rate": "2 GB/s"}
    return {"kind": "pipeline", "name": "data", "input": "2 TB", "stages": [clean, pack]}


def _retraining(_: Random, nodes: int) -> Plain:
    times = {"train": "10 min", "evaluate": "5 min", "canary_time": "2 min"}
    asked = {"rounds": 2, "drift_per_day": 20, "nodes": nodes}
    return {"kind": "retraining", "name": "fresh"} | asked | times


WORK: tuple[Callable[[Random, int], Plain], ...] = (
    _training,
    _answers,
    _service,
    _batch,
    _pipeline,
    _retraining,
)


def _faults(draw: Random, layout: Plain, minutes: int) -> Plain:
    """Up to four; a door counts only where the air of its hall is solved."""
    hall = layout["halls"][0]
    plant = layout["cooling"]["plant"][0]["name"]
    door = {"component": hall["name"], "mode": "door_open", "opening": "30 %"}
    lie = {"component": plant, "mode": "spoofed", "offset": "4 K"}
    attack = {"component": plant, "mode": "compromise", "set_point": "30 °C"}
    found: list[Plain] = []
    for _ in range(draw.choice([0, 1, 2, 3, 4])):
        over = {"repair_after": f"{draw.choice([1, 3, 20, 60])} min"}
        gone = _lost(draw, layout) | over
        opened = door | over if hall.get("airflow") == "potential" else gone
        gpu = {"component": f"{_first_rack(hall)}/node_1/gpu_{draw.choice([1, 2])}"} | over
        what = draw.choices([gone, opened, lie, attack, gpu], weights=[8, 1, 1, 1, 3])[0]
        found.append({"at": f"{draw.randint(1, minutes - 30)} min"} | what)
    takes = draw.choice([{}, {"takes": "gpu", "swap": "in_place"}, {"takes": "node"}])
    return {"timeline": found, "gpu_failures": takes}


def _meddled(draw: Random, asked: Plain, minutes: int) -> None:
    """Coolant units that hold their coolant, and what is done to their controllers: by draws of
    its own, so that the others stay as they are.
    """
    for loop in asked["layout"]["cooling"].get("loops", []):
        _perhaps(draw, 0.5, loop, supply_temperature=draw.choice(["43 °C", "47 °C"]))
        ways: list[Plain] = [{"mode": "compromise", "set_point": draw.choice(["20 °C", "52 °C"])}]
        if "supply_temperature" in loop:
            ways += [{"mode": "spoofed", "offset": "-4 K"}, {"mode": "spoofed", "frozen": True}]
        seen = {"detected_after": "15 min", "restore_time": "10 min"}
        fault = {"at": f"{draw.randint(5, minutes - 40)} min", "component": members(loop)[0]}
        if draw.random() < 0.7:
            asked["faults"]["timeline"].append(fault | draw.choice(ways) | seen)
        order = {"kind": "coolant_supply", "loop": loop["name"], "temperature": "49 °C"}
        if draw.random() < 0.3:
            asked["controls"]["actions"] = [order | {"at": f"{minutes - 35} min"}]


def _sensed(draw: Random, asked: Plain, minutes: int) -> None:
    """Loops on pipes, and sensors of pressure and humidity that lie."""
    lies: list[Plain] = [{"reads": "80 %"}, {"reads": "125 %"}, {"frozen": True}]
    seen = {"mode": "spoofed", "detected_after": "15 min", "restore_time": "10 min"}
    places = []
    for loop in asked["layout"]["cooling"].get("loops", []):
        if draw.random() < 0.4:
            loop["hydraulics"] = HYDRAULICS
            places.append({"component": members(loop)[0], "sensor": "pressure"})
    moist = [hall["name"] for hall in asked["layout"]["halls"] if "moisture" in hall]
    places += [{"component": name, "sensor": "humidity"} for name in moist]
    for place in places:
        at = {"at": f"{draw.randint(5, minutes - 40)} min"}
        asked["faults"]["timeline"].append(at | place | seen | draw.choice(lies))


def _watered(draw: Random, asked: Plain, minutes: int) -> None:
    """Towers with heated basins, rear doors and dry halls, by draws of its own too."""
    cooling = asked["layout"]["cooling"]
    towers = [plant for plant in cooling["plant"] if plant["type"].startswith("chiller")]
    for plant in towers:
        if draw.random() < 0.4:
            heater = {"basin_heater_w_k": draw.choice([200, 2000]), "antifreeze": "30 %"}
            size = {"overrides": {"capacity": "430 kW", "power_rated": "10 kW"}}
            pair = {"type": "chiller_water_1055", "count": plant.get("count", 1) + 1}
            plant.update(pair | size | heater)
            for fault in asked["faults"]["timeline"]:
                if fault["component"] == plant["name"] and "mode" not in fault:
                    fault["component"] = members(plant)[0]
            if "free_cooling" in plant and draw.random() < 0.5:
                plant["free_cooling"] = {"type": "tower", "mode": plant["free_cooling"]["mode"]}
    for hall in asked["layout"]["halls"]:
        if "moisture" in hall:
            _perhaps(draw, 0.5, hall["moisture"], dew_point_low="-25 °C", humidifier=0)
    if draw.random() < 0.5:
        row = asked["layout"]["halls"][0]["rows"][0]
        door = {"name": "door", "serves": row["name"], "plant": towers[0]["name"]}
        fans = {"type": "door_active_35", "fed_by": row["fed_by"]}
        cooling["doors"] = [door | draw.choice([{"type": "door_passive_20"}, fans])]
        gone = {"component": "door_2", "repair_after": "20 min"}
        asked["faults"]["timeline"].append(gone | {"at": f"{draw.randint(5, minutes - 30)} min"})


def _self_made(draw: Random, asked: Plain, minutes: int) -> None:
    """Engines that carry the first board, the utility behind them."""
    power = asked["layout"]["power"]
    board = next(group for group in power if group["type"].startswith("switchboard"))
    plain = isinstance(board["fed_by"], list) and all(isinstance(f, str) for f in board["fed_by"])
    if not plain:
        return
    if draw.random() < 0.6:
        engines = {"name": "engine", "type": "gas_engine_2500", "count": 2, "rating": "400 kW"}
        power.append(engines)
        board["fed_by"] = ["engine", *board["fed_by"]]
        gone = {"component": "engine_2", "repair_after": "20 min"}
        asked["faults"]["timeline"].append(gone | {"at": f"{draw.randint(5, minutes - 30)} min"})
        stage = {"below_hz": 59.0, "open": [asked["layout"]["halls"][0]["rows"][0]["name"]]}
        relays = {"stages": [stage], "machines": {"below_hz": 55.0, "after": "300 ms"}}
        _perhaps(draw, 0.5, asked["controls"], under_frequency=relays)


def _first_rack(hall: Plain) -> str:
    """The first rack of its first rows; numbers of racks are as wide as the last one's."""
    rows = hall["rows"][0]
    count = prod(int(part) for part in rows["racks"].split(" x ")[:-1])
    return f"{rows['name']}_r{1:0{len(str(count))}}"


def _lost(draw: Random, layout: Plain) -> Plain:
    """A component of the power or of the cooling."""
    cooling = layout["cooling"]
    cold = [group for key in ("air", "plant", "loops") for group in cooling.get(key, [])]
    group = draw.choice(layout["power"] if draw.random() < 0.6 else cold)
    return {"component": draw.choice(members(group))}


def _outage() -> list[Plain]:
    return [{"kind": "utility_outage", "at": "20 min", "duration": "15 min"}]


def _sag() -> list[Plain]:
    depth = {"target": "utility", "remaining_voltage": "40 %", "duration": "0.2 s"}
    return [{"kind": "sag", "at": "25 min"} | depth]


def _controls(draw: Random, asked: Plain, site_kw: int) -> Plain:
    """Whose turn it is, what stores do, and who gives way."""
    layout = asked["layout"]
    found: Plain = {"scheduler": draw.choice(SCHEDULERS)}
    rule = draw.choice([_shaving(site_kw), _by_list(), {"kind": "arbitrage"}, _ramp(), None])
    if rule and any(group["name"] == "bess" for group in layout["power"]):
        found["storage"] = [rule | {"bess": "bess", "start_charge": "50 %"}]
    _perhaps(draw, 0.3, found, load_shedding={"order": [layout["halls"][0]["rows"][0]["name"]]})
    call = {"at": "30 min", "duration": "30 min", "depth": "20 %"}
    tiers = {asked["workload"][0]["name"]: 2}
    _perhaps(draw, 0.3, found, demand_response={"tiers": tiers, "events": [call]})
    return found


def _shaving(site_kw: int) -> Plain:
    return {"kind": "peak_shave", "limit": f"{0.8 * site_kw:.0f} kW"}


def _by_list() -> Plain:
    steps = [{"at": "20 min", "charge": "60 kW"}, {"at": "70 min", "discharge": "50 kW"}]
    return {"kind": "schedule", "steps": steps}


def _ramp() -> Plain:
    return {"kind": "ramp_limit", "per_minute": "20 kW"}


def members(group: Plain) -> list[str]:
    """The components of a group by name."""
    count = group.get("count", 1)
    if count == 1:
        return [group["name"]]
    return [f"{group['name']}_{place + 1}" for place in range(count)]


def _perhaps(draw: Random, share: float, held: Plain, **keys: Any) -> None:
    """Set keys, now and then."""
    if draw.random() < share:
        held.update(keys)


def _served(draw: Random, asked: Plain) -> None:
    """Services by one software or another, which schedule otherwise and keep other caches."""
    for work in asked["workload"]:
        if work["kind"] == "inference":
            software = draw.choice(["vllm", "vllm_async", "sglang", "tensorrt_llm"])
            _perhaps(draw, 0.6, work, engine={"software": software})


def _chained(draw: Random, asked: Plain) -> None:
    """Small jobs that wait for one another, one for the failure of another, and one for a start."""
    if draw.random() > 0.5:
        return
    first = {"run": f"{draw.choice([5, 15])} min", "ends": draw.choice(["completed", "failed"])}
    asked["workload"] += [
        _one_job("prepare", **first),
        _one_job(
            "fit", run="20 min", after=draw.choice(["prepare", "afterany:prepare"]), requeue=False
        ),
        _one_job("rescue", run="5 min", after="afternotok:prepare?afternotok:fit"),
        _one_job("watch", run="30 min", after="after:fit+3", submit="90 s"),
    ]


def _one_job(name: str, **keys: Any) -> Plain:
    return {"kind": "job", "name": name, "nodes": 1} | keys


def _ringed(draw: Random, asked: Plain, minutes: int) -> None:
    """Transformers on an open ring of medium voltage that is broken for a while."""
    groups = asked["layout"]["power"]
    fed = next(g for g in groups if g["type"].startswith("transformer"))
    if draw.random() > 0.3:
        return
    ring_fed = fed["fed_by"]
    boards = {"name": "ring_board", "type": "mv_switchgear_30mw", "count": fed.get("count", 1)}
    fed["fed_by"] = {"source": "ring_board", "pairing": "matched"}
    stated = {
        "ends": ["ring_feed_1", "ring_feed_2"],
        "boards": members(boards),
        "switching": draw.choice(["20 s", "5 min"]),
    }
    count = boards["count"] + 1
    groups += [
        {"name": "ring_feed", "type": "mv_switchgear_30mw", "count": 2, "fed_by": ring_fed},
        boards,
        {"name": "ring", "type": "mv_switchgear_30mw", "count": count, "ring": stated},
    ]
    gone = draw.choice(["ring_1", "ring_feed_1", f"ring_{count}", "ring_feed_2"])
    fault = {"at": f"{draw.randint(5, minutes - 40)} min", "component": gone}
    asked["faults"]["timeline"].append(fault | {"repair_after": "12 min"})
