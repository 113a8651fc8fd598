"""Claim: rates have seasons, causes are shared, and people sometimes switch the wrong thing, as
often as the files say.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from conftest import small_layout

import twin
from tests.planner import answer, asked, happened, loaded
from twin import InputError, Result
from twin.physics.seasons import due_s

DAY_S = 86_400.0


def idle(**more: Any) -> dict[str, Any]:
    return dict(small_layout(1, 0)) | more


def times(run: Result, who: str, what: str = "failed") -> list[float]:
    return [t for t, name, kind in happened(run) if (name, kind) == (who, what)]


def failing(made: dict[str, Any], kinds: list[str], days: float = 60, **rates: Any) -> Result:
    """Random failures of some kinds alone, from New Year's Day, repaired within minutes."""
    chosen = {"kinds": kinds, "nodes": False, "scale": 1000} | rates
    return answer(
        made,
        horizon=f"{days} d",
        start="2026-01-01T00:00:00-05:00",
        faults={"rates": chosen, "crews": 1000},
        controls={"plant_period": "1 d"},
        outputs={"period": "1 d"},
    )


def quick(made: dict[str, Any], *names: str) -> dict[str, Any]:
    """Mean times between failures of a year, repaired at once."""
    return made | {"overrides": {n: {"mtbf": "100000 h", "mttr": "0.01 h"} for n in names}}


def test_a_rate_follows_its_months() -> None:
    """Nothing in January, thrice as much in February."""
    made = quick(idle(), "panel_1", "panel_2")
    season = {"kinds": ["rpp"], "months": [0, 3] + [1] * 10}
    run = failing(made, ["rpp"], days=59, seasons=[season])
    at = times(run, "panel_1") + times(run, "panel_2")
    assert min(at) > 31 * DAY_S
    expected = 2 * 28 * 24 * 3 * 1000 / 100_000
    assert len(at) == pytest.approx(expected, abs=3 * expected**0.5)


def test_months_of_one_change_nothing() -> None:
    made = quick(idle(), "panel_1")
    flat = failing(made, ["rpp"], days=20, seasons=[{"kinds": ["rpp"], "months": [1] * 12}])
    plain = failing(made, ["rpp"], days=20)
    assert times(flat, "panel_1") == pytest.approx(times(plain, "panel_1"), rel=1e-12)


def test_the_hazard_of_a_season_is_inverted_exactly() -> None:
    edges = np.array([0.0, 10.0, 20.0, 30.0])
    factor = np.array([1.0, 0.0, 2.0])
    assert due_s(4.0, 0.0, edges, factor) == 4.0
    assert due_s(4.0, 8.0, edges, factor) == 21.0
    assert due_s(29.9, 0.0, edges, factor) == pytest.approx(29.95)
    assert due_s(30.1, 0.0, edges, factor) == np.inf


def test_a_shared_cause_strikes_all_as_often_as_beta_says() -> None:
    made = quick(idle(), "panel_1", "panel_2")
    shared = [{"name": "firmware", "components": ["panel"], "beta": 0.25}]
    run = failing(made | {"common_causes": shared}, ["rpp"], days=200)
    one = times(run, "panel_1")
    other = times(run, "panel_2")
    together = set(one) & set(other)
    each = 200 * 24 * 1000 / 100_000
    assert len(one) == pytest.approx(each, abs=3.5 * each**0.5)
    assert len(together) == pytest.approx(0.25 * each, abs=3.5 * (0.25 * each) ** 0.5)
    assert len(together) > 0
    alone = failing(made, ["rpp"], days=200)
    assert not set(times(alone, "panel_1")) & set(times(alone, "panel_2"))


def drilled(chance: float, seed: int = 1) -> Result:
    made = idle()
    made["power"][-1]["overrides"] = {"switching_error_probability": chance}
    drill = {"kind": "isolate", "component": "panel_1", "at": "600 s", "duration": "300 s"}
    return answer(made, drills=[drill], seed=seed)


def test_somebody_opens_the_wrong_breaker_as_often_as_the_row_says() -> None:
    wrong = [
        seed for seed in range(40) if times(drilled(0.5, seed), "panel_2", "opened by mistake")
    ]
    assert 10 <= len(wrong) <= 30
    never = drilled(0.0)
    assert times(never, "panel_2", "opened by mistake") == []
    assert times(never, "panel_1", "taken out on purpose") == [600.0]


def test_a_mistake_is_put_right_after_a_quarter_of_an_hour() -> None:
    run = drilled(1.0)
    assert times(run, "panel_2", "opened by mistake") == [600.0]
    assert times(run, "panel_2", "back in service") == [1500.0]
    assert times(run, "panel_1", "taken out on purpose") == [1500.0]
    assert times(run, "panel_1", "back in service") == [1800.0]


def test_a_fork_with_other_drills_puts_the_same_mistake_right() -> None:
    """The list of drills is shorter in the fork; what waits from before it goes on all the same."""
    made = idle()
    made["power"][-1]["overrides"] = {"switching_error_probability": 1.0}
    later = {"kind": "utility_outage", "at": "3000 s", "duration": "10 s"}
    drill = {"kind": "isolate", "component": "panel_1", "at": "600 s", "duration": "300 s"}
    run = twin.start(twin.build(loaded(asked(made, drills=[later, drill])))).until(700.0)
    forked = run.fork(drills=[]).until().result()
    assert times(forked, "panel_1", "taken out on purpose") == [1500.0]
    assert times(forked, "panel_1", "back in service") == [1800.0]
    assert times(forked, "utility", "taken out on purpose") == []


@pytest.mark.parametrize(
    ("shared", "words"),
    [
        ([{"name": "a", "components": ["panel_1"], "beta": 0.1}], "at least two components"),
        ([{"name": "a", "components": ["pannel"], "beta": 0.1}], "panel"),
        (
            [{"name": n, "components": ["panel"], "beta": 0.1} for n in ("a", "b")],
            "one common cause for each",
        ),
    ],
)
def test_shared_causes_of_nothing_are_refused(shared: list[Any], words: str) -> None:
    with pytest.raises(InputError) as told:
        answer(idle(common_causes=shared))
    assert words in str(told.value)
