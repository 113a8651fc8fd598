"""Step times: a speed of one at full clock, slower with less clock or network, and layouts that
cannot be refused.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small, training

from twin import InputError, catalogue
from twin.catalogue.rows import Gpu
from twin.facility.gpu_profiles import profiled
from twin.simulation.jobs.step_times import TrainingSpeed
from twin.workload import Training

GPU = "GB200-NVL72-GPU"
NIC_B_S = 5e10
CARRIED = "L40S"
"""A GPU without a profile of its own."""


def train(gpus: int = 64, gpu: str = GPU, **changes: Any) -> TrainingSpeed:
    """Step times of a job on these GPUs."""
    spec = Training.model_validate(
        training(nodes=gpus // 4, global_batch_sequences=gpus * 2) | changes
    )
    scenario = small(workload=[spec.model_dump(mode="json")])
    (job,) = spec.jobs(seed=1)
    assert job.steps is not None
    return TrainingSpeed(scenario, job.name, job.steps, profiled(small(), gpu), gpus, NIC_B_S)


def test_speed_is_one_at_full_clock_and_whole_network() -> None:
    assert train().speed(1.0, 1.0) == pytest.approx(1.0)


def test_speed_falls_with_the_clock_but_no_faster_than_the_clock() -> None:
    steps = train()
    clocks = np.linspace(0.3, 1.0, 15)
    speeds = np.array([steps.speed(float(c), 1.0) for c in clocks])
    assert (np.diff(speeds) > 0).all()
    assert (speeds >= clocks - 1e-12).all()
    assert (speeds <= 1.0).all()


def test_speed_falls_with_the_network_and_is_nothing_for_a_gang_cut_off() -> None:
    steps = train(gpu="H100-SXM5-80GB", communication_overlap=0.0)
    speeds = [steps.speed(1.0, share) for share in (1.0, 0.75, 0.5, 0.1, 0.0)]
    assert speeds == sorted(speeds, reverse=True)
    assert speeds[0] > speeds[2] > 0
    assert speeds[-1] == 0.0


def test_an_exchange_that_is_hidden_makes_the_network_matter_less() -> None:
    hidden, open_ = (
        train(gpu="H100-SXM5-80GB", communication_overlap=overlap).speed(1.0, 0.5)
        for overlap in (0.9, 0.0)
    )
    assert 0 < open_ < hidden <= 1.0


def test_tokens_a_second_are_the_tokens_of_a_step_over_its_time() -> None:
    steps = train(64)
    assert steps.tokens_per_s == pytest.approx(128 * 8192 / steps.nominal_s)


def test_twice_the_gpus_make_about_twice_the_tokens() -> None:
    ratio = train(128).tokens_per_s / train(64).tokens_per_s
    assert 1.7 < ratio < 2.005, "the optimiser's share of a step shrinks as it is dealt over more"


def test_no_gpu_makes_more_than_its_peak_allows() -> None:
    gpu = catalogue.get(Gpu, GPU)
    steps = train(64)
    flop_s = 6 * 8.0e9 * steps.tokens_per_s / 64
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
