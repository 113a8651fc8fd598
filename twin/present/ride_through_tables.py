"""A ride-through for the terminal: sentences, and the racks that it reached, soonest first."""

from __future__ import annotations

from twin.analysis.ride_through import RackRide, RideThrough
from twin.present.blocks import Grid

SHOWN = 20
"""Racks that the terminal shows; --json has all."""


def sentences(found: RideThrough) -> list[str]:
    """What happened, in short."""
    told = found.as_dict()
    watched = f"{found.watched_s:g} s"
    throttle = _after("throttles", found.first_throttled_s, told["racks_throttled"])
    stop = _after("stops", found.first_off_s, told["racks_off"])
    hottest = max(found.racks, key=lambda rack: rack.inlet_max_degc)
    return [
        f"Lost at once: {', '.join(found.lost)}; watched {watched}.",
        f"Full load: {found.workload}.",
        f"{throttle} {stop}",
        f"Warmest inlet air {hottest.inlet_max_degc:.1f} °C, at {hottest.rack}.",
    ]


def _after(does: str, first_s: float | None, racks: int) -> str:
    if first_s is None:
        return f"No rack {does}."
    return f"The first rack {does} after {first_s:.0f} s; {racks} do."


def reached(found: RideThrough) -> Grid:
    """Racks, those that stop first."""
    order = sorted(found.racks, key=_urgency)
    rows = tuple(
        (
            rack.rack,
            f"{rack.inlet_before_degc:.1f}",
            f"{rack.inlet_max_degc:.1f}",
            _seconds(rack.inlet_warm_after_s),
            _seconds(rack.throttled_after_s),
            _seconds(rack.off_after_s),
            rack.why_off,
        )
        for rack in order[:SHOWN]
    )
    left = len(order) - len(rows)
    return Grid(
        "racks",
        (
            "rack",
            "inlet before, °C",
            "inlet at most, °C",
            "above its limit after, s",
            "throttled after, s",
            "off after, s",
            "why off",
        ),
        rows,
        (False, True, True, True, True, True, False),
        f"{left} more; --json has all" if left > 0 else "",
    )


def _urgency(rack: RackRide) -> tuple[float, float, float]:
    """Soonest off, soonest throttled, warmest."""
    never = float("inf")
    off = never if rack.off_after_s is None else rack.off_after_s
    throttled = never if rack.throttled_after_s is None else rack.throttled_after_s
    return off, throttled, -rack.inlet_max_degc


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
