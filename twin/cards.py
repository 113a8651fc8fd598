"""What an object shows of itself: a title and labelled lines, as text of a screenful and as HTML.

Scenario, Facility and Result each fill a Card; `repr` prints its text, and notebooks its HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from twin.quantities import short

MOST_LINES = 24
"""Lines of text, title included: a terminal has 25."""
WIDTH = 96
"""Letters in a line of text; what is longer ends in an ellipsis."""
_WIDTH_HTML = 300

_CELL = "text-align:left;vertical-align:top;padding:0 1em 0 0"


@dataclass(frozen=True)
class Card:
    """A title, then rows of a label and what it says; a row without a label goes on with the one
    above.
    """

    title: str
    rows: tuple[tuple[str, str], ...]

    def text(self) -> str:
        """At most MOST_LINES lines of at most WIDTH letters."""
        width = max((len(label) for label, _ in self.rows), default=0)
        lines = [short(self.title, WIDTH)]
        lines += [short(f"  {label:<{width}}  {says}", WIDTH) for label, says in self.rows]
        if len(lines) > MOST_LINES:
            lines[MOST_LINES - 1 :] = [f"  … and {len(lines) - MOST_LINES + 1} lines more"]
        return "\n".join(lines)

    def html(self) -> str:
        """A small table; everything in it is escaped."""
        rows = "".join(
            f'<tr><th style="{_CELL}">{_safe(label)}</th><td '
            f'style="{_CELL}">{_safe(says)}</td></tr>'
            for label, says in self.rows
        )
        return f"<div><strong>{_safe(self.title)}</strong><table>{rows}</table></div>"


def card(title: str, rows: Iterable[tuple[str, str | Sequence[str]]]) -> Card:
    """A card of rows that may say several lines each; what says nothing is left out."""
    told: list[tuple[str, str]] = []
    for label, says in rows:
        lines = [says] if isinstance(says, str) else list(says)
        told += [("" if n else label, line) for n, line in enumerate(filter(None, lines))]
    return Card(title, tuple(told))


def first(lines: Iterable[str], most: int) -> list[str]:
    """The first lines, and in the place of the others how many they are."""
    held = list(lines)
    if len(held) <= most:
        return held
    return [*held[: most - 1], f"… and {len(held) - most + 1} more"]


def counted(words: Iterable[str]) -> str:
    """Words with how often each comes, in order of appearance: `2 × ups, 4 × panel`."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return ", ".join(f"{count} × {word}" for word, count in counts.items())


def _safe(text: str) -> str:
    return escape(short(text, _WIDTH_HTML))
