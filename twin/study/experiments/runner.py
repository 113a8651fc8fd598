"""Who runs the cases: this process, others on this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from twin.study.experiments.processes import Processes
from twin.study.experiments.runner_kind import Runner
from twin.study.experiments.subject import Subject


@contextmanager
def runner(subject: Subject, workers: int, cluster: str) -> Iterator[Runner]:
    """The runner that is asked for, for as long as the block lasts."""
    if cluster:
        from twin.study.experiments.cluster import on_cluster

        with on_cluster(subject, cluster) as run:
            yield run
    elif workers > 1:
        processes = Processes(subject, workers)
        try:
            yield processes
        finally:
            processes.end()
    else:
        yield lambda asked: subject.answers(list(asked.items()), _nobody)


def _nobody(_: str) -> None:
    """Nobody asks which case begins."""
