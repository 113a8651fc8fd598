"""Tables as figures draw them: a column a component, as pandas pivots them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twin.present.figures.style import wide


def test_wide_is_as_pandas_pivots() -> None:
    """Times out of order, components that come late, twice or never with a value."""
    frame = pd.DataFrame(
        {
            "time_s": [60.0, 60.0, 0.0, 60.0, 120.0, 120.0, 120.0],
            "loop": ["b", "a", "b", "b", "a", "c", "b"],
            "flow": [1.0, 2.0, 4.0, 3.0, np.nan, np.nan, -5.0],
        }
    ).astype({"loop": "str"})
    pivoted = frame.pivot_table(
        index="time_s", columns="loop", values="flow", aggfunc="mean", dropna=False, sort=False
    ).sort_index()
    found = wide(frame, "loop", "flow")
    assert found.index.tolist() == [0.0, 60.0, 120.0]
    assert found.columns.tolist() == ["b", "a", "c"]
    assert found.loc[60.0].tolist()[:2] == [2.0, 2.0]
    pd.testing.assert_frame_equal(found, pivoted)


def test_no_rows_are_no_columns() -> None:
    none = pd.DataFrame({"time_s": [], "loop": [], "flow": []}, dtype=float)
    assert wide(none, "loop", "flow").shape == (0, 0)
