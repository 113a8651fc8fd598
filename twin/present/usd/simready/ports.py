"""Connection points: where power, coolant and air come in and go out of each kind of equipment.

Every property of a point's domain is written. One that nobody states is an explicit 0 or `none`;
pipe sizes and pressures follow from stated assumptions. Names serve profile 0.1.0 too, which reads
the type of a point from its name and has no name for a network port; those stand in a scope of
their own.
"""

from __future__ import annotations

from math import ceil, pi, sqrt
from typing import Any

from twin.present.usd.simready.equipment import MEDIUM_VOLTAGE_W, AssetSubject, ConnectionPoint
from twin.present.usd.simready.figures import current_a, drawn_w, rating_w
from twin.present.usd.simready.units import from_si

CLEARANCE_M = 0.914
"""Free depth in front of a point, for the person who works on it (assumed: three feet)."""
PIPE_M_S = 2.0
"""Velocity that pipes are sized for (assumed)."""
_BORES_M = (0.025, 0.032, 0.04, 0.05, 0.065, 0.08, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5)
"""Nominal bores of pipe, DN 25 to DN 500 (ISO 6708)."""
_BREAKER_FRAC = 1.25
"""Breaker over rated current (assumed)."""
_FLUIDS = {"pg25": "glycol_water_25", "water": "water"}
_PLANT = ("chiller", "dry_cooler")
_POWER = ("transformer", "switchboard", "ats", "ups", "rpp", "pdu", "busway", "cable")
_GIVERS = ("utility", "prime_generator", "generator")

Place = tuple[float, float, float]


def ports(equipment: AssetSubject, known: dict[str, Any]) -> tuple[ConnectionPoint, ...]:
    """Every connection point of a piece of equipment; `known` are its figures."""
    found = [*_electrical(equipment, known), *_thermal(equipment, known)]
    if equipment.kind in ("rack", "crah", "dry_cooler"):
        found += _air(equipment, known)
    if equipment.kind in ("rack", "switch"):
        found.append(_network(equipment, known))
    return tuple(found)


def bore_m(flow_m3_s: float) -> float:
    """Smallest nominal bore that carries a flow at `PIPE_M_S`; 0 without a flow."""
    if flow_m3_s <= 0:
        return 0.0
    wanted = sqrt(4 * flow_m3_s / (pi * PIPE_M_S))
    return next((bore for bore in _BORES_M if bore >= wanted), ceil(10 * wanted) / 10)


def _spot(equipment: AssetSubject, x: float, y: float, z: float) -> Place:
    """A place by shares of half the width, half the depth and the height."""
    width, depth, height = equipment.size
    return x * width / 2, y * depth / 2, z * height


def _electrical(equipment: AssetSubject, known: dict[str, Any]) -> list[ConnectionPoint]:
    kind = equipment.kind
    inputs = [] if kind in _GIVERS else ["in_a", "in_b"]
    if kind in ("transformer", "rpp", "pdu", "busway", "cable", "pump", "water_pump", "switch"):
        inputs = ["in_a"]
    outputs = ["out"] if kind in (*_POWER, *_GIVERS) else []
    medium = _medium(equipment)
    spots = [(name, "input", -0.6 + 0.4 * rank) for rank, name in enumerate(inputs)]
    spots += [(name, "output", 0.6) for name in outputs]
    return [
        ConnectionPoint(
            f"twin_electrical_nominal_voltage_{name}",
            "electrical",
            direction,
            "power",
            "hardwired",
            _spot(equipment, x, 0.8, 1.0),
            _electrical_values(
                equipment, 0.0 if medium or _high(kind, direction) else known["voltage_v"]
            ),
        )
        for name, direction, x in spots
    ]


def _medium(equipment: AssetSubject) -> bool:
    """Whether its voltage is a medium one, which no row states."""
    board = equipment.kind == "switchboard" and rating_w(equipment) >= MEDIUM_VOLTAGE_W
    return board or equipment.kind in _GIVERS


def _high(kind: str, direction: str) -> bool:
    return kind == "transformer" and direction == "input"


def _electrical_values(equipment: AssetSubject, voltage_v: float) -> dict[str, object]:
    power = drawn_w(equipment)
    current = current_a(power, voltage_v)
    return {
        "matingDepth": 0.0,
        "nominalVoltage": voltage_v,
        "maxCurrent": current,
        "phases": 3,
        "frequency": equipment.frequency_hz,
        "connectorType": "hardwired",
        "ratedPower": power,
        "breakerRating": _BREAKER_FRAC * current,
        "powerFactor": 1.0,
    }


