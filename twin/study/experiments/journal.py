"""What has been answered, on the disk as soon as it is: a study that is killed loses nothing.

A journal is a file of JSON lines, one an answer, each with the key of its question. A line that a
killed process left unfinished is cut off when the journal is next opened.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from twin.errors import InputError, OutputError, Problem
from twin.results.locks import Held, release, taken
from twin.study.experiments.case import CaseAnswer

FILE = ".answers.jsonl"
"""The journal's name in the folder of a study."""
FORMAT = 1


class Kept(Protocol):
    """Answers by the key of their question."""

    def read(self) -> dict[str, CaseAnswer]:
        """All that is kept."""
        ...

    def add(self, key: str, answer: CaseAnswer) -> None:
        """Keep one more."""
        ...

    def close(self) -> None:
        """Nothing more is added."""
        ...


class Forgetful:
    """Keeps nothing, for studies without a folder."""

    def read(self) -> dict[str, CaseAnswer]:
        """Nothing."""
        return {}

    def add(self, key: str, answer: CaseAnswer) -> None:
        """Keep nothing."""

    def close(self) -> None:
        """Nothing to close."""


class AnswerJournal:
    """The answers of a study's folder. One process at a time may hold it.

    Raises InputError where another process does, and OutputError where the disk refuses.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self.count = 0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise OutputError(f"no journal in {folder}: {error.strerror or error}") from error
        self._lock: Held = taken(self.path)
        if self._lock is None and os.name == "posix" and not _unlockable(self.path):
            os.close(self._handle)
            found = "a study that another process is working on"
            cure = "wait until it is done, or another folder"
            raise InputError([Problem("--out", found, cure, file=str(folder))])

    def read(self) -> dict[str, CaseAnswer]:
        """All answers of whole lines; what stands after the last whole line is cut off.

        Raises InputError for a file that is no journal of this format.
        """
        data = self.path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            os.ftruncate(self._handle, len(whole))
        found = {}
        for number, line in enumerate(whole.splitlines(), start=1):
            key, answer = self._read_line(line, number)
            found[key] = answer
        self.count = len(found)
        return found

    def _read_line(self, line: bytes, number: int) -> tuple[str, CaseAnswer]:
        try:
            held = json.loads(line)
            if held["format"] != FORMAT:
                raise ValueError
            numbers = {str(name): float(value) for name, value in held["outcomes"].items()}
            return str(held["key"]), CaseAnswer(numbers, str(held["failure"]))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            problem = Problem("", "a line that no study wrote", "remove it", "", str(self.path))
            raise InputError([_at(problem, number)]) from error

    def add(self, key: str, answer: CaseAnswer) -> None:
        """Write one line, whole, and let the system have it: it survives this process.

        Raises OutputError where the disk refuses; what was added before stays.
        """
        data = (json.dumps(_line(key, answer), separators=(",", ":")) + "\n").encode()
        try:
            self._write(data)
        except OSError as error:
            why = error.strerror or str(error)
            raise OutputError(
                f"the study stops: {self.path} cannot be written ({why}); its {self.count:,} "
                "finished cases are kept, and the same command goes on from there"
            ) from error
        self.count += 1

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._handle, left) :]

    def close(self) -> None:
        """Flush to the disk itself, and let others have it."""
        with suppress(OSError):
            os.fsync(self._handle)
        os.close(self._handle)
        release(self._lock)


def _line(key: str, answer: CaseAnswer) -> Mapping[str, Any]:
    told = {"failure": answer.failure, "outcomes": dict(answer.outcomes)}
    return {"format": FORMAT, "key": key, **told}


def _at(problem: Problem, line: int) -> Problem:
    return Problem(
        problem.where, problem.found, problem.allowed, problem.hint, problem.file, line, 1
    )


def _unlockable(path: Path) -> bool:
    """Whether this disk knows no locks at all, so that nobody can be said to hold one."""
    probe = path.with_name(f"{path.name}.lock")
    try:
        probe.touch()
        held = taken(probe)
        release(held)
        probe.unlink()
    except OSError:
        return True
    return held is None
