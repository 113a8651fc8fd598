"""`twin climate`: PUE, WUE, energy and water of a year."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from twin.cli import climate_face, place, say
from twin.cli.options import Json, Overrides, read_overrides

System = Annotated[
    str,
    Argument(
        metavar="SYSTEM|LAYOUT",
        help="A layout or scenario file, or a system of the study, such as waterside_large.",
    ),
]
Weather = Annotated[
    str, Argument(metavar="WEATHER", help="A climate of the catalogue, or an EPW or CSV of a year.")
]
Size = Annotated[
    str, Option("--size", metavar="CLASS", help="Of a system: large, midsize or small.")
]
Load = Annotated[
    str,
    Option("--load", metavar="SHARE", help="Of rated power that racks of a layout draw, or idle."),
]
Hourly = Annotated[
    Path | None, Option("--hourly", metavar="FILE", help="Write every hour there as CSV.")
]
Picture = Annotated[
    Path | None, Option("--figure", metavar="FILE", help="Draw the year there: PNG, SVG or PDF.")
]


def climate(
    system: System,
    weather: Weather,
    changes: Overrides = None,
    size: Size = "",
    load: Load = "100 %",
    hourly: Hourly = None,
    picture: Picture = None,
    json: Json = False,
) -> None:
    """Tell the PUE and WUE of a year."""
    asked = {"--hourly": hourly, "--figure": picture}
    files = {option: path for option, path in asked.items() if path is not None}
    for option, path in files.items():
        place.writable_file(path, option)
    climate_face.refuse_other_pictures(picture)
    share = climate_face.load_frac(load)
    found = climate_face.year(system, weather, read_overrides(changes or ()), size, share)
    climate_face.write(found, hourly, picture)
    if json:
        say.document(found.as_dict())
    else:
        say.findings(f"{found.facility} in {found.air.name}", climate_face.shown(found))
    for path in files.values():
        say.note(f"written: {path}")
