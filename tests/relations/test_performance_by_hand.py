"""What a performance engineer works out on an envelope, beside what `twin predict` answers them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from twin.calibration.kernel_tables import kernel_surface
from twin.catalogue import shipped
from twin.catalogue.rows import Gpu, Model
from twin.cli import main

H200 = "H200-SXM-141GB"
MEMORY_BYTES = shipped().get(Gpu, H200).memory_bytes
RUNTIME_BYTES = 3.5e9
SHARE = 0.9
"""Of what weights leave, for keys and values."""


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Any:
    """The answer of a command line, as numbers."""

    def found(verb: str, *options: str) -> dict[str, Any]:
        assert main(["predict", verb, *options, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return found


def test_keys_and_values_of_grouped_heads(ask: Any) -> None:
    """70B in fp8 on eight H200: 80 layers x 8 heads x 128 x key and value = 163,840 bytes a token,
    an eighth on each GPU; weights of one byte, embeddings and head of two.
    """
    found = ask("inference", "--model", "Llama-3.1-70B", "--gpu", "h200", "--tp", "8",
                "--dtype", "fp8", "--input", "2000", "--output", "200")  # fmt: skip
    wide = 2 * 128_256 * 8192
    weights = (shipped().get(Model, "Llama-3.1-70B").parameters + wide) / 8
    assert found["weight_bytes_per_gpu"] == pytest.approx(weights, rel=1e-3)
    room = SHARE * (MEMORY_BYTES - RUNTIME_BYTES - found["weight_bytes_per_gpu"])
    assert found["kv_capacity_tokens"] == pytest.approx(room / (163_840 / 8), rel=1e-6)


def test_latent_attention_keeps_all_on_each_gpu(ask: Any) -> None:
    """DeepSeek R1: 61 layers x (512 + 64) bytes in fp8 a token, whole on each of eight GPUs that
    share layers, since there is one head of keys; what buffers of experts take is left.
    """
    found = ask("inference", "--model", "DeepSeek-R1", "--gpu", "h200", "--tp", "8",
                "--dtype", "fp8", "--input", "2000", "--output", "200")  # fmt: skip
    room = SHARE * (MEMORY_BYTES - RUNTIME_BYTES - found["weight_bytes_per_gpu"])
    assert 0.95 < found["kv_capacity_tokens"] / (room / (61 * 576)) < 1.0


@pytest.mark.parametrize("clients", [1, 8, 64])
def test_no_decode_step_beats_its_roofline(ask: Any, clients: int) -> None:
    """70B in bf16, 200 tokens in, 4,000 out: weights and contexts over 4.8 TB/s, 3.6 to 4.8 ms; a
    step takes 2.3 to 3.2 times as long on eight GPUs, for 160 sums of a layer's halves, depth and
    attention of one token are no streams.
    """
    found = ask("inference", "--model", "Llama-3.1-70B", "--gpu", "h200", "--tp", "8",
                "--dtype", "bf16", "--profile", "none", "--concurrency", str(clients),
                "--input", "200", "--output", "4000")  # fmt: skip
    weights = found["weight_bytes_per_gpu"] - 2 * 128_256 * 8192 / 8
    roofline_s = (weights + clients * 2200 * 327_680 / 8) / 4.8e12
    assert 2.2 < found["tpot_s"] / roofline_s < 3.3
    sums = kernel_surface(H200, "all_reduce", "bf16").time_s(gpus=8.0, bytes=clients * 8192 * 2.0)
    assert found["tpot_s"] > roofline_s + 160 * float(sums[0])


def test_a_large_sum_goes_at_the_rate_of_the_links() -> None:
    """512 MiB over eight GPUs: each sends and receives 7/4 of it at 450 GB/s, 2.09 ms."""
    size = 512 * 2.0**20
    found = float(kernel_surface(H200, "nccl_all_reduce", "bf16").time_s(gpus=8.0, bytes=size)[0])
    assert found == pytest.approx(7 / 4 * size / 450e9, rel=0.05)


def test_chunks_that_nobody_stated_are_told(ask: Any) -> None:
    """70B over eight stages of ten layers, 32 micro-batches: 7/32 of the work is a bubble without
    chunks, a tenth of it with ten, which are taken and said.
    """
    cut = ("--model", "llama-3.1-70b", "--gpu", "H100", "--gpus", "512", "--tp", "8", "--pp", "8",
           "--global-batch", "256", "--sequence", "8192")  # fmt: skip
    plain = ask("training", *cut, "--interleave", "1")
    usual = ask("training", *cut)
    work = ("matrix products", "attention", "element-wise", "tensor parallel")
    work_s = sum(plain["parts_s"][name] for name in work)
    assert plain["parts_s"]["pipeline bubble"] == pytest.approx(7 / 32 * work_s, rel=0.08)
    ten = plain["parts_s"]["pipeline bubble"] / 10
    assert usual["parts_s"]["pipeline bubble"] == pytest.approx(ten, rel=0.01)
    assert not any("interleave" in note for note in plain["notes"])
    assert any(note.startswith("interleave 10, the most") for note in usual["notes"])
