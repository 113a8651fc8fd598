"""A board that names generators beside utilities stands on one kind at a time, utilities first,
whatever its mode and the order of `fed_by`: as built, in redundancy, and in a run.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import twin
from tests.planned import dark_in_the_end
from tests.planner import asked, loaded, written
from tests.power_layouts import facility, load, part, power_only
from twin.cli import main
from twin.facility.power.loading import loading

KEYS: list[dict[str, Any]] = [{}, {"mode": "priority"}]


def site(*feeds: str, tie: bool = False, **keys: Any) -> dict[str, Any]:
    """Two boards of 450 kW on a transformer each and a generator of 500 kW that both name."""
    parts = [part("u", "utility_feed"), part("gen", "genset_2000", kw=500.0)]
    parts.append(part("bus", "switchboard_4000", "gen", kw=500.0))
    for n in "ab":
        named = [feed.replace("t", f"t{n}") for feed in feeds]
        parts.append(part(f"t{n}", "transformer_2500", "u", kw=1000.0))
        parts.append(part(f"b{n}", "switchboard_4000", *named, kw=900.0, **keys))
    if tie:
        parts.append({"name": "tie", "type": "ats_4000", "tie": ["ba", "bb"]})
    return power_only(parts, [load(f"r{n}", 450.0, f"b{n}") for n in "ab"])


def told(layout: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What `twin redundancy` writes."""
    out = folder / "out"
    assert main(["redundancy", str(written(asked(layout), folder)), "--out", str(out)]) == 0
    found: dict[str, Any] = json.loads(next(out.glob("*.json")).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("keys", KEYS, ids=["share", "priority"])
@pytest.mark.parametrize("feeds", [("t", "bus"), ("bus", "t")])
def test_generators_carry_nothing_as_built_and_one_board_after_one_loss(
    feeds: tuple[str, ...], keys: dict[str, Any], tmp_path: Path
) -> None:
    layout = site(*feeds, **keys)
    built = facility(layout)
    normal_w = dict(zip(built.power.id, loading(built).output_w.tolist(), strict=True))
    assert normal_w["gen"] == 0.0
    assert normal_w["ta"] == pytest.approx(450e3, rel=1e-3)
    found = told(layout, tmp_path)
    points = {point["component"] for point in found["single_points_of_failure"]}
    assert points == {"u", "ba", "bb"} | {p for p in points if p.startswith("mech")}
    run = twin.start(facility(layout))
    run.until(60.0)
    assert dark_in_the_end(run, ("ta",)) == set()
    assert {name[:2] for name in dark_in_the_end(run, ("ta", "tb"))} == {"ra", "rb"}


def test_they_count_towards_a_least_supply_by_themselves() -> None:
    """500 kW of generators beside 1,000 of a transformer are not 1,500 kW."""
    with pytest.raises(
        twin.InputError, match="at most the 500 kW of its utilities or of its generators"
    ):
        twin.build(loaded(asked(site("t", "bus", minimum_supply="550 kW"))))
    assert twin.build(loaded(asked(site("t", "bus", minimum_supply="500 kW"))))


def test_no_tie_carries_generators_by_way_of_their_bus(tmp_path: Path) -> None:
    """One board has generators, the other none: without a utility the other is dark."""
    layout = site("t", "bus", tie=True)
    (board,) = (group for group in layout["power"] if group["name"] == "bb")
    board["fed_by"] = ["tb"]
    run = twin.start(facility(layout))
    run.until(60.0)
    assert {name[:2] for name in dark_in_the_end(run, ("ta", "tb"))} == {"rb"}
    cuts = {frozenset(cut) for cut in told(layout, tmp_path)["cut_sets"]}
    assert frozenset(("ta", "tb")) in cuts


def test_a_tie_joins_boards_on_generators_alone(tmp_path: Path) -> None:
    """The bus of the one has lost its set: it is carried by the other's, whose board is whole."""
    layout = site("t", "bus")
    layout["power"][1]["name"] = "gen_a"
    layout["power"][2] |= {"name": "bus_a", "fed_by": ["gen_a"]}
    layout["power"] += [
        part("gen_b", "genset_2000", kw=1000.0),
        part("bus_b", "switchboard_4000", "gen_b"),
        {"name": "tie", "type": "ats_4000", "tie": ["bus_a", "bus_b"]},
    ]
    for board in (group for group in layout["power"] if group["name"] in ("ba", "bb")):
        board["fed_by"] = [f"t{board['name'][-1]}", f"bus_{board['name'][-1]}"]
    run = twin.start(facility(layout))
    run.until(60.0)
    assert dark_in_the_end(run, ("u", "gen_a")) == set()
    for lost in (("u", "gen_a", "tie"), ("u", "gen_a", "bus_b"), ("u", "bus_a")):
        assert "ra" in {name[:2] for name in dark_in_the_end(run, lost)}, lost
    cuts = {frozenset(cut) for cut in told(layout, tmp_path)["cut_sets"]}
    assert {frozenset(("u", "gen_b")), frozenset(("u", "bus_a"))} <= cuts
    assert frozenset(("u", "gen_a")) not in cuts
