"""Request traces of one JSON object a line (Mooncake, AIPerf), and the log of a vLLM benchmark."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from twin.traces.gathered import Gathered
from twin.traces.lines import LIMIT_ROWS, FileFaults, blocks, brief, refusal
from twin.traces.request_columns import TOKENS_MAX
from twin.traces.request_trace import RequestTrace

HASHES_MAX = 400_000_000
"""Block hashes of one file: 3.2 GB."""
BLOCK_TOKENS = tuple(2**n for n in range(3, 15))
"""Blocks may have 8 to 16,384 tokens; which it is follows from the lengths."""
LOG_BYTES_MAX = 500_000_000
"""A benchmark's log is one JSON document and is read whole."""


@dataclass(frozen=True)
class Record:
    """One request of a line of JSON."""

    time_s: float
    prompt: float
    answer: float
    hashes: tuple[int, ...] | None = None


@dataclass(frozen=True)
class RecordFormat:
    """A published format of one JSON object a line."""

    title: str
    fits: Callable[[Mapping[str, Any]], bool]
    read: Callable[[Mapping[str, Any]], Record | str]
    """The request, or why it is left out; ValueError with what is allowed, where it is wrong."""
    in_order: bool


def number(held: Any, name: str) -> float:
    """A finite number that is not negative; ValueError with what is allowed."""
    fine = isinstance(held, int | float) and not isinstance(held, bool)
    if not fine or not 0 <= held < float("inf"):
        raise ValueError(f"{brief(repr(held))} under {name}|a number, at least 0")
    return float(held)


def tokens(held: Any, name: str) -> float:
    """A count of tokens; ValueError with what is allowed."""
    count = number(held, name)
    if count != int(count) or count > TOKENS_MAX:
        raise ValueError(f"{brief(repr(held))} under {name}|whole tokens")
    return count


def _is_mooncake(row: Mapping[str, Any]) -> bool:
    return {"timestamp", "input_length", "output_length"} <= set(row)


def _mooncake(row: Mapping[str, Any]) -> Record | str:
    return Record(
        number(row.get("timestamp"), "timestamp") / 1000.0,
        tokens(row.get("input_length"), "input_length"),
        tokens(row.get("output_length"), "output_length"),
        _hashes(row.get("hash_ids")),
    )


def _hashes(held: Any) -> tuple[int, ...] | None:
    if held is None:
        return None
    fine = isinstance(held, list) and all(type(one) is int and abs(one) < 2**63 for one in held)
    if not fine:
        raise ValueError(f"{brief(repr(held))} under hash_ids|a list of whole numbers")
    return tuple(held)


def _is_aiperf(row: Mapping[str, Any]) -> bool:
    metadata = row.get("metadata")
    return isinstance(metadata, dict) and "request_start_ns" in metadata


def _aiperf(row: Mapping[str, Any]) -> Record | str:
    metadata = row["metadata"]
    if metadata.get("benchmark_phase") == "warmup":
        return "left out: warm-up of the benchmark"
    metrics = row.get("metrics")
    if row.get("error") or not isinstance(metrics, dict) or not metrics:
        return "left out: the request failed, and its lengths are not known"
    return Record(
        number(metadata.get("request_start_ns"), "request_start_ns") / 1e9,
        tokens(_value(metrics, "input_sequence_length"), "input_sequence_length"),
        tokens(_value(metrics, "output_sequence_length"), "output_sequence_length"),
    )


def _value(metrics: Mapping[str, Any], name: str) -> Any:
    held = metrics.get(name)
    return held.get("value") if isinstance(held, dict) else held


RECORD_FORMATS = (
    RecordFormat("Mooncake", _is_mooncake, _mooncake, True),
    RecordFormat("AIPerf records", _is_aiperf, _aiperf, False),
)
"""Every format of one JSON object a line, by its keys."""


def read_records(path: Path, form: RecordFormat) -> RequestTrace:
    """Every request; InputError with every line that is none, or out of order."""
    faults = FileFaults(path)
    gathered = Gathered(form.title, faults, form.in_order)
    hashes = 0
    rows = 0
    for first, lines in blocks(path):
        held = list(_of_block(first, lines, form, gathered))
        rows += len(held)
        hashes += sum(len(record.hashes or ()) for _, record in held)
        if rows > LIMIT_ROWS or hashes > HASHES_MAX:
            raise refusal(path, first, "more rows or block hashes than fit", "a shorter trace")
        _keep(held, gathered)
    _size_of_blocks(gathered)
    return gathered.trace()


