"""Does power find its way: who is live, who carries what, and does nothing get lost on the way?

Trees drawn by hand, and random ones: at every node input = output + loss + own load, and what the
sources give is what the loads and the losses take.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics import flow


@dataclass
class Tree:
    """Nodes by name, from the sources down; each with its supplies in order of preference."""

    supplies: dict[str, list[str]]
    priority: set[str] = field(default_factory=set)
    rating: dict[str, float] = field(default_factory=dict)
    loss: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def __post_init__(self) -> None:
        self.names = list(self.supplies)
        row = {name: i for i, name in enumerate(self.names)}
        edges = [(row[s], row[t]) for t, many in self.supplies.items() for s in many]
        height = dict.fromkeys(self.names, 0)
        for name in reversed(self.names):
            for above in self.supplies[name]:
                height[above] = max(height[above], height[name] + 1)
        levels = [
            np.array([row[n] for n in self.names if height[n] == h])
            for h in range(max(height.values()) + 1)
        ]
        self.wires = flow.wiring(
            np.array([s for s, _ in edges], dtype=np.int64),
            np.array([t for _, t in edges], dtype=np.int64),
            np.array([n in self.priority for n in self.names]),
            levels,
        )

    def mask(self, *names: str) -> np.ndarray:
        return np.array([n in names for n in self.names])

    def live(self, sources: str, lost: str = "", stored: str = "") -> np.ndarray:
        return flow.live(
            self.wires,
            ~self.mask(*lost.split()),
            self.mask(*sources.split()),
            self.mask(*stored.split()),
        )

    def solve(self, on: np.ndarray, load: dict[str, float], battery: str = "") -> tuple[dict, dict]:
        load_w = np.array([load.get(n, 0.0) for n in self.names])
        rating = np.array([self.rating.get(n, np.inf) for n in self.names])
        share = flow.shares(self.wires, on, self.mask(*battery.split()))
        coefficients = tuple(np.full(len(self.names), c) for c in self.loss)
        output, inflow = flow.upward(self.wires, load_w, share, on, rating, coefficients)
        return dict(zip(self.names, output, strict=True)), dict(
            zip(self.names, inflow, strict=True)
        )


def chain() -> Tree:
    return Tree(
        {"grid": [], "ups": ["grid"], "panel": ["ups"], "a": ["panel"], "b": ["panel"]},
        rating={"ups": 100.0, "panel": 100.0},
        loss=(0.01, 0.02, 0.03),
    )


def pair(priority: bool) -> Tree:
    """Two feeds of one load, and a load that only the second feeds."""
    return Tree(
        {"grid": [], "one": ["grid"], "two": ["grid"], "both": ["one", "two"], "alone": ["two"]},
        {"both"} if priority else set(),
    )


def test_a_chain_by_hand() -> None:
    """Panel: 50 out, 1 + 1 + 0.75 lost. UPS: 52.75 out, 1 + 1.055 + 0.0834769 * 10 lost."""
    tree = chain()
    output, inflow = tree.solve(tree.live("grid"), {"a": 20.0, "b": 30.0})
    assert output["panel"] == pytest.approx(50.0)
    assert inflow["panel"] == pytest.approx(52.75)
    assert inflow["ups"] == pytest.approx(52.75 + 1 + 0.02 * 52.75 + 0.03 * 52.75**2 / 100)
    assert output["grid"] == inflow["grid"] == pytest.approx(inflow["ups"])


def test_without_load_only_the_idle_loss_flows() -> None:
    tree = chain()
    _, inflow = tree.solve(tree.live("grid"), {})
    assert inflow["panel"] == pytest.approx(1.0)
    assert inflow["ups"] == pytest.approx(1 + 1 + 0.02 + 0.0003)


def test_what_is_dark_draws_nothing() -> None:
    tree = chain()
    on = tree.live("grid", lost="panel")
    assert on.tolist() == [True, True, False, False, False]
    output, inflow = tree.solve(on, {"a": 20.0, "b": 30.0})
    assert (output["ups"], inflow["panel"], inflow["a"]) == (0.0, 0.0, 0.0)


def test_a_source_that_is_lost_gives_nothing() -> None:
    tree = chain()
    assert not tree.live("grid", lost="grid").any()
    assert not tree.live("").any()


def test_a_battery_keeps_what_is_below_it_alive() -> None:
    tree = chain()
    on = tree.live("", stored="ups")
    assert on.tolist() == [False, True, True, True, True]
    output, _ = tree.solve(on, {"a": 20.0, "b": 30.0}, battery="ups")
    assert output["ups"] == pytest.approx(52.75)
    assert output["grid"] == 0.0


def test_a_ups_on_battery_takes_nothing_from_a_live_grid() -> None:
    tree = chain()
    output, inflow = tree.solve(tree.live("grid", stored="ups"), {"a": 20.0}, battery="ups")
    assert output["grid"] == 0.0
    assert inflow["ups"] > 20.0


def test_charging_is_drawn_at_the_node_itself() -> None:
    tree = chain()
    load = {"a": 20.0, "b": 30.0}
    _, without = tree.solve(tree.live("grid"), load)
    _, charging = tree.solve(tree.live("grid"), {**load, "ups": 10.0})
    assert charging["ups"] - without["ups"] == pytest.approx(10.0)
    assert charging["panel"] == pytest.approx(without["panel"])


def test_sharing_splits_evenly_and_moves_over() -> None:
    tree = pair(priority=False)
    load = {"both": 60.0, "alone": 10.0}
    output, _ = tree.solve(tree.live("grid"), load)
    assert (output["one"], output["two"]) == pytest.approx((30.0, 40.0))
    output, _ = tree.solve(tree.live("grid", lost="two"), load)
    assert (output["one"], output["two"], output["grid"]) == pytest.approx((60.0, 0.0, 60.0))


def test_priority_takes_the_first_that_is_live() -> None:
    tree = pair(priority=True)
    load = {"both": 60.0, "alone": 10.0}
    output, _ = tree.solve(tree.live("grid"), load)
    assert (output["one"], output["two"]) == pytest.approx((60.0, 10.0))
    output, _ = tree.solve(tree.live("grid", lost="one"), load)
    assert (output["one"], output["two"]) == pytest.approx((0.0, 70.0))


def test_preference_is_the_order_of_the_supplies_not_of_the_nodes() -> None:
    tree = Tree({"grid": [], "one": ["grid"], "two": ["grid"], "load": ["two", "one"]}, {"load"})
    output, _ = tree.solve(tree.live("grid"), {"load": 5.0})
    assert (output["one"], output["two"]) == (0.0, 5.0)


def test_supplies_of_unequal_height() -> None:
    """A generator right above the load and a utility two steps above it."""
    tree = Tree(
        {"grid": [], "genset": [], "board": ["grid"], "load": ["board", "genset"]}, {"load"}
    )
    assert tree.live("grid genset").all()
    output, _ = tree.solve(tree.live("grid genset", lost="board"), {"load": 7.0})
    assert (output["grid"], output["genset"]) == (0.0, 7.0)


@st.composite
def trees(draw: st.DrawFn) -> tuple[Tree, dict[str, float], set[str]]:
    """A random tree of up to five floors, loads at the bottom, and what is lost."""
    names: list[str] = []
    supplies: dict[str, list[str]] = {}
    for floor in range(draw(st.integers(2, 5))):
        new = [f"n{floor}_{k}" for k in range(draw(st.integers(1, 4)))]
        for name in new:
            above = (
                draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
                if names
                else []
            )
            supplies[name] = above
        names += new
    loads = {
        n: draw(st.floats(0, 1e5))
        for n in names
        if not any(n in above for above in supplies.values())
    }
    priority = set(draw(st.lists(st.sampled_from(names), unique=True)))
    middle = [n for n in names if n not in loads]
    rating = {
        n: draw(st.floats(1e5, 1e6))
        for n in draw(st.lists(st.sampled_from(names), unique=True))
        if n in middle
    }
    coefficients = tuple(draw(st.floats(0, 0.05)) for _ in range(3))
    lost = set(draw(st.lists(st.sampled_from(names), unique=True, max_size=2)))
    return Tree(supplies, priority, rating, coefficients), loads, lost  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(trees())
def test_balance_of_random_trees(drawn: tuple[Tree, dict[str, float], set[str]]) -> None:
    tree, load, lost = drawn
    sources = " ".join(n for n, above in tree.supplies.items() if not above)
    on = tree.live(sources, " ".join(lost))
    output, inflow = tree.solve(on, load)
    lit = dict(zip(tree.names, on, strict=True))
    taken = dict.fromkeys(tree.names, 0.0)
    share = flow.shares(tree.wires, on)
    for edge, (s, t) in enumerate(zip(tree.wires.supply, tree.wires.taker, strict=True)):
        taken[tree.names[s]] += share[edge] * inflow[tree.names[t]]
    for name in tree.names:
        x = output[name] / tree.rating.get(name, np.inf)
        lost_w = tree.rating.get(name, 0.0) * (
            tree.loss[0] + tree.loss[1] * x + tree.loss[2] * x * x
        )
        own_w = (output[name] + lost_w + load.get(name, 0.0)) * lit[name]
        assert output[name] == pytest.approx(taken[name], rel=1e-12, abs=1e-9)
        assert inflow[name] == pytest.approx(own_w, rel=1e-12, abs=1e-9)
    given_w = sum(inflow[n] for n in sources.split())
    losses = sum(inflow[n] - output[n] - load.get(n, 0.0) for n in tree.names if lit[n])
    assert given_w == pytest.approx(
        sum(w for n, w in load.items() if lit[n]) + losses, rel=1e-9, abs=1e-6
    )


@settings(max_examples=150, deadline=None)
@given(trees())
def test_live_means_a_living_way_to_a_source(
    drawn: tuple[Tree, dict[str, float], set[str]],
) -> None:
    """Against a walk from each node up."""
    tree, _, lost = drawn

    def walk(name: str) -> bool:
        above = tree.supplies[name]
        return name not in lost and (not above or any(map(walk, above)))

    sources = " ".join(n for n, above in tree.supplies.items() if not above)
    assert tree.live(sources, " ".join(lost)).tolist() == [walk(n) for n in tree.names]


@settings(max_examples=100, deadline=None)
@given(trees())
def test_shares_of_a_live_taker_add_up_to_one(
    drawn: tuple[Tree, dict[str, float], set[str]],
) -> None:
    tree, _, lost = drawn
    on = tree.live(" ".join(n for n, above in tree.supplies.items() if not above), " ".join(lost))
    share = flow.shares(tree.wires, on)
    total = np.bincount(tree.wires.taker, weights=share, minlength=len(tree.names))
    fed = np.array([bool(above) for above in tree.supplies.values()])
    assert total[on & fed] == pytest.approx(np.ones((on & fed).sum()))
    assert (total[~on] == 0).all()
    assert set(np.unique(share[tree.wires.priority[tree.wires.taker]])) <= {0.0, 1.0}
