"""A server from what its data sheet says, and a rack from the servers and switches it holds.

What a data sheet leaves out is filled in by the rules that stand behind the shipped racks; each
rule is a constant here, and numbers that come from one are marked *assumed*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.catalogue.rows import Gpu, Server, Switch

Fields = dict[str, Any]
"""Fields of a row by name."""

HEIGHT_UNIT_M = 0.04445
"""One rack unit (EIA-310)."""
SPECIFIC_HEAT_J_KG_K = 500.0
"""Of a server: steel, copper and boards; assumed, as for the shipped racks."""
AIR_FLOW_M3_S_W = 6.14e-5
"""3,900 CFM for 30 kW of heat in air; assumed, as for the shipped racks."""
COOLANT_FLOW_M3_S_W = 1.74e-8
"""120 L/min for 115 kW, as an NVL72 rack takes; assumed for others."""
EXHAUST_TO_JUNCTION_K = 42.6
"""From exhaust air to the junction of a GPU at full power: shipped air-cooled racks."""
COOLANT_TO_JUNCTION_K = 25.0
"""From leaving coolant to the junction of a GPU at full power: shipped liquid-cooled racks."""
INLET_AIR_MAX_DEGC = 30.0
"""Of a GPU server; assumed, that of a DGX H100."""
COOLANT_SUPPLY_MAX_DEGC = 45.0
"""Assumed: that of an NVL72 rack."""
MASS_KG_M = 366.0
"""Of a metre of servers stacked up: 130.45 kg in 8 units; assumed."""
BOOT_S = 300.0
"""Assumed, as for the shipped racks of servers."""
GPU_MTBF_H = 50_677.0
"""Hours between faults that stop a server, for each GPU in it: Llama 3 (arXiv 2407.21783)."""
SERVER_MTBF_H = 87_600.0
"""Of a server without GPUs: one fault in ten years; assumed."""
REPAIR_H = 8.0
"""Assumed, as for the shipped racks of servers."""

RACK_MASS_KG = 150.0
"""An empty rack; assumed."""
RACK_UNITS = 42
"""Of a rack whose height is not stated."""
RACK_OVERHEAD_M = 2.0 - RACK_UNITS * HEIGHT_UNIT_M
"""Height of frame, roof and floor around the units."""
RACK_FIXED = {"width_m": 0.6, "depth_m": 1.2, "height_m": 2.0, "mtbf_h": 87_600.0, "mttr_h": 8.0}
"""The box around the servers, and its faults; assumed, as for the shipped racks of servers."""


def server_defaults(stated: Mapping[str, Any], gpu: Gpu | None) -> Fields:
    """What a data sheet left out: fields of a `Server`, from those it stated.

    Heat to air and to coolant follow from the rated power and the liquid share; a height or a mass
    that is not stated follows from the other rules of this module.
    """
    height = float(stated.get("height_m") or 2 * HEIGHT_UNIT_M)
    mass = float(stated.get("mass_kg") or MASS_KG_M * height)
    gpus = int(stated.get("gpus") or 0)
    return {
        **{"gpus": 0, "cpus": 2 if gpu is None else 0, "cpu_idle_w": 0.0, "cpu_max_w": 0.0},
        **{"width_m": 0.483, "depth_m": 0.9, "height_m": height, "mass_kg": mass},
        **{"nics": 0, "nic_bandwidth_b_s": 0.0, "boot_s": BOOT_S, "mttr_h": REPAIR_H},
        "heat_capacity_j_k": SPECIFIC_HEAT_J_KG_K * mass,
        "mtbf_h": GPU_MTBF_H / gpus if gpus else SERVER_MTBF_H,
        "inlet_air_max_degc": INLET_AIR_MAX_DEGC,
        **_heat_paths(stated, gpu),
    }


def _heat_paths(stated: Mapping[str, Any], gpu: Gpu | None) -> Fields:
    """Flows of air and coolant, and the resistance from the GPU to whichever takes its heat."""
    rated_w = float(stated.get("power_rated_w") or 0.0)
    liquid_frac = float(stated.get("liquid_heat_frac") or 0.0)
    rise_k = COOLANT_TO_JUNCTION_K if liquid_frac else EXHAUST_TO_JUNCTION_K
    paths: Fields = {
        "liquid_heat_frac": 0.0,
        "air_flow_m3_s": AIR_FLOW_M3_S_W * rated_w * (1 - liquid_frac),
        "coolant_flow_m3_s": COOLANT_FLOW_M3_S_W * rated_w * liquid_frac,
        "junction_to_coolant_k_w": rise_k / gpu.power_max_w if gpu else 0.0,
    }
    limit = {"coolant_supply_max_degc": COOLANT_SUPPLY_MAX_DEGC} if liquid_frac else {}
    return {**paths, **limit}


def rack_of(
    servers: Sequence[tuple[int, Server]], switches: Sequence[tuple[int, Switch]], gpu: Gpu | None
) -> Fields:
    """Fields of a `Rack` that holds servers of one type and switches, each with its count.

    Rated power is the sum of rated loads, idle power the sum of idle loads (switches: typical).
    ValueError where the servers are of more than one type, or there is none.
    """
    if len(servers) != 1:
        raise ValueError("servers of one type in a rack: '2 x my_server', and switches beside them")
    count, server = servers[0]
    return {
        **RACK_FIXED,
        **_chips(count, server),
        **_loads(count, server, switches, gpu),
        **_heat(count, server, switches),
        "mass_kg": RACK_MASS_KG + count * server.mass_kg,
        "nics_per_node": server.nics,
        "nic_bandwidth_b_s": server.nic_bandwidth_b_s,
        "boot_s": server.boot_s,
        "node_mtbf_h": server.mtbf_h,
        "price_usd": _price(count, server, switches),
    }


def _chips(count: int, server: Server) -> Fields:
    return {
        "vendor": server.vendor,
        "kind": "server_rack",
        "gpu": server.gpu,
        "nodes_per_rack": count,
        "gpus_per_node": server.gpus,
        "cpus_per_node": server.cpus,
        "cpu_idle_w": server.cpu_idle_w,
        "cpu_max_w": server.cpu_max_w,
    }


def _loads(
    count: int, server: Server, switches: Sequence[tuple[int, Switch]], gpu: Gpu | None
) -> Fields:
    """Power at the rack's input; what chips do not explain of the idle load is the node's rest."""
    chips_w = server.cpus * server.cpu_idle_w + (server.gpus * gpu.power_idle_w if gpu else 0.0)
    idle_w = sum(n * switch.power_typical_w for n, switch in switches)
    rated_w = sum(n * switch.power_max_w for n, switch in switches)
    return {
        "node_other_w": max(server.power_idle_w - chips_w, 0.0),
        "node_converter_constant_w": 0.0,
        "node_converter_efficiency_frac": 1.0,
        "chassis_per_rack": 1,
        "chassis_fixed_w": idle_w,
        "rectifiers_per_chassis": 1,
        "rectifier_constant_w": 0.0,
        "rectifier_efficiency_frac": 1.0,
        "power_idle_w": idle_w + count * server.power_idle_w,
        "power_rated_w": rated_w + count * server.power_rated_w,
    }


def _heat(count: int, server: Server, switches: Sequence[tuple[int, Switch]]) -> Fields:
    """Heat of switches leaves in air, so that they thin the liquid share."""
    beside_w = sum(n * switch.power_max_w for n, switch in switches)
    servers_w = count * server.power_rated_w
    return {
        "liquid_heat_frac": server.liquid_heat_frac * servers_w / (servers_w + beside_w),
        "coolant_flow_m3_s": count * server.coolant_flow_m3_s,
        "air_flow_m3_s": count * server.air_flow_m3_s + AIR_FLOW_M3_S_W * beside_w,
        "heat_capacity_j_k": count * server.heat_capacity_j_k,
        "junction_to_coolant_k_w": server.junction_to_coolant_k_w,
        "coolant_supply_max_degc": server.coolant_supply_max_degc,
        "inlet_air_max_degc": server.inlet_air_max_degc,
    }


def _price(count: int, server: Server, switches: Sequence[tuple[int, Switch]]) -> float | None:
    """Of all that stands in the rack; None where one price is not known."""
    prices = [(count, server.price_usd), *((n, switch.price_usd) for n, switch in switches)]
    known = [n * price for n, price in prices if price is not None]
    return sum(known) if len(known) == len(prices) else None


def units_taken(
    servers: Sequence[tuple[int, Server]], switches: Sequence[tuple[int, Switch]]
) -> float:
    """Rack units that servers and switches fill."""
    height_m = sum(n * server.height_m for n, server in servers)
    height_m += sum(n * switch.height_m for n, switch in switches)
    return height_m / HEIGHT_UNIT_M


def units_of(height_m: float) -> int:
    """Rack units inside a rack of that height."""
    return int((height_m - RACK_OVERHEAD_M) / HEIGHT_UNIT_M + 1e-6)
