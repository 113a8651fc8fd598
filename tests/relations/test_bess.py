"""Battery stores at boards, from a scenario to what the meter reads: each rule, and each limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import ROOT, failing, lived, small, small_layout, training

import twin
from twin.errors import InputError
from twin.simulation.loop.quiet import Quiet

AIR = {"dry_bulb": "25 °C", "wet_bulb": "18 °C"}
GRID = {"price": "0.1 USD/kWh", "carbon": "400 g/kWh", "demand_charge": "15 USD/kW/month"}
ONE_WAY = 0.9772
WORK = [training("first", 72) | {"submit": "1 h"}]


def layout(kind: str = "bess_250_1h", ups: bool = False, genset: bool = False) -> dict[str, Any]:
    out = small_layout(ups=ups)
    if not genset:
        out["power"] = [g for g in out["power"] if g["name"] != "genset"]
        board = next(g for g in out["power"] if g["name"] == "board")
        board["fed_by"] = ["utility"]
        del board["mode"]
    out["power"].append({"name": "bess", "type": kind, "fed_by": "board"})
    return out


def asked(*rules: dict[str, Any], plan: dict[str, Any] | None = None, **changes: Any) -> Any:
    base: dict[str, Any] = {
        "horizon": "4 h",
        "site": {"climate": AIR, "grid": GRID},
        "workload": WORK,
        "controls": {"storage": [{"bess": "bess"} | rule for rule in rules]},
    }
    return small(plan or layout(), **(base | changes))


def balanced(result: twin.Result) -> twin.Result:
    """Energy closes, and what each BESS holds is what it took and gave."""
    assert abs(result.summary["energy_balance_residual_frac"]) < 1e-9
    table = result.frame("bess")
    span_s = np.diff(table.time_s, prepend=0.0)
    begin_j = table.energy_j.iloc[0]
    net_j = (table.power_in_w - table.power_out_w - table.loss_w) * span_s
    moved = table.energy_j.iloc[-1] - begin_j
    assert moved == pytest.approx(net_j.iloc[1:].sum(), abs=1e-6 * table.energy_j.max())
    assert result.frame("bess").charge_frac.between(0.1 - 1e-9, 0.9 + 1e-9).all()
    return result


def test_a_peak_is_shaved_and_the_demand_charge_follows() -> None:
    without = balanced(lived(asked()))
    peak_w = without.summary["peak_demand_w"]
    limit_w = peak_w - 20e3
    shaved = balanced(lived(asked({"kind": "peak_shave", "limit": f"{limit_w!r} W"})))
    assert shaved.summary["peak_demand_w"] == pytest.approx(limit_w, rel=1e-9)
    saved = without.summary["cost_demand_usd"] - shaved.summary["cost_demand_usd"]
    assert saved == pytest.approx(20.0 * 15 * 4 / (31 * 24), rel=1e-6)
    assert shaved.summary["bess_loss_j"] > without.summary["bess_loss_j"]
    assert shaved.summary["bess_given_j"] > 0


def test_an_empty_store_lets_the_draw_pass_from_the_instant_on_that_was_foreseen() -> None:
    """250 kWh, of which the row lets 80 % out, against 150 kW above the limit."""
    without = lived(asked(horizon="6 h"))
    busy_w = without.frame("site").utility_power_w.max()
    rule = {"kind": "peak_shave", "limit": f"{busy_w - 150e3:.6f} W", "recharge_below": "1 W"}
    result = balanced(lived(asked(rule, horizon="6 h")))
    events = result.frame("events")
    empty = events[events.what == "storage empty"]
    assert list(empty.component) == ["bess"]
    table = result.frame("bess")
    given_j = result.summary["bess_given_j"]
    assert given_j == pytest.approx(0.8 * 0.9e9 * ONE_WAY, rel=1e-6)
    assert table.charge_frac.iloc[-1] == pytest.approx(0.1, abs=1e-6)
    assert result.frame("site").utility_power_w.iloc[-1] == pytest.approx(busy_w, rel=1e-6)


@pytest.mark.parametrize("period", ["1 h", "7 min", "1 min"])
def test_a_store_gives_what_it_holds_whatever_the_tables_period(period: str) -> None:
    """The last of a store is no whole step (findings/the_battery_that_gives_more.sh)."""
    busy_w = lived(asked(horizon="6 h")).frame("site").utility_power_w.max()
    rule = {"kind": "peak_shave", "limit": f"{busy_w - 150e3:.6f} W", "recharge_below": "1 W"}
    result = lived(asked(rule, horizon="6 h", outputs={"period": period}))
    assert result.summary["bess_given_j"] == pytest.approx(0.8 * 0.9e9 * ONE_WAY, rel=1e-9)


def test_a_list_is_followed_as_far_as_the_store_and_its_board_allow() -> None:
    steps = [
        {"at": "30 min", "discharge": "100 kW"},
        {"at": "60 min", "charge": "50 kW"},
        {"at": "90 min"},
        {"at": "120 min", "discharge": "250 kW"},
    ]
    result = balanced(lived(asked({"kind": "schedule", "steps": steps}, workload=[])))
    table = result.frame("bess").set_index("time_s")
    assert table.power_out_w.loc[3000.0] == pytest.approx(100e3)
    assert table.power_in_w.loc[4500.0] == pytest.approx(52.5e3)
    assert table.power_in_w.loc[6000.0] == pytest.approx(2.5e3)
    assert (result.frame("site").utility_power_w >= 0).all()
    idle_w = result.frame("site").utility_power_w.loc[99]
    assert table.power_out_w.max() <= idle_w


def test_energy_is_bought_cheap_and_given_dear_and_the_bill_falls(tmp_path: Any) -> None:
    rows = "time_s,price_usd_per_kwh,carbon_g_per_kwh\n"
    prices = (0.05, 0.05, 0.30, 0.30)
    rows += "".join(f"{3600 * h},{p},400\n" for h, p in enumerate(prices))
    (tmp_path / "grid.csv").write_text(rows)
    site = {"climate": AIR, "grid": {"file": str(tmp_path / "grid.csv")}}
    idle = lived(asked(site=site))
    rule = {"kind": "arbitrage", "start_charge": "50 %", "degradation": "0.02 USD/kWh"}
    result = balanced(lived(asked(rule, site=site)))
    room_kwh = 0.4 * 250
    bought = room_kwh / ONE_WAY
    given = room_kwh * ONE_WAY
    saved = given * 0.30 - bought * 0.05
    cost = idle.summary["cost_energy_usd"] - result.summary["cost_energy_usd"]
    assert cost == pytest.approx(saved, rel=1e-3)
    assert result.summary["bess_wear_usd"] == pytest.approx(given * 0.02, rel=1e-6)


def test_a_board_without_supply_is_carried_until_the_store_is_empty() -> None:
    drills = [{"kind": "utility_outage", "at": "1800 s", "duration": "4 h"}]
    rule = {"kind": "backup"}
    result = balanced(lived(asked(rule, workload=[], drills=drills, horizon="3 h")))
    events = result.frame("events")
    on = events[(events.component == "board") & (events.what == "on battery")]
    off = events[(events.component == "board") & (events.what == "off battery")]
    assert on.time_s.tolist() == pytest.approx([1800.005])
    lasted_s = float(off.time_s.iloc[0]) - 1800.005
    drawn_w = result.frame("bess").set_index("time_s").power_out_w.loc[2400.0]
    assert lasted_s == pytest.approx(0.8 * 0.9e9 * ONE_WAY / drawn_w, rel=0.02)
    racks = result.frame("racks").set_index("time_s").on_frac
    assert (racks.loc[1860.0] == 1.0).all()
    assert (racks.loc[10800.0] == 0.0).all()


def test_one_that_follows_the_grid_stops_with_it() -> None:
    plan = layout("bess_1000_2h_following")
    drills = [{"kind": "utility_outage", "at": "1800 s", "duration": "600 s"}]
    result = balanced(lived(asked({"kind": "backup"}, plan=plan, drills=drills)))
    assert result.frame("racks").on_frac.min() == 0.0


def test_a_reserve_is_left_for_the_loss_of_the_grid() -> None:
    rule = {"kind": "peak_shave", "limit": "1 kW", "recharge_below": "1 W", "reserve": "60 %"}
    drills = [{"kind": "utility_outage", "at": "3 h", "duration": "10 min"}]
    result = balanced(lived(asked(rule, drills=drills, workload=[])))
    charge = result.frame("bess").set_index("time_s").charge_frac
    assert charge.loc[10800.0] == pytest.approx(0.6, abs=1e-6)
    assert charge.loc[11400.0] < 0.6
    assert result.frame("racks").on_frac.min() == 1.0


def test_generators_carry_the_board_after_the_store() -> None:
    drills = [{"kind": "utility_outage", "at": "1800 s", "duration": "1 h"}]
    plan = layout(genset=True)
    genset = next(g for g in plan["power"] if g["name"] == "genset")
    genset["overrides"] = {"start_failure_probability": 0.0}
    result = balanced(lived(asked({"kind": "backup"}, plan=plan, drills=drills)))
    assert result.frame("racks").on_frac.min() == 1.0
    events = result.frame("events")
    board = events[events.component == "board"].what.tolist()
    assert board[:2] == ["on battery", "off battery"]


@pytest.mark.parametrize("step", ["2 s", "10 s"])
def test_no_minute_sees_more_than_the_ramp(step: str) -> None:
    """The draw of every 2 s, steps on their edges, against every 60 s before it."""
    per_minute = 30e3
    plan = layout("bess_1000_2h")
    rule = {"kind": "ramp_limit", "per_minute": "30 kW", "step": step, "start_charge": "50 %"}
    changes = {"horizon": "40 min", "outputs": {"period": "2 s"}}
    work = [training("first", 72) | {"submit": "10 min"}]
    result = balanced(lived(asked(rule, plan=plan, workload=work, **changes)))
    power_w = result.frame("site").utility_power_w.to_numpy()[150:]
    assert power_w.max() - power_w.min() > 4 * per_minute
    windows = np.lib.stride_tricks.sliding_window_view(power_w, 31)
    spread = windows.max(axis=1) - windows.min(axis=1)
    assert spread.max() <= per_minute * (1 + 1e-9)
    assert spread.max() > 0.85 * per_minute


def test_a_ramp_limit_returns_to_what_it_keeps() -> None:
    plan = layout("bess_1000_2h")
    rule = {"kind": "ramp_limit", "per_minute": "10 kW", "start_charge": "50 %"}
    result = balanced(lived(asked(rule, plan=plan, horizon="10 h", outputs={"period": "10 min"})))
    charge = result.frame("bess").charge_frac
    assert abs(charge.iloc[-1] - 0.5) <= 0.021
    assert charge.min() < 0.49


def test_one_store_of_two_goes_back_by_itself() -> None:
    """One board is without its transformer for half an hour, and its store gives what the ramp
    lets through; the other then stands above what they keep together. Neither waits for the other:
    the run stood still there for good.
    """
    rule = {"kind": "ramp_limit", "bess": "bess", "per_minute": "20 kW", "start_charge": "50 %"}
    base = twin.load(ROOT / "layouts" / "grid_pod.yaml").with_(
        horizon="9 h",
        controls__storage=[rule],
        faults=failing((590.0, "generator_1", 2400.0), (600.0, "transformer_1", 2400.0)),
        outputs__period="10 min",
    )
    result = lived(base)
    assert abs(result.summary["energy_balance_residual_frac"]) < 1e-9
    charge = result.frame("bess").pivot(index="time_s", columns="component", values="charge_frac")
    assert charge.min().sort_values().iloc[0] < 0.47
    assert (charge.iloc[-1] - 0.5).abs().max() <= 0.021


def same(one: twin.Result, other: twin.Result) -> None:
    for name, table in one.tables.items():
        assert table.equals(other.tables[name]), name


@pytest.mark.parametrize("limit", ["10 MW", "118 kW", "150 kW"])
def test_quiet_stretches_with_a_store_have_the_same_bytes(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = {"kind": "peak_shave", "limit": limit, "recharge_below": "1 W"}
    scenario = asked(rule, workload=[], horizon="30 h", site={"climate": "phoenix", "grid": GRID})
    quick = balanced(twin.simulate(twin.build(scenario)))
    with monkeypatch.context() as patch:
        patch.setattr(Quiet, "live_through", lambda *_: False)
        slow = twin.simulate(twin.build(scenario))
    same(quick, slow)


BY_LISTS: dict[str, dict[str, Any]] = {
    "limited by what the board draws": {"charge": "250 kW", "discharge": "250 kW"},
    "free of it": {"charge": "20 kW", "discharge": "15 kW"},
}


@pytest.mark.parametrize("period", ["5 min", "7 min", "61.7 s"])
@pytest.mark.parametrize("powers", BY_LISTS)
def test_quiet_stretches_with_a_store_that_moves_have_the_same_bytes(
    powers: str, period: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a list, in weather that changes what the board draws, until it is full or empty."""
    steps = [
        {"at": f"{h} h", way: BY_LISTS[powers][way]}
        for h, way in ((2, "charge"), (9, "discharge"), (20, "charge"), (26, "discharge"))
    ]
    rule = {"kind": "schedule", "steps": steps, "start_charge": "30 %"}
    where = {"climate": "phoenix", "grid": GRID}
    scenario = asked(rule, workload=[], horizon="30 h", site=where, outputs={"period": period})
    events = 0

    def count(_: float, __: float) -> None:
        nonlocal events
        events += 1

    quick = balanced(twin.simulate(twin.build(scenario), progress=count))
    assert events < 0.2 * quick.summary["instants"]
    with monkeypatch.context() as patch:
        patch.setattr(Quiet, "live_through", lambda *_: False)
        slow = twin.simulate(twin.build(scenario))
    same(quick, slow)


BAD: list[tuple[list[dict[str, Any]], str]] = [
    ([{"kind": "peak_shave", "limit": "1 MW", "bess": "bes"}], "did you mean 'bess'"),
    ([{"kind": "backup"}, {"kind": "peak_shave", "limit": "1 MW"}], "one rule for each BESS"),
    ([{"kind": "ramp_limit"}], "site.limits.ramp_per_minute"),
]


@pytest.mark.parametrize(("rules", "said"), BAD)
def test_rules_that_cannot_be_are_refused(rules: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(InputError) as caught:
        twin.build(asked(*rules))
    assert said in str(caught.value)


def test_what_hangs_on_a_bess_is_refused() -> None:
    plan = layout()
    panel = next(g for g in plan["power"] if g["name"] == "panel")
    panel["fed_by"] = ["board", "bess"]
    with pytest.raises(InputError, match="loads fed by 'bess', a BESS"):
        twin.build(asked(plan=plan))
