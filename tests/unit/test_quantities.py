"""Numbers as people read them, and cards of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from twin.cards import MOST_LINES, WIDTH, Card, card, counted, first
from twin.present.figures.style import RC
from twin.quantities import available, signed


@pytest.mark.parametrize(
    ("unavailability", "told"),
    [
        (0.5, "50.00 %"),
        (6.4e-4, "99.936 %"),
        (1.3e-6, "99.99987 %"),
        (2.04e-9, "99.99999980 %"),
        (0.0, "100 %"),
        (float("nan"), "–"),
        (None, "–"),
    ],
)
def test_availability_shows_two_digits_of_what_is_missing(
    unavailability: float | None, told: str
) -> None:
    assert available(unavailability) == told


def test_a_card_never_passes_a_screenful() -> None:
    text = card("T", [(f"row {n}", ["x" * 500, "y"]) for n in range(40)]).text()
    lines = text.splitlines()
    assert len(lines) == MOST_LINES
    assert max(map(len, lines)) == WIDTH
    assert lines[-1] == f"  … and {1 + 80 - (MOST_LINES - 1)} lines more"


def test_rows_that_say_nothing_are_left_out_and_further_lines_have_no_label() -> None:
    held = card("T", [("a", ""), ("b", []), ("c", ["one", "", "two"])])
    assert held == Card("T", (("c", "one"), ("", "two")))
    assert Card("T", ()).text() == "T"


def test_counted_and_first() -> None:
    assert counted(["ups", "rpp", "ups"]) == "2 × ups, 1 × rpp"
    assert first("abc", 3) == ["a", "b", "c"]
    assert first("abcd", 3) == ["a", "b", "… and 2 more"]


def test_a_change_has_the_minus_of_every_other_number() -> None:
    assert [signed(-3.5, "3.50 K"), signed(12.0, "12.0 kW")] == ["-3.50 K", "+12.0 kW"]


def test_one_minus_in_all_that_is_written() -> None:
    """Comparisons had the typographic one beside the keyboard's of every other number."""
    package = Path(twin.__file__).parent
    files = [one for end in ("py", "j2", "css", "html") for one in package.rglob(f"*.{end}")]
    assert files
    assert [one.name for one in files if "\N{MINUS SIGN}" in one.read_text("utf-8")] == []
    assert RC["axes.unicode_minus"] is False
