"""A replica that only reads prompts (prefill of a disaggregated service): its curve from one prompt
at a time to iterations that are full.

Source: Zhong et al. (2024), DistServe, arXiv 2401.09670: prompts read apart from decoding are
bound by products; what more of them are read together gains is small once the device is full.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from twin.physics.inference import DecodeCurve
from twin.physics.kernels.iteration import IterationLaw
from twin.physics.kernels.steady import RequestMix

_POINTS = 24


def reading_curve(
    laws: Sequence[IterationLaw], mix: RequestMix, flop_s: float, bytes_s: float
) -> DecodeCurve:
    """Prompts a second over prompts read together; (clock, batch).

    The batch counts in what the smallest iteration reads: a whole prompt, or as much of it as the
    budget allows. A prompt gives one token, so tokens_per_s are prompts a second.
    flop_s, bytes_s   of one GPU, over which its activities are told
    Raises ValueError where not one prompt fits.
    """
    if mix.most_sequences < 1:
        raise ValueError("not one prompt fits")
    piece = min(mix.read_tokens, mix.token_budget)
    most = min(mix.token_budget / piece, mix.most_sequences)
    batch = np.unique(np.round(np.geomspace(1, max(most, 1), _POINTS)))
    tokens = batch * piece
    prompts = tokens / mix.read_tokens
    seconds = np.stack(
        [
            law.fixed_s(0.0, tokens) + law.reading_s(tokens, mix.read_tokens, mix.cached_tokens)
            for law in laws
        ]
    )
    flop, byte = laws[0].work(0.0, 0.0, tokens, mix.read_tokens, mix.cached_tokens)
    clock = np.array([law.clock_frac for law in laws])[:, None]
    return DecodeCurve(
        batch,
        seconds,
        prompts / seconds,
        np.minimum(flop / seconds / (flop_s * clock), 1.0),
        np.minimum(byte / seconds / bytes_s, 1.0),
    )
