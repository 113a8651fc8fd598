"""Availability where components wait for one another's crew, from layout files to the report.

Expected values are of Markov chains written down by hand: shares of time balanced state by state.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from tests.planner import asked
from tests.power_layouts import facility, load, part, power_only
from twin.cli import main
from twin.physics.reliability import markov
from twin.physics.reliability.gates import HOURS_PER_YEAR

MTBF_H = 400.0
MTTR_H = 40.0
RHO = MTTR_H / MTBF_H
ONE = [{"name": "electricians", "count": 1, "kinds": ["transformer"]}]
REST = [{"name": "others", "count": 9}]


def layout(transformers: int = 2, rating_kw: float = 400.0, **keys: Any) -> dict[str, Any]:
    """Transformers on one board; each carries the 300 kW of the row where nothing else is said."""
    parts = [
        part("grid", "utility_feed"),
        part("t", "transformer_2500", "grid", kw=rating_kw, count=transformers),
        part("board", "switchboard_4000", "t"),
        part("panel", "rpp_500", "board"),
    ]
    return power_only(parts, [load("row", 300.0, "panel")]) | keys


def shared(made: dict[str, Any], rates: dict[str, tuple[float, float]]) -> dict[str, Any]:
    return twin.redundancy(facility(made, rates)).shared_crews


def alike(count: int) -> dict[str, tuple[float, float]]:
    return {f"t_{n}": (MTBF_H, MTTR_H) for n in range(1, count + 1)}


def chain(rates: list[tuple[float, float]], crews: int) -> dict[tuple[int, ...], float]:
    """Shares of time of every order in which members are down, by balance equations in full."""
    size = len(rates)
    states = [s for n in range(size + 1) for s in permutations(range(size), n)]
    place = {state: n for n, state in enumerate(states)}
    flow = np.zeros((len(states), len(states)))
    for state in states:
        for new in set(range(size)) - set(state):
            flow[place[state], place[(*state, new)]] += 1.0 / rates[new][0]
        for done in state[:crews]:
            left = tuple(other for other in state if other != done)
            flow[place[state], place[left]] += 1.0 / rates[done][1]
    balance = flow.T - np.diag(flow.sum(axis=1))
    balance[0] = 1.0
    share = np.linalg.solve(balance, np.eye(len(states))[0])
    return dict(zip(states, share.tolist(), strict=True))


def test_a_pair_with_one_crew_is_its_closed_form() -> None:
    """U = 2 r^2 / (1 + 2 r + 2 r^2), f = U / MTTR: one crew mends one at a time."""
    found = shared(layout(crews=ONE + REST), alike(2))
    expected = 2 * RHO**2 / (1 + 2 * RHO + 2 * RHO**2)
    exact = found["availability_exact"]
    assert exact["unavailability"] == pytest.approx(expected, rel=1e-12)
    assert exact["frequency_per_year"] == pytest.approx(expected / MTTR_H * HOURS_PER_YEAR)
    assert exact["mean_down_h"] == pytest.approx(MTTR_H)
    assert found["classes"] == [
        {"crew": "electricians", "count": 1, "components": 2},
        {"crew": "others", "count": 9, "components": 0},
    ]


def test_the_simulated_queue_agrees_and_independence_does_not() -> None:
    report = twin.redundancy(facility(layout(crews=ONE + REST), alike(2)))
    found = report.shared_crews
    assert found["availability_monte_carlo"]["agrees_with_exact"]
    exact = found["availability_exact"]["unavailability"]
    low, high = found["interval"]
    assert low < exact < high
    assert high - low < 0.1 * exact
    independent = report.availability_exact["unavailability"]
    assert independent == pytest.approx((RHO / (1 + RHO)) ** 2)
    assert not low < independent < high
    simulated = found["availability_monte_carlo"]["frequency_per_year"]
    assert simulated == pytest.approx(found["availability_exact"]["frequency_per_year"], rel=0.05)


def test_three_of_four_are_births_and_deaths() -> None:
    """Shares 1, 4 r, 12 r^2, 24 r^3, 24 r^4 of none to four down, one crew."""
    weight = np.array([1.0, 4.0, 12.0, 24.0, 24.0]) * RHO ** np.arange(5)
    found = shared(layout(4, 101.0, crews=ONE + REST), alike(4))
    expected = weight[2:].sum() / weight.sum()
    assert found["availability_exact"]["unavailability"] == pytest.approx(expected, rel=1e-12)
    often = weight[1] / weight.sum() * 3 / MTBF_H * HOURS_PER_YEAR
    assert found["availability_exact"]["frequency_per_year"] == pytest.approx(often, rel=1e-12)


def test_unlike_members_are_served_in_the_order_they_fail() -> None:
    rates = {"t_1": (300.0, 20.0), "t_2": (900.0, 120.0), "t_3": (500.0, 60.0)}
    share = chain(list(rates.values()), crews=2)
    expected = sum(part for state, part in share.items() if len(state) == 3)
    two = [{"name": "electricians", "count": 2, "kinds": ["transformer"]}]
    found = shared(layout(3, crews=two + REST), rates)["availability_exact"]
    assert found["unavailability"] == pytest.approx(expected, rel=1e-10)
    often = sum(
        share[state] / rate[0]
        for n, rate in enumerate(rates.values())
        for state in share
        if len(state) == 2 and n not in state
    )
    assert found["frequency_per_year"] == pytest.approx(often * HOURS_PER_YEAR, rel=1e-10)


def test_what_has_a_crew_of_its_own_is_independent_of_the_queue() -> None:
    """The panel fails too, and others see to it: either takes the row down."""
    pair = 2 * RHO**2 / (1 + 2 * RHO + 2 * RHO**2)
    panel = 10.0 / (2000.0 + 10.0)
    rates = alike(2) | {"panel": (2000.0, 10.0)}
    found = shared(layout(crews=ONE + REST), rates)["availability_exact"]
    expected = 1 - (1 - pair) * (1 - panel)
    assert found["unavailability"] == pytest.approx(expected, rel=1e-12)
    often = pair / MTTR_H * (1 - panel) + (1 - pair) / 2010.0
    assert found["frequency_per_year"] == pytest.approx(often * HOURS_PER_YEAR, rel=1e-12)


def test_two_queues_side_by_side() -> None:
    """Transformers wait for one crew, boards for another; each pair is a chain of its own."""
    made = layout(crews=[*ONE, {"name": "panels", "count": 1, "kinds": ["rpp"]}, *REST])
    made["power"][3] |= {"count": 2}
    rates = alike(2) | {f"panel_{n}": (1000.0, 50.0) for n in (1, 2)}
    r = 0.05
    other = 2 * r**2 / (1 + 2 * r + 2 * r**2)
    pair = 2 * RHO**2 / (1 + 2 * RHO + 2 * RHO**2)
    found = shared(made, rates)["availability_exact"]
    assert found["unavailability"] == pytest.approx(1 - (1 - pair) * (1 - other), rel=1e-12)


def test_crews_of_the_scenario_see_to_everything() -> None:
    """One crew for two transformers and the panel: who is down and who is waited for by hand."""
    rates = alike(2) | {"panel": (2000.0, 10.0)}
    share = chain(list(rates.values()), crews=1)
    expected = sum(part for state, part in share.items() if 2 in state or {0, 1} <= set(state))
    built = facility(layout(), rates)
    one = replace(built, scenario=built.scenario.with_(faults={"crews": 1}))
    found = twin.redundancy(one).shared_crews
    assert found["availability_exact"]["unavailability"] == pytest.approx(expected, rel=1e-10)
    assert found["availability_monte_carlo"]["agrees_with_exact"]


def test_where_nobody_waits_or_nobody_states_crews_there_is_nothing_to_say() -> None:
    two = [{"name": "electricians", "count": 2, "kinds": ["transformer"]}]
    assert shared(layout(crews=two + REST), alike(2)) == {}
    assert shared(layout(), alike(2)) == {}


def test_without_a_crew_nothing_comes_back() -> None:
    none = [{"name": "electricians", "count": 0, "kinds": ["transformer"]}]
    found = shared(layout(crews=none + REST), alike(2))
    assert "nobody repairs what electricians see to" in found["why"]
    assert found["availability_exact"]["unavailability"] is None


def births_and_deaths(count: int, crews: int = 1) -> np.ndarray:
    """Share of time with so many down, all alike."""
    weight = [1.0]
    for down in range(count):
        weight.append(weight[-1] * (count - down) * RHO / min(down + 1, crews))
    return np.array(weight) / sum(weight)


@pytest.mark.parametrize(("count", "crews"), [(14, 1), (40, 3)])
def test_a_large_group_is_exact(count: int, crews: int) -> None:
    """Carried to their trips, at 1.25 of 26 kW, by ten or more: 300 kW and the losses."""
    few = [{"name": "electricians", "count": crews, "kinds": ["transformer"]}]
    found = shared(layout(count, 26.0, crews=few + REST), alike(count))
    expected = births_and_deaths(count, crews)[count - 9 :].sum()
    exact = found["availability_exact"]["unavailability"]
    assert exact == pytest.approx(expected, rel=1e-9)
    assert found["availability_bounds"]["lower"] == found["availability_bounds"]["upper"] == exact
    low, high = found["interval"]
    assert low < expected < high


def unlike(count: int, mtbf_h: float) -> dict[str, tuple[float, float]]:
    """Told apart by a millionth, so that no two are of a kind."""
    return {f"t_{n}": (mtbf_h * (1.0 + 1e-6 * n), MTTR_H) for n in range(1, count + 1)}


def test_many_unlike_members_are_cut_off_within_a_bound() -> None:
    """Fourteen kinds, two crews: no more than three down are followed. What is left out is known
    here, for the fourteen are all but alike.
    """
    count, mtbf_h = 14, 40_000.0
    two = [{"name": "electricians", "count": 2, "kinds": ["transformer"]}]
    found = shared(layout(count, 21.6, crews=two + REST), unlike(count, mtbf_h))
    rho = MTTR_H / mtbf_h
    weight = [1.0]
    for down in range(count):
        weight.append(weight[-1] * (count - down) * rho / min(down + 1, 2))
    share = np.array(weight) / sum(weight)
    assert found["availability_exact"]["unavailability"] is None
    assert "up to 3 of those that share crews" in found["why"]
    bounds = found["availability_bounds"]
    needed = lost_that_trip(count, 21.6)
    expected = share[needed:].sum()
    assert bounds["lower"] < expected < bounds["upper"]
    assert bounds["upper"] - bounds["lower"] < 0.1 * expected
    often = share[needed - 1] * (count - needed + 1) / mtbf_h * HOURS_PER_YEAR
    assert bounds["lower_per_year"] < often < bounds["upper_per_year"]


def lost_that_trip(count: int, rating_kw: float) -> int:
    """How many must be lost until the rest open: above 1.25 of their rating."""
    return next(n for n in range(count) if 1.25 * rating_kw * (count - n) < 300.5)


def caused(beta: float) -> list[dict[str, Any]]:
    return [{"name": "batch", "components": ["t"], "beta": beta}]


def test_what_a_cause_strikes_waits_for_the_crew_too() -> None:
    """A pair, one crew: states none, one and both down, balanced by hand."""
    beta = 0.2
    found = shared(layout(crews=ONE + REST, common_causes=caused(beta)), alike(2))
    alone, shock = (1 - beta) * RHO, beta * RHO
    one = 2 * alone + shock
    both = shock + one * (alone + shock)
    expected = both / (1 + one + both)
    exact = found["availability_exact"]
    assert exact["unavailability"] == pytest.approx(expected, rel=1e-10)
    often = (shock + one * (alone + shock)) / (1 + one + both) / MTTR_H
    assert exact["frequency_per_year"] == pytest.approx(often * HOURS_PER_YEAR, rel=1e-10)
    low, high = found["interval"]
    assert low < expected < high
    simulated = found["availability_monte_carlo"]["frequency_per_year"]
    assert simulated == pytest.approx(exact["frequency_per_year"], rel=0.05)


def test_a_cause_that_leads_beyond_what_is_followed_is_within_the_bounds() -> None:
    """It strikes all fourteen at once, of which three down were followed: the chain of alike ones
    knows the answer.
    """
    count, mtbf_h, beta = 14, 40_000.0, 0.01
    two = [{"name": "electricians", "count": 2, "kinds": ["transformer"]}]
    made = layout(count, 21.6, crews=two + REST, common_causes=caused(beta))
    bounds = shared(made, unlike(count, mtbf_h))["availability_bounds"]
    needed = count + 1 - lost_that_trip(count, 21.6)
    expected = markov.alike(count, needed, mtbf_h, MTTR_H, crews=2, beta=beta)
    assert bounds["lower"] < expected.unavailability < bounds["upper"] < 1e-3
    assert bounds["lower_per_year"] < expected.frequency_per_year < bounds["upper_per_year"]


def test_the_command_prints_both_beside_the_independent_ones(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "crews.json"
    made = layout(crews=[{"name": "site", "count": 1, "kinds": ["transformer"]}, *REST])
    path.write_text(json.dumps(asked(made)), encoding="utf-8")
    assert main(["redundancy", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["shared_crews"]
    pair = told["availability_exact"]["unavailability"]
    assert pair > 0
    assert main(["redundancy", str(path)]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "exact, crews shared" in text
    assert "Monte Carlo, crews shared" in text
    assert "Crews that are shared: site (1 for 2), others (9 for" in text
