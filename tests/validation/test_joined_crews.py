"""Shared causes whose members several classes of crew see to, from layout files to the report.

Expected values are of full chains of every order in which each class's members are down
(`full_crew_chain`), written apart from the program's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from tests.full_crew_chain import Rates, Site, site
from tests.planner import asked
from tests.power_layouts import facility, load, part, power_only
from twin.cli import main
from twin.physics.reliability import markov

PAIRS = {"t_1": (400.0, 40.0), "t_2": (700.0, 60.0)}
PANELS = {"panel_1": (1000.0, 50.0), "panel_2": (600.0, 20.0)}
FLOOD = {"name": "flood", "components": ["t_1", "panel_1"], "beta": 0.2}


def crew(name: str, count: int, *kinds: str) -> dict[str, Any]:
    return {"name": name, "count": count} | ({"kinds": list(kinds)} if kinds else {})


ELECTRICIANS = crew("electricians", 1, "transformer")
PANEL_CREW = crew("panels", 1, "rpp")
REST = crew("others", 9)


def layout(
    transformers: int = 2, panels: int = 2, rating_kw: float = 400.0, **keys: Any
) -> dict[str, Any]:
    """Transformers on a board, and panels below it; each may carry the 300 kW of the row where
    nothing else is said.
    """
    parts = [
        part("grid", "utility_feed"),
        part("t", "transformer_2500", "grid", kw=rating_kw, count=transformers),
        part("board", "switchboard_4000", "t"),
        part("panel", "rpp_500", "board", count=panels),
    ]
    return power_only(parts, [load("row", 300.0, "panel")]) | keys


def shared(made: dict[str, Any], rates: Rates) -> dict[str, Any]:
    return twin.redundancy(facility(made, rates)).shared_crews


def all_of(*names: str) -> Callable[[set[str]], bool]:
    """Whether all of these are down."""
    return lambda down: down >= {*names}


def assert_exact(found: dict[str, Any], expected: tuple[float, float], rel: float = 1e-9) -> None:
    """The exact value is the chain's, and the simulated queue's within three sigma."""
    exact = found["availability_exact"]
    assert found["why"] == ""
    assert exact["unavailability"] == pytest.approx(expected[0], rel=rel)
    assert exact["frequency_per_year"] == pytest.approx(expected[1], rel=rel)
    assert_simulated(found, expected)


def assert_simulated(
    found: dict[str, Any], expected: tuple[float, float], precise: float = 0.05
) -> None:
    low, high = found["interval"]
    simulated = found["availability_monte_carlo"]
    sigma = (high - low) / 2.0 / 1.96
    assert abs(simulated["unavailability"] - expected[0]) < 3.0 * sigma
    assert sigma < precise * expected[0]
    assert simulated["frequency_per_year"] == pytest.approx(expected[1], rel=2.0 * precise)


def either_pair(down: set[str]) -> bool:
    return down >= {"t_1", "t_2"} or down >= {"panel_1", "panel_2"}


BY_CLASS = {"t_1": 0, "t_2": 0, "panel_1": 1, "panel_2": 1}


def test_a_cause_joins_two_queues() -> None:
    """A transformer and a panel go at once, each to its own crew, where another may be served."""
    made = layout(crews=[ELECTRICIANS, PANEL_CREW, REST], common_causes=[FLOOD])
    expected = site(PAIRS | PANELS, BY_CLASS, [1, 1], [FLOOD]).answer(either_pair)
    assert_exact(shared(made, PAIRS | PANELS), expected)


def test_it_strikes_several_of_each_class_who_queue_in_the_order_of_the_layout() -> None:
    all_four = FLOOD | {"components": ["t", "panel"], "beta": 0.3}
    made = layout(crews=[ELECTRICIANS, PANEL_CREW, REST], common_causes=[all_four])
    named = all_four | {"components": [*BY_CLASS]}
    expected = site(PAIRS | PANELS, BY_CLASS, [1, 1], [named]).answer(either_pair)
    assert_exact(shared(made, PAIRS | PANELS), expected)


def test_a_class_with_crews_to_spare_is_struck_and_does_not_wait() -> None:
    """One panel, nine others: what strikes it with a transformer joins it to their queue."""
    made = layout(panels=1, crews=[ELECTRICIANS, REST])
    flood = FLOOD | {"components": ["t_1", "panel"]}
    rates = PAIRS | {"panel": (2000.0, 10.0)}
    chain = site(rates, {"t_1": 0, "t_2": 0, "panel": 1}, [1, 9], [flood])
    expected = chain.answer(lambda down: "panel" in down or down >= {"t_1", "t_2"})
    assert_exact(shared(made | {"common_causes": [flood]}, rates), expected)


def test_causes_in_a_row_join_three_classes() -> None:
    """Flood takes a transformer and a panel, fire the other panel and the board."""
    fire = {"name": "fire", "components": ["panel_2", "board"], "beta": 0.4}
    made = layout(crews=[ELECTRICIANS, PANEL_CREW, REST], common_causes=[FLOOD, fire])
    rates = PAIRS | PANELS | {"board": (3000.0, 30.0)}
    chain = site(rates, BY_CLASS | {"board": 2}, [1, 1, 9], [FLOOD, fire])
    expected = chain.answer(lambda down: "board" in down or either_pair(down))
    assert_exact(shared(made, rates), expected)


def test_a_queue_that_no_cause_joins_stays_apart() -> None:
    """Three classes wait; the boards' chain is multiplied with the joined one of the others."""
    boards = crew("boards", 1, "switchboard")
    made = layout(crews=[ELECTRICIANS, PANEL_CREW, boards, REST], common_causes=[FLOOD])
    made["power"][2] |= {"count": 2}
    own = {"board_1": (2000.0, 80.0), "board_2": (1500.0, 40.0)}
    joined = site(PAIRS | PANELS, BY_CLASS, [1, 1], [FLOOD]).answer(either_pair)
    pair = site(own, dict.fromkeys(own, 0), [1], []).answer(all_of(*own))
    unavailability = 1.0 - (1.0 - joined[0]) * (1.0 - pair[0])
    often = joined[1] * (1.0 - pair[0]) + pair[1] * (1.0 - joined[0])
    assert_exact(shared(made, PAIRS | PANELS | own), (unavailability, often))


