"""A study in one line, beside the file that says the same, and what it refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from twin.cli import main
from twin.cli.study_line import named, read_varied

ROOT = Path(__file__).parents[2]
IDLE = ROOT / "layouts" / "gb200_su.yaml"
SUPPLY = "plant.chilled_water.supply_temperature"
FIVE_LINES = f"""name: asked
scenario: hall.yaml
vary:
  {SUPPLY}: {{low: 14 °C, high: 17.8 °C, levels: 20}}
outcomes: [pue]
"""


def test_the_table_is_that_of_the_file_of_five_lines(tmp_path: Path) -> None:
    (tmp_path / "hall.yaml").write_text(IDLE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "asked.yaml").write_text(FIVE_LINES, encoding="utf-8")
    line = ["study", str(tmp_path / "hall.yaml"), "--vary", f"{SUPPLY}=14..17.8 °C:20"]
    asked = {"line": [*line, "--measure", "pue"], "file": ["study", str(tmp_path / "asked.yaml")]}
    for name, command in asked.items():
        assert main([*command, "--out", str(tmp_path / name), "--workers", "1"]) == 0
    found = {name: pd.read_parquet(tmp_path / name / "table.parquet") for name in asked}
    assert len(found["line"]) == 20
    assert found["line"]["pue"].is_monotonic_decreasing
    pd.testing.assert_frame_equal(found["line"], found["file"], check_exact=True)
    page = (tmp_path / "line" / "study.html").read_text(encoding="utf-8")
    assert "<svg" in page or "<img" in page


def test_lists_whole_numbers_and_changes_of_every_case(tmp_path: Path, capsys: Any) -> None:
    line = ["--vary", "air.crah.count=4..5:2", "--vary", "site.climate=baltimore,phoenix"]
    out = ["--set", "horizon=1 h", "--out", str(tmp_path / "out"), "--workers", "1"]
    assert main(["study", str(IDLE), *line, *out]) == 0
    found = pd.read_parquet(tmp_path / "out" / "table.parquet")
    assert found["air.crah.count"].tolist() == [4, 4, 5, 5]
    assert found["site.climate"].tolist() == ["baltimore", "phoenix"] * 2
    assert found["energy_utility_j"].between(300 * 3.6e6, 400 * 3.6e6).all()  # of one hour
    assert "gb200_su_by_crah_count_climate: 4 cases" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "values"),
    [
        ("k=6 °C..9 °C:4", {"low": "6 °C", "high": "9 °C", "levels": 4}),
        ("k=6 °C..9:4", {"low": "6 °C", "high": "9 °C", "levels": 4}),
        ("k = -2.5..1e3 : 4", {"low": -2.5, "high": 1000.0, "levels": 4}),
        ("k=4, 5.5, true, 14 °C", [4, 5.5, True, "14 °C"]),
        ("k=[1, 2],[3]", [[1, 2], [3]]),
        ("layout=../a.yaml,../b.yaml", ["../a.yaml", "../b.yaml"]),
    ],
)
def test_what_vary_says(said: str, values: Any) -> None:
    found, problems = read_varied([said])
    assert (list(found.values()), problems) == ([values], [])


def test_the_draws_are_those_of_the_file_that_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "hall.yaml").write_text(IDLE.read_text(encoding="utf-8"), encoding="utf-8")
    vary = f"  {SUPPLY}: {{low: 14 °C, high: 18 °C}}\n  air.crah.count: [4, 5]\n"
    how = "method: latin_hypercube\nsamples: 4\nseed: 7\noutcomes: [pue]\n"
    text = f"name: asked\nscenario: hall.yaml\nvary:\n{vary}{how}"
    (tmp_path / "asked.yaml").write_text(text, encoding="utf-8")
    line = ["study", str(tmp_path / "hall.yaml"), "--vary", f"{SUPPLY}=14..18 °C"]
    line += ["--vary", "air.crah.count=4,5", "--measure", "pue"]
    line += ["--method", "latin_hypercube", "--samples", "4", "--seed", "7"]
    for name, command in {"line": line, "file": ["study", str(tmp_path / "asked.yaml")]}.items():
        assert main([*command, "--out", str(tmp_path / name), "--workers", "1"]) == 0
    found = {name: pd.read_parquet(tmp_path / name / "table.parquet") for name in ("line", "file")}
    pd.testing.assert_frame_equal(found["line"], found["file"], check_exact=True)
    quarters = (found["line"][SUPPLY].sort_values().to_numpy() - 14.0) // 1.0
    assert quarters.tolist() == [0, 1, 2, 3]  # a Latin hypercube has one draw in each
    assert found["line"]["seed"].tolist() == [7] * 4


def test_what_a_sample_lacks_or_says_twice(capsys: Any) -> None:
    ranged = f"{SUPPLY}=14..18 °C"
    for command, said in (
        (
            ["--vary", f"{ranged}:4", "--method", "sobol", "--samples", "4"],
            "or KEY=V1,V2, for --samples says how many",
        ),
        (["--vary", ranged], "without :N beside --method latin_hypercube|sobol|monte_carlo"),
        (["--vary", ranged, "--method", "sobol"], "found sobol; allowed: with --samples N"),
        (["--vary", f"{ranged}:4", "--samples", "4"], "--samples: found 4; allowed: with --method"),
        (["--vary", ranged, "--method", "sobl"], "did you mean 'sobol'?"),
        (["--vary", ranged, "--method", "sobol", "--samples", "5"], "a power of two"),
        (["--method", "sobol", "--samples", "4"], "--samples: found 4; allowed: with a scenario"),
        (["--seed", "4"], "--seed: found 4; allowed: with a scenario and --vary"),
        (["--vary", "air.crah.count=4,5", "--set", "seed=3"], "found seed=3; allowed: --seed"),
    ):
        assert main(["study", str(IDLE), *command]) == 2
        assert said in capsys.readouterr().err


def test_a_long_name_is_cut() -> None:
    assert named("a", ["b.c", "d.e[0].f"]) == "a_by_c_e_0_f"
    assert named("a", ["power.ups.count"]) != named("a", ["air.crah.count"])
    long = [named("first_factory", ["x" * 60 + end]) for end in ("a", "b")]
    assert [len(one) for one in long] == [40, 40]
    assert long[0] != long[1]  # one folder for both would lose the first table


def test_every_bad_text_is_told_at_once(capsys: Any) -> None:
    bad = ["k=1..2", "k=1..2:0", "k", "k=", "k=[1", "=1..2:3", "g=1", "g=2"]
    line = [part for text in bad for part in ("--vary", text)]
    assert main(["study", str(IDLE), *line, "--set", "horizon"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 9
    assert said[8].startswith("--vary: g: found an unknown key")  # whatever its values
    assert all("--vary: found" in one and "KEY=LOW..HIGH:N" in one for one in said[:6])
    assert "each key once; 'g' stands twice" in said[6]
    assert said[7].startswith("--set: found 'horizon'")


def test_every_bad_key_and_value_is_told_before_a_run(tmp_path: Path, capsys: Any) -> None:
    line = ["--vary", "plant.chilled_water.suply_temperature=14..18 °C:2"]
    more = ["--vary", "plant.warm_water.supply_temperature=30..140 °C:2"]
    out = tmp_path / "out"
    assert main(["study", str(IDLE), *line, *more, "--out", str(out)]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "did you mean 'supply_temperature'?" in said[0]
    assert "found '140.0 °C'; allowed: 1 to 70 °C" in said[1]
    assert main(["study", str(IDLE), "--vary", "air.crah.count=5..4:2", "--out", str(out)]) == 2
    told = capsys.readouterr().err
    assert "found low 5.0, high 4.0; allowed: low below high, not 5.0 and 4.0" in told
    assert not (out / "table.parquet").exists()


def test_options_scenario_and_points_are_told_at_once(tmp_path: Path, capsys: Any) -> None:
    text = IDLE.read_text(encoding="utf-8")
    (tmp_path / "hall.yaml").write_text(text + "\nmisspelt: 1\n", encoding="utf-8")
    line = ["study", str(tmp_path / "hall.yaml"), "--vary", "air.crah.count=5..4:2"]
    more = ["--vary", "k=", "--set", "horizon", "--samples", "4"]
    assert main([*line, *more]) == 2
    said = capsys.readouterr().err.splitlines()
    starts = ["--vary: found 'k='", "--set: found 'horizon'", "--samples: found 4"]
    for start in [*starts, f"{tmp_path}/hall.yaml:", "--vary: air.crah.count: found low"]:
        assert [one.startswith(start) for one in said].count(True) == 1, said
    assert len(said) == 5


def test_a_method_misspelt_hides_no_bad_end(capsys: Any) -> None:
    line = ["--vary", "plant.warm_water.supply_temperature=30..140 °C", "--method", "sobl"]
    assert main(["study", str(IDLE), *line, "--samples", "4"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert "did you mean 'sobol'?" in said[0]
    assert "found '140.0 °C'; allowed: 1 to 70 °C" in said[1]
    assert len(said) == 2


def test_a_measure_that_no_run_has_is_refused_with_the_nearest(tmp_path: Path, capsys: Any) -> None:
    line = ["--vary", "air.crah.count=4,5", "--measure", "puee", "--out", str(tmp_path / "out")]
    assert main(["study", str(IDLE), *line, "--workers", "1"]) == 2
    assert "did you mean 'pue'?" in capsys.readouterr().err


def test_what_does_not_go_together(capsys: Any) -> None:
    study = str(ROOT / "scenarios" / "studies" / "more_cooling.yaml")
    for command, said in (
        ([str(IDLE)], "found a scenario or layout; allowed: a study file, or --vary KEY="),
        ([study, "--measure", "pue"], "--measure: found pue; allowed: with a scenario and --vary"),
        ([str(IDLE), "--vary", "seed=1,2", "--set", "seed=3"], "--set: found 'seed' again"),
        (
            [str(IDLE), "--vary", f"{SUPPLY}=14 °C,15 °C", "--set", f"cooling.{SUPPLY}=16 °C"],
            f"--set: found 'cooling.{SUPPLY}' again; allowed: a key that does not vary",
        ),
        ([str(IDLE), "--vary", "seed=1,2"], "allowed: replications, of a study file"),
        ([study, "--vary", "air.crah.count=4,5"], "--vary: found a study; allowed: a scenario"),
    ):
        assert main(["study", *command]) == 2
        assert said in capsys.readouterr().err


def test_a_range_of_a_whole_number_is_drawn_whole(tmp_path: Path) -> None:
    """As evenly as real numbers are: all five counts of handlers in five draws, from the line and
    from the file.
    """
    (tmp_path / "hall.yaml").write_text(IDLE.read_text(encoding="utf-8"), encoding="utf-8")
    how = "method: latin_hypercube\nsamples: 5\nseed: 7\noutcomes: [pue]\n"
    text = f"name: asked\nscenario: hall.yaml\nvary: {{air.crah.count: {{low: 4, high: 8}}}}\n{how}"
    (tmp_path / "asked.yaml").write_text(text, encoding="utf-8")
    line = ["study", str(tmp_path / "hall.yaml"), "--vary", "air.crah.count=4..8"]
    line += ["--method", "latin_hypercube", "--samples", "5", "--seed", "7", "--measure", "pue"]
    for name, command in {"line": line, "file": ["study", str(tmp_path / "asked.yaml")]}.items():
        assert main([*command, "--out", str(tmp_path / name), "--workers", "1"]) == 0
    found = {name: pd.read_parquet(tmp_path / name / "table.parquet") for name in ("line", "file")}
    pd.testing.assert_frame_equal(found["line"], found["file"], check_exact=True)
    assert sorted(found["line"]["air.crah.count"]) == [4, 5, 6, 7, 8]
    assert found["line"]["pue"].nunique() == 5


@pytest.mark.parametrize(
    ("vary", "said"),
    [
        ("{low: 4, high: 6.5}", "low and high that are whole numbers"),
        ("{distribution: uniform, low: 4, high: 8}", "a uniform distribution of a whole number"),
        ("{distribution: normal, mean: 6, deviation: 1}", "allowed: distribution: integer"),
    ],
)
def test_fractions_of_a_whole_number_are_refused_once(
    vary: str, said: str, tmp_path: Path, capsys: Any
) -> None:
    (tmp_path / "hall.yaml").write_text(IDLE.read_text(encoding="utf-8"), encoding="utf-8")
    how = "method: monte_carlo\nsamples: 64\n"
    text = f"name: asked\nscenario: hall.yaml\nvary:\n  air.crah.count: {vary}\n{how}"
    (tmp_path / "asked.yaml").write_text(text, encoding="utf-8")
    assert main(["study", str(tmp_path / "asked.yaml"), "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 1
    assert said in told[0]
    assert told[0].startswith(f"{tmp_path}/asked.yaml:4:")


def test_more_levels_than_whole_numbers_are_refused(capsys: Any) -> None:
    assert main(["study", str(IDLE), "--vary", "air.crah.count=4..6:5"]) == 2
    said = capsys.readouterr().err
    assert said == (
        "--vary: air.crah.count: found 5 levels of 3 whole numbers; allowed: at most 3 levels\n"
    )


def test_draws_beyond_a_limit_are_told_twice_and_not_by_draw(capsys: Any) -> None:
    line = ["--vary", "plant.warm_water.supply_temperature=30..140 °C", "--method", "sobol"]
    assert main(["study", str(IDLE), *line, "--samples", "64"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "found 40 more values that are none; allowed: 1 to 70 °C" in said[1]


def test_bad_paths_are_told_beside_bad_ranges(capsys: Any) -> None:
    line = ["--vary", "air.crah.count=5..4:2", "--vary", "site.climat=phoenix,denver"]
    assert main(["study", str(IDLE), *line]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "did you mean 'climate'?" in said[1]


def test_names_of_the_terminal_can_be_typed_back(
    tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    """Each heading is a column of the table, whole in any window; values have their units."""
    line = ["--vary", f"{SUPPLY}=14..15 °C:2", "--vary", "air.crah.count=4,5"]
    for width in ("60", "100", "160"):
        monkeypatch.setenv("COLUMNS", width)
        out = tmp_path / width
        assert main(["study", str(IDLE), *line, "--out", str(out), "--workers", "1"]) == 0
        said = capsys.readouterr().err
        table = pd.read_parquet(out / "table.parquet").drop(columns="reason").iloc[:, :12]
        shown = table.dropna(axis=1, how="all").columns
        assert [name for name in shown if f" {name} " not in said] == []
        assert "14 °C" in said


def test_a_pipe_that_closes_loses_no_table(tmp_path: Path) -> None:
    """`twin study … 2>&1 | head -1`: words end, and what was worked out is on the disk."""
    line = [sys.executable, "-m", "twin", "study", str(IDLE), "--vary", "air.crah.count=4,5"]
    line += ["--set", "horizon=10 min", "--workers", "1", "--out", str(tmp_path / "out")]
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as study:
        assert study.stderr is not None
        assert "2 cases" in study.stderr.readline()
        study.stderr.close()
        study.wait(timeout=120)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"table.csv", "table.parquet", "study.html"} <= names
