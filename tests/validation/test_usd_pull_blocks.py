"""Copies of a block moved in a viewer: racks come back one by one, the rest stands as stated."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pxr", reason="usd-core is not installed")

from tests.relations.test_blocks import in_blocks
from tests.validation.test_usd_pull import by, edit, placed, pull, step
from twin.cli import main


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    layout = json.dumps(in_blocks(), indent=1, ensure_ascii=False)
    (tmp_path / "pod.yaml").write_text(layout, encoding="utf-8")
    out = ["--out", str(tmp_path / "scene")]
    assert main(["usd", "export", str(tmp_path / "pod.yaml"), *out]) == 0
    return tmp_path


def test_a_rack_of_a_copy_moves_alone(pod: Path) -> None:
    before = placed(pod)
    edit(pod, "compute_2_r4", change=by(1.5, 0.25))
    assert pull(pod, "--yes") == 0
    after = placed(pod)
    assert np.allclose(step(before["compute_2_r4"], after["compute_2_r4"]), [1.5, 0.25], atol=1e-3)
    assert after["compute_1_r4"] == before["compute_1_r4"]


def test_what_only_the_block_places_is_refused_in_words(pod: Path, capfd) -> None:
    text = (pod / "pod.yaml").read_text(encoding="utf-8")
    edit(pod, "transformer_2", change=by(2.0, 0.0))
    assert pull(pod, "--yes") == 2
    told = capfd.readouterr().err
    assert "transformer_2" in told
    assert "copies of a block" in told
    assert (pod / "pod.yaml").read_text(encoding="utf-8") == text
