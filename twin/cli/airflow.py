"""`twin airflow`: the air of a hall, solved; or a measured room, replayed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from twin.cli import face, place, say
from twin.cli.options import Input, Json, Overrides, read_overrides, temperature

Hall = Annotated[str | None, Option("--hall", help="Name of the hall; the first with racks.")]
Lose = Annotated[
    str, Option("--lose", metavar="NAMES", help="Air handlers that stand still: crah_1,crah_2.")
]
Model = Annotated[
    str, Option("--model", help="potential, in a second, or rans, with jets (--replay: rans).")
]
Device = Annotated[str, Option("--device", help="cpu or cuda.")]
Cells = Annotated[int | None, Option("--cells", min=1000, help="Cells of the grid, about.")]
Supply = Annotated[
    str | None, Option("--supply", metavar="T", help="Supply of every handler, such as '18 °C'.")
]
Out = Annotated[
    Path | None,
    Option("--out", metavar="DIR", help="Write tables, matrix, field (VTI) and figures there."),
]
Replay = Annotated[
    Path | None,
    Option("--replay", metavar="DIR", help="Drive the room with the measurements of a folder."),
]
Fit = Annotated[bool, Option("--fit", help="With --replay: fit fan flow and leakage.")]


def airflow(
    file: Input,
    changes: Overrides = None,
    hall: Hall = None,
    lose: Lose = "",
    model: Model = "",
    device: Device = "cpu",
    cells: Cells = None,
    supply: Supply = None,
    out: Out = None,
    replay: Replay = None,
    fit: Fit = False,
    json: Json = False,
) -> None:
    """Tell what air every rack of a hall gets."""
    scenario = face.load(file, read_overrides(changes or ()))
    if out is not None:
        place.writable(out)
    if replay is not None:
        with say.progress("replay") as told:
            found = face.replay_air(scenario, replay, model or "rans", cells, fit, told)
        say.document(found) if json else say.findings(file.name, found)
        return
    lost = [name.strip() for name in lose.split(",") if name.strip()]
    with say.progress("airflow") as told:
        answer = face.airflow(
            scenario, hall, lost, model or "potential", device, cells, temperature(supply), told
        )
    say.document(answer.as_dict()) if json else say.findings(file.name, answer.as_dict())
    for path in face.write_airflow(answer, out) if out is not None else ():
        say.note(f"written: {path}")
