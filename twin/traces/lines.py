"""Lines of a file in blocks of bounded size, and the faults found in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from twin.errors import InputError, Problem

BLOCK_BYTES = 4_000_000
"""Read at once."""
LIMIT_LINE_BYTES = 4_000_000
"""A line of a million-token prompt with its block hashes has 20 kB; of a benchmark's log, 1 MB."""
LIMIT_ROWS = 50_000_000
"""Rows of one file: the longest published week of requests has 27 million."""
LIMIT_PROBLEMS = 50
"""Problems that are listed of one file."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"PAR1": "parquet",
}


class FileFaults:
    """Problems of one file, the first of them kept and all of them counted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self.kept: list[Problem] = []

    def add(self, line: int, found: str, allowed: str, hint: str = "") -> None:
        """One thing wrong at a line; line 0 stands for the whole file."""
        self.count += 1
        if len(self.kept) < LIMIT_PROBLEMS:
            column = 1 if line else 0
            place = {"file": str(self.path), "line": line, "column": column}
            self.kept.append(Problem("", found, allowed, hint, **place))  # type: ignore[arg-type]

    def refuse(self) -> None:
        """InputError with all of them in order of lines; nothing where there is none."""
        self.kept.sort(key=lambda problem: problem.line)
        if self.count > len(self.kept):
            more = f"{self.count - len(self.kept):,} more faults like these"
            last = Problem("", more, "a file without any", file=str(self.path))
            raise InputError([*self.kept, last])
        if self.kept:
            raise InputError(self.kept)


def refusal(path: Path, line: int, found: str, allowed: str, hint: str = "") -> InputError:
    """One fault that ends the reading of a file."""
    faults = FileFaults(path)
    faults.add(line, found, allowed, hint)
    return InputError(faults.kept)


def brief(text: str, most: int = 60) -> str:
    """A text that fits a message."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def beginning(path: Path, size: int = 65_536) -> bytes:
    """The first bytes of a file, by which it is recognised; packed and empty files are refused."""
    try:
        with path.open("rb") as file:
            head = file.read(size)
    except OSError as error:
        reason = error.strerror or "an error"
        raise refusal(path, 0, f"a file that cannot be read ({reason})", "a file") from error
    if not head.strip():
        raise refusal(path, 0, "an empty file", "a trace with at least one row")
    for mark, name in _PACKED.items():
        if head.startswith(mark):
            raise refusal(path, 0, f"a {name} file", "text", "unpack it first")
    return head.removeprefix(_BYTE_ORDER_MARK)


def blocks(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Blocks of whole lines without their ends, and the number of the first line of each.

    A last line without an end is a line. InputError for a line that is too long and for text that
    is not UTF-8.
    """
    number = 1
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(BLOCK_BYTES):
            whole, mark, rest = (rest + chunk).rpartition(b"\n")
            if len(rest) > LIMIT_LINE_BYTES:
                line = number + whole.count(b"\n") + bool(mark)
                found = f"a line of more than {LIMIT_LINE_BYTES // 1_000_000} MB"
                raise refusal(path, line, found, "one row a line")
            if mark:
                lines = _text(path, number, whole)
                yield number, lines
                number += len(lines)
    if rest:
        yield number, _text(path, number, rest)


def _text(path: Path, number: int, block: bytes) -> list[str]:
    """The lines of a block; the mark that spreadsheets put before UTF-8 is dropped."""
    if number == 1:
        block = block.removeprefix(_BYTE_ORDER_MARK)
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError as error:
        line = number + block.count(b"\n", 0, error.start)
        found = f"the byte 0x{block[error.start]:02x}"
        raise refusal(path, line, found, "text in UTF-8") from error
    return [line.removesuffix("\r") for line in text.split("\n")]