def test_as_many_crews_as_fail_are_independent_repairs_with_the_beta_factor() -> None:
    """The third transformer fails once in 10^13 h, so that two crews are as many as it takes."""
    rates = PAIRS | {"t_3": (1e13, 1.0), "panel": (2000.0, 10.0)}
    flood = FLOOD | {"components": ["t_1", "t_2", "panel"]}
    crews = [crew("electricians", 2, "transformer"), REST]
    found = shared(layout(3, 1, 151.0, crews=crews, common_causes=[flood]), rates)
    three = np.array([rates[name] for name in flood["components"]])
    expected = markov.unlike(
        three[:, 0], three[:, 1], lambda lost: 2 in lost or {0, 1} <= lost, beta=flood["beta"]
    )
    assert_exact(found, (expected.unavailability, expected.frequency_per_year))


@pytest.mark.parametrize("seed", range(6))
def test_random_rates_crews_and_causes(seed: int) -> None:
    """Three transformers of which two are needed, two panels, two boards, a crew or two each;
    two causes of any of them.
    """
    rng = np.random.default_rng([61, seed])
    class_of = {"t_1": 0, "t_2": 0, "t_3": 0} | {"panel_1": 1, "panel_2": 1}
    class_of |= {"board_1": 2, "board_2": 2}
    rates = {name: (rng.uniform(200, 900), rng.uniform(10, 80)) for name in class_of}
    counts = [1, *rng.integers(1, 3, 2).tolist()]
    kinds = ["transformer", "rpp", "switchboard"]
    crews = [crew(kind, count, kind) for kind, count in zip(kinds, counts, strict=True)]
    mixed = rng.permutation([*class_of]).tolist()
    causes = [
        {"name": f"cause_{n}", "components": sorted(who), "beta": float(rng.uniform(0.1, 0.6))}
        for n, who in enumerate((mixed[:3], mixed[3:5]))
    ]
    made = layout(3, 2, 151.0, crews=[*crews, REST], common_causes=causes)
    made["power"][2] |= {"count": 2}
    in_order = [
        cause | {"components": [n for n in class_of if n in cause["components"]]}
        for cause in causes
    ]
    chain = site(rates, class_of, counts, in_order)
    found = shared(made, rates)
    expected = chain.answer(
        lambda down: (
            len(down & {"t_1", "t_2", "t_3"}) > 1
            or down >= {"panel_1", "panel_2"}
            or down >= {"board_1", "board_2"}
        )
    )
    assert_exact(found, expected)


