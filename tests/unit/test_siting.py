"""Where automatic placement puts things, and what the search for boxes in one another finds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from twin.catalogue import shipped
from twin.facility import build
from twin.facility.space.geometry import GAP_MIN_M, clashes, lines
from twin.facility.space.siting import GAP_M, ROAD_M, WALL_M, hall_served, places
from twin.scenario import load
from twin.scenario.schema.layout import Layout

PLANT = {
    "name": "water",
    "type": "dry_cooler_1000",
    "count": 2,
    "fed_by": "utility",
    "supply_temperature": "30 °C",
}


def hall(name: str, x: float, **more: Any) -> dict[str, Any]:
    rows = [
        {
            "name": f"row_{name}",
            "racks": "2 x gb200_nvl72",
            "at": ["4 m", "4 m"],
            "fed_by": "utility",
        }
    ]
    return {
        "name": name,
        "size": ["14 m", "12 m", "4 m"],
        "at": [f"{x} m", "0 m"],
        "rows": rows,
        **more,
    }


def layout(
    power: list[dict[str, Any]], loops: Any = (), air: Any = (), plant: Any = (PLANT,)
) -> Layout:
    return Layout.model_validate(
        {
            "name": "site",
            "halls": [hall("east", 20.0), hall("west", 0.0)],
            "power": [{"name": "utility", "type": "utility_feed"}, *power],
            "cooling": {"loops": loops, "air": air, "plant": plant},
        }
    )


def test_a_line_is_centred_and_keeps_the_gap_asked_for() -> None:
    assert list(lines([1.0, 1.0, 1.0], 10.0, 0.5)) == [[-1.5, 0.0, 1.5]]


def test_a_line_that_is_tight_shrinks_its_gaps_before_it_wraps() -> None:
    (line,) = lines([1.0] * 4, 4.6, 0.9)
    assert np.diff(line).tolist() == pytest.approx([1.2] * 3)
    assert [len(line) for line in lines([1.0] * 4, 4.2, 0.9)] == [3, 1]
    assert np.diff(next(iter(lines([1.0] * 4, 3.2, 0.9)))).tolist() == pytest.approx(
        [1 + GAP_MIN_M] * 2
    )


def test_one_that_is_too_long_for_the_wall_stands_alone() -> None:
    assert [line == pytest.approx([0.0]) for line in lines([12.0, 1.0], 5.0, 0.9)] == [True, True]


def test_clashes_are_those_that_every_pair_shows() -> None:
    """Against all pairs, on boxes at random: a box is named if and only if it overlaps one that
    stands.
    """
    draw = np.random.default_rng(3)
    for _ in range(50):
        centre = draw.uniform(0, 10, (12, 2))
        size = draw.uniform(0.3, 3.0, (12, 2))
        apart = np.abs(centre[:, None] - centre[None])
        over = (apart < (size[:, None] + size[None]) / 2 - 2e-6).all(axis=2) & ~np.eye(
            12, dtype=bool
        )
        found = clashes(centre, size, 100)
        assert all(over[a, b] for a, b in found)
        standing = sorted(set(range(12)) - {b for _, b in found})
        assert not over[np.ix_(standing, standing)].any()


def test_boxes_that_touch_do_not_clash() -> None:
    assert clashes(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.ones((3, 2))) == []


def test_a_crowd_in_one_place_is_told_by_its_first_few() -> None:
    assert clashes(np.zeros((8000, 2)), np.ones((8000, 2)), 5) == [
        (0, 1),
        (0, 2),
        (0, 3),
        (0, 4),
        (0, 5),
    ]


def test_panels_stand_in_the_hall_they_name_or_in_that_around_their_place_or_in_the_first() -> None:
    found = places(
        layout(
            [
                {"name": "named", "type": "rpp_500", "hall": "west", "fed_by": "utility"},
                {"name": "placed", "type": "rpp_500", "at": [3.0, 1.0], "fed_by": "utility"},
                {"name": "told", "type": "rpp_500", "fed_by": "utility"},
                {"name": "apart", "type": "rpp_500", "at": [-50.0, 1.0], "fed_by": "utility"},
            ]
        ),
        shipped(),
    )
    assert {name: found[name].hall for name in ("named", "placed", "told", "apart")} == {
        "named": "west",
        "placed": "west",
        "told": "east",
        "apart": "",
    }
    assert found["placed"].centre_m == (3.0, 1.0, 0.0)
    assert 0 < found["named"].centre_m[0] < 14
    assert 20 < found["told"].centre_m[0] < 34


def test_coolant_units_of_two_halls_start_anew_in_each() -> None:
    loops = [
        {
            "name": f"cdu_{h}",
            "type": "cdu_600",
            "serves": f"row_{h}",
            "fed_by": "utility",
            "plant": "water",
        }
        for h in ("east", "west")
    ]
    site = layout([], loops)
    found = places(site, shipped())
    assert [hall_served(site, loop) for loop in site.cooling.loops] == ["east", "west"]
    assert found["cdu_east"].centre_m[0] - found["cdu_west"].centre_m[0] == pytest.approx(20.0)
    assert found["cdu_east"].centre_m[1] == pytest.approx(12.0 - WALL_M - 0.6)


def test_air_handlers_of_two_groups_share_the_walls() -> None:
    air = [
        {
            "name": f"crah_{k}",
            "type": "crah_100",
            "count": 3,
            "hall": "west",
            "fed_by": "utility",
            "plant": "water",
        }
        for k in "ab"
    ]
    found = places(layout([], air=air), shipped())
    units = [found[f"crah_{k}_{i}"] for k in "ab" for i in (1, 2, 3)]
    assert [unit.centre_m[0] < 7.0 for unit in units] == [True] * 3 + [False] * 3
    boxes = (
        np.array([unit.centre_m[:2] for unit in units]),
        np.array([unit.size_m[:2] for unit in units]),
    )
    assert clashes(*boxes) == []
    assert np.diff([unit.centre_m[1] for unit in units[:3]]).tolist() == pytest.approx(
        [2.55 + GAP_M] * 2
    )


def test_outside_the_ranks_follow_one_another_away_from_the_halls() -> None:
    power = [
        {"name": kind, "type": type_, "count": 9, "fed_by": "utility"}
        for kind, type_ in (
            ("generator", "genset_2500"),
            ("ups", "ups_500"),
            ("high", "mv_switchgear_30mw"),
            ("board", "switchboard_4000"),
            ("transformer", "transformer_2500"),
        )
    ]
    found = places(layout(power), shipped())
    edges = {}
    for kind in ("ups", "board", "transformer", "generator", "high", "utility"):
        mine = [place for name, place in found.items() if name.partition("_")[0] == kind]
        ends = [p.centre_m[1] + side * p.size_m[1] / 2 for p in mine for side in (1, -1)]
        edges[kind] = (max(ends), min(ends))
    order = [edge for pair in edges.values() for edge in pair]
    assert order[0] == pytest.approx(-ROAD_M)
    assert order == sorted(order, reverse=True)


def test_the_plant_stands_north_of_the_halls_or_where_it_is_told() -> None:
    found = places(
        layout([], plant=[PLANT, {**PLANT, "name": "cold", "at": [60.0, -5.0]}]), shipped()
    )
    assert found["water_1"].centre_m[1] - 6.0 == pytest.approx(12.0 + ROAD_M)
    assert found["cold_1"].centre_m == (60.0, -5.0, 0.0)
    assert found["cold_2"].centre_m == pytest.approx((60.0 + 2.4 + GAP_M, -5.0, 0.0))


def test_rows_end_where_nobody_stands_beside_them() -> None:
    """Servers, coolers and support racks of the edge room join in two lines: four ends and a rack
    beside a free place, whose air comes round twice as much.
    """
    built = build(load(Path(__file__).parents[2] / "layouts" / "edge_200kw.yaml"))
    racks = built.racks
    air = built.cooling.air
    back = air.recirculation_frac[air.zone_of_rack]
    assert {name for name, frac in zip(racks.id, back, strict=True) if frac > back.min()} == {
        "server_r01",
        "server_r09",
        "support_r05",
        "support_r09",
        "support_r10",
    }
    assert back.max() == pytest.approx(2 * back.min())


@pytest.mark.parametrize(
    "name", ["gb200_su", "frontier", "superpod_b200", "edge_200kw", "campus_20mw"]
)
def test_every_member_of_a_shipped_layout_has_a_place(name: str) -> None:
    plan = load(Path(__file__).parents[2] / "layouts" / f"{name}.yaml").plan
    groups = [*plan.power, *plan.cooling.loops, *plan.cooling.air, *plan.cooling.plant]
    assert len(places(plan, shipped())) == sum(group.count for group in groups)


@pytest.mark.parametrize(
    ("rows_fed_by", "stands_in"),
    [
        ({"west": "rpp", "east": "utility"}, "west"),
        ({"west": "busway", "east": "utility"}, "west"),  # through another group
        ({"west": "rpp_2", "east": "utility"}, "west"),  # by one member
        ({"west": "rpp", "east": "rpp"}, "east"),  # racks in both: the first hall
        ({"west": "utility", "east": "utility"}, "east"),  # none
    ],
)
def test_panels_without_a_hall_stand_in_that_of_their_racks(
    rows_fed_by: dict[str, str], stands_in: str
) -> None:
    """Panels of the second hall stood in the first one."""
    power = [
        {"name": "rpp", "type": "rpp_500", "count": 2, "fed_by": "utility"},
        {"name": "busway", "type": "rpp_500", "fed_by": "rpp"},
    ]
    held = layout(power).model_dump(mode="json")
    for one in held["halls"]:
        one["rows"][0]["fed_by"] = [{"source": rows_fed_by[one["name"]]}]
    found = places(Layout.model_validate(held), shipped())
    assert {found["rpp_1"].hall, found["rpp_2"].hall} == {stands_in}
