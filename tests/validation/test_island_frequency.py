"""Claim: the frequency of an island after a step of load follows the swing equation of its
machines: as in closed form where engines give what governors ask, and as a plain fourth-order
integration has it where they do not, machines are unlike, or stall.

A row's step and the class that a maker gives it are held against one another as they stand: nothing
was fitted.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.planner import answer, faults
from tests.power_layouts import island, load, part
from twin.catalogue import get
from twin.catalogue.rows import PowerEquipment
from twin.errors import InputError
from twin.physics.island_frequency import (
    AGAIN_S,
    BAND_FRAC,
    LEAST_FRAC,
    Dip,
    Governed,
    dip,
    wave_nadir_frac,
)
from twin.physics.load_step import RECOVERY_S

RATED_W = 2.5e6


def alike(count: int, inertia_s: float, droop: float, lag_s: float, step: float = 1.0) -> Governed:
    of = np.ones(count)
    return Governed(RATED_W * of, inertia_s * of, droop * of, lag_s * of, step * RATED_W * of)


def by_steps(
    machines: Governed,
    given_w: np.ndarray,
    step_w: float,
    step_s: float,
    wave: tuple[float, float, int] | None = None,
) -> Dip:
    """Runge-Kutta of fourth order in equal steps, with the equations written out a second time;
    under a wave of a period, a share of it at the upper level, and so many.
    """
    kinetic_j = (machines.inertia_s * machines.rating_w).sum()

    def rate(t: float, y: np.ndarray) -> np.ndarray:
        deviation, *made = y
        high = not wave or (t + 1e-9) % wave[0] < wave[0] * wave[1]
        load_w = given_w.sum() + (step_w if high else 0.0)
        out = [(sum(made) - load_w) / 2.0 / kinetic_j / (1.0 + deviation)]
        for g, p, s, r, lag, a in zip(
            given_w, made, machines.rating_w, machines.droop_frac, machines.lag_s, machines.step_w,
            strict=True,
        ):  # fmt: skip
            most = min(max(s, g), g + a + (0.0 if wave else a * t / AGAIN_S))
            out.append((max(min(g - deviation / r * s, most), 0.0) - p) / lag)
        return np.array(out)

    y = np.array([0.0, *given_w])
    seen = [0.0]
    lasts_s = wave[0] * wave[2] if wave else 60.0
    for n in range(round(lasts_s / step_s)):
        t, h = n * step_s, step_s
        a = rate(t, y)
        b = rate(t + h / 2, y + h / 2 * a)
        c = rate(t + h / 2, y + h / 2 * b)
        y = y + h / 6 * (a + 2 * b + 2 * c + rate(t + h, y + h * c))
        seen.append(float(y[0]))
        if y[0] <= LEAST_FRAC:
            return Dip(LEAST_FRAC, np.inf)
    path = np.array(seen)
    away = np.flatnonzero(np.abs(path - path[-1]) > BAND_FRAC)
    return Dip(float(path.min()), float(away[-1]) * step_s if away.size else 0.0)


@pytest.mark.parametrize("inertia_s", [0.7, 2.5])
@pytest.mark.parametrize("lag_s", [0.31, 0.5])
def test_a_small_step_falls_as_in_closed_form(inertia_s: float, lag_s: float) -> None:
    """By w'' + w'/T + w/(2 H R T) = -d/(2 H T), w(0) = 0, w'(0) = -d/(2 H), for d of 1e-4."""
    droop, step = 0.05, 1e-4
    decay = 1.0 / (2.0 * lag_s)
    turn = np.sqrt(1.0 / (2.0 * inertia_s * droop * lag_s) - decay**2)
    time_s = np.arange(0.0, 10.0, 1e-5)
    sine = (step / (2.0 * inertia_s) - droop * step * decay) / turn
    swing = droop * step * np.cos(turn * time_s) - sine * np.sin(turn * time_s)
    lowest = (np.exp(-decay * time_s) * swing - droop * step).min()
    found = dip(alike(3, inertia_s, droop, lag_s), np.full(3, 0.5 * RATED_W), 3 * step * RATED_W)
    assert found.nadir_frac == pytest.approx(lowest, rel=3e-4)
    assert found.recovery_s == 0.0


@pytest.mark.parametrize("seed", range(6))
def test_unlike_machines_fall_as_a_plain_integration_has_it(seed: int) -> None:
    """Two or three of unlike size, inertia, droop, lag and step; some saturate, some stall."""
    draw = np.random.default_rng([seed, 8528])
    count = int(draw.integers(2, 4))
    rating_w = draw.uniform(0.5e6, 3e6, count)
    machines = Governed(
        rating_w,
        draw.uniform(0.6, 3.0, count),
        draw.uniform(0.03, 0.06, count),
        draw.uniform(0.2, 0.9, count),
        draw.uniform(0.15, 0.6, count) * rating_w,
    )
    given_w = draw.uniform(0.3, 0.6) * rating_w
    step_w = float(draw.uniform(0.1, 0.35) * rating_w.sum())
    found = dip(machines, given_w, step_w)
    other = by_steps(machines, given_w, step_w, 2e-3)
    assert found.nadir_frac == pytest.approx(other.nadir_frac, abs=1e-5)
    if np.isfinite(other.recovery_s) and other.recovery_s < 30.0:
        assert found.recovery_s == pytest.approx(other.recovery_s, abs=0.01)


def test_what_an_engine_accepts_keeps_the_class_that_its_maker_gives_it() -> None:
    """`gas_engine_2500` at half load: its 24 % are 5.6 % of frequency and 3.3 s, within the 25 %
    and 10 s of class G1; a quarter more is 11 s, and half as much again stalls it.
    """
    row = get(PowerEquipment, "gas_engine_2500")
    held = (row.inertia_s, row.governor_droop_frac, row.governor_lag_s, row.load_step_frac)
    engine = alike(1, *(float(one or 0.0) for one in held))
    half_w = np.array([0.5 * RATED_W])
    found = [dip(engine, half_w, share * 0.24 * RATED_W) for share in (1.0, 1.25, 1.5)]
    assert found[0].nadir_frac == pytest.approx(-0.0561, abs=5e-5)
    assert found[0].recovery_s < RECOVERY_S["G1"] < found[1].recovery_s
    assert found[2][:2] == (LEAST_FRAC, np.inf)


def test_a_board_with_a_governor_is_refused_for_nobody_would_ask_it() -> None:
    """Frequency is followed where generators carry an island."""
    held = {"inertia": "0.7 s", "governor_droop_frac": 0.05, "governor_lag": "0.31 s"}
    board = part("b", "switchboard_4000", "g", overrides=held)
    parts = [part("g", "gas_engine_2500", kw=500.0), board]
    with pytest.raises(InputError, match="generators and nothing else have inertia_s"):
        answer(island(parts, [load("row", 200.0, "b")], "b"))


@pytest.mark.parametrize("period_s", [0.6, 0.9, 2.0])
def test_a_swing_goes_lower_where_it_comes_as_fast_as_the_governor_swings(period_s: float) -> None:
    """Engines swing at 1.05 Hz by themselves: waves of 0.9 s go lower than one."""
    engines = alike(2, 0.7, 0.05, 0.31)
    given_w = np.full(2, 0.4 * RATED_W)
    found = wave_nadir_frac(engines, given_w, 0.2 * RATED_W, period_s, 0.5)
    other = by_steps(engines, given_w, 0.2 * RATED_W, 1e-3, (period_s, 0.5, 20))
    assert found == pytest.approx(other.nadir_frac, abs=2e-5)
    once = dip(engines, given_w, 0.2 * RATED_W).nadir_frac
    assert (found < 1.3 * once) == (period_s == 0.9)


def test_a_swing_of_a_day_is_as_one_step() -> None:
    """Each level is followed until it is at rest, and no longer."""
    engines = alike(2, 0.7, 0.05, 0.31)
    given_w = np.full(2, 0.4 * RATED_W)
    once = dip(engines, given_w, 0.2 * RATED_W).nadir_frac
    found = wave_nadir_frac(engines, given_w, 0.2 * RATED_W, 86_400.0, 0.5)
    assert found == pytest.approx(once, abs=1e-7)


def test_beyond_all_ratings_machines_stall() -> None:
    machines = alike(2, 0.7, 0.05, 0.31)
    assert dip(machines, np.full(2, 0.9 * RATED_W), 0.21 * RATED_W).recovery_s == np.inf


@pytest.mark.parametrize("hertz", [50, 60])
def test_a_planner_reads_how_low_frequency_goes(hertz: int) -> None:
    """One of four engines lost: what it carried comes on three, as a plain integration has it."""
    parts = [part("g", "gas_engine_2500", kw=500.0, count=4), part("b", "switchboard_4000", "g")]
    site = {
        "climate": {"dry_bulb": "25 °C", "wet_bulb": "18 °C"},
        "grid": "ireland",
        "frequency_hz": hertz,
    }
    made = island(parts, [load("row", 900.0, "b")], "b")
    result = answer(made, faults=faults((600, "g_1", 1200)), site=site)
    (row,) = result.rows("load_steps")
    power = result.frame("power")
    before_w = power[(power["time_s"] <= 600) & (power["component"] == "g_2")]["power_out_w"].iloc[
        -1
    ]
    assert row["step_w"] == pytest.approx(before_w, rel=1e-3)
    governed = Governed(*(np.full(3, one) for one in (500e3, 0.7, 0.05, 0.31, 120e3)))
    other = by_steps(governed, np.full(3, before_w), row["step_w"], 2e-3)
    assert row["frequency_nadir_hz"] == pytest.approx(hertz * (1 + other.nadir_frac), abs=0.01)
    assert row["recovery_s"] == pytest.approx(other.recovery_s, abs=0.02)
    assert (row["time_s"], row["component"], row["machines"], row["verdict"]) == (
        600.0, "g_2", 3, "pass",
    )  # fmt: skip
