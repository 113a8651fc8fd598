"""From a planner's stated rows to whole ones: what they are like, what they hold, what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from pydantic import ValidationError

from twin.catalogue import assembly
from twin.catalogue.kinds import KINDS
from twin.catalogue.library import Catalogue
from twin.catalogue.own.draft import Fields, FieldsFrom, RowDraft, RowProblem
from twin.catalogue.own.equipment import Equipment
from twin.catalogue.own.held import held_fields, listed
from twin.catalogue.own.numbers import allowed_by
from twin.catalogue.own.rescale import rescaled
from twin.catalogue.own.row import OwnRow
from twin.catalogue.rows import CatalogueRow, Chiller, Gpu, OverloadCurve
from twin.catalogue.witness import Provenance
from twin.errors import did_you_mean

_IDENTITY = ("name", "source", "accessed", "status", "note")
_REFERENCES: Mapping[tuple[str, str], type[CatalogueRow]] = {
    ("racks", "gpu"): Gpu,
    ("servers", "gpu"): Gpu,
    ("cooling", "curve"): Chiller,
    ("power", "overload_curve"): OverloadCurve,
    ("gpus", "profile"): Gpu,
    ("instances", "gpu"): Gpu,
}
"""Fields that name a row of another kind."""
_LAST = ("servers", "racks")
"""Kinds that are made of rows of other kinds, in the order in which they can be."""


def extended(base: Catalogue, equipment: Equipment) -> tuple[Catalogue, list[RowProblem]]:
    """The catalogue with a planner's rows in it, and what is wrong with them.

    A row of a name that is shipped must say `replaces: true`: a layout that somebody else wrote
    names the shipped row, and must not mean another machine without anybody having said so.
    """
    stated = equipment.every()
    if not stated:
        return base, []
    draft = RowDraft(base, equipment)
    for kind in sorted(stated, key=lambda kind: (kind in _LAST, kind == "racks")):
        _check_names(draft, kind)
        for index, own in enumerate(stated[kind]):
            if own.name not in draft.rows.get(kind, {}):
                _make(draft, kind, index, own)
    return _laid_together(draft), draft.problems


def _check_names(draft: RowDraft, kind: str) -> None:
    """Names that are taken, and replacements of nothing."""
    shipped = draft.base.rows(KINDS[kind])
    met: set[str] = set()
    for index, own in enumerate(draft.equipment.of(kind)):
        if own.name in met:
            draft.note(kind, index, "name", repr(own.name), "a name not yet used in this kind")
        elif own.name in shipped and not own.replaces:
            allowed = "a name of its own, or `replaces: true` to stand in for the shipped row"
            found = f"{own.name!r}, which is a shipped row of {kind}"
            draft.note(kind, index, "name", found, allowed)
        elif own.replaces and own.name not in shipped:
            found = f"replaces, and no shipped row {own.name!r}"
            hint = did_you_mean(own.name, shipped)
            draft.note(kind, index, "replaces", found, f"the name of a shipped row of {kind}", hint)
        met.add(own.name)


def _make(draft: RowDraft, kind: str, index: int, own: OwnRow) -> CatalogueRow | None:
    """One whole row, put in the draft; None where it cannot be."""
    if (kind, own.name) in draft.open:
        ring = " -> ".join([name for _, name in draft.open] + [own.name])
        draft.note(kind, index, "like", f"a ring: {ring}", "a row that is not like itself")
        return None
    draft.open.append((kind, own.name))
    try:
        parts = _parts(draft, kind, index, own)
        return None if parts is None else _whole(draft, kind, index, own, parts)
    finally:
        draft.open.pop()


def _parts(draft: RowDraft, kind: str, index: int, own: OwnRow) -> list[FieldsFrom] | None:
    """What a row is made of, later parts over earlier ones; None where one of them is missing."""
    numbers = own.numbers()
    parts = []
    if own.like is not None:
        base = _liked(draft, kind, index, own, own.like)
        if base is None:
            return None
        parts.append(base)
    if getattr(own, "holds", ()):
        held = held_fields(draft, index, own)
        if held is None:
            return None
        parts.append(_from_rule(held, own, f"the sum of what it holds: {listed(own)}"))
    if kind == "servers" and own.like is None:
        gpu = draft.known("gpus").get(str(numbers.get("gpu")))
        rule = assembly.server_defaults(numbers, gpu if isinstance(gpu, Gpu) else None)
        parts.append(_from_rule(rule, own, "not on the data sheet: a rule of twin", "assumed"))
    if kind == "gpus" and own.like is None:
        parts.append(FieldsFrom({"profile": own.name, "vendor": ""}, {}))
    if kind in ("racks", "servers") and own.like is None:
        parts.insert(0, FieldsFrom({"vendor": ""}, {}))
    parts += _rescaled(parts, own)
    return [*parts, _stated(own, numbers)]


def _stated(own: OwnRow, numbers: Fields) -> FieldsFrom:
    """The numbers that the row states itself; ratings say how they were derived."""
    derived = own.derivations()
    plain = {"status": own.status, "source": _source(own), "accessed": own.accessed}
    return FieldsFrom(
        numbers,
        {
            key: {**plain, "source": f"{plain['source']}: {derived[key]}"}
            if key in derived
            else plain
            for key in numbers
        },
    )


def _source(own: OwnRow) -> str:
    return own.source or "stated by the planner"


def _from_rule(fields: Fields, own: OwnRow, how: str, status: str | None = None) -> FieldsFrom:
    origin = {
        "status": status or own.status,
        "source": f"{_source(own)}: {how}",
        "accessed": own.accessed,
    }
    return FieldsFrom(fields, dict.fromkeys(fields, origin))


def _rescaled(parts: Sequence[FieldsFrom], own: OwnRow) -> list[FieldsFrom]:
    """What follows a rating that the row states: a battery keeps its minutes, as in a layout."""
    before: Fields = {key: value for part in parts for key, value in part.fields.items()}
    changed = rescaled(before, getattr(own, "rating_w", None)) if before else {}
    return [_from_rule(changed, own, f"follows the rating, from {own.like}", "assumed")]


def _liked(draft: RowDraft, kind: str, index: int, own: OwnRow, name: str) -> FieldsFrom | None:
    """The row that an own row is like: an own one, made first if need be, or a shipped one."""
    for other, row in enumerate(draft.equipment.of(kind)):
        if row.name == name and not (row is own and own.replaces):
            made = draft.rows.get(kind, {}).get(name) or _make(draft, kind, other, row)
            return None if made is None else _as_part(draft, kind, made)
    shipped = draft.base.rows(KINDS[kind])
    if name not in shipped:
        known = {**shipped, **{row.name: row for row in draft.equipment.of(kind)}}
        allowed = f"a row of {kind}, shipped or own"
        draft.note(kind, index, "like", repr(name), allowed, did_you_mean(name, known))
        return None
    return _as_part(draft, kind, shipped[name])


def _as_part(draft: RowDraft, kind: str, row: CatalogueRow) -> FieldsFrom:
    """A whole row's fields, each with its witness, marked as taken over."""
    fields = row.model_dump(exclude=set(_IDENTITY))
    own = draft.witnesses.get((kind, row.name))
    told = own or _witnesses_of(draft.base, KINDS[kind], row.name)
    return FieldsFrom(
        fields,
        {
            key: {**where, "source": _as_like(where["source"], row.name)}
            for key, where in told.items()
        },
    )


