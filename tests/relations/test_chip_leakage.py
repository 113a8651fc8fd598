"""GPUs that draw more as they warm, from a hall's `chip_leakage` to what a planner reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import small_layout
from scipy.optimize import brentq

import twin
from tests.planner import answer, asked, busy, faults, happened, loaded, ran
from twin.analysis.layout_numbers import witnesses
from twin.physics.leakage import leakage_frac
from twin.simulation import start

PUBLISHED_UA = {60.0: (16.00, 21.33), 80.0: (19.44, 25.14), 100.0: (23.44, 29.56)}
"""Leakage of a gate at 0.95 and 1.05 V, in µA: Liao, He and Lepak 2005, by degrees Celsius."""
LEAKS = {"share": "20 %", "at": "60 °C"}
GPUS = 72


def room(supply: str = "41.8 °C", **leakage: str) -> dict[str, Any]:
    """Two racks of GB200 on a loop, with or without leakage."""
    layout = small_layout(2, 0)
    layout["cooling"]["plant"][0]["supply_temperature"] = supply
    if leakage:
        layout["halls"][0]["chip_leakage"] = leakage
    return layout


def at_work(activity: float = 0.6, **changes: Any) -> dict[str, Any]:
    work = busy() | {"gpu_activity": activity, "cpu_activity": 0.5}
    return {"workload": [work], "horizon": "3 h", **changes}


def last(result: twin.Result, column: str) -> np.ndarray:
    racks = result.frame("racks")
    return racks.loc[racks.time_s == racks.time_s.max(), column].to_numpy()


def test_the_curve_is_the_published_one() -> None:
    at_60 = np.mean(PUBLISHED_UA[60.0])
    for degc, held in PUBLISHED_UA.items():
        assert leakage_frac(degc, 60.0) == pytest.approx(np.mean(held) / at_60, rel=0.01)


def test_power_and_temperature_agree_as_by_hand() -> None:
    """T = T_coolant + R (P + L (f(T) - 1)): 0.20 of 1,200 W a GPU leaks at 60 °C."""
    plain = answer(room(), **at_work())
    warm = answer(room(**LEAKS), **at_work())
    racks = twin.build(loaded(asked(room(**LEAKS)))).racks
    idle_w, span_w = racks.gpu_idle_w[0], racks.gpu_span_w[0]
    chip_w = idle_w + 0.6 * span_w
    leaks_w = 0.20 * (idle_w + span_w)
    k_w = (last(plain, "junction_degc")[0] - last(plain, "coolant_degc")[0]) / chip_w
    coolant = last(warm, "coolant_degc")[0]
    more = lambda degc: leaks_w * (leakage_frac(degc, 60.0) - 1.0)  # noqa: E731
    degc = brentq(lambda t: coolant + k_w * (chip_w + more(t)) - t, 20.0, 120.0)
    drawn = last(warm, "power_w")[0] - last(plain, "power_w")[0]
    steps_w = [GPUS * racks.gpu_gain[0] * more(step) for step in (np.floor(degc), np.ceil(degc))]
    assert min(abs(drawn - step) for step in steps_w) < 1e-6
    assert last(warm, "junction_degc")[0] == pytest.approx(degc, abs=0.1)
    assert abs(warm.summary["heat_balance_residual_frac"]) < 1e-11
    assert abs(warm.summary["energy_balance_residual_frac"]) < 1e-11


def test_warmer_water_costs_power_of_chips() -> None:
    """Ten kelvin of water are 2.6 % of the power of racks, and nothing without the key."""
    cold, warm = (answer(room(degc, **LEAKS), **at_work()) for degc in ("30 °C", "40 °C"))
    plain = [answer(room(degc), **at_work()) for degc in ("30 °C", "40 °C")]
    more = last(warm, "power_w").sum() / last(cold, "power_w").sum() - 1.0
    assert 0.012 < more < 0.03
    assert last(plain[0], "power_w") == pytest.approx(last(plain[1], "power_w"), rel=1e-12)


def test_no_share_is_no_leakage() -> None:
    plain = answer(room(), **at_work())
    none = answer(room(share="0 %"), **at_work())
    for table in ("racks", "site", "loops", "events"):
        assert plain.frame(table).equals(none.frame(table)), table


def test_a_regulator_holds_the_limit() -> None:
    """GPUs at their limit draw it at any temperature; colder ones draw less than their figures."""
    full = [answer(room(**held), **at_work(1.0)) for held in ({}, {"share": "20 %", "at": "20 °C"})]
    assert last(full[1], "power_w") == pytest.approx(last(full[0], "power_w"), rel=1e-12)
    cool = answer(room("20 °C", share="20 %", at="70 °C"), **at_work(1.0))
    assert last(cool, "power_w")[0] < last(full[0], "power_w")[0] - 500.0


def test_a_loss_of_cooling_is_felt_sooner() -> None:
    """Chips that leak more as they warm reach the limit earlier, and slow down further."""
    lost = faults((3600.0, "warm", 6000.0))
    slow_s, least = [], []
    for held in ({}, {"share": "30 %", "at": "50 °C"}):
        run = ran(asked(room(**held), **at_work(0.8, faults=lost)))
        told = [at for at, _, what in happened(run) if what == "throttled" and at > 3600]
        slow_s.append(min(told) - 3600)
        least.append(run.frame("racks").clock_frac.min())
        assert abs(run.summary["heat_balance_residual_frac"]) < 1e-11
    assert slow_s[1] < slow_s[0] - 5.0
    assert least[1] <= least[0]


def test_a_run_stops_and_goes_on(tmp_path: Path) -> None:
    lost = faults((3600.0, "warm", 900.0))
    facility = twin.build(loaded(asked(room(**LEAKS), **at_work(faults=lost))))
    whole = start(facility).until().result()
    part = start(facility).until(4000.0)
    later = twin.resume(part.save(tmp_path / "part.twin")).until().result()
    for table in ("events", "loops", "racks"):
        assert whole.frame(table).equals(later.frame(table))


def test_what_is_stated_must_be_possible() -> None:
    for wrong, allowed in (({"share": "80 %"}, "0 to 50 %"), ({"at": "5 °C"}, "20 to 70")):
        with pytest.raises(twin.InputError, match=allowed):
            loaded(asked(room(**LEAKS | wrong)))


def test_a_share_that_nobody_stated_is_told_as_assumed() -> None:
    """`chip_leakage: {at: 55 °C}` takes 20 %: no maker states it, and the witness says so, of a
    copy as well.
    """
    scenario = loaded(asked(room(at="55 °C")))
    for one in (scenario, scenario.with_(seed=5)):
        rows = [r for r in witnesses(twin.build(one)) if r["subject"].endswith("chip_leakage")]
        told = {row["parameter"]: row["source"] for row in rows}
        assert {row["status"] for row in rows} == {"assumed"}
        assert "assumed: no maker states it" in told["share"]
        assert "assumed" not in told["at_degc"]
