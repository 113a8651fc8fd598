"""Where output goes: no file is lost to it, and no work is done for a place that is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import Any

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


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["climate", LAYOUT, "phoenix", "--hourly", "out.csv"], "out.csv"),
        (["climate", LAYOUT, "phoenix", "--figure", "out.png"], "out.png"),
        (["redundancy", LAYOUT, "--out", "."], "redundancy.json"),
        (["airflow", LAYOUT, "--out", "."], "airflow.json"),
        (["export", LAYOUT, "out.json", "--to", "pandapower"], "out.json"),
    ],
    ids=lambda value: " ".join(value[::3]) if isinstance(value, list) else "",
)
def test_a_full_disk_leaves_what_stood_there(tmp_path: Path, words: list[str], name: str) -> None:
    """Files of 2 KiB at most: exit code 1, a word on which file, the old one whole, no part of a
    new one.
    """
    (tmp_path / name).write_text("mine", encoding="utf-8")
    limited = ["bash", "-c", 'ulimit -f 2; exec "$@"', "_", sys.executable, "-B", "-m", "twin"]
    ended = subprocess.run(
        [*limited, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1, ended.stderr
    assert "could not be written" in ended.stderr or "File too large" in ended.stderr
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"
    assert not list(tmp_path.glob(".*partial*"))


def test_pictures_of_the_air_are_put_in_place_whole(tmp_path: Path) -> None:
    """Not written into what stands there: another name of that keeps it."""
    for name in ("plan.png", "section.png"):
        (tmp_path / f"old_{name}").write_text("mine", encoding="utf-8")
        os.link(tmp_path / f"old_{name}", tmp_path / name)
    assert main(["airflow", LAYOUT, "--out", str(tmp_path)]) == 0
    for name in ("plan.png", "section.png"):
        assert (tmp_path / name).read_bytes()[1:4] == b"PNG"
        assert (tmp_path / f"old_{name}").read_text(encoding="utf-8") == "mine"


WRITES = [
    lambda out: ["climate", LAYOUT, "phoenix", "--hourly", out],
    lambda out: ["export", LAYOUT, out, "--to", "pandapower"],
]


@pytest.mark.parametrize("words", WRITES, ids=["climate", "export"])
def test_a_link_stays_and_what_it_names_is_written(tmp_path: Path, words: Any) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "kept").write_text("old", encoding="utf-8")
    (tmp_path / "link").symlink_to("there/kept")
    assert main(words(str(tmp_path / "link"))) == 0
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there" / "kept").stat().st_size > 1000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of POSIX")
@pytest.mark.parametrize("words", WRITES, ids=["climate", "export"])
def test_a_pipe_stays_one_and_its_reader_has_the_text(tmp_path: Path, words: Any) -> None:
    """So does `/dev/stdout`, which was replaced by a file where somebody may write there."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    assert main(words(str(pipe))) == 0
    assert pipe.is_fifo()
    reader.join(timeout=30)
    assert len(read[0]) > 1000


def test_a_hall_that_is_none_is_answered_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["redundancy", LAYOUT, "--top", "hall:h9"]) == 2
    assert "a hall: room" in capsys.readouterr().err
