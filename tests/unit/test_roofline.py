from __future__ import annotations

import numpy as np
import pytest

from twin.physics.roofline import (
    Roofline,
    fit_remainder,
    fit_roofline,
    fit_surface,
    gemm_work,
    time_s,
)

GPU = Roofline(flop_s=7e14, bytes_s=2.7e12, launch_s=3e-6)


def test_compute_part_grows_with_a_lower_clock() -> None:
    assert time_s(GPU, 7e14, 0.0, 0.5) == pytest.approx(2.0 + 3e-6)


def test_memory_part_ignores_the_clock() -> None:
    assert time_s(GPU, 0.0, 2.7e12, 0.5) == pytest.approx(1.0 + 3e-6)


def test_fit_finds_the_rates_it_was_fed() -> None:
    m, n, k = (2.0 ** np.random.default_rng(0).uniform(6, 13, (3, 80))).round()
    flop, byte = gemm_work(m, n, k, 2.0)
    found = fit_roofline(flop, byte, time_s(GPU, flop, byte))
    assert [found.flop_s, found.bytes_s, found.launch_s] == pytest.approx(
        [7e14, 2.7e12, 3e-6], rel=1e-3
    )


def test_remainder_falls_back_to_its_mean_far_from_samples() -> None:
    x = 2.0 ** np.linspace(0, 6, 20)[:, None]
    remainder = fit_remainder(x, np.exp(0.3 * np.sin(np.log2(x[:, 0]))))
    factor, inside = remainder(np.array([[2.0**40], [4.0]]))
    assert factor[0] == pytest.approx(np.exp(remainder.mean))
    assert inside.tolist() == [False, True]
    assert factor[1] == pytest.approx(np.exp(0.3 * np.sin(2.0)), rel=0.03)


def test_surface_keeps_the_shape_of_its_arguments() -> None:
    m, n, k = np.meshgrid([64.0, 256, 1024], [64.0, 512], [64.0, 512])
    measured_s = time_s(GPU, *gemm_work(m.ravel(), n.ravel(), k.ravel(), 2.0))
    surface = fit_surface(m.ravel(), n.ravel(), k.ravel(), measured_s, 2.0)
    predicted_s, inside = surface.time_s(m, n, k)
    assert predicted_s.shape == inside.shape == m.shape
    assert inside.all()
    assert predicted_s.ravel() == pytest.approx(measured_s, rel=0.02)


def test_surface_refuses_two_samples() -> None:
    with pytest.raises(ValueError, match="at least three"):
        fit_surface(*(np.array([1.0, 2.0]) for _ in range(4)), element_bytes=2.0)
