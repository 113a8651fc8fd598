"""Claim: what a cap on the power of GPUs costs comes out as measured.

Sources: MLPerf Inference v4.1, eight H200 at 700 W and at the caps that the submission's
configuration states (500 W; GPT-J 350 W), with the power at the wall; clocks and watts of an H100
at six caps (arXiv 2604.11391, quoted by a third party). Nothing is fitted to any of them. Tokens
under the cap over those without: by the measured profile +0.8, +0.6, -4.3 % off
(Llama 2 70B, Mixtral 8x7B, GPT-J, offline), by the tables +2.2, +2.2, +2.0 %. Until 2026-11-30 the
tables gave +5.6, +5.8 and +17.5 %: a board at its limit was taken to be at its full clock, from
which the voltage still falls. At the wall +0.2 % with all three; +6 to +8 % before, when a server
whose GPUs a program holds counted as one at rest.
"""

from __future__ import annotations

import numpy as np
import pytest

import twin
from tests.sources import table
from twin.catalogue import shipped
from twin.catalogue.rows import Gpu, Rack
from twin.facility.space.rack import WORK_GAIN
from twin.physics.chip import clock_for_power, dynamic_frac

GPU = "H200-SXM-141GB"
LENGTHS = {"gpt-j-6b": (776, 69), "llama-2-70b": (222, 294)}
"""Tokens in and out; 294 of the mixed sets of Mixtral."""
DEVIATION = {"llama-2-70b": 190.0}
"""Of answers' lengths, as logs of a later round have it."""
CPUS_W = 0.3 * 2 * (350.0 - 100.0)
OFFLINE = [row for row in table("workload/mlperf_power_caps.csv") if row["scenario"] == "offline"]


def _tokens(row: dict[str, str], profile: str, cap_w: float | None) -> twin.InferencePrediction:
    read, made = LENGTHS.get(row["model"], (294, 294))
    return twin.predict_inference(
        row["model"],
        GPU,
        read,
        made,
        dtype="fp8",
        profile=profile,
        requests=24_576,
        output_deviation=DEVIATION.get(row["model"], 0.0),
        power_cap_w=cap_w,
    )


@pytest.mark.parametrize("row", OFFLINE, ids=lambda row: row["model"])
@pytest.mark.parametrize("profile", [GPU, "none"])
def test_tokens_under_a_cap_over_those_without(row: dict[str, str], profile: str) -> None:
    free = _tokens(row, profile, None)
    held = _tokens(row, profile, float(row["cap_w"]))
    assert held.gpu_power_w == pytest.approx(float(row["cap_w"]), rel=2e-3)
    found = held.output_tokens_per_s / free.output_tokens_per_s
    want = float(row["tokens_per_s"]) / float(row["free_tokens_per_s"])
    assert found == pytest.approx(want, rel=0.045)


@pytest.mark.parametrize("profile", [GPU, "none"])
def test_tokens_of_the_dense_model_under_its_cap(profile: str) -> None:
    """1.2 % high by the profile, 8.1 % by the tables; 0.4 and 5.7 % without a cap."""
    row = OFFLINE[0]
    found = 8 * _tokens(row, profile, float(row["cap_w"])).output_tokens_per_s
    assert found == pytest.approx(float(row["tokens_per_s"]), rel=0.02 if profile == GPU else 0.09)


@pytest.mark.parametrize("row", table("workload/mlperf_power_caps.csv"), ids=str)
def test_a_server_whose_gpus_are_capped_draws_at_the_wall_what_was_measured(
    row: dict[str, str],
) -> None:
    """Offline within 0.3 %; with clients who wait -1.9 to +1.2 %."""
    gpu = shipped().get(Gpu, GPU)
    rack = shipped().get(Rack, "dgx_h200_x4")
    chips_w = 8 * (float(row["cap_w"]) - gpu.power_idle_w) + CPUS_W
    wall_w = rack.power_idle_w / rack.nodes_per_rack + WORK_GAIN * chips_w
    near = 0.003 if row["scenario"] == "offline" else 0.02
    assert wall_w == pytest.approx(float(row["wall_w"]), rel=near)


def test_clocks_that_caps_leave_an_h100() -> None:
    """From the draw at 700 W alone: within 4.1 %; watts at the clocks that were read within 6.2 %.
    Idle 80 W: two H200 without a program draw 77 and 81.
    """
    rows = table("workload/h100_power_caps.csv")
    watts, clock_mhz = (
        np.array([float(row[name]) for row in rows]) for name in ("vit_watts", "vit_clock_mhz")
    )
    full_mhz = 1980.0
    used = (watts[-1] - 80.0) / 620.0 / float(dynamic_frac(clock_mhz[-1] / full_mhz))
    found_mhz = full_mhz * clock_for_power(80.0, 700.0, used, watts)
    found_w = 80.0 + 620.0 * used * dynamic_frac(clock_mhz / full_mhz)
    assert np.abs(found_mhz / clock_mhz - 1).max() <= 0.041
    assert np.abs(found_w / watts - 1).max() <= 0.062


def test_training_under_caps_that_bind() -> None:
    """Llama 3 8B on four H100: from 400 W to 300 and from there to 200 its tokens fall within 5 %
    as published. From 700 to 400 W they fall by 18 % there and by 33 % here: that run made 3 %
    fewer tokens at 600 W, so 700 W hardly bound it, where the law, which was settled on steps of
    tuned software, holds 0.85 of the clock.
    """
    rows = table("workload/h100_power_caps.csv")
    told = {int(row["cap_w"]): float(row["pretraining_tokens_per_s"]) for row in rows}
    found = {cap: _trained(float(cap)).tokens_per_s for cap in told}
    assert found[700] == pytest.approx(told[700], rel=0.05)
    for low, high in ((200, 300), (300, 400)):
        assert found[low] / found[high] == pytest.approx(told[low] / told[high], rel=0.05)
    left = [found[cap] / found[700] for cap in sorted(found)]
    assert left == pytest.approx([0.260, 0.469, 0.675, 0.814, 0.913, 1.0], abs=0.005)


def _trained(cap_w: float) -> twin.TrainingPrediction:
    """A step that is computed again; the publication states neither batch nor recompute."""
    found = twin.predict_training(
        "Llama-3.1-8B",
        "H100",
        4,
        zero_stage=3,
        global_batch_sequences=8,
        recompute="full",
        power_cap_w=cap_w,
    )
    assert found.gpu_power_w <= cap_w * 1.001
    return found


def test_a_cap_that_no_clock_holds_is_refused() -> None:
    with pytest.raises(twin.InputError, match="at least 196 W"):
        _trained(150.0)


def test_a_cap_above_what_a_step_draws_changes_nothing() -> None:
    assert _trained(700.0) == _trained(1e4)
