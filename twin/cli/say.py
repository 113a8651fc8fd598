"""Words for people and documents for programs: the only place that writes to the terminal."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from twin.cli.bar import console_on
from twin.cli.bar import progress as progress
from twin.cli.quantity import readable, spoken
from twin.errors import Problem, listed
from twin.quantities import NONE, counted

if TYPE_CHECKING:
    from twin.present.blocks import Block

INSTALL_USD = "pip install 'ai-factory-twin[usd]'"
_EDGE = 3
"""Letters that the border and the margins of a column take."""
_WORD = 40
"""Letters of a word that is never broken; longer ones, such as paths, may be."""


def document(value: Any) -> None:
    """One JSON document on stdout; what is not a finite number becomes null."""
    sys.stdout.write(json.dumps(_plain(value), indent=2, allow_nan=False) + "\n")


def line(text: str) -> None:
    """One line on stdout, as it is."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """One line for people on stderr."""
    sys.stderr.write(f"{text}\n")


def failure(text: str) -> None:
    """Why a command ended, on stderr."""
    sys.stderr.write(f"twin: {text}\n")


def problems(found: Iterable[Problem]) -> None:
    """Problems on lines of their own, on stderr."""
    for line in listed(found):
        note(line)


def review(found: Sequence[Mapping[str, str]]) -> None:
    """Errors that were allowed and warnings of a design review, and how many notes there are, on
    stderr.
    """
    shown = [one for one in found if one["severity"] != "note"]
    for one in shown:
        told = f"{one['severity']}: {one['component']}: {one['says']}; {one['consequence']}"
        note(f"{told}; cure: {one['cure']}" if one.get("cure") else told)
    if len(shown) < len(found):
        notes = counted(len(found) - len(shown), "note")
        note(f"{notes} of the design review: see the report, or twin check")


def findings(
    title: str,
    values: Mapping[str, Any],
    stderr: bool = False,
    headed: Callable[[str], str] = spoken,
) -> None:
    """A mapping for people: its numbers as one table, then every list or mapping in it as its
    own.

    headed   what heads a column of that name; `str` where it is typed back
    """
    console = console_on(stderr)
    values = _plain(values)
    single = {key: value for key, value in values.items() if not _is_group(value)}
    if single:
        console.print(f"[bold]{escape(title)}[/bold]", soft_wrap=True)
        console.print(_pairs(single))
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            findings(spoken(key), value, stderr, headed)
        elif _is_group(value) and value:
            console.print(f"[bold]{escape(spoken(key))}[/bold]", soft_wrap=True)
            for table in _fitting(value, console.width, headed):
                console.print(table)


def blocks(title: str, sentences: Iterable[str], found: Iterable[Block]) -> None:
    """Sentences, then titled tables and lists, as a report holds them."""
    console = console_on(stderr=False)
    console.print(f"[bold]{escape(title)}[/bold]", soft_wrap=True)
    for sentence in sentences:
        console.print(escape(sentence))
    for block in found:
        _block(console, block)


def _block(console: Console, block: Block) -> None:
    """A table with its note, or a list; pictures are not for terminals."""
    if block.kind == "picture":
        return
    console.print(f"\n[bold]{escape(block.title)}[/bold]", soft_wrap=True)
    if block.kind == "lines":
        for line_ in block.lines:
            console.print(f"  {escape(line_)}")
    elif block.rows:
        table = Table()
        for heading, right in zip(block.headings, block.right, strict=True):
            table.add_column(escape(heading), justify="right" if right else "left", overflow="fold")
        for row in block.rows:
            table.add_row(*map(escape, row))
        console.print(table)
    if block.note:
        console.print(escape(block.note))


def _is_group(value: Any) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str)


def _pairs(values: Mapping[str, Any]) -> Table:
    table = Table(show_header=False)
    for key, value in values.items():
        table.add_row(escape(spoken(key)), escape(readable(key, value)))
    return table


Cells = list[list[str]]
"""Columns of a table, each its heading and its cells."""


def _fitting(values: Sequence[Any], window: int, headed: Callable[[str], str]) -> Iterator[Table]:
    """Rows as they are; turned, a column each, where they are wider than the window and so fit
    it better; in parts where words would be broken all the same.
    """
    if not all(isinstance(value, Mapping) for value in values):
        yield _listed(values)
        return
    cells = _cells(values, headed)
    turned = [list(row) for row in zip(*cells, strict=True)]
    told = turned if _wide(turned) < _wide(cells) > window else cells
    if _taken(told) <= window:
        yield _table(told)
    else:
        yield from _parts(cells, window)


def _listed(values: Sequence[Any]) -> Table:
    table = Table(show_header=isinstance(values[0], Mapping))
    for value in values:
        table.add_row(escape(readable("", value)))
    return table


def _cells(values: Sequence[Mapping[str, Any]], headed: Callable[[str], str]) -> Cells:
    """Columns in which some row has something, and the first."""
    keys = list({key: None for value in values for key in value})
    first, *rest = [
        [headed(key), *(readable(_unit_from(one, key), one.get(key)) for one in values)]
        for key in keys
    ]
    return [first, *(column for column in rest if set(column[1:]) - {"", NONE})]


def _table(cells: Cells, widths: Sequence[int] = ()) -> Table:
    table = Table()
    for n, column in enumerate(cells):
        width = widths[n] if widths else None
        heading = escape(column[0])
        table.add_column(heading, overflow="fold", width=width, no_wrap=_of_words(column))
    for row in list(zip(*cells, strict=True))[1:]:
        table.add_row(*map(escape, row))
    return table


def _of_words(column: Sequence[str]) -> bool:
    """Whether each of its cells is one word that is never broken."""
    return all(len(cell) <= _WORD and len(cell.split()) < 2 for cell in column)


def _parts(cells: Cells, window: int) -> Iterator[Table]:
    """Tables of as many columns as the window takes with no word broken, each headed by the
    first.
    """
    first, *rest = cells
    held = [first]
    for column in rest:
        if len(held) > 1 and _taken([*held, column]) > window:
            yield _table(held, _widths(held, window))
            held = [first]
        held.append(column)
    yield _table(held, _widths(held, window))


def _wide(cells: Cells) -> int:
    """Letters in a line with no cell broken."""
    return 1 + sum(_EDGE + max(map(len, column)) for column in cells)


def _taken(cells: Cells) -> int:
    """Letters in a line with no word broken."""
    return 1 + sum(_EDGE + _word(column) for column in cells)


def _word(column: Sequence[str]) -> int:
    """Letters of the longest word that is not to be broken."""
    return min(_WORD, max(len(word) for cell in column for word in (cell.split() or [""])))


def _widths(cells: Cells, window: int) -> list[int]:
    """As wide as its longest word each; what is left goes to those that want more, in order."""
    left = max(0, window - _taken(cells))
    widths = []
    for column in cells:
        more = min(left, max(map(len, column)) - _word(column))
        left -= more
        widths.append(_word(column) + more)
    return widths


def _unit_from(row: Mapping[str, Any], key: str) -> str:
    """The name that tells a cell's unit: the row's own where the row is about a named number."""
    about = ("a", "b", "change", *(("value", "low", "high") if "value" in row else ()))
    return str(row["name"]) if key in about and "name" in row else key


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, str):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value
