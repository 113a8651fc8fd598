"""`twin predict inference --profile`: what was measured drives what is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import twin
from tests.sources import table
from twin.calibration import fit, save_profile
from twin.calibration.kernels import work_of
from twin.cli import main

MADE = {"batch_size": "batch", "kv_len": "tokens"}


def _rows(op: str, file: str, slower: float) -> list[dict[str, Any]]:
    """Published kernel times of an H100 as a measurement of them would stand in a profile."""
    found = []
    for row in table(f"workload/{file}.csv")[::2]:
        shape = {MADE.get(name, name): int(text) for name, text in row.items() if name != "t_s"}
        flop, byte = work_of(op, shape, 2.0)
        t_s = slower * float(row["t_s"])
        found.append(
            {"op": op, "dtype": "bfloat16", "shape": shape, "t_s_median": t_s, "t_s_min": t_s,
             "n": 7, "flops": flop, "bytes": byte}
        )  # fmt: skip
    return found


def _profile(path: Path, slower: float = 1.0, name: str = "NVIDIA H100 80GB HBM3") -> Path:
    samples = _rows("gemm", "gemm_bf16_h100_sxm", slower)
    samples += _rows("attention_decode", "attn_decode_bf16_h100_sxm", slower)
    raw = {"device": {"name": name}, "software": {}, "conditions": {}, "samples": samples}
    save_profile(fit(raw | {"date_utc": "2026-11-28T00:00:00Z"}), path)
    return path


ASKED = ["predict", "inference", "--model", "Llama-3.1-8B", "--gpu", "h100", "--input", "1000"]
ASKED += ["--output", "200", "--concurrency", "16", "--dtype", "bf16", "--json"]


def _told(capsys: Any, *more: str) -> dict[str, Any]:
    assert main([*ASKED, *more]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_an_h100_that_was_measured_answers_as_its_published_kernels(
    capsys: Any, tmp_path: Path
) -> None:
    ships = _told(capsys)["output_tokens_per_s"]
    own = _told(capsys, "--profile", str(_profile(tmp_path / "p.json")))["output_tokens_per_s"]
    assert own == pytest.approx(ships, rel=0.05)


def test_kernels_that_measured_slower_serve_less(capsys: Any, tmp_path: Path) -> None:
    rates = [
        _told(capsys, "--profile", str(_profile(tmp_path / "p.json", slower)))
        for slower in (1.0, 1.5)
    ]
    ratio = rates[0]["output_tokens_per_s"] / rates[1]["output_tokens_per_s"]
    assert 1.25 < ratio < 1.5
    assert rates[1]["tpot_s"] > rates[0]["tpot_s"]


def test_a_cpus_profile_predicts_no_h100(capsys: Any, tmp_path: Path) -> None:
    path = _profile(tmp_path / "p.json", name="CPU (AVX2), one thread")
    assert main([*ASKED, "--profile", str(path)]) == 2
    assert "H100-SXM5-80GB" in capsys.readouterr().err


TRAINED = ["predict", "training", "--model", "Llama-3.1-405B", "--gpu", "h100", "--gpus", "8192"]
TRAINED += ["--tp", "8", "--pp", "16", "--global-batch", "2048", "--dtype", "bf16", "--json"]


def _step(capsys: Any, *more: str) -> dict[str, Any]:
    assert main([*TRAINED, *more]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_step_goes_by_the_kernels_of_the_profile(capsys: Any, tmp_path: Path) -> None:
    """Published kernels as a measurement say what ships says, attention included."""
    ships = _step(capsys)
    own = _step(capsys, "--profile", str(_profile(tmp_path / "p.json")))
    assert own["step_s"] == pytest.approx(ships["step_s"], rel=0.03)


def test_products_that_measured_slower_train_less(capsys: Any, tmp_path: Path) -> None:
    """Half as slow again, products take half as long again; what hides behind them stays."""
    steps = [
        _step(capsys, "--profile", str(_profile(tmp_path / "p.json", slower)))["step_s"]
        for slower in (1.0, 1.5)
    ]
    assert 1.2 < steps[1] / steps[0] < 1.5


def test_a_cpus_profile_trains_on_no_h100(capsys: Any, tmp_path: Path) -> None:
    path = _profile(tmp_path / "p.json", name="CPU (AVX2), one thread")
    assert main([*TRAINED, "--profile", str(path)]) == 2
    assert "CPU" in capsys.readouterr().err


def test_the_face_asks_the_same(capsys: Any, tmp_path: Path) -> None:
    profile = _profile(tmp_path / "p.json")
    said = twin.predict_training(
        "Llama-3.1-405B", "h100", 8192, tensor_parallel=8, pipeline_parallel=16,
        global_batch_sequences=2048, profile=profile,
    )  # fmt: skip
    assert said.as_dict() == _step(capsys, "--profile", str(profile))
