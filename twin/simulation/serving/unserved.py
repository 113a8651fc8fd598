"""Tokens that a service gives up, booked to what its pool lacks."""

from __future__ import annotations

from collections.abc import Sequence

from twin.results.enums import Cause
from twin.simulation.record.losses import Losses
from twin.simulation.state.record import Key

Shortfall = Sequence[tuple[Key, float, float]]
"""(key, share of the missing capacity, GPUs missing) of every rack that serves less than it
could."""


class Unserved:
    """The account of one service."""

    def __init__(self, losses: Losses, name: str) -> None:
        self.losses = losses
        self.name = name

    def at_once(self, tokens: float, short: Shortfall) -> None:
        """Enter tokens that are given up together."""
        for key, share, _ in short:
            if key[0] == Cause.CAPPED:
                self.losses.usual_at_once((Cause.CAPPED, "", self.name), tokens * share)
            else:
                self.losses.at_once(key, tokens * share)
        if not short:
            self.losses.usual_at_once((Cause.OVER_CAPACITY, "", self.name), tokens)

    def rate(self, dropping: float, missing: float, short: Shortfall) -> None:
        """Enter tokens/s that are given up, and of these what a whole pool would have served.

        missing   tokens/s of a whole pool over what there is
        """
        lost = min(dropping, missing)
        for key, share, gpus in short:
            if key[0] == Cause.CAPPED:
                self.losses.usual_rate(Cause.CAPPED, self.name, lost * share)
            else:
                self.losses.rate(key, lost * share, gpus)
        if dropping > lost:
            self.losses.usual_rate(Cause.OVER_CAPACITY, self.name, dropping - lost)
