"""Tables as plain columns: held to their declaration, and the frames made of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twin.errors import InputError
from twin.results import TABLES, Columns, Frames, empty, repeated
from twin.results.tables import ENERGY, LOADING, LOOPS
from twin.tables import Column, Table

COUNTED = Table("counted", "A table.", (Column("name", "text", "", ""), Column("n", "int", "", "")))


def test_columns_stand_in_declared_order_and_kind_and_what_is_missing_is_nan() -> None:
    rows = [
        {"component": "ups_1", "rating_w": 5, "load_w": 3, "load_frac": 0.6, "worst_lost": ""},
        {"component": "utility", "rating_w": None, "load_w": 3, "load_frac": None},
    ]
    after = {"worst_lost": "", "worst_load_w": 4.0, "worst_load_frac": None, "more": 1}
    found = Columns.of_rows(LOADING, [{**row, **after} for row in rows])
    assert tuple(found.values) == LOADING.names
    assert found["rating_w"].dtype == np.float64
    assert found["rating_w"][0] == 5.0
    assert np.isnan(found["rating_w"][1])
    assert np.isnan(found["worst_load_frac"]).all()
    assert len(found) == 2


@pytest.mark.parametrize(
    ("values", "named"),
    [({"name": ["a"], "n": [1.5]}, "n: float64"), ({"name": [3], "n": [1]}, "name: values")],
)
def test_a_column_of_another_kind_is_refused(values: dict[str, list[object]], named: str) -> None:
    with pytest.raises(TypeError, match=named):
        Columns.of(COUNTED, values)


def test_no_columns_are_an_empty_table_with_its_kinds() -> None:
    for table in TABLES:
        frame = empty(table)
        assert tuple(frame.columns) == table.names
        assert not len(frame)


def test_a_frame_is_made_once_and_is_as_a_frame_made_by_hand() -> None:
    labels = repeated(["pod_1", "hall"], 2)
    values = {
        "time_s": np.repeat([60.0, 120.0], 2),
        "loop": labels,
        "kind": repeated(["liquid", "room"], 2),
        "temperature_degc": np.arange(4.0),
        "heat_w": np.arange(4),
        "doors_w": np.zeros(4),
        "flow_frac": np.full(4, np.nan),
    }
    frames = Frames({"loops": Columns.of(LOOPS, values)})
    by_hand = pd.DataFrame(values).astype({"heat_w": float, "loop": "str", "kind": "str"})
    pd.testing.assert_frame_equal(frames["loops"], by_hand)
    assert frames["loops"] is frames["loops"]
    assert (frames | {"more": by_hand})["more"] is by_hand


def test_what_is_changed_in_a_frame_is_what_the_columns_say() -> None:
    columns = Columns.of(ENERGY, {"source": ["a"], "target": ["b"], "energy_j": np.ones(1)})
    frames = Frames({"energy": columns})
    frames["energy"].loc[0, "energy_j"] = 7.0
    assert frames.columns(ENERGY)["energy_j"][0] == 7.0
    assert Frames(frames)["energy"].loc[0, "energy_j"] == 7.0
    assert columns["energy_j"][0] == 1.0


def test_a_value_that_a_column_does_not_allow_is_named() -> None:
    kinds = next(t for t in TABLES if any(column.allowed for column in t.columns))
    row = {c.name: {"text": "strange", "bool": True}.get(c.kind, 1) for c in kinds.columns}
    tables = {table.name: Columns.of(table, {}) for table in TABLES}
    frames = Frames(tables | {kinds.name: Columns.of_rows(kinds, [row])})
    told = list(frames.problems())
    assert told
    assert all(problem.where.startswith(f"tables.{kinds.name}.") for problem in told)
    with pytest.raises(InputError, match="strange"):
        raise InputError(told)
