"""A board that asks for a least supply, with a BESS at it: the store counts towards it while it
holds energy, gives what the supplies left do not, and comes after whatever reaches it alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from tests.planner import asked, assert_same, faults, happened, loaded, ran
from tests.power_layouts import load, part, power_only
from twin.analysis.continuity import interruptions
from twin.simulation.loop.quiet import Quiet

AT_S = 900.0
LOST_S = 600.0
ONE_WAY = 0.9772


def site(
    bess_kw: float = 500.0, energy_kwh: float = 50.0, row_kw: float = 600.0, **keys: Any
) -> dict[str, Any]:
    """A board of at least 800 kW on two transformers of 500 kW, and a store."""
    overrides = {"battery_energy": f"{energy_kwh!r} kWh"}
    parts = [
        part("u", "utility_feed"),
        part("t", "transformer_2500", "u", kw=500.0, count=2),
        part("board", "switchboard_4000", "t", kw=2000.0, minimum_supply="800 kW"),
        part("bess", "bess_1000_2h", "board", kw=bess_kw, overrides=overrides) | keys,
    ]
    return power_only(parts, [load("row", row_kw, "board")])


def lived(layout: dict[str, Any], *lost: str, out_s: float = 9000.0) -> twin.Result:
    named = [(AT_S + n, name, out_s) for n, name in enumerate(lost)]
    result = ran(asked(layout, horizon="2 h", faults=faults(*named)))
    assert abs(result.summary["energy_balance_residual_frac"]) < 1e-9
    return result


def off_s(result: twin.Result) -> float:
    """When racks first go off; inf where none does."""
    return min((at for at, _, what in happened(result) if what == "off"), default=np.inf)


def test_it_gives_what_the_supply_that_is_left_does_not_and_opens_when_empty() -> None:
    """40 of 50 kWh at 600 kW, 5 of standby and the board's loss, less 500 of one transformer."""
    result = lived(site(), "t_1")
    power = result.frame("power").query("time_s == 1500").set_index("component").power_out_w
    given_w = float(result.frame("bess").query("time_s == 1500").power_out_w.iloc[0])
    assert float(power["t_2"]) == pytest.approx(500e3, rel=1e-4)
    assert given_w == pytest.approx(105e3, rel=1e-3)
    lasts_s = 0.8 * 50 * 3.6e6 * ONE_WAY / given_w
    assert off_s(result) == pytest.approx(AT_S + lasts_s, abs=0.1)
    says = {(who, what) for _, who, what in happened(result)}
    assert {("board", "on battery"), ("board", "off battery")} <= says


@pytest.mark.parametrize(
    ("layout", "lost", "dark"),
    [
        (site(bess_kw=200.0), ["t_1"], "at once"),
        (site(bess_kw=300.0), ["t_1"], "once empty"),
        (site(row_kw=400.0), ["t_1"], "never"),
        (site(), ["t_1", "t_2"], "at once"),
        (site(bess_kw=900.0), ["t_1", "t_2"], "once empty"),
        (site(type="bess_1000_2h_following"), ["t_1"], "at once"),
        (site(energy_kwh=0.0001), ["t_1"], "at once"),
    ],
)
def test_the_least_supply_is_that_of_feeds_and_stores_together(
    layout: dict[str, Any], lost: list[str], dark: str
) -> None:
    """Of 800 kW; all of it by the store alone where nothing else is left."""
    first_s = off_s(lived(layout, *lost)) - AT_S
    said = "at once" if first_s < 2 else "once empty"
    assert dark == ("never" if np.isinf(first_s) else said)


def test_a_tie_comes_before_the_store() -> None:
    """What comes over it lasts; the store is left full."""
    layout = site()
    layout["power"] += [
        part("t9", "transformer_2500", "u", kw=2000.0),
        part("other", "switchboard_4000", "t9", kw=2000.0),
        {"name": "tie", "type": "sts_1000", "tie": ["board", "other"], "rating": "2000 kW"},
    ]
    result = lived(layout, "t_1")
    assert np.isinf(off_s(result))
    assert float(result.frame("bess").power_out_w.max()) == 0.0
    last = result.frame("power").query("time_s == 7200").set_index("component").power_out_w
    assert last["t_2"] == 0.0
    assert last["t9"] > 600e3
    both = lived(layout, "t_1", "t9")
    assert AT_S + 60 < off_s(both) < np.inf


