"""The failure report as a document: its parts by name, plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from twin.cards import Shown

Row = dict[str, Any]

PARTS = (
    "one_line",
    "loading",
    "losses",
    "verdicts",
    "cut_sets",
    "availability",
    "importance",
    "maintenance",
    "ride_through",
    "job_consequence",
    "transients",
    "provenance",
)
"""In the order in which they are printed."""


@dataclass(frozen=True, repr=False)
class FailureReport(Shown):
    """What fails, how often, for how long and at what cost."""

    name: str
    seed: int
    version: str
    workload: str
    """What kept the racks busy in the disturbances."""
    parts: dict[str, Row]
    """By the names of `PARTS`."""
    component_kinds: dict[str, str]
    """Kind of every component, for words."""

    def as_dict(self) -> Row:
        """Nested dictionaries and lists, ready for JSON."""
        return {
            "name": self.name,
            "seed": self.seed,
            "version": self.version,
            "workload": self.workload,
            **self.parts,
        }
