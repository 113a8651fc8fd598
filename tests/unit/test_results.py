"""Result and its folder: declared tables only, whole or absent, the same bytes for the same run."""

from __future__ import annotations

import errno
import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from synthetic import bare, synthetic, with_tables

from twin.cli import main
from twin.errors import InputError, OutputError
from twin.facility import build
from twin.results import TABLES, Result, empty, folder, parquet
from twin.results.tables import SITE
from twin.scenario import load
from twin.simulation import simulate

FACTORY = Path(__file__).parents[2] / "scenarios" / "first_factory.yaml"


@pytest.fixture(scope="module")
def day() -> Result:
    return synthetic()


def test_round_trip_keeps_every_table_and_word(day: Result, tmp_path: Path) -> None:
    back = Result.load(day.save(tmp_path / "run"))
    for table in TABLES:
        pd.testing.assert_frame_equal(back.frame(table.name), day.frame(table.name))
    assert back.meta == day.meta
    assert back.scenario_yaml == day.scenario_yaml
    assert back.summary == day.summary


def test_missing_numbers_come_back_as_nan(tmp_path: Path) -> None:
    back = Result.load(bare().save(tmp_path / "run"))
    assert math.isnan(back.summary["pue"])
    assert all(back.frame(table.name).empty for table in TABLES)


@pytest.mark.parametrize("loaded", [False, True])
def test_what_is_changed_in_a_frame_is_saved(loaded: bool, tmp_path: Path) -> None:
    held = simulate(build(load(FACTORY, {"horizon": "10 min"})))
    if loaded:
        held = Result.load(held.save(tmp_path / "before"))
    before = replace(held).fingerprint
    held.frame("site")["tokens_lost"] = 1.5
    assert (replace(held).frame("site")["tokens_lost"] == 1.5).all()
    assert replace(held).fingerprint != before
    assert (Result.load(held.save(tmp_path / "after")).frame("site")["tokens_lost"] == 1.5).all()


def test_only_the_wall_time_differs_between_equal_runs(day: Result, tmp_path: Path) -> None:
    first = day.save(tmp_path / "a")
    second = replace(day, meta={**day.meta, "wall_s": 77.0}).save(tmp_path / "b")
    parquet = sorted((first / "tables").iterdir())
    assert len(parquet) == len(TABLES)
    for path in [*parquet, first / "scenario.yaml"]:
        assert path.read_bytes() == (second / path.relative_to(first)).read_bytes()
    summaries = [json.loads((folder / "summary.json").read_text()) for folder in (first, second)]
    assert [summary.pop("wall_s") for summary in summaries] == [1.9, 77.0]
    assert summaries[0] == summaries[1]


def test_summary_is_sorted_and_strict_json(tmp_path: Path) -> None:
    text = (bare().save(tmp_path / "run") / "summary.json").read_text()
    held = json.loads(text, parse_constant=lambda word: pytest.fail(word))
    assert list(held) == sorted(held)


def test_every_wrong_table_is_named_at_once(day: Result) -> None:
    wrong = {
        **day.tables,
        "site": day.frame("site").drop(columns="water_kg"),
        "jobs": day.frame("jobs").assign(nodes="many"),
        "rack": day.frame("racks"),
    }
    del wrong["edges"]
    with pytest.raises(InputError) as caught:
        replace(day, tables=wrong)
    places = {problem.where for problem in caught.value.problems}
    assert places == {"tables", "tables.edges", "tables.site", "tables.jobs.nodes"}
    assert "did you mean 'racks'?" in str(caught.value)


def test_missing_text_is_refused_and_whole_numbers_may_stand_for_floats(day: Result) -> None:
    events = day.frame("events").astype({"detail": object})
    events.loc[0, "detail"] = None
    with pytest.raises(InputError, match=r"events\.detail"):
        with_tables(day, events=events)
    whole = day.frame("site").assign(water_kg=3)
    assert with_tables(day, site=whole).frame("site")["water_kg"].dtype == "float64"


def test_a_result_cannot_be_changed_in_place(day: Result) -> None:
    with pytest.raises(TypeError):
        day.tables["site"] = empty(SITE)  # type: ignore[index]
    with pytest.raises(InputError, match="did you mean 'site'"):
        day.frame("sites")


