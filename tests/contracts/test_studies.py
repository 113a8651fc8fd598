"""The front door of studies: a file a planner writes, a command, and the table that they read."""

from __future__ import annotations

import errno
import importlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import twin
from twin.cli import main
from twin.errors import TwinError
from twin.study.experiments.journal import AnswerJournal

ROOT = Path(__file__).parents[2]
IDLE = ROOT / "layouts" / "gb200_su.yaml"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A project with a layout that runs idle for a day in a fraction of a second."""
    (tmp_path / "layouts").mkdir()
    (tmp_path / "scenarios" / "studies").mkdir(parents=True)
    (tmp_path / "layouts" / "hall.yaml").write_text(IDLE.read_text(encoding="utf-8"))
    return tmp_path


def study_file(desk: Path, text: str) -> Path:
    path = desk / "scenarios" / "studies" / "asked.yaml"
    path.write_text(f"name: asked\nscenario: ../../layouts/hall.yaml\n{text}", encoding="utf-8")
    return path


def table(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "table.parquet")


def test_a_grid_is_one_table_with_the_numbers_of_single_runs(desk: Path) -> None:
    asked = study_file(
        desk,
        "vary:\n"
        "  supply: {path: plant.chilled_water.supply_temperature, values: [14 °C, 18 °C]}\n"
        "  plant.chilled_water.count: [2, 3]\n",
    )
    out = desk / "out"
    assert main(["study", str(asked), "--out", str(out), "--workers", "1"]) == 0
    found = table(out)
    assert list(found.columns[:6]) == [
        "case",
        "supply",
        "plant.chilled_water.count",
        "seed",
        "status",
        "reason",
    ]
    assert found["supply"].tolist() == [14.0, 14.0, 18.0, 18.0]
    assert found["status"].tolist() == ["done"] * 4
    last = found.iloc[3]
    changes = {"plant.chilled_water.supply_temperature": "18 °C", "plant.chilled_water.count": "3"}
    alone = twin.run(twin.load(desk / "layouts" / "hall.yaml", changes)).summary
    numbers = {name: last[name] for name in alone if name != "wall_s"}
    for name, number in numbers.items():
        assert number == alone[name] or (pd.isna(number) and pd.isna(alone[name])), name


def test_a_study_file_is_refused_with_every_problem_at_its_line(desk: Path, capsys: Any) -> None:
    asked = study_file(
        desk,
        "vary:\n"
        "  plant.chilled_water.suply_temperature: [14 °C]\n"
        "  hot: {path: plant.warm_water.supply_temperature, values: [40 °C, 140 °C]}\n",
    )
    assert main(["study", str(asked), "--out", str(desk / "out")]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "asked.yaml:4:" in said[0]
    assert "did you mean 'supply_temperature'?" in said[0]
    assert "asked.yaml:5:" in said[1]
    assert "140.0 °C" in said[1]
    assert "1 to 70 °C" in said[1]


def test_three_lines_of_python() -> None:
    found = twin.study(lambda x, y: x * y, vary={"x": [1, 2], "y": [3.0, 4.0]}).table
    assert found["value"].tolist() == [3.0, 4.0, 6.0, 8.0]


def test_a_failed_case_is_named_left_out_or_run_again(tmp_path: Path) -> None:
    calls: list[float] = []

    def shaky(x: float) -> float:
        calls.append(x)
        return 1.0 / x if x != 3.0 else float("nan")

    vary = {"x": [1.0, 0.0, 3.0]}
    named = twin.study(shaky, vary, folder=tmp_path).table
    assert named["status"].tolist() == ["done", "failed", "not finite"]
    assert named["reason"].tolist()[1] == "ZeroDivisionError: float division by zero"
    assert named["reason"].tolist()[2] == "value is nan"
    assert twin.study(shaky, vary, folder=tmp_path, on_failure="leave_out").table["x"].tolist() == [
        1.0
    ]
    assert calls == [1.0, 0.0, 3.0]
    twin.study(shaky, vary, folder=tmp_path, on_failure="rerun")
    assert calls == [1.0, 0.0, 3.0, 0.0, 3.0]


def test_json_prints_the_table(desk: Path, capsys: Any) -> None:
    asked = study_file(desk, "vary: {horizon: [1 h, 2 h]}\noutcomes: [energy_it_j]\n")
    assert main(["study", str(asked), "--out", str(desk / "out"), "--json", "--workers", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["units"] == {"horizon": "h"}
    assert told["columns"]["horizon"] == [1.0, 2.0]
    one, two = told["columns"]["energy_it_j"]
    assert two == pytest.approx(2 * one, rel=1e-9)


def test_a_study_does_not_depend_on_who_runs_it(desk: Path) -> None:
    """One process, three of them, and a table of a study that goes on: the same bytes."""
    asked = study_file(
        desk,
        "vary:\n"
        "  supply: {path: plant.chilled_water.supply_temperature, low: 14 °C, high: 20 °C}\n"
        "method: latin_hypercube\n"
        "samples: 5\n",
    )
    told = []
    for workers in (1, 3):
        out = desk / f"out_{workers}"
        assert main(["study", str(asked), "--out", str(out), "--workers", str(workers)]) == 0
        told.append((out / "table.parquet").read_bytes())
    journal = desk / "out_1" / ".answers.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:2]) + lines[2][:100])
    assert main(["study", str(asked), "--out", str(desk / "out_1"), "--workers", "1"]) == 0
    assert told[0] == told[1] == (desk / "out_1" / "table.parquet").read_bytes()
    assert len(journal.read_bytes().splitlines()) == 5


KILLED = """
import sys, time
from pathlib import Path
import twin

