"""Claim: a service over pipeline stages goes round as its stages do, lived through one by one.

Against a tandem of queues (tests/tandem.py) that moves each micro-batch from stage to stage, with
so many requests always in flight: tokens a second within 6 %, of which the law of one round knows
nothing but counts. Without the wait of all for the slowest micro-batch the same numbers would be 10
to 70 % too high (as many as sequences and stages allow).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from planner import asked, ran
from tandem import Closed

import twin
from twin.catalogue import shipped
from twin.catalogue.rows import Gpu, Model
from twin.catalogue.shapes import shape_of
from twin.errors import InputError
from twin.facility.serving.device import kernels_of
from twin.facility.serving.formats import served_formats
from twin.facility.serving.software import host_times
from twin.physics.kernels import (
    IterationLaw,
    LawRange,
    RequestMix,
    ServingReplica,
    iteration_laws,
    steady_curve,
)
from twin.physics.kernels.pipeline import stage_layers

PROMPT = 1000
GPU = "GB200-NVL72-GPU"
LAYERS = 80


@lru_cache(maxsize=4)
def law(stages: int, sequences: int) -> IterationLaw:
    """Of Llama 3.3 70B in fp8."""
    gpu = shipped().get(Gpu, GPU)
    model = shipped().get(Model, "Llama-3.3-70B")
    formats = served_formats(model, gpu, "fp8", "auto")[1]
    replica = ServingReplica(shape_of(model), formats, pipeline=stages)
    over = LawRange(sequences, 8192 * stages, 8192, piece_tokens=PROMPT, even=False)
    return iteration_laws(replica, kernels_of(gpu).times, host_times(None), over)[0]


def stage_times(stages: int, sequences: int) -> Any:
    """Each stage's seconds for what one micro-batch does, from the law of one stage."""
    whole = law(1, sequences)
    held = stage_layers(LAYERS, stages) / LAYERS
    known = lru_cache(maxsize=None)(
        lambda n, p: (float(whole.layers_s(n, p)), float(whole.head_s(n, p)))
    )
    slope = lru_cache(maxsize=None)(lambda n: float(whole.context_s(n)))
    reading = lru_cache(maxsize=None)(lambda p: float(whole.reading_s(p, PROMPT)))

    def times(n: float, p: float, context: float) -> list[float]:
        layers_s, head_s = known(np.float64(n), np.float64(p))
        layers_s += slope(n) * context + reading(p)
        each = [float(share) * layers_s for share in held]
        return [*each[:-1], each[-1] + head_s]

    return times


@pytest.mark.parametrize(
    ("stages", "output", "sequences"), [(2, 200, 64), (2, 200, 256), (4, 200, 256), (4, 1000, 64)]
)
def test_tokens_a_second_are_those_of_the_stages(stages: int, output: int, sequences: int) -> None:
    rng = np.random.default_rng(1)
    tandem = Closed(
        stages, stage_times(stages, sequences), PROMPT, lambda: 2 + int(rng.exponential(output - 2))
    )
    rate = tandem.rate(sequences, until_s=(30 + sequences / 4) * output / 200)
    mix = RequestMix(PROMPT, output, 0, sequences, 8192 * stages)
    curve = steady_curve([law(stages, sequences)], mix, 1e15, 1e13)
    assert float(curve.tokens_per_s[0, -1]) == pytest.approx(rate, rel=0.06)


def service(**changes: Any) -> dict[str, Any]:
    """A replica of four stages over four GPUs on each of two nodes."""
    requests = {
        "rate": "8 / s", "input_tokens": 1000, "output_tokens": 500, "diurnal_amplitude": 0,
        "burstiness": 1.0,
    }  # fmt: skip
    return {
        "kind": "inference", "name": "chat", "model": "Llama-3.3-70B", "nodes": 2,
        "tensor_parallel": 1, "pipeline_parallel": 4, "dtype": "fp8", "requests": requests,
        "window": "60 s", "engine": {"software": "tensorrt_llm", "max_sequences": 128},
        "patience": "5 s",
    } | changes  # fmt: skip


