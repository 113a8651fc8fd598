"""What runs made of what they drew and paid: tokens, else GPU hours of work, else rack hours.

A design that serves less draws less, and is no better for it. So amounts decide between designs
only where no less was made, and stand beside themselves for each unit that was made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twin.results import Result

HOUR_S = 3600.0
SAME_FRAC = 1e-6
"""What was made is the same where it differs by no more, as a share."""


@dataclass(frozen=True)
class Made:
    """What each of some runs made."""

    unit: str
    """What one of them is, in words."""
    of_many: str
    """What many of them are."""
    amounts: tuple[float, ...]

    @property
    def differs(self) -> bool:
        """Whether any made more or less than the first."""
        return any(self.more(n) for n in range(1, len(self.amounts)))

    def more(self, n: int) -> int:
        """1 where run `n` made more than the first, -1 where less, 0 where the same."""
        return compared(self.amounts[n], self.amounts[0])


def compared(held: float, first: float) -> int:
    """1 where more than the first was made, -1 where less, 0 where as much."""
    if abs(held - first) <= SAME_FRAC * max(abs(held), abs(first)):
        return 0
    return 1 if held > first else -1


def made(results: Sequence[Result]) -> Made:
    """Millions of tokens where any run made some, else GPU hours of work, else hours of racks that
    were on.
    """
    tokens = [float(held.summary.get("tokens_total") or 0.0) / 1e6 for held in results]
    if any(tokens):
        return Made("a million tokens", "tokens", tuple(tokens))
    busy = [float(held.summary.get("gpu_hours_busy") or 0.0) for held in results]
    if any(busy):
        return Made("a GPU hour of work", "GPU hours of work", tuple(busy))
    return Made("a rack hour", "rack hours", tuple(_rack_hours(held) for held in results))


def _rack_hours(result: Result) -> float:
    """Hours that racks were on, of all of them together."""
    racks = result.frame("racks")
    ends = racks["time_s"].to_numpy()
    if not ends.size:
        return 0.0
    moments = np.unique(ends)
    spans_s = np.diff(moments, prepend=0.0)
    on = racks["on_frac"].to_numpy() * spans_s[np.searchsorted(moments, ends)]
    return float(on.sum()) / HOUR_S
