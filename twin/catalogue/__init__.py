"""Equipment, models, climates and grids as rows, each with its source and status.

Catalogue               rows by type and name; a scenario carries its own (`scenario.catalogue`)
shipped                 the one that comes with the program
get, rows, find, ...    look-ups in the shipped one
rows/                   what a row of each kind holds
"""

from __future__ import annotations

from twin.catalogue.kinds import KINDS, kind_of
from twin.catalogue.library import Catalogue, content_hash, find, get, rows, shipped, witnesses

__all__ = [
    "KINDS",
    "Catalogue",
    "content_hash",
    "find",
    "get",
    "kind_of",
    "rows",
    "shipped",
    "witnesses",
]
