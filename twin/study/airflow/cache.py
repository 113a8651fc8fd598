"""Solved fields kept beside a project, by the content of the room: a changed layout is another
name, and what did not converge is never kept.

An archive of numbers and text (npz without pickles) that states its version; what cannot be read,
or is of another version, is solved again.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from twin.arrays import Array
from twin.physics.airflow.grid import Field, Room

VERSION = 1
"""Raised whenever a solver gives another answer to the same room."""
FOLDER = ".twin_cache/airflow"
KEPT = 200
"""Files kept; the oldest go first."""


@dataclass(frozen=True, eq=False)
class KeptAir:
    """What a cached file holds."""

    field: Field
    matrix: Array
    probes: Array


def name_of(room: Room, *words: object) -> str:
    """A name by everything that an answer depends on: the room, and words such as the model."""
    digest = hashlib.sha256(json.dumps([VERSION, *map(str, words)]).encode())
    arrays = [*room.spacings_m, room.solid, *room.closed, *room.loss]
    for one in arrays:
        digest.update(str(one.shape).encode())
        digest.update(np.ascontiguousarray(one).tobytes())
    for port in room.ports:
        about = (port.name, port.axis, port.sign, port.flow_m3_s, port.into_room, port.jet_frac)
        digest.update(repr(about).encode())
        digest.update(np.ascontiguousarray(port.faces).tobytes())
    return digest.hexdigest()[:32]


def keep(folder: Path, name: str, room: Room, kept: KeptAir) -> None:
    """Write a converged field; one that is not is never kept, and a full disk keeps nothing."""
    if not kept.field.converged:
        return
    u, v, w = kept.field.velocity_m_s
    held = {
        "version": np.array(VERSION),
        "u": u.astype(np.float32),
        "v": v.astype(np.float32),
        "w": w.astype(np.float32),
        "diffusivity": kept.field.diffusivity_m2_s.astype(np.float32),
        "matrix": kept.matrix,
        "probes": kept.probes,
        "numbers": np.array([kept.field.iterations, kept.field.residual, kept.field.divergence]),
        "note": np.array(kept.field.note),
    }
    if kept.field.temperature_degc is not None:
        held["temperature"] = kept.field.temperature_degc.astype(np.float32)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{name}.{os.getpid()}.part"
        with part.open("wb") as sink:
            np.savez_compressed(sink, **held)  # type: ignore[arg-type]
        part.replace(folder / f"{name}.npz")
        _forget_oldest(folder)
    except OSError:
        return


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
    for path in files[:-KEPT]:
        path.unlink(missing_ok=True)


def kept(folder: Path, name: str, room: Room) -> KeptAir | None:
    """The field of that name; None where there is none, or none that fits the room."""
    try:
        with np.load(folder / f"{name}.npz", allow_pickle=False) as held:
            if int(held["version"]) != VERSION:
                return None
            return _read(held, room)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _read(held: np.lib.npyio.NpzFile, room: Room) -> KeptAir | None:
    velocity = tuple(held[key].astype(float) for key in ("u", "v", "w"))
    numbers = held["numbers"]
    outlets = sum(port.into_room for port in room.ports)
    fits = all(
        u.shape == tuple(n + (a == axis) for a, n in enumerate(room.shape))
        for axis, u in enumerate(velocity)
    )
    if not fits or held["matrix"].shape != (len(room.ports) - outlets, outlets):
        return None
    temperature = held["temperature"].astype(float) if "temperature" in held else None
    field = Field(
        (velocity[0], velocity[1], velocity[2]),
        held["diffusivity"].astype(float),
        temperature,
        True,
        int(numbers[0]),
        float(numbers[1]),
        float(numbers[2]),
        str(held["note"]),
    )
    return KeptAir(field, held["matrix"], held["probes"])
