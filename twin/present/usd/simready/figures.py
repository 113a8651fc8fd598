"""What is known of a piece of equipment, in SI, by the name that the attribute tables use."""

from __future__ import annotations

from math import sqrt
from typing import Any

from twin.present.usd.simready.equipment import AssetSubject

_BOX_KG_M3 = {
    "rack": 900.0,
    "cdu": 420.0,
    "crah": 150.0,
    "ups": 450.0,
    "chiller": 300.0,
    "dry_cooler": 100.0,
    "prime_generator": 220.0,
    "generator": 220.0,
    "transformer": 560.0,
    "switchboard": 240.0,
    "switch": 1000.0,
    "pump": 1500.0,
    "water_pump": 1500.0,
    "utility": 50.0,
}
_OTHER_KG_M3 = 300.0
"""Mass over the volume of the box where no row states a mass (assumed, from typical machines of the
kind)."""

CURVE_POINTS = 5
"""Points that the profile wants of a curve."""


def figures(equipment: AssetSubject) -> dict[str, Any]:
    """SI figures and words by name: the row's own columns, and what follows from them.

    None where nobody states a figure.
    """
    row = dict(equipment.row)
    known = {**row, "rated_w": rating_w(equipment), "mass_kg": mass_kg(equipment)[0]}
    known |= {"voltage_v": row.get("voltage_v") or equipment.low_voltage_v}
    known |= {"frequency_hz": equipment.frequency_hz, "phases": 3, "gpus": gpus(equipment)}
    known |= {"current_a": current_a(drawn_w(equipment), known["voltage_v"])}
    known |= _FOR.get(equipment.kind, _nothing)(known)
    return known


def gpus(equipment: AssetSubject) -> int:
    """GPUs inside, by the row where there is one."""
    row = equipment.row
    stated = row.get("nodes_per_rack", 0) * row.get("gpus_per_node", 0)
    return int(stated or equipment.gpus)


def rating_w(equipment: AssetSubject) -> float:
    """Rated power, or rated heat of what cools; 0 where neither row nor table states it."""
    row = equipment.row
    stated = row.get("power_rated_w") if equipment.kind == "rack" else None
    stated = stated or row.get("rating_w") or row.get("capacity_w") or row.get("power_max_w")
    return float(stated or equipment.rating_w or 0.0)


def drawn_w(equipment: AssetSubject) -> float:
    """Electrical power at its connection point: what a machine draws or a power component
    carries.
    """
    row = equipment.row
    if "capacity_w" not in row:
        return rating_w(equipment)
    compressor = row["capacity_w"] / row["cop_reference"] if row.get("cop_reference") else 0.0
    return float(row["power_rated_w"] + compressor)


def mass_kg(equipment: AssetSubject) -> tuple[float, str]:
    """Mass in kilograms and where it comes from."""
    if stated := equipment.row.get("mass_kg"):
        return float(stated), f"catalogue row {equipment.type}"
    width, depth, height = equipment.size
    density = _BOX_KG_M3.get(equipment.kind, _OTHER_KG_M3)
    return density * width * depth * height, f"assumed: {density:g} kg per cubic metre of its box"


def current_a(power_w: float, voltage_v: float, power_factor: float = 1.0) -> float:
    """Current of each of three phases; 0 where the voltage is not stated."""
    return power_w / (sqrt(3.0) * voltage_v * power_factor) if voltage_v else 0.0


def pump_curve(known: dict[str, Any]) -> list[tuple[float, float]] | None:
    """(flow in m³/s, head in Pa) from no flow to the rated flow; None where no head is stated."""
    rated = known.get("head_pa")
    if rated is None:
        return None
    shut = known.get("shutoff_head_pa") or rated * 4 / 3
    shares = [index / (CURVE_POINTS - 1) for index in range(CURVE_POINTS)]
    fall = shut - rated
    return [
        (share * known["flow_m3_s"], shut - fall * share ** known["head_exponent"])
        for share in shares
    ]


def _nothing(known: dict[str, Any]) -> dict[str, Any]:
    return {}


def _rack(known: dict[str, Any]) -> dict[str, Any]:
    liquid = known.get("liquid_heat_frac")
    if liquid is None:
        return {}
    rated = known["rated_w"]
    wet = known["coolant_supply_max_degc"] is not None and known["coolant_flow_m3_s"] > 0
    return {
        "liquid_heat_w": rated * liquid,
        "air_heat_w": rated * (1.0 - liquid),
        "dc_power_w": rated * known["rectifier_efficiency_frac"],
        "air_need": [(known["inlet_air_max_degc"], known["air_flow_m3_s"])],
        "liquid_need": [(known["coolant_supply_max_degc"], known["coolant_flow_m3_s"])]
        if wet
        else None,
        "structure": f"{known['nodes_per_rack']} nodes of {known['gpus_per_node']} GPUs"
        if known["nodes_per_rack"]
        else None,
    }


def _cdu(known: dict[str, Any]) -> dict[str, Any]:
    if "capacity_w" not in known:
        return {}
    pumps = known["pumps_per_unit"]
    share = known["flow_per_pump_frac"]
    return {
        "flow_all_pumps_m3_s": known["flow_m3_s"] * pumps * share,
        "pump_curve": pump_curve(known),
        "pump_redundancy": f"{pumps} pumps, each gives {100 * share:g} % of the rated flow",
        "mount": "In Rack" if known["height_m"] < 1.0 else "In Row",
        "fluid_words": "25 % propylene glycol" if known["fluid"] == "pg25" else known["fluid"],
        "facility_fluid": "Water",
    }


def _crah(known: dict[str, Any]) -> dict[str, Any]:
    if "capacity_w" not in known:
        return {}
    return {"fan_power_w": known["power_rated_w"] / known["pumps_per_unit"]}


_FOR = {"rack": _rack, "cdu": _cdu, "crah": _crah}