def _thermal(equipment: AssetSubject, known: dict[str, Any]) -> list[ConnectionPoint]:
    kind = equipment.kind
    if kind == "rack":
        flow = known.get("coolant_flow_m3_s") or 0.0
        supply = known.get("coolant_supply_max_degc") or 0.0
        wet = (equipment, flow, supply, "glycol_water_25")
        return _pair("tcs", "TCS", wet, (-0.5, 0.5), 0.6, 1.0) if flow else []
    if kind == "cdu":
        served = known.get("flow_m3_s") or 0.0
        facility = (equipment, known.get("primary_flow_m3_s") or 0.0, 0.0, "water")
        loop = (equipment, served, 0.0, _FLUIDS.get(str(known.get("fluid")), "glycol_water_25"))
        return [
            *_pair("fws", "FWS", facility, (-0.5, 0.5), 1.0, 0.15),
            *_pair("tcs", "TCS", loop, (-0.5, 0.5), 1 / 3, 1.0),
        ]
    if kind == "crah":
        water = (equipment, known.get("primary_flow_m3_s") or 0.0, 0.0, "water")
        return _pair("liq", "FWS", water, (-0.2, 0.2), 0.8, 1.0)
    if kind in (*_PLANT, "pump", "water_pump", "tank"):
        fluid = _FLUIDS.get(str(known.get("fluid")), "water")
        flow = (known.get("flow_m3_s") or 0.0) if kind in _PLANT else 0.0
        return _pair("liq", "FWS", (equipment, flow, 0.0, fluid), (-0.9, 0.9), 0.0, 0.2)
    return []


def _pair(
    stem: str,
    system: str,
    carries: tuple[AssetSubject, float, float, str],
    sides: tuple[float, float],
    y: float,
    z: float,
) -> list[ConnectionPoint]:
    """Supply and return of one loop: equipment, flow in m³/s, warmest supply in °C, fluid."""
    equipment, flow, warmest, fluid = carries
    return [
        ConnectionPoint(
            f"twin_{stem}_{direction}_main",
            "thermal",
            direction,
            system,
            "flanged",
            _spot(equipment, side, y, z),
            _thermal_values(flow, warmest if direction == "supply" else 0.0, fluid),
        )
        for direction, side in zip(("supply", "return"), sides, strict=True)
    ]


def _thermal_values(flow_m3_s: float, warmest_degc: float, fluid: str) -> dict[str, object]:
    bore = bore_m(flow_m3_s)
    flow = from_si(flow_m3_s, "L/s")
    return {
        "portDiameter": bore,
        "matingDepth": 0.0,
        "designFlowRate": flow,
        "maxFlowRate": flow,
        "designTemperature": 0.0,
        "maxTemperature": warmest_degc,
        "operatingPressure": 0.0,
        "maxPressure": 0.0,
        "fluidType": fluid,
        "flangeRating": "none",
        "flangeSize": f"DN{round(1000 * bore)}" if bore else "none",
    }


def _air(equipment: AssetSubject, known: dict[str, Any]) -> list[ConnectionPoint]:
    """In at the front and out at the back; an air handler draws at its back and blows forward."""
    flow = known.get("air_flow_m3_s") if equipment.kind == "rack" else known.get("flow_m3_s")
    flow = 0.0 if equipment.kind == "dry_cooler" else float(flow or 0.0)
    front, back = ("outflow", "intake") if equipment.kind == "crah" else ("intake", "outflow")
    warmest = known.get("inlet_air_max_degc") or 0.0
    return [
        ConnectionPoint(
            f"twin_airvent_{flows}_{side}",
            "airflow",
            "input" if flows == "intake" else "output",
            "equipment_cooling",
            "open_vent",
            _spot(equipment, 0.0, y, 0.5),
            _air_values(equipment, flow, warmest if flows == "intake" else 0.0),
        )
        for flows, side, y in ((front, "front", -1.0), (back, "rear", 1.0))
    ]


def _air_values(
    equipment: AssetSubject, flow_m3_s: float, warmest_degc: float
) -> dict[str, object]:
    return {
        "interfaceWidth": equipment.size[0],
        "interfaceHeight": equipment.size[2],
        "freeAreaRatio": 0.0,
        "designAirflowRate": flow_m3_s,
        "maxAirflowRate": flow_m3_s,
        "designTemperature": 0.0,
        "maxTemperature": warmest_degc,
        "staticPressure": 0.0,
        "filterType": "none",
    }


def _network(equipment: AssetSubject, known: dict[str, Any]) -> ConnectionPoint:
    """All ports of one machine as one point: the fabric says which link goes where."""
    speed = known.get("nic_bandwidth_b_s") or known.get("port_bandwidth_b_s") or 0.0
    rate = f"{round(8 * speed / 1e9)}GbE" if speed else "none"
    return ConnectionPoint(
        "twin_network_ports",
        "network",
        "bidirectional",
        "high_speed_data",
        "OSFP",
        _spot(equipment, 0.0, 1.0, 0.5),
        {
            "portWidth": 0.0,
            "portHeight": 0.0,
            "matingDepth": 0.0,
            "portType": "OSFP",
            "protocol": "Ethernet",
            "dataRate": rate,
            "medium": "fiber",
            "fabricRole": "compute",
            "supportedLineRates": [rate],
            "supportedConfigurations": [f"{known.get('ports') or 0}x{rate}"],
            "allowedTransceivers": ["none"],
            "hotPlugCapable": True,
        },
        "NetworkPorts",
    )
