"""What a list of jobs says and a run does not follow is told, from the list to the review."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import small_layout

import twin
from twin.cli import main

PLAIN = "name,submit,run,nodes,qos,account\na,0,600,1,,\nb,0,600,1,high,\nc,5,600,1,low,\n"
SWF = "; MaxNodes: 4\n; MaxProcs: 4\n" + "".join(
    f"{n} {n * 10} 0 600 1 -1 -1 1 900 -1 1 1 1 1 1 1 {before} -1\n"
    for n, before in ((1, -1), (2, 1), (3, 70))
)


def findings_of(folder: Path, name: str, text: str) -> list[str]:
    (folder / name).write_text(text)
    asked = {
        "version": 1, "name": "log", "layout": small_layout(), "horizon": "1 h",
        "site": {"climate": {"dry_bulb": "20 °C", "wet_bulb": "15 °C"}, "grid": "ireland"},
        "workload": [{"kind": "jobs", "name": "log", "file": name}],
    }  # fmt: skip
    path = folder / "log.yaml"
    path.write_text(json.dumps(asked))
    return [str(one) for one in twin.check(twin.build(twin.load(path)))["findings"]]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("log.csv", PLAIN, "log.csv: the column 'qos' is not read (2 rows)"),
        (
            "log.swf",
            SWF,
            "log.swf: waits for jobs that are not among those that ran, and comes as if they had "
            "ended (1 rows)",
        ),
    ],
)
def test_what_is_not_followed_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, says: str
) -> None:
    told = findings_of(tmp_path, name, text)
    assert any(says in one for one in told), told
    assert not [one for one in told if "account" in one]  # an empty column says nothing
    assert main(["trace", "describe", str(tmp_path / name), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["not_read"] == [says.split(": ", 1)[1]]


def test_a_list_of_what_is_read_tells_nothing(tmp_path: Path) -> None:
    text = "name,submit,run,nodes,walltime,user\na,0,600,1,900,kim\n"
    assert not [one for one in findings_of(tmp_path, "log.csv", text) if "not read" in one]
