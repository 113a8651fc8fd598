"""Cases answered by processes of this machine, of which any may die.

A case whose process died is tried once more by another, and has failed where that dies too.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from queue import Queue
from threading import Thread
from typing import Any

from twin.errors import InputError, Problem, RunError
from twin.study.experiments.case import Case, CaseAnswer
from twin.study.experiments.subject import Subject
from twin.study.experiments.worker import ANSWERS, BEGINS, IDLE, send

TRIES = 2
"""Processes that may die of one case."""
SHARES = 4
"""A batch is this part of a process's share of the pieces that are left: many at first, few at the
end."""
BATCH_MAX = 128
"""Pieces of a batch."""
_GONE = "gone"
Batch = list[tuple[str, Case]]


class _Worker:
    """One process, and what it was asked and has not answered."""

    def __init__(self, setup: bytes, messages: Queue[Any]) -> None:
        self.open: dict[str, Case] = {}
        self.begun = ""
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        command = [sys.executable, "-m", f"{__package__}.worker"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        assert self.process.stdin is not None
        self.asked = self.process.stdin
        with suppress(OSError):  # where it is dead already, its reader says so
            self.asked.write(setup)
            self.asked.flush()
        Thread(target=self._read, args=(messages,), daemon=True).start()

    def ask(self, batch: Batch) -> None:
        """Send a batch."""
        self.open = dict(batch)
        self.begun = ""
        with suppress(OSError):
            send(self.asked, batch)

    def _read(self, messages: Queue[Any]) -> None:
        """Hand on what it tells, until it tells no more."""
        assert self.process.stdout is not None
        while True:
            try:
                messages.put((self, *pickle.load(self.process.stdout)))
            except Exception:
                messages.put((self, _GONE))
                return

    def end(self) -> None:
        """Stop it, whatever it does."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()


class Processes:
    """So many processes with one subject."""

    def __init__(self, subject: Subject, workers: int) -> None:
        self._subject = subject
        self._setup = _setup(subject)
        self._count = workers
        self._messages: Queue[Any] = Queue()
        self._workers: list[_Worker] = []
        self._deaths: Counter[str] = Counter()
        self._barren = 0
        self._left: deque[Batch] = deque()

    def __call__(self, asked: Mapping[str, Case]) -> Iterator[tuple[str, CaseAnswer]]:
        """Every key with its answer, as they come.

        Raises RunError where processes die before they answer anything.
        """
        self._left = deque(self._subject.pieces(list(asked.items()), self._count))
        open_ = len(asked)
        for _ in range(min(self._count, len(self._left))):
            self._begin()
        while open_:
            worker, what, *told = self._messages.get()
            for key, answer in self._took(worker, what, told):
                open_ -= 1
                yield key, answer

    def _begin(self) -> None:
        worker = _Worker(self._setup, self._messages)
        self._workers.append(worker)
        self._hand_out(worker)

    def _hand_out(self, worker: _Worker) -> None:
        """Give a process its share of what is left."""
        if not self._left:
            return
        left = len(self._left)
        size = min(max(left // (SHARES * self._count), 1), BATCH_MAX)
        batch = [one for _ in range(size) for one in self._left.popleft()]
        worker.ask(batch)

    def _took(
        self, worker: _Worker, what: str, told: list[Any]
    ) -> Iterator[tuple[str, CaseAnswer]]:
        if what == BEGINS:
            worker.begun = told[0]
        elif what == ANSWERS:
            key, answer = told
            self._barren = 0
            if worker.open.pop(key, None) is not None:
                yield key, answer
        elif what == IDLE:
            self._hand_out(worker)
        elif what == _GONE:
            yield from self._mourn(worker)

    def _mourn(self, worker: _Worker) -> Iterator[tuple[str, CaseAnswer]]:
        """Another process takes over, and tries the case once more that this one died of."""
        worker.process.wait()
        died = worker.process.returncode
        self._workers.remove(worker)
        self._barren += 1
        if self._barren > TRIES * self._count + TRIES:
            raise RunError(
                f"processes of the study die before they answer anything (exit code {died}); "
                "finished cases are kept"
            )
        blamed = [worker.begun] if worker.begun in worker.open else list(worker.open)
        self._deaths.update(blamed)
        for key in [key for key in blamed if self._deaths[key] >= TRIES]:
            del worker.open[key]
            yield key, CaseAnswer(failure=_died(died))
        self._put_back(worker.open, blamed)
        if self._left:
            self._begin()

    def _put_back(self, cases: dict[str, Case], blamed: list[str]) -> None:
        """Cases that have no answer: those that may have killed a process each by itself."""
        alone = [[(key, cases[key])] for key in blamed if key in cases]
        rest = [(key, case) for key, case in cases.items() if key not in blamed]
        self._left.extendleft([*alone, *([rest] if rest else [])])

    def end(self) -> None:
        """Stop all processes."""
        for worker in self._workers:
            worker.end()


def _died(code: int) -> str:
    by = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"the process that ran it died, twice ({by}): out of memory, or killed"


def _setup(subject: Subject) -> bytes:
    """What every process is told first. InputError for a function that no other process knows."""
    try:
        told = pickle.dumps(subject)
        if b"__main__" in told:
            raise pickle.PicklingError("it stands in __main__")
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        found = f"a function that other processes cannot import ({error})"
        cure = "a function of a module, or workers=1"
        raise InputError([Problem("workers", found, cure)]) from error
    return pickle.dumps(sys.path) + told
