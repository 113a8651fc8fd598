"""How tokens of a replica come to experts that its ranks share: gathered by all, or sent."""

from __future__ import annotations

from dataclasses import dataclass, replace

from twin.catalogue.rows import Gpu
from twin.facility.link_library import library_of
from twin.physics.kernels import ServingReplica, TokenDispatch, fullest_rank

MOST_GATHERING = 8
"""Ranks that gather all tokens, if nothing is said: collectives were measured on up to eight."""
SKEW = 1.2
"""Exponent of the power law by which tokens choose experts: the middle of those measured."""
_CROWD_TOKENS = 0.8 * 16_384
"""Most choices of an expert over those of the least one: as kernels of experts were measured."""


@dataclass(frozen=True)
class SentTokens:
    """What is stated of it."""

    exchange: str = "auto"
    """`gather`, `send`, or by the ranks."""
    redundant: int = 0
    """Experts that are held twice."""
    skew: float | None = None
    """Exponent of the power law of choices; even where there are redundant experts, else `SKEW`."""
    two_batches: bool = False

    @property
    def exponent(self) -> float:
        """Of the power law of choices."""
        if self.skew is not None:
            return self.skew
        return 0.0 if self.redundant else SKEW


def sending(
    replica: ServingReplica, gpu: Gpu, line_b_s: float, stated: SentTokens
) -> ServingReplica:
    """The replica with tokens sent to its experts, where they are.

    line_b_s   of a GPU's adapter, bytes a second
    """
    if replica.data == 1 or not _sent(replica, gpu, stated):
        return replace(replica, expert_skew=SKEW if stated.skew is None else stated.skew)
    by = TokenDispatch(
        gpu.scaleup_domain_gpus, gpu.scaleup_bandwidth_b_s or line_b_s, line_b_s, library_of(gpu),
        stated.two_batches, stated.redundant,
    )  # fmt: skip
    sent = replace(replica, dispatch=by)
    if sent.held_experts % replica.data:
        return sent
    law = (replica.model.experts, stated.redundant, replica.data, stated.exponent, _CROWD_TOKENS)
    return replace(sent, dispatch=replace(by, fullest=fullest_rank(*law)))


def _sent(replica: ServingReplica, gpu: Gpu, stated: SentTokens) -> bool:
    if stated.exchange != "auto":
        return stated.exchange == "send"
    apart = replica.stage_gpus > gpu.scaleup_domain_gpus
    asked = stated.redundant > 0 or stated.two_batches
    return apart or asked or (replica.data > MOST_GATHERING and replica.pipeline == 1)