def slow(x):
    time.sleep(0.05)
    with open(sys.argv[2], "a") as calls:
        calls.write(f"{x}\\n")
    return x * 0.1

result = twin.study(slow, {"x": list(range(20))}, folder=sys.argv[1])
result.save(sys.argv[1])
"""


def test_a_study_that_is_killed_goes_on_and_runs_nothing_twice(tmp_path: Path) -> None:
    script = tmp_path / "asked.py"
    script.write_text(KILLED, encoding="utf-8")
    calls = tmp_path / "calls"
    out = tmp_path / "out"
    command = [sys.executable, str(script), str(out), str(calls)]
    journal = out / ".answers.jsonl"
    for least in (4, 9):
        running = subprocess.Popen(command)
        wait_for(lambda least=least: journal.exists() and count(journal) >= least)
        running.send_signal(signal.SIGKILL)
        assert running.wait() == -signal.SIGKILL
        assert not (out / "table.parquet").exists()
    subprocess.run(command, check=True)
    whole = (out / "table.parquet").read_bytes()
    again = sorted(map(int, calls.read_text(encoding="utf-8").split()))
    # what was under way when it was killed, once each, may have been called and not kept
    assert len(again) - len(set(again)) <= 2
    assert sorted(set(again)) == list(range(20))
    other = [*command[:2], str(tmp_path / "other"), str(calls)]
    subprocess.run(other, check=True)
    assert (tmp_path / "other" / "table.parquet").read_bytes() == whole


def wait_for(true: Any) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("waited half a minute")


def count(path: Path) -> int:
    return path.read_bytes().count(b"\n")


MODULE = """
import os, signal
from pathlib import Path

def deadly(x):
    if x == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return float(x)

def shy(x):
    mark = Path(__file__).with_name("died")
    if x == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return float(x)
"""


def test_a_dead_worker_costs_only_what_killed_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "asked_of_workers.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    module = importlib.import_module("asked_of_workers")
    found = twin.study(module.deadly, {"x": [1, 2, 3, 4]}, workers=2).table
    assert found["status"].tolist() == ["done", "failed", "done", "done"]
    assert found["reason"][1] == (
        "the process that ran it died, twice (signal 9): out of memory, or killed"
    )
    assert twin.study(module.shy, {"x": [1, 2, 3, 4]}, workers=2).table["value"].tolist() == [
        1.0, 2.0, 3.0, 4.0,
    ]  # fmt: skip


def test_a_function_that_no_other_process_knows_is_told_before_it_runs() -> None:
    with pytest.raises(twin.InputError, match="a function of a module, or workers=1"):
        twin.study(lambda x: x, {"x": [1, 2]}, workers=2)


def test_a_full_disk_keeps_what_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    calls: list[int] = []

    def full(handle: int, data: Any) -> int:
        calls.append(handle)
        if len(calls) == 3:
            write(handle, bytes(data)[:20])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(handle, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(TwinError, match=r"No space left on device.*2 finished cases are kept"):
        twin.study(lambda x: x, {"x": [1, 2, 3, 4]}, folder=tmp_path)
    monkeypatch.setattr(os, "write", write)
    assert count(tmp_path / ".answers.jsonl") == 2
    found = twin.study(lambda x: x, {"x": [1, 2, 3, 4]}, folder=tmp_path).table
    assert found["value"].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert count(tmp_path / ".answers.jsonl") == 4


def test_two_studies_do_not_write_one_folder(tmp_path: Path) -> None:
    held = AnswerJournal(tmp_path)
    with pytest.raises(twin.InputError, match="another process is working on"):
        twin.study(lambda x: x, {"x": [1]}, folder=tmp_path)
    held.close()
    twin.study(lambda x: x, {"x": [1]}, folder=tmp_path)


def test_a_cell_is_no_formula(tmp_path: Path) -> None:
    vary = {"x": ["=1+1", "@a", "-3", "-a", "plain"]}
    found = twin.study(lambda x: len(x), vary)
    found.save(tmp_path, excel=True)
    text = (tmp_path / "table.csv").read_text(encoding="utf-8")
    assert [line.split(",")[1] for line in text.splitlines()[1:]] == [
        "'=1+1", "'@a", "-3", "'-a", "plain",
    ]  # fmt: skip
    sheet = pd.read_excel(tmp_path / "table.xlsx", dtype=str)
    assert sheet["x"].tolist() == ["'=1+1", "'@a", "-3", "'-a", "plain"]


def test_a_cluster_gives_the_same_table(desk: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="comes with the extra `cluster`")
    asked = study_file(desk, "vary: {plant.chilled_water.count: [2, 3, 4]}\n")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        command = ["study", str(asked), "--out", str(desk / "far")]
        assert main([*command, "--cluster", cluster.scheduler_address]) == 0
    assert main(["study", str(asked), "--out", str(desk / "near"), "--workers", "1"]) == 0
    near = (desk / "near" / "table.parquet").read_bytes()
    assert (desk / "far" / "table.parquet").read_bytes() == near


HOST = """
import time
from distributed import LocalCluster

