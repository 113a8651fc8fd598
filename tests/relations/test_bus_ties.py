"""A normally open tie carries a board whose own supplies are gone: in a run, and in redundancy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import twin
from tests.planner import answer, asked, faults, happened, loaded, racks_that_fell, written
from tests.power_layouts import facility, load, part, power_only
from twin.cli import main

RATES = dict.fromkeys(("ta", "tb", "tie"), (100000.0, 10.0))


def layout(tie: bool = True, rating_kw: float = 900.0, ups: bool = False) -> dict[str, Any]:
    """Two boards on a transformer each, 400 kW on each, with a tie between."""
    feed = part("grid", "utility_feed")
    parts = [feed]
    for side in "ab":
        parts.append(part(f"t{side}", "transformer_2500", "grid", kw=rating_kw))
        parts.append(part(f"board_{side}", "switchboard_4000", f"t{side}"))
        over = f"board_{side}"
        if ups:
            parts.append(part(f"ups_{side}", "ups_500", over))
            over = f"ups_{side}"
        parts.append(part(f"panel_{side}", "rpp_500", over))
    if tie:
        parts.append({"name": "tie", "type": "ats_4000", "tie": ["board_a", "board_b"]})
    return power_only(parts, [load(f"row_{side}", 400.0, f"panel_{side}") for side in "ab"])


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_lost_transformer_is_carried_by_the_other_after_a_gap(side: str) -> None:
    """The gap is felt without a UPS, on either side alike, and not behind one."""
    lost = faults((600, f"t{side}", 1500))
    run = answer(layout(), faults=lost)
    fell = racks_that_fell(run)
    assert fell == {name for name in fell if name.startswith(f"row_{side}")} != set()
    power = run.frame("power")
    other = "b" if side == "a" else "a"
    late = power[(power.component == f"t{other}") & (power.time_s == 1500.0)]
    assert float(late.power_out_w.iloc[0]) > 790e3
    assert racks_that_fell(answer(layout(ups=True), faults=lost)) == set()
    assert any(part == f"board_{side}" and what == "transfers" for _, part, what in happened(run))


def test_without_a_tie_that_side_stays_dark() -> None:
    run = answer(layout(tie=False), faults=faults((600, "ta", 2400)))
    power = run.frame("power")
    late = power[(power.component == "tb") & (power.time_s == 1500.0)]
    assert float(late.power_out_w.iloc[0]) < 450e3


def points(made: dict[str, Any]) -> set[str]:
    known = {group["name"] for group in made["power"]}
    rates = {name: rate for name, rate in RATES.items() if name in known}
    found = twin.redundancy(facility(made, rates)).as_dict()["single_points_of_failure"]
    return {point["component"] for point in found}


def test_redundancy_counts_on_it_as_far_as_the_other_side_can_carry() -> None:
    assert points(layout(tie=False)) == {"ta", "tb"}
    assert points(layout()) == set()
    assert points(layout(rating_kw=600.0)) == {"ta", "tb"}


def pairs(made: dict[str, Any], rack: str, tmp_path: Path) -> set[frozenset[str]]:
    """Minimal cut sets of two for one rack, through the command."""
    file = written(asked(made), tmp_path)
    out = tmp_path / "out"
    assert main(["redundancy", str(file), "--top", f"rack:{rack}", "--out", str(out)]) == 0
    told = json.loads(next(out.glob("*.json")).read_text(encoding="utf-8"))
    return {frozenset(cut) for cut in told["cut_sets"] if len(cut) == 2}


def dark_at_the_end(made: dict[str, Any], *lost: str) -> set[str]:
    """Rows without power at the end of a run that loses these early on."""
    run = answer(made, faults=faults(*((600 + n, name, 9000) for n, name in enumerate(lost))))
    racks = run.frame("racks")
    last = racks[racks.time_s == racks.time_s.max()]
    return {name.rsplit("_", 1)[0] for name in last.rack[last.on_frac < 0.5]}


def test_a_faulted_board_is_no_way_to_what_feeds_it(tmp_path: Path) -> None:
    """The tie joins the boards: with board_b gone nothing comes over it, though tb is well."""
    made = layout(ups=True)
    assert dark_at_the_end(made, "ta") == set()
    assert dark_at_the_end(made, "board_b") == {"row_b"}
    assert dark_at_the_end(made, "ta", "board_b") == {"row_a", "row_b"}
    found = pairs(made, "row_a_r01", tmp_path)
    assert {frozenset(("ta", "board_b")), frozenset(("ta", "tb"))} <= found


def test_what_is_behind_an_open_tie_is_no_least_supply(tmp_path: Path) -> None:
    """One transformer of two is not enough for board_a: the tie closes, if the other side is."""
    made = layout(ups=True)
    made["power"][1] |= {"count": 2, "rating": "500 kW"}
    made["power"][2] |= {"minimum_supply": "800 kW"}
    run = answer(made, faults=faults((600, "ta_1", 9000)))
    power = run.frame("power")
    last = power[power.time_s == power.time_s.max()].set_index("component").power_out_w
    assert last["ta_2"] == 0.0
    assert last["tb"] > 790e3
    assert dark_at_the_end(made, "ta_1") == set()
    assert dark_at_the_end(made, "ta_1", "tb") == {"row_a", "row_b"}
    assert dark_at_the_end(made, "tb") == set()
    found = pairs(made, "row_a_r01", tmp_path)
    assert {frozenset((t, "tb")) for t in ("ta_1", "ta_2")} <= found
    assert frozenset(("ta_1", "ta_2")) not in found


def test_a_tie_that_never_closes_is_refused_and_so_is_a_preference_that_never_carries() -> None:
    made = layout()
    made["power"][2] |= {"minimum_supply": "800 kW"}
    made["power"][5] |= {"minimum_supply": "800 kW"}
    made["power"][7] |= {"rating": "700 kW"}
    with pytest.raises(twin.InputError, match="'tie' that never closes"):
        twin.build(loaded(asked(made)))
    swing = {"fed_by": ["ta", "tb"], "mode": "priority", "minimum_supply": "1 MW"}
    made = layout(tie=False)
    made["power"][5] |= swing
    with pytest.raises(twin.InputError, match="of one entry of fed_by"):
        twin.build(loaded(asked(made)))


def test_three_boards_in_a_ring_of_ties_are_no_mesh() -> None:
    made = layout()
    feeds = [
        part("tc", "transformer_2500", "grid", kw=900.0),
        part("board_c", "switchboard_4000", "tc"),
        part("panel_c", "rpp_500", "board_c"),
        {"name": "tie_bc", "type": "ats_4000", "tie": ["board_b", "board_c"]},
        {"name": "tie_ca", "type": "ats_4000", "tie": ["board_c", "board_a"]},
    ]
    made["power"] += feeds
    made["halls"][0]["rows"][0]["fed_by"] = ["panel_c"]
    assert twin.build(loaded(asked(made)))


@pytest.mark.parametrize(
    ("tie", "told"),
    [
        ({"tie": ["board_a", "bord_b"]}, "did you mean 'board_b'"),
        ({"tie": ["board_a", "board_a"]}, "two different boards"),
        ({"tie": ["board_a", "board_b"], "fed_by": ["grid"]}, "feeds for 'tie', a tie"),
        ({"tie": ["board_a", "panel_a"]}, "a ring of feeds"),
    ],
)
def test_what_is_no_tie_is_refused(tie: dict[str, Any], told: str) -> None:
    made = layout(tie=False)
    made["power"].append({"name": "tie", "type": "ats_4000", **tie})
    with pytest.raises(twin.InputError, match=told):
        twin.build(loaded(asked(made)))


def test_a_breaker_that_opens_after_the_one_above_is_remarked() -> None:
    """A panel of 500 kW below a quicker one of 550 kW that feeds another one as well."""
    quick = {"trip_constant_s": 60.0}
    feed = part("grid", "utility_feed")
    upper = part("upper", "rpp_500", "grid", kw=550.0, overrides=quick)
    lower = part("lower", "rpp_500", "upper", count=2)
    made = power_only([feed, upper, lower], [load("row", 300.0, "lower_1")])
    found = [f for f in twin.check(loaded(asked(made)))["findings"] if f["code"] == "not_selective"]
    (said,) = found
    assert said["component"] == "lower_1"
    assert "upper above it opens after" in said["says"]
    made["power"][1] |= {"rating": "4000 kW", "overrides": {"trip_constant_s": 240.0}}
    again = twin.check(loaded(asked(made)))["findings"]
    assert not [f for f in again if f["code"] == "not_selective"]
