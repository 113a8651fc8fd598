"""What faults and throttling cost: tokens and GPU hours, by cause, rack and workload."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from twin.simulation.kernel.state import Array

Key = tuple[str, str, str]
"""(cause, rack or nothing, workload)"""


class Losses:
    """Rates that hold between events, and their integrals."""

    def __init__(self, racks: tuple[str, ...]) -> None:
        self.rack_row = {name: i for i, name in enumerate(racks)}
        self.token_rate: dict[Key, float] = {}
        self.gpu_rate: dict[Key, float] = {}
        self.tokens: defaultdict[Key, float] = defaultdict(float)
        self.gpu_s: defaultdict[Key, float] = defaultdict(float)
        self.rack_tokens = np.zeros(len(racks))

    def clear_rates(self) -> None:
        """Start the rates of a new interval."""
        self.token_rate = {}
        self.gpu_rate = {}

    def rate(self, key: Key, tokens_per_s: float, gpus: float) -> None:
        """Tokens a second and GPUs that this cause withholds until the next event."""
        self.token_rate[key] = self.token_rate.get(key, 0.0) + tokens_per_s
        self.gpu_rate[key] = self.gpu_rate.get(key, 0.0) + gpus

    def at_once(self, key: Key, tokens: float) -> None:
        """Tokens lost at one instant: work rolled back, requests given up."""
        if tokens > 0:
            self.tokens[key] += tokens
            if key[1] in self.rack_row:
                self.rack_tokens[self.rack_row[key[1]]] += tokens

    def advance(self, dt_s: float) -> None:
        """Integrate the rates."""
        for key, rate in self.token_rate.items():
            self.at_once(key, rate * dt_s)
        for key, gpus in self.gpu_rate.items():
            self.gpu_s[key] += gpus * dt_s

    @property
    def total_tokens(self) -> float:
        """All tokens lost so far."""
        return float(sum(self.tokens.values()))

    def by_rack(self) -> Array:
        """(rack,) tokens lost so far."""
        return self.rack_tokens.copy()
