"""Profiles of GPUs: published, carried over by the datasheets, or measured."""

from __future__ import annotations

import pytest
from conftest import small

from twin import catalogue
from twin.calibration import Profile
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
