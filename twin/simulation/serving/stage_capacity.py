"""What one stage of a service could do and does, rack by rack."""

from __future__ import annotations

from dataclasses import dataclass, field

from twin.arrays import Array, Mask
from twin.results.enums import Cause
from twin.simulation.serving.fleet import Fleet
from twin.simulation.state.record import Key


@dataclass
class StageCapacity:
    """Output tokens/s of a stage, (rack of its fleet,); summed up once."""

    fleet: Fleet
    whole_by_rack: Array
    """When all is well."""
    now_by_rack: Array
    cause: Cause | None = None
    """Of what is missing; that of each rack where none is given."""
    whole: float = field(init=False)
    """Of all racks, when all is well."""
    now: float = field(init=False)
    """Of all racks."""
    missing_by_rack: Array = field(init=False)
    missing: float = field(init=False)

    def __post_init__(self) -> None:
        self.whole = float(self.whole_by_rack.sum())
        self.now = float(self.now_by_rack.sum())
        self.missing_by_rack = self.whole_by_rack - self.now_by_rack
        self.missing = float(self.missing_by_rack.sum())

    def shortfall(self, work: str) -> list[tuple[Key, float, float]]:
        """(key, share of what is missing, GPUs missing) of every rack that has less than it could
        have.
        """
        if self.missing <= 0:
            return []
        missing = self.missing_by_rack
        fleet = self.fleet
        gpus = missing / fleet.speed.capacity_tokens_per_s * fleet.gpus_each
        names = fleet.world.facility.racks.id
        return [
            (
                (self.cause or fleet.why_short(int(r)), names[r], work),
                missing[i] / self.missing,
                gpus[i],
            )
            for i, r in enumerate(fleet.racks)
            if missing[i] > 0
        ]


class ServiceStages:
    """All stages of a service, which gives what the one that has least gives."""

    def __init__(self, of: tuple[Array | Mask, ...], stages: list[StageCapacity]) -> None:
        self.of = of
        """Arrays that these were summed of."""
        self.each = stages
        self.least = min(stages, key=lambda stage: stage.now)
        self.now = self.least.now
        self.whole = min(stage.whole for stage in stages)
        """When all is well."""

    def are_of(self, makes: Array, reads: Array, sends: Array, awake: Mask) -> bool:
        """Whether they were summed of these very arrays, which are replaced and never written."""
        of = self.of
        return of[0] is makes and of[1] is reads and of[2] is sends and of[3] is awake
