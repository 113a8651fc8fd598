"""Columns that several tables share."""

from __future__ import annotations

from twin.tables import Column

TIME = Column(
    "time_s",
    "float",
    "s",
    "End of the period, in seconds since the scenario's start; what happens at that moment is of "
    "the next one.",
)
"""First column of every table with one row a period."""
