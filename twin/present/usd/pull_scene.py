"""`twin usd pull`: the text of a layout with what was moved in its scene."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from twin.analysis.review import refused, review
from twin.errors import InputError, Problem
from twin.facility import build
from twin.facility.model import Facility
from twin.present.usd.pull import read_moves
from twin.present.usd.pull_layout import as_overrides, changes_for
from twin.scenario import load
from twin.scenario.yaml.document import read
from twin.scenario.yaml.edit import with_value


def pulled_text(scene: Path, layout: Path) -> tuple[str, list[Problem]]:
    """The layout's text with every move of the scene, and why it cannot be had.

    A move that the layout refuses (racks in one another or outside their hall), and what no layout
    can say (mirrors, turns, heights, numbers that are not finite), are problems. With any of them
    the text is that of the file.
    """
    text = layout.read_text(encoding="utf-8") if layout.is_file() else ""
    if not {"halls", "blocks"} & read(layout).data.keys():
        allowed = "a layout: a file with `halls` or `blocks`"
        return text, [Problem("", "no layout", allowed, file=str(layout))]
    scenario = load(layout)
    built = build(scenario)
    moves, problems = read_moves(scene, built.tables()["components"])
    changes, more = changes_for(moves, scenario.stated_plan, built)
    problems = [replace(one, file=str(scene)) for one in (*problems, *more)]
    if problems or not changes:
        return text, problems
    problems = _refused_by(layout, dict(as_overrides(changes)), built)
    if problems:
        return text, problems
    for change in changes:
        text = with_value(text, change.place, change.text)
    return text, []


def _refused_by(layout: Path, changes: dict[str, str], before: Facility) -> list[Problem]:
    """What the changed layout is refused for and the layout as it stands is not."""
    try:
        after = build(load(layout, changes))
    except InputError as error:
        return list(error.problems)
    old = {(one.where, one.found) for one in refused(before, review(before))}
    found = refused(after, review(after))
    return [one for one in found if (one.where, one.found) not in old]
