"""Results that somebody changed, by chance or on purpose: refused with file and line, never a
traceback and never a full memory.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from synthetic import synthetic

from twin import InputError, Result
from twin.cli import main
from twin.results import disk, parquet, provenance


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic().save(tmp_path_factory.mktemp("saved") / "out")


@pytest.fixture
def out(saved: Path, tmp_path: Path) -> Path:
    return shutil.copytree(saved, tmp_path / "out")


def resealed(folder: Path) -> None:
    """Hash everything anew, as a forger would."""
    meta = json.loads((folder / "meta.json").read_text())
    hashes = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "meta.json":
            hashes[path.relative_to(folder).as_posix()] = sha256(path.read_bytes()).hexdigest()
    summary = json.loads((folder / "summary.json").read_text())
    summary.pop("wall_s", None)
    hashes["summary.json"] = disk.digest(disk.json_bytes(summary))
    document = provenance.document(provenance.own(meta), hashes)
    (folder / "meta.json").write_bytes(disk.json_bytes(document))


def refused(command: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on stderr of a command that ends with exit code 2."""
    assert main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "fault in twin" not in line
    return line


TEXTS = {
    "deep lists": ('{"a":\n' + "[" * 100_000, ":2:40: found more than 40 levels"),
    "deep objects": ('{\n"a":' * 5_000, ":41:5: found more than 40 levels"),
    "brackets in text": ('{"a": "' + "[" * 500 + '"\n', ":2:1: found Expecting"),
    "a huge integer": ('{\n\n"seed": ' + "9" * 10_000 + "}", ":3:9: found a number too long"),
    "no number": ('{"seed": NaN}', "found NaN, which is no number"),
    "half a character": (r'{"seed": "\ud800"}', "whole characters"),
    "a list": ("[1]", "found list; allowed: a JSON object"),
    "nothing": ("", ":1:1: found Expecting value"),
}


@pytest.mark.parametrize("name", ["meta.json", "summary.json"])
@pytest.mark.parametrize("case", TEXTS)
def test_json_that_nobody_wrote(
    out: Path, name: str, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text, says = TEXTS[case]
    (out / name).write_text(text)
    line = refused(["report", str(out)], capsys)
    assert line.startswith(str(out / name))
    assert says in line


META: dict[str, Callable[[dict[str, Any]], Any]] = {
    "files a list": lambda meta: meta.update(files=[]),
    "hashes that are numbers": lambda meta: meta["tables"].update(site=1),
    "format a list": lambda meta: meta.update(format=[1] * 10_000),
    "another seed": lambda meta: meta.update(seed=99),
    "no fingerprint of it": lambda meta: meta.update(fingerprint="0" * 64),
    "a file outside": lambda meta: (
        meta["files"].update({"inputs/../../x": "0"}),
        meta.pop("fingerprint"),
    ),
    "an input that is missing": lambda meta: (
        meta["files"].update({"inputs/w.csv": "0"}),
        meta.pop("fingerprint"),
    ),
}


@pytest.mark.parametrize("case", META)
def test_provenance_that_was_changed(
    out: Path, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    meta = json.loads((out / "meta.json").read_text())
    META[case](meta)
    (out / "meta.json").write_text(json.dumps(meta))
    assert len(refused(["compare", str(out), str(out)], capsys)) < 600


def forged(out: Path, table: str, content: pa.Table | bytes) -> None:
    path = out / "tables" / f"{table}.parquet"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        pq.write_table(content, path, compression="zstd")
    resealed(out)


def test_a_forger_with_right_hashes_still_meets_the_declaration(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forged(out, "site", b"PAR1 of something else PAR1")
    assert "no parquet that can be read" in refused(["report", str(out)], capsys)
    forged(out, "site", pa.table({"time_s": [1.0]}))
    assert "columns time_s" in refused(["report", str(out)], capsys)


def test_tables_larger_than_memory_are_refused_before_they_are_read(
    out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes on the disk may stand for any number of rows, or of characters."""
    monkeypatch.setattr(parquet, "TABLE_BYTES_MAX", 50 * 2**20)
    names = list(synthetic().frame("site").columns)
    forged(out, "site", pa.table({name: pa.nulls(1_000_000, pa.float64()) for name in names}))
    assert (out / "tables" / "site.parquet").stat().st_size < 300_000
    assert "found 1,000,000 rows" in refused(["report", str(out)], capsys)
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000), pa.array(["x" * 100_000]))
    columns = synthetic().frame("edges").columns
    forged(out, "edges", pa.table(dict.fromkeys(columns, long)))
    forged_site = pa.table({name: pa.nulls(0, pa.float64()) for name in names})
    forged(out, "site", forged_site)
    assert "more text than memory should hold" in refused(["report", str(out)], capsys)


def test_files_that_are_not_files(out: Path) -> None:
    (out / "summary.json").unlink()
    (out / "summary.json").mkdir()
    with pytest.raises(InputError, match="not a plain file"):
        Result.load(out)


def test_a_text_file_that_never_ends(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(disk, "TEXT_BYTES_MAX", 2**20)
    with (out / "meta.json").open("ab") as file:
        file.truncate(2**20 + 10)
    assert "more than 1 MiB" in refused(["report", str(out)], capsys)


def test_a_folder_of_somebody_else_with_a_meta_json_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "years.csv").write_text("of work")
    (tmp_path / "meta.json").write_text('{"of": "another program"}')
    with pytest.raises(InputError, match="no result"):
        synthetic().save(tmp_path)
    assert (tmp_path / "tables" / "years.csv").exists()
