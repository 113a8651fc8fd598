"""Power of work by an energy counter that moves every tenth of a second, as an H200's does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from twin.calibration import power
from twin.calibration.kernels import tasks
from twin.calibration.power import PowerReadings, hold

WATTS = 500.0
MOVES_S = 0.1


class StandingMeter:
    """Draws 500 W by a counter that stands still between moves; its readings lie behind."""

    def __init__(self, now: Any, moves: bool = True) -> None:
        self.now = now
        self.moves = moves

    def energy_j(self) -> float | None:
        return WATTS * MOVES_S * (self.now.s // MOVES_S) if self.moves else None

    def power_w(self) -> float:
        return 60.0

    def clock_hz(self) -> float:
        return 1.5e9

    def temperature_degc(self) -> float:
        return 40.0

    def throttle(self) -> list[str]:
        return []


@pytest.mark.parametrize("lasts_s", [0.45, 0.68])
def test_the_counter_is_read_from_move_to_move(
    monkeypatch: pytest.MonkeyPatch, lasts_s: float
) -> None:
    """Its whole rise over the whole time is off by the energy of up to one move."""
    now = SimpleNamespace(s=0.055)
    monkeypatch.setattr(power, "time", SimpleNamespace(monotonic=lambda: now.s))
    meter: Any = StandingMeter(now)
    readings = PowerReadings(meter)
    readings._start_s = now.s
    start_j = meter.energy_j()
    for _ in range(round(lasts_s / 0.01)):
        readings._tick(meter.energy_j())
        now.s += 0.01
    assert readings.counted_w() == pytest.approx(WATTS, rel=1e-6)
    assert abs((meter.energy_j() - start_j) / lasts_s / WATTS - 1) > 0.02


def test_without_a_counter_readings_stand() -> None:
    meter: Any = StandingMeter(SimpleNamespace(s=0.0), moves=False)
    seen = hold(meter, None, 0.2)
    assert (seen["power_w"], seen["power_from"]) == (60.0, "power readings")
    assert seen["sm_clock_hz"] == 1.5e9


def test_attention_is_sampled_at_several_numbers_of_heads() -> None:
    """With one number only, models whose heads are 64 wide came out 11 % too fast on an H200."""
    heads = {
        (t.shape["heads"], t.shape["kv_heads"], t.shape["head_dim"])
        for t in tasks(quick=False, accelerator=True)
        if t.op == "attention_decode"
    }
    assert heads >= {(32, 8, 128), (64, 8, 64), (32, 4, 128), (8, 1, 128)}
