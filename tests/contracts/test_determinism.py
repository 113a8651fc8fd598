"""The same run gives the same bytes, whatever process it runs in and however that process
hashes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

CODE = """
import sys, twin
scenario = twin.load(sys.argv[1], overrides={"horizon": sys.argv[2]})
twin.simulate(twin.build(scenario)).save(sys.argv[3])
"""
CASES = [
    ("first_factory", "7 h"),
    ("utility_outage", "2 h"),
    ("superpod_day", "10 h"),
    ("frontier_day", "1 h"),
]
CLOCKED = ("wall_s",)
"""What tells the time of day or of the machine, and nothing of the run."""


def saved(name: str, horizon: str, folder: Path, hash_seed: str) -> Path:
    command = [
        sys.executable,
        "-c",
        CODE,
        str(ROOT / "scenarios" / f"{name}.yaml"),
        horizon,
        str(folder),
    ]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": hash_seed}, cwd=ROOT)
    return folder


def without_clock(path: Path) -> dict[str, object]:
    return {key: value for key, value in json.loads(path.read_text()).items() if key not in CLOCKED}


@pytest.mark.parametrize(("name", "horizon"), CASES)
def test_two_processes_write_the_same_bytes(name: str, horizon: str, tmp_path: Path) -> None:
    one, other = (saved(name, horizon, tmp_path / seed, seed) for seed in ("1", "4711"))
    files = sorted(path.relative_to(one) for path in one.rglob("*.parquet"))
    assert len(files) == 12
    for file in files:
        assert (one / file).read_bytes() == (other / file).read_bytes(), file
    assert (one / "scenario.yaml").read_bytes() == (other / "scenario.yaml").read_bytes()
    for file_name in ("summary.json", "meta.json"):
        assert without_clock(one / file_name) == without_clock(other / file_name)
