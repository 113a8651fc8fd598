"""Findings weigh the same everywhere: in `twin check`, before a run, on the terminal and in
Python.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

import twin
from twin.cli import main
from twin.findings import MEANING, Allowed, FindingCode, Severity
from twin.present.report import provenance
from twin.scenario.starter import write
from twin.simulation import start


@pytest.fixture
def pod(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the starter pod with pieces of its files replaced; the scenario's path."""
    monkeypatch.chdir(tmp_path)

    def changed(*changes: tuple[str, str]) -> Path:
        paths = write("pod", tmp_path)
        for path in paths:
            text = path.read_text(encoding="utf-8")
            for old, new in changes:
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")
        return paths[0]

    return changed


def codes(path: Path) -> dict[str, list[str]]:
    """Components by code."""
    out: dict[str, list[str]] = {}
    for row in twin.check(path)["findings"]:
        out.setdefault(row["code"], []).append(row["component"])
    return out


def test_every_code_has_one_meaning_with_consequence_and_cure() -> None:
    assert set(MEANING) == set(FindingCode)
    assert all(meaning.consequence and meaning.cure for meaning in MEANING.values())
    errors = {code.value for code, meaning in MEANING.items() if meaning.severity == Severity.ERROR}
    assert set(get_args(Allowed)) <= errors
    cannot_run = {
        FindingCode.POOL_FINDS_NO_ROOM,
        FindingCode.LAYOUT_DOES_NOT_FIT,
        FindingCode.REQUESTS_TOO_LONG,
    }
    assert errors - set(get_args(Allowed)) == cannot_run


TOO_LARGE = ("    nodes: 36\n    global", "    nodes: 73\n    global")


@pytest.mark.parametrize("arguments", [["check"], ["run", "--overwrite"]])
def test_an_error_is_refused_with_2_by_check_and_run_alike(
    pod: Any, arguments: list[str], capsys: Any
) -> None:
    path = pod(TOO_LARGE)
    assert main([*arguments, str(path)]) == 2
    told = capsys.readouterr().err
    line = path.read_text(encoding="utf-8").splitlines().index("    nodes: 73") + 1
    assert f"pod.yaml:{line}:" in told
    assert "asks for 73 nodes and can hold at most" in told
    assert "`allow: [never_starts]`" in told
    assert not (path.parent / "reports").exists() or not list(
        (path.parent / "reports").rglob("meta.json")
    )


def test_python_refuses_it_too_before_anything_happens(pod: Any) -> None:
    facility = twin.build(twin.load(pod(TOO_LARGE)))
    for begin in (twin.simulate, start):
        with pytest.raises(twin.InputError, match="never start"):
            begin(facility)


def test_what_is_allowed_is_run_and_stays_a_finding(pod: Any, capsys: Any) -> None:
    path = pod(TOO_LARGE, ("workload:\n", "allow: [never_starts]\nworkload:\n"))
    assert main(["check", str(path), "--json"]) == 0
    (found,) = [
        row
        for row in json.loads(capsys.readouterr().out)["findings"]
        if row["code"] == "never_starts"
    ]
    assert (found["severity"], found["component"]) == ("error", "pretrain")
    result = twin.simulate(twin.build(twin.load(path).with_(horizon="10 min")))
    assert "never_starts" in [row["code"] for row in result.meta["findings"]]
    assert result.frame("jobs").set_index("job").loc["pretrain", "state"] == "too_large"


def test_a_code_that_nobody_may_allow_is_refused_with_those_one_may(pod: Any) -> None:
    with pytest.raises(twin.InputError) as refused:
        twin.load(pod(("workload:\n", "allow: [long_row]\nworkload:\n")))
    assert "never_starts" in str(refused.value)


