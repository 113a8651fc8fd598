"""Claim: people close and repair; they are counted, need time and parts, and close nothing that
would trip again.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.planner import answer, happened
from tests.power_layouts import steady_load
from twin import InputError, Result

FAIL_S = 600.0
K_S = 240.0
"""The long-time constant of the panels."""
MTTR_S = 3600.0


def layout(load_kw: float = 570.0, **more: Any) -> dict[str, Any]:
    """Twenty racks of one power at rest and at work on two panels of 500 kW."""
    return steady_load(load_kw) | more


def ran(made: dict[str, Any], *timeline: dict[str, Any], **more: Any) -> Result:
    faults = {"timeline": list(timeline)} | more
    return answer(made, horizon="6 h", faults=faults, outputs={"period": "1 min"})


def lost(component: str, at_s: float = FAIL_S, out_s: float | None = None) -> dict[str, Any]:
    back = {} if out_s is None else {"repair_after": f"{out_s} s"}
    return {"at": f"{at_s} s", "component": component} | back


def times(run: Result, who: str, what: str) -> list[float]:
    return [t for t, name, kind in happened(run) if (name, kind) == (who, what)]


def trip_s(load_frac: float) -> float:
    return FAIL_S + K_S / (load_frac**2 - 1)


def test_both_panels_are_closed_together_where_one_alone_would_trip() -> None:
    """Panel 1 is back after an hour, takes all and trips; the crews close both at once."""
    run = ran(layout(), lost("panel_1", out_s=3600.0))
    first = trip_s(570 / 500)
    assert times(run, "panel_2", "left open")[0] == pytest.approx(first + 1800.0)
    second = times(run, "panel_1", "tripped")[0]
    closed = times(run, "panel_2", "closed again")
    assert closed == times(run, "panel_1", "closed again") == [pytest.approx(second + 1800.0)]
    assert len(times(run, "panel_2", "tripped")) == 1


def test_the_layout_says_how_long_a_crew_takes() -> None:
    crew = {"name": "electricians", "count": 1, "travel": "1 h", "diagnose": "0 s", "close": "60 s"}
    run = ran(layout(crews=[crew]), lost("panel_1", out_s=20_000.0))
    seen = times(run, "panel_2", "left open")
    assert seen == [pytest.approx(trip_s(570 / 500) + 3660.0)]


def test_nobody_comes_where_there_is_no_crew() -> None:
    run = ran(layout(crews=[{"name": "nobody", "count": 0}]), lost("panel_1", out_s=3600.0))
    assert times(run, "panel_2", "tripped")
    assert times(run, "panel_2", "closed again") == times(run, "panel_2", "left open") == []


def test_a_busy_crew_repairs_one_after_the_other() -> None:
    for count, second in ((1, 2 * MTTR_S), (2, MTTR_S)):
        made = layout(100.0, crews=[{"name": "all", "count": count}])
        run = ran(made, lost("panel_1"), lost("panel_2"))
        assert times(run, "panel_1", "repaired") == [FAIL_S + MTTR_S]
        assert times(run, "panel_2", "repaired") == [FAIL_S + second]


def test_classes_of_crew_see_to_their_own_kinds() -> None:
    crews = [{"name": "panels", "count": 1, "kinds": ["rpp"]}, {"name": "rest", "count": 1}]
    run = ran(layout(100.0, crews=crews), lost("panel_1"), lost("crah_1"), lost("panel_2"))
    assert times(run, "panel_1", "repaired") == [FAIL_S + MTTR_S]
    assert times(run, "panel_2", "repaired") == [FAIL_S + 2 * MTTR_S]
    alone = ran(layout(100.0), lost("crah_1"))
    assert times(run, "crah_1", "repaired") == times(alone, "crah_1", "repaired")


def test_a_repair_without_a_spare_waits_for_its_delivery() -> None:
    spares = [{"type": "rpp_500", "count": 1, "lead_time": "2 h"}]
    run = ran(layout(100.0, spares=spares), lost("panel_1"), lost("panel_2", at_s=FAIL_S + 60))
    assert times(run, "panel_1", "repaired") == [FAIL_S + MTTR_S]
    assert times(run, "panel_2", "waits for a spare") == [FAIL_S + 60]
    assert times(run, "panel_2", "repaired") == [FAIL_S + 7200.0 + MTTR_S]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"crews": [{"name": "a", "count": 1, "kinds": ["rppp"]}]}, "rpp"),
        ({"crews": [{"name": "a", "count": 1}, {"name": "b", "count": 1}]}, "for both a and b"),
        ({"spares": [{"type": "rpp_50", "count": 1, "lead_time": "1 h"}]}, "rpp_500"),
    ],
)
def test_staff_for_nothing_is_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError) as told:
        ran(layout(**more))
    assert words in str(told.value)


def test_a_crew_that_comes_to_a_closed_breaker_does_nothing() -> None:
    """Panel 1 is back soon: the control room calls a crew for each of two looks, and one closes."""
    slow = [{"name": "all", "count": 2, "travel": "40 min"}]
    run = ran(layout(crews=slow), lost("panel_1", out_s=2000.0))
    for panel in ("panel_1", "panel_2"):
        trips = times(run, panel, "tripped")
        assert len(times(run, panel, "closed again")) <= len(trips)
        assert len(times(run, panel, "closed again")) >= 1 or not trips
