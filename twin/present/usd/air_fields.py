"""The solved air of halls: streamlines in the scene, and the whole field as a VTK image beside it.

fields/hall_1.vti     temperature, velocity and speed of the hall's air, from its corner
airflow.usdc          curves coloured by temperature, one prim a hall
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pxr import Kind, Sdf, Vt

from twin.arrays import Array, Index, Mask
from twin.present.ramp import RAMP
from twin.present.usd.author import Spec, Types, apply, define, facility, new_layer, relate, value
from twin.present.usd.author import vectors as vectors_of
from twin.present.usd.colours import colour_range, heat
from twin.present.usd.halls import Hall
from twin.present.usd.looks import READOUT
from twin.present.usd.solids_in_place import place
from twin.present.vti import vti_bytes

if TYPE_CHECKING:
    from twin.analysis.airflow.answer import AirflowAnswer

FOLDER = "fields"
STEP_M = 0.15
STEPS_MAX = 160
SEEDS_MAX = 240
WIDTH_M = 0.02
_SLOW_M_S = 0.01


def field_of(answer: AirflowAnswer) -> Array:
    """(nx, ny, nz, 3) velocity at the middle of cells, m/s."""
    u, v, w = answer.field.velocity_m_s
    held = ((u[1:] + u[:-1]) / 2, (v[:, 1:] + v[:, :-1]) / 2, (w[..., 1:] + w[..., :-1]) / 2)
    return np.stack(held, axis=3)


def write_field(answer: AirflowAnswer, path: Path) -> None:
    """Write one hall's field as cell data of a VTK image, in a folder that is put in place whole.
    Raises OSError where the disk refuses.
    """
    velocity = field_of(answer)
    fields = {
        "temperature_degc": answer.temperature_degc,
        "velocity_m_s": velocity,
        "speed_m_s": np.linalg.norm(velocity, axis=3),
    }
    path.write_bytes(vti_bytes(answer.air.lines, fields))


def streamlines(answer: AirflowAnswer) -> list[Array]:
    """Paths (point, xyz) of air from places spread over the room, metres from the hall's corner."""
    velocity = field_of(answer)
    lines = answer.air.lines
    solid = answer.air.room.solid
    at = _seeds(lines, solid)
    paths = [at]
    alive = np.ones(len(at), dtype=bool)
    ends = np.full(len(at), STEPS_MAX)
    for step in range(1, STEPS_MAX):
        ahead = _moved(at, velocity, lines)
        cell = _cells(ahead, lines)
        alive &= ~solid[cell] & (np.linalg.norm(velocity[cell], axis=1) > _SLOW_M_S)
        ends = np.where(alive, ends, np.minimum(ends, step))
        at = np.where(alive[:, None], ahead, at)
        paths.append(at)
        if not alive.any():
            break
    whole = np.stack(paths, axis=1)
    return [path[:end] for path, end in zip(whole, ends, strict=True) if end > 4]


def _seeds(lines: tuple[Array, Array, Array], solid: Mask) -> Array:
    """Places in the air on an even lattice."""
    size = np.array([one[-1] for one in lines])
    pitch = float(np.cbrt(size.prod() / SEEDS_MAX))
    axes = [np.arange(pitch / 2, length, pitch) for length in size]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray(grid[~solid[_cells(grid, lines)]], dtype=float)


def _cells(at: Array, lines: tuple[Array, Array, Array]) -> tuple[Index, Index, Index]:
    """Cell of each place; the nearest where it lies outside."""
    x, y, z = (
        np.clip(np.searchsorted(one, at[:, k], side="right") - 1, 0, one.size - 2)
        for k, one in enumerate(lines)
    )
    return x, y, z


def _moved(at: Array, velocity: Array, lines: tuple[Array, Array, Array]) -> Array:
    """One step along the flow, by the direction half way."""
    half = at + STEP_M / 2 * _direction(at, velocity, lines)
    ahead = at + STEP_M * _direction(half, velocity, lines)
    return np.asarray(np.clip(ahead, 0.0, [one[-1] for one in lines]), dtype=float)


