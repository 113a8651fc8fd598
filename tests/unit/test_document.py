"""YAML as data: what words mean, what is refused, and where everything stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twin.errors import InputError, Problem
from twin.scenario.yaml.document import dotted, parse, read
from twin.scenario.yaml.paths import project_root, resolve

FILE = Path("plan.yaml")


def refused(text: str) -> Problem:
    with pytest.raises(InputError) as raised:
        parse(text, FILE)
    (problem,) = raised.value.problems
    return problem


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("12:30:00", "12:30:00"),
        ("2026-07-01", "2026-07-01"),
        ("010", 10),
        ("0x1F", 31),
        ("0o17", 15),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1_000", "1_000"),
        ("true", True),
        ("~", None),
        ("'7'", "7"),
        ('"true"', "true"),
    ],
)
def test_words_mean_what_yaml_1_2_says(word: str, value: Any) -> None:
    found = parse(f"a: {word}\n", FILE).data["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "line", "column", "found"),
    [
        ("a: 1\nb:\n  c: 2\n  c: 3\n", 4, 3, "the key 'c' again (first on line 3)"),
        ("a: !!python/object:os.system ls\n", 1, 4, "the tag"),
        ("a: !!int '3'\n", 1, 4, "the tag"),
        ("a: !mine 3\n", 1, 4, "the tag"),
        ("a:\n\t- b\n", 2, 1, "a tab"),
        ("a: b: c\n", 1, 5, "broken YAML"),
        ("a: [1, 2\n", 2, 1, "broken YAML"),
        ("a: 'b\n", 2, 1, "broken YAML"),
        ("a: .nan\n", 1, 4, "'.nan'"),
        ("a: -.inf\n", 1, 4, "'-.inf'"),
        ("a: 1e999\n", 1, 4, "'1e999'"),
        (f"a: {'9' * 5000}\n", 1, 4, "'9"),
        ("a: \x01\n", 1, 4, "an unprintable character"),
        ("a: *b\n", 1, 4, "'*b'"),
        ("a: &a [*a]\n", 1, 8, "'*a'"),
        ("a: &a {b: 1}\nc:\n  <<: *a\n", 3, 3, "the merge key"),
        ("? [1]\n: 2\n", 1, 3, "a key that is not plain text"),
        ("a: 1\n---\nb: 2\n", 2, 1, "a second document"),
        ("- 1\n- 2\n", 1, 1, "a list of 2"),
        ("just words\n", 1, 1, "'just words'"),
    ],
)
def test_what_no_data_file_should_hold_is_refused_at_its_place(
    text: str, line: int, column: int, found: str
) -> None:
    problem = refused(text)
    assert (problem.line, problem.column) == (line, column)
    assert problem.found.startswith(found)
    assert problem.allowed


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    assert refused(text).found == "an empty file"


def test_aliases_that_multiply_are_refused_before_they_are_expanded() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert "expands beyond measure" in refused("\n".join(lines)).found


def test_depth_is_bounded_with_aliases_too() -> None:
    chain = "\n".join(["a0: &a0 [1]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 60))])
    assert "levels of nesting" in refused(chain).found
    assert (
        "levels of nesting"
        in refused("a:\n" + "".join(" " * n + "-\n" for n in range(1, 60))).found
    )
    assert "nesting" in str(refused("a: " + "[" * 100_000))
    assert parse("a: " + "[" * 31 + "]" * 31, FILE).data


def test_an_alias_is_a_copy() -> None:
    data = parse("a: &x {k: 1}\nb: *x\n", FILE).data
    data["a"]["k"] = 2
    assert data["b"] == {"k": 1}


def test_places_are_the_deepest_thing_that_is_there() -> None:
    document = parse("halls:\n  - name: a\n    rows: [1, 2]\n", FILE)
    assert document.place(("halls", 0, "rows", 1)) == (3, 15)
    assert document.place(("halls", 0, "rows"), on_key=True) == (3, 5)
    assert document.place(("halls", 0, "Hall", "rows", 1, "nowhere")) == (3, 15)
    assert document.place(()) == (1, 1)


def test_a_byte_that_is_not_utf_8_is_found(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(InputError, match=r"a\.yaml:2:7: found the byte 0xe9"):
        read(file)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read(file).data == {"a": 1}


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.yaml").write_text("a: 1\n")
    with pytest.raises(InputError, match=r"no such file.*did you mean 'plan\.yaml'"):
        read(tmp_path / "plam.yaml")
    with pytest.raises(InputError, match="found a folder"):
        read(tmp_path)


def test_a_file_beyond_10_mb_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"#" * 10_000_001)
    with pytest.raises(InputError, match="more than 10 MB"):
        read(file)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("twin/scenarios/a.yaml", "twin/layouts/hall.yaml", "secret.yaml"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a: 1\n")
    return tmp_path / "twin"


def test_a_file_may_name_its_neighbours(project: Path) -> None:
    base = project / "scenarios/a.yaml"
    assert project_root(base) == project
    assert resolve("../layouts/hall.yaml", base) == project / "layouts/hall.yaml"
    assert resolve("a.yaml", base, project) == base


@pytest.mark.parametrize(
    "reference",
    [
        "../../secret.yaml",
        "/etc/hostname",
        "C:\\a.yaml",
        "http://a.org/b",
        "~/a.yaml",
        "",
        "..",
        "a\0b",
    ],
)
def test_a_file_may_name_nothing_outside(project: Path, reference: str) -> None:
    with pytest.raises(InputError):
        resolve(reference, project / "scenarios/a.yaml")


def test_a_link_that_leads_out_is_refused(project: Path) -> None:
    (project / "layouts/out.yaml").symlink_to(project.parent / "secret.yaml")
    with pytest.raises(InputError, match="leads out of the project"):
        resolve("../layouts/out.yaml", project / "scenarios/a.yaml")


def test_a_reference_is_refused_where_it_was_written(project: Path) -> None:
    document = parse("layout: ../layouts/hal.yaml\n", project / "scenarios/a.yaml")
    with pytest.raises(InputError, match=r"a\.yaml:1:9: layout: .*did you mean 'hall\.yaml'"):
        document.resolve("../layouts/hal.yaml", ("layout",))


def test_a_key_cannot_speak_to_the_terminal() -> None:
    assert dotted(("a", 0, "\x1b[31mred")) == "a[0]['\\x1b[31mred']"