if __name__ == "__main__":
    own = {"n_workers": 1, "threads_per_worker": 1, "processes": False, "protocol": "tcp"}
    print(LocalCluster(dashboard_address=None, **own).scheduler_address, flush=True)
    time.sleep(120)
"""


def test_a_cluster_that_dies_is_told_in_one_line(desk: Path) -> None:
    """Killed after its first answers: distributed's own loggers told it first, with a traceback."""
    pytest.importorskip("distributed", reason="comes with the extra `cluster`")
    asked = study_file(
        desk,
        "vary:\n  supply: {path: plant.chilled_water.supply_temperature, low: 14 °C, high: 18 °C, "
        "levels: 120}\n",
    )
    (desk / "host.py").write_text(HOST, encoding="utf-8")
    python = [sys.executable, str(desk / "host.py")]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(python, stdout=subprocess.PIPE, stderr=quiet, text=True) as host:
        try:
            assert host.stdout is not None
            address = host.stdout.readline().strip()
            command = ["study", str(asked), "--out", str(desk / "out"), "--cluster", address]
            code, said = killed_after_answers(host, command, desk / "out")
        finally:
            host.kill()
    assert code == 1
    assert said.splitlines()[1:] == ["twin: the cluster went away; finished cases are kept"]


def killed_after_answers(
    host: subprocess.Popen[str], command: list[str], out: Path
) -> tuple[int, str]:
    """The exit code and words of a study whose host is killed once some answers are kept."""
    python = [sys.executable, "-m", "twin", *command]
    kept = out / ".answers.jsonl"
    study = subprocess.Popen(
        python, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    with study:
        ends_s = time.monotonic() + 90
        while time.monotonic() < ends_s and study.poll() is None:
            if kept.exists() and kept.read_bytes().count(b"\n") > 1:
                break
            time.sleep(0.05)
        host.kill()
        said = study.communicate(timeout=60)[1]
    return study.returncode, said


def test_nobody_at_the_address_of_a_cluster_is_said(desk: Path, capsys: Any) -> None:
    pytest.importorskip("distributed", reason="comes with the extra `cluster`")
    asked = study_file(desk, "vary: {plant.chilled_water.count: [2]}\n")
    command = ["study", str(asked), "--out", str(desk / "far"), "--cluster", "nowhere"]
    assert main(command) == 2
    assert "the address of a Dask scheduler" in capsys.readouterr().err


def test_points_that_break_a_constraint_are_not_run_and_outcomes_are_judged() -> None:
    seen: list[float] = []

    def noted(x: float, y: float) -> float:
        seen.append(x)
        return x + y

    asked = {"vary": {"x": [1, 2, 3], "y": [2]}, "outcomes": ["value"]}
    limits = ["x >= y", "value <= 4"]
    found = twin.study(noted, **asked, constraints=limits)  # type: ignore[arg-type]
    assert seen == [2, 3]
    assert found.table["meets"].tolist() == [True, False]


def test_a_constraint_that_nobody_meets_is_said(desk: Path, capsys: Any) -> None:
    text = "vary: {plant.chilled_water.supply_temperature: [14 °C, 18 °C]}\nconstraints: "
    command = ["study", str(study_file(desk, f"{text}[pue < 1]\n")), "--out", str(desk / "out")]
    assert main([*command, "--workers", "1"]) == 0
    assert "No case meets 'pue < 1': pue is 1." in capsys.readouterr().err
    assert table(desk / "out")["meets"].tolist() == [False, False]
    name = "plant.chilled_water.supply_temperature"
    study_file(desk, f"{text}['{name} > 20 °C']\n")
    assert main([*command, "--workers", "1"]) == 2
    said = capsys.readouterr().err
    assert "asked.yaml:4:" in said
    assert "2 points, of which none meets" in said


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("vary: {horizon: []}", "an empty list"),
        ("vary: {horizon: {low: 1 h, high: 2 h}}", "levels"),
        ("vary: {horizon: [1 h, 2]}", "values that all have a unit, or none"),
        ("vary: {horizon: {low: 2 h, high: 1 h, levels: 2}}", "low below high"),
        ("vary: {horizon: {low: 1 h, high: 2 h}}\nmethod: sobol\nsamples: 100", "such as 128"),
        ("vary: {horizon: {low: 1 h, high: 2 h}}\nmethod: sobal", "did you mean 'sobol'?"),
        ("vary: {seed: [1, 2]}", "replications"),
        ("vary: {horizon: [1 h]}\nconstraints: [horizon]", "a comparison such as"),
        ("vary: {horizon: [1 h]}\nmethod: list\ncases: [{horizn: 1 h}]", "mean 'horizon'?"),
        ("arms: {a: {site.grid.prise: 1}}", "asked.yaml:3:"),
        ("vary: {plnt.chilled_water.count: [1]}", "did you mean 'plant'?"),
        ("vari: {}", "did you mean 'vary'?"),
    ],
)
def test_what_a_study_file_gets_wrong_is_told_before_any_run(
    desk: Path, capsys: Any, text: str, word: str
) -> None:
    asked = study_file(desk, f"{text}\n")
    assert main(["study", str(asked), "--out", str(desk / "out")]) == 2
    said = capsys.readouterr().err
    assert word in said
    assert "asked.yaml:" in said
    assert not (desk / "out" / ".answers.jsonl").exists()


