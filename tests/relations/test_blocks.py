"""A block is nothing but writing less: its copies are what the same layout written out has."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

import twin
from twin.cli import main
from twin.cli.check import shown
from twin.errors import InputError
from twin.facility.ledger import Ledger

ROW = {"name": "compute", "racks": "4 x dgx_b200_x2", "at": ["3 m", "3 m"], "fed_by": "rpp"}
HALL: dict[str, Any] = {
    "name": "room",
    "size": ["12 m", "10 m", "4.5 m"],
    "rows": [
        {"name": "compute", "racks": "4 x dgx_b200_x2", "at": ["3 m", "3 m"], "fed_by": "rpp"}
    ],
}
POWER: list[dict[str, Any]] = [
    {"name": "transformer", "type": "transformer_2500", "fed_by": "utility"},
    {"name": "board", "type": "switchboard_4000", "count": 2, "fed_by": "transformer"},
    {
        "name": "ups",
        "type": "ups_500",
        "count": 2,
        "fed_by": {"source": "board", "pairing": "matched"},
    },
    {"name": "rpp", "type": "rpp_500", "fed_by": ["ups_1", "ups_2"]},
]
COOLING: dict[str, Any] = {
    "air": [
        {"name": "crah", "type": "crah_100", "count": 3, "hall": "room", "fed_by": "board"}
        | {"plant": "water"}
    ],
    "plant": [
        {"name": "water", "type": "chiller_air_430", "count": 2, "fed_by": "board"}
        | {"supply_temperature": "10 °C", "at": [20.0, -20.0]}
    ],
}
SHARED = [{"name": "utility", "type": "utility_feed"}]
SINGLE = "single_points_of_failure"
FAULTS = [
    {"at": "01:00", "component": "ups_2_1", "repair_after": "1 h"},
    {"at": "03:00", "component": "crah_1_2", "repair_after": "1 h"},
]
"""A UPS of the second copy, an air handler of the first."""


def in_blocks(count: int = 2, **keys: Any) -> dict[str, Any]:
    block = {"name": "pod", "count": count, "pitch": ["20 m", "30 m"], "halls": [HALL]}
    block |= {"power": POWER, "cooling": COOLING}
    return {"version": 1, "name": "plan", "blocks": [block | keys], "power": SHARED}


def written_out(shifts: list[tuple[float, float]]) -> dict[str, Any]:
    """The same layout as somebody writes it who has no blocks."""
    halls, power, air, plant = [], list(SHARED), [], []
    for number, (east, north) in enumerate(shifts, start=1):
        row = ROW | {"name": f"compute_{number}", "fed_by": f"rpp_{number}"}
        halls.append(
            HALL | {"name": f"room_{number}", "rows": [row], "at": [f"{east} m", f"{north} m"]}
        )
        transformer, board, ups, rpp = (one | {"name": f"{one['name']}_{number}"} for one in POWER)
        board["fed_by"] = transformer["name"]
        ups["fed_by"] = {"source": board["name"], "pairing": "matched"}
        rpp["fed_by"] = [f"ups_{number}_1", f"ups_{number}_2"]
        power += [transformer, board, ups, rpp]
        own = {"fed_by": board["name"]}
        names = {"name": f"crah_{number}", "hall": f"room_{number}", "plant": f"water_{number}"}
        air.append(COOLING["air"][0] | own | names)
        place = {"name": f"water_{number}", "at": [20.0 + east, -20.0 + north]}
        plant.append(COOLING["plant"][0] | own | place)
    cooling = {"air": air, "plant": plant}
    return {"version": 1, "name": "plan", "halls": halls, "power": power, "cooling": cooling}


def scenario(folder: Path, layout: dict[str, Any], **keys: Any) -> Path:
    """A scenario file of six hours beside the layout's."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "plan.yaml").write_text(yaml.safe_dump(layout, sort_keys=False))
    training = {"kind": "training", "name": "train", "model": "Llama-3.1-8B", "nodes": 12}
    asked = {
        "version": 1,
        "name": "asked",
        "layout": "plan.yaml",
        "site": {"climate": "chicago", "grid": "virginia"},
        "start": "2026-07-15T00:00:00-05:00",
        "horizon": "6 h",
        "workload": [training | {"global_batch_sequences": 96}],
        "faults": {"timeline": FAULTS},
    }
    file = folder / "asked.yaml"
    file.write_text(yaml.safe_dump(asked | keys, sort_keys=False))
    return file