def _direction(at: Array, velocity: Array, lines: tuple[Array, Array, Array]) -> Array:
    along = velocity[_cells(at, lines)]
    speed = np.linalg.norm(along, axis=1, keepdims=True)
    return np.asarray(along / np.maximum(speed, 1e-9), dtype=float)


def airflow_layer(
    root_name: str, halls: Sequence[Hall], answers: Sequence[AirflowAnswer], style: str
) -> Spec:
    """The layer with one BasisCurves a hall under `<root>/Airflow`, or CFD_Layer by the names of
    the DSX Blueprint.
    """
    layer = new_layer("usda", "Streamlines of the solved air of halls.", root_name)
    rooms = {hall.name: hall for hall in halls}
    with Sdf.ChangeBlock():
        root = facility(layer, root_name)
        name = "CFD_Layer" if style == "dsx" else "Airflow"
        group = define(root, name, "Xform", Kind.Tokens.group)
        apply(group, "MaterialBindingAPI")
        relate(group, "material:binding", [Sdf.Path(f"/{root_name}/Looks/{READOUT}")])
        for answer in answers:
            _curves(group, rooms[answer.air.plan.spec.name], answer)
    return layer


def _curves(group: Spec, hall: Hall, answer: AirflowAnswer) -> None:
    paths = streamlines(answer)
    if not paths:
        return
    points = np.concatenate(paths)
    degc = answer.temperature_degc[_cells(points, answer.air.lines)]
    limits = colour_range(degc)
    prim = define(group, hall.prim, "BasisCurves")
    place(prim, (*hall.at, 0.0))
    value(prim, "type", Types.Token, "linear", uniform=True)
    counts = Vt.IntArray([len(path) for path in paths])
    value(prim, "curveVertexCounts", Types.IntArray, counts)
    value(prim, "points", Types.Point3fArray, vectors_of(points))
    extent = np.stack([points.min(axis=0) - WIDTH_M / 2, points.max(axis=0) + WIDTH_M / 2])
    value(prim, "extent", Types.Float3Array, vectors_of(extent))
    widths = value(prim, "widths", Types.FloatArray, Vt.FloatArray([WIDTH_M]))
    widths.SetInfo("interpolation", "constant")
    _coloured(prim, degc, limits)
    field = value(prim, "twin:field", Types.Asset, None, custom=True, uniform=True)
    field.default = Sdf.AssetPath(f"./{FOLDER}/{hall.prim}.vti")
    field.SetInfo("documentation", "The whole field as a VTK image, in metres from the corner.")


def _coloured(prim: Spec, degc: Array, limits: tuple[float, float]) -> None:
    """Temperature of every point, as a number and as a colour."""
    whole = np.nan_to_num(degc, nan=float(np.nanmean(degc)))
    known: Array = np.round(whole.astype(float), 1)
    levels, which = np.unique(known, return_inverse=True)
    numbers = Vt.FloatArray.FromNumpy(levels.astype(np.float32))
    held = {
        "temperature_degc": (Types.FloatArray, numbers),
        "displayColor": (Types.Color3fArray, vectors_of(heat(levels, *limits))),
    }
    for name, (type_name, content) in held.items():
        one = value(prim, f"primvars:{name}", type_name, content)
        one.SetInfo("interpolation", "vertex")
        indices = Vt.IntArray.FromNumpy(which.astype(np.int32))
        value(prim, f"primvars:{name}:indices", Types.IntArray, indices)
    value(prim, "twin:colourMap", Types.Token, RAMP, custom=True, uniform=True)
    span = value(prim, "twin:colourRange_degc", Types.Float2, None, custom=True, uniform=True)
    span.default = tuple(map(float, limits))
    span.SetInfo("customData", {"unit": "degC"})
