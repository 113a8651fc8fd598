"""Request traces read by what they hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twin.errors import InputError
from twin.traces.lines import beginning, brief, refusal
from twin.traces.request_columns import REQUEST_TABLES, header_of, read_table, table_of
from twin.traces.request_records import RECORD_FORMATS, is_vllm_log, read_records, read_vllm_log
from twin.traces.request_trace import RequestTrace

KNOWN = (
    "a table with "
    + " or ".join(f"{t.time}, {t.prompt}, {t.answer} ({t.title})" for t in REQUEST_TABLES[:3])
    + ", or a Mooncake trace, AIPerf records or a vLLM benchmark log"
)
"""What a file of requests may be, for messages."""


def read_requests(path: str | Path) -> RequestTrace:
    """The requests of a trace, recognised by what it holds.

    Known are the Azure LLM inference traces of 2023 and 2024, BurstGPT, Mooncake, records of
    AIPerf, detailed logs of vLLM's serving benchmark, and a plain table of arrival_s,
    input_tokens, output_tokens. Arrivals count from the first request.
    Raises InputError with every fault, each at its line: truncated rows, times that fall, numbers
    that are none, or a file that is none of these.
    """
    path = Path(path)
    head = beginning(path)
    row = _first_object(head)
    if row is not None:
        for form in RECORD_FORMATS:
            if form.fits(row):
                return read_records(path, form)
    if is_vllm_log(head):
        return read_vllm_log(path)
    header = header_of(head)
    table = table_of(header)
    if table is None:
        raise unknown(path, header)
    return read_table(path, table, header)


def unknown(path: Path, header: list[str]) -> InputError:
    """A file that is no trace of requests."""
    found = f"the columns {brief(', '.join(header), 200)}"
    return refusal(path, 1, found, KNOWN)


def _first_object(head: bytes) -> dict[str, Any] | None:
    """The first line as a JSON object; None where it is none."""
    first = head.lstrip().split(b"\n", 1)[0]
    if not first.startswith(b"{"):
        return None
    try:
        row = json.loads(first)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
