"""Solar arrays beside machines that run at all times: they displace gas down to the least load of
the machines, a store carries what is left, and nothing is credited to them when something fails.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from tests.planner import asked, assert_same, faults, written
from tests.power_layouts import island, load, part
from tests.relations.test_prime_power import heat_kw
from twin.simulation.loop.quiet import Quiet

SUN_KW = {0: 0.0, 600: 300.0, 1200: 900.0, 2400: 1500.0, 3000: 100.0}
"""From when on what daylight gives."""
LEAST = 0.25
"""Of `gas_engine_2500`'s rating."""
Plain = dict[str, Any]
RAMP = {"kind": "ramp_limit", "bess": "bess", "per_minute": "60 kW", "start_charge": "50 %"}
STORE = part("bess", "bess_1000_2h", "b", kw=900.0)


def roof(board: str, kw: float = 2000.0) -> Plain:
    solar = {"dc_rating": f"{kw} kW", "file": "sun.csv"}
    return part("roof", "pv_1000", board, kw=kw, solar=solar)


def pod(*more: Plain, sun: bool = True, count: int = 3, kw: float = 500.0) -> Plain:
    """900 kW of racks and their cooling on engines of 500 kW."""
    parts = [
        part("g", "gas_engine_2500", kw=kw, count=count),
        part("b", "switchboard_4000", "g"),
        *([roof("b")] if sun else []),
        *more,
    ]
    return island(parts, [load("row", 900.0, "b")], "b")


def built(folder: Path, layout: Plain, **keys: Any) -> twin.Facility:
    lines = [f"{at},{kw * 1e3}" for at, kw in SUN_KW.items()]
    (folder / "sun.csv").write_text("\n".join(["time_s,power_w", *lines]), encoding="utf-8")
    return twin.build(twin.load(written(asked(layout, **keys), folder)))


def powers(result: twin.Result) -> Any:
    """KW by period and component; every period of 5 minutes has one sun."""
    frame = result.frame("power")
    return frame.pivot(index="time_s", columns="component", values="power_out_w") / 1e3


def test_gas_falls_as_far_as_the_least_load_and_the_rest_is_held_back(tmp_path: Path) -> None:
    """By hand, period by period, of the same hour without sun."""
    dark = powers(twin.simulate(built(tmp_path, pod(sun=False))))
    result = twin.simulate(built(tmp_path, pod()))
    found = powers(result)
    gas_kj = left_kj = 0.0
    for time_s in found.index:
        sun_kw = [kw for at, kw in SUN_KW.items() if at < time_s][-1]
        drawn_kw = float(dark.loc[time_s, ["g_1", "g_2", "g_3"]].sum())
        each_kw = max((drawn_kw - sun_kw) / 3, LEAST * 500.0)
        mine_kw = found.loc[time_s, ["g_1", "g_2", "g_3"]].tolist()
        assert mine_kw == pytest.approx([each_kw] * 3, abs=0.1)  # the board loses less with sun
        assert min(mine_kw) >= LEAST * 500.0 * (1 - 1e-12)
        given_kw = float(found.loc[time_s, "roof"])
        assert given_kw == pytest.approx(drawn_kw - 3 * each_kw, abs=0.2)
        gas_kj += 3 * heat_kw(mine_kw[0] / 500.0) * 300.0
        left_kj += (sun_kw - given_kw) * 300.0
    held = result.summary
    assert held["gas_j"] == pytest.approx(gas_kj * 1e3, rel=1e-9)
    assert held["solar_held_back_j"] == pytest.approx(left_kj * 1e3, rel=1e-9)
    fed_j = held["energy_generator_j"] + held["energy_solar_j"]
    assert fed_j == pytest.approx(held["energy_facility_j"], rel=1e-12)
    assert abs(held["energy_balance_residual_frac"]) < 1e-12


def test_with_a_machine_less_the_others_may_go_no_lower(tmp_path: Path) -> None:
    """Two machines keep 250 kW where three kept 375, and the sun gives so much more."""
    lost = faults((1500.0, "g_3", 600.0))
    found = powers(twin.simulate(built(tmp_path, pod(), faults=lost)))
    assert found.loc[1500.0, ["g_1", "g_2", "g_3"]].tolist() == pytest.approx([125.0] * 3)
    assert found.loc[1800.0, ["g_1", "g_2", "g_3"]].tolist() == pytest.approx([125.0, 125.0, 0.0])
    assert found.loc[1800.0, "roof"] - found.loc[1500.0, "roof"] == pytest.approx(125.0, abs=0.5)
    assert found.loc[2400.0, "roof"] == pytest.approx(found.loc[1500.0, "roof"], abs=0.5)


def test_machines_of_two_sizes_each_keep_theirs(tmp_path: Path) -> None:
    """On one board they share alike: the larger one's least load binds for both."""
    parts = [
        part("small", "gas_engine_2500", kw=500.0),
        part("large", "gas_engine_2500", kw=1000.0),
        part("b", "switchboard_4000", "small", "large"),
        roof("b"),
    ]
    made = island(parts, [load("row", 600.0, "b")], "b")
    result = twin.simulate(built(tmp_path, made))
    found = powers(result)
    assert found.loc[1500.0, ["small", "large"]].tolist() == pytest.approx([250.0, 250.0])
    assert abs(result.summary["energy_balance_residual_frac"]) < 1e-12


