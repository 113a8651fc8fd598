"""Compiled kernels are as fresh as the folder they stand in."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_INNER = """
from twin.physics.compiling import compiled_kernel
from typing import NamedTuple


class {shape}(NamedTuple):
    width_m: float


def area(room):
    return room.width_m * {depth}


area = compiled_kernel(area)
"""

_OUTER = """
from inner import area, {shape}
from twin.physics.compiling import compiled_kernel


def volume(room):
    return area(room) + 1.0


volume = compiled_kernel(volume)
print(volume({shape}(3.0)), sum(volume.stats.cache_hits.values()))
"""


def _asked(folder: Path, shape: str, depth: float, write_outer: bool = True) -> str:
    """What a new process says after the inner file was written; the outer may stay untouched."""
    (folder / "inner.py").write_text(_INNER.format(shape=shape, depth=depth))
    if write_outer:
        (folder / "outer.py").write_text(_OUTER.format(shape=shape))
    paths = os.pathsep.join([str(folder), *sys.path])
    done = subprocess.run(
        [sys.executable, "outer.py"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_kernel_follows_what_it_calls_in_another_file(tmp_path: Path) -> None:
    assert _asked(tmp_path, "Room", 2.0) == "7.0 0"
    assert _asked(tmp_path, "Room", 50.0, write_outer=False) == "151.0 0"


def test_a_class_that_was_renamed_does_not_stop_a_newer_version(tmp_path: Path) -> None:
    assert _asked(tmp_path, "Room", 2.0) == "7.0 0"
    assert _asked(tmp_path, "Hall", 2.0) == "7.0 0"


def test_what_was_compiled_from_the_same_sources_is_read_from_disk(tmp_path: Path) -> None:
    assert _asked(tmp_path, "Room", 2.0) == "7.0 0"
    assert _asked(tmp_path, "Room", 2.0, write_outer=False) == "7.0 1"
