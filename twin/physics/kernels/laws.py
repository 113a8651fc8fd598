"""The law of a replica's iterations, tabulated from its kernels."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.physics.kernels.attention import decode_calls, prefill_calls
from twin.physics.kernels.call import KernelCall, KernelTimes, Priced, price
from twin.physics.kernels.dispatch import ExchangeLine, dispatch_line
from twin.physics.kernels.dispatched import DispatchedLaw
from twin.physics.kernels.host import HostTimes
from twin.physics.kernels.iteration import IterationLaw, KernelGrid, LawRange
from twin.physics.kernels.layers import head_calls, layer_calls
from twin.physics.kernels.pipeline import StagedLaw, Stages, crossing_s, hand_over_calls
from twin.physics.kernels.replica import ServingReplica

Array = NDArray[np.float64]

_POINTS = 48
_CONTEXT_SHARES = (0.5, 1.0)
"""Of the longest context: where the line of decode attention is laid through."""


def iteration_laws(
    replica: ServingReplica,
    times: KernelTimes,
    host: HostTimes,
    over: LawRange,
    clocks: ArrayLike = (1.0,),
) -> tuple[IterationLaw, ...]:
    """The law of a replica at each clock; kernels are priced once for all of them."""
    clock = np.asarray(clocks, float)[:, None]
    stages = replica.pipeline
    tokens = _steps(ceil(over.most_tokens / stages))
    sequences = _steps(ceil(max(over.most_sequences / stages, over.rows_each)))
    prompts = _steps(int(max(over.longest_prompt, over.longest_context, 2)))

    def priced(calls: Iterable[KernelCall], at: Array) -> Priced:
        return price(calls, times, (clock.size, at.size), clock)

    layers = _grids(tokens, priced(layer_calls(replica, tokens), tokens))
    head = _grids(sequences, priced(head_calls(replica, sequences, over.rows_each), sequences))
    prompt = _grids(prompts, priced(prefill_calls(replica, prompts), prompts))
    chunk = _chunk_tokens(replica, over)
    low, high = (np.full(sequences.shape, part * over.longest_context) for part in _CONTEXT_SHARES)
    decode = _lines(
        sequences,
        high[0] - low[0],
        high[0],
        priced(decode_calls(replica, sequences, low, chunk), sequences),
        priced(decode_calls(replica, sequences, high, chunk), sequences),
    )
    grids = list(zip(clock.ravel().tolist(), layers, head, prompt, decode, strict=True))
    if replica.dispatch is not None:
        sent = _dispatched(replica)
        return tuple(DispatchedLaw(replica, host, *one, over, *sent) for one in grids)
    if stages == 1:
        return tuple(IterationLaw(replica, host, *one, over) for one in grids)
    hops = _hops(tokens, priced(hand_over_calls(replica, tokens), tokens), replica)
    cut = Stages(replica, over.piece_tokens, over.even, over.rows_each)
    return tuple(
        StagedLaw(replica, host, *one, over, cut, own) for one, own in zip(grids, hops, strict=True)
    )


def _dispatched(replica: ServingReplica) -> tuple[ExchangeLine, ExchangeLine, int]:
    """What exchanges take where tokens are sent to their experts, and in how many parts."""
    by = replica.dispatch
    assert by is not None
    model = replica.model
    asked = (by, replica.data, model.hidden, model.experts_per_token, replica.formats.experts)
    making, reading = (dispatch_line(*asked, reads) for reads in (False, True))
    return making, reading, 2 if by.two_batches else 1


def _chunk_tokens(replica: ServingReplica, over: LawRange) -> float:
    """Tokens of its chunk that a new token sees on average; 0 while no context fills one."""
    model = replica.model
    if not model.window_chunks or over.longest_context <= model.window_tokens:
        return 0.0
    return model.seen_of_chunk(over.first_context, over.longest_context)


def _hops(tokens: Array, inside: Priced, replica: ServingReplica) -> list[KernelGrid]:
    """Hand-overs of a round, those within a domain and those that leave one."""
    return _by_clock(tokens, {"total_s": inside.total_s + crossing_s(replica, tokens)})


def _lines(
    sequences: Array, apart: float, high: float, first: Priced, second: Priced
) -> list[KernelGrid]:
    """Decode attention as lines over the context: what stands at none, and their slopes."""
    found: dict[str, Array] = {}
    for name in ("total_s", "flop", "byte", "outside_s"):
        above = np.asarray(getattr(second, name))
        slope = np.maximum(above - np.asarray(getattr(first, name)), 0.0) / apart
        found[name] = np.maximum(above - slope * high, 0.0)
        found[f"{name}_per_token"] = slope / sequences
    return _by_clock(sequences, found)


def _by_clock(at: Array, values: dict[str, Array]) -> list[KernelGrid]:
    """(clock, point) of each quantity as a grid a clock."""
    clocks = len(values["total_s"])
    return [KernelGrid(at, {name: row[c] for name, row in values.items()}) for c in range(clocks)]


def _steps(most: int) -> Array:
    """Whole counts from one to the most, close together where they are few."""
    return np.unique(np.round(np.geomspace(1, max(most, 2), _POINTS)))


def _grids(at: Array, priced: Priced) -> list[KernelGrid]:
    values = {
        "total_s": priced.total_s,
        "flop": priced.flop,
        "byte": priced.byte,
        "exchange": priced.part_s.get("exchange", np.zeros(priced.flop.shape)),
        "outside_s": priced.outside_s,
    }
    return _by_clock(at, values)
