"""Whether what a target names is in the catalogue."""

from __future__ import annotations

from twin.catalogue import shipped
from twin.catalogue.names import named
from twin.catalogue.rows import Climate, GridRegion, Model
from twin.errors import InputError, Problem
from twin.scenario.yaml.document import Document
from twin.study.design_search.scheme import unknown_racks
from twin.study.design_search.target import Target


def known(target: Target, document: Document | None) -> None:
    """Raise InputError with the model, the place and every rack that is no row, at its line of a
    document.
    """
    found = []
    for number, name, hint in unknown_racks(target):
        loc = ("racks", number)
        found.append(_at(document, loc, name, "a rack with GPUs of the catalogue", hint))
    rows = (
        (("tokens", "model"), Model, target.tokens.model),
        (("site", "climate"), Climate, target.site.climate),
        (("site", "grid"), GridRegion, target.site.grid),
    )
    for key, kind, name in rows:
        try:
            named(shipped(), kind, name, ".".join(key))
        except InputError as error:
            one = error.problems[0]
            found.append(_at(document, key, one.found, one.allowed, one.hint))
    if found:
        raise InputError(found)


def _at(
    document: Document | None, loc: tuple[str | int, ...], found: str, allowed: str, hint: str
) -> Problem:
    """A problem at its line, or at its key where there is no file."""
    if document is None:
        return Problem(".".join(map(str, loc)), found, allowed, hint)
    return document.problem(loc, found, allowed, hint)