def _of_block(
    first: int, lines: Sequence[str], form: RecordFormat, gathered: Gathered
) -> Iterator[tuple[int, Record]]:
    for n, line in enumerate(lines, start=first):
        if not line.strip():
            continue
        try:
            found = form.read(_row(line))
        except ValueError as error:
            told, _, allowed = str(error).partition("|")
            gathered.faults.add(n, told, allowed or f"a request as {form.title} writes it")
            continue
        if isinstance(found, str):
            gathered.note(found, np.array([n]))
        elif found.prompt == 0:
            gathered.note("left out: no prompt tokens", np.array([n]))
        else:
            yield n, found


def _row(line: str) -> Mapping[str, Any]:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"broken JSON: {brief(line)!r}|one JSON object a line") from error
    if not isinstance(row, dict):
        raise ValueError(f"{brief(line)!r}|one JSON object a line")
    return row


def _keep(held: Sequence[tuple[int, Record]], gathered: Gathered) -> None:
    """Add the requests of one block, and the blocks of their prompts."""
    lines = np.array([n for n, _ in held], dtype=np.int64)
    columns = [(one.time_s, one.prompt, one.answer) for _, one in held]
    numbers = np.array(columns, dtype=np.float64).reshape(len(held), 3)
    gathered.add(lines, numbers[:, 0], numbers[:, 1], numbers[:, 2])
    of_rows = [one.hashes or () for _, one in held]
    gathered.sizes.append(np.array([len(row) for row in of_rows], dtype=np.int64))
    gathered.hashes.append(np.array([one for row in of_rows for one in row], dtype=np.int64))


def _size_of_blocks(gathered: Gathered) -> None:
    """The one size of blocks by which every prompt has as many as it should."""
    sizes = np.concatenate([*gathered.sizes, np.zeros(0, dtype=np.int64)])
    if not sizes.any() or gathered.faults.count:
        return
    prompts = np.concatenate([part[1] for part in gathered.parts])
    for size in BLOCK_TOKENS:
        if (-(-prompts // size) == sizes).all():
            gathered.block_tokens = size
            return
    allowed = "as many hash_ids as the prompt has blocks, of one size, in every row"
    gathered.faults.add(0, "hash_ids that fit no size of blocks", allowed)


def is_vllm_log(head: bytes) -> bool:
    """Whether a file begins as the result of a vLLM or SGLang serving benchmark does."""
    keys = (b'"total_input_tokens"', b'"num_prompts"', b'"input_lens"', b'"request_throughput"')
    return head.lstrip().startswith(b"{") and sum(key in head for key in keys) >= 2


def read_vllm_log(path: Path) -> RequestTrace:
    """The requests of one benchmark run that was saved with its details."""
    faults = FileFaults(path)
    gathered = Gathered("vLLM benchmark log", faults, in_order=False)
    log = _document(path)
    wanted = ("start_times", "input_lens", "output_lens")
    missing = [name for name in wanted if not isinstance(log.get(name), list)]
    if missing:
        found = f"a benchmark log without {', '.join(missing)}"
        allowed = "start_times, input_lens and output_lens"
        raise refusal(path, 0, found, allowed, "save it again with --save-result --save-detailed")
    columns = [log[name] for name in wanted]
    if len({len(column) for column in columns}) != 1:
        raise refusal(path, 0, "lists of different lengths", "one entry a request in each")
    _take_log(columns, log.get("errors"), gathered)
    return gathered.trace()


def _document(path: Path) -> Mapping[str, Any]:
    if path.stat().st_size > LOG_BYTES_MAX:
        found = f"a log of more than {LOG_BYTES_MAX // 1_000_000} MB"
        raise refusal(path, 0, found, "a smaller one")
    try:
        log = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise refusal(path, line, "broken JSON", "one JSON document") from error
    return log if isinstance(log, dict) else {}


def _take_log(columns: list[list[Any]], errors: Any, gathered: Gathered) -> None:
    """Requests by their index in the log, which stands for a line."""
    failed = list(errors) if isinstance(errors, list) else []
    held = []
    for n, row in enumerate(zip(*columns, strict=True)):
        names = ("start_times", "input_lens", "output_lens")
        try:
            found = [number(one, f"{name}[{n}]") for one, name in zip(row, names, strict=True)]
        except ValueError as error:
            told, _, allowed = str(error).partition("|")
            gathered.faults.add(1, told, allowed)
            continue
        if n < len(failed) and failed[n]:
            gathered.note("failed: no answer; kept as load", np.array([n + 1]), kept=True)
            found[2] = 0.0
        held.append((n + 1, Record(found[0], found[1], found[2])))
    _keep(held, gathered)
