"""Claim: the published profiles reproduce published serving throughput; the errors stand here.

Sources: NVIDIA/TensorRT-LLM perf-overview.md commit 03e27c7d (fitted); MLPerf Inference v4.1 (not
fitted, OpenOrca's mean lengths: 222 in and 294 out). Mean absolute errors: all 57 rows 11.7 %;
Llama 3.3 70B 2.5 % on Hopper and 5.7 % on Blackwell (fitted); llama2-70b of MLPerf 2.9 %
(never fitted; 10.4 % with prompts of 294), Mixtral 5.0 % (likewise; its set is another one, of 427
in); sparse models 15 %, single rows up to 51 %. With each model left out in turn sparse models err
15 to 32 %. Left out: L40S (no profile), server scenarios (a queue, not a
capacity) and GPT-J, after it was seen to be over-predicted 5.7-fold: its MLPerf task uses beam
search and other lengths, neither of which is modelled. Rates for sparse models, attention windows
and compressed-space decoding were added after the first fit of dense rates missed those rows by up
to 180 %; the MLPerf rows were in view meanwhile, though never in a fit. Three numbers stand on 2 to
4 dense rows a GPU: the host time stays at its prior of 20 us a layer.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.sources import table as source
from twin.calibration import published_profile
from twin.physics.inference import Replica, capacity_tokens_per_s, decode_curve
from twin.physics.transformer import Transformer

GPUS = {
    "H100": "H100-SXM5-80GB",
    "H200": "H200-SXM-141GB",
    "B200": "B200-SXM-180GB",
    "GB200": "GB200-NVL72-GPU",
}
MODELS = {
    "llama-3.3-70b": Transformer(80, 8192, 64, 8, 128, 28672, 128256, False),
    "llama2-70b": Transformer(80, 8192, 64, 8, 128, 28672, 32000, False),
    "gpt-oss-20b": Transformer(
        24,
        2880,
        64,
        8,
        64,
        2880,
        201088,
        False,
        True,
        32,
        4,
        0,
        2880,
        window_layers=12,
        window_tokens=128,
    ),
    "qwen3-30b-a3b": Transformer(48, 2048, 32, 4, 128, 6144, 151936, False, True, 128, 8, 0, 768),
    "deepseek-r1-0528": Transformer(
        61, 7168, 128, 128, 128, 18432, 129280, False, True, 256, 8, 1, 2048, 3, 512, 1536, 64
    ),
    "mixtral-8x7b": Transformer(32, 4096, 32, 8, 128, 14336, 32000, False, True, 8, 2, 0, 14336),
}
WEIGHT_BYTES = {"fp8": 1.0, "fp4": 0.5625}
OPEN_ORCA_LENGTHS = (222.0, 294.0)


def _gpus(row: dict[str, str]) -> int:
    """GPUs of one replica; MLPerf rows do not state it: two H100 for 70B in fp8, else one."""
    if row["parallelism"]:
        return int(row["parallelism"].lstrip("TPDE"))
    return 2 if (row["model"], row["gpu"]) == ("llama2-70b", "H100") else 1


def _predicted_per_gpu(row: dict[str, str]) -> float:
    model = MODELS[row["model"]]
    gpus = _gpus(row)
    profile = published_profile(GPUS[row["gpu"].removesuffix("-700W")])
    rates = profile.rate(
        "serving_sparse" if model.experts else "serving_dense", row["dtype"]
    ).roofline()
    orca = row["input_tokens"] == "open_orca"
    lengths = (
        list(OPEN_ORCA_LENGTHS)
        if orca
        else [float(row["input_tokens"]), float(row["output_tokens"])]
    )
    replica = Replica(
        model, rates, gpus, WEIGHT_BYTES[row["dtype"]], 1.0, *lengths, profile.device.mem_bytes
    )
    return float(capacity_tokens_per_s(replica)) / gpus


@pytest.fixture(scope="module")
def table() -> list[tuple[dict[str, str], float]]:
    """Rows with their relative error."""
    rows = [
        row
        for row in source("workload/inference_throughput.csv")
        if row["model"] in MODELS
        and row["gpu"].removesuffix("-700W") in GPUS
        and row["scenario"] != "server"
    ]
    return [(row, _predicted_per_gpu(row) / float(row["value"]) - 1) for row in rows]


def _mape(table, wanted) -> float:
    return float(np.mean([abs(error) for row, error in table if wanted(row)]))


def test_llama_70b_on_hopper_within_12_percent(table) -> None:
    assert (
        _mape(table, lambda r: r["model"] == "llama-3.3-70b" and r["gpu"] in ("H100", "H200"))
        <= 0.05
    )


def test_llama_70b_on_blackwell_within_12_percent(table) -> None:
    assert _mape(table, lambda r: r["model"] == "llama-3.3-70b" and "B200" in r["gpu"]) <= 0.07


def test_all_rows_within_25_percent_on_average(table) -> None:
    assert len(table) == 57
    assert _mape(table, lambda r: True) <= 0.15


def test_rows_never_fitted(table) -> None:
    assert _mape(table, lambda r: r["model"] == "llama2-70b") <= 0.04
    assert _mape(table, lambda r: r["model"] == "mixtral-8x7b") <= 0.06


def test_generations_keep_their_order(table) -> None:
    at = {
        r["gpu"]: (1 + e) * float(r["value"])
        for r, e in table
        if r["model"] == "llama-3.3-70b" and r["input_tokens"] == r["output_tokens"] == "1000"
    }
    assert at["H100"] < at["H200"] < at["B200"] < at["GB200"]


@pytest.mark.parametrize("gpu", ["H100", "H200", "B200", "GB200"])
def test_profile_states_the_error_it_has(table, gpu: str) -> None:
    profile = published_profile(GPUS[gpu])
    for use, sparse in (("serving_dense", False), ("serving_sparse", True)):
        rate = next(r for r in profile.rates if r.use == use and r.status == "published")
        mine = [
            pair for pair in table if pair[0]["gpu"] == gpu and pair[0]["scenario"] == "offline_max"
        ]
        error = _mape(mine, lambda r, s=sparse: bool(MODELS[r["model"]].experts) is s)
        assert rate.error_frac == pytest.approx(error, abs=0.002)
        assert rate.left_out_error_frac is None or rate.left_out_error_frac > rate.error_frac


@pytest.mark.parametrize(("gpu", "limit"), [("H100", 0.26), ("B200", 0.20)])
def test_bf16_rates_carried_over_to_another_engine(gpu: str, limit: float) -> None:
    """Time between tokens of Llama 70B in vLLM, bf16 (ML.ENERGY, commit 0cd52da): nothing here was
    fitted.

    Prompts are not stated there, 100 tokens assumed. Mean error 24 % on H100 and 18 % on B200: 30 %
    too slow at batch 8, 36 % too fast at batch 256. Qwen3 8B errs 28 % and 54 %.
    """
    profile = published_profile(GPUS[gpu])
    rates = profile.rate("serving_dense", "bf16").roofline()
    errors = []
    for row in source("workload/mlenergy_power.csv"):
        if row["gpu_model"] != gpu or "70B" not in row["model_id"]:
            continue
        batch = float(row["avg_batch_size"])
        made = float(row["avg_output_len"])
        gpus = int(row["num_gpus"])
        model = MODELS["llama-3.3-70b"]
        replica = Replica(model, rates, gpus, 2.0, 2.0, 100.0, made, profile.device.mem_bytes)
        curve = decode_curve(replica)
        step_s = np.interp(batch, curve.batch, curve.step_s)
        errors.append(step_s / (batch / float(row["output_throughput_tok_s"])) - 1)
    assert len(errors) >= 18
    assert np.mean(np.abs(errors)) <= limit
