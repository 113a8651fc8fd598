"""Two designs, scenarios or results as a page: what differs first, on plans and by component, and
what reviewers have to look at again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from twin.analysis.change_review import ChangeReview
from twin.analysis.differences import Compared, DesignChange
from twin.analysis.side_by_side import SideBySide
from twin.analysis.sign_off import DESIGN, JudgedEntry
from twin.present import comparison
from twin.present.blocks import Block, Grid, Lines, Section, drawn_picture
from twin.present.design_diff import tables
from twin.present.figures import svg_bytes
from twin.present.figures.plan_changes import (
    YARD,
    ChangedPlan,
    changed_plans,
    figure_changes,
    labels,
)
from twin.present.report.differences import differences_page
from twin.present.report.review import notes, verdict
from twin.quantities import count, counted, short, span
from twin.results.folder import write_named, writing

__all__ = ["ComparedPair", "page", "sentences", "write"]

MOST_PLANS = 6
"""Halls that are drawn, those with most differences."""
_WORDS = {"removed": "only in A", "added": "only in B", "changed": "changed", "moved": "moved",
          "moved and changed": "moved and changed", "renamed": "renamed",
          "renamed and changed": "renamed and changed"}  # fmt: skip
_THINGS = {
    "components": "component", "connections": "connection", "layout": "key of the layout",
    "scenario": "key of the scenario",
}  # fmt: skip


@dataclass(frozen=True)
class ComparedPair:
    """Two sides, what differs, what was said of them, and how two results compare."""

    a: Compared
    b: Compared
    found: tuple[DesignChange, ...]
    reviews: ChangeReview
    results: SideBySide | None = None
    """Where both are results."""
    place: str = "LAYOUT"
    """How the second side is named on a command line."""

    def of(self, section: str) -> list[DesignChange]:
        """What differs in one section."""
        return [one for one in self.found if one.section == section]


def sentences(pair: ComparedPair) -> list[str]:
    """How many of which differ, with their names, and what does not; results first."""
    told = comparison.sentences(pair.results) if pair.results else []
    told += [_sentence(pair, section, thing) for section, thing in _THINGS.items()]
    if pair.reviews.after:
        told.append(f"Review of B: {verdict(pair.reviews.after)}")
    return told


def _sentence(pair: ComparedPair, section: str, thing: str) -> str:
    held = pair.of(section)
    if not held:
        return f"No {thing} differs."
    parts = []
    for what, words in _WORDS.items():
        names = [one.subject.replace("->", "→") for one in held if one.what == what]
        if names:
            parts.append(f"{count(len(names))} {words} ({span(names, 3)})")
    many = thing.replace("key ", "keys ") if thing.startswith("key ") else f"{thing}s"
    return f"{many[0].upper()}{many[1:]}: {'; '.join(parts)}."


def page(pair: ComparedPair) -> str:
    """The page as text: the same two sides and reviews give the same bytes."""
    a = pair.a.name
    b = pair.b.name
    over = f"What is different in B, {b}, from A, {a}"
    title = f"{a} → {b}"
    return differences_page("differences", title, over, list(_sections(pair)), _verdict(pair))


def _verdict(pair: ComparedPair) -> str:
    """What decides of two results; of two designs how much differs."""
    if not pair.found:
        return "Nothing differs."
    if pair.results is not None:
        return comparison.sentences(pair.results)[-1]
    told = [
        f"{counted(number, thing)} {'differs' if number == 1 else 'differ'}"
        for thing in ("component", "connection")
        if (number := sum(one.what != "renamed" for one in pair.of(f"{thing}s")))
    ]
    renamed = sum(one.what == "renamed" for one in pair.of("components"))
    told += [f"{counted(renamed, 'component')} renamed"] if renamed else []
    return "; ".join(told) or "The same components and connections; what was asked differs."


def _sections(pair: ComparedPair) -> Iterator[Section]:
    told = [one for one in sentences(pair) if one != _verdict(pair)]
    yield Section("Differences", [], [Lines("In words", tuple(told))])
    if pair.results is not None:
        yield _results(pair, pair.results)
    if pair.of("components"):
        yield Section("Components", [], list(_components(pair)))
    if pair.of("connections"):
        yield Section("Connections", [], [tables.connections(pair.found)])
    keys: list[Block] = [
        tables.keys(section, title, pair.a, pair.b, pair.found)
        for section, title in (("layout", "Keys of the layout"), ("scenario", "Other keys"))
        if pair.of(section)
    ]
    if keys:
        yield Section("What was asked", [], keys)
    yield _review(pair)


def _results(pair: ComparedPair, found: SideBySide) -> Section:
    blocks = comparison.number_blocks(found)
    if pair.of("results by component"):
        sides = (pair.a, pair.b, pair.found)
        blocks += [tables.largest(*sides), tables.every(*sides)]
    return Section("Results", [], [comparison.side_by_side_picture(found), *blocks])


def _components(pair: ComparedPair) -> Iterator[Block]:
    plans = changed_plans(pair.a, pair.b, pair.found)
    plans.sort(key=lambda plan: -len(_names(plan)))
    for plan in plans[:MOST_PLANS]:
        caption = f"{_called(plan)}: both designs over one another; the table below has the values."
        svg = svg_bytes(figure_changes(plan))
        yield drawn_picture(f"plan_{plan.name}", caption, svg, describe(plan))
    if len(plans) > MOST_PLANS:
        left = span([plan.name for plan in plans[MOST_PLANS:]])
        yield Lines("Plans left out", (f"Fewer components differ in {left}.",))
    yield tables.components(pair.a, pair.b, pair.found, pair.reviews)


def _names(plan: ChangedPlan) -> set[str]:
    return {name for name in [*plan.old["id"], *plan.new["id"]] if name in plan.whats}


def _called(plan: ChangedPlan) -> str:
    return plan.name if plan.name == YARD else f"Plan of {short(plan.name) or 'the racks'}"


def describe(plan: ChangedPlan) -> str:
    """What one sees on a plan, for those who do not."""
    said: dict[str, list[str]] = {}
    for one in labels(plan):
        said.setdefault(_WORDS[one.what], []).append(one.text)
    parts = [f"{words}: {', '.join(names)}" for words, names in said.items()]
    same = len(set(plan.new["id"]) - set(plan.whats))
    parts.append(f"{counted(same, 'component')} as before")
    gone = [wall for wall, stands in plan.walls.items() if not stands]
    parts += ["the walls of A, dashed, stand elsewhere"] if gone else []
    return f"{_called(plan)}. {'; '.join(parts)}."


def _review(pair: ComparedPair) -> Section:
    """What the change asks of reviewers, all that was said, and how to say more."""
    made = Section("Review", [])
    stale = pair.reviews.made_stale
    if stale:
        made.says.append(
            f"{counted(len(stale), 'decision')} held for A and must be taken again for B."
        )
        made.blocks.append(_again(pair, stale))
    made.says += [verdict(pair.reviews.after)] if pair.reviews.after else []
    silent = [
        one.subject
        for one in pair.of("components")
        if one.what != "renamed" and not pair.reviews.decided(one.subject)
    ]
    if silent:
        made.says.append(f"Nobody has decided on {span(silent, 4)}, which differ.")
    if pair.reviews.after:
        made.blocks.append(notes(pair.reviews.after))
    command = f"twin review {pair.place} --component NAME --reviewer WHO --decision approved"
    made.blocks.append(Lines("To say something of B", (command, f"twin review {pair.place}")))
    return made


def _again(pair: ComparedPair, stale: Sequence[JudgedEntry]) -> Grid:
    words = {one.subject: tables.in_words(one) for one in pair.of("components")}
    words |= {old: f"renamed {new}" for new, old in _former_names(pair).items()}
    words[DESIGN] = _verdict(replace(pair, results=None))
    rows = tuple(
        (one.entry.component, short(one.entry.reviewer, 60), one.entry.date, one.entry.decision,
         short(words.get(one.entry.component) or "its feeds", 120))
        for one in stale
    )  # fmt: skip
    headings = ("Component", "Decided by", "On", "Decision on A", "What has changed")
    return Grid("To be looked at again", headings, rows, (False,) * len(headings))


def _former_names(pair: ComparedPair) -> dict[str, str]:
    """Name in A of each component that has another in B."""
    held = [(one.subject, value) for one in pair.of("components") for value in one.values]
    return {name: str(value.old) for name, value in held if value.key == "id"}


def write(pair: ComparedPair, path: Path) -> Path:
    """Write the page, whole or not at all. OutputError where the disk refuses."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing("the differences", path):
        write_named(path, page(pair).encode())
    return path
