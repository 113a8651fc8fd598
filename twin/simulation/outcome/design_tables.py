"""Tables of a result that a design answers without a run."""

from __future__ import annotations

import pandas as pd

from twin.analysis.design_loading import loading_rows
from twin.analysis.electrical import design_rows
from twin.facility.model import Facility


def loading_frame(facility: Facility) -> pd.DataFrame:
    """How heavily each power component is loaded, one row each; without a limit the rating is
    empty.
    """
    frame = pd.DataFrame(loading_rows(facility))
    numbers = [name for name in frame.columns if name not in ("component", "worst_lost")]
    return frame.astype(dict.fromkeys(numbers, float))


def electrical_frame(facility: Facility) -> pd.DataFrame:
    """Voltage, current and fault current of the power equipment, one row each; empty where the
    network cannot carry its load.
    """
    rows = design_rows(facility)[: facility.power.equipment]
    if not rows:
        return pd.DataFrame()
    frame = pd.DataFrame(rows).rename(columns={"node": "component"})
    numbers = [name for name, value in rows[0].items() if not isinstance(value, str)]
    return frame.astype(dict.fromkeys(numbers, float))
