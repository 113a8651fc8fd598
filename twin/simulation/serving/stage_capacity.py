"""What one stage of a service could do and does, rack by rack."""

from __future__ import annotations

from dataclasses import dataclass

from twin.arrays import Array
from twin.results.enums import Cause
from twin.simulation.serving.fleet import Fleet
from twin.simulation.state.record import Key


@dataclass(frozen=True)
class StageCapacity:
    """Output tokens/s of a stage, (rack of its fleet,)."""

    fleet: Fleet
    whole_by_rack: Array
    """When all is well."""
    now_by_rack: Array
    cause: Cause | None = None
    """Of what is missing; that of each rack where none is given."""

    @property
    def whole(self) -> float:
        """Of all racks, when all is well."""
        return float(self.whole_by_rack.sum())

    @property
    def now(self) -> float:
        """Of all racks."""
        return float(self.now_by_rack.sum())

    def shortfall(self, work: str) -> list[tuple[Key, float, float]]:
        """(key, share of what is missing, GPUs missing) of every rack that has less than it could
        have.
        """
        missing = self.whole_by_rack - self.now_by_rack
        total = float(missing.sum())
        if total <= 0:
            return []
        fleet = self.fleet
        gpus = missing / fleet.speed.capacity_tokens_per_s * fleet.pool.rank_gpus
        names = fleet.world.facility.racks.id
        return [
            ((self.cause or fleet.why_short(int(r)), names[r], work), missing[i] / total, gpus[i])
            for i, r in enumerate(fleet.racks)
            if missing[i] > 0
        ]
