"""Paces: a speed of one at full clock, slower with less clock or network, and layouts that cannot
be refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small, training

from twin import InputError, catalogue
from twin.calibration import Profile
from twin.catalogue.rows import Gpu
from twin.simulation.step_times import (
    CLOCKS,
    Profiled,
    ReplicaSpeed,
    TrainingSpeed,
    profiled,
    transformer,
)
from twin.workload import Inference, Training

GPU = "GB200-NVL72-GPU"
NIC_B_S = 5e10
MEASURED = "H100-SXM5-80GB"
CARRIED = "L40S"


def train(gpus: int = 64, gpu: str = GPU, **changes: Any) -> TrainingSpeed:
    spec = Training.model_validate(
        training(nodes=gpus // 4, global_batch_sequences=gpus * 2) | changes
    )
    return TrainingSpeed(
        small(workload=[spec.model_dump(mode="json")]), spec, profiled(small(), gpu), gpus, NIC_B_S
    )


def serve(gpu: str = GPU, **changes: Any) -> ReplicaSpeed:
    spec = {
        "kind": "inference",
        "name": "chat",
        "model": "Llama-3.1-70B",
        "nodes": 4,
        "tensor_parallel": 4,
        "dtype": "fp4",
        "requests": {"rate": "5 / s"},
    } | changes
    asked = Inference.model_validate(spec)
    return ReplicaSpeed(
        small(workload=[asked.model_dump(mode="json")]), asked, profiled(small(), gpu)
    )


def test_speed_is_one_at_full_clock_and_whole_network() -> None:
    assert train().speed(1.0, 1.0) == pytest.approx(1.0)


def test_speed_falls_with_the_clock_but_no_faster_than_the_clock() -> None:
    pace = train()
    clocks = np.linspace(0.3, 1.0, 15)
    speeds = np.array([pace.speed(float(c), 1.0) for c in clocks])
    assert (np.diff(speeds) > 0).all()
    assert (speeds >= clocks - 1e-12).all()
    assert (speeds <= 1.0).all()


def test_speed_falls_with_the_network_and_is_nothing_for_a_gang_cut_off() -> None:
    pace = train(communication_overlap=0.0)
    speeds = [pace.speed(1.0, share) for share in (1.0, 0.75, 0.5, 0.1, 0.0)]
    assert speeds == sorted(speeds, reverse=True)
    assert speeds[0] > speeds[2] > 0
    assert speeds[-1] == 0.0


def test_an_exchange_that_is_hidden_makes_the_network_matter_less() -> None:
    hidden, open_ = (
        train(communication_overlap=overlap, global_batch_sequences=64 * 16).speed(1.0, 0.5)
        for overlap in (0.9, 0.0)
    )
    assert 0 < open_ < hidden <= 1.0


def test_tokens_a_second_are_the_tokens_of_a_step_over_its_time() -> None:
    pace = train(64)
    assert pace.tokens_per_s == pytest.approx(128 * 8192 / pace.nominal_s)


def test_twice_the_gpus_make_about_twice_the_tokens() -> None:
    ratio = train(128).tokens_per_s / train(64).tokens_per_s
    assert 1.7 < ratio < 2.005, "the optimiser's share of a step shrinks as it is dealt over more"


def test_no_gpu_makes_more_than_its_peak_allows() -> None:
    gpu = catalogue.get(Gpu, GPU)
    pace = train(64)
    flop_s = 6 * 8.0e9 * pace.tokens_per_s / 64
    assert 0.2 * gpu.bf16_flop_s < flop_s < gpu.bf16_flop_s


def test_activity_is_a_share() -> None:
    assert 0.3 < train().activity <= 1.0


@pytest.mark.parametrize(
    "changes",
    [{"tensor_parallel": 3}, {"pipeline_parallel": 5}, {"global_batch_sequences": 65}],
    ids=str,
)
def test_a_layout_that_does_not_divide_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="found train: "):
        train(64, **changes)


def test_a_model_that_does_not_fit_the_memory_is_refused_with_the_gigabytes() -> None:
    with pytest.raises(InputError, match="GB"):
        train(64, gpu=CARRIED, model="Llama-3.1-70B")


def test_a_gpu_without_a_profile_takes_the_reference_scaled_by_the_datasheets() -> None:
    known = profiled(small(), MEASURED)
    carried = profiled(small(), CARRIED)
    assert not known.extrapolated
    assert carried.extrapolated
    reference = catalogue.get(Gpu, MEASURED)
    ratio = carried.rates("training", "bf16").flop_s / known.rates("training", "bf16").flop_s
    assert ratio == pytest.approx(carried.gpu.bf16_flop_s / reference.bf16_flop_s)
    bytes_ratio = (
        carried.rates("training", "bf16").bytes_s / known.rates("training", "bf16").bytes_s
    )
    assert bytes_ratio == pytest.approx(
        carried.gpu.memory_bandwidth_b_s / reference.memory_bandwidth_b_s
    )


def test_a_profile_of_its_own_is_taken_as_it_is() -> None:
    known = profiled(small(), MEASURED)
    again = Profiled(known.gpu, known.profile, False, known.gpu)
    assert again.rates("training", "bf16") == known.rates("training", "bf16")


def test_capacity_rises_with_the_clock_and_reaches_the_whole() -> None:
    pace = serve()
    capacity = pace.capacity(CLOCKS)
    assert (np.diff(capacity) >= 0).all()
    assert capacity[0] > 0
    assert capacity[-1] == pytest.approx(pace.capacity_tokens_per_s)
    assert (capacity >= CLOCKS * pace.capacity_tokens_per_s - 1e-6).all()


def test_a_busier_replica_works_harder_and_takes_longer_a_token() -> None:
    pace = serve()
    loads = np.linspace(0.05, 1.0, 20)
    assert (np.diff([pace.activity(x) for x in loads]) >= -0.01).all(), (
        "up but for the memory's share at the top"
    )
    assert (np.diff([pace.time_per_token_s(x) for x in loads]) >= -1e-12).all()
    assert 0 <= pace.activity(0.0) < pace.activity(1.0) <= 1.0


def test_a_replica_whose_model_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError, match="found chat: "):
        serve(CARRIED, tensor_parallel=1, dtype="bf16")


def test_a_transformer_has_the_parameters_of_its_name() -> None:
    assert transformer(small(), "Llama-3.1-8B").parameters() == pytest.approx(8.03e9, rel=0.01)


def test_a_measured_profile_gives_its_matrix_products_in_any_format() -> None:
    """A profile of `twin calibrate` knows one format; narrower ones go faster as the datasheet
    says.
    """
    base = {"t0_s": 1e-5, "p_flops_s": 1e12, "w_bytes_s": 1e11}
    process = {"x": [[1.0, 1.0, 1.0]], "alpha": [0.0], "length": [1.0, 1.0, 1.0], "mean": 0.0}
    fit = {
        "op": "gemm",
        "dtype": "bfloat16",
        "base": base,
        "gp": process,
        "loo_median_frac": 0.03,
        "loo_p90_frac": 0.1,
        "domain": {"m": [1, 8], "n": [8, 64], "k": [8, 64]},
    }
    sample = {
        "op": "gemm",
        "dtype": "bfloat16",
        "shape": {"m": 8, "n": 64, "k": 64},
        "t_s_median": 1e-4,
        "t_s_min": 1e-4,
        "n": 7,
        "flops": 65536.0,
        "bytes": 10240.0,
    }
    profile = Profile.model_validate(
        {
            "schema": "twin-calibration/1",
            "status": "measured",
            "device": {"name": "test"},
            "date_utc": "2026-11-24T00:00:00Z",
            "samples": [sample] * 3,
            "fits": [fit],
        }
    )
    gpu = catalogue.get(Gpu, "GB200-NVL72-GPU")
    on = Profiled(gpu, profile, False, gpu)
    assert on.rates("training", "bf16").flop_s == 1e12
    assert on.rates("serving_dense", "fp8").flop_s == pytest.approx(2e12)
