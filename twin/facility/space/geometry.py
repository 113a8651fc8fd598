"""Boxes on the floor: lines of equipment along a wall, and boxes that stand in one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

GAP_MIN_M = 0.1
"""Neighbours in a line stand at least this far apart."""


def lines(widths_m: Sequence[float], length_m: float, gap_m: float) -> Iterator[list[float]]:
    """Centres along a wall of `length_m`, measured from its middle, one list a line.

    Neighbours keep up to `gap_m` and at least GAP_MIN_M; who does not fit then goes to the next
    line, and one who is longer than the wall stands in a line of its own.
    """
    line: list[float] = []
    for width in widths_m:
        if line and sum(line) + width + GAP_MIN_M * len(line) > length_m + 1e-9:
            yield _centred(line, length_m, gap_m)
            line = []
        line.append(width)
    if line:
        yield _centred(line, length_m, gap_m)


def _centred(widths_m: list[float], length_m: float, gap_m: float) -> list[float]:
    spare = (length_m - sum(widths_m)) / max(len(widths_m) - 1, 1)
    gap = min(gap_m, max(spare, GAP_MIN_M))
    ends = np.cumsum(np.array(widths_m) + gap) - gap
    return [
        float(end - width / 2 - ends[-1] / 2) for end, width in zip(ends, widths_m, strict=True)
    ]


def clashes(
    centre_m: NDArray[np.float64], size_m: NDArray[np.float64], most: int = 10
) -> list[tuple[int, int]]:
    """Pairs of boxes (box, 2) that overlap by more than a micrometre, the first `most` found.

    A box that clashes is not compared with later ones, so that a crowd in one place costs no more
    than a few.
    """
    cell = float(size_m.max(initial=1e-3))
    low = centre_m - size_m / 2 + 1e-6
    high = centre_m + size_m / 2 - 1e-6
    grid: dict[tuple[int, int], list[int]] = {}
    found: list[tuple[int, int]] = []
    for b, (x, y) in enumerate(np.floor(centre_m / cell).astype(int).tolist()):
        near = [
            a for i in (x - 1, x, x + 1) for j in (y - 1, y, y + 1) for a in grid.get((i, j), ())
        ]
        hit = next((a for a in near if (low[a] < high[b]).all() and (low[b] < high[a]).all()), None)
        if hit is None:
            grid.setdefault((x, y), []).append(b)
        else:
            found.append((hit, b))
            if len(found) == most:
                break
    return found