def test_a_utility_and_machines_on_boards_of_their_own(tmp_path: Path) -> None:
    """What stands at the utility's board is held back for it, to nothing that leaves the site; what
    stands at the machines' board for their least load.
    """
    parts = [
        part("u", "utility_feed"),
        part("bu", "switchboard_4000", "u"),
        part("g", "gas_engine_2500", kw=600.0),
        part("bg", "switchboard_4000", "g"),
        roof("bg"),
        {**roof("bu"), "name": "field"},
    ]
    loads = [load("ru", 300.0, "bu"), load("rg", 400.0, "bg")]
    result = twin.simulate(built(tmp_path, island(parts, loads, "bu")))
    found = powers(result)
    assert found.loc[1500.0, "g"] == pytest.approx(150.0)
    assert found.loc[1500.0, "roof"] == pytest.approx(250.0, abs=0.5)
    assert found.loc[1500.0, "u"] == pytest.approx(0.0, abs=1e-3)
    assert abs(result.summary["energy_balance_residual_frac"]) < 1e-12


def test_a_store_takes_what_would_be_held_back_and_carries_the_evening(tmp_path: Path) -> None:
    """Machines between 450 and 750 kW: charged up to the one with sun, given above the other."""
    rule = {
        "kind": "peak_shave", "bess": "bess", "start_charge": "40 %",
        "limit": "750 kW", "recharge_below": "450 kW",
    }  # fmt: skip
    store = part("bess", "bess_1000_2h", "b", kw=800.0)
    made = built(tmp_path, pod(store), controls={"storage": [rule]})
    result = twin.simulate(made)
    found = powers(result)
    engines = found[["g_1", "g_2", "g_3"]].sum(axis=1)
    assert engines.loc[300.0] == pytest.approx(750.0)
    assert engines.loc[1500.0] == pytest.approx(450.0)
    assert engines.loc[3300.0] == pytest.approx(750.0)
    held = result.summary
    without = twin.simulate(built(tmp_path, pod())).summary
    assert held["solar_held_back_j"] < 0.7 * without["solar_held_back_j"]
    assert abs(held["energy_balance_residual_frac"]) < 1e-12


def test_a_ramp_limit_holds_what_machines_follow(tmp_path: Path) -> None:
    """No minute sees them move by more than 60 kW while the store can, sun or cloud."""
    made = built(tmp_path, pod(STORE), controls={"storage": [RAMP]}, outputs={"period": "1 min"})
    found = powers(twin.simulate(made))[["g_1", "g_2", "g_3"]].sum(axis=1)
    assert found.diff().abs().max() <= 60.0 * (1 + 1e-9)
    assert found.min() >= 375.0 * (1 - 1e-9)


def test_a_machine_that_nobody_takes_from_has_no_least_load_to_keep(tmp_path: Path) -> None:
    """A second engine behind the first, which carries all, changes nothing that the first gives."""
    found = {}
    for others in ((), ("h",)):
        engines = [part(name, "gas_engine_2500", kw=2000.0) for name in ("g", *others)]
        mode = {"mode": "priority"} if others else {}
        board = part("b", "switchboard_4000", "g", *others, **mode)
        made = island([*engines, board, roof("b"), STORE], [load("row", 900.0, "b")], "b")
        asks = {"controls": {"storage": [RAMP]}, "outputs": {"period": "1 min"}}
        found[others] = powers(twin.simulate(built(tmp_path, made, **asks)))
    assert found["h",]["h"].max() == 0.0
    assert found["h",]["g"].tolist() == pytest.approx(found[()]["g"].tolist(), rel=1e-9)


def test_without_sun_a_ramp_limit_adds_no_load_for_a_least_one(tmp_path: Path) -> None:
    """265 kW on three engines whose least load is 375 kW: once it has come, the store rests."""
    engines = [part("g", "gas_engine_2500", kw=500.0, count=3), part("b", "switchboard_4000", "g")]
    made = island([*engines, roof("b"), STORE], [load("row", 200.0, "b")], "b")
    dark = {"horizon": "10 min", "controls": {"storage": [RAMP]}}
    with_rule = powers(twin.simulate(built(tmp_path, made, **dark)))
    without = powers(twin.simulate(built(tmp_path, made, horizon="10 min")))
    assert without["g_1"].iloc[-1] < LEAST * 500.0
    assert with_rule["g_1"].iloc[-1] == pytest.approx(without["g_1"].iloc[-1], rel=1e-9)


def test_nothing_is_credited_to_them_when_something_fails(tmp_path: Path) -> None:
    """Unavailability and cut sets of two engines, of which either carries all, are those without
    the array: its surplus keeps nothing up.
    """
    made = (pod(sun=sun, kw=1200.0, count=2) for sun in (True, False))
    with_sun, without = (twin.redundancy(built(tmp_path, one)).as_dict() for one in made)
    for number in ("unavailability", "frequency_per_year"):
        exact = [found["availability_exact"][number] for found in (with_sun, without)]
        assert exact[0] == pytest.approx(exact[1], rel=1e-12)
    assert with_sun["cut_sets"] == without["cut_sets"]
    assert {"g_1", "g_2"} <= {name for one in with_sun["cut_sets"] for name in one}


def test_event_by_event_and_stopped_under_way_it_is_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = built(tmp_path, pod(), faults=faults((1500.0, "g_3", 900.0)))
    whole = twin.simulate(made)
    run = twin.start(made)
    run.until(1700.0)
    gone_on = twin.resume(run.save(tmp_path / "run.twin"))
    gone_on.until()
    assert_same(whole, gone_on.result())
    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    assert_same(whole, twin.simulate(made))
