"""How long faults last, and how their events say it."""

from __future__ import annotations

from twin.scenario.schema import TimedFault


def seconds(span_s: float) -> str:
    """A span in seconds, as events say it."""
    return f"{span_s:,.0f} s" if span_s >= 10 else f"{span_s:g} s"


def lasts_s(fault: TimedFault) -> float | None:
    """How long a fault of the time line lasts; None where a crew decides."""
    if fault.repair_after is not None:
        return fault.repair_after
    return fault.repair_at - fault.at if fault.repair_at is not None else None