def test_hardly_a_cause_is_two_queues_side_by_side() -> None:
    crews = [ELECTRICIANS, PANEL_CREW, REST]
    rare = FLOOD | {"beta": 1e-9}
    found = shared(layout(crews=crews, common_causes=[rare]), PAIRS | PANELS)
    apart = shared(layout(crews=crews), PAIRS | PANELS)
    for name in ("unavailability", "frequency_per_year"):
        expected = apart["availability_exact"][name]
        assert found["availability_exact"][name] == pytest.approx(expected, rel=1e-7)


def test_queues_too_long_to_follow_have_bounds_around_a_chain_of_numbers() -> None:
    """Ten transformers and six panels, each set told apart by a millionth: as if alike, the numbers
    down of the two are a chain of 77 states.
    """
    mtbf_h, mttr_h, beta = 40_000.0, 40.0, 0.02
    numbers = {"t": 10, "panel": 6}
    rates = {
        f"{name}_{n}": (mtbf_h * (1.0 + 1e-6 * n), mttr_h)
        for name, count in numbers.items()
        for n in range(1, count + 1)
    }
    cause = {"name": "flood", "components": ["t", "panel"], "beta": beta}
    crews = [crew("electricians", 2, "transformer"), PANEL_CREW, REST]
    found = shared(layout(10, 6, 31.0, crews=crews, common_causes=[cause]), rates)

    def moves(state: markov.State) -> Iterator[tuple[markov.State, float]]:
        a, b = np.array(state).tolist()
        alone_per_h = (1.0 - beta) / mtbf_h
        yield (a + 1, b), (10 - a) * alone_per_h
        yield (a, b + 1), (6 - b) * alone_per_h
        yield (10, 6), beta / mtbf_h if (a, b) != (10, 6) else 0.0
        yield (a - 1, b), min(a, 2) / mttr_h
        yield (a, b - 1), min(b, 1) / mttr_h

    lost = next(n for n in range(10) if 1.25 * 31.0 * (10 - n) < 300.5)
    expected = markov.steady_state((0, 0), moves, lambda s: s[0] >= lost or s[1] == 6)
    bounds = found["availability_bounds"]
    assert "were followed down at once" in found["why"]
    assert found["availability_exact"]["unavailability"] is None
    assert bounds["lower"] < expected.unavailability < bounds["upper"] < 1e-2
    assert bounds["lower_per_year"] < expected.frequency_per_year < bounds["upper_per_year"]
    assert_simulated(found, (expected.unavailability, expected.frequency_per_year), precise=0.1)


def test_the_command_reads_it_from_a_file(tmp_path: Path, capsys: Any) -> None:
    """With the rates of the catalogue, where all else fails too and is independent: what that adds
    is known from the report's independent value.
    """
    flood = FLOOD | {"components": ["t", "panel"], "beta": 0.1}
    made = layout(panels=1, crews=[ELECTRICIANS, REST], common_causes=[flood])
    path = tmp_path / "joined.json"
    path.write_text(json.dumps(asked(made)), encoding="utf-8")
    assert main(["redundancy", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    table = facility(made).components
    three = ["t_1", "t_2", "panel"]
    rates = {
        name: (float(table.mtbf_h[table.row[name]]), float(table.mttr_h[table.row[name]]))
        for name in three
    }
    named = flood | {"components": three}
    chain = site(rates, {"t_1": 0, "t_2": 0, "panel": 1}, [1, 9], [named])
    joined, _ = chain.answer(lambda down: "panel" in down or down >= {"t_1", "t_2"})
    rest = 1.0 - (1.0 - told["availability_exact"]["unavailability"]) / _up_by_nodes(chain)
    found = told["shared_crews"]["availability_exact"]["unavailability"]
    assert found == pytest.approx(1.0 - (1.0 - joined) * (1.0 - rest), rel=1e-9)


def _up_by_nodes(chain: Site) -> float:
    """Availability of the same three where a cause lasts a mean repair and nobody waits."""
    down = {name: mttr / (mtbf + mttr) for name, (mtbf, mttr) in chain.alone.items()}
    (rate_per_h, who), *_ = chain.shocks
    lasts_h = float(np.mean([chain.alone[name][1] for name in who]))
    shock = lasts_h / (1.0 / rate_per_h + lasts_h)
    return (1.0 - down["panel"]) * (1.0 - down["t_1"] * down["t_2"]) * (1.0 - shock)
