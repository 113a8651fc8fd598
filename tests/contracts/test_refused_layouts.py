"""Layouts that cannot be what they say: refused by the build, at their line, with the cure."""

from __future__ import annotations

from pathlib import Path

import pytest

import twin

EDGE = Path(__file__).parents[2] / "layouts" / "edge_200kw.yaml"
GENERATOR = "type: genset_2000, rating: 500 kW}"
TRANSFORMER = "type: transformer_2500, rating: 500 kW, fed_by: utility}"


def edge(folder: Path, *changes: tuple[str, str]) -> Path:
    """The shipped edge room with pieces of its text replaced."""
    text = EDGE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "edge.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def line_of(path: Path, word: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if word in line)


def problems(path: Path) -> list[str]:
    with pytest.raises(twin.InputError) as refused:
        twin.build(twin.load(path))
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (GENERATOR, GENERATOR.replace("}", ", fed_by: utility}"), "generator"),
        ("type: utility_feed}", "type: utility_feed, fed_by: generator}", "utility"),
    ],
)
def test_a_source_that_is_fed_is_refused(tmp_path: Path, old: str, new: str, name: str) -> None:
    """It gave its own power and passed on another's: half of the energy had no origin."""
    path = edge(tmp_path, (old, new))
    (told,) = problems(path)
    assert f"edge.yaml:{line_of(path, new)}:" in told
    assert f"feeds for {name!r}, a {name}, which gives power of its own" in told
    assert "names both in its own fed_by" in told


def test_a_ring_of_feeds_is_refused_with_its_members(tmp_path: Path) -> None:
    path = edge(tmp_path, (TRANSFORMER, TRANSFORMER.replace("utility}", "[utility, ups]}")))
    (told,) = problems(path)
    assert "a ring of feeds: transformer -> ups -> switchboard -> transformer" in told
    assert "power that flows one way" in told


def without_rows(text: str) -> str:
    return text[: text.index("    rows:\n")] + "    rows: []\n" + text[text.index("\npower:") :]


def test_a_layout_without_racks_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "edge.yaml"
    path.write_text(without_rows(EDGE.read_text(encoding="utf-8")), encoding="utf-8")
    (told,) = [line for line in problems(path) if "no rack" in line]
    assert "a row of racks in one hall at least" in told


def test_a_hall_may_stand_empty_beside_one_with_racks(tmp_path: Path) -> None:
    later = "\n  - name: later\n    at: [20 m, 0 m]\n    size: [10 m, 9 m, 3 m]\n    rows: []\n"
    path = edge(tmp_path, ("\npower:\n", f"{later}\npower:\n"))
    scenario = twin.load(path).with_(horizon="10 min")
    result = twin.simulate(twin.build(scenario))
    assert list(result.frame("halls")["hall"]) == ["room", "later"]
    assert set(result.frame("components")["parent"]) >= {"room"}


def test_more_nodes_than_anybody_has_are_refused_at_their_own_line(tmp_path: Path) -> None:
    text = "{kind: training, name: big, model: Llama-3.1-8B, nodes: 100000000000000000000000000}"
    path = tmp_path / "s.yaml"
    layout = (EDGE.parent / "gb200_su.yaml").read_text(encoding="utf-8")
    (tmp_path / "l.yaml").write_text(layout, encoding="utf-8")
    path.write_text(
        "version: 1\nname: big\nlayout: l.yaml\n"
        "site: {climate: phoenix, grid: arizona}\nworkload:\n"
        f"  - {text}\n",
        encoding="utf-8",
    )
    with pytest.raises(twin.InputError) as refused:
        twin.load(path)
    told = [str(problem) for problem in refused.value.problems]
    assert any("s.yaml:6:" in line and "nodes" in line for line in told)
    assert not any("table" in line for line in told)


def test_too_many_racks_are_one_line_a_row(tmp_path: Path) -> None:
    """46 racks of 60 outside of their hall were 46 lines; so were those that idle above rated."""
    text = (EDGE.parent / "gb200_su.yaml").read_text(encoding="utf-8")
    row = "racks: 8 x gb200_nvl72"
    path = tmp_path / "long.yaml"
    path.write_text(text.replace(row, f"{row.replace('8', '60')}\n        power_idle: 200 kW"))
    outside, idle = problems(path)
    assert f"long.yaml:{line_of(path, '60 x')}:" in outside
    assert "compute_r15–r60 (46 of 60) reaching (40.10 m, 4.07 m)" in outside
    assert "racks inside the hall of 13 m x 10.4 m" in outside
    assert "200,000 W idle and 132,000 W rated" in idle


def test_one_rack_outside_is_told_by_itself(tmp_path: Path) -> None:
    """Where it reaches along each side."""
    text = (EDGE.parent / "gb200_su.yaml").read_text(encoding="utf-8")
    path = tmp_path / "one.yaml"
    path.write_text(text.replace("racks: 8 x gb200_nvl72", "racks: 15 x gb200_nvl72"))
    (told,) = problems(path)
    assert "found compute_r15 reaching (13.10 m, 4.07 m)" in told
