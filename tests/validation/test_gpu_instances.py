"""Claim: a replica on an instance of a GPU (MIG) has the part of memory, bandwidth and rates that
the vendor publishes for it, by the law of whole GPUs; where it does not fit it is refused.

`nvidia-smi mig -lgip` on an H100 80GB HBM3, and the MIG user guide (slices of memory).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from twin import InputError, predict_inference
from twin.analysis.prediction.answer import InferencePrediction
from twin.catalogue import shipped
from twin.catalogue.mig import instance_of, instance_row
from twin.catalogue.rows import Gpu
from twin.cli import main

NAME = "H100-SXM5-80GB"


def asked(mig: str, model: str = "Llama-3.1-8B", **options: Any) -> InferencePrediction:
    return predict_inference(model, NAME, 1000, 200, mig=mig, **{"concurrency": 8} | options)


def test_the_whole_as_one_instance_is_as_fast_as_the_gpu() -> None:
    """132 multiprocessors and 8 of 8 slices: all times alike, and only memory is less, by 0.75 of
    80 GiB.
    """
    whole = asked("")
    one = asked("7g.80gb")
    assert one.output_tokens_per_s == pytest.approx(whole.output_tokens_per_s, rel=1e-12)
    assert one.gpu_power_w == pytest.approx(whole.gpu_power_w, rel=1e-12)
    less = (whole.kv_capacity_tokens - one.kv_capacity_tokens) / 0.9
    assert less * 131_072 == pytest.approx(0.75 * 2**30, rel=1e-6)
    assert one.extrapolated
    assert not whole.extrapolated


def test_rows_by_hand() -> None:
    """3g.40gb: 60 of 132 multiprocessors of 989 TFLOP/s, half of 3.35 TB/s, 39.5 GiB; 75 W at rest
    and 625 W above it: 37.5 W and 284.1 W.
    """
    gpu = shipped().get(Gpu, NAME)
    row = instance_row(gpu, instance_of(shipped(), gpu, "3g.40gb"))
    assert row.bf16_flop_s == pytest.approx(449.5e12, rel=1e-3)
    assert row.memory_bandwidth_b_s == pytest.approx(1.675e12)
    assert row.memory_bytes == 39.5 * 2**30
    assert row.power_idle_w == 37.5
    assert row.power_max_w == pytest.approx(37.5 + 284.1, abs=0.05)


def test_two_halves_make_no_more_than_the_whole() -> None:
    """Both with half of its requests: each reads all weights for half as many."""
    whole = asked("", concurrency=32)
    half = asked("3g.40gb", concurrency=16)
    assert 0.5 < 2 * half.output_tokens_per_s / whole.output_tokens_per_s < 1.0
    assert half.output_tokens_per_s_per_gpu == 2 * half.output_tokens_per_s
    assert half.gpu_power_w < whole.gpu_power_w


def test_a_token_takes_as_much_longer_as_bandwidth_is_less() -> None:
    """Alone, with few tokens to read, weights are all: 16 GB at half and a quarter of the rate, and
    the host's time, which an instance does not change.
    """
    times = [asked(mig, concurrency=1).tpot_s for mig in ("7g.80gb", "3g.40gb", "2g.20gb")]
    host_s = 2 * times[0] - times[1]
    assert 0 < host_s < 0.25 * times[0]
    assert times[2] == pytest.approx(4 * (times[0] - host_s) + host_s, rel=0.03)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mig": "1g.10gb"}, "16.1 GB of weights .* a larger instance: 1g.20gb"),
        ({"mig": "3g.80gb"}, "1g.10gb, 1g.20gb, 2g.20gb"),
        ({"mig": "3g.40gb", "parallelism": "TP2"}, "--parallelism: found TP2.*no links"),
        ({"mig": "3g.40gb", "prefill": "TP1"}, "--prefill: found TP1; allowed: none.*no links"),
        ({"mig": "3g.40gb", "power_cap_w": 300.0}, "all of its instances"),
        ({"mig": "7g.80gb", "model": "Llama-3.1-70B"}, "no instance holds it"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        asked(**options)


def test_gpus_of_which_nobody_read_the_list_are_refused() -> None:
    with pytest.raises(InputError, match=r"instances of .*H100-SXM5-80GB, .*for L40S"):
        predict_inference("Llama-3.1-8B", "L40S", 100, 100, mig="3g.40gb")


def test_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    line = ["--model", "Llama-3.1-8B", "--gpu", NAME, "--input", "1000", "--output", "200"]
    more = ["--concurrency", "8", "--mig", "3g.40gb", "--json"]
    assert main(["predict", "inference", *line, *more]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["gpu"] == f"{NAME} 3g.40gb"
    assert told["output_tokens_per_s"] == pytest.approx(asked("3g.40gb").output_tokens_per_s)
    assert any("instance" in note for note in told["notes"])
