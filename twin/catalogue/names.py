"""Names as people write them: `meta-llama/Llama-3.3-70B-Instruct`, `h100`, to the row they mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from twin.catalogue.kinds import kind_of
from twin.catalogue.library import Catalogue
from twin.catalogue.rows import CatalogueRow, Model
from twin.errors import InputError, Problem, did_you_mean

R = TypeVar("R", bound=CatalogueRow)

_ENDINGS = ("-instruct", "-it", "-chat", "-hf", "-base", "-v0.1", "-16e", "-128e", "-17b", "-0528")
"""What publishers add to a model's name without another shape; formats are no such ending."""
_OPENINGS = ("meta-", "nvidia-", "amd-")


def named(catalogue: Catalogue, kind: type[R], name: str, option: str = "") -> R:
    """The row that a name means, in any case, with or without its publisher and endings.

    A name that several rows of equipment begin with (`h100`) means the first of them in the
    catalogue. InputError at `option` with the nearest spelling where no row is meant.
    """
    known = catalogue.rows(kind)
    found = meant(name, known, by_beginning=kind is not Model)
    if found is None:
        hint = did_you_mean(name, known) or "known: " + ", ".join(known)
        where = option or kind_of(kind)
        allowed = f"a row of {kind_of(kind)}, shipped or own"
        raise InputError([Problem(where, repr(name), allowed, hint)])
    return known[found]


def meant(name: str, known: Iterable[str], by_beginning: bool = False) -> str | None:
    """Which of the known names is meant; None where it is none of them.

    by_beginning   whether the first known name that begins with it will do
    """
    names = list(known)
    if name in names:
        return name
    plain: dict[str, str] = {}
    for one in names:
        plain.setdefault(_plain(one), one)
    asked = _plain(name)
    if asked in plain:
        return plain[asked]
    begun = [one for short, one in plain.items() if by_beginning and _begins(short, asked)]
    return begun[0] if begun else None


def _begins(name: str, opening: str) -> bool:
    """Whether a name begins so, and does not go on with the digits of its last number."""
    rest = name.removeprefix(opening)
    cut = opening[-1:].isdigit() and rest[:1].isdigit()
    return bool(opening) and rest != name and not cut


def _plain(name: str) -> str:
    """A name in lower case, without blanks, dashes, publisher and endings."""
    short = name.strip().lower().replace("_", "-").replace(" ", "-").rsplit("/", 1)[-1]
    for opening in _OPENINGS:
        short = short.removeprefix(opening)
    ending = next((end for end in _ENDINGS if short.endswith(end)), "")
    while ending:
        short = short.removesuffix(ending)
        ending = next((end for end in _ENDINGS if short.endswith(end)), "")
    return short.replace("-", "")
