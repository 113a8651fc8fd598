"""What differs as tables: components, connections, keys; equals that changed alike are one row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twin.analysis.change_review import ChangeReview
from twin.analysis.component_results import WORDS
from twin.analysis.differences import Compared, DesignChange, ValueChange, is_number
from twin.catalogue.equipment_kinds import singular
from twin.named_quantity import spoken
from twin.present.blocks import Grid
from twin.present.design_diff.values import change, old_and_new
from twin.quantities import NONE, count, counted, short, span

MOST_ROWS = 200
_KEYS = {
    "x_m": "place, east", "y_m": "place, north", "z_m": "height above the floor",
    "facing_deg": "where its front looks", "parent": "belongs to", "gpus": "GPUs", "role": "role",
    "id": "name",
}  # fmt: skip
_NUMBER = re.compile("[0-9]+$")
_RANK = {"removed": 0, "added": 1, "renamed": 2, "changed": 3, "moved": 4}


@dataclass(frozen=True)
class _Line:
    """One value of one component, as it stands in a row."""

    name: str
    what: str
    quantity: str
    value: ValueChange | None
    one_side: str
    """Words for what stands on one side alone."""
    review: str

    @property
    def alike(self) -> tuple[str, ...]:
        """What rows share that are told as one: of places the step, of names all but the number, of
        all else both values.
        """
        pair: tuple[str, ...] = (self.one_side,)
        if self.value is not None and self.value.key == "id":
            pair = tuple(_NUMBER.sub("", name) for name in (self.value.old, self.value.new))
        elif self.value is not None:
            by_step = self.value.unit == "m" and is_number(self.value.old)
            pair = (change(self.value),) if by_step else old_and_new(self.value)
        return (self.what, self.quantity, self.review, *pair)


def components(
    a: Compared, b: Compared, found: Iterable[DesignChange], reviews: ChangeReview
) -> Grid:
    """What was removed, added, changed and moved, each with both values."""
    held = [one for one in found if one.section == "components"]
    lines = [line for one in held for line in _lines(one, reviews)]
    lines, inside = _by_themselves(lines, b)
    lines.sort(key=lambda line: (_RANK[line.what], line.name, line.quantity))
    groups: dict[tuple[str, ...], list[_Line]] = {}
    for line in lines:
        groups.setdefault(line.alike, []).append(line)
    headings = ["Component", "What", "Quantity", f"A: {short(a.name, 24)}",
                f"B: {short(b.name, 24)}", "Change"]  # fmt: skip
    rows = [_row(group) for group in groups.values()]
    if reviews.after:
        headings.append("Reviewers")
        rows = [(*row, group[0].review) for row, group in zip(rows, groups.values(), strict=True)]
    note = f"{counted(inside, 'component')} inside others moved with them." if inside else ""
    return _grid("Components that differ", headings, rows, note=note)


def _by_themselves(lines: list[_Line], b: Compared) -> tuple[list[_Line], int]:
    """Without those that moved as what they stand in did, and how many moved so and no other way.

    What was said of a component keeps its lines.
    """
    ids = map(str, b.components["id"])
    parents = dict(zip(ids, map(str, b.components["parent"]), strict=True))
    steps = {(line.name, line.quantity, change(line.value)) for line in lines if line.value}
    with_it = {
        (line.name, line.quantity)
        for line in lines
        if line.value
        and line.what == "moved"
        and not line.review
        and (parents.get(line.name), line.quantity, change(line.value)) in steps
    }
    left = [line for line in lines if (line.name, line.quantity) not in with_it]
    return left, len({name for name, _ in with_it} - {line.name for line in left})


def _lines(one: DesignChange, reviews: ChangeReview) -> list[_Line]:
    said = "; ".join(
        f"{held.entry.decision} by {short(held.entry.reviewer, 40)}"
        + ("" if held.state == "current" else f", {held.state}")
        for held in reviews.decided(one.subject)
    )
    if not one.values:
        kind, _, type_ = one.words.partition(" at ")[0].partition(" ")
        what = f"{singular(kind)} {type_}"
        return [_Line(one.subject, one.what, "", None, what, said)]
    return [
        _Line(one.subject, _what(value), _called(value), value, "", said) for value in one.values
    ]


def in_words(one: DesignChange) -> str:
    """What became of a component in a line: `place, north 3.475 m to 1.750 m; GPUs 8 to 4`."""
    told = (f"{_called(value)} {' to '.join(old_and_new(value))}" for value in one.values)
    return "; ".join(told) or one.words


def _called(value: ValueChange) -> str:
    return _KEYS.get(value.key, spoken(value.key))


def _what(value: ValueChange) -> str:
    if value.key == "id":
        return "renamed"
    return "moved" if value.key in _KEYS and value.key not in ("gpus", "role") else "changed"


def _row(group: Sequence[_Line]) -> tuple[str, ...]:
    first = group[0]
    names = span([line.name for line in group], 4)
    if first.value is None:
        sides = (first.one_side, NONE) if first.what == "removed" else (NONE, first.one_side)
        return (names, first.what, "", *sides, "")
    pairs = [old_and_new(line.value) for line in group if line.value is not None]
    join = _names if first.value.key == "id" else _range
    old, new = (join([pair[n] for pair in pairs]) for n in (0, 1))
    return (names, first.what, first.quantity, old, new, change(first.value))


def _names(texts: Sequence[str]) -> str:
    return span(texts, 4)


def _range(texts: Sequence[str]) -> str:
    """One value, or from the first to the last of several."""
    return texts[0] if len(set(texts)) == 1 else f"{texts[0]} … {texts[-1]}"


def connections(found: Iterable[DesignChange]) -> Grid:
    """Feeds that differ, by who gives, and in what."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in found:
        if one.section == "connections":
            source, _, target = one.subject.partition(" -> ")
            groups.setdefault((one.what, source, one.words), []).append(target)
    ordered = sorted(groups.items(), key=lambda item: (_RANK[item[0][0]], item[0]))
    sources: dict[tuple[str, str, str], list[str]] = {}
    for (what, source, words), targets in ordered:
        sources.setdefault((span(targets, 4), what, words), []).append(source)
    rows = [
        (span(names, 4), to, what, words.replace(" -> ", " → "))
        for (to, what, words), names in sources.items()
    ]
    return _grid("Connections that differ", ("From", "To", "What", "As"), rows)


