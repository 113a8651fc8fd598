"""What `twin design` calls of the face, imported when it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import twin

if TYPE_CHECKING:
    from twin.study.design_search import DesignAnswer

REJECTED_SHOWN = 8
"""Kinds of building that were not proposed, shown in a terminal."""


def search(
    path: Path, changes: Mapping[str, str], told: Callable[[float, str], None]
) -> DesignAnswer:
    """The designs that meet the target in a file."""
    return twin.design(path, told, changes)


def shown(found: DesignAnswer) -> dict[str, Any]:
    """The designs as a table, and some of what was not proposed."""
    rejected = [{"tried": one.scheme, "why": one.why} for one in found.rejected[:REJECTED_SHOWN]]
    rows = [{k: v for k, v in one.row().items() if k != "availability"} for one in found.designs]
    table = {"tried": found.tried, "designs": rows}
    return {**table, "not proposed": rejected} if rejected else table


def reasons(found: DesignAnswer) -> Iterator[str]:
    """Why the cheapest is as it is."""
    first = found.designs[0]
    yield f"{first.name}, the cheapest:"
    for place, words in enumerate(first.reasons, 1):
        yield f"  {place}. {words}"
