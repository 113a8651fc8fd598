"""Seconds of a collective between GPUs of one domain, read off measured rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class MeasuredExchange:
    """A grid of measured times: `seconds` (count, size) over `gpus` (count,) and `sizes` (size,).

    Between rows logarithms are straight lines; below the smallest size the time stays, above the
    largest the rate does; beyond the counts, times follow the nearest two.
    """

    op: str
    gpus: Array
    sizes: Array
    seconds: Array

    axes = ("gpus", "bytes")

    def time_s(self, gpus: ArrayLike, bytes: ArrayLike) -> tuple[Array, NDArray[np.bool_]]:
        """Seconds for `bytes` on each of `gpus`, and whether it lies among the rows; broadcasts.

        One GPU exchanges nothing and takes no time.
        """
        count, size = np.broadcast_arrays(np.asarray(gpus, float), np.asarray(bytes, float))
        log_size = np.log(np.maximum(size, 1.0))
        rows = np.stack([self._row(log_size, row) for row in self.seconds])
        seconds = np.where(count > 1, np.exp(self._between(np.log(np.maximum(count, 1)), rows)), 0)
        inside = (size >= self.sizes[0]) & (size <= self.sizes[-1])
        inside &= (count >= self.gpus[0]) & (count <= self.gpus[-1])
        return seconds, inside | (count <= 1)

    def _row(self, log_size: Array, seconds: Array) -> Array:
        beyond = np.maximum(log_size - np.log(self.sizes[-1]), 0)
        row: Array = np.interp(log_size, np.log(self.sizes), np.log(seconds)) + beyond
        return row

    def _between(self, log_count: Array, rows: Array) -> Array:
        if len(self.gpus) == 1:
            alone: Array = rows[0]
            return alone
        known = np.log(self.gpus)
        left = np.clip(np.searchsorted(known, log_count) - 1, 0, len(known) - 2)
        share = (log_count - known[left]) / (known[left + 1] - known[left])
        low = np.take_along_axis(rows, left[None], axis=0)[0]
        high = np.take_along_axis(rows, left[None] + 1, axis=0)[0]
        answer: Array = low + share * (high - low)
        return answer