def test_a_run_is_that_of_the_layout_written_out(tmp_path: Path) -> None:
    blocks = twin.simulate(twin.build(twin.load(scenario(tmp_path / "a", in_blocks()))))
    plain = written_out([(0.0, 0.0), (20.0, 0.0)])
    whole = twin.simulate(twin.build(twin.load(scenario(tmp_path / "b", plain))))
    assert {**blocks.summary, "wall_s": 0.0} == {**whole.summary, "wall_s": 0.0}
    assert blocks.summary["tokens_total"] > 0
    assert set(blocks.tables) == set(whole.tables)
    for name, table in whole.tables.items():
        assert blocks.tables[name].equals(table), name


def test_lines_of_copies_begin_anew(tmp_path: Path) -> None:
    """Four copies in lines of two: eastward first, then the next line to the north."""
    facility = twin.build(twin.load(scenario(tmp_path, in_blocks(4, columns=2))))
    places = [tuple(hall.at) for hall in facility.scenario.plan.halls]
    assert places == [(0.0, 0.0), (20.0, 0.0), (0.0, 30.0), (20.0, 30.0)]
    outdoors = [plant.at for plant in facility.scenario.plan.cooling.plant]
    assert outdoors == [(20.0, -20.0), (40.0, -20.0), (20.0, 10.0), (40.0, 10.0)]
    plain = written_out(places)
    other = twin.build(twin.load(scenario(tmp_path / "b", plain)))
    for name, table in other.tables().items():
        assert facility.tables()[name].equals(table), name


def test_one_number_makes_the_site_larger(tmp_path: Path) -> None:
    file = scenario(tmp_path, in_blocks(), faults={})
    two = twin.load(file)
    five = twin.load(file, {"blocks.pod.count": "5"})
    moved = twin.load(file, {"blocks.pod.pitch": "[20 m, 40 m]"})
    assert moved.changed() == {"blocks.pod.pitch": "[20 m, 40 m]"}
    assert len(twin.build(two).racks.id) * 5 == len(twin.build(five).racks.id) * 2
    assert (
        twin.build(two.with_(blocks__pod__count=5))
        .tables()["components"]
        .equals(twin.build(five).tables()["components"])
    )
    wider = twin.load(
        file, {"blocks.pod.power.ups.count": "3", "blocks.pod.power.board.count": "3"}
    )
    assert [one for one in twin.build(wider).power.id if one.startswith("ups_2")] == [
        "ups_2_1",
        "ups_2_2",
        "ups_2_3",
    ]


def test_a_study_varies_the_number_of_copies(tmp_path: Path) -> None:
    file = scenario(tmp_path, in_blocks(), faults={}, horizon="1 h", workload=[])
    answer = twin.study(file, vary={"blocks.pod.count": [2, 3]}, outcomes=["energy_it_j"])
    two, three = answer.table["energy_it_j"]
    assert three == pytest.approx(two * 1.5)


def test_what_a_result_keeps_reads_back_as_it_was(tmp_path: Path) -> None:
    asked = twin.load(scenario(tmp_path, in_blocks()))
    (tmp_path / "again.yaml").write_text(asked.as_yaml())
    again = twin.load(tmp_path / "again.yaml")
    assert again.plan == asked.plan
    assert again.question() == asked.question()


def test_a_problem_of_every_copy_is_told_once_at_its_line(tmp_path: Path) -> None:
    layout = in_blocks(3)
    layout["blocks"][0]["power"] = [*POWER[:3], POWER[3] | {"fed_by": "upz"}]
    with pytest.raises(InputError) as caught:
        twin.build(twin.load(scenario(tmp_path, layout, faults={})))
    told = [one for one in caught.value.problems if one.found == "'upz'"]
    assert [one.where for one in told] == ["blocks[0].power[3].fed_by[0]"]
    line = (tmp_path / "plan.yaml").read_text().splitlines()[told[0].line - 1]
    assert "upz" in line


def test_two_problems_at_one_place_of_a_block_are_both_told(tmp_path: Path) -> None:
    """Each once, of three copies that differ by their numbers."""
    ledger = Ledger(twin.load(scenario(tmp_path, in_blocks(3), faults={})))
    for copy in range(3):
        place = ("layout", "power", 1 + len(POWER) * copy, "fed_by")
        ledger.complain(place, f"'board_{copy + 1}'", "a utility")
        ledger.complain(place, f"{600 + copy} kW", "at most 500 kW")
    with pytest.raises(InputError) as caught:
        ledger.raise_problems()
    assert {one.where for one in caught.value.problems} == {"blocks[0].power[0].fed_by"}
    assert [one.found for one in caught.value.problems] == ["'board_1'", "600 kW"]