def test_a_reserve_is_kept_for_it_and_a_rule_has_no_say() -> None:
    rule = {"kind": "schedule", "bess": "bess", "steps": [{"at": "00:00", "charge": "400 kW"}]}
    controls = {"storage": [rule | {"reserve": "50 %"}]}
    fault = faults((AT_S, "t_1", 9000.0))
    result = ran(asked(site(), horizon="2 h", faults=fault, controls=controls))
    low = float(result.frame("bess").charge_frac.min())
    assert low == pytest.approx(0.1, abs=1e-3)


def test_stopped_within_it_and_lived_event_by_event_it_is_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = twin.build(loaded(asked(site(), horizon="2 h", faults=faults((AT_S, "t_1", 4000.0)))))
    whole = twin.simulate(built)
    run = twin.start(built)
    run.until(1500.0)
    file = run.save(tmp_path / "run.twin")
    gone_on = twin.resume(file)
    gone_on.until()
    assert_same(whole, gone_on.result())
    with monkeypatch.context() as patch:
        patch.setattr(Quiet, "live_through", lambda *_: False)
        assert_same(whole, twin.simulate(built))


def drawn(rng: np.random.Generator) -> tuple[dict[str, Any], list[str]]:
    """Modules, a least supply, and perhaps a generator, a store, a tie; losses to try."""
    count = int(rng.integers(2, 4))
    each_kw = float(rng.integers(3, 6)) * 100.0
    least_kw = float(rng.integers(each_kw // 100, count * each_kw // 100 + 1)) * 100.0
    parts = [part("u", "utility_feed"), part("t", "transformer_2500", "u", kw=each_kw, count=count)]
    ways: list[str] = ["t"]
    if rng.random() < 0.5:
        starts = {"start_failure_probability": 0.0}
        parts.append(part("g", "genset_2000", overrides=starts))
        ways.append("g")
    mode = {"mode": "priority"} if len(ways) > 1 else {}
    least = {"minimum_supply": f"{least_kw} kW"}
    parts.append(part("board", "switchboard_4000", *ways, kw=3000.0, **least, **mode))
    numbers = {
        "battery_energy": f"{10 ** rng.uniform(-0.5, 1.7):.3f} kWh",
        "grid_forming": f"{rng.choice([5, 5, 5, 50])} ms",
    }
    bess_kw = float(rng.uniform(0.2, 1.5)) * least_kw
    parts.append(part("bess", "bess_1000_2h", "board", kw=bess_kw, overrides=numbers))
    rows = [load("row", float(rng.uniform(0.5, 1.0)) * least_kw, "board")]
    if rng.random() < 0.4:
        parts.append(part("t9", "transformer_2500", "u", kw=3000.0))
        parts.append(part("other", "switchboard_4000", "t9", kw=3000.0))
        kind = str(rng.choice(["ats_4000", "sts_1000"]))
        tie = {"name": "tie", "type": kind, "tie": ["board", "other"], "rating": "3000 kW"}
        parts.append(tie)
        rows.append(load("beside", 60.0, "other"))
    return power_only(parts, rows), ["t_1", "u", "bess"]


@pytest.mark.parametrize("seed", range(6))
def test_continuity_says_what_a_run_shows(seed: int) -> None:
    """At the loss and on the way back; a store that ends later is no interruption but an outage,
    which supply counts.
    """
    layout, losses = drawn(np.random.default_rng([seed, 71]))
    for lost in losses:
        scenario = asked(layout, horizon="40 min", faults=faults((AT_S, lost, LOST_S)))
        built = twin.build(loaded(scenario))
        found = interruptions(built)
        p = built.power.id.index(lost)
        static = found.at_loss[p] | found.for_good[p] | found.at_return[p]
        named = {rack for rack, off in zip(built.racks.id, static, strict=True) if off}
        run = ran(scenario)
        ends_s = [at for at, who, what in happened(run) if (who, what) == ("board", "off battery")]
        off = {
            who
            for at, who, what in happened(run)
            if what == "off" and not (named == set() and any(at - 0.1 < end < at for end in ends_s))
        }
        assert off == named, lost