def _as_like(source: str, name: str) -> str:
    return source if source.startswith("as ") else f"as {name}: {source}"


def _witnesses_of(base: Catalogue, model: type[CatalogueRow], name: str) -> dict[str, Provenance]:
    return {
        told["parameter"]: {key: told[key] for key in ("status", "source", "accessed")}
        for told in base.witnesses(model, name)
    }


def _whole(
    draft: RowDraft, kind: str, index: int, own: OwnRow, parts: Iterable[FieldsFrom]
) -> CatalogueRow | None:
    """The row that its parts make, checked as a shipped row is."""
    fields: Fields = {}
    origin: dict[str, Provenance] = {}
    for part in parts:
        fields |= part.fields
        origin.update(part.origin)
    identity = {"name": own.name, "status": own.status, "accessed": own.accessed, "note": own.note}
    try:
        row = KINDS[kind].model_validate({**fields, **identity, "source": _source(own)})
    except ValidationError as error:
        draft.problems += _refused(kind, index, own, error)
        return None
    draft.problems += _lost_references(draft, kind, index, row)
    draft.rows.setdefault(kind, {})[own.name] = row
    draft.witnesses[kind, own.name] = origin
    return row


def _refused(kind: str, index: int, own: OwnRow, error: ValidationError) -> Iterator[RowProblem]:
    """What the kind's own checks say, in the words of a file."""
    missing = []
    for told in error.errors(include_url=False):
        key = str(told["loc"][0]) if told["loc"] else ""
        if told["type"] == "missing":
            missing.append(key)
        else:
            found = f"{own.name!r}" if not key else f"{told['input']!r}"
            yield RowProblem(kind, index, key, found, allowed_by(told))
    if missing:
        allowed = f"values for {', '.join(missing)}; or `like:` and a row that gives them"
        yield RowProblem(kind, index, "", f"{own.name!r} without {len(missing)} numbers", allowed)


def _lost_references(
    draft: RowDraft, kind: str, index: int, row: CatalogueRow
) -> Iterator[RowProblem]:
    """Names of rows that are not there."""
    for (owner, key), model in _REFERENCES.items():
        name = getattr(row, key, "") if owner == kind else ""
        if not name:
            continue
        other = next(word for word, known in KINDS.items() if known is model)
        known = {**draft.known(other), **{own.name: own for own in draft.equipment.of(other)}}
        if name not in known:
            allowed = f"a row of {other}, shipped or own"
            yield RowProblem(kind, index, key, repr(name), allowed, did_you_mean(name, known))


def _laid_together(draft: RowDraft) -> Catalogue:
    """Shipped and own rows as one catalogue, whose hash tells both."""
    digest = sha256(draft.base.digest.encode())
    digest.update(json.dumps(draft.equipment.model_dump(mode="json"), sort_keys=True).encode())
    by_type = {model: draft.known(kind) for kind, model in KINDS.items()}
    own = {
        (kind, name): row.source for kind, rows in draft.rows.items() for name, row in rows.items()
    }
    exceptions = {**draft.base.exceptions, **draft.witnesses}
    return Catalogue(by_type, exceptions, digest.hexdigest(), own, draft.made_of)
