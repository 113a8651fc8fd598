"""Where output goes: no file is lost to it, and no work is done for a place that is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import twin.study.single as single
from twin.cli import main

LAYOUT = str(Path(__file__).parents[2] / "layouts" / "edge_200kw.yaml")


@pytest.mark.parametrize(
    "words",
    [
        ["usd", "export", LAYOUT],
        ["usd", "assets"],
        ["run", LAYOUT],
        ["redundancy", LAYOUT],
        ["failure-report", LAYOUT],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_file_where_a_folder_is_to_be_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """Exit code 2, the file as it was, and nothing beside it."""
    mine = tmp_path / "notes.txt"
    mine.write_text("mine", encoding="utf-8")
    assert main([*words, "--out", str(mine)]) == 2
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert "notes.txt" in capsys.readouterr().err


def test_a_folder_of_other_files_is_refused_before_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after it: a run may take hours, and its result would be gone."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    lived = []
    monkeypatch.setattr(single, "_lived", lambda *asked: lived.append(asked))
    assert main(["run", LAYOUT, "--out", str(tmp_path / "mine"), "--overwrite"]) == 2
    assert not lived
    assert "a new, empty or result folder" in capsys.readouterr().err


def test_what_opens_no_scene_is_told_in_its_own_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The line and the cause, without the names of OpenUSD's sources."""
    pytest.importorskip("pxr")
    scene = tmp_path / "cut.usda"
    scene.write_text('#usda 1.0\ndef Xform "a" {\n bad', encoding="utf-8")
    assert main(["usd", "check", str(scene)]) == 2
    told = capfd.readouterr().err
    assert "cut.usda:3:" in told
    assert "pxrInternal" not in told


def test_a_hall_that_is_none_is_answered_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["redundancy", LAYOUT, "--top", "hall:h9"]) == 2
    assert "a hall: room" in capsys.readouterr().err
