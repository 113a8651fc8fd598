"""What an object shows of itself: a title and labelled lines, as text of a screenful and as HTML.

Scenario, Facility and Result each fill a Card; `repr` prints its text, and notebooks its HTML. An
answer that is `Shown` fills one of its values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from twin.named_quantity import readable, spoken
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


class Shown:
    """An answer whose `repr` is a screenful of its values, and a small table in notebooks."""

    def __repr__(self) -> str:
        return _of_answer(self).text()

    def _repr_html_(self) -> str:
        return _of_answer(self).html()


def _of_answer(answer: Any) -> Card:
    """A line for each value of `as_dict`, or of the fields where there is none."""
    plain = answer.as_dict() if hasattr(answer, "as_dict") else vars(answer)
    title = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(answer).__name__).capitalize()
    labels = [spoken(name) for name in plain]
    whole = [name.replace("_", " ") for name in plain]
    told = [
        (long if labels.count(label) > 1 else label, _said(name, value))
        for label, long, (name, value) in zip(labels, whole, plain.items(), strict=True)
    ]
    return card(title, told)


def _said(name: str, value: Any) -> str:
    """A value in a line: what is long by its size and its beginning."""
    if isinstance(value, Mapping):
        return _said_of_mapping(value)
    if hasattr(value, "shape"):
        size = " × ".join(f"{length:,d}" for length in value.shape)
        return f"{type(value).__name__} of {size}" if size else readable(name, value.item())
    if not isinstance(value, list | tuple):
        return readable(name, value)
    if not value:
        return "none"
    if isinstance(value[0], str | int | float):
        return readable(name, value)
    begins = _said(name, value[0]) if isinstance(value[0], Mapping | list | tuple) else ""
    return f"{len(value):,d}: {begins}, …" if begins else f"{len(value):,d}"


def _said_of_mapping(values: Mapping[str, Any]) -> str:
    """What it holds as single values; only how much, where it holds none."""
    plain = {str(name): _single(value) for name, value in values.items()}
    single = {name: one for name, one in plain.items() if isinstance(one, str | int | float)}
    if not single:
        return f"{len(values):,d}: {', '.join(map(str, values))}" if values else "none"
    return ", ".join(f"{spoken(name)} {readable(name, one)}" for name, one in single.items())


def _single(value: Any) -> Any:
    """A value; of one with its limits and its origin, the value."""
    return value.get("value") if isinstance(value, Mapping) else value


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
