"""`twin usd assets`: the SimReady assets of the catalogue by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from twin.cli import face, place, say, usd_face
from twin.cli.options import OwnRowsOf
from twin.errors import TwinError

Out = Annotated[Path, Option("--out", metavar="DIR", help="Folder of the library.")]


def assets(out: Out, of: OwnRowsOf = None) -> None:
    """Write a SimReady asset for each row.

    Rows of racks, of power and of cooling equipment of the catalogue.
    """
    if not face.can_draw_scenes():
        raise TwinError(f"usd-core is not installed ({say.INSTALL_USD})")
    place.replaceable(out)
    say.line(str(usd_face.asset_library(of, out)))