def test_an_unknown_outcome_is_told_after_the_first_run(desk: Path, capsys: Any) -> None:
    asked = study_file(desk, "vary: {horizon: [1 h, 2 h, 3 h]}\noutcomes: [cost_us]\n")
    assert main(["study", str(asked), "--out", str(desk / "out"), "--workers", "1"]) == 2
    assert "did you mean 'cost_usd'?" in capsys.readouterr().err
    assert count(desk / "out" / ".answers.jsonl") == 1


def test_economic_figures_are_outcomes(desk: Path) -> None:
    asked = study_file(desk, "vary: {horizon: [2 h]}\noutcomes: [capex_usd, energy_it_j]\n")
    assert main(["study", str(asked), "--out", str(desk / "out"), "--workers", "1"]) == 0
    alone = twin.run(twin.load(desk / "layouts" / "hall.yaml", {"horizon": "2 h"}))
    figures = alone.frame("cost_figures").set_index("name")["value"]
    assert table(desk / "out")["capex_usd"][0] == figures["capex_usd"] > 0


def test_arms_meet_the_same_failures(desk: Path) -> None:
    """Common random numbers: two arms that are the same design give the same numbers."""
    text = (
        "arms:\n"
        "  as_is: {faults: {rates: {scale: 200}}}\n"
        "  same: {faults: {rates: {scale: 200}}}\n"
        "replications: 3\n"
    )
    asked = study_file(desk, text)
    assert main(["study", str(asked), "--out", str(desk / "out"), "--workers", "1"]) == 0
    found = table(desk / "out")
    assert found["arm"].tolist() == ["as_is", "same"] * 3
    assert found["seed"].tolist() == [1, 1, 2, 2, 3, 3]
    pairs = found.drop(columns=["case", "arm"])
    pd.testing.assert_frame_equal(
        pairs[::2].reset_index(drop=True), pairs[1::2].reset_index(drop=True)
    )
    assert found["events"].nunique() > 1
    study_file(desk, text + "common_random_numbers: false\n")
    assert main(["study", str(asked), "--out", str(desk / "apart"), "--workers", "1"]) == 0
    assert table(desk / "apart")["seed"].nunique() == 6


