"""How racks ride through a loss: what is told of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from twin.cards import Shown


@dataclass(frozen=True)
class RackRide:
    """One rack after the loss. None where a thing did not happen while it was watched."""

    rack: str
    inlet_before_degc: float
    inlet_max_degc: float
    """Warmest air at its inlet at the end of a period of ten seconds."""
    inlet_warm_after_s: float | None
    """When that air reached the rack's limit, between two such moments by a straight line."""
    throttled_after_s: float | None
    off_after_s: float | None
    why_off: str


@dataclass(frozen=True, repr=False)
class RideThrough(Shown):
    """How a design rides through a loss."""

    lost: tuple[str, ...]
    watched_s: float
    workload: str
    """What kept the racks busy."""
    racks: tuple[RackRide, ...]
    events: tuple[dict[str, Any], ...]
    """What happened: `after_s`, `component`, `what`, `detail`."""

    @property
    def first_throttled_s(self) -> float | None:
        """Seconds to the first rack that lowers its clock."""
        return _least([rack.throttled_after_s for rack in self.racks])

    @property
    def first_off_s(self) -> float | None:
        """Seconds to the first rack that stops."""
        return _least([rack.off_after_s for rack in self.racks])

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "lost": list(self.lost),
            "watched_s": self.watched_s,
            "workload": self.workload,
            "first_throttled_s": self.first_throttled_s,
            "first_off_s": self.first_off_s,
            "racks_throttled": sum(r.throttled_after_s is not None for r in self.racks),
            "racks_off": sum(r.off_after_s is not None for r in self.racks),
            "racks": [asdict(rack) for rack in self.racks],
            "events": list(self.events),
        }


def _least(values: Sequence[float | None]) -> float | None:
    return min((value for value in values if value is not None), default=None)
