"""Equipment, models, climates and grids as rows, each with its source and status.

rows, get, find   what is in the catalogue
witnesses         where every number of a row comes from
content_hash      which catalogue it was
rows.py           what a row of each kind holds
"""

from __future__ import annotations

from twin.catalogue.library import KINDS, content_hash, find, get, rows, witnesses

__all__ = ["KINDS", "content_hash", "find", "get", "rows", "witnesses"]
