"""What faults and throttling cost: tokens and GPU hours, by cause, rack and workload; and beside it
what is not made for causes that are no fault.
"""

from __future__ import annotations

from twin.arrays import Array
from twin.results.enums import Cause
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World
from twin.simulation.state.record import Key


class Losses(Discipline):
    """Rates that hold between events, and their integrals."""

    def __init__(self, world: World) -> None:
        self.own = world.state.losses
        self.rack_row = {name: i for i, name in enumerate(world.facility.racks.id)}

    def hold(self) -> None:
        """Start the rates of a new interval; jobs and services enter theirs after this."""
        self.own.token_rate = {}
        self.own.gpu_rate = {}
        self.own.usual_rate = {}

    def rate(self, key: Key, tokens_per_s: float, gpus: float) -> None:
        """Tokens a second and GPUs that this cause withholds until the next event."""
        own = self.own
        own.token_rate[key] = own.token_rate.get(key, 0.0) + tokens_per_s
        own.gpu_rate[key] = own.gpu_rate.get(key, 0.0) + gpus

    def at_once(self, key: Key, tokens: float) -> None:
        """Tokens lost at one instant: work rolled back, requests given up."""
        if tokens > 0:
            self.own.tokens[key] = self.own.tokens.get(key, 0.0) + tokens
            if key[1] in self.rack_row:
                self.own.rack_tokens[self.rack_row[key[1]]] += tokens

    def usual_rate(self, cause: Cause, workload: str, tokens_per_s: float) -> None:
        """Tokens a second that no fault withholds until the next event; negative where gained."""
        key = (cause, "", workload)
        self.own.usual_rate[key] = self.own.usual_rate.get(key, 0.0) + tokens_per_s

    def usual_at_once(self, key: Key, tokens: float) -> None:
        """Tokens that no fault took."""
        self.own.usual[key] = self.own.usual.get(key, 0.0) + tokens

    def advance(self, span_s: float) -> None:
        """Integrate the rates."""
        own = self.own
        for key, rate in own.token_rate.items():
            self.at_once(key, rate * span_s)
        for key, gpus in own.gpu_rate.items():
            own.gpu_s[key] = own.gpu_s.get(key, 0.0) + gpus * span_s
        for key, rate in own.usual_rate.items():
            self.usual_at_once(key, rate * span_s)

    @property
    def total_tokens(self) -> float:
        """All tokens lost so far."""
        return float(sum(self.own.tokens.values()))

    def by_rack(self) -> Array:
        """(rack,) tokens lost so far."""
        return self.own.rack_tokens.copy()
