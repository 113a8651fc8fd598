"""Where the quantities of a dispatch stand among the unknowns of its programme."""

from __future__ import annotations


class DispatchParts:
    """Where each quantity stands among the unknowns."""

    def __init__(self, steps: int, periods: int, both_pay: bool, ordered: bool) -> None:
        self.steps = steps
        self.charge = slice(0, steps)
        self.discharge = slice(steps, 2 * steps)
        self.energy = slice(2 * steps, 3 * steps)
        self.free = slice(3 * steps, 4 * steps)
        self.sold = slice(4 * steps, 5 * steps)
        self.peak = slice(5 * steps, 5 * steps + periods)
        begin = 5 * steps + periods
        self.charging = slice(begin, begin + (steps if both_pay else 0))
        middle = self.charging.stop
        self.buying = slice(middle, middle + (2 * steps if ordered else 0))
        self.size = self.buying.stop


def count(part: slice) -> int:
    """How many a part holds."""
    return int(part.stop - part.start)
