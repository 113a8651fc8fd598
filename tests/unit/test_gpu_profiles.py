"""Profiles of GPUs: published, carried over by the datasheets, or measured."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small

from tests.sources import table
from twin import catalogue
from twin.calibration import Profile, fit
from twin.calibration.kernels import work_of
from twin.catalogue.rows import Gpu
from twin.facility.gpu_profiles import Profiled, profiled, transformer

MEASURED = "H100-SXM5-80GB"
CARRIED = "L40S"
"""A GPU without a profile of its own."""


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


def test_a_transformer_has_the_parameters_of_its_name() -> None:
    assert transformer(small(), "Llama-3.1-8B").parameters() == pytest.approx(8.03e9, rel=0.01)


def _profile_of(samples: list[dict[str, Any]]) -> Profile:
    """What a measurement of an H100 with these samples becomes."""
    device = {"name": "NVIDIA H100 80GB HBM3"}
    return fit({"device": device, "software": {}, "conditions": {}, "samples": samples,
                "date_utc": "2026-11-24T00:00:00Z"})  # fmt: skip


def _products(faster: float = 1.0) -> list[dict[str, Any]]:
    """A third of the measured bf16 products of an H100, as `twin calibrate` writes them."""
    rows = []
    for row in table("workload/gemm_bf16_h100_sxm.csv")[::3]:
        shape = {axis: int(row[axis]) for axis in "mnk"}
        flop, byte = work_of("gemm", shape, 2.0)
        t_s = float(row["t_s"]) / faster
        rows.append(
            {"op": "gemm", "dtype": "bfloat16", "shape": shape, "t_s_median": t_s, "t_s_min": t_s,
             "n": 7, "flops": flop, "bytes": byte}
        )  # fmt: skip
    return rows


@pytest.mark.parametrize(
    ("use", "dtype"), [("training", "bf16"), ("training", "fp8"), ("serving_dense", "fp8")]
)
def test_calibrating_an_h100_agrees_with_what_is_published_of_it(use: str, dtype: str) -> None:
    """Raw rates of products in place of end-to-end rates made training a third too fast."""
    gpu = catalogue.get(Gpu, MEASURED)
    published = profiled(small(), MEASURED).rates(use, dtype)
    calibrated = Profiled(gpu, _profile_of(_products()), False, gpu).rates(use, dtype)
    assert calibrated.flop_s == pytest.approx(published.flop_s, rel=0.06)
    assert calibrated.bytes_s == pytest.approx(published.bytes_s, rel=0.06)


def test_a_device_that_measures_faster_runs_faster_in_proportion() -> None:
    gpu = catalogue.get(Gpu, MEASURED)
    on = [
        Profiled(gpu, _profile_of(_products(faster)), False, gpu).rates("training", "bf16")
        for faster in (1.0, 1.1)
    ]
    assert on[1].flop_s / on[0].flop_s == pytest.approx(1.1, rel=0.01)
    assert on[1].bytes_s / on[0].bytes_s == pytest.approx(1.1, rel=0.01)
