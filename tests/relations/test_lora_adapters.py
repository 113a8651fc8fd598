"""Claim: adapters of one base model are served together: their memory, the two thin products beside
each adapted one, the weights of all that an iteration meets, and loading of those that a GPU does
not hold.

By hand from the model's widths; misses beside a cache that is lived through; a service beside
`twin predict inference --lora-adapters`; what adapters add to a token beside Punica's published
rates (arXiv 2310.18547, figures 11 and 12).
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from tests.validation.test_services_as_forecast import SCENARIO, served
from twin.calibration.kernel_times import MeasuredKernels
from twin.catalogue import shipped
from twin.catalogue.rows import Model
from twin.catalogue.shapes import shape_of
from twin.errors import InputError
from twin.physics.kernels import Adapters, KernelCall, adapter_bytes, zipf_shares
from twin.physics.kernels.adapters import missing_frac

H100 = "H100-SXM5-80GB"
CASE = ("dgx_h100_x4", "Llama-3.1-8B", 1, "bf16", 1000, 200, 32)
WEIGHTS = 41_943_040
"""Of an adapter of rank 16 on all products of Llama 3.1 8B, as PEFT prints it."""


def _predicted(**options: Any) -> twin.InferencePrediction:
    asked = {"dtype": "bf16", "concurrency": 32, "profile": "none"} | options
    return twin.predict_inference("Llama-3.1-8B", H100, 1000, 200, **asked)


def test_weights_by_hand() -> None:
    """R (in + out) of each product; of attention 13,631,488."""
    model = shape_of(shipped().get(Model, "Llama-3.1-8B"))
    every = Adapters(16, (1.0,), 1)
    assert adapter_bytes(every, model, 1) == 2 * WEIGHTS
    assert adapter_bytes(Adapters(16, (1.0,), 1, True), model, 1) == 2 * 13_631_488
    assert adapter_bytes(every, model, 4) == pytest.approx(
        2 * 32 * 16 * (3 * 4096 + 1536 + 1024 + 4096 + 2 * 4096 + 7168 + 3584 + 4096)
    )
    assert adapter_bytes(Adapters(32, (1.0,), 1), model, 1) == 4 * WEIGHTS


def test_distinct_adapters_by_hand() -> None:
    """Two that are asked for alike: 1, 1.5, 1.75; never more than a GPU holds."""
    two = Adapters(8, (0.5, 0.5), 2)
    assert two.distinct([1, 2, 3]).tolist() == [1.0, 1.5, 1.75]
    assert Adapters(8, zipf_shares(100, 0.0), 4).distinct(1000.0) == 4.0
    assert zipf_shares(3, 1.0) == pytest.approx((6 / 11, 3 / 11, 2 / 11))


@pytest.mark.parametrize(("count", "resident", "zipf"), [(50, 10, 0.0), (200, 20, 1.0)])
def test_misses_as_of_a_cache_lived_through(count: int, resident: int, zipf: float) -> None:
    """The least recently used one makes way, 200,000 requests: within 1 % of all of them."""
    shares = zipf_shares(count, zipf)
    held: OrderedDict[int, None] = OrderedDict()
    missed = 0
    for one in np.random.default_rng(5).choice(count, 200_000, p=shares).tolist():
        missed += one not in held
        held[one] = None
        held.move_to_end(one)
        if len(held) > resident:
            held.popitem(last=False)
    assert missing_frac(shares, resident) == pytest.approx(missed / 200_000, abs=0.01)
    if zipf == 0.0:
        assert missing_frac(shares, resident) == pytest.approx(1 - resident / count)
    assert missing_frac(shares, count) == 0.0


def test_a_token_takes_the_thin_products_longer() -> None:
    """One in flight: two kernels beside each of four products of 32 layers."""
    times = MeasuredKernels(H100)
    took_s = 0.0
    for many, into, out in ((3, 4096, 6144), (1, 4096, 4096), (2, 4096, 28672), (1, 14336, 4096)):
        for columns, depth in ((many * 16, into), (out, 16)):
            axes = {"m": np.array(1.0), "n": columns, "k": depth}
            took_s += 32 * float(times.call_s(KernelCall("a", "gemm", "bf16", axes, 1))[0])
    plain = _predicted(concurrency=1)
    one = _predicted(concurrency=1, lora_adapters=1)
    assert one.tpot_s - plain.tpot_s == pytest.approx(took_s, rel=0.01)
    assert one.extrapolated


def test_memory_of_adapters_counts_as_weights() -> None:
    """50 of 100 on the GPU; keys and values lose nine tenths of it, 131,072 bytes a token."""
    plain = _predicted()
    some = _predicted(lora_adapters=100, lora_resident=50)
    held = 50 * 2 * WEIGHTS
    assert some.weight_bytes_per_gpu - plain.weight_bytes_per_gpu == pytest.approx(held)
    lost = plain.kv_capacity_tokens - some.kv_capacity_tokens
    assert lost == pytest.approx(0.9 * held / 131_072)
    assert any("50.0 % of requests load" in note for note in some.notes)


def test_more_adapters_rank_and_products_never_go_faster() -> None:
    rates = [
        _predicted(**options).output_tokens_per_s
        for options in (
            {},
            {"lora_adapters": 1, "lora_on": "attention"},
            {"lora_adapters": 1},
            {"lora_adapters": 100, "lora_zipf": 1.5},
            {"lora_adapters": 100},
            {"lora_adapters": 100, "lora_rank": 64},
        )
    ]
    assert all(a > b for a, b in pairwise(rates))


def _served(folder: Path, lora: str, rate: float = 1e5, more: str = "", minutes: int = 5):
    text = SCENARIO.replace("    dtype: {dtype}", f"    dtype: {{dtype}}\n{lora}{more}")
    return served(folder, CASE, rate, f"{minutes} min", scenario=text)[1]


def test_a_service_makes_what_the_forecast_says(tmp_path: Path) -> None:
    """Full pools of eight replicas, with and without, within 5 %."""
    plain = _served(tmp_path, "").iloc[-1]["capacity_tokens_per_s"]
    some = _served(tmp_path, "    lora: {{adapters: 100, rank: 32}}\n").iloc[-1]
    forecast = _predicted(lora_adapters=100, lora_rank=32, profile=None)
    want = forecast.output_tokens_per_s / _predicted(profile=None).output_tokens_per_s
    assert some["capacity_tokens_per_s"] / plain == pytest.approx(want, rel=0.02)
    assert some["capacity_tokens_per_s"] == pytest.approx(
        8 * forecast.output_tokens_per_s, rel=0.05
    )


def test_requests_one_by_one_agree_with_the_fluid(tmp_path: Path) -> None:
    """A pool at 0.6 of its capacity, a third of whose adapters are loaded first."""
    lora = "    lora: {{adapters: 90, resident: 60}}\n"
    fluid = _served(tmp_path, lora, 55.0, minutes=8)
    single = _served(tmp_path, lora, 55.0, "    detail: requests\n", minutes=8)
    later = slice(3, None)
    for name, within in (("tokens_served", 0.03), ("energy_j", 0.03), ("tpot_p50_s", 0.1)):
        mine = fluid[name][later].mean()
        assert mine == pytest.approx(single[name][later].mean(), rel=within), name


def test_loading_takes_its_time_of_each_request(tmp_path: Path) -> None:
    """One of four on the GPU, asked for alike: three of four requests wait 0.2 s, and all with
    them, so that a replica takes 0.15 s longer for each.
    """
    each_s = []
    for time in ("0 s", "200 ms"):
        lora = f"    lora: {{{{adapters: 4, resident: 1, load_time: {time}}}}}\n"
        row = _served(tmp_path, lora).iloc[-1]
        each_s.append(8 * 200 / row["capacity_tokens_per_s"])
    assert each_s[1] - each_s[0] == pytest.approx(0.15, rel=0.03)


PUNICA = [("Llama-2-7B", 1140.0, 1044.0, (0.6, 1.1)), ("Llama-2-13B", 789.0, 693.0, (0.35, 0.75))]
"""vLLM of the base alone and Punica with adapters of rank 16, tokens a second of an A100 with 32
in flight; and what of the published difference is met, from one adapter to 32."""


@pytest.mark.parametrize(("model", "base", "adapted", "met"), PUNICA)
def test_what_adapters_add_to_a_token_as_published(
    model: str, base: float, adapted: float, met: tuple[float, float]
) -> None:
    """Published for whatever popularity alike; prompts of 250 tokens assumed, answers of 101."""
    added_s = 32 / adapted - 32 / base
    asked = {"dtype": "bf16", "concurrency": 32, "software": "vllm"}
    plain, one, many = (
        twin.predict_inference(model, "A100-SXM4-80GB", 250, 101, lora_adapters=n, **asked)
        for n in (0, 1, 32)
    )
    for found, share in zip((one, many), met, strict=True):
        here_s = 32 / found.output_tokens_per_s - 32 / plain.output_tokens_per_s
        assert here_s / added_s == pytest.approx(share, abs=0.1)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("lora: {{adapters: 3, shares: [1, 2]}}", "shares of 2 adapters, not of 3"),
        ("lora: {{adapters: 2, shares: [1, 2], zipf: 1}}", "zipf, or shares"),
        ("lora: {{adapters: 2, rank: 300}}", "rank"),
        ("lora: {{adapters: 2}}\n    pipeline_parallel: 2", "stages or ranks"),
        ("lora: {{adapters: 2000}}", "hold no sequence"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, keys: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        _served(tmp_path, f"    {keys}\n", 1.0)


def test_what_a_forecast_refuses() -> None:
    for options, words in (
        ({"lora_adapters": 2, "lora_rank": 300}, "--lora-rank"),
        ({"lora_adapters": 2000}, "memory"),
    ):
        with pytest.raises(InputError, match=words):
            _predicted(**options)
    with pytest.raises(InputError, match="on: attention"):
        twin.predict_inference("Mixtral-8x7B", H100, 100, 100, parallelism="TP2", lora_adapters=2)
