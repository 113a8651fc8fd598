"""Outdoor air that leaks into a hall brings its heat, and as much of the hall's leaves: by hand,
from a layout's `moisture` to the heat of coils that a planner reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, busy, faults, loaded, site
from twin.facility.cooling import peak
from twin.simulation import start
from twin.simulation.loop.quiet import Quiet

RACK_W = 28_600.0
VOLUME_M3 = 12 * 9 * 4
CHANGES = 10.0
WORK: dict[str, Any] = {"workload": [busy(nodes=8)], "horizon": "12 h"}
AIR_J_M3_K = 1191.0


def hall(changes: float | None = CHANGES, **air: Any) -> dict[str, Any]:
    """Four racks in air, so leaky, in water that wets no coil."""
    layout = small_layout(0, 4)
    if changes is not None:
        layout["halls"][0]["moisture"] = {"leakage": changes}
    layout["cooling"]["air"][0] |= air
    return layout


def dry(degc: float) -> dict[str, Any]:
    """Air of some dry bulb that is too dry to condense."""
    return site(degc, degc - 12.0 if degc > 20 else degc - 2.0)


@pytest.mark.parametrize("outdoor", [-15.0, 5.0, 38.0])
def test_coils_carry_what_leaks_in_by_hand(outdoor: float) -> None:
    """In the steady state coils pass racks and fans, and the stream of leaks times outdoor air over
    the hall's, half of which stands before racks and half before handlers.
    """
    facility = twin.build(loaded(asked(hall(), site=dry(outdoor), **WORK)))
    run = start(facility).until(12 * 3600.0)
    degc = run._loop.world.state.heat.temperature_degc
    result = run.until().result()
    air = facility.cooling.air
    flow = air.rack_w_k
    front = np.average(degc[air.zone_node], weights=flow)
    back = degc[air.handler_node].mean()
    stream = AIR_J_M3_K * VOLUME_M3 * CHANGES / 3600
    fans = float(peak.unit_w(facility)[air.handler_unit].sum())
    by_hand = 4 * RACK_W + fans + stream * (outdoor - (front + back) / 2)
    found = result.frame("loops").query("loop == 'hall'").iloc[-1].heat_w
    assert float(found) == pytest.approx(by_hand, rel=2e-3)
    assert abs(float(result.summary["heat_balance_residual_frac"])) < 1e-9


def test_a_hall_that_states_no_moisture_leaks_nothing() -> None:
    """As before: its leakage would be assumed. A tight hall comes near it."""
    bare, tight, leaky = (
        answer(hall(changes), site=dry(5.0), **WORK).frame("loops").query("loop == 'hall'").heat_w
        for changes in (None, 1e-6, CHANGES)
    )
    assert tight.iloc[-1] == pytest.approx(bare.iloc[-1], rel=1e-6)
    assert leaky.iloc[-1] < bare.iloc[-1] - 20e3


def test_leaks_close_beside_dampers_set_points_and_doors() -> None:
    """Heat in, out and stored, through a day of weather with a lost handler."""
    layout = hall(supply_temperature="20 °C", economiser={})
    group = {"name": "door", "type": "door_passive_20", "serves": "air", "plant": "chilled"}
    layout["cooling"]["doors"] = [group]
    changes = {"horizon": "1 d", "faults": faults((3600, "crah_1", 7200), (9000, "door_2", 3600))}
    place = {"site": {"climate": "baltimore", "grid": "virginia"}}
    run = answer(layout, **(WORK | changes | place))
    assert abs(float(run.summary["heat_balance_residual_frac"])) < 1e-9


def test_quiet_stretches_hold_leaks_of_changing_weather(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two idle days of Denver, lived through at once or one by one: the same bytes."""
    place = {"site": {"climate": "denver", "grid": "virginia"}}
    facility = twin.build(loaded(asked(hall(), horizon="2 d", **place)))
    lived: list[int] = []
    live = Quiet.live_through
    monkeypatch.setattr(Quiet, "live_through", lambda *a: lived.append(1) or live(*a))
    at_once = twin.simulate(facility)
    assert lived
    monkeypatch.setattr(Quiet, "live_through", lambda *_: False)
    one_by_one = twin.simulate(facility)
    for table in ("moisture", "site", "loops", "racks", "events", "energy"):
        assert at_once.frame(table).equals(one_by_one.frame(table)), table
    name = "heat_balance_residual_frac"
    assert at_once.summary[name] == one_by_one.summary[name]
    assert abs(float(at_once.summary[name])) < 1e-9


def test_a_year_has_the_heat_of_leaks() -> None:
    """Warm air makes compressors of Miami work more, and spares those of Denver."""
    design = {changes: twin.build(loaded(asked(hall(changes)))) for changes in (1e-6, CHANGES)}
    pue = {
        (changes, place): twin.climate(facility, place).as_dict()["pue"]
        for changes, facility in design.items()
        for place in ("miami", "denver")
    }
    assert pue[CHANGES, "miami"] > pue[1e-6, "miami"]
    assert pue[CHANGES, "denver"] < pue[1e-6, "denver"]
