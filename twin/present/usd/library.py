"""The asset library by itself: a SimReady asset for every catalogue row that stands somewhere.

assets/<Asset>/simready_usd/   as a scene has them
library.usda                   all of them side by side, to look at
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pxr import Kind, Sdf

from twin.catalogue import Catalogue
from twin.catalogue.rows import CoolingEquipment, PowerEquipment, Rack
from twin.present.usd.author import Spec, define, export, new_layer
from twin.present.usd.names import prim_names
from twin.present.usd.simready import AssetSubject, equipment_of, write_asset
from twin.present.usd.solids import Point
from twin.present.usd.solids_in_place import place
from twin.results.folder import replaced, writing

FOLDER = "assets"
FILE = "library.usda"
ROOT = "Library"
GAP_M = 1.5
"""Between two assets that stand side by side."""
PER_LINE = 10


def library_subjects(catalogue: Catalogue) -> tuple[AssetSubject, ...]:
    """What there is to write, in the order of the catalogue: racks, power, cooling."""
    found = list(_boxed(catalogue))
    names = prim_names(f"{kind}_{name}".lower() for kind, name, _ in found)
    rows = zip(names, found, strict=True)
    return tuple(
        equipment_of(asset, kind, row, size, catalogue) for asset, (kind, row, size) in rows
    )


def _boxed(catalogue: Catalogue) -> Iterator[tuple[str, str, tuple[float, float, float]]]:
    """Kind, name and size of every row with a body."""
    rows: list[tuple[str, Rack | PowerEquipment | CoolingEquipment]] = [
        *catalogue.rows(Rack).items(),
        *catalogue.rows(PowerEquipment).items(),
        *catalogue.rows(CoolingEquipment).items(),
    ]
    for name, row in rows:
        kind = "rack" if isinstance(row, Rack) else str(row.kind)
        yield kind, name, (row.width_m, row.depth_m, row.height_m)


def write_library(catalogue: Catalogue, folder: str | Path) -> Path:
    """Write every asset below a folder; the path of the file that shows them all.

    The same catalogue gives the same bytes. What else stands in the folder stays. Raises
    OutputError where the disk refuses.
    """
    target = Path(folder).resolve()
    subjects = library_subjects(catalogue)
    with writing("the assets", target), replaced(target, (FOLDER, FILE)) as new:
        (new / FOLDER).mkdir()
        paths = [write_asset(one, new / FOLDER).root for one in subjects]
        export(_shelves(subjects, paths), new / FILE)
    return target / FILE


def _shelves(subjects: tuple[AssetSubject, ...], paths: list[str]) -> Spec:
    """The stage with all assets in lines, fronts to the south."""
    layer = new_layer("usda", "One asset a catalogue row, side by side.", ROOT)
    with Sdf.ChangeBlock():
        root = define(layer, ROOT, "Xform", Kind.Tokens.assembly)
        for one, path, at in zip(subjects, paths, _spots(subjects), strict=True):
            prim = define(root, one.name, "Xform")
            prim.referenceList.prependedItems.append(Sdf.Reference(f"./{FOLDER}/{path}"))
            prim.instanceable = True
            place(prim, at)
    return layer


def _spots(subjects: Sequence[AssetSubject]) -> Iterator[Point]:
    """Middle of the footprint of each: lines from the south, each as deep as its deepest."""
    south = 0.0
    for line in _batched(subjects, PER_LINE):
        deep = max(one.size[1] for one in line)
        west = 0.0
        for one in line:
            yield west + one.size[0] / 2, south + deep / 2, 0.0
            west += one.size[0] + GAP_M
        south += deep + GAP_M


def _batched(subjects: Sequence[AssetSubject], count: int) -> Iterator[Sequence[AssetSubject]]:
    """Subjects by so many (`itertools.batched` needs Python 3.12)."""
    yield from (subjects[k : k + count] for k in range(0, len(subjects), count))
