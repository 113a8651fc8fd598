"""Take up stored runs, one after another, in this process, and print what came of each as JSON.

A line a file: the SHA-256 of every file of its result, by name; with `--steps MOMENTS` each goes on
only to the next of these moments, and the line holds the SHA-256 of the run as it then stands. The
clock on the wall is left out.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import twin
from twin.simulation.run_file import packed, unpacked


def hashes(result: twin.Result) -> dict[str, str]:
    """SHA-256 of every table, of the summary, the scenario, its inputs and the metadata, by
    name.
    """
    found = {name: sha for name, _, sha in result._files()}
    meta = {key: value for key, value in result.meta.items() if key != "wall_s"}
    found["meta.json"] = sha256(json.dumps(meta, sort_keys=True).encode()).hexdigest()
    return found


def stands(path: Path) -> dict[str, str]:
    """SHA-256 of a stored run, every number of it."""
    plain, arrays = unpacked(path.read_bytes())
    return {"run": sha256(packed(plain | {"wall_s": 0.0}, arrays)).hexdigest()}


def stepped(path: str, moment_s: float) -> dict[str, str]:
    """Where a run stands at a later moment."""
    with tempfile.TemporaryDirectory() as folder:
        return stands(twin.resume(path).until(moment_s).save(Path(folder) / "later"))


def found(arguments: list[str]) -> Iterator[dict[str, str]]:
    """What came of each stored run."""
    moments: list[float] = []
    if arguments[0] == "--steps":
        moments = json.loads(arguments[1])
        arguments = arguments[2:]
    for path, moment_s in zip(arguments, moments, strict=False):
        yield stepped(path, moment_s)
    for path in arguments[len(moments) :]:
        yield hashes(twin.resume(path).until().result())


if __name__ == "__main__":
    for line in found(sys.argv[1:]):
        print(json.dumps(line), flush=True)
