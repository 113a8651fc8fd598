"""Cases answered by a Dask cluster: the same study on many machines."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from twin.errors import InputError, Problem, RunError
from twin.study.experiments.case import Case, CaseAnswer
from twin.study.experiments.runner_kind import Runner
from twin.study.experiments.subject import Keyed, Subject

INSTALL = "pip install 'ai-factory-twin[cluster]'"
SHARES = 4
"""Batches that a worker gets at least, so that the last ones end together."""
BATCH_MAX = 64
CONNECT_S = 20
"""How long a scheduler may take to answer."""


@contextmanager
def unlogged() -> Iterator[None]:
    """Nothing of what distributed logs by itself: a cluster that dies is told in one line."""
    names = [n for n in logging.root.manager.loggerDict if n.partition(".")[0] == "distributed"]
    loud = [held for held in map(logging.getLogger, names) if not held.disabled]
    for one in loud:
        one.disabled = True
    try:
        yield
    finally:
        for one in loud:
            one.disabled = False


@contextmanager
def on_cluster(subject: Subject, address: str) -> Iterator[Runner]:
    """Batches as Dask tasks, for as long as the block lasts.

    A task whose worker died is given to another by Dask; one that kills several has failed.
    Raises InputError where dask is missing or nobody answers at the address.
    """
    if find_spec("distributed") is None:
        raise InputError([Problem("--cluster", "no package distributed", INSTALL)])
    from distributed import Client

    with unlogged(), _connected(Client, address) as client:
        yield lambda asked: _answers(client, subject, asked)


@contextmanager
def _connected(make: Any, address: str) -> Iterator[Any]:
    try:
        client = make(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        found = f"nobody who answers ({error})"
        allowed = "the address of a Dask scheduler, such as tcp://host:8786"
        raise InputError([Problem("--cluster", found, allowed, file=address)]) from error
    try:
        yield client
    finally:
        client.close()


def _answers(
    client: Any, subject: Subject, asked: Mapping[str, Case]
) -> Iterator[tuple[str, CaseAnswer]]:
    from distributed import as_completed

    there = client.scatter(subject, broadcast=True)
    cases = list(asked.items())
    slots = max(sum(client.nthreads().values()), 1)
    pieces = subject.pieces(cases, slots)
    size = min(max(len(pieces) // (SHARES * slots), 1), BATCH_MAX)
    batches = [
        [one for piece in pieces[n : n + size] for one in piece]
        for n in range(0, len(pieces), size)
    ]
    tasks = {client.submit(answer_batch, there, batch, pure=False): batch for batch in batches}
    for task in as_completed(list(tasks), loop=client.loop):
        if task.status == "finished":
            yield from task.result()
        elif task.status == "cancelled":
            raise RunError("the cluster went away; finished cases are kept")
        else:
            failure = f"the cluster gave it up: {task.exception()}"
            yield from ((key, CaseAnswer(failure=failure)) for key, _ in tasks[task])
        task.release()


def answer_batch(subject: Subject, batch: list[Keyed]) -> list[tuple[str, CaseAnswer]]:
    """What a Dask task does."""
    return list(subject.answers(batch, lambda _: None))