def test_a_study_of_which_nothing_is_done_is_exit_code_1(desk: Path, capsys: Any) -> None:
    text = "vary: {plant.chilled_water.count: [2]}\noutcomes: [joules_per_token_facility]\n"
    asked = study_file(desk, f"{text}on_failure: leave_out\n")
    assert main(["study", str(asked), "--out", str(desk / "out"), "--workers", "1"]) == 1
    said = capsys.readouterr().err
    assert "1 of 1 cases are not done, and left out of the table" in said
    assert "no case of the study is done" in said
    assert table(desk / "out").empty


def test_a_design_that_cannot_be_built_is_a_failed_case_unless_all_are(
    desk: Path, capsys: Any
) -> None:
    asked = study_file(desk, "vary: {site.climate: [phoenix, phenix]}\noutcomes: [pue]\n")
    assert main(["study", str(asked), "--out", str(desk / "out"), "--workers", "1"]) == 0
    found = table(desk / "out")
    assert found["status"].tolist() == ["done", "failed"]
    assert "did you mean 'phoenix'?" in found["reason"][1]
    study_file(desk, "vary: {site.climate: [phenix, bostn]}\n")
    capsys.readouterr()
    assert main(["study", str(asked), "--out", str(desk / "out"), "--workers", "1"]) == 2
    assert "did you mean 'phoenix'?" in capsys.readouterr().err


def test_a_case_that_cannot_be_built_names_the_line_of_its_scenario(
    desk: Path, capsys: Any
) -> None:
    """A fault of what one case does not have, asked in a file, in one line and in Python; where the
    problem is of what a case changes it has no line, for no file states it.
    """
    day = desk / "day.yaml"
    day.write_text(
        "version: 1\nname: day\nlayout: layouts/hall.yaml\nhorizon: 1 h\n"
        "site: {climate: phoenix, grid: virginia}\nfaults:\n  timeline:\n"
        "    - {at: 30 min, component: cdu_2_pump_1}\n",
        encoding="utf-8",
    )
    place = f"{day}:8:31: faults.timeline[0].component: found 'cdu_2_pump_1'"
    file = desk / "asked.yaml"
    file.write_text("name: a\nscenario: day.yaml\nvary: {loops.cdu.count: [1, 2]}\n")
    lines = [["study", str(file)], ["study", str(day), "--vary", "loops.cdu.count=1,2"]]
    for n, line in enumerate(lines):
        assert main([*line, "--out", str(desk / f"out_{n}"), "--workers", "1"]) == 0
        assert f"case 1 failed: {place}" in " ".join(capsys.readouterr().err.split())
        assert table(desk / f"out_{n}")["reason"][0].startswith(place)
    found = twin.study(twin.load(day), vary={"loops.cdu.count": [1, 2]}).table
    assert found["reason"][0].startswith(place)
    other = [{"at": "30 min", "component": name} for name in ("cdu_9", "cdu_1")]
    vary = {"faults.timeline": [[one] for one in other]}
    changed = twin.study(twin.load(day), vary=vary).table
    assert changed["reason"][0].startswith("with_: faults.timeline[0].component: found 'cdu_9'")


def test_common_random_numbers_cut_the_variance_of_a_difference() -> None:
    """Six air handlers for four, in two hours of the shipped day with drawn requests."""
    asked = twin.load(ROOT / "scenarios" / "first_factory.yaml").with_(
        horizon="2 h", outputs__counterfactuals="never"
    )
    arms = {"as_built": {}, "six": {"air.crah.count": 6}}
    seeds = range(1, 9)
    spread = []
    for other in (0, 100):
        rows = [
            twin.study(asked, arms={arm: arms[arm]}, seed=seed + shift, outcomes=["cost_usd"]).table
            for seed in seeds
            for arm, shift in (("as_built", 0), ("six", other))
        ]
        costs = pd.concat(rows)["cost_usd"].to_numpy().reshape(-1, 2)
        spread.append((costs[:, 1] - costs[:, 0]).var(ddof=1))
    assert spread[1] > 5.0 * spread[0]


def test_studies_load_no_cluster_and_no_spreadsheet_before_they_are_asked() -> None:
    code = (
        "import sys; import twin.study.experiments.study; "
        "heavy = {'dask', 'distributed', 'openpyxl', 'scipy.stats', 'rich'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_a_study_stopped_from_the_keyboard_says_where_it_stands(tmp_path: Path) -> None:
    def stopped(x: int) -> int:
        if x == 3:
            raise KeyboardInterrupt
        return x

    with pytest.raises(KeyboardInterrupt, match="stopped after 2 of 4 cases; kept in"):
        twin.study(stopped, {"x": [1, 2, 3, 4]}, folder=tmp_path)
    assert count(tmp_path / ".answers.jsonl") == 2
