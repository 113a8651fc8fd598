"""Checkpoints that no run wrote: one kind line and exit code 2, never a traceback or a full
memory.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import failing, small, training
from planner import asked, written

import twin
from twin.cli import main
from twin.errors import InputError, RunError
from twin.simulation import run_file

Plain = dict[str, Any]
Arrays = dict[str, np.ndarray]


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A run with a fault, random failures and a job, stopped in the middle."""
    rates = {"rates": {"scale": 2e4, "nodes": True}, "crews": 1}
    faults = failing((600.0, "liquid_r1", 300.0)) | rates
    scenario = small(faults=faults, workload=[training(nodes=18)], outputs={"period": "10 min"})
    path = tmp_path_factory.mktemp("honest") / "run"
    return twin.start(twin.build(scenario)).until("30 min").save(path).read_bytes()


def changed(honest: bytes, change: Callable[[Plain, Arrays], None]) -> bytes:
    """The file with other content, sealed as a forger would."""
    plain, arrays = run_file.unpacked(honest)
    change(plain, arrays)
    return run_file.packed(plain, arrays)


def sealed(head: bytes, bodies: bytes = b"") -> bytes:
    """A file with any head, and a hash that fits."""
    body = len(head).to_bytes(8, "little") + head + bodies
    return run_file.MAGIC + sha256(body).digest() + body


def put(*path: Any, value: Any) -> Callable[[Plain, Arrays], None]:
    """Put a value at a place in the plain data."""

    def change(plain: Plain, _: Arrays) -> None:
        target: Any = plain
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = value

    return change


def drop(*path: Any) -> Callable[[Plain, Arrays], None]:
    """Leave a key out."""

    def change(plain: Plain, _: Arrays) -> None:
        target: Any = plain
        for part in path[:-1]:
            target = target[part]
        del target[path[-1]]

    return change


def array(name: str, value: np.ndarray) -> Callable[[Plain, Arrays], None]:
    """Another array under a name."""
    return lambda _, arrays: arrays.update({f"run/{name}": value})


HEADS = {
    "deep": b"[" * 200_000,
    "deep objects": b'{"plain":' * 50_000,
    "no object": b"[1, 2]",
    "nothing": b"",
    "a huge integer": b'{"plain": {}, "arrays": [["a", "<f8", [' + b"9" * 4000 + b'], "C"]]}',
    "a huge array": b'{"plain": {}, "arrays": [["a", "<f8", [1000000000000], "C"]]}',
    "huge and empty": b'{"plain": {}, "arrays": [["a", "<f8", [0, 1000000000000000000000], "C"]]}',
    "an object array": b'{"plain": {}, "arrays": [["a", "|O8", [1], "C"]]}',
    "a negative size": b'{"plain": {}, "arrays": [["a", "<f8", [-1], "C"]]}',
    "a made-up order": b'{"plain": {}, "arrays": [["a", "<f8", [0], "Z"]]}',
    "half a character": rb'{"plain": {"scenario": "\ud800"}, "arrays": []}',
}
CHANGES = {
    "another version": put("version", value="0.0.9"),
    "another format": put("format", value=1),
    "no scenario": drop("scenario"),
    "no state": drop("run", "state"),
    "no block": drop("run", "state", "heat"),
    "a block of text": put("run", "state", "heat", value="warm"),
    "a scenario that is none": put("scenario", value="[1, 2"),
    "a deep scenario": put("scenario", value="[" * 100_000),
    "a scenario of surrogates": put("scenario", value="name: \ud800"),
    "a file outside": put("inputs", value=["inputs/../../up"]),
    "a file at an absolute place": put("inputs", value=["/etc/twin"]),
    "a file that is not there": put("inputs", value=["inputs/air.csv"]),
    "a moment after the end": put("run", "now_s", value=1e12),
    "no moment": put("run", "now_s", value=float("nan")),
    "an action of nobody": put("run", "pending", 0, 2, value="__class__"),
    "an action for nobody": put("run", "pending", 0, slice(3, None), value=[{}, {}]),
    "an action in the past": put("run", "pending", 0, 0, value=-1.0),
    "an event of no kind": put("run", "log", value=[[0.0, "x", "sang", ""]]),
    "a generator of nothing": put("run", "state", "faults", "draws", value={"generator": {}}),
    "an unknown container": put("run", "state", "crews", "waiting", value={"code": "1"}),
    "a shorter array": array("state.heat.temperature_degc", np.zeros(3)),
    "another type": array("state.heat.heat_w", np.zeros(40, dtype=np.int64)),
    "other catalogue rows": put("catalogue", value="0" * 64),
}


