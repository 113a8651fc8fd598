"""Claim: an open ring of boards is fed from either end: graph, cascade and run say alike who is
dark after every loss and pair, what the half that is left carries, and how long boards are open.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twin
from tests.planned import Draw, dark_in_the_end, kw
from tests.planner import answer, asked, faults, happened, loaded
from tests.power_layouts import facility, load, part, power_only
from twin.analysis.continuity import interruptions
from twin.errors import InputError
from twin.facility.dependency import dependency
from twin.facility.power.loading import loading
from twin.physics.reliability.contingency import down_nodes
from twin.present.exports import TOOLS, write_export
from twin.present.exports.network import export_network

MV = "mv_switchgear_30mw"


def ring(
    loads_kw: list[float],
    open_at: int | None = None,
    section_kw: float = 5000.0,
    ends: tuple[str, str] = ("fa", "fb"),
    **keys: Any,
) -> dict[str, Any]:
    """Two feeders, boards in a row between them with a row of racks each."""
    parts = [part("ua", "utility_feed"), part("ub", "utility_feed")]
    parts += [part(f"f{n}", MV, f"u{n}", kw=20000.0) for n in "ab"]
    names = [f"m{k}" for k in range(1, len(loads_kw) + 1)]
    parts += [part(name, MV, kw=9000.0) for name in names]
    parts += [part(f"b{name}", "transformer_2500", name, kw=3000.0) for name in names]
    stated = {"ends": list(ends), "boards": names} | ({"open": open_at} if open_at else {}) | keys
    parts.append(part("ring", MV, kw=section_kw, count=len(names) + 1, ring=stated))
    racks = zip(names, loads_kw, strict=True)
    return power_only(parts, [load(f"l{name}", each_kw, f"b{name}") for name, each_kw in racks])


def dark_rows(built: twin.Facility, *lost: str) -> set[str]:
    gates = dependency(built)
    down = down_nodes(gates, [[gates.index[name] for name in lost]])
    named = {rack for rack in built.racks.id if down[gates.index[rack], 0]}
    return {name.rsplit("_", 1)[0] for name in named}


def by_hand(loads_kw: list[float], open_at: int, section_kw: float, lost: Collection[str]) -> bool:
    """Whether a row is dark: boards in a line, each taking from its own side, else from the other;
    a section trips above 1.05 of its rating, the most loaded first.
    """
    count = len(loads_kw)
    out = set(lost)
    while True:
        east = [False] * (count + 2)
        west = [False] * (count + 2)
        for k in range(1, count + 1):
            before = {"ua", "fa"} if k == 1 else {f"m{k - 1}"}
            east[k] = (k == 1 or east[k - 1]) and not out & {*before, f"ring_{k}"}
        for k in range(count, 0, -1):
            after = {"ub", "fb"} if k == count else {f"m{k + 1}"}
            west[k] = (k == count or west[k + 1]) and not out & {*after, f"ring_{k + 1}"}
        carried = dict.fromkeys(range(1, count + 2), 0.0)
        dark = False
        for k in range(1, count + 1):
            side = (east[k], west[k])
            if not any(side) or out & {f"m{k}", f"bm{k}"}:
                dark = True
                continue
            eastward = side[0] if k < open_at else not side[1]
            for section in range(1, k + 1) if eastward else range(k + 1, count + 2):
                carried[section] += loads_kw[k - 1]
        over = {s: w for s, w in carried.items() if w > 1.05 * section_kw}
        if not over:
            return dark
        out.add(f"ring_{max(over, key=lambda s: over[s])}")


def drawn(draw: Draw) -> tuple[list[float], int, float]:
    """Loads, the open section, and a rating: enough for a half, and now and then for the whole."""
    loads_kw = [kw(draw, 4, 20, 45.0) for _ in range(int(draw.integers(1, 5)))]
    open_at = int(draw.integers(1, len(loads_kw) + 2))
    most = max(sum(loads_kw[: open_at - 1]), sum(loads_kw[open_at - 1 :]))
    return loads_kw, open_at, float(draw.uniform(1.0, 1.4)) * most * 1.01


@pytest.mark.parametrize("first", range(0, 60, 12))
def test_every_loss_and_pair_by_hand(first: int) -> None:
    for seed in range(first, first + 12):
        loads_kw, open_at, section_kw = drawn(np.random.default_rng([seed, 5]))
        built = facility(ring(loads_kw, open_at, section_kw))
        names = [n for n in built.power.id[: built.power.equipment] if not n.startswith("mech")]
        names = [name for name in names if not name.endswith("_back")]
        alone = {name: by_hand(loads_kw, open_at, section_kw, {name}) for name in names}
        for name, dark in alone.items():
            assert bool(dark_rows(built, name)) == dark, (seed, name)
        for pair in combinations(names, 2):
            if not any(alone[name] for name in pair):
                dark = by_hand(loads_kw, open_at, section_kw, pair)
                assert bool(dark_rows(built, *pair)) == dark, (seed, pair)


@pytest.mark.parametrize("seed", range(4))
def test_who_has_power_in_the_end_of_a_run(seed: int) -> None:
    """Every single loss, and four pairs of survivable ones."""
    draw = np.random.default_rng([seed, 6])
    built = facility(ring(*drawn(draw)))
    names = [n for n in built.power.id[: built.power.equipment] if not n.startswith("mech")]
    names = [n for n in names if not n.endswith("_back")]
    pairs = [p for p in combinations(names, 2) if not any(dark_rows(built, n) for n in p)]
    chosen = [pairs[place] for place in draw.permutation(len(pairs))[:4].tolist()]
    run = twin.start(built)
    run.until(60.0)
    for lost in [*((name,) for name in names), *chosen]:
        dark = {name.rsplit("_", 1)[0] for name in dark_in_the_end(run, lost)}
        assert dark == dark_rows(built, *lost), lost


@pytest.mark.parametrize("lost", ["ua", "fa", "ring_1", "ring_2", "m1"])
def test_boards_are_open_for_the_switching_time_all_at_once(lost: str) -> None:
    """Those behind the loss, for 1 s until it is believed and 90 s of switching; on the way back
    for 90 s again. Sections carry what hangs on them, from the other end.
    """
    loads_kw = [400.0, 500.0, 600.0, 700.0]
    made = ring(loads_kw, 5, switching="90 s")
    run = answer(made, horizon="80 min", faults=faults((600.0, lost, 1800.0)))
    assert abs(run.summary["energy_balance_residual_frac"]) < 1e-9
    first = {"ua": 1, "fa": 1, "ring_1": 1, "ring_2": 2, "m1": 2}[lost]
    behind = {f"m{k}" for k in range(first, 5)}
    moves = {(at, who) for at, who, what in happened(run) if what == "transfers"}
    assert {who for at, who in moves if at == 601.0} == behind
    assert {who for at, who in moves if at == 2400.0} == behind
    boot_s = 300.0
    racks = [(at, who, what) for at, who, what in happened(run) if what in ("off", "on")]
    fell = {who.split("_")[0][1:]: at for at, who, what in racks if what == "off" and at < 900}
    back = {who.split("_")[0][1:]: at for at, who, what in racks if what == "on" and at < 1200}
    assert set(fell) == behind | ({lost} & {"m1"})
    assert back == dict.fromkeys(behind, 601.0 + 90.0 + boot_s)
    again = {who.split("_")[0][1:]: at for at, who, what in racks if what == "on" and at > 2400}
    assert {again[name] for name in behind} == {2400.0 + 90.0 + boot_s}
    power = run.frame("power").query("time_s == 2100").set_index("component").power_out_w / 1e3
    left = [load if lost != f"m{k}" else 0.0 for k, load in enumerate(loads_kw, start=1)]
    moved = left[first - 1 :]
    assert power["ring_5"] == pytest.approx(sum(moved), rel=0.02)
    assert power["ring_4_back"] == pytest.approx(sum(moved[:-1]), rel=0.02)
    assert power["ring_4"] == 0.0
    assert power["fb"] == pytest.approx(sum(moved), rel=0.02)


def test_boards_behind_a_ring_that_go_over_to_a_tie_leave_it_its_switching_time() -> None:
    """Boards of the ring and those below give up what died at the same moment. Two of the three
    below hang on a tie for the 90 s in which the ring is open; the third has none and is dark.
    """
    made = ring([45.0, 60.0, 75.0, 90.0], 2, switching="90 s")
    rows = made["halls"][0]["rows"]
    for k in range(1, 5):
        made["power"].append(part(f"lv{k}", "switchboard_4000", f"bm{k}"))
        rows[k - 1]["fed_by"] = [f"lv{k}"]
    made["power"].append({"name": "tie", "type": "ats_4000", "tie": ["lv1", "lv2"]})
    run = answer(made, horizon="80 min", faults=faults((600.0, "fb", 1800.0)))
    moves = [(at, who) for at, who, what in happened(run) if what == "transfers"]
    behind = [(at, name) for at in (601.0, 2400.0) for name in ("m2", "m3", "m4")]
    assert [move for move in moves if move[1].startswith("m")] == behind
    tied = [at for at, who in moves if who == "lv2"]
    assert tied == pytest.approx([601.0, 691.0, 2401.0, 2490.0])
    back = {
        who.split("_")[0]: round(at, 3)
        for at, who, what in happened(run)
        if what == "on" and at < 2000
    }
    assert back == {"lm2": 991.1, "lm3": 991.0, "lm4": 991.0}  # open for 0.1 s on its way back


def test_continuity_says_what_the_switching_costs() -> None:
    """Racks behind the loss restart twice, at the loss and on the way back; the others never."""
    built = facility(ring([400.0, 500.0, 600.0], 4, switching="90 s"))
    found = interruptions(built)
    row = {name: place for place, name in enumerate(built.power.id)}
    for lost, behind in (("ua", {1, 2, 3}), ("ring_2", {2, 3}), ("ring_4", set()), ("ub", set())):
        p = row[lost]
        named = {f"lm{k}" for k in behind}
        for mask in (found.at_loss[p], found.at_return[p]):
            assert {built.racks.id[r].rsplit("_", 1)[0] for r in np.flatnonzero(mask)} == named
        assert not found.for_good[p].any()
        assert found.gap_s[p] == pytest.approx(91.0 if behind else 0.0)


@pytest.mark.parametrize(
    ("lost", "ahead", "behind"),
    [
        ("ring_1", set(), {1, 2, 3}),
        ("ring_2", {1}, {2, 3}),
        ("ring_3", {1, 2}, {3}),
        ("m2", {1}, {3}),
        ("m3", {1, 2}, set()),
        ("ring_4", set(), set()),
        ("m4", set(), set()),
        ("fa", set(), {1, 2, 3}),
    ],
)
def test_a_fault_opens_the_whole_half_where_that_is_what_clears_it(
    lost: str, ahead: set[int], behind: set[int]
) -> None:
    """Boards ahead of it are dead for as long as those behind it, which change over: 1 s and 90 s
    of switching. On the way back these are open again, and those ahead are not.
    """
    loads_kw = [400.0, 500.0, 600.0, 700.0]
    made = ring(loads_kw, 4, switching="90 s", clears="half")
    run = answer(made, horizon="80 min", faults=faults((600.0, lost, 1800.0)))
    assert abs(run.summary["energy_balance_residual_frac"]) < 1e-9
    racks = [(at, who, what) for at, who, what in happened(run) if what in ("off", "on")]
    fell = {who.split("_")[0][1:] for at, who, what in racks if what == "off" and at < 900}
    own = {lost} & {f"m{k}" for k in range(1, 5)}
    assert fell == {f"m{k}" for k in ahead | behind} | own
    back = {who.split("_")[0][1:]: at for at, who, what in racks if what == "on" and at < 1200}
    assert back == dict.fromkeys({f"m{k}" for k in ahead | behind}, 601.0 + 90.0 + 300.0)
    again = {who.split("_")[0][1:] for at, who, what in racks if what == "off" and at > 2000}
    assert again == {f"m{k}" for k in behind}
    built = facility(made)
    found = interruptions(built)
    p = built.power.id.index(lost)
    for mask, boards in ((found.at_loss[p], ahead | behind), (found.at_return[p], behind)):
        named = {built.racks.id[r].rsplit("_", 1)[0] for r in np.flatnonzero(mask)}
        assert named == {f"lm{k}" for k in boards}


def test_a_part_taken_out_by_hand_opens_nothing_else() -> None:
    made = ring([400.0, 500.0, 600.0], 4, clears="half")
    drill = {"kind": "isolate", "component": "ring_3", "at": "10 min", "duration": "5 min"}
    run = answer(made, horizon="30 min", drills=[drill])
    assert {who.split("_")[0] for _, who, what in happened(run) if what == "off"} == {"lm3"}


def test_the_half_that_is_left_is_checked() -> None:
    """1,500 kW on sections of 1,000: fine as built, 1.5 times the last section after either loss,
    which trips; and told by the loading of every single loss.
    """
    built = facility(ring([800.0, 700.0], 2, section_kw=1000.0))
    assert dark_rows(built, "fa") == {"lm1", "lm2"}
    assert loading(built).live.all()
    after = loading(built, built.power.id.index("fa"))
    at = built.power.id.index
    assert after.output_w[at("ring_3")] == pytest.approx(1.5e6, rel=0.02)
    assert after.output_w[at("ring_2_back")] + after.output_w[at("ring_2")] == pytest.approx(
        0.8e6, rel=0.02
    )
    wide = facility(ring([800.0, 700.0], 2, section_kw=1600.0))
    assert dark_rows(wide, "fa") == set()


def test_a_section_loses_without_load_once() -> None:
    """1 % of 5 MW in each of three sections: they stand in the tree both ways, as one cable."""
    made = ring([400.0, 500.0], 2)
    made["power"][-3]["overrides"] = {"loss_idle_frac": 0.01, "loss_square_frac": 0.0}
    built = facility(made)
    held = loading(built)
    sections = [n for n, name in enumerate(built.power.id) if name.startswith("ring")]
    assert len(sections) == 4
    lost_w = held.input_w[sections] - held.output_w[sections]
    assert lost_w.sum() == pytest.approx(3 * 50e3, rel=1e-9)


def test_unavailability_by_hand() -> None:
    """Two boards, open between them: a board is dark with itself, or with both ways to it."""
    rates = {f"ring_{k}": (1e4, 24.0) for k in (1, 2, 3)} | {f"m{k}": (2e4, 48.0) for k in (1, 2)}
    built = facility(ring([400.0, 500.0], 2), rates)
    s = 24.0 / (1e4 + 24.0)
    m = 48.0 / (2e4 + 48.0)
    # both boards whole: ring_1 with ring_2 or ring_3 takes the first, ring_3 with ring_2 the second
    down = s * s * (1 - s) * 3 + s**3
    expected = 1 - (1 - m) ** 2 * (1 - down)
    found = twin.redundancy(built)
    assert found.availability_exact["unavailability"] == pytest.approx(expected, rel=1e-9)
    low, high = found.interval
    assert low <= expected <= high
    assert found.cut_set_counts["1"] == 2


def test_one_board_may_feed_both_ends_and_generators_stand_behind_the_ring() -> None:
    made = ring([400.0, 500.0], 2, ends=("fa", "fa"))
    starts = {"start_failure_probability": 0.0}
    made["power"] += [part("gen", "genset_2000", overrides=starts)]
    next(p for p in made["power"] if p["name"] == "m1")["fed_by"] = ["gen"]
    built = facility(made)
    assert dark_rows(built, "ring_1") == dark_rows(built, "ring_3") == set()
    assert dark_rows(built, "fa") == {"lm2"}
    run = twin.start(built)
    run.until(60.0)
    dark = {name.rsplit("_", 1)[0] for name in dark_in_the_end(run, ("fa",))}
    assert dark == {"lm2"}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown end": ({"ends": ["fa", "fc"]}, "'fc'"),
    "an unknown board": ({"boards": ["m1", "m9"]}, "'m9'"),
    "a board twice": ({"boards": ["m1", "m1"]}, "a second time"),
    "a board as an end": ({"ends": ["m1", "fb"]}, "as its end"),
    "no such section": ({"open": 4}, "section 4 of 3"),
    "a utility in it": ({"boards": ["m1", "ua"]}, "a utility in a ring"),
    "a transformer in it": ({"boards": ["m1", "bm1"]}, "a transformer in a ring"),
    "too many boards": ({"boards": ["m1", "m2", "bm1"]}, "count: 4"),
}


@pytest.mark.parametrize(("changes", "says"), WRONG.values(), ids=WRONG.keys())
def test_rings_that_cannot_be(changes: dict[str, Any], says: str) -> None:
    made = ring([400.0, 500.0])
    made["power"][-3]["ring"] |= changes
    with pytest.raises(InputError, match=says):
        twin.build(loaded(asked(made)))


@pytest.mark.parametrize(
    ("type_", "says"),
    [
        ("transformer_2500", "'ring_1', a transformer, as a section"),
        ("pdu_450", "'ring_1', a PDU, as a section"),
        ("ats_4000", "'ring_1', a transfer switch, as a section"),
    ],
)
def test_what_changes_the_voltage_is_no_section(type_: str, says: str) -> None:
    """With the line of its type, and what to do about it."""
    made = ring([400.0, 500.0])
    made["power"][-3]["type"] = type_
    with pytest.raises(InputError, match=says) as caught:
        twin.build(loaded(asked(made)))
    (problem,) = [one for one in caught.value.problems if "section" in one.found]
    assert problem.line > 0
    assert "cables, busways or switchgear" in problem.allowed
    assert "hangs on a board of the ring" in problem.allowed


@pytest.mark.parametrize("type_", [MV, "cable_2x300"])
def test_exports_hold_each_section_once(type_: str, tmp_path: Path) -> None:
    """No dead end for the way back; all else stays, the open section up to its open end too."""
    made = ring([400.0, 500.0, 300.0], 2)
    made["power"][-3] |= {"type": type_}
    if type_ != MV:
        made["power"][-3]["length"] = "50 m"
    built = facility(made)
    assert any(name.endswith("_back") for name in built.power.id)
    for tool in TOOLS:
        text = write_export(built, tool, tmp_path / tool).read_text(encoding="utf-8")
        assert "_back" not in text, tool
    named = [branch.name for branch in export_network(built).branches]
    assert sorted(name for name in named if name.startswith("ring")) == [
        f"ring_{k}" for k in range(1, 5)
    ]


def test_a_ring_takes_no_feeds_and_its_boards_no_least_supply() -> None:
    made = ring([400.0, 500.0])
    made["power"][-3] |= {"fed_by": ["fa"]}
    next(p for p in made["power"] if p["name"] == "m1")["minimum_supply"] = "100 kW"
    with pytest.raises(InputError) as caught:
        twin.build(loaded(asked(made)))
    assert "no fed_by" in str(caught.value)
    assert "no minimum_supply" in str(caught.value)