def keys(section: str, title: str, a: Compared, b: Compared, found: Iterable[DesignChange]) -> Grid:
    """Keys of a file whose values differ."""
    rows = [_key(one) for one in found if one.section == section]
    headings = ("Key", f"A: {short(a.name, 24)}", f"B: {short(b.name, 24)}", "Change")
    return _grid(title, headings, rows)


def _key(one: DesignChange) -> tuple[str, ...]:
    (value,) = one.values
    return (one.subject, *old_and_new(value), change(value))


def largest(a: Compared, b: Compared, found: Iterable[DesignChange]) -> Grid:
    """For each number of components that differs, whose differs most."""
    held = _numbers(found)
    rows = []
    for key in WORDS:
        mine = [(name, one) for name, one in held if one.key == key]
        if mine:
            name, most = max(mine, key=lambda pair: abs(pair[1].new - pair[1].old))
            rows.append((WORDS[key], count(len(mine)), name, *old_and_new(most), change(most)))
    headings = ("Number", "Components that differ", "Most", f"A: {short(a.name, 24)}",
                f"B: {short(b.name, 24)}", "Change")  # fmt: skip
    return _grid("Numbers of components", headings, rows)


def every(a: Compared, b: Compared, found: Iterable[DesignChange]) -> Grid:
    """The same, every one of them, the largest change of each number first."""
    order = {key: n for n, key in enumerate(WORDS)}
    held = sorted(
        _numbers(found), key=lambda pair: (order[pair[1].key], -abs(pair[1].new - pair[1].old))
    )
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, one in held:
        key = (WORDS[one.key], *old_and_new(one), change(one))
        groups.setdefault(key, []).append(name)
    rows = [(span(names, 4), *cells) for cells, names in groups.items()]
    headings = ("Component", "Number", f"A: {short(a.name, 24)}", f"B: {short(b.name, 24)}",
                "Change")  # fmt: skip
    title = f"All {count(len(held))} numbers of components that differ"
    return _grid("All numbers of components", headings, rows, title)


def _numbers(found: Iterable[DesignChange]) -> list[tuple[str, ValueChange]]:
    held = (one for one in found if one.section == "results by component")
    return [(one.subject, value) for one in held for value in one.values]


def _grid(
    title: str,
    headings: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    closed: str = "",
    note: str = "",
) -> Grid:
    if len(rows) > MOST_ROWS:
        note = f"The first {MOST_ROWS} of {len(rows):,} rows; --json has all. {note}".rstrip()
    right = tuple(name.startswith(("A:", "B:", "Change", "Components that")) for name in headings)
    return Grid(title, tuple(headings), tuple(rows[:MOST_ROWS]), right, note, closed)
