"""Traces changed: more or fewer requests at the same burstiness, and one after another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from twin.arrays import Array, Index
from twin.seeds import stream
from twin.traces.burstiness import counts
from twin.traces.request_trace import RequestTrace, no_hashes

BIN_S = 1.0
"""Bins in which arrivals are counted anew: the shortest time scale that is kept."""
TREND_S = 3600.0
"""Slower than this a rate is a trend, as of the day, and is scaled whole."""


def rescaled(trace: RequestTrace, factor: float, seed: int = 1) -> RequestTrace:
    """As many requests times `factor` over the same span, with the index of dispersion for counts
    of the trace at every window from a second to ten minutes.

    With x arrivals in a second and their local mean m, the new second has factor m +
    sqrt(factor) (x - m): its mean is multiplied by the factor, and so is the variance of its sums
    over any window. (Arrivals closer together in time would move every time scale; requests left
    out at random would make the stream Poisson.) Trends over hours are scaled whole. Lengths and
    prompts follow one another as in the trace; above 1 some come twice, and prefixes are reused
    more.
    """
    if not 0 < factor < np.inf:
        raise ValueError("a factor above 0")
    seconds = counts(trace.arrival_s, BIN_S, np.floor(trace.span_s) + BIN_S)
    mean = _trend(seconds)
    wanted = _whole(factor * mean + np.sqrt(factor) * (seconds - mean))
    draw = stream(seed, "rescale", trace.format)
    count = int(wanted.sum())
    start_s = np.repeat(np.arange(wanted.size) * BIN_S, wanted)
    arrival_s = np.sort(start_s + draw.uniform(0.0, BIN_S, count))
    which = np.minimum((np.arange(count) * len(trace)) // max(count, 1), len(trace) - 1)
    return _picked(trace, arrival_s, which.astype(np.int64))


def _trend(seconds: Array) -> Array:
    """(bin,) the mean over the hour around each; over all where there is less than four."""
    width = int(TREND_S / BIN_S)
    if seconds.size < 4 * width:
        return np.full(seconds.size, seconds.mean())
    sums = np.concatenate([[0.0], np.cumsum(seconds)])
    low = np.maximum(np.arange(seconds.size) - width // 2, 0)
    high = np.minimum(low + width, seconds.size)
    low = high - width
    return np.asarray((sums[high] - sums[low]) / width)


def _whole(wanted: Array) -> Index:
    """(bin,) whole arrivals, none below 0, whose sums are those of the wanted ones to within one:
    what a bin cannot give, the next ones do.
    """
    owed = np.floor(np.cumsum(wanted) + 0.5)
    paid = np.maximum.accumulate(np.maximum(owed, 0.0))
    return np.diff(paid, prepend=0.0).astype(np.int64)


def _picked(trace: RequestTrace, arrival_s: Array, which: Index) -> RequestTrace:
    """Some requests of a trace at new moments."""
    offsets = no_hashes()
    hashes = no_hashes()
    if trace.block_tokens:
        sizes = np.diff(trace.block_offsets)[which]
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        shift = np.repeat(trace.block_offsets[:-1][which] - offsets[:-1], sizes)
        hashes = trace.block_hashes[np.arange(int(offsets[-1])) + shift]
    first_s = float(arrival_s[0]) if arrival_s.size else 0.0
    return replace(
        trace,
        arrival_s=arrival_s - first_s,
        input_tokens=trace.input_tokens[which],
        output_tokens=trace.output_tokens[which],
        block_offsets=offsets,
        block_hashes=hashes,
        skipped=(),
    )


def spliced(traces: Sequence[RequestTrace]) -> RequestTrace:
    """Traces one after another, a mean gap of the earlier between two; prompts of different traces
    share no prefix. Blocks are kept where all traces have them, of one size.
    """
    starts_s = [0.0]
    for trace in traces[:-1]:
        starts_s.append(starts_s[-1] + trace.span_s * (1.0 + 1.0 / max(len(trace) - 1, 1)))
    moved = [trace.arrival_s + at_s for trace, at_s in zip(traces, starts_s, strict=True)]
    offsets, hashes = _joined_blocks(traces)
    return RequestTrace(
        format=" + ".join(dict.fromkeys(trace.format for trace in traces)),
        arrival_s=np.concatenate(moved),
        input_tokens=np.concatenate([trace.input_tokens for trace in traces]),
        output_tokens=np.concatenate([trace.output_tokens for trace in traces]),
        block_offsets=offsets,
        block_hashes=hashes,
        block_tokens=traces[0].block_tokens if offsets.size else 0,
    )


def _joined_blocks(traces: Sequence[RequestTrace]) -> tuple[Index, Index]:
    sizes = {trace.block_tokens for trace in traces}
    if len(sizes) > 1 or 0 in sizes:
        return no_hashes(), no_hashes()
    lengths = np.concatenate([np.diff(trace.block_offsets) for trace in traces])
    hashes = []
    above = 0
    for trace in traces:
        hashes.append(trace.block_hashes - trace.block_hashes.min() + above)
        above = int(hashes[-1].max()) + 1
    return np.concatenate([[0], np.cumsum(lengths)]), np.concatenate(hashes)


def request_text(trace: RequestTrace) -> str:
    """A trace as a file holds it: with blocks as Mooncake does, in milliseconds, else a table."""
    lines = _records(trace) if trace.block_tokens else _rows(trace)
    return "".join(f"{line}\n" for line in lines)


def _records(trace: RequestTrace) -> Iterator[str]:
    for n in range(len(trace)):
        row = {
            "timestamp": round(float(trace.arrival_s[n]) * 1000.0, 6),
            "input_length": int(trace.input_tokens[n]),
            "output_length": int(trace.output_tokens[n]),
            "hash_ids": trace.hashes_of(n).tolist(),
        }
        yield json.dumps(row)


def _rows(trace: RequestTrace) -> Iterator[str]:
    yield "arrival_s,input_tokens,output_tokens"
    columns = (trace.arrival_s.tolist(), trace.input_tokens.tolist(), trace.output_tokens.tolist())
    for time_s, prompt, answer in zip(*columns, strict=True):
        yield f"{time_s:.9g},{prompt},{answer}"
