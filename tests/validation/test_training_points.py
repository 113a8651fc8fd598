"""Claim: a step as the sum of its kernels meets published training steps; nothing is fitted to them
but one number, the draw of dense products at full clock.

Rows: tests/data/workload/training_steps.csv. That number was chosen on the rows in bf16 of A100 and
H100; rows in fp8 and mxfp8, all of Blackwell, and Llama 3 at scale are forecasts. Software options
of a row are those of its recipe: user buffers for NVIDIA's dense models, for models of experts what
its recipe says of dispatch, overlap and graphs, unfused attention for 2022's, in line for Llama 3.
Of the rows `sparse_ab`, two pairs gave the share that overlap hides and one profile the wait for
the host. docs/physics/training_rows.md holds every error.
"""

from __future__ import annotations

from statistics import fmean

import pytest

from tests.sources import table
from twin.analysis.training_prediction import TrainingPrediction, predict_steps
from twin.workload import TrainingSteps

ROWS = table("workload/training_steps.csv")


def predicted(
    row: dict[str, str], software: str | None = None, memory_doubt: float = 3.0
) -> TrainingPrediction:
    """The prediction of a row; its memory is not asked, for recipes offload to the host."""
    number = {key: int(row[key]) for key in row if key in WHOLE}
    steps = TrainingSteps(
        model=row["model"],
        sequence_length=number["sequence"],
        global_batch_sequences=number["global_batch"],
        micro_batch_sequences=number["micro_batch"],
        tensor_parallel=number["tensor"],
        pipeline_parallel=number["pipeline"],
        dtype=row["dtype"],
        context_parallel=number["context"],
        expert_parallel=number["expert"],
        interleave=number["interleave"],
        zero_stage=number["zero"],
        recompute=row["recompute"],
        sequence_parallel=row["sequence_parallel"] == "true",
        lora_rank=number["lora_rank"],
        lora_on=row["lora_on"],
        software=row["software"] if software is None else software,
    )
    return predict_steps(steps, row["gpu"], number["gpus"], memory_doubt=memory_doubt)


WHOLE = (
    "gpus", "global_batch", "micro_batch", "sequence", "tensor", "pipeline", "context", "expert",
    "interleave", "zero", "lora_rank",
)  # fmt: skip


def error(row: dict[str, str], software: str | None = None) -> float:
    """Predicted over published step time, less one."""
    return predicted(row, software).step_s / float(row["step_s"]) - 1


def tokens_error(row: dict[str, str], found: TrainingPrediction) -> float:
    """Predicted over published rate, less one; of FLOP where only these are published."""
    if published := row["tokens_per_s_per_gpu"]:
        return found.tokens_per_s_per_gpu / float(published) - 1
    return found.tflop_s_per_gpu / float(row["tflop_s_per_gpu"]) - 1


def rate_errors(*kinds: str, model: str = "") -> list[float]:
    """Of the rates of rows of these kinds, with their signs; gpt-oss apart."""
    return [
        tokens_error(row, predicted(row))
        for row in ROWS
        if row["kind"] in kinds and row["model"].startswith("gpt-oss") == (model == "gpt-oss")
    ]


def rows(*, kind: str = "", dtypes: tuple[str, ...] = (), name: str = "") -> list[dict[str, str]]:
    return [
        row
        for row in ROWS
        if (not kind or row["kind"] == kind)
        and (not dtypes or row["dtype"] in dtypes)
        and row["id"].startswith(name)
    ]


@pytest.mark.parametrize("row", rows(name="megatron_"), ids=lambda row: row["id"])
def test_megatron_steps_within_6_percent(row: dict[str, str]) -> None:
    within = 0.06 if row["model"] in ("megatron-22b", "gpt3-175b") else 0.13
    assert abs(error(row)) <= within


def test_published_8_bit_steps_within_8_percent_on_average() -> None:
    found = [
        abs(error(row))
        for row in rows(dtypes=("fp8", "mxfp8"))
        if row["gpu"] != "GB300" and row["kind"] in ("dense", "sparse")
    ]
    assert len(found) >= 20
    assert fmean(found) <= 0.08


def test_published_8_bit_steps_of_experts_within_12_percent_on_average() -> None:
    found = [tokens_error(row, predicted(row)) for row in rows(kind="sparse")]
    assert len(found) == 8
    assert fmean(map(abs, found)) <= 0.12


