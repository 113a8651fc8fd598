"""The command line's promises: names, exit codes, what goes to which stream, and a quick start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from twin.cli import face, main
from twin.errors import InputError, Problem, RunError
from twin.present.blocks import Lines

FINDING = {
    "severity": "warning",
    "component": "ups_1",
    "says": "loaded above its rating",
    "consequence": "it trips",
}
SUMMARY = {
    "energy_utility_j": 7.2e9,
    "tokens_inference": 3e12,
    "pue_frac": 0.5,
    "lost": float("nan"),
}


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The face, answering without a facility; holds what it was called with."""
    calls: dict[str, Any] = {}

    def note(name: str, answer: Any) -> None:
        def stand_in(*given: Any, **named: Any) -> Any:
            calls[name] = (*given, *named.values())
            return answer

        monkeypatch.setattr(face, name, stand_in)

    note("load", SimpleNamespace(name="small", seed=7, workload=("chat",)))
    note("build", "facility")
    note("run", SimpleNamespace(summary=SUMMARY, meta={"findings": [FINDING]}))
    note("result", "result")
    note("report", Path("small/report.html"))
    note("can_draw_scenes", True)
    note("refuse_to_replace", None)
    note("get_ready_to_report", None)
    note("scene", Path("small/scene/factory.usda"))
    note("check", {"racks": 4, "load_peak_w": 5e5, "findings": [FINDING]})
    note("refused", [])
    verdict = {"verdict": "meets the topology criterion in this model", "single": ["utility"]}
    note("redundancy", SimpleNamespace(as_dict=lambda: verdict))
    note("redundancy_blocks", (["One sentence."], [Lines("Verdicts", ("without utility",))]))
    fit = {"op": "gemm", "dtype": "float32", "loo_median_frac": 0.03, "loo_p90_frac": 0.1, "gp": {}}
    note(
        "calibrate",
        {"device": {"name": "One core"}, "samples": [1, 2], "fits": [fit], "validation": []},
    )
    note("schema", {"title": "Scenario"})
    note("starter", [Path("scenarios/new.yaml"), Path("layouts/new.yaml")])
    return calls


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def load(*_: Any) -> Any:
        raise error

    monkeypatch.setattr(face, "load", load)


def test_a_run_prints_its_numbers_for_people_on_stderr(house: dict[str, Any], capsys: Any) -> None:
    assert main(["run", "a.yaml"]) == 0
    said = capsys.readouterr()
    assert said.out == ""
    assert "2.00 MWh" in said.err
    assert "report: small/report.html" in said.err
    assert "scene: small/scene/factory.usda" in said.err
    assert house["run"][1] == Path("reports/small")


