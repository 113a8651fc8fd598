"""Claim: a service over pipeline stages goes round as its stages do, lived through one by one.

Against a tandem of queues (tests/tandem.py) that moves each micro-batch from stage to stage, with
so many requests always in flight: tokens a second within 6 %, of which the law of one round knows
nothing but counts. Without the wait of all for the slowest micro-batch the same numbers would be 10
to 70 % too high (as many as sequences and stages allow).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planner import asked, loaded, ran
from tandem import Closed

import twin
from tests.validation.test_split_serving import layout
from twin.catalogue import shipped
from twin.catalogue.rows import Gpu, Model
from twin.catalogue.shapes import shape_of
from twin.errors import InputError
from twin.facility.serving.device import kernels_of
from twin.facility.serving.formats import served_formats
from twin.facility.serving.software import software_of
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
    return iteration_laws(replica, kernels_of(gpu).times, software_of(None).host, over)[0]


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


def far_apart(detail: str, **changes: Any) -> dict[str, Any]:
    """405B with its stages on two DGX B200 of a rack, and all leaves lost for two minutes."""
    lost = [
        {"at": "2 min", "component": f"leaf_su1_rail{rail}", "repair_after": "2 min"}
        for rail in range(1, 9)
    ]
    work = service(
        model="Llama-3.1-405B", tensor_parallel=8, pipeline_parallel=2, detail=detail,
        requests=service()["requests"] | {"rate": "2 / s"}, **changes,
    )  # fmt: skip
    outputs = {"period": "1 min"}
    return asked(
        layout(), workload=[work], horizon="8 min", faults={"timeline": lost}, outputs=outputs
    )


@pytest.mark.parametrize("detail", ["fluid", "requests"])
def test_stages_that_cannot_hand_over_serve_nothing(detail: str) -> None:
    result = ran(far_apart(detail))
    rows = result.frame("services")
    capacity = rows["capacity_tokens_per_s"].to_numpy()
    assert capacity[0] > 0
    assert capacity[3] == 0
    assert capacity[-1] == pytest.approx(capacity[0], rel=1e-9)
    causes = result.frame("losses").groupby("cause")["tokens"].sum()
    assert causes["fabric"] > 0.9 * causes.sum() > 0
    assert abs(result.summary["token_balance_residual_frac"]) < 1e-9


def test_stages_far_apart_answer_later_by_their_hand_over() -> None:
    """One hand-over of a round leaves the domain: the line rate of one of eight adapters."""
    near, far = (
        twin.predict_inference(
            "Llama-3.1-405B", gpu, 1000, 500, dtype="fp8", parallelism="TP8PP2", concurrency=1
        )
        for gpu in ("GB200", "B200")
    )
    sends_s = 1e-5 + 16384 * 2 / (400e9 / 8)
    assert far.tpot_s > sends_s
    assert far.tpot_s == pytest.approx(near.tpot_s, rel=0.2)


def test_a_service_over_stages_stopped_and_gone_on_with_is_the_same(tmp_path: Path) -> None:
    scenario = far_apart("requests")
    whole = ran(scenario)
    run = twin.start(twin.build(loaded(scenario)))
    run.until(150.0)
    run.save(tmp_path / "half")
    again = twin.resume(tmp_path / "half").until().result()
    for name in ("services", "site", "losses"):
        pd.testing.assert_frame_equal(whole.frame(name), again.frame(name), check_exact=True)
