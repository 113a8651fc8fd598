"""One parameter at a time from its low to its high value: which moves the answer most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twin.analysis.statistics.guard import refuse_unusable


@dataclass(frozen=True)
class TornadoBar:
    """A parameter's bar: the outcome at its low and at its high value, all else as in the base."""

    parameter: str
    at_low: float
    at_high: float
    base: float

    @property
    def span(self) -> float:
        """From the lowest to the highest of the three outcomes: a base outside both counts."""
        ends = (self.at_low, self.at_high, self.base)
        return max(ends) - min(ends)


def tornado(
    base: float, ends: Mapping[str, tuple[float, float]], outcome: str = "outcome"
) -> tuple[TornadoBar, ...]:
    """Bars sorted by span, the widest first; equal spans by name.

    ends   outcome at the low and at the high value of each parameter
    Raises InputError with the name of every parameter whose end did not finish.
    """
    names = [f"{name} at its {end}" for name in ends for end in ("low", "high")]
    values = [value for pair in ends.values() for value in pair]
    refuse_unusable(outcome, [base, *values], ["base", *names])
    bars = [TornadoBar(name, low, high, base) for name, (low, high) in ends.items()]
    return tuple(sorted(bars, key=lambda bar: (-bar.span, bar.parameter)))
