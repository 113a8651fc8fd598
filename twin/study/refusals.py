"""Everything for which a run of a facility is refused, found without running it."""

from __future__ import annotations

from twin.analysis.review import refused as refused_by_review
from twin.analysis.review import review
from twin.errors import InputError, Problem
from twin.facility.ledger import told_once
from twin.facility.model import Facility
from twin.simulation import start


def refused(facility: Facility) -> list[Problem]:
    """Problems of a run's review; where there are none, those of its first instant, such as a
    service that does not fit its GPUs. Empty where it can begin.
    """
    found = refused_by_review(facility, review(facility))
    if found:
        return told_once(found)
    try:
        start(facility)
    except InputError as error:
        return list(error.problems)
    return []