@pytest.mark.parametrize(
    ("changes", "where", "allowed"),
    [
        ({"blocks.pod.count": "201"}, "blocks.pod.count", "200 or less"),
        ({"blocks.pod.count": "0"}, "blocks.pod.count", "greater than 0"),
        ({"blocks.pot.count": "2"}, "blocks.pot.count", "a name of blocks: pod"),
        ({"blocks.pod.columns": "0"}, "blocks.pod.columns", "greater than 0"),
        (
            {"blocks.pod.halls.room.rows.compute.racks": "900 x dgx_b200_x2"}
            | {"blocks.pod.count": "40"},
            "blocks",
            "at most 20,000 racks in one layout, not 36,000",
        ),
    ],
)
def test_what_no_block_can_be_is_refused(
    tmp_path: Path, changes: dict[str, str], where: str, allowed: str
) -> None:
    file = scenario(tmp_path, in_blocks())
    with pytest.raises(InputError) as caught:
        twin.load(file, changes)
    assert [(one.where, allowed in one.allowed) for one in caught.value.problems] == [(where, True)]


@pytest.mark.parametrize(
    ("key", "found", "place"),
    [
        ("power.ups.count", "'ups'", "blocks.pod.power.ups"),
        ("power.ups_2.count", "'ups_2'", "blocks.pod.power.ups"),
        ("power.ups_2_1.count", "'ups_2_1'", "blocks.pod.power.ups"),
        ("halls.room_1.size", "'room_1'", "blocks.pod.halls.room"),
        ("cooling.air.crah_2.count", "'crah_2'", "blocks.pod.cooling.air.crah"),
    ],
)
def test_a_change_of_what_a_block_states_is_told_where_it_stands(
    tmp_path: Path, key: str, found: str, place: str
) -> None:
    """By files, by scenarios in Python, and with the names that results have."""
    file = scenario(tmp_path, in_blocks(), faults={})
    asked = twin.load(file)
    for change in (
        lambda: twin.load(file, {key: "2"}),
        lambda: asked.with_(**{f"layout.{key}".replace(".", "__"): 2}),
    ):
        with pytest.raises(InputError) as caught:
            change()
        told = caught.value.problems[0]
        assert (told.found, told.hint) == (found, f"every copy has it from {place}")


def test_a_layout_without_rooms_is_still_refused(tmp_path: Path) -> None:
    empty = in_blocks(halls=[], power=[], cooling={})
    with pytest.raises(InputError, match="several times"):
        twin.load(scenario(tmp_path / "a", empty))
    nothing = {"version": 1, "name": "plan", "halls": [], "power": [], "cooling": {"plant": []}}
    with pytest.raises(InputError) as caught:
        twin.load(scenario(tmp_path / "b", nothing))
    assert {one.where for one in caught.value.problems} == {"halls", "power"}


def test_a_layout_of_blocks_of_which_none_has_a_room_is_refused(tmp_path: Path) -> None:
    """A block may have power alone, beside rooms; a site of power alone ended in a fault."""
    gear = {"name": "gear", "halls": [], "power": [POWER[0]], "cooling": {}}
    layout = in_blocks(**gear)
    with pytest.raises(InputError) as caught:
        twin.load(scenario(tmp_path / "a", layout))
    assert [one.where for one in caught.value.problems] == ["halls"]
    beside = {**in_blocks(), "blocks": [in_blocks()["blocks"][0], *layout["blocks"]]}
    beside["blocks"][1]["power"] = [POWER[0] | {"name": "other"}]
    assert twin.build(twin.load(scenario(tmp_path / "b", beside))).power.id.count("other_2") == 1


def test_names_of_copies_that_meet_names_outside_are_told(tmp_path: Path) -> None:
    """A group `rpp_2` outside is what the second copy would be called."""
    layout = in_blocks()
    layout["power"] = [*SHARED, {"name": "rpp_2", "type": "rpp_500", "fed_by": "utility"}]
    with pytest.raises(InputError, match="a second component named 'rpp_2'"):
        twin.build(twin.load(scenario(tmp_path, layout)))


def test_racks_of_a_block_are_those_of_its_copy(tmp_path: Path) -> None:
    """Two racks of each room have doors, named as the block has them."""
    door = {"name": "door", "type": "door_passive_20", "plant": "water"}
    doors = [door | {"serves": ["compute_r1", "compute_r3"]}]
    layout = in_blocks(cooling=COOLING | {"doors": doors})
    plan = twin.load(scenario(tmp_path, layout, faults={})).plan
    assert [one.serves for one in plan.cooling.doors] == [
        ("compute_1_r1", "compute_1_r3"),
        ("compute_2_r1", "compute_2_r3"),
    ]
    built = twin.build(twin.load(tmp_path / "asked.yaml")).tables()["components"]
    doors_at = sorted(one for one in built.id if one.startswith("door"))
    assert doors_at == ["door_1_1", "door_1_2", "door_2_1", "door_2_2"]


