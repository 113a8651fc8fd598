"""Does the pattern language read what it should, and nothing else?"""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.scenario.schema.rack_pattern import Pattern


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("8 x gb200_nvl72", Pattern(1, 8, "gb200_nvl72")),
        ("4 x 8 x gb200_nvl72", Pattern(4, 8, "gb200_nvl72")),
        ("4x8xrack", Pattern(4, 8, "rack")),
        ("3 × 25 × frontier_ex4000", Pattern(3, 25, "frontier_ex4000")),
        ("2*dgx", Pattern(1, 2, "dgx")),
        ("  1 x  a  ", Pattern(1, 1, "a")),
        ("4 x x1", Pattern(1, 4, "x1")),
    ],
)
def test_patterns(text: str, want: Pattern) -> None:
    assert Pattern.parse(text) == want


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gb200",
        "8 gb200",
        "x gb200",
        "8 x",
        "8 x 8",
        "-8 x a",
        "8.5 x a",
        "2 x 2 x 2 x a",
        "8 x _a",
        "8 x a b",
        "8 x a; 4 x b",
        "1" * 10 + " x a",
        "8 x a+b",
    ],
)
def test_what_is_no_pattern_is_answered_with_one(text: str) -> None:
    with pytest.raises(ValueError, match="8 x gb200_nvl72"):
        Pattern.parse(text)


@pytest.mark.parametrize("text", ["0 x a", "0 x 8 x a", "8 x 0 x a", "00 x a"])
def test_counts_of_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Pattern.parse(text)


@given(
    st.integers(1, 999_999_999),
    st.integers(1, 999_999_999),
    st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True),
)
def test_what_is_written_is_read_back(rows: int, racks: int, name: str) -> None:
    found = Pattern.parse(f"{rows} x {racks} x {name}")
    assert found == Pattern(rows, racks, name)
    assert found.count == rows * racks


@given(st.text(max_size=60))
def test_any_text_is_a_pattern_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert Pattern.parse(text).count >= 1
