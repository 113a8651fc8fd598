"""What runs made of what they drew and paid: tokens, else GPU hours of work, else rack hours.

A design that serves less draws less, and is no better for it. So amounts decide between designs
only where no less was made, and stand beside themselves for each unit that was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin.quantities import figures
from twin.results import Result

HOUR_S = 3600.0
SAME_FRAC = 1e-6
"""What was made is the same where it differs by no more, as a share."""
FOLLOWS = ("energy_facility_j", "energy_cooling_j", "peak_demand_w", "carbon_kg", "cost_usd")
"""What falls with what is made: less of it is better only where no less was made."""


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

    def said(self, held: tuple[str, float], first: tuple[str, float]) -> str:
        """That one made less or more than another, each by its name and amount, and what is
        therefore not called better or worse.
        """
        fewer = held[1] < first[1]
        share = f"{figures(100 * abs(held[1] - first[1]) / first[1], 2)} %" if first[1] else "all"
        told = f"{held[0]} made {share} {'fewer' if fewer else 'more'} {self.of_many}"
        what = "less is not called better" if fewer else "more is not called worse"
        return f"{told} than {first[0]}: that it draws, emits or pays {what}"


def compared(held: float, first: float) -> int:
    """1 where more than the first was made, -1 where less, 0 where as much."""
    if abs(held - first) <= SAME_FRAC * max(abs(held), abs(first)):
        return 0
    return 1 if held > first else -1


def counting(gain: float, held: float, first: float) -> float:
    """What a gain in an amount that follows what is made counts for, beside what was made with it:
    nothing where it is less of both, or more of both.
    """
    return 0.0 if gain * compared(held, first) < 0 else gain


def made(results: Sequence[Result]) -> Made:
    """What their summaries say, else hours of racks that were on."""
    told = made_by_summaries([held.summary for held in results])
    return told or Made("a rack hour", "rack hours", tuple(_rack_hours(held) for held in results))


def made_by_summaries(summaries: Sequence[Mapping[str, Any]]) -> Made | None:
    """Millions of tokens where any run made some, else GPU hours of work; None of neither."""
    tokens = [amount / 1e6 for amount in _numbers(summaries, "tokens_total")]
    if any(tokens):
        return Made("a million tokens", "tokens", tuple(tokens))
    busy = _numbers(summaries, "gpu_hours_busy")
    return Made("a GPU hour of work", "GPU hours of work", tuple(busy)) if any(busy) else None


def _numbers(summaries: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    held = [float(one.get(name) or 0.0) for one in summaries]
    return [amount if np.isfinite(amount) else 0.0 for amount in held]


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
