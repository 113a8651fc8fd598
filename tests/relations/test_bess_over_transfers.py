"""A board with a BESS that forms grid is carried by it while its switch is open on its way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from tests.planner import asked, assert_same, faults, happened, loaded, racks_that_fell, ran
from tests.power_layouts import load, part, power_only
from twin.analysis.continuity import interruptions
from twin.errors import InputError
from twin.simulation.loop.quiet import Quiet

AT_S = 900.0
OUT_S = 600.0
ONE_WAY = 0.9772


def store(board: str, kw: float = 900.0, kwh: float = 50.0, forming: str = "5 ms") -> Any:
    overrides = {"battery_energy": f"{kwh!r} kWh", "grid_forming": forming}
    return part("bess", "bess_1000_2h", board, kw=kw, overrides=overrides)


def switch(*beside: dict[str, Any]) -> dict[str, Any]:
    """A transfer switch between two utilities, 600 kW on it."""
    parts = [part("ua", "utility_feed"), part("ub", "utility_feed")]
    parts.append(part("b", "ats_4000", "ua", "ub", mode="priority", kw=2000.0))
    return power_only([*parts, *beside], [load("row", 600.0, "b")])


def tied(*beside: dict[str, Any]) -> dict[str, Any]:
    """Two boards with a tie."""
    parts = [part("u", "utility_feed")]
    for n in "ab":
        parts.append(part(f"t{n}", "transformer_2500", "u"))
        parts.append(part(f"b{n}", "switchboard_4000", f"t{n}"))
    parts.append({"name": "tie", "type": "ats_4000", "tie": ["ba", "bb"]})
    return power_only([*parts, *beside], [load(f"r{n}", 400.0, f"b{n}") for n in "ab"])


@pytest.mark.parametrize(
    ("layout", "lost", "falls"),
    [
        (switch(), "ua", True),
        (switch(store("b")), "ua", False),
        (switch(store("b", forming="50 ms")), "ua", True),
        (switch(store("b", kw=100.0)), "ua", True),
        (switch(store("b", kwh=0.01)), "ua", True),
        (tied(), "ta", True),
        (tied(store("ba")), "ta", False),
        (tied(store("bb")), "ta", True),
    ],
)
def test_over_there_and_back(layout: dict[str, Any], lost: str, falls: bool) -> None:
    """At the loss and at the return, in a run and by continuity; too slow, weak or empty: dark."""
    scenario = asked(layout, faults=faults((AT_S, lost, OUT_S)))
    result = ran(scenario)
    assert (racks_that_fell(result) != set()) == falls
    assert abs(result.summary["energy_balance_residual_frac"]) < 1e-9
    built = twin.build(loaded(scenario))
    found = interruptions(built)
    p = built.power.id.index(lost)
    assert bool((found.at_loss[p] | found.at_return[p]).any()) == falls


def test_what_it_gives_is_the_load_times_the_moments_that_the_switch_is_open() -> None:
    """1.1 s at the loss less 5 ms of forming, 0.1 s at the return less as much; by hand."""
    result = ran(asked(switch(store("b")), faults=faults((AT_S, "ua", OUT_S))))
    told = [(at, what) for at, who, what in happened(result) if who == "b"]
    assert [what for _, what in told if what != "transfers"] == ["on battery", "off battery"] * 2
    times = [at for at, what in told if what != "transfers"]
    assert times == pytest.approx([AT_S + 0.005, AT_S + 1.1, 1500.005, 1500.1], abs=1e-6)
    open_s = 1.095 + 0.095
    power = result.frame("power")
    given_j = float(result.summary["bess_given_j"])
    board_w = float(power[(power.component == "b") & (power.time_s == 600.0)].power_in_w.iloc[0])
    assert given_j == pytest.approx(board_w * open_s, rel=5e-3)


def test_stopped_while_open_and_event_by_event_it_is_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = twin.build(loaded(asked(switch(store("b")), faults=faults((AT_S, "ua", OUT_S)))))
    whole = twin.simulate(built)
    run = twin.start(built)
    run.until(AT_S + 0.5)
    gone_on = twin.resume(run.save(tmp_path / "run.twin"))
    gone_on.until()
    assert_same(whole, gone_on.result())
    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    assert_same(whole, twin.simulate(built))


def drawn(draw: np.random.Generator) -> tuple[dict[str, Any], list[str]]:
    """Boards on two feeds each, some tied, some with stores; UPS and panels below; losses."""
    parts = [part("ua", "utility_feed"), part("ub", "utility_feed")]
    rows = []
    for n in range(2):
        kind = str(draw.choice(["ats_4000", "sts_1000"]))
        kw = float(draw.integers(3, 8)) * 60.0
        parts.append(part(f"t{n}", "transformer_2500", "ua"))
        ways = [f"t{n}", "ub"] if draw.random() < 0.7 else [f"t{n}"]
        type_ = kind if len(ways) > 1 else "switchboard_4000"
        mode = {"mode": "priority"} if len(ways) > 1 else {}
        parts.append(part(f"b{n}", type_, *ways, kw=2000.0, **mode))
        if draw.random() < 0.7:
            forming = f"{draw.choice([5, 5, 5, 50])} ms"
            kwh = float(10 ** draw.uniform(-2.0, 1.7))
            one = store(f"b{n}", float(draw.uniform(0.5, 2.0)) * kw, kwh, forming)
            parts.append(one | {"name": f"bess_{n}"})
        feed = f"b{n}"
        if draw.random() < 0.3:
            parts.append(part(f"ups{n}", "ups_1250", feed, kw=600.0))
            feed = f"ups{n}"
        parts.append(part(f"p{n}", "rpp_500", feed, kw=600.0))
        rows.append(load(f"r{n}", kw, f"p{n}"))
    if draw.random() < 0.5:
        parts.append({"name": "tie", "type": "ats_4000", "tie": ["b0", "b1"]})
    return power_only(parts, rows), ["ua", "t0", "t1"]


def fallen(result: twin.Result) -> tuple[set[str], set[str]]:
    """Racks that went off, and those of them above which a store had come to its end just then."""
    told = result.frame("events")
    ends_s = told.time_s[(told.what == "off battery") & told.detail.str.match("dark|empty")]
    off = [(at, who) for at, who, what in happened(result) if what == "off"]
    emptied = {who for at, who in off if any(at - 0.1 < end < at for end in ends_s)}
    return {who for _, who in off}, emptied


@pytest.mark.parametrize("seed", range(6))
def test_continuity_says_what_a_run_shows(seed: int) -> None:
    layout, losses = drawn(np.random.default_rng([seed, 72]))
    try:
        twin.build(loaded(asked(layout)))
    except InputError as error:
        pytest.skip(str(error))
    for lost in losses:
        scenario = asked(layout, horizon="40 min", faults=faults((AT_S, lost, OUT_S)))
        built = twin.build(loaded(scenario))
        found = interruptions(built)
        p = built.power.id.index(lost)
        static = found.at_loss[p] | found.for_good[p] | found.at_return[p]
        named = {rack for rack, off in zip(built.racks.id, static, strict=True) if off}
        off, emptied = fallen(ran(scenario))
        assert off - emptied == named - emptied, (seed, lost)
