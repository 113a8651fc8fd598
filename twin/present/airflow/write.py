"""Everything that `twin airflow --out` writes."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from twin.analysis.airflow.answer import AirflowAnswer
from twin.arrays import Array
from twin.errors import OutputError
from twin.present.airflow.figures import plan_figure, section_figure
from twin.present.figures import png_bytes
from twin.present.vti import vti_bytes
from twin.results.folder import write_whole


def write(answer: AirflowAnswer, folder: Path) -> list[Path]:
    """Tables, matrix, field and figures in a folder; their paths. OutputError where the disk
    refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [*_texts(answer, folder), _field(answer, folder), *_figures(answer, folder)]
    except OSError as error:
        raise OutputError(f"{folder}: {error.strerror or error}") from error


def _texts(answer: AirflowAnswer, folder: Path) -> list[Path]:
    whole = folder / "airflow.json"
    write_whole(whole, f"{json.dumps(answer.as_dict(), indent=2)}\n".encode())
    racks = folder / "racks.csv"
    _rows(racks, answer.racks())
    handlers = folder / "handlers.csv"
    _rows(handlers, answer.handlers())
    takers, givers, shares = answer.unit_matrix()
    matrix = folder / "recirculation_matrix.csv"
    sink = StringIO(newline="")
    table = csv.writer(sink)
    table.writerow(["air_of", *(f"from_{giver}_frac" for giver in givers)])
    for taker, row in zip(takers, shares, strict=True):
        table.writerow([taker, *(f"{share:.6f}" for share in row)])
    write_whole(matrix, sink.getvalue().encode())
    return [whole, racks, handlers, matrix]


def _rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    held = list(rows)
    sink = StringIO(newline="")
    table = csv.DictWriter(sink, list(held[0]) if held else [])
    table.writeheader()
    table.writerows(held)
    write_whole(path, sink.getvalue().encode())


def _field(answer: AirflowAnswer, folder: Path) -> Path:
    path = folder / "field.vti"
    velocity = cell_velocity_m_s(answer)
    fields = {
        "temperature_degc": answer.temperature_degc,
        "velocity_m_s": velocity,
        "speed_m_s": np.linalg.norm(velocity, axis=3),
        "solid": answer.air.room.solid.astype(float),
    }
    write_whole(path, vti_bytes(answer.air.lines, fields))
    return path


def cell_velocity_m_s(answer: AirflowAnswer) -> Array:
    """(nx, ny, nz, 3) at the middle of cells."""
    u, v, w = answer.field.velocity_m_s
    held = ((u[1:] + u[:-1]) / 2, (v[:, 1:] + v[:, :-1]) / 2, (w[..., 1:] + w[..., :-1]) / 2)
    return np.stack(held, axis=3)


def _figures(answer: AirflowAnswer, folder: Path) -> list[Path]:
    velocity = cell_velocity_m_s(answer)
    out = []
    for name, draw in (("plan", plan_figure), ("section", section_figure)):
        path = folder / f"{name}.png"
        write_whole(path, png_bytes(draw(answer, velocity), 150.0))
        out.append(path)
    return out
