"""What was asked of a service within its patience: all that waits while nobody serves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.arrays import Array

_TOUCH_S = 1e-8
"""Ends of windows within this time are now."""


class Unanswered(NamedTuple):
    """Requests of the last `patience_s`, of which none was answered."""

    tokens: float
    leaving_per_s: float
    """Tokens/s of those whose patience ends now: what was asked that long ago."""
    changes_s: float
    """Seconds until that rate changes."""

    def next_s(self, waiting: float, dropping: float) -> float:
        """Seconds until the first of those who wait leave, or others leave than now."""
        if dropping > 0 or self.leaving_per_s <= 0:
            return self.changes_s
        return min(max(self.tokens - waiting, 0.0) / self.leaving_per_s, self.changes_s)


def unanswered(asked_tokens: Array, window_s: float, now_s: float, patience_s: float) -> Unanswered:
    """Of arrivals that are steady within each window.

    asked_tokens   (window,) output tokens asked for in each; nothing was asked before the first
    """
    first_s = now_s - patience_s
    tokens = _asked(asked_tokens, window_s, max(first_s, 0.0), now_s)
    if first_s < -_TOUCH_S:
        return Unanswered(tokens, 0.0, -first_s)
    n = int((first_s + _TOUCH_S) // window_s)
    leaving = float(asked_tokens[n]) / window_s if n < asked_tokens.size else 0.0
    return Unanswered(tokens, leaving, (n + 1) * window_s - first_s)


def _asked(asked_tokens: Array, window_s: float, first_s: float, last_s: float) -> float:
    """Tokens asked for in between."""
    windows = np.arange(int(first_s // window_s), int(last_s // window_s) + 1)
    windows = windows[windows < asked_tokens.size]
    begins = np.maximum(windows * window_s, first_s)
    ends = np.minimum((windows + 1) * window_s, last_s)
    return float((asked_tokens[windows] * (ends - begins)).sum() / window_s)
