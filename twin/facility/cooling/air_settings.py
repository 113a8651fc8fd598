"""What air handlers hold and may mix in, from what a layout states of their group."""

from __future__ import annotations

from twin.physics.economiser import AirWindow
from twin.scenario.schema.cooling import AirSpec


def supply_degc(spec: object) -> float:
    """Set-point of supply air; nan for what has none."""
    stated = spec.supply_temperature if isinstance(spec, AirSpec) else None
    return float("nan") if stated is None else stated


def damper_window(spec: object) -> AirWindow | None:
    """What the dampers of an air handler may mix in."""
    asked = spec.economiser if isinstance(spec, AirSpec) else None
    if asked is None:
        return None
    return AirWindow(
        supply_degc(spec), asked.dew_point_low, asked.dew_point_high, asked.humidity_high
    )
