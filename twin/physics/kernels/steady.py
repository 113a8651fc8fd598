"""A replica under an even stream of requests: the curve over its running batch, from its kernels.

Of n running sequences n / output are done in an iteration, and as many prompts come in their
place, at random: a Poisson number of them, up to the budget of tokens. So most iterations of a
small batch read no prompt and some read a whole one, as an engine does (chunked prefill: Agrawal et
al. 2024, arXiv 2403.02310). The mean share of a prompt in every iteration instead takes up to 4 %
longer, for products of a few hundred rows are slower a row than both.

Where drafts are checked (speculative decoding: Leviathan et al. 2023, arXiv 2211.17192; multi-token
prediction: DeepSeek-AI 2024, arXiv 2412.19437), products have a row for each token that is checked;
keys and values are streamed once for all tokens of a sequence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import NDArray

from twin.physics.inference import DecodeCurve
from twin.physics.kernels.answer_lengths import running_tokens
from twin.physics.kernels.iteration import IterationLaw

Array = NDArray[np.float64]

_POINTS = 64
_MOST_PIECES = 48
"""Prompts of one iteration that are told apart; more of them on average count as their mean."""
_ROUNDS = 12


@dataclass(frozen=True)
class RequestMix:
    """Mean lengths of a stream of requests, and what an engine allows."""

    input_tokens: float
    output_tokens: float
    cached_tokens: float
    """Of a prompt, found in a prefix cache."""
    most_sequences: float
    """That fit and may run at once on a replica."""
    token_budget: float
    """Tokens of one iteration."""
    checked_tokens: float = 1.0
    """Of a sequence in one iteration: the next one, and drafts of those after it."""
    made_tokens: float = 1.0
    """Of them, that stand on average: one, and the drafts that are accepted."""
    drafting_s: float = 0.0
    """Of an iteration, for the drafts of all sequences."""
    output_deviation: float = 0.0
    """Standard deviation of the lengths of answers."""

    @property
    def read_tokens(self) -> float:
        """Of each prompt."""
        return self.input_tokens - self.cached_tokens

    @property
    def held_tokens(self) -> float:
        """Context of a running sequence on average: longer answers run longer."""
        return self.input_tokens + running_tokens(self.output_tokens, self.output_deviation) / 2


def steady_curve(
    laws: Sequence[IterationLaw], mix: RequestMix, flop_s: float, bytes_s: float
) -> DecodeCurve:
    """The curve from one sequence to the most that the stream allows; (clock, batch).

    flop_s, bytes_s   of one GPU, over which its activities are told
    Raises ValueError where not one sequence may run.
    """
    if mix.most_sequences < 1:
        raise ValueError("not one sequence may run")
    batch = _batches(mix)
    prompts, chance = _pieces(mix, batch)
    rows = batch * mix.checked_tokens
    made = batch * mix.made_tokens
    context = batch * mix.held_tokens
    seconds = np.stack(
        [
            (law.fixed_s(rows[:, None], prompts) * chance).sum(axis=1)
            + law.context_s(batch) * context
            + made / mix.output_tokens * _attention_s(law, mix, prompts, chance)
            + mix.drafting_s
            for law in laws
        ]
    )
    flop, byte = _work(laws[0], mix, batch, prompts, chance)
    clock = np.array([law.clock_frac for law in laws])[:, None]
    return DecodeCurve(
        batch,
        seconds,
        made / seconds,
        np.minimum(flop / seconds / (flop_s * clock), 1.0),
        np.minimum(byte / seconds / bytes_s, 1.0),
    )


def request_apart(law: IterationLaw, mix: RequestMix, sequences: int) -> tuple[float, float] | None:
    """Seconds to the first token and between tokens of a request among as many that come apart in
    time: half an iteration of theirs, then the iterations that read its prompt beside them.

    sequences   in flight, itself counted
    None where the budget brings no prompts for so many.
    """
    curve = steady_curve((law,), replace(mix, most_sequences=sequences), 1.0, 1.0)
    if curve.batch[-1] < sequences:
        return None
    step_s = float(curve.step_s[0, -1])
    others = sequences - 1
    rows = others * mix.checked_tokens
    pieces = np.ceil(mix.read_tokens / max(mix.token_budget - rows, 1.0))
    if pieces == 0:
        return None
    piece = mix.read_tokens / pieces
    each_s = float(law.fixed_s(rows, piece) + law.context_s(others) * others * mix.held_tokens)
    each_s += float(law.reading_s(piece, mix.read_tokens, mix.cached_tokens))
    first_s = (step_s / 2 if others else 0.0) + float(pieces) * each_s
    return first_s, step_s / mix.made_tokens


def _attention_s(law: IterationLaw, mix: RequestMix, prompts: Array, chance: Array) -> Array:
    """(batch,) seconds of attention for each prompt that is read, in mean iterations."""
    if mix.read_tokens == 0:
        return np.zeros(prompts.shape[0])
    each = law.reading_s(prompts, mix.read_tokens, mix.cached_tokens)
    read = (prompts * chance).sum(axis=1) / mix.read_tokens
    return np.asarray((each * chance).sum(axis=1) / read)


def _work(
    law: IterationLaw, mix: RequestMix, batch: Array, prompts: Array, chance: Array
) -> tuple[Array, Array]:
    """(batch,) FLOP and bytes of a mean iteration: each checked token works on all context."""
    rows = (batch * mix.checked_tokens)[:, None]
    streamed = (batch * mix.held_tokens)[:, None]
    read = (prompts, max(mix.read_tokens, 1.0), mix.cached_tokens)
    flop = law.work(rows, streamed * mix.checked_tokens, *read)[0]
    byte = law.work(rows, streamed, *read)[1]
    return (flop * chance).sum(axis=1), (byte * chance).sum(axis=1)


def _batches(mix: RequestMix) -> Array:
    """Whole batches, close together where they are small: as many as fit, and as the budget can
    bring prompts for.
    """
    each = mix.checked_tokens + mix.made_tokens * mix.read_tokens / mix.output_tokens
    most = max(min(mix.most_sequences, 0.98 * mix.token_budget / each), 1.0)
    return np.unique(np.round(np.geomspace(1, int(most), _POINTS)))


def _pieces(mix: RequestMix, batch: Array) -> tuple[Array, Array]:
    """Prompt tokens of an iteration and how often, both (batch, case): Poisson numbers of pieces,
    cut at the budget, whose mean is what the stream asks. None where prompts are read elsewhere.
    """
    if mix.read_tokens == 0:
        return np.zeros((batch.size, 1)), np.ones((batch.size, 1))
    room = np.maximum(mix.token_budget - batch * mix.checked_tokens, 1.0)[:, None]
    asked = (batch * mix.made_tokens * mix.read_tokens / mix.output_tokens)[:, None]
    piece = np.minimum(mix.read_tokens, room)
    count = np.arange(_MOST_PIECES + 1, dtype=float)
    tokens = np.minimum(count * piece, room)
    often = asked / piece
    chance = _poisson(often, count)
    for _ in range(_ROUNDS):
        read = (tokens * chance).sum(axis=1, keepdims=True)
        often = often * asked / np.maximum(read, 1e-12)
        chance = _poisson(often, count)
    many = often > _MOST_PIECES / 2
    even = np.zeros_like(chance)
    even[:, 0] = 1.0
    return np.where(many, asked, tokens), np.where(many, even, chance)


def _poisson(mean: Array, count: Array) -> Array:
    """(mean, count) chances; those of more than the last count are its own."""
    chance: Array = np.exp(
        count * np.log(np.maximum(mean, 1e-300)) - mean - scipy.special.gammaln(count + 1)
    )
    chance[:, -1] += np.maximum(1 - chance.sum(axis=1), 0.0)
    return chance
