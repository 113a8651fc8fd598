"""Words for people and documents for programs: the only place that writes to the terminal."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from twin.cli.face import Told
from twin.cli.quantity import readable, spoken
from twin.errors import InputError, Problem, listed

if TYPE_CHECKING:
    from twin.present.blocks import Block

INSTALL_USD = "pip install 'ai-factory-twin[usd]'"
_PIPED_WIDTH = 160


def _console(stderr: bool) -> Console:
    """A console on the stream of this moment; wide where nobody's window limits it."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else _PIPED_WIDTH, highlight=False)


def writable(folder: Path) -> None:
    """Make a folder for output, before anything is computed. InputError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except OSError as error:
        problem = Problem(
            "--out", f"{error.strerror or error}", "a folder that can be written", file=str(folder)
        )
        raise InputError([problem]) from error


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
        note(f"{one['severity']}: {one['component']}: {one['says']}; {one['consequence']}")
    if len(shown) < len(found):
        note(f"{len(found) - len(shown)} notes of the design review: see the report, or twin check")


def findings(title: str, values: Mapping[str, Any], stderr: bool = False) -> None:
    """A mapping for people: its numbers as one table, then every list or mapping in it as its
    own.
    """
    console = _console(stderr)
    values = _plain(values)
    single = {key: value for key, value in values.items() if not _is_group(value)}
    if single:
        console.print(f"[bold]{escape(title)}[/bold]", soft_wrap=True)
        console.print(_pairs(single))
    for key, value in values.items():
        if isinstance(value, Mapping) and value:
            findings(spoken(key), value, stderr)
        elif _is_group(value) and value:
            console.print(f"[bold]{escape(spoken(key))}[/bold]", soft_wrap=True)
            console.print(_fitting(console, value))


def blocks(title: str, sentences: Iterable[str], found: Iterable[Block]) -> None:
    """Sentences, then titled tables and lists, as a report holds them."""
    console = _console(stderr=False)
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


@contextmanager
def progress(what: str, after_s: float = 0.0) -> Iterator[Told]:
    """A bar on stderr while the block runs; yields what takes the share done and a word about
    it.

    after_s   nothing is shown of what takes less time
    """
    began = perf_counter()
    console = _console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(what, total=1.0)

    def told(done_frac: float, word: str) -> None:
        if not bar.live.is_started and perf_counter() - began >= after_s:
            bar.start()
        bar.update(task, completed=done_frac, description=escape(f"{what}: {word}"))

    try:
        told(0.0, "begins")
        yield told
    finally:
        bar.stop()


def _is_group(value: Any) -> bool:
    return isinstance(value, Mapping | Sequence) and not isinstance(value, str)


def _pairs(values: Mapping[str, Any]) -> Table:
    table = Table(show_header=False)
    for key, value in values.items():
        table.add_row(escape(spoken(key)), escape(readable(key, value)))
    return table


def _fitting(console: Console, values: Sequence[Any]) -> Table:
    """Rows as they are; turned, a column each, where they are wider than the window and so fit
    it better.
    """
    table = _rows(values)
    if not isinstance(values[0], Mapping) or _width(console, table) <= console.width:
        return table
    turned = _turned(values)
    return turned if _width(console, turned) < _width(console, table) else table


def _width(console: Console, table: Table) -> int:
    """Columns of the window that it takes with no cell broken."""
    return Measurement.get(console, console.options.update(max_width=10_000), table).maximum


def _turned(values: Sequence[Mapping[str, Any]]) -> Table:
    """A row each key, headed by the first."""
    keys = list({key: None for value in values for key in value})
    table = Table()
    table.add_column(escape(spoken(keys[0])), overflow="fold")
    for value in values:
        table.add_column(escape(readable(keys[0], value.get(keys[0]))), overflow="fold")
    for key in keys[1:]:
        cells = (readable(_unit_from(value, key), value.get(key)) for value in values)
        table.add_row(escape(spoken(key)), *map(escape, cells))
    return table


def _rows(values: Sequence[Any]) -> Table:
    table = Table(show_header=isinstance(values[0], Mapping))
    if not all(isinstance(value, Mapping) for value in values):
        for value in values:
            table.add_row(escape(readable("", value)))
        return table
    keys = list({key: None for value in values for key in value})
    for key in keys:
        table.add_column(escape(spoken(key)), overflow="fold")
    for value in values:
        table.add_row(*(escape(readable(_unit_from(value, key), value.get(key))) for key in keys))
    return table


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
