"""Claim: the swings of training steps, what storage takes off them and what they cost follow from
the times of a step, by closed forms that integration in small steps confirms.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.planner import answer, job, site
from twin import Result
from twin.physics import transients


def wave(swing_w: float, period_s: float, duty: float, steps: int = 200_000) -> np.ndarray:
    """One period of the wave, in small steps."""
    at = (np.arange(steps) + 0.5) / steps
    return np.where(at < duty, swing_w, 0.0)


@pytest.mark.parametrize("duty", [0.3, 0.5, 0.91])
def test_harmonics_are_those_of_a_fourier_transform(duty: float) -> None:
    spectrum = np.abs(np.fft.rfft(wave(1e6, 2.0, duty))) / 100_000
    orders = np.arange(1, 40)
    found = transients.harmonic_w(1e6, duty, orders)
    assert found == pytest.approx(spectrum[1:40], rel=1e-3, abs=20)


def test_the_whole_band_holds_the_effective_value_of_the_wave() -> None:
    whole = transients.band_rms_w(1e6, 1.0, 0.8, 0.5, 5e4)
    assert whole == pytest.approx(1e6 * np.sqrt(0.8 * 0.2), rel=1e-4)
    assert transients.band_rms_w(1e6, 1.0, 0.8, 1.1, 1.9) == 0.0
    assert transients.band_rms_w(1e6, 1.0, 0.8, 1.0, 1.0) == pytest.approx(
        float(transients.harmonic_w(1e6, 0.8, 1)) / np.sqrt(2)
    )


@pytest.mark.parametrize(("duty", "storage_j"), [(0.5, 5e4), (0.8, 1e5), (0.9, 1e9)])
def test_a_store_that_gives_its_energy_each_period_leaves_what_is_stated(
    duty: float, storage_j: float
) -> None:
    """Lowered while high and raised while low by what the store gives and takes, the energy that
    moves in and out is the store's, and the mean stays.
    """
    swing_w, period_s = 1e6, 1.5
    left_w = float(transients.smoothed_swing_w(swing_w, period_s, duty, storage_j))
    load = wave(swing_w, period_s, duty)
    mean_w = load.mean()
    smooth = np.where(load > 0, mean_w + (1 - duty) * left_w, mean_w - duty * left_w)
    stored = np.cumsum(smooth - load) * period_s / load.size
    assert np.ptp(stored) == pytest.approx(
        min(storage_j, swing_w * duty * (1 - duty) * period_s), rel=1e-3
    )
    assert smooth.mean() == pytest.approx(mean_w)


def test_a_ramp_needs_the_triangle_between_it_and_the_step() -> None:
    step_w, ramp = 8e6, 2e5
    at_s = np.linspace(0, 60, 600_001)
    short_w = np.maximum(step_w - ramp * at_s, 0.0)
    by_hand_j = float(np.trapezoid(short_w, at_s))
    assert float(transients.storage_for_ramp_j(step_w, ramp)) == pytest.approx(by_hand_j, rel=1e-6)


def run(limits: dict[str, Any] | None = None, floor: float = 0.0, **rack: Any) -> Result:
    from conftest import small_layout

    layout = small_layout()
    if rack:
        layout["halls"][0]["rows"][0] |= rack
    place = site(25.0) | ({"limits": limits} if limits else {})
    return answer(layout, site=place, workload=[job()], controls={"power_floor": floor})


def swings(result: Result) -> dict[str, Any]:
    return dict(result.frame("power_swings").iloc[0])


def test_a_swing_without_limits_is_a_row_and_no_event() -> None:
    plain = run()
    assert swings(plain)["verdict"] == "no limit"
    assert not (plain.frame("events")["what"] == "swings").any()
    power_w = plain.frame("racks").groupby("time_s")["power_w"].sum()
    assert swings(plain)["start_step_w"] < power_w.max()


def test_a_swing_is_judged_by_the_limit_that_the_site_states() -> None:
    found = swings(run())["swing_w"]
    kind = run({"swing": f"{found * 1.01} W", "ramp_per_minute": "5 MW"})
    strict = run({"swing": f"{found * 0.99} W"})
    assert swings(kind)["verdict"] == "pass"
    assert swings(strict)["verdict"] == "fail"
    told = strict.frame("events").query("what == 'swings'")
    assert list(told["component"]) == [job()["name"]]
    assert "swing" in told["detail"].iloc[0]


def test_a_start_above_the_ramp_says_the_storage_it_needs() -> None:
    row = swings(run({"ramp_per_minute": "60 kW"}))
    assert row["verdict"] == "fail"
    assert row["ramp_storage_j"] == pytest.approx(row["start_step_w"] ** 2 / (2 * 1000.0))


def test_a_weak_grid_sees_the_swing_as_voltage() -> None:
    found = swings(run())["swing_w"]
    limits = {"short_circuit_power": f"{found / 0.05} VA"}
    assert "voltage change 5.00 % of 3.00 %" in swings(run(limits))["detail"]


def test_a_power_floor_takes_the_swing_and_adds_what_it_says() -> None:
    plain, floored = run(), run(floor=0.98)
    assert swings(floored)["swing_w"] < swings(plain)["swing_w"]
    racks = [
        one.frame("racks").query("time_s == 1800")["power_w"].sum() for one in (plain, floored)
    ]
    assert racks[1] - racks[0] == pytest.approx(swings(floored)["floor_power_w"], rel=1e-6)
    assert swings(floored)["floor_power_w"] > 0
    full = swings(run(floor=1.0))
    assert full["swing_w"] == pytest.approx(0.0, abs=1e-6)


def test_storage_in_the_racks_smooths_what_the_grid_sees() -> None:
    from conftest import small_layout

    layout = small_layout()
    racks = layout["halls"][0]["rows"][0]
    racks["overrides"] = {"smoothing_storage_j": 4680.0}
    held = answer(layout, site=site(25.0), workload=[job()])
    row = swings(held)
    assert row["storage_j"] == pytest.approx(4680.0 * row["gpus"] / 72)
    shift_s = row["duty_frac"] * (1 - row["duty_frac"]) * row["period_s"]
    assert row["smoothed_swing_w"] == pytest.approx(
        max(row["swing_w"] - row["storage_j"] / shift_s, 0.0)
    )
    assert row["smoothed_swing_w"] < row["swing_w"]
