"""Results of before a column or a table was added: read, with what they lack said as absent; all
others refused with the command that makes them anew.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from synthetic import synthetic
from test_tampered_results import resealed

from twin import InputError, Result, build, load, simulate
from twin.cli import main
from twin.results.tables import TABLES

FACTORY = Path(__file__).parents[2] / "scenarios" / "first_factory.yaml"
FROZEN = Path(__file__).with_name("columns_of_format_1.json")
"""Columns and kinds of every table as results of format 1 have them at least."""
LATER = [(table.name, one.name) for table in TABLES for one in table.columns if one.since]
LATER_TABLES = [table.name for table in TABLES if table.since]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return synthetic().save(tmp_path / "out")


def without(folder: Path, table: str, column: str) -> None:
    path = folder / "tables" / f"{table}.parquet"
    pq.write_table(pq.read_table(path).drop_columns([column]), path)
    resealed(folder)


@pytest.mark.parametrize(("table", "column"), LATER)
def test_a_result_of_before_a_column_has_nan_in_it_and_says_so(
    out: Path, table: str, column: str
) -> None:
    now = Result.load(out)
    without(out, table, column)
    old = Result.load(out)
    assert old.frame(table)[column].isna().all()
    assert list(old.frame(table).columns) == list(now.frame(table).columns)
    rest = [name for name in now.frame(table).columns if name != column]
    pd.testing.assert_frame_equal(old.frame(table)[rest], now.frame(table)[rest])
    assert old.meta["absent"] == [f"{table}.{column}"]
    assert f"{table}.{column}: absent here" in old.meta["warnings"][-1]
    assert "absent" not in now.meta


@pytest.mark.parametrize("table", LATER_TABLES)
def test_a_result_of_before_a_table_has_no_rows_in_it_and_says_so(out: Path, table: str) -> None:
    (out / "tables" / f"{table}.parquet").unlink()
    resealed(out)
    old = Result.load(out)
    assert old.frame(table).empty
    assert old.meta["absent"] == [table]


def test_a_result_of_before_all_of_them_is_reported_compared_and_kept(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its report warns; what is saved of it keeps the warning, once."""
    shutil.copytree(out, tmp_path / "now")
    for table, column in LATER:
        if table not in LATER_TABLES:
            without(out, table, column)
    for table in LATER_TABLES:
        (out / "tables" / f"{table}.parquet").unlink()
    resealed(out)
    assert main(["report", str(out)]) == 0
    assert "site.tokens_rolled_back" in (out / "report.html").read_text(encoding="utf-8")
    assert main(["compare", str(out), str(tmp_path / "now")]) == 0
    assert main(["diff", str(out), str(tmp_path / "now")]) == 0
    assert "Traceback" not in capsys.readouterr().err
    kept = Result.load(Result.load(out).save(tmp_path / "kept"))
    assert kept.meta["absent"] == Result.load(out).meta["absent"]
    assert sum("absent here" in one for one in kept.meta["warnings"]) == 1


def test_the_cost_of_a_result_of_before_cash_flows_says_how_to_have_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = simulate(build(load(FACTORY, {"horizon": "10 min"}))).save(tmp_path / "out")
    (out / "tables" / "cash_flow.parquet").unlink()
    resealed(out)
    assert main(["cost", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["cash_flow"] == []
    assert any("twin cost with its scenario.yaml" in one for one in told["warnings"])
    assert main(["report", str(out)]) == 0
    assert "Cash by year" not in (out / "report.html").read_text(encoding="utf-8")


def test_a_table_that_the_run_wrote_is_not_taken_for_one_of_before_it(out: Path) -> None:
    (out / "tables" / f"{LATER_TABLES[0]}.parquet").unlink()
    with pytest.raises(InputError, match="No such file"):
        Result.load(out)


def test_any_other_column_that_is_missing_is_refused_with_the_cure(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without(out, "site", "tokens_training")
    assert main(["report", str(out)]) == 2
    told = capsys.readouterr().err
    assert f"{out / 'tables' / 'site.parquet'}" in told
    assert f"twin run {out / 'scenario.yaml'} makes it anew" in told


def test_what_comes_to_a_table_says_since_when() -> None:
    """A column of format 1 keeps its name and its kind; a later one is a number, NaN before."""
    frozen = json.loads(FROZEN.read_text(encoding="utf-8"))
    for table in TABLES:
        held = {one.name: one.kind for one in table.columns if not one.since}
        assert held == frozen.get(table.name, held if table.since else None), (
            f"{table.name}: a column that comes states `since`; else FORMAT is another"
        )
        assert all(one.kind == "float" for one in table.columns if one.since), table.name
    assert set(frozen) == {table.name for table in TABLES if not table.since}
