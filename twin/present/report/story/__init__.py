"""A run in three sentences: what happened and when, what it did to which racks, what it cost."""

from __future__ import annotations

from twin.present.report.story.cost import what_it_cost
from twin.present.report.story.effects import what_it_did
from twin.present.report.story.incidents import what_happened
from twin.results import Result


def sentences(result: Result) -> list[str]:
    """What happened, what it did, what it cost; a number and its unit stay on one line."""
    texts = [what_happened(result), what_it_did(result), what_it_cost(result)]
    return [text.replace(" °C", "\u00a0°C").replace(" %", "\u00a0%") for text in texts]
