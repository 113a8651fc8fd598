"""Request traces of one row a request: Azure, BurstGPT, and a plain table."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from twin.arrays import Array, Index
from twin.traces.columns import clock_times, milliseconds, numbers
from twin.traces.gathered import Gathered
from twin.traces.lines import LIMIT_ROWS, FileFaults, blocks, brief, refusal
from twin.traces.request_trace import RequestTrace

TOKENS_MAX = 1_000_000_000
"""Of one request: more is a slip."""


@dataclass(frozen=True)
class RequestColumns:
    """A published table of requests: the names of its columns, in small letters."""

    title: str
    time: str
    prompt: str
    answer: str
    seconds: Callable[[Sequence[str]], Array]
    time_is: str
    """What a time looks like, for messages."""
    failed_where_empty: bool = False
    """Whether an answer of no tokens stands for a request that failed."""

    def fits(self, header: Sequence[str]) -> bool:
        """Whether a file with these columns is one of these."""
        return {self.time, self.prompt, self.answer} <= set(header)


_CLOCK = "a date and time such as 2023-11-16 18:15:46.6805900"
_SECONDS = "seconds"
REQUEST_TABLES = (
    RequestColumns(
        "Azure LLM inference trace",
        "timestamp",
        "contexttokens",
        "generatedtokens",
        clock_times,
        _CLOCK,
    ),
    RequestColumns(
        "BurstGPT", "timestamp", "request tokens", "response tokens", numbers, _SECONDS, True
    ),
    RequestColumns(
        "plain requests", "arrival_s", "input_tokens", "output_tokens", numbers, _SECONDS
    ),
    RequestColumns(
        "plain requests",
        "timestamp_ms",
        "input_tokens",
        "output_tokens",
        milliseconds,
        "milliseconds",
    ),
    RequestColumns(
        "plain requests", "timestamp", "input_tokens", "output_tokens", clock_times, _CLOCK
    ),
)
"""Every table that is known, by its columns."""


def header_of(head: bytes) -> list[str]:
    """The names of the columns of a CSV file, in small letters."""
    first = head.split(b"\n", 1)[0].decode("utf-8", "replace")
    return [word.strip().lower() for word in next(csv.reader([first.rstrip("\r")]), [])]


def table_of(header: Sequence[str]) -> RequestColumns | None:
    """The published table that has these columns."""
    return next((table for table in REQUEST_TABLES if table.fits(header)), None)


def read_table(path: Path, table: RequestColumns, header: Sequence[str]) -> RequestTrace:
    """Every request of a table; InputError with every row that is none, or out of order."""
    faults = FileFaults(path)
    gathered = Gathered(table.title, faults, in_order=True)
    places = [header.index(name) for name in (table.time, table.prompt, table.answer)]
    for lines, words in _rows(path, places, len(header), faults):
        _take(table, lines, words, gathered)
    return gathered.trace()


def _rows(
    path: Path, places: Sequence[int], width: int, faults: FileFaults
) -> Iterator[tuple[Index, list[tuple[str, ...]]]]:
    """Block by block, the line of each row and the words under the wanted columns."""
    count = 0
    for first, lines in blocks(path):
        rows = split_rows(path, first, lines)
        begin = 1 if first == 1 else 0
        held = [n for n in range(begin, len(rows)) if rows[n]]
        short = [n for n in held if len(rows[n]) != width]
        for n in short:
            found = f"{len(rows[n])} values: {brief(lines[n])!r}"
            hint = "is the file cut off here?" if n == len(rows) - 1 else ""
            faults.add(first + n, found, f"{width} values, as the header has", hint)
        if short:
            held = [n for n in held if len(rows[n]) == width]
        count += len(held)
        if count > LIMIT_ROWS:
            raise refusal(path, first, f"more than {LIMIT_ROWS:,} rows", "fewer rows")
        words = [tuple(rows[n][p] for n in held) for p in places]
        yield np.array(held, dtype=np.int64) + first, words


def split_rows(path: Path, first: int, lines: list[str], separator: str = ",") -> list[list[str]]:
    """The values of each line; InputError where a value runs over the end of its line."""
    try:
        rows = list(csv.reader(lines, delimiter=separator, strict=True))
    except csv.Error as error:
        raise refusal(path, first, f"broken CSV ({error})", "a readable CSV file") from error
    if len(rows) != len(lines):
        raise refusal(path, first, "a quoted line break", "one row a line")
    return rows


def _take(
    table: RequestColumns, lines: Index, words: list[tuple[str, ...]], gathered: Gathered
) -> None:
    """Add the rows of one block."""
    time_s = table.seconds(words[0])
    prompt = numbers(words[1])
    answer = numbers(words[2])
    names = (table.time, table.prompt, table.answer)
    allowed = (table.time_is, "whole tokens, at least 0", "whole tokens, at least 0")
    wrong = (np.isnan(time_s), ~whole(prompt), ~whole(answer))
    for column, name, want, bad in zip(words, names, allowed, wrong, strict=True):
        for n in np.flatnonzero(bad).tolist():
            gathered.faults.add(int(lines[n]), f"{brief(column[n])!r} under {name}", want)
    good = ~(wrong[0] | wrong[1] | wrong[2])
    if table.failed_where_empty:
        gathered.note("failed: no answer; kept as load", lines[good & (answer == 0)], kept=True)
    gathered.add(lines[good], time_s[good], prompt[good], answer[good])


def whole(values: Array) -> np.ndarray:
    """Whether each is a count of tokens."""
    with np.errstate(invalid="ignore"):
        return np.asarray((values >= 0) & (values <= TOKENS_MAX) & (values == np.floor(values)))
