"""Who runs the cases: this process, others on this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from twin.study.experiments.case import Case, CaseAnswer
from twin.study.experiments.subject import Subject, answered

Runner = Callable[[Mapping[str, Case]], Iterator[tuple[str, CaseAnswer]]]
"""Takes cases by key; gives each key with its answer, in any order."""


@contextmanager
def runner(subject: Subject, workers: int, cluster: str) -> Iterator[Runner]:
    """The runner that is asked for, for as long as the block lasts."""

    def here(asked: Mapping[str, Case]) -> Iterator[tuple[str, CaseAnswer]]:
        for key, case in asked.items():
            yield key, answered(subject, case)

    yield here