def liquid(serves: Any, **keys: Any) -> dict[str, Any]:
    """A block of three racks on coolant, on units that serve `serves`."""
    row = ROW | {"racks": "3 x gb200_nvl72", "fed_by": "board"}
    loop = {"name": "cdu", "type": "cdu_600", "serves": serves, "fed_by": "board", "plant": "dry"}
    dry = {"name": "dry", "type": "dry_cooler_1000", "fed_by": "board"}
    dry["supply_temperature"] = "20 °C"
    air = COOLING["air"][0] | {"type": "fanwall_500", "plant": "dry"}
    cooling = {"loops": [loop | keys], "air": [air], "plant": [dry]}
    return in_blocks(halls=[HALL | {"rows": [row]}], power=POWER[:2], cooling=cooling)


def test_coolant_units_serve_single_racks_of_their_copy(tmp_path: Path) -> None:
    """By hand: a loop each, in the order that is stated; units stand in the hall of their copy."""
    keys = {"count": 3, "racks_per_unit": 1}
    layout = liquid(["compute_r1", "compute_r3", "compute_r2"], **keys)
    built = twin.build(twin.load(scenario(tmp_path, layout, faults={})))
    first = min(built.racks.zone)
    assert [zone - first for zone in built.racks.zone] == [0, 2, 1, 3, 5, 4]
    assert built.cooling.loop_id[:2] == ("cdu_1_1_loop", "cdu_1_2_loop")
    at = built.tables()["components"].set_index("id").x_m
    assert all(0 < at[f"cdu_1_{k}"] < 12 and 20 < at[f"cdu_2_{k}"] < 32 for k in (1, 2, 3))


def test_what_refuses_a_run_of_every_copy_is_told_once(tmp_path: Path) -> None:
    water = COOLING["plant"][0] | {"type": "dry_cooler_1000", "supply_temperature": "40 °C"}
    layout = in_blocks(3, cooling=COOLING | {"plant": [water]})
    built = twin.build(twin.load(scenario(tmp_path, layout, faults={})))
    with pytest.raises(InputError) as caught:
        twin.simulate(built)
    assert [one.where for one in caught.value.problems] == ["blocks[0].cooling.plant[0]"]
    assert "air_too_warm" in caught.value.problems[0].hint


def test_a_hint_is_never_what_was_found(tmp_path: Path) -> None:
    """A panel to shed (`did you mean 'rpp_1'?` of `rpp_1`), and two blocks of one name."""
    shed = {"load_shedding": {"order": ["compute_1", "rpp_1"]}}
    with pytest.raises(InputError) as caught:
        twin.build(twin.load(scenario(tmp_path / "a", in_blocks(), controls=shed, faults={})))
    assert [(one.found, one.hint) for one in caught.value.problems] == [("'rpp_1'", "")]
    twice = in_blocks()
    twice["blocks"] *= 2
    with pytest.raises(InputError) as caught:
        twin.load(scenario(tmp_path / "b", twice), {"blocks.pod.count": "3"})
    assert "give its number" in caught.value.problems[0].allowed
    assert not caught.value.problems[0].hint


def test_redundancy_knows_members_of_copies(tmp_path: Path) -> None:
    built = twin.build(twin.load(scenario(tmp_path, in_blocks(), faults={})))
    points = {row["component"] for row in twin.redundancy(built).as_dict()[SINGLE]}
    assert {"transformer_1", "transformer_2", "rpp_1", "rpp_2", "utility"} <= points
    assert not {"ups_1_1", "ups_2_2"} & points


def test_what_is_said_of_every_copy_in_the_same_words_stands_once(tmp_path: Path, capfd) -> None:
    """Chillers of five copies on a cool site: one row that names all in one word."""
    chiller = COOLING["plant"][0] | {"type": "chiller_air_710", "supply_temperature": "15 °C"}
    layout = in_blocks(5, cooling=COOLING | {"plant": [chiller]})
    air = {"dry_bulb": "20 °C", "wet_bulb": "15 °C"}
    file = scenario(tmp_path, layout, faults={}, site={"climate": air, "grid": "virginia"})
    assert main(["check", str(file), "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    said = Counter(row["code"] for row in told["findings"])
    assert said["chiller_outside_curve"] == 5
    rows = [row for row in shown(told)["findings"] if row["code"] == "chiller_outside_curve"]
    assert [row["component"] for row in rows] == ["water_1–5"]
