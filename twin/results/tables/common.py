"""Columns that several tables share."""

from __future__ import annotations

from twin.tables import Column

TIME = Column("time_s", "float", "s", "End of the period, in seconds since the scenario's start.")
"""First column of every table with one row a period."""