def test_a_service_that_finds_no_room_is_an_error_of_check(pod: Any) -> None:
    path = pod(TOO_LARGE)
    text = path.read_text(encoding="utf-8")
    service = (
        "  - {kind: inference, name: crowd, model: Llama-3.1-8B, nodes: 900, "
        "requests: {rate: 1 / s}}\n"
    )
    path.write_text(text.replace("workload:\n", f"workload:\n{service}"), encoding="utf-8")
    assert codes(path)["pool_finds_no_room"] == ["crowd", "chat"]
    assert main(["check", str(path)]) == 2


@pytest.mark.parametrize(
    ("old", "new", "orphans"),
    [
        ("genset_2000, count: 2,", "genset_2000, count: 4,", ["generator_3", "generator_4"]),
        (
            "cooling:\n",
            "  - {name: spare_ups, type: ups_500, fed_by: utility}\ncooling:\n",
            ["spare_ups"],
        ),
    ],
)
def test_equipment_that_nobody_draws_from_is_a_warning(
    pod: Any, old: str, new: str, orphans: list[str]
) -> None:
    """Four generators spread on two boards leave two that feed nothing; so does a forgotten UPS."""
    path = pod(
        (old, new),
        ("{source: generator, pairing: matched}", "{source: generator, pairing: spread}"),
    )
    assert codes(path)["feeds_nothing"] == orphans
    assert main(["check", str(path)]) == 0


def test_a_run_says_its_warnings_on_the_terminal(pod: Any, capsys: Any) -> None:
    path = pod(
        ("genset_2000, count: 2,", "genset_2000, count: 4,"),
        ("{source: generator, pairing: matched}", "{source: generator, pairing: spread}"),
        ("cooling:\n", "cooling:\n"),
    )
    assert main(["run", str(path), "--set", "horizon=10 min"]) == 0
    told = capsys.readouterr().err
    assert "warning: generator_3: nothing is fed by it; it is bought and maintained" in told


NO_MEMORY = ("    model: Llama-3.1-8B", "    model: Llama-3.1-405B")


@pytest.mark.parametrize("arguments", [["check"], ["run", "--overwrite"]])
def test_a_training_layout_that_fits_no_gpu_is_refused_by_check_and_run_alike(
    pod: Any, arguments: list[str], capsys: Any
) -> None:
    path = pod(NO_MEMORY)
    assert main([*arguments, str(path)]) == 2
    shown = capsys.readouterr().err
    assert "GB a GPU of" in shown
    assert "a parallel layout that fits" in shown
    assert "pod.yaml:" in shown


def test_a_finding_names_its_layout_from_where_the_scenario_was_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Relative where the scenario was, so that a report does not tell whose disk it was on."""
    root = Path(__file__).parents[2]
    monkeypatch.chdir(root)
    named = Path("scenarios/first_factory.yaml")
    near = {row["file"] for row in twin.check(named)["findings"]}
    far = {row["file"] for row in twin.check(root / named)["findings"]}
    assert near >= {"layouts/gb200_su.yaml"}
    assert far == {str(root / file) for file in near}


def test_a_warning_tells_its_cure_as_an_error_does(pod: Any, tmp_path: Path, capsys: Any) -> None:
    """Where it is read: `twin check` on the terminal and as JSON, before a run, in its report."""
    path = pod(("cooling:\n", "  - {name: spare_ups, type: ups_500, fed_by: utility}\ncooling:\n"))
    cure = MEANING[FindingCode.FEEDS_NOTHING].cure
    assert main(["check", str(path)]) == 0
    told = capsys.readouterr().out
    line = next(one for one in told[told.index("what to do") :].splitlines() if "_nothing" in one)
    assert [part.strip() for part in line.strip("│").split("│")] == ["feeds_nothing", cure]
    assert main(["check", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["findings"]
    assert all(row["cure"] == MEANING[FindingCode(row["code"])].cure for row in found)
    assert main(["run", str(path), "--set", "horizon=5 min", "--out", str(tmp_path / "out")]) == 0
    assert f"; cure: {cure}" in capsys.readouterr().err
    kept = provenance.findings(twin.Result.load(tmp_path / "out"), 60, cured=True)
    assert any(line.endswith(f"; cure: {cure}") for line in kept)