def test_both_forms_serve_alike() -> None:
    found = {
        detail: ran(asked(workload=[service(detail=detail)], horizon="15 min"))
        for detail in ("fluid", "requests")
    }
    fluid, told = (found[detail].frame("services").iloc[-1] for detail in ("fluid", "requests"))
    assert fluid["energy_j"] == pytest.approx(told["energy_j"], rel=0.02)
    assert fluid["tokens_served"] == pytest.approx(told["tokens_served"], rel=0.02)
    assert fluid["tpot_p50_s"] == pytest.approx(told["tpot_p50_s"], rel=0.1)
    assert fluid["ttft_p95_s"] == pytest.approx(told["ttft_p95_s"], rel=0.2)
    for result in found.values():
        assert abs(result.summary["token_balance_residual_frac"]) < 1e-9


def test_a_quiet_replica_answers_as_the_forecast_says() -> None:
    """One request now and then: its tokens go round all stages, and nobody else does."""
    requests = service()["requests"] | {"rate": "0.02 / s"}
    asked_once = asked(workload=[service(requests=requests, detail="requests")], horizon="30 min")
    rows = ran(asked_once).frame("services")
    said = twin.predict_inference(
        "Llama-3.3-70B", GPU, 1000, 500, parallelism="TP1PP4", dtype="fp8", concurrency=1
    )
    one = twin.predict_inference("Llama-3.3-70B", GPU, 1000, 500, dtype="fp8", concurrency=1)
    made = rows[rows["tpot_p50_s"].notna()].iloc[0]
    assert made["tpot_p50_s"] == pytest.approx(said.tpot_s, rel=0.02)
    assert made["ttft_p50_s"] == pytest.approx(said.ttft_s, rel=0.1)
    assert one.tpot_s < said.tpot_s < 1.05 * one.tpot_s
    assert said.gpu_power_w < 0.6 * one.gpu_power_w


def test_a_replica_over_two_nodes_goes_down_with_one_of_them() -> None:
    """Eight stages over two nodes of four GPUs: two nodes of four hold the other replica."""
    lost = {"timeline": [{"at": "5 min", "component": "liquid_r1/node_2", "repair_after": "1 d"}]}
    for detail in ("fluid", "requests"):
        work = service(detail=detail, nodes=4, pipeline_parallel=8)
        result = ran(asked(workload=[work], horizon="10 min", faults=lost))
        capacity = result.frame("services")["capacity_tokens_per_s"]
        assert capacity.iloc[-1] == pytest.approx(capacity.iloc[0] / 2, rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"pipeline_parallel": 81, "nodes": 60}, "at most the model's 80 layers"),
        ({"pipeline_parallel": 4, "nodes": 1, "tensor_parallel": 2}, "nodes for one replica of 8"),
        ({"model": "Llama-3.1-405B", "dtype": "bf16"}, "pipeline_parallel stages"),
    ],
)
def test_stages_that_cannot_be_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        ran(asked(workload=[service(**changes)], horizon="10 min"))


def test_readers_over_stages_read_as_many_at_once() -> None:
    """A prompt takes as long on four stages but for three hand-overs of 131 MB, 7 % of it, and as
    many GPUs more read.
    """
    one, four = (
        twin.predict_inference(
            "Llama-3.3-70B", GPU, 8000, 200, dtype="fp8", prefill=cut, concurrency=64
        )
        for cut in ("TP1", "TP1PP4")
    )
    assert 1.02 * one.prefill_s < four.prefill_s < 1.08 * one.prefill_s
    assert four.prefill_gpus / one.prefill_gpus == pytest.approx(
        four.prefill_s / one.prefill_s, rel=0.01
    )
    assert four.gpu_power_w == pytest.approx(one.gpu_power_w, rel=0.05)
