"""One figure of several results: how it changes, and which is better."""

from __future__ import annotations

import math
from dataclasses import dataclass

from twin.analysis.made import compared, counting

SAME_FRAC = 1e-9
"""Numbers closer than this, as a share, are the same."""


@dataclass(frozen=True)
class Row:
    """One figure of every result; NaN where a result has none."""

    name: str
    """As in the summary or in the economic figures, or what it is called here."""
    what: str
    """In words."""
    values: tuple[float, ...]
    better: str = ""
    """more, less, or empty where neither is better by itself."""
    made: tuple[float, ...] = ()
    """What each result made with it, where less of it is better only if no less was made."""

    def change(self, n: int) -> float:
        """Of result `n` less the first, in the figure's own unit."""
        return self.values[n] - self.values[0]

    def change_frac(self, n: int) -> float | None:
        """The same over the first; None where that says nothing: it is 0, or changes its sign."""
        first = self.values[0]
        held = self.values[n]
        if not math.isfinite(first + held) or first == 0 or first * held < 0:
            return None
        return (held - first) / abs(first)

    @property
    def differs(self) -> bool:
        """Whether any result has another value than the first."""
        return any(self.changes(n) for n in range(1, len(self.values)))

    def gains(self, n: int) -> float:
        """Above zero where result `n` is better than the first, below where it is worse: neither of
        an amount that follows what was made.
        """
        change = self.change(n)
        if not self.better or not math.isfinite(change):
            return 0.0
        gain = change if self.better == "more" else -change
        return counting(gain, self.made[n], self.made[0]) if self.made else gain

    def changes(self, n: int) -> bool:
        """Whether result `n` has another value than the first."""
        return _other(self.values[0], self.values[n])

    @property
    def best(self) -> tuple[int, ...]:
        """Places of the best values; none where nothing is better, or all are the same."""
        held = [one for one in self.values if math.isfinite(one)]
        if not self.better or not self.differs or len(held) < 2:
            return ()
        top = max(held) if self.better == "more" else min(held)
        found = tuple(n for n, one in enumerate(self.values) if not _other(top, one))
        most = max(self.made, default=0.0)
        return tuple(n for n in found if not self.made or compared(self.made[n], most) == 0)


def _other(first: float, held: float) -> bool:
    if math.isfinite(first) != math.isfinite(held):
        return True
    return abs(held - first) > SAME_FRAC * max(abs(first), abs(held))
