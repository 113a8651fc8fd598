"""What is answered about a replica under load."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from twin.cards import Shown


@dataclass(frozen=True, repr=False)
class InferencePrediction(Shown):
    """Rates, times and power of one replica that serves requests of one length."""

    model: str
    gpu: str
    gpus: int
    """Of the replica; those that read prompts for it stand in `prefill_gpus`."""
    parallelism: str
    dtype: str
    kv_dtype: str
    input_tokens: int
    output_tokens: int
    concurrency: int
    """Requests in flight on the replica."""
    requests: int
    """Of the run; 0 where it goes on for ever."""
    output_tokens_per_s: float
    output_tokens_per_s_per_gpu: float
    """Over all GPUs, those that read prompts with them; of a GPU in instances, all of these."""
    ttft_s: float
    """Mean time to the first token: `wait_s`, and the prompt. With `max` nobody waits."""
    tpot_s: float
    """Mean time between tokens of a request, the first left out."""
    step_s: float
    """Mean time of an iteration."""
    tokens_per_step: float
    """Output tokens of a sequence and iteration on average; above 1 where drafts are checked."""
    mfu: float
    """FLOP of the model over the data sheet's rate of the format served."""
    gpu_power_w: float
    """Of one GPU; of one in instances with all of them under this load, at rest once."""
    clock_frac: float
    """Of the full clock; below 1 under a power cap."""
    joules_per_token: float
    """Of the GPUs, an output token."""
    bound_by: str
    weight_bytes_per_gpu: float
    kv_capacity_tokens: float
    """Tokens of context that fit beside the weights, on the whole replica."""
    uncertainty_frac: float
    """Mean error of forecasts of this kind on published results that nothing was fitted to."""
    extrapolated: bool
    """Whether kernels lie outside the shapes that were measured, or on another GPU."""
    ttft_apart_s: float | None = None
    """To the first token where as many requests come apart in time, as users of a service do; those
    of `ttft_s` begin together, as in a benchmark. None where nobody states how many, and where more
    are than fit."""
    tpot_apart_s: float | None = None
    """Between tokens, likewise."""
    wait_s: float = 0.0
    """For a place, where a stated concurrency is more than fits at once; and for those that read
    prompts apart."""
    prefill_parallelism: str = ""
    """How replicas are cut that read its prompts; empty where it does so itself."""
    prefill_gpus: float = 0.0
    """GPUs of these for one replica, a part of one replica counted as such."""
    prefill_s: float = 0.0
    """To read a prompt there, alone."""
    transfer_s: float = 0.0
    """Of a prompt's keys and values."""
    instances_per_gpu: int = 1
    """That stand side by side on a GPU, each with a replica under this load."""
    notes: tuple[str, ...] = ()
    source: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        told = asdict(self)
        told["notes"] = list(self.notes)
        return told
