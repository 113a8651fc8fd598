"""One model in several files, and what a model holds that is passed over, from files to numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import twin
from twin.cli import main

TREE = """<opsa-mef>
 <define-fault-tree name="pumps">
  <define-gate name="none"><and><event name="one"/><event name="two"/></and></define-gate>
  <define-gate name="one"><or><basic-event name="pump_1"/><house-event name="works"/></or>
  </define-gate>
  <define-gate name="two"><or><basic-event name="pump_2"/><gate name="no_power"/></or></define-gate>
 </define-fault-tree>
 {more}
</opsa-mef>"""
POWER = """<opsa-mef>
 <define-fault-tree name="power">
  <define-gate name="no_power"><or><basic-event name="feed"/></or></define-gate>
 </define-fault-tree>
</opsa-mef>"""
NUMBERS = """<opsa-mef><model-data>
 <define-house-event name="works"><constant value="false"/></define-house-event>
 <define-basic-event name="pump_1"><float value="0.1"/></define-basic-event>
 <define-basic-event name="pump_2"><float value="0.2"/></define-basic-event>
 <define-basic-event name="feed"><float value="0.05"/></define-basic-event>
</model-data></opsa-mef>"""
EVENTS = '<opsa-mef><define-event-tree name="e"><initial-state/></define-event-tree></opsa-mef>'


def files(folder: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        (folder / f"{name}.xml").write_text(text, encoding="utf-8")
    return [folder / f"{name}.xml" for name in texts]


def told(paths: list[Path], capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert main(["fault-tree", *map(str, paths), "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_files_of_one_model_refer_to_one_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """0.1 (1 - 0.8 x 0.95), whatever their order."""
    paths = files(tmp_path, tree=TREE.format(more=""), power=POWER, numbers=NUMBERS)
    found = told(paths, capsys)
    assert found["probability"] == pytest.approx(0.1 * (1 - 0.8 * 0.95), rel=1e-12)
    assert (found["minimal_cut_sets"], found["top_event"]) == (2, "none")
    again = told(paths[::-1], capsys)
    assert {**again, "wall_s": 0.0} == {**found, "wall_s": 0.0}
    assert twin.fault_tree(paths).probability == found["probability"]


def test_what_is_wrong_between_files_is_told_with_both(tmp_path: Path) -> None:
    tree, power, numbers = files(tmp_path, tree=TREE.format(more=""), power=POWER, numbers=NUMBERS)
    with pytest.raises(twin.InputError, match="another one named beside") as error:
        twin.fault_tree(tree)
    assert {problem.where for problem in error.value.problems} == {
        "pump_1", "pump_2", "works", "no_power",
    }  # fmt: skip
    twice = tmp_path / "twice.xml"
    twice.write_text(POWER, encoding="utf-8")
    with pytest.raises(twin.InputError, match=r"a second definition.* line 3 of .*power\.xml"):
        twin.fault_tree([tree, power, numbers, twice])


def test_a_file_without_a_gate_says_what_to_do(tmp_path: Path) -> None:
    for text in (EVENTS, NUMBERS):
        (path,) = files(tmp_path, alone=text)
        with pytest.raises(twin.InputError, match=r"no gate.*in another file, name both"):
            twin.fault_tree(path)


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ('<define-alignment name="a"><define-phase name="p" time-fraction="1"/></define-alignment>',
         "<define-alignment>"),
        ('<define-substitution name="s"><target/></define-substitution>', "<define-substitution>"),
    ],
)  # fmt: skip
def test_what_would_change_the_answer_and_is_passed_over_is_noted(
    more: str, note: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = files(tmp_path, tree=TREE.format(more=more), power=POWER, numbers=NUMBERS)
    (said,) = told(paths, capsys)["notes"]
    assert note in said
    assert told(files(tmp_path, tree=TREE.format(more=""))[:1] + paths[1:], capsys)["notes"] == []