def test_a_folder_without_meta_is_unfinished(day: Result, tmp_path: Path) -> None:
    folder = day.save(tmp_path / "run")
    (folder / "meta.json").unlink()
    with pytest.raises(InputError, match="unfinished"):
        Result.load(folder)


@pytest.mark.parametrize("change", [{"complete": False}, {"format": 99}, {"tables": None}])
def test_meta_that_is_not_complete_is_refused(
    day: Result, tmp_path: Path, change: dict[str, object]
) -> None:
    folder = day.save(tmp_path / "run")
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps({**meta, **change}))
    with pytest.raises(InputError, match="complete: True"):
        Result.load(folder)


def test_a_damaged_table_is_refused(day: Result, tmp_path: Path) -> None:
    folder = day.save(tmp_path / "run")
    path = folder / "tables" / "site.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError, match="damaged"):
        Result.load(folder)


def test_saving_over_a_result_keeps_what_others_put_there(day: Result, tmp_path: Path) -> None:
    folder = day.save(tmp_path / "run")
    (folder / "review.yaml").write_text("reviewer: me\n")
    replace(day, scenario_yaml="name: second\n").save(folder)
    assert Result.load(folder).scenario_yaml == "name: second\n"
    assert (folder / "review.yaml").read_text() == "reviewer: me\n"
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_folder_that_is_no_result_is_never_replaced(day: Result, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="no result"):
        day.save(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


FAILS = {
    "tables": (parquet, "table_bytes"),
    "files": (Path, "write_bytes"),
    "switch": (folder, "exchange"),
    "links": (folder.os, "fsync"),
}


@pytest.mark.parametrize("step", FAILS)
def test_a_failure_on_the_way_leaves_the_old_result(
    day: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    place = day.save(tmp_path / "run")

    def broken(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*FAILS[step], broken)
    with pytest.raises(OutputError, match=f"result could not .*{place}: No space left"):
        replace(day, scenario_yaml="name: second\n").save(place)
    assert Result.load(place).scenario_yaml == day.scenario_yaml
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_every_file_is_on_the_disk_before_the_folder_takes_its_name(
    day: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files and folders below the hidden name, all flushed, and the switch behind them."""
    place = day.save(tmp_path / "run")
    flushed: set[tuple[int, int]] = set()
    at_switch: list[set[tuple[int, int]]] = []
    fsync = os.fsync
    exchange = folder.exchange

    def noted(handle: int) -> None:
        found = os.fstat(handle)
        flushed.add((found.st_dev, found.st_ino))
        fsync(handle)

    def switched(one: Path, other: Path) -> bool:
        at_switch.append(set(flushed))
        return exchange(one, other)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(folder, "exchange", switched)
    replace(day, scenario_yaml="name: second\n").save(place)
    written = {(one.stat().st_dev, one.stat().st_ino) for one in (place, *place.rglob("*"))}
    assert len(written) > 36
    assert written <= at_switch[0]


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from dataclasses import replace
from synthetic import synthetic
day = synthetic()
n = 0
while True:
    n += 1
    replace(day, scenario_yaml=f"name: run {n}\\n").save(sys.argv[2])
    print(n, flush=True)
"""


@pytest.mark.parametrize("delay_s", [0.0, 0.013, 0.029])
def test_kill_at_any_moment_leaves_a_complete_result_or_none(
    tmp_path: Path, delay_s: float
) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parents[1]), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "1\n"
        time.sleep(delay_s)
        process.send_signal(signal.SIGKILL)
    if folder.exists():
        assert Result.load(folder).scenario_yaml.startswith("name: run ")


def test_a_result_that_is_not_valid_says_so_in_report_and_comparison(
    day: Result, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fine = day.save(tmp_path / "fine")
    marked = replace(day, meta={**day.meta, "invalid": "energy residual 0.5"})
    wrong = marked.save(tmp_path / "wrong")
    assert marked.fingerprint != day.fingerprint
    assert main(["report", str(wrong)]) == 0
    page = (wrong / "report.html").read_text()
    assert "Not valid: energy residual 0.5. Do not use these numbers." in page
    assert page.index("Not valid:") < page.index('id="summary"')
    capsys.readouterr()
    assert main(["compare", str(fine), str(wrong)]) == 0
    assert "wrong is not valid: energy residual 0.5" in capsys.readouterr().out
