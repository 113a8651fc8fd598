"""The terminal says after a run what was asked and not made: tokens given up and lost, GPU hours
below full clock. Each is the number of the summary, and stands there only where there is any.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import ROOT

from twin.cli import main

FACTORY = str(ROOT / "scenarios" / "first_factory.yaml")


def rows(out: Path, capsys: pytest.CaptureFixture[str], *changes: str) -> dict[str, str]:
    """What an hour of `first_factory` with these changes says on the terminal."""
    asked = [part for change in ("horizon=1 h", *changes) for part in ("--set", change)]
    assert main(["run", FACTORY, *asked, "--out", str(out)]) == 0
    told = capsys.readouterr().err
    return dict(re.findall(r"^│ ([a-z ]+?) +│ ([^│]+?) +│$", told, re.MULTILINE))


def test_what_a_service_gave_up_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(tmp_path / "r", capsys, "workload.chat.requests.rate=90000 / s")
    summary = json.loads((tmp_path / "r" / "summary.json").read_text(encoding="utf-8"))
    dropped = summary["tokens_dropped"]
    assert dropped > summary["tokens_inference"]
    number, prefix = found["tokens dropped"].split()
    scale = {"M": 1e6, "G": 1e9, "T": 1e12}[prefix]
    assert float(number) * scale == pytest.approx(dropped, rel=5e-3)
    assert "tokens lost by fault" not in found


def test_nothing_is_told_where_nothing_is_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = rows(tmp_path / "r", capsys)
    assert {"pue", "tokens inference"} <= found.keys()
    assert not {"tokens dropped", "tokens lost by fault", "gpu hours throttled"} & found.keys()


def test_what_a_fault_took_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = rows(
        tmp_path / "r",
        capsys,
        "faults.timeline.0.at=10 min",
        "faults.timeline.0.component=compute_r8",
    )
    summary = json.loads((tmp_path / "r" / "summary.json").read_text(encoding="utf-8"))
    assert summary["tokens_lost_by_fault"] > 0
    assert {"tokens lost by fault", "usd lost by fault"} <= found.keys()
