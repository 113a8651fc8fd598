"""Requests gathered block by block, put in order, and what was left out on the way."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array, Index
from twin.traces.lines import FileFaults
from twin.traces.request_trace import RequestTrace, Skip, no_hashes

_UNSORTED = "times that never fall from row to row"


class Gathered:
    """What was read of one file so far."""

    def __init__(self, title: str, faults: FileFaults, in_order: bool) -> None:
        self.title = title
        self.faults = faults
        self.in_order = in_order
        """Whether rows must stand in the order of arrival; logs of answers are put into it."""
        self.parts: list[tuple[Array, Index, Index]] = []
        self.hashes: list[Index] = []
        self.sizes: list[Index] = []
        self.block_tokens = 0
        self.skipped: dict[str, Skip] = {}
        self._last_s = -np.inf

    def note(self, why: str, lines: Index, kept: bool = False) -> None:
        """Count rows of one kind; `kept` says that they stay in the trace."""
        if lines.size:
            first = Skip(why, 0, int(lines[0]))
            before = self.skipped.get(why, first)
            self.skipped[why] = Skip(why, before.count + int(lines.size), before.first_line)

    def add(self, lines: Index, time_s: Array, prompt: Array, answer: Array) -> None:
        """Add rows whose numbers are sound; those that fall in time join the faults."""
        empty = prompt == 0
        self.note("left out: no prompt tokens", lines[empty])
        if self.in_order:
            self._see_order(lines, time_s)
        held = ~empty
        counts = (prompt[held].astype(np.int64), answer[held].astype(np.int64))
        self.parts.append((time_s[held], *counts))

    def _see_order(self, lines: Index, time_s: Array) -> None:
        if not time_s.size:
            return
        before = np.concatenate([[self._last_s], time_s[:-1]])
        for n in np.flatnonzero(time_s < before).tolist():
            back_s = before[n] - time_s[n]
            found = f"a time {back_s:,.6g} s before that of the row above"
            self.faults.add(int(lines[n]), found, _UNSORTED, "sort the rows by time")
        self._last_s = max(self._last_s, float(time_s[-1]))

    def trace(self) -> RequestTrace:
        """The requests in order of arrival; InputError with every fault, or where there is none."""
        columns = [np.concatenate(part) for part in zip(*self.parts, strict=True)]
        if not self.faults.count and (not columns or not columns[0].size):
            self.faults.add(0, "no requests", "at least one request")
        self.faults.refuse()
        arrival_s = columns[0] - columns[0].min()
        order = np.argsort(arrival_s, kind="stable")
        offsets, hashes = self._blocks(order)
        return RequestTrace(
            format=self.title,
            arrival_s=arrival_s[order],
            input_tokens=columns[1][order],
            output_tokens=columns[2][order],
            block_offsets=offsets,
            block_hashes=hashes,
            block_tokens=self.block_tokens,
            skipped=tuple(self.skipped.values()),
        )

    def _blocks(self, order: Index) -> tuple[Index, Index]:
        """Offsets and hashes in the order of arrival; empty where no blocks are known."""
        if not self.block_tokens:
            return no_hashes(), no_hashes()
        sizes = np.concatenate(self.sizes)
        starts = np.concatenate([[0], np.cumsum(sizes)])
        hashes = np.concatenate(self.hashes) if self.hashes else no_hashes()
        offsets = np.concatenate([[0], np.cumsum(sizes[order])])
        if (np.diff(order) != 1).any():
            shift = np.repeat(starts[:-1][order] - offsets[:-1], sizes[order])
            hashes = hashes[np.arange(hashes.size) + shift]
        return offsets, hashes
