"""Tokens of one GPU under a promise: the cut and the concurrency that give most."""

from __future__ import annotations

from dataclasses import dataclass

from twin.analysis.prediction import InferencePrediction, predict_inference
from twin.catalogue import shipped
from twin.catalogue.names import named
from twin.catalogue.rows import Gpu, Model
from twin.errors import InputError
from twin.study.design_search.target import TokensWanted

_MOST_GPUS_A_REPLICA = 16
"""Larger cuts share each layer over more GPUs than published servers do."""

SLOW = "slower than promised even with one request at a time, however many GPUs share it"


@dataclass(frozen=True)
class TokenRate:
    """What one replica serves, and at which cut."""

    found: InferencePrediction

    @property
    def per_gpu_s(self) -> float:
        """Output tokens of one GPU a second, at the most that keeps the promise."""
        return self.found.output_tokens_per_s_per_gpu


def best_rate(wanted: TokensWanted, gpu: str) -> TokenRate | str:
    """The most tokens a GPU gives within the promise, or why it gives none.

    Cuts of 1, 2, 4 ... GPUs are tried within the scale-up domain, experts shared or not; of each
    the concurrency is halved until the promise is kept.
    """
    refused = ""
    slow = False
    best: InferencePrediction | None = None
    for cut in _cuts(wanted.model, gpu):
        try:
            found = _within(wanted, gpu, cut)
        except InputError as error:
            one = error.problems[0]
            refused = f"{one.found}; allowed: {one.allowed}"
            continue
        if found is None:
            slow = True
        elif best is None or found.output_tokens_per_s_per_gpu > best.output_tokens_per_s_per_gpu:
            best = found
    if best is not None:
        return TokenRate(best)
    return SLOW if slow else refused


def _cuts(model: str, gpu: str) -> list[str]:
    """Parallelism as `predict inference` takes it."""
    found = named(shipped(), Gpu, gpu, "gpu")
    most = min(found.scaleup_domain_gpus, _MOST_GPUS_A_REPLICA)
    sizes = [size for size in (1, 2, 4, 8, 16) if size <= most]
    cuts = [f"TP{size}" for size in sizes]
    if named(shipped(), Model, model, "model").experts:
        cuts += [f"DEP{size}" for size in sizes if size > 1]
    return cuts


def _within(wanted: TokensWanted, gpu: str, cut: str) -> InferencePrediction | None:
    """The highest concurrency of a cut that keeps the promise; None where none does."""
    concurrency = _asked(wanted, gpu, cut, "max").concurrency
    while concurrency >= 1:
        found = _asked(wanted, gpu, cut, concurrency)
        if _kept(wanted, found):
            return found
        concurrency //= 2
    return None


def _asked(wanted: TokensWanted, gpu: str, cut: str, concurrency: int | str) -> InferencePrediction:
    return predict_inference(
        wanted.model,
        gpu,
        wanted.input,
        wanted.output,
        parallelism=cut,
        dtype=wanted.dtype,
        concurrency=concurrency,
    )


def _kept(wanted: TokensWanted, found: InferencePrediction) -> bool:
    between = wanted.between_tokens is None or found.tpot_s <= wanted.between_tokens
    first = wanted.first_token is None or found.ttft_s <= wanted.first_token
    return between and first
