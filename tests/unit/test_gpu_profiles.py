"""Profiles of GPUs: published, or carried over by the datasheets."""

from __future__ import annotations

import pytest
from conftest import small

from twin import catalogue
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
