"""A field as a VTK image (`.vti`), which ParaView and pyvista read: temperature, velocity, speed.

An image has one spacing along each axis, so that the cells of the solver, which follow the faces of
racks, are sampled at even steps.
"""

from __future__ import annotations

import struct
from xml.sax.saxutils import quoteattr

import numpy as np

from twin.arrays import Array, Index

STEP_M = 0.1
VALUES_MAX = 4_000_000


def vti_bytes(lines: tuple[Array, Array, Array], fields: dict[str, Array]) -> bytes:
    """Cell fields (nx, ny, nz) or (nx, ny, nz, 3) of a grid with these lines, as a VTK image."""
    step = sampling_step_m(lines)
    at = tuple(_samples(one, step) for one in lines)
    counts = tuple(one.size for one in at)
    blocks = []
    heads = []
    offset = 0
    for name, values in fields.items():
        block = _block(values[np.ix_(*at)])
        components = values.shape[3] if values.ndim == 4 else 1
        heads.append(
            f'<DataArray type="Float32" Name={quoteattr(name)} NumberOfComponents="{components}" '
            f'format="appended" offset="{offset}"/>'
        )
        blocks.append(block)
        offset += len(block)
    extent = f"0 {counts[0]} 0 {counts[1]} 0 {counts[2]}"
    head = (
        '<?xml version="1.0"?>\n<VTKFile type="ImageData" version="1.0" '
        'byte_order="LittleEndian" header_type="UInt64">\n'
        f'<ImageData WholeExtent="{extent}" Origin="0 0 0" Spacing="{step} {step} {step}">\n'
        f'<Piece Extent="{extent}"><CellData Scalars="temperature_degc">\n'
        + "\n".join(heads)
        + '\n</CellData></Piece></ImageData>\n<AppendedData encoding="raw">_'
    )
    return head.encode() + b"".join(blocks) + b"\n</AppendedData></VTKFile>\n"


def sampling_step_m(lines: tuple[Array, Array, Array]) -> float:
    """Edge of the even cells: a decimetre, more in large halls."""
    volume = float(np.prod([one[-1] for one in lines]))
    return max(STEP_M, float(np.cbrt(volume / VALUES_MAX)))


def _samples(lines: Array, step: float) -> Index:
    """Which cell of the grid holds the middle of each even cell."""
    count = max(1, int(np.ceil(lines[-1] / step - 1e-6)))
    middle = np.minimum((np.arange(count) + 0.5) * step, lines[-1] - 1e-9)
    return np.asarray(np.searchsorted(lines, middle, side="right") - 1, np.int64)


def _block(values: Array) -> bytes:
    """Values with x fastest, behind their length."""
    order = (2, 1, 0, 3) if values.ndim == 4 else (2, 1, 0)
    data = np.ascontiguousarray(values.transpose(order), dtype="<f4").tobytes()
    return struct.pack("<Q", len(data)) + data
