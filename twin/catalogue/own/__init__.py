"""Rows that a planner brings: read, completed, checked, and laid beside the shipped ones.

equipment.py  the rows as a file may state them, typed by kind
row.py        one such row: what it is like, whether it replaces, its numbers with units
numbers.py    numbers of the catalogue as text with a unit
draft.py      rows while they are made
held.py       racks stated as the servers and switches they hold
resolve.py    from stated rows to whole ones, every problem noted
"""

from __future__ import annotations

from twin.catalogue.own.draft import RowProblem
from twin.catalogue.own.equipment import Equipment
from twin.catalogue.own.resolve import extended
from twin.catalogue.own.row import OwnRow

__all__ = ["Equipment", "OwnRow", "RowProblem", "extended"]
