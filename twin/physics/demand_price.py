"""What the highest draw of each billing period costs, as a dispatch weighs it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.tariff import NO_RATCHET, RATCHET_PERIODS, Ratchet

Array = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class WindowPrice:
    """What the highest draw of each billing period costs within certain steps."""

    usd_per_w: Array
    """(period,)"""
    counts: NDArray[np.bool_]
    """(step,) which they are."""


@dataclass(frozen=True)
class DemandPrice:
    """What the highest draw of each billing period costs."""

    usd_per_w: Array
    """(period,)"""
    period: Index
    """(step,) the period of each."""
    ratchet: Ratchet = NO_RATCHET
    windows: tuple[WindowPrice, ...] = ()

    @property
    def all_usd_per_w(self) -> Array:
        """(peak,) of every period, then of every period of each window."""
        return np.concatenate([self.usd_per_w, *(one.usd_per_w for one in self.windows)])

    def least_w(self) -> Array:
        """(peak,) that is billed for whatever is drawn."""
        least = np.zeros(self.all_usd_per_w.size)
        periods = self.usd_per_w.size
        least[:periods] = self.ratchet.billed_w(least[:periods])
        return least

    def later(self) -> tuple[Index, Index]:
        """Pairs of a period and one before it whose draw counts in its ratchet."""
        one, before = np.tril_indices(self.usd_per_w.size, -1)
        near = (one - before <= RATCHET_PERIODS) & (self.ratchet.share > 0)
        return one[near].astype(np.int64), before[near].astype(np.int64)
