#!/usr/bin/env bash
# Question  A rack of 600 x 1,200 x 2,200 mm is written as GLB, a rack of 0.6 x 1.2 x 2.2 m as 3MF, each mesh with its `units` set. How large are they for another reader?
# Guess     As large as a rack: glTF counts in metres and 3MF states its unit, so the writer converts, or refuses what it cannot say.
# Seen      trimesh 5.2.0: the GLB holds 600 x 1,200 x 2,200, which are metres by its standard (pyvista 0.49 reads 600 m); "mm" stands in a
#           note (`extras`) that trimesh itself reads back, so a round trip looks right. The 3MF says `millimeter` whatever `units` is: the rack
#           of metres is 0.6 mm wide, also when trimesh reads it. In inches 24 mm. Converted first, with `convert_units("m")` and "mm",
#           both are right.
# Matters   Racks of one catalogue stand in a hall a thousand times too large or too small, by the format that they went through.
# Here      twin writes OpenUSD, with metres per unit in every layer, and a maker's asset in another unit is scaled by what its own
#           layer states: tests/validation/test_own_assets.py.
source "$(dirname "$0")/run_in.sh"
run_in trimesh==5.2.0 numpy==2.4.6 networkx==3.6.1 lxml==6.1.3 pyvista==0.49.1 vtk==9.7.2 <<'PYTHON'
import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pyvista
import trimesh


def rack(units, size, wanted=None):
    mesh = trimesh.creation.box(size)
    mesh.units = units
    return mesh.convert_units(wanted) if wanted else mesh


def by_pyvista(mesh):
    Path("rack.glb").write_bytes(mesh.export(file_type="glb"))
    low, high = np.reshape(pyvista.read("rack.glb").combine().bounds, (3, 2)).T
    return np.sort(high - low).round(3).tolist()


def by_3mf(mesh):
    content = mesh.export(file_type="3mf")
    model = zipfile.ZipFile(io.BytesIO(content)).read("3D/3dmodel.model").decode()
    again = trimesh.load(io.BytesIO(content), file_type="3mf")
    return re.search(r'unit="(\w+)"', model)[1], np.sort(again.extents).round(3).tolist()


MM, M, INCH = ("mm", (600, 1200, 2200)), ("m", (0.6, 1.2, 2.2)), ("in", (24, 48, 87))
glb = by_pyvista(rack(*MM))
back = trimesh.load(io.BytesIO(rack(*MM).export(file_type="glb")), file_type="glb").units
print(f"GLB of millimetres: {glb} m for pyvista, its own reader says {back!r}; converted {by_pyvista(rack(*MM, 'm'))}")
three = {one[0]: by_3mf(rack(*one)) for one in (MM, M, INCH)}
print(f"3MF: {three}; converted {by_3mf(rack(*M, 'mm'))}")
wrong = glb == [600, 1200, 2200] and back == "mm" and three["m"] == ("millimeter", [0.6, 1.2, 2.2])
right = by_pyvista(rack(*MM, "m")) == [0.6, 1.2, 2.2] and by_3mf(rack(*M, "mm"))[1] == [600, 1200, 2200]
raise SystemExit(not (wrong and right and three["in"] == ("millimeter", [24, 48, 87])))
PYTHON
