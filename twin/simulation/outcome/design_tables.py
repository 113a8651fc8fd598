"""Tables of a result that a design answers without a run."""

from __future__ import annotations

from twin.analysis.design_loading import loading_rows
from twin.analysis.electrical import design_rows
from twin.facility.model import Facility
from twin.results import Columns
from twin.results.tables import ELECTRICAL, LOADING


def loading_table(facility: Facility) -> Columns:
    """How heavily each power component is loaded, one row each; without a limit the rating is
    empty.
    """
    return Columns.of_rows(LOADING, loading_rows(facility))


def electrical_table(facility: Facility) -> Columns:
    """Voltage, current and fault current of the power equipment, one row each; empty where the
    network cannot carry its load.
    """
    rows = design_rows(facility)[: facility.power.equipment]
    return Columns.of_rows(ELECTRICAL, [{"component": row["node"], **row} for row in rows])
