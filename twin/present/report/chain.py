"""What followed from what, and who is behind losses that belong to whole jobs."""

from __future__ import annotations

import pandas as pd

from twin.analysis.cause_chain import Link, chain, culprits
from twin.present.blocks import Columns, Grid, grid, words
from twin.quantities import duration, moment, span
from twin.results import Result

MOST_LINKS = 40

_COLUMNS: Columns = {
    "At": ("at", words),
    "What": ("what", words),
    "Because": ("because", words),
    "After": ("after", words),
}


def trip_chain(result: Result) -> Grid | None:
    """Every event with its cause and the seconds between; None where nothing followed."""
    links = chain(result)
    if not any(link.cause is not None for link in links):
        return None
    rows = [_row(link, links) for link in _in_order(links)]
    frame = pd.DataFrame(rows, columns=["at", "what", "because", "after"])
    made = grid("What followed from what", frame, _COLUMNS, MOST_LINKS, "events")
    note = (
        "Causes are read from the connections: what broke before, was still out, and feeds, cools "
        "or stands beside what followed."
    )
    return Grid(made.title, made.headings, made.rows, made.right, f"{made.note} {note}".strip())


def _in_order(links: list[Link]) -> list[Link]:
    """Each cause with all that follows from it below it."""
    below: dict[int | None, list[int]] = {}
    for n, link in enumerate(links):
        below.setdefault(link.cause, []).append(n)
    order: list[int] = []
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        n = waiting.pop()
        order.append(n)
        waiting += reversed(below.get(n, []))
    return [links[n] for n in order]


def _row(link: Link, links: list[Link]) -> tuple[str, str, str, str]:
    times = f", {link.times} times" if link.times > 1 else ""
    what = f"{_arrow(link, links)}{span(link.names)} {link.what.value}{times}"
    if link.cause is None:
        return moment(link.time_s), what, "", ""
    cause = links[link.cause]
    because = f"{span(cause.names)} {cause.what.value}: {link.how}"
    return moment(link.time_s), what, because, duration(link.after_s)


def _arrow(link: Link, links: list[Link]) -> str:
    """One arrow a step from where it began."""
    depth = 0
    while link.cause is not None:
        link = links[link.cause]
        depth += 1
    return "→ " * depth


def behind(result: Result) -> dict[str, str]:
    """By job, what stopped it, in words: for losses that belong to the job as a whole."""
    return {job: span(names) for job, names in culprits(result).items()}
