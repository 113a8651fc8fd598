"""Who is on the Pareto front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
Worth = tuple[float, ...]
"""More is better in each place."""


def best(candidates: Sequence[T], worth: Callable[[T], Worth]) -> list[T]:
    """Those that no other beats, in their order; of equals the first."""
    worths = [worth(one) for one in candidates]
    return [
        one
        for place, one in enumerate(candidates)
        if not any(_beats(other, worths[place]) for other in worths)
        and worths[place] not in worths[:place]
    ]


def _beats(a: Worth, b: Worth) -> bool:
    """Whether a is nowhere worse than b and somewhere better."""
    return all(x >= y for x, y in zip(a, b, strict=True)) and a != b
