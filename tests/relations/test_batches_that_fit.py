"""A batch that the ranks do not share evenly is refused with the nearest that they do, and these
are taken.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from twin.cli import main
from twin.scenario.starter import write
from twin.scenario.yaml.document import read


def asked(folder: Path, **numbers: int) -> Path:
    """The starter with one training job alone."""
    scenario = folder / "scenarios" / "pod.yaml"
    layout = folder / "layouts" / "pod.yaml"
    if not scenario.exists():
        write("pod", folder)
    data = dict(read(scenario).data)
    job = {"kind": "training", "name": "tune", "model": "Llama-3.1-8B", **numbers}
    data |= {"workload": [job], "layout": read(layout).data, "faults": {}, "drills": []}
    path = folder / "asked.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def checked(folder: Path, capsys: pytest.CaptureFixture[str], **numbers: int) -> tuple[int, str]:
    code = main(["check", str(asked(folder, **numbers))])
    told = capsys.readouterr()
    return code, told.out + told.err


@pytest.mark.parametrize(
    ("cut", "nearest"),
    [
        ({}, (1008, 1036)),
        ({"micro_batch_sequences": 2}, (1008, 1064)),
        ({"pipeline_parallel": 2, "interleave": 2}, (1008, 1036)),
        ({"global_batch_sequences": 20}, (28,)),
    ],
)
def test_the_nearest_batches_are_told_and_taken(
    cut: dict[str, int],
    nearest: tuple[int, ...],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Seven nodes of four GPUs and the batch of 1,024 that stands where none is stated."""
    code, told = checked(tmp_path, capsys, nodes=7, **cut)
    assert code == 2
    found = re.search(r"nearest that are: (\d+)(?: and (\d+))?", told)
    assert found is not None
    named = tuple(int(batch) for batch in found.groups() if batch)
    assert named == nearest
    for batch in named:
        whole = {**cut, "global_batch_sequences": batch}
        assert checked(tmp_path, capsys, nodes=7, **whole)[0] == 0
