"""Notes and decisions on the components of a design, kept as text beside its layout.

    review.yaml, or NAME.review.yaml for the layout NAME.yaml alone
        version: 1
        reviews:
          - {component: ups_a_1, reviewer: A. Meyer, decision: approved, date: 2026-11-29,
             hash: 3f2a91c07b1e, note: "checked against the single-line diagram"}

A hash is of what the component is, where it stands and who feeds it; of the design as a whole, of
all of them and of what its layout states beside: set-points, containment, volumes. A decision on
what has changed since is stale: it stands in the file, and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from twin.analysis.leaves import flat
from twin.errors import InputError, Problem, did_you_mean
from twin.scenario.yaml.document import parse
from twin.scenario.yaml.validate import load_model
from twin.stated import Stated

if TYPE_CHECKING:
    import pandas as pd

FILE = "review.yaml"
"""Beside the layout; beside a result, whichever its layout had."""
DESIGN = "design"
"""Stands for all components together."""

_WORDS = ("name", "description")
Decision = Literal["comment", "approved", "rejected"]
State = Literal["current", "stale", "gone"]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class ReviewEntry(Stated):
    """One note or decision of one reviewer on one component."""

    component: Word
    """Name of a component, or `design` for all of them."""
    reviewer: Word
    """Who says so."""
    decision: Decision = "comment"
    """comment, approved or rejected."""
    date: Annotated[str, Field(pattern=r"^20\d\d-[01]\d-[0-3]\d$")]
    """When, as YYYY-MM-DD."""
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")]
    """Of the component as it was then."""
    note: Annotated[str, Field(max_length=5000)] = ""
    """What was said."""


class ReviewFile(Stated):
    """All notes and decisions on a design."""

    version: Literal[1] = 1
    """Version of the grammar."""
    reviews: tuple[ReviewEntry, ...] = Field(default=(), max_length=20_000)
    """In the order in which they were given."""


@dataclass(frozen=True)
class JudgedEntry:
    """An entry, and whether it is still about what stands in the layout."""

    entry: ReviewEntry
    state: State
    """current, stale (the component has changed) or gone (there is no such component)."""


def review_path(layout: Path) -> Path:
    """Where the notes on a layout are kept: in its own file where there is one, else in that of
    its folder.
    """
    own = own_review_path(layout)
    return own if own.is_file() else layout.parent / FILE


def own_review_path(layout: Path) -> Path:
    """The file of one layout alone, of several in a folder: `pod.review.yaml` for `pod.yaml`."""
    return layout.with_name(f"{layout.stem}.{FILE}")


def read_reviews(path: Path) -> tuple[ReviewEntry, ...]:
    """Entries of a file in its order, none where there is no file.

    InputError with every problem at its line.
    """
    if not path.is_file():
        return ()
    found, document = load_model(path, ReviewFile)
    problems = []
    for k, entry in enumerate(found.reviews):
        if entry.decision == "comment" and not entry.note:
            place = ("reviews", k)
            problems.append(document.problem(place, "a comment without a note", "a note"))
    if problems:
        raise InputError(problems)
    return found.reviews


def component_hashes(
    components: pd.DataFrame, edges: pd.DataFrame, layout: Mapping[str, Any]
) -> dict[str, str]:
    """Twelve hexadecimal digits for each component, and for `design`, of what it is, where it
    stands and who feeds it.

    components, edges   as declared in `twin.results.tables`
    layout              plain data; its name and description are not part of the design
    """
    fed: dict[str, list[str]] = {}
    for row in edges.sort_values(["target", "system", "role"], kind="stable").itertuples():
        fed.setdefault(str(row.target), []).append(f"{row.source} {row.system} {row.role}")
    out = {
        str(row["id"]): _short(repr([*map(_plain, row.values()), fed.get(str(row["id"]), [])]))
        for row in components.to_dict("records")
    }
    stated = flat({key: value for key, value in layout.items() if key not in _WORDS})
    held = sorted((key, str(value)) for key, value in stated.items() if value is not None)
    return {**out, DESIGN: _short(repr([*sorted(out.items()), *held]))}


def _plain(value: object) -> object:
    """Numbers to a tenth of a millimetre or watt: what no drawing tells apart is one."""
    return round(float(value), 4) if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12]


def judge(entries: Iterable[ReviewEntry], hashes: Mapping[str, str]) -> tuple[JudgedEntry, ...]:
    """Each entry with its state."""
    return tuple(JudgedEntry(entry, _state(entry, hashes)) for entry in entries)


def _state(entry: ReviewEntry, hashes: Mapping[str, str]) -> State:
    if entry.component not in hashes:
        return "gone"
    return "current" if hashes[entry.component] == entry.hash else "stale"


def last_decisions(judged: Iterable[JudgedEntry]) -> tuple[JudgedEntry, ...]:
    """The last decision of each reviewer on each component, by component and reviewer; comments
    decide nothing.
    """
    last = {
        (one.entry.component, one.entry.reviewer): one
        for one in judged
        if one.entry.decision != "comment"
    }
    return tuple(one for _, one in sorted(last.items(), key=lambda item: item[0]))


def is_open(one: JudgedEntry) -> bool:
    """Whether a decision keeps a design from being signed off: it is stale, gone or a rejection."""
    return one.state != "current" or one.entry.decision == "rejected"


def open_points(judged: Iterable[JudgedEntry]) -> list[str]:
    """Why a design is not signed off: the last decisions that are open."""
    return [_open_point(one) for one in last_decisions(judged) if is_open(one)]


def _open_point(one: JudgedEntry) -> str:
    told = f"{one.entry.component}: {one.entry.decision} by {one.entry.reviewer}"
    return told if one.state == "current" else f"{told}, {one.state}"


def approvers(judged: Iterable[JudgedEntry]) -> list[str]:
    """Who has approved the design as a whole, and it has not changed since."""
    return [
        one.entry.reviewer
        for one in last_decisions(judged)
        if one.entry.component == DESIGN and not is_open(one)
    ]


def judged_by(
    file: Path, components: pd.DataFrame, edges: pd.DataFrame, scenario_yaml: str
) -> tuple[JudgedEntry, ...]:
    """Notes and decisions of a file, judged by what was built of a resolved scenario; none where
    there is no file.
    """
    entries = read_reviews(file)
    if not entries:
        return ()
    return judge(entries, component_hashes(components, edges, layout_of(scenario_yaml)))


def layout_of(scenario_yaml: str) -> dict[str, Any]:
    """The layout of a resolved scenario as plain data; empty where it holds none."""
    held = parse(scenario_yaml, Path("scenario.yaml")).data.get("layout")
    return held if isinstance(held, dict) else {}


def new_entry(
    component: str,
    reviewer: str,
    decision: Decision,
    note: str,
    date: str,
    hashes: Mapping[str, str],
) -> ReviewEntry:
    """An entry on a component as it stands now. InputError for one that is not there."""
    if component not in hashes:
        allowed = f"a component, or `{DESIGN}`"
        hint = did_you_mean(component, hashes)
        raise InputError([Problem("", repr(component), allowed, hint, "--component")])
    if not reviewer:
        raise InputError([Problem("", "nobody", "who says so", file="--reviewer")])
    if decision == "comment" and not note:
        raise InputError([Problem("", "nothing said", "what a comment says", file="--note")])
    return ReviewEntry(
        component=component,
        reviewer=reviewer,
        decision=decision,
        date=date,
        hash=hashes[component],
        note=note,
    )
