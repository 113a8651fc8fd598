"""Weights take the bytes of the number format in which their products read them."""

from __future__ import annotations

import pytest

from twin import predict_inference
from twin.catalogue import shipped
from twin.catalogue.names import named
from twin.catalogue.rows import Gpu, Model
from twin.errors import InputError
from twin.facility.serving.formats import served_formats

BYTES = {
    "bf16": 2.0, "fp8": 1.0, "fp8_block": 1.0, "nvfp4": 9 / 16,
    "w4a8_mxfp4_mxfp8": 17 / 32, "w4a16_mxfp4": 17 / 32,
}  # fmt: skip
DEEPSEEK_LAYERS = 61
DEEPSEEK_SPARSE = 58


@pytest.mark.parametrize("gpu", ["H100-SXM5-80GB", "B200-SXM-180GB"])
@pytest.mark.parametrize(
    "model", ["DeepSeek-R1", "gpt-oss-120b", "Qwen3-235B-A22B", "Llama-3.1-8B"]
)
@pytest.mark.parametrize("dtype", ["bf16", "fp8", "fp4"])
def test_each_weight_is_as_wide_as_its_product_reads_it(model: str, gpu: str, dtype: str) -> None:
    rows = shipped()
    asked = (named(rows, Model, model, "--model"), named(rows, Gpu, gpu, "--gpu"))
    try:
        forms = served_formats(*asked, dtype, "auto")[1]
    except InputError:
        assert (gpu, dtype) == ("H100-SXM5-80GB", "fp4")
        return
    assert forms.projection_bytes == BYTES[forms.projections]
    assert forms.output_bytes == BYTES[forms.output]
    assert forms.feed_forward_bytes == BYTES[forms.feed_forward]
    assert forms.expert_bytes == BYTES[forms.experts]


def test_deepseek_r1_in_four_bits_by_hand() -> None:
    """As in NVIDIA's DeepSeek-R1-0528-NVFP4-v2: attention wide but for its last product, all
    feed-forward layers narrow, routers, embedding and head wide; four ranks share the experts.

    Until 2026-11-29 dense layers, shared experts and that product were counted with two bytes:
    16 GB more on each GPU.
    """
    attention = 7168 * (1536 + 576) + 1536 * 128 * 192 + 512 * 128 * 256
    output = 128 * 128 * 7168
    expert = 3 * 7168 * 2048
    common = 3 * 3 * 7168 * 18432 + DEEPSEEK_SPARSE * expert
    routers = DEEPSEEK_SPARSE * 256 * 7168
    wide = DEEPSEEK_LAYERS * attention + routers + 2 * 129280 * 7168
    narrow = DEEPSEEK_LAYERS * output + common + DEEPSEEK_SPARSE * 256 * expert / 4
    found = predict_inference(
        "DeepSeek-R1", "B200-SXM-180GB", 1024, 1024, parallelism="DEP4", dtype="fp4"
    )
    by_hand = 2 * wide + 9 / 16 * narrow
    assert found.weight_bytes_per_gpu == pytest.approx(by_hand, rel=1e-4)
    before = by_hand + (2 - 9 / 16) * (DEEPSEEK_LAYERS * output + common)
    assert before - by_hand == pytest.approx(15.68e9, rel=1e-3)