def refused_by_the_command(data: bytes, folder: Path) -> None:
    """Go on with such a file from the command line."""
    (folder / ".out.checkpoint").write_bytes(data)
    scenario = written(asked(), folder)
    assert main(["run", str(scenario), "--out", str(folder / "out"), "--resume"]) == 2


@pytest.mark.parametrize("case", [*HEADS, *CHANGES])
def test_a_file_that_no_run_wrote(
    case: str, honest: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = sealed(HEADS[case]) if case in HEADS else changed(honest, CHANGES[case])
    path = tmp_path / "run"
    path.write_bytes(data)
    with pytest.raises(InputError) as refused:
        twin.resume(path)
    (problem,) = refused.value.problems
    assert "\n" not in str(problem)
    assert str(problem).startswith(f"{path}: found ")
    assert "checkpoint that this version of twin wrote" in problem.allowed
    refused_by_the_command(data, tmp_path)
    line = [text for text in capsys.readouterr().err.splitlines() if "found" in text]
    assert len(line) == 1
    assert "fault in twin" not in line[0]


def test_reading_takes_no_more_memory_than_the_file_is_long(tmp_path: Path) -> None:
    """A head that promises more than the file holds is refused before anything is made of it."""
    resource = pytest.importorskip("resource", reason="limits of memory are a thing of POSIX")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path = tmp_path / "run"
    path.write_bytes(sealed(b'{"plain": {}, "arrays": [["a", "|u1", [4000000000], "C"]]}'))
    with pytest.raises(InputError):
        twin.resume(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


ODD = [
    None, True, -1, 0, 10**30, 1e308, float("nan"), float("inf"), "", "x", [], {}, [[]], {"a": 1},
    {"array": "nothing"}, {"scalar": ["O", "x"]}, {"items": [1]}, {"pairs": [[1, 2]]}, 1.5,
]  # fmt: skip


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in nested data."""
    if at:
        yield at
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
    else:
        return
    for key, held in inside:
        yield from places(held, (*at, key))


def test_any_one_value_may_be_another(honest: bytes, tmp_path: Path) -> None:
    """Wrong numbers may be answered with wrong numbers; whatever ends, ends with a word."""
    plain, arrays = run_file.unpacked(honest)
    draw = random.Random(7)
    path = tmp_path / "run"
    ended = set()
    for at in draw.sample(list(places(plain)), 80):
        other = copy.deepcopy(plain)
        put(*at, value=draw.choice(ODD))(other, {})
        path.write_bytes(run_file.packed(other, arrays))
        try:
            twin.resume(path).until().result()
            ended.add("fine")
        except (InputError, RunError) as error:
            ended |= {type(error).__name__, *(["lines"] if "\n" in str(error) else [])}
    assert "InputError" in ended
    assert "lines" not in ended


def test_what_a_run_wrote_reads_back(honest: bytes) -> None:
    plain, arrays = run_file.unpacked(honest)
    assert run_file.packed(plain, arrays) == honest


def test_arrays_keep_their_order_of_memory() -> None:
    """Another order of memory sums in another order, and has other last bits."""
    rows = np.arange(12.0).reshape(3, 4)
    kept = {
        "rows": rows,
        "columns": np.asfortranarray(rows),
        "none": np.zeros((0, 4)),
        "one": rows[0],
    }
    _, back = run_file.unpacked(run_file.packed({}, kept))
    for name, array_ in kept.items():
        assert np.array_equal(back[name], array_)
        assert back[name].flags.f_contiguous == array_.flags.f_contiguous, name
