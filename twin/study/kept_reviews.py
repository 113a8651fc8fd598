"""Notes and decisions beside a layout, kept beside its result too: its report shows them.

They are no part of the result: they may be brought up to date without another run.
"""

from __future__ import annotations

from pathlib import Path

from twin.analysis.sign_off import FILE, read_reviews, review_path
from twin.errors import InputError, Problem
from twin.results.folder import write_whole, writing
from twin.scenario import Scenario, load


def reviews_beside(scenario: Scenario) -> bytes:
    """The text of the reviews beside the scenario's layout; empty where there are none.

    InputError with every problem in it, so that no run ends with a report that cannot be written.
    """
    layout = scenario.layout_file()
    if layout is None or not review_path(layout).is_file():
        return b""
    read_reviews(review_path(layout))
    return review_path(layout).read_bytes()


def keep_reviews(text: bytes, folder: Path) -> None:
    """Put that text beside a result; where it is empty, what stands there stays.

    OutputError where the disk refuses.
    """
    if text:
        with writing("the review", folder / FILE):
            write_whole(folder / FILE, text)


def bring_reviews(layout: Path, folder: Path) -> None:
    """Put what is said beside a layout, or a scenario's layout, now beside a result.

    InputError where nothing is.
    """
    scenario = load(layout)
    text = reviews_beside(scenario)
    if not text:
        where = str(review_path(scenario.layout_file() or layout))
        allowed = "notes and decisions, which `twin review LAYOUT --component …` writes"
        raise InputError([Problem("", "no such file", allowed, file=where)])
    keep_reviews(text, folder)
