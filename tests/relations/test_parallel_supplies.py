"""What stands in parallel shares by impedance, and a preference is an entry of `fed_by`: in the
design's loading, in a run and in redundancy alike.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import twin
from tests.planner import answer, asked, faults, loaded, racks_that_fell
from tests.power_layouts import facility, load, part, power_only

LOAD_KW = 1200.0
BOARD_LOSS = 1.0005


def transformers(first_frac: float, second_frac: float, kw: float = 2500.0) -> dict[str, Any]:
    """A board on two transformers of these impedances."""
    each = [
        part(name, "transformer_2500", "grid", kw=kw, overrides={"impedance_frac": frac})
        for name, frac in (("first", first_frac), ("second", second_frac))
    ]
    board = part("board", "switchboard_4000", "first", "second")
    panel = part("panel", "rpp_500", "board", kw=2500.0)
    feed = part("grid", "utility_feed")
    return power_only([feed, *each, board, panel], [load("row", LOAD_KW, "panel")])


def output_w(layout: dict[str, Any], *names: str) -> list[float]:
    """Highest outputs of components in a run, W."""
    power = answer(layout).frame("power")
    return [float(power.power_out_w[power.component == name].max()) for name in names]


def test_unequal_transformers_share_by_admittance_in_design_and_run() -> None:
    layout = transformers(0.04, 0.08)
    rows = {row["component"]: row for row in twin.check(loaded(asked(layout)))["power"]}
    for first_w, second_w in (
        (rows["first"]["load_w"], rows["second"]["load_w"]),
        output_w(layout, "first", "second"),
    ):
        assert first_w / second_w == pytest.approx(2.0, rel=1e-9)


def test_equal_ones_share_as_if_nothing_were_known() -> None:
    first_w, second_w = output_w(transformers(0.06, 0.06), "first", "second")
    assert first_w == second_w


def test_the_overload_of_the_stiffer_one_is_found() -> None:
    """Half of the load each would be 605 kW; at two thirds the stiffer one is above 700 kW."""
    with pytest.raises(twin.InputError) as refused:
        twin.build(loaded(asked(transformers(0.04, 0.08, kw=700.0))))
    assert "first rated 700 kW under a peak load of 8" in str(refused.value)
    assert twin.build(loaded(asked(transformers(0.06, 0.06, kw=700.0))))


def three(*fracs: float) -> dict[str, Any]:
    """A board on three transformers of 600 kW, one of them perhaps stiffer."""
    each = [
        part(f"t{n}", "transformer_2500", "grid", kw=600.0, overrides={"impedance_frac": frac})
        for n, frac in enumerate(fracs, start=1)
    ]
    board = part("board", "switchboard_4000", "t1", "t2", "t3")
    panel = part("panel", "rpp_500", "board", kw=2500.0)
    feed = part("grid", "utility_feed")
    return power_only([feed, *each, board, panel], [load("row", 1180.0, "panel")])


@pytest.mark.parametrize(
    ("fracs", "fatal"), [((0.06, 0.06, 0.06), set()), ((0.04, 0.08, 0.08), {"t2", "t3"})]
)
def test_redundancy_and_run_follow_the_same_shares(
    fracs: tuple[float, ...], fatal: set[str]
) -> None:
    """Two that are left carry half each where they are alike; a stiffer one carries two thirds,
    132 % of its rating, trips, and leaves all to the other.
    """
    layout = three(*fracs)
    rates = dict.fromkeys(("t1", "t2", "t3"), (100000.0, 10.0))
    points = twin.redundancy(facility(layout, rates)).as_dict()["single_points_of_failure"]
    assert {point["component"] for point in points} == fatal
    for name in rates:
        run = answer(layout, horizon="1 h", faults=faults((600, name, 3000)))
        assert bool(racks_that_fell(run)) == (name in fatal)


def entries(mode_feeds: list[str]) -> dict[str, Any]:
    """A switch that prefers three modules to a reserve."""
    feed = part("grid", "utility_feed")
    modules = part("module", "ups_500", "grid", count=3)
    reserve = part("reserve", "ups_1500", "grid")
    switch = part("sts", "sts_1000", *mode_feeds, mode="priority", kw=1300.0)
    panel = part("panel", "rpp_500", "sts", kw=1300.0)
    return power_only([feed, modules, reserve, switch, panel], [load("row", 900.0, "panel")])


def test_a_group_named_first_is_one_preference() -> None:
    layout = entries(["module", "reserve"])
    shared = output_w(layout, "module_1", "module_2", "module_3", "reserve")
    assert shared[:3] == pytest.approx([shared[0]] * 3)
    assert shared[0] == pytest.approx(900e3 / 3, rel=0.02)
    assert shared[3] == 0.0
    alone = output_w(entries(["reserve", "module"]), "module_1", "reserve")
    assert alone[0] == 0.0
    assert alone[1] > 900e3


def test_one_of_the_group_lost_is_no_transfer_and_all_of_them_are() -> None:
    layout = entries(["module", "reserve"])
    one = answer(layout, faults=faults((600, "module_1", 1200)))
    power = one.frame("power")
    left = power[(power.component == "module_2") & (power.time_s == 900.0)].power_out_w
    assert float(left.iloc[0]) == pytest.approx(450e3, rel=0.02)
    listed = [(600, f"module_{n}", 1200) for n in (1, 2, 3)]
    every = answer(layout, faults=faults(*listed)).frame("power")
    taken = every[(every.component == "reserve") & (every.time_s == 900.0)].power_out_w
    assert float(taken.iloc[0]) > 900e3


def test_static_view_counts_the_group_as_one_preference_too() -> None:
    rates = {f"module_{n}": (1e5, 10.0) for n in (1, 2, 3)} | {"reserve": (1e5, 10.0)}
    found = twin.redundancy(facility(entries(["module", "reserve"]), rates)).as_dict()
    assert found["single_points_of_failure"] == []


def test_a_length_makes_the_loss_of_a_busway() -> None:
    """0.06 milliohm a metre, 50 m, 415 V: 3 I^2 R of 900 kW over three of them."""
    feed = part("grid", "utility_feed")
    busway = part("busway", "busway_800a", "grid", count=3, length="50 m")
    layout = power_only([feed, busway], [load("row", 900.0, "busway")])
    power = answer(layout).frame("power")
    mine = power[power.component == "busway_1"]
    expected = 3e-3 * (300e3 / 415.0) ** 2
    assert np.allclose(mine.power_in_w - mine.power_out_w, expected, rtol=1e-9)


def test_a_length_of_a_panel_is_refused() -> None:
    layout = entries(["module", "reserve"])
    layout["power"][4]["length"] = "20 m"
    with pytest.raises(twin.InputError, match="length for a rpp"):
        twin.build(loaded(asked(layout)))