def test_a_run_without_work_says_so_beside_its_zeros(
    house: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    """It printed `tokens total 0` and not a word."""
    assert main(["run", "a.yaml"]) == 0
    assert "no workload" not in capsys.readouterr().err
    idle = SimpleNamespace(name="small", seed=7, workload=())
    monkeypatch.setattr(face, "load", lambda *_: idle)
    assert main(["run", "a.yaml"]) == 0
    assert "no workload is stated: the racks stand idle" in capsys.readouterr().err


def test_a_run_prints_one_json_document_for_programs(house: dict[str, Any], capsys: Any) -> None:
    assert main(["run", "a.yaml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {**SUMMARY, "lost": None}


def test_a_run_hands_on_its_overrides_seed_and_folder(
    house: dict[str, Any], tmp_path: Path
) -> None:
    arguments = [
        "run",
        "a.yaml",
        "--set",
        "site.climate=hot",
        "--set",
        "duration = 2 h",
        "--seed",
        "3",
    ]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    assert house["load"] == (Path("a.yaml"), {"site.climate": "hot", "duration": "2 h"}, 3)
    assert house["run"][1] == house["report"][1] == tmp_path


def test_a_run_without_usd_core_succeeds_and_says_what_to_install(
    house: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(face, "can_draw_scenes", lambda: False)
    assert main(["run", "a.yaml"]) == 0
    assert "pip install 'ai-factory-twin[usd]'" in capsys.readouterr().err
    assert "scene" not in house
    assert main(["usd", "export", "hall.yaml", "--out", "hall"]) == 1


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(["check", "a.yaml"], "loaded above its rating"), (["redundancy", "a.yaml"], "utility")],
)
def test_findings_are_tables_or_json(
    house: dict[str, Any], capsys: Any, arguments: list[str], word: str
) -> None:
    assert main(arguments) == 0
    said = capsys.readouterr()
    assert word in said.out
    assert said.err == ""
    assert main([*arguments, "--json"]) == 0
    assert word in json.dumps(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (["schema"], '{\n  "title": "Scenario"\n}\n'),
        (["schema", "layout"], '{\n  "title": "Scenario"\n}\n'),
        (["init", "new"], "scenarios/new.yaml\nlayouts/new.yaml\n"),
        (["report", "reports/small"], "small/report.html\n"),
        (["usd", "export", "hall.yaml", "--out", "hall"], "small/scene/factory.usda\n"),
        (["usd", "export", ".", "--out", "hall"], "small/scene/factory.usda\n"),
    ],
)
def test_commands_that_make_one_thing_print_it(
    house: dict[str, Any], capsys: Any, arguments: list[str], printed: str
) -> None:
    assert main(arguments) == 0
    assert capsys.readouterr().out == printed


def test_a_calibration_prints_its_profile_and_tells_its_errors(
    house: dict[str, Any], capsys: Any, tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "profile.json"
    assert main(["calibrate", "--quick", "--device", "cpu", "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert said.out == f"{out}\n"
    assert "3.00 %" in said.err or "3.0 %" in said.err
    assert house["calibrate"][:3] == ("cpu", True, out)


def test_bad_input_is_2_with_every_problem_on_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    found = [Problem("a", "0", "1 or more", file="a.yaml", line=line, column=2) for line in (3, 5)]
    raising(monkeypatch, InputError(found))
    assert main(["check", "a.yaml"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        f"a.yaml:{n}:2: a: found 0; allowed: 1 or more" for n in (3, 5)
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"],
        ["nothing"],
        ["check", "a.yaml", "--speed"],
        ["schema", "rack"],
        ["run", "a.yaml", "--seed", "x"],
        ["calibrate"],
        ["calibrate", "--device", "abacus", "--out", "p.json"],
        ["run", "a.yaml", "--set", "key"],
        ["run", "a.yaml", "--set", "k=1", "--set", "k=2"],
    ],
)
def test_wrong_usage_is_2(arguments: list[str], capsys: Any) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (RunError("ups_1 at 12 s: no feed left"), 1, "ups_1 at 12 s"),
        (KeyboardInterrupt(), 130, ""),
        (ValueError("a surprise"), 1, "TWIN_DEBUG=1"),
        (OSError(28, "No space left on device"), 1, "No space left"),
    ],
)
def test_a_failure_is_a_sentence_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, error: BaseException, code: int, word: str
) -> None:
    monkeypatch.delenv("TWIN_DEBUG", raising=False)
    raising(monkeypatch, error)
    assert main(["check", "a.yaml"]) == code
    said = capsys.readouterr()
    assert word in said.err
    assert "Traceback" not in said.out + said.err


def test_a_fault_of_the_program_shows_its_place_when_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("TWIN_DEBUG", "1")
    raising(monkeypatch, ValueError("a surprise"))
    assert main(["check", "a.yaml"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_the_catalogue_is_listed_and_shown_with_its_sources(capsys: Any) -> None:
    assert main(["catalogue", "list", "racks"]) == 0
    assert "gb200_nvl72" in capsys.readouterr().out
    assert main(["catalogue", "list", "--json"]) == 0
    assert {"racks", "gpus"} <= set(json.loads(capsys.readouterr().out))
    assert main(["catalogue", "show", "gb200_nvl72", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["row"]["power_rated_w"] > 0
    assert all(number["source"] for number in told["numbers"])


@pytest.mark.parametrize(
    ("word", "kind"), [("gpu", "gpus"), ("GPUs", "gpus"), ("switch", "switches")]
)
def test_a_kind_is_named_as_one_or_many(capsys: Any, word: str, kind: str) -> None:
    assert main(["catalogue", "list", word, "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == [kind]


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["catalogue", "list", "rakc"], "'racks'"),
        (["catalogue", "show", "gb200_nvl7"], "'gb200_nvl72'"),
    ],
)
def test_an_unknown_row_is_2_with_the_nearest_name(
    capsys: Any, arguments: list[str], hint: str
) -> None:
    assert main(arguments) == 2
    assert f"did you mean {hint}?" in capsys.readouterr().err


def test_help_loads_no_heavy_library() -> None:
    heavy = ("numpy", "pandas", "pydantic", "simpy", "matplotlib", "pxr", "torch", "pint", "yaml")
    code = (
        f"import sys; from twin.cli import main; main(['--help']); "
        f"print(sorted(set({heavy}) & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"


def test_every_command_has_its_name_and_a_sentence(capsys: Any) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for name in (
        "run",
        "check",
        "redundancy",
        "calibrate",
        "schema",
        "catalogue",
        "init",
        "report",
        "usd",
        "compare",
    ):
        assert f"\n  {name} " in said
    assert "..." not in said.split("Commands:")[1]