def test_experts_that_came_later_within_10_percent_on_average() -> None:
    """Qwen3 and DeepSeek V3 of three releases on four GPUs. Nothing was chosen on them, but they
    had been seen when the exchange was corrected twice, against HybridEP's table of calls.
    """
    found = [abs(one) for one in rate_errors("sparse_later")]
    assert len(found) == 16
    assert fmean(found) <= 0.10
    assert max(found) <= 0.35


def test_gpt_oss_trains_slower_than_its_kernels_say() -> None:
    """Not understood: all eight rows are 30 to 75 % too fast, in 16 bits as in 8."""
    found = rate_errors("sparse", "sparse_later", model="gpt-oss")
    assert len(found) == 8
    assert min(found) >= 0.30
    assert max(found) <= 0.75


def test_one_option_at_a_time_makes_about_the_gain_that_was_measured() -> None:
    """Overlap, dispatch of tokens once, both: over the step with neither."""
    ours = {row["software"]: predicted(row).step_s for row in rows(kind="sparse_ab")}
    theirs = {row["software"]: float(row["step_s"]) for row in rows(kind="sparse_ab")}
    for software in ("megatron_overlap", "megatron_tokens", "megatron_tokens_overlap"):
        gain = theirs["megatron"] / theirs[software]
        assert ours["megatron"] / ours[software] == pytest.approx(gain, rel=0.12)


def test_steps_of_mlperf_training_within_6_percent_on_average() -> None:
    """Llama 3.1 8B and 405B in fp8 and nvfp4 on 8 to 5,120 Blackwell GPUs of five submitters. They
    came last: no number and no option was changed for them. Cut in 512 the 8B is 15 and 17 % too
    fast: a step of 0.09 s waits for something that is not known here.
    """
    found = rate_errors("mlperf")
    assert len(found) == 21
    assert fmean(map(abs, found)) <= 0.06
    assert max(map(abs, found)) <= 0.22


def test_fine_tuning_of_mlperf_within_10_percent_on_average() -> None:
    """Adapters of rank 16 on attention of Llama 2 70B. As rings and with everything cast as if
    weights were trained they were 27 % off, those of eight GPUs a sequence 35 to 41 %.
    """
    rows_there = rows(kind="tuning")
    found = [tokens_error(row, predicted(row)) for row in rows_there]
    ring = [tokens_error(row, predicted(row, "megatron")) for row in rows_there]
    assert len(found) == 11
    assert fmean(map(abs, found)) <= 0.10
    wide = [one for one, row in zip(ring, rows_there, strict=True) if row["context"] == "8"]
    assert max(wide) <= -0.30


@pytest.mark.parametrize("row", rows(kind="tuning"), ids=lambda row: row["id"])
def test_published_fine_tuning_fits_its_gpus(row: dict[str, str]) -> None:
    """Eight GPUs with a copy of 70B each were refused: all frozen weights counted two bytes."""
    assert predicted(row, memory_doubt=1.3).memory_frac <= 1.1


def test_dense_8_bit_steps_within_8_percent_on_average_and_20_each() -> None:
    found = [abs(error(row)) for row in rows(kind="dense", dtypes=("fp8", "mxfp8"))]
    assert fmean(found) <= 0.06
    assert max(found) <= 0.18


def test_dense_bf16_steps_of_nvidia_within_6_percent_on_average() -> None:
    found = [abs(error(row)) for row in rows(kind="dense", dtypes=("bf16",), name="nvidia_")]
    assert fmean(found) <= 0.06


def test_software_that_hides_nothing_still_answers_within_15_percent_on_average() -> None:
    """What a planner gets who says nothing of the software."""
    found = [abs(error(row, "plain")) for row in rows(kind="dense", dtypes=("fp8", "mxfp8"))]
    assert fmean(found) <= 0.15


@pytest.mark.parametrize("row", rows(name="llama3_"), ids=lambda row: row["id"])
def test_llama_3_within_380_and_430_at_scale(row: dict[str, str]) -> None:
    found = predicted(row).tflop_s_per_gpu
    published = float(row["tflop_s_per_gpu"])
    assert found == pytest.approx(published, rel=0.08)
    if int(row["gpus"]) == 16384 and row["sequence"] == "8192":
        assert 380 <= found <= 430
