"""Tokens that are sent to their experts over many GPUs, in one scale-up domain or in several.

In iterations that read prompts a token goes once to each node that holds an expert of it and is
forwarded there (DeepSeek-V3, arXiv 2412.19437, 3.2.2); in those that only make tokens each copy
goes alone, with less delay (DeepEP, docs/legacy.md). Tokens go out in the format in which experts
multiply, and come back in bf16. The rank that most tokens choose is waited for.
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.physics.network.collectives import HOPPER, Library
from twin.physics.network.expert_exchange import copies_s, once_s

_WIDE = 2.0
SENT_BYTES = {"bf16": 2.0, "w4a16_mxfp4": 2.0, "nvfp4": 0.5625, "fp8_block": 1.03125}
"""Bytes of a number as it is sent, its scales with it, by format of the experts; 1 in others."""
SENDERS_FRAC = 24 / 132
"""Share of a GPU's multiprocessors that forward tokens while prompts are read: 24 (DeepEP's
`Buffer.set_num_sms(24)`) of 132."""
_PROBE_BYTES = 1e9


@dataclass(frozen=True)
class TokenDispatch:
    """What carries tokens to experts, and how evenly they choose."""

    domain_gpus: int
    """That a scale-up network joins."""
    inside_b_s: float
    """Line rate of a GPU there, one direction."""
    beyond_b_s: float
    """Of its adapter to other domains."""
    library: Library = HOPPER
    two_batches: bool = False
    """Whether an iteration is cut into halves, of which one is exchanged while the other is worked
    on."""
    redundant: int = 0
    """Experts that are held twice, so that crowded ones share their tokens."""
    fullest: float = 1.0
    """Tokens of the rank that gets most of them, over their mean."""


@dataclass(frozen=True)
class ExchangeLine:
    """Seconds of both ways of one layer, for so many tokens of a rank."""

    start_s: float
    each_s: float


def dispatch_line(
    by: TokenDispatch, ranks: int, hidden: int, chosen: int, form: str, reading: bool
) -> ExchangeLine:
    """Both ways of one layer of experts.

    chosen    experts of a token
    form      number format of the experts' products
    reading   whether prompts are read: each token goes once a node; else each copy goes alone
    """

    def taken_s(size_bytes: float) -> float:
        ways = (ranks, by.domain_gpus, by.inside_b_s, by.beyond_b_s, by.library)
        if reading:
            return once_s(size_bytes, chosen, *ways)
        return copies_s(size_bytes * chosen, *ways)

    start_s = taken_s(0.0)
    per_byte = (taken_s(_PROBE_BYTES) - start_s) / _PROBE_BYTES
    token_bytes = hidden * (SENT_BYTES.get(form, 1.0) + _WIDE)
    return ExchangeLine(2 * start_s, per_byte * token_bytes * by.fullest)


def receive_bytes(hidden: int, experts: int) -> float:
    """Bytes that are set aside on a GPU for each token that a rank may make in an iteration: any
    rank may send any expert all of its tokens, so each has a place for each expert, twice for what
    goes out and twice for what comes in. Source: DeepEP, csrc/config.hpp, LowLatencyLayout.
    """
    message = hidden * _WIDE + hidden / 128 * 4
    return 4 * experts * message
