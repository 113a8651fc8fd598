"""Racks of storage, network and management whose air follows their power, from a hall's
`support_fans` to what a planner reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, busy, job, loaded
from twin.physics.server_fans import LEAST_FRAC, flow_for_power_frac
from twin.simulation import start

FOLLOW = "follow_power"


def room(fans: str = FOLLOW) -> dict[str, Any]:
    """Two support racks, drawing half their rating while no node works, beside two of GPUs."""
    layout = small_layout(0, 2)
    layout["cooling"]["plant"] = [layout["cooling"]["plant"].pop()]
    layout["cooling"]["air"][0]["count"] = 1
    layout["halls"][0]["support_fans"] = fans
    layout["halls"][0]["rows"].append(
        {"name": "support", "racks": "2 x support_rack", "at": ["2 m", "7 m"], "fed_by": "panel"}
    )
    return layout


def last(result: twin.Result, rack: str) -> Any:
    frame = result.frame("racks")
    return frame[(frame.rack == rack) & (frame.time_s == frame.time_s.max())].iloc[0]


def test_an_idle_support_rack_warms_its_air_as_a_full_one() -> None:
    """Half the power and half the air: the rise that a rack at its rating has, by hand."""
    facility = twin.build(loaded(asked(room())))
    run = twin.simulate(facility)
    row = facility.racks.id.index("support_r1")
    full_k = facility.racks.rated_w[row] / facility.cooling.air.rack_w_k[row]
    rack = last(run, "support_r1")
    assert rack.power_w == pytest.approx(0.5 * facility.racks.rated_w[row])
    assert rack.coolant_degc - rack.inlet_air_degc == pytest.approx(full_k, rel=1e-3)
    always = answer(room("rated"))
    still = last(always, "support_r1")
    assert still.coolant_degc - still.inlet_air_degc == pytest.approx(full_k / 2, rel=1e-3)
    assert abs(run.summary["heat_balance_residual_frac"]) < 1e-11


def test_air_follows_power_where_nothing_is_said() -> None:
    plain = room()
    del plain["halls"][0]["support_fans"]
    for table in ("racks", "site", "events"):
        assert answer(plain).frame(table).equals(answer(room()).frame(table)), table
    assert not answer(room("rated")).frame("site").equals(answer(plain).frame("site"))


def test_handlers_blow_less_by_what_the_racks_do_not_want() -> None:
    """Speeds by the air wanted; fan power by its cube above the floor of the electronics."""
    facility = twin.build(loaded(asked(room())))
    air = facility.cooling.air.rack_w_k
    support = np.array([name.startswith("support") for name in facility.racks.id])
    share = (air[~support].sum() + 0.5 * air[support].sum()) / air.sum()
    energy = [_crah_w(answer(room(fans))) for fans in ("rated", FOLLOW)]
    floor = facility.cooling.units.floor_frac[0]
    rated_w = facility.cooling.units.power_w[list(facility.cooling.units.kind).index("crah")]
    speed = ((energy[0] / rated_w - floor) / (1 - floor)) ** (1 / 3)
    slower = floor + (1 - floor) * (share * speed) ** 3
    assert energy[1] == pytest.approx(slower * rated_w, rel=1e-6)


def _crah_w(run: twin.Result) -> float:
    energy = run.frame("energy").set_index("target").energy_j
    return float(energy["crah"]) / 3600.0


def test_at_work_it_is_as_it_was() -> None:
    """With every node at work support racks draw their rating, and move their rated air."""
    work = {"workload": [busy(nodes=4)], "horizon": "6 h"}
    plain, follow = (answer(room(fans), **work) for fans in ("rated", FOLLOW))
    for table in ("racks", "loops", "events"):
        one, other = plain.frame(table), follow.frame(table)
        late = one.time_s > 18_000
        numbers = one.select_dtypes("number").columns
        np.testing.assert_allclose(one.loc[late, numbers], other.loc[late, numbers], rtol=1e-6)


def test_flow_comes_and_goes_with_the_nodes_at_work() -> None:
    """Two of four nodes work: three quarters of the rating, and of the air."""
    run = twin.simulate(twin.build(loaded(asked(room(), workload=[job(nodes=2)]))))
    facility = twin.build(loaded(asked(room())))
    row = facility.racks.id.index("support_r1")
    full_k = facility.racks.rated_w[row] / facility.cooling.air.rack_w_k[row]
    rack = last(run, "support_r1")
    assert rack.power_w == pytest.approx(0.75 * facility.racks.rated_w[row])
    assert rack.coolant_degc - rack.inlet_air_degc == pytest.approx(full_k, rel=0.01)


def test_a_run_stops_and_goes_on(tmp_path: Any) -> None:
    facility = twin.build(loaded(asked(room(), workload=[job(nodes=2)])))
    whole = start(facility).until().result()
    part = start(facility).until(1000.0)
    later = twin.resume(part.save(tmp_path / "part.twin")).until().result()
    for table in ("events", "loops", "racks"):
        assert whole.frame(table).equals(later.frame(table))


def test_steps_never_give_too_little_air() -> None:
    share = np.linspace(0.0, 1.0, 101)
    flow = flow_for_power_frac(share)
    assert (flow >= share - 1e-9).all()
    assert flow[0] == LEAST_FRAC
    assert flow[-1] == 1.0
    assert flow_for_power_frac(np.array([0.5])) == pytest.approx(0.5)
