"""`twin predict training`: one line in, one document out, and every misfit at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from twin.cli import main

LLAMA = [
    "predict", "training", "--model", "meta-llama/Llama-3.1-405B", "--gpu", "h100",
    "--gpus", "16384", "--tp", "8", "--pp", "16", "--global-batch", "2048", "--sequence", "8192",
]  # fmt: skip


def answer(capsys: Any, *arguments: str) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_llama_3_on_16384_gpus_from_one_line(capsys: Any) -> None:
    found = answer(capsys, *LLAMA)
    assert 380 <= found["tflop_s_per_gpu"] <= 430
    assert found["mfu"] == pytest.approx(found["tflop_s_per_gpu"] / 989)
    assert found["tokens_per_s_per_gpu"] == pytest.approx(found["tokens_per_s"] / 16384)
    assert sum(found["parts_s"].values()) == pytest.approx(found["step_s"])
    assert found["bound_by"] == "matrix products"
    assert found["joules_per_token"] == pytest.approx(
        found["gpu_power_w"] * 16384 / found["tokens_per_s"]
    )
    assert not found["extrapolated"]
    assert 0.05 < found["uncertainty_frac"] < 0.2


def test_what_nobody_measured_says_so(capsys: Any) -> None:
    found = answer(
        capsys, "predict", "training", "--model", "Llama-3.1-8B", "--gpu", "MI300X", "--gpus", "8"
    )
    assert found["extrapolated"]
    assert found["uncertainty_frac"] > 0.3


def test_every_misfit_at_once(capsys: Any) -> None:
    arguments = [
        "predict", "training", "--model", "Llama-3.1-405B", "--gpu", "A100", "--gpus", "100",
        "--tp", "3", "--pp", "5", "--cp", "7", "--ep", "2", "--global-batch", "33",
        "--dtype", "fp8",
    ]  # fmt: skip
    assert main(arguments) == 2
    told = capsys.readouterr().err
    for words in (
        "tensor parallel 3 does not divide 128 heads",
        "5 stages do not divide 126 layers",
        "context parallel 7",
        "expert parallel 2",
        "100 GPUs are no multiple",
        "does not multiply in fp8",
        "GB a GPU of 86 GB",
    ):
        assert words in told, words


def test_heads_that_ranks_cannot_share_are_told(capsys: Any) -> None:
    """Eight heads of keys and values over two tensor parallel ranks: four each, for eight ranks."""
    arguments = [
        "predict", "training", "--model", "Llama-2-70B", "--gpu", "B200", "--gpus", "16",
        "--tp", "2", "--cp", "8", "--global-batch", "8", "--software", "megatron_heads",
        "--dtype", "fp8", "--lora-rank", "16", "--lora-on", "attention",
    ]  # fmt: skip
    assert main(arguments) == 2
    assert "context parallel 8 does not divide the 4 key and value heads" in (
        capsys.readouterr().err
    )
    arguments[arguments.index("2")] = "1"
    assert main(arguments) == 0
    assert main([*arguments, "--lora-on", "atention"]) == 2
    assert "did you mean 'attention'" in capsys.readouterr().err


def test_what_would_fit_is_told(capsys: Any) -> None:
    arguments = ["predict", "training", "--model", "Llama-3.1-70B", "--gpu", "H100", "--gpus", "64"]
    assert main(arguments) == 2
    assert "fits (" in capsys.readouterr().err


def test_wrong_words_and_names_are_told_with_the_nearest(capsys: Any) -> None:
    assert main([*LLAMA, "--recompute", "ful", "--dtype", "bf17"]) == 2
    told = capsys.readouterr().err
    assert "did you mean 'full'" in told
    assert "did you mean 'bf16'" in told
    assert main([*LLAMA[:3], "Llama-3.1-406B", "--gpu", "H1000", "--gpus", "8"]) == 2
    told = capsys.readouterr().err
    assert "did you mean 'Llama-3.1-405B'" in told
    assert "--gpu" in told
    assert main([*LLAMA[:3], "qwen3-30b", "--gpu", "H100", "--gpus", "8"]) == 2
    assert "did you mean 'Qwen3-30B-A3B'" in capsys.readouterr().err


def test_steps_of_few_tokens_draw_what_streaming_weights_does(capsys: Any) -> None:
    """A token a microbatch is decoding of one sequence and its way back: 427 to 441 W of an H100
    decode 8 sequences (ML.ENERGY); it drew 89 W here, by its FLOP.
    """
    one = ["predict", "training", "--model", "Llama-3.1-8B", "--gpu", "H100", "--gpus", "8"]
    watts = [
        answer(capsys, *one, "--sequence", tokens, "--global-batch", "512")["gpu_power_w"]
        for tokens in ("1", "16", "128")
    ]
    assert 370 <= min(watts) <= max(watts) <= 440


def test_memory_in_doubt_is_told(capsys: Any) -> None:
    """More than a GPU has, by less than the estimate may be wrong; nothing where it fits."""
    asked = [
        "predict", "training", "--model", "Llama-3.1-70B", "--gpu", "H100", "--gpus", "64",
        "--tp", "8", "--global-batch", "256",
    ]  # fmt: skip
    found = answer(capsys, *asked)
    assert 1.0 < found["memory_frac"] < 1.3
    assert "recompute full fits" in found["notes"][0]
    assert main(asked) == 0
    shown = capsys.readouterr().out
    assert "too high" in shown
    assert f"{found['parts_s']['attention']:.3g} s" in shown
    fits = answer(capsys, *asked, "--recompute", "full")
    assert fits["memory_frac"] <= 1.0
    assert not fits["notes"]
