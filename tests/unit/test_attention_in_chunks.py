"""Layers that see chunks or windows: what they read, what of them is kept, and on which kernel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin import predict_inference
from twin.calibration.kernel_times import MeasuredKernels
from twin.catalogue import shipped
from twin.catalogue.names import named
from twin.catalogue.rows import Model
from twin.catalogue.shapes import shape_of
from twin.physics.kernels import KernelFormats, ServingReplica, WindowRules, price, sequence_bytes
from twin.physics.kernels.attention import decode_calls, prefill_calls

CHUNK = 8192
FORMS = KernelFormats("fp8", "fp8", "fp8", "bf16_kv_fp8", kv_bytes=1.0)
H200 = MeasuredKernels("H200-SXM-141GB")


@pytest.fixture
def maverick():
    return shape_of(named(shipped(), Model, "Llama-4-Maverick", "--model"))


def test_a_new_token_sees_what_there_is_of_its_chunk(maverick) -> None:
    """Beside a sum over every context of an answer."""
    for first, last in ((0, 30_000), (1024, 33_792), (8192, 9216), (20_000, 22_000)):
        by_hand = np.mean((np.arange(first, last) + 0.5) % CHUNK)
        assert maverick.seen_of_chunk(first, last) == pytest.approx(by_hand)
    assert maverick.seen_of_chunk(10_000, 10_000) == 10_000 - CHUNK


def test_windows_forget_and_chunks_begin_anew(maverick) -> None:
    context = 3.0 * CHUNK
    windowed = replace(maverick, window_chunks=False)
    assert windowed.seen_tokens(context) == 12 * context + 36 * CHUNK
    assert maverick.seen_tokens(context) == 12 * context + 36 * CHUNK / 2
    assert maverick.kept_tokens(context) == windowed.kept_tokens(context)


def test_a_prompt_is_read_chunk_by_chunk(maverick) -> None:
    replica = ServingReplica(maverick, FORMS)
    at = np.array([CHUNK / 2, CHUNK, 2.5 * CHUNK])
    read_s = price(prefill_calls(replica, at), H200, (3,)).total_s
    every = replace(maverick, window_layers=0, window_tokens=0, window_chunks=False)
    full_s = price(prefill_calls(ServingReplica(every, FORMS), at), H200, (3,)).total_s
    assert read_s[:2] == pytest.approx(full_s[:2])
    by_hand = 0.25 * full_s[2] + 0.75 * (2 * full_s[1] + full_s[0])
    assert read_s[2] == pytest.approx(by_hand)


def test_the_masked_kernel_reads_keys_for_every_query_head(maverick) -> None:
    """3.2e12 keys and values a second of all query heads: a fifth of what a grouped kernel makes of
    the same bytes, for one of eight key heads serves five query heads.
    """
    sequences = np.array([64.0])
    context = np.array([20_000.0])
    seen = 4096.0
    chunks = replace(maverick, window_layers=48)
    grouped = ServingReplica(chunks, FORMS)
    masked = replace(grouped, windows=WindowRules(masked_chunks=True))
    taken_s = [
        price(decode_calls(one, sequences, context, seen), H200, (1,)).total_s[0]
        for one in (grouped, masked)
    ]
    elements = 48 * 2 * 64 * 40 * 128 * seen
    assert elements / taken_s[1] == pytest.approx(3.2e12, rel=0.12)
    assert 4.0 < taken_s[1] / taken_s[0] < 6.5


def test_an_engine_may_keep_what_windows_have_left_behind() -> None:
    oss = shape_of(named(shipped(), Model, "gpt-oss-120b", "--model"))
    forms = KernelFormats("bf16", "bf16", "w4a16_mxfp4", "bf16")
    replica = ServingReplica(oss, forms)
    whole = replace(replica, windows=WindowRules(kept_whole=True))
    assert sequence_bytes(replica, 9216) == 18 * (9216 + 128) * 2 * 8 * 64 * 2
    assert sequence_bytes(whole, 9216) == 36 * 9216 * 2 * 8 * 64 * 2


def test_tensorrt_llm_runs_half_as_many_of_gpt_oss_as_vllm() -> None:
    asked = ("gpt-oss-120b", "H200-SXM-141GB", 1024, 8192)
    many = {
        engine: predict_inference(*asked, software=engine, requests=1500).concurrency
        for engine in ("tensorrt-llm", "vllm")
    }
    assert many["vllm"] / many["tensorrt-llm"] == pytest.approx(36 * 9216 / (18 * 9344), rel=0.02)
