"""How arrivals cluster, by time scale, and how often prompts begin alike."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.traces.request_trace import RequestTrace

SCALES_S = (1.0, 10.0, 60.0, 600.0)
"""Lengths of windows: a batch, a scheduler's look, a minute, an autoscaler's."""
WINDOWS_MIN = 3
"""Fewer whole windows say nothing of a variance."""


def counts(times_s: Array, window_s: float, span_s: float) -> Array:
    """(window,) arrivals in each whole window of a span."""
    whole = int(span_s // window_s)
    place = (times_s // window_s).astype(np.int64)
    return np.bincount(place[place < whole], minlength=whole).astype(float)


def dispersion(times_s: Array, window_s: float, span_s: float | None = None) -> float:
    """Index of dispersion for counts: variance over mean of arrivals in windows; 1 for a Poisson
    stream, nan where there are too few windows (Cox and Lewis 1966).
    """
    whole_s = float(times_s[-1]) if span_s is None else span_s
    held = counts(times_s, window_s, whole_s)
    if held.size < WINDOWS_MIN or not held.any():
        return float("nan")
    return float(held.var() / held.mean())


def by_scale(times_s: Array) -> dict[str, float]:
    """The index of dispersion at each of `SCALES_S` that the times are long enough for."""
    found = {f"{scale:g} s": dispersion(times_s, scale) for scale in SCALES_S}
    return {scale: value for scale, value in found.items() if not np.isnan(value)}


def prefix_reuse_frac(trace: RequestTrace) -> float:
    """Share of all prompt blocks that a cache without end would hold: those at the beginning of a
    prompt, up to the first that no earlier request had; nan where no blocks are known.
    """
    offsets = trace.block_offsets
    if not trace.block_hashes.size:
        return float("nan")
    _, first, which = np.unique(trace.block_hashes, return_index=True, return_inverse=True)
    sizes = np.diff(offsets)
    starts = np.repeat(offsets[:-1], sizes)
    place = np.arange(trace.block_hashes.size)
    new = np.where(first[which] >= starts, place, trace.block_hashes.size)
    with_blocks = np.flatnonzero(sizes)
    first_new = np.minimum.reduceat(new, offsets[:-1][with_blocks])
    ends = np.minimum(first_new, offsets[1:][with_blocks])
    return float((ends - offsets[:-1][with_blocks]).sum() / trace.block_hashes.size)
