"""`twin catalogue`: equipment, models, climates and grids, each number with its source."""

from __future__ import annotations

from typing import Annotated, Any

from typer import Argument, Typer

from twin.cli import face, say
from twin.cli.complete import kinds, rows
from twin.cli.options import HELP, Json
from twin.errors import InputError, Problem, did_you_mean

app = Typer(
    no_args_is_help=True, help="Equipment and data that scenarios name.", context_settings=HELP
)

Kind = Annotated[
    str, Argument(metavar="[KIND]", help="Only this kind, such as racks.", autocompletion=kinds)
]
Name = Annotated[str, Argument(metavar="NAME", help="A row's name.", autocompletion=rows)]


@app.command("list")
def list_rows(kind: Kind = "", json: Json = False) -> None:
    """List the rows of one kind, or of all."""
    known = face.catalogue_kinds()
    if kind:
        _one_of("kind", kind, known)
    told = {k: [_line(row) for row in face.catalogue_rows(k)] for k in ([kind] if kind else known)}
    if json:
        say.document(told)
    else:
        say.findings("catalogue", told)


@app.command()
def show(name: Name, json: Json = False) -> None:
    """Show one row, and where each of its numbers comes from."""
    kind_of = {
        row["name"]: kind for kind in face.catalogue_kinds() for row in face.catalogue_rows(kind)
    }
    _one_of("name", name, kind_of)
    kind = kind_of[name]
    (row,) = (row for row in face.catalogue_rows(kind) if row["name"] == name)
    numbers = face.catalogue_witnesses(kind, name)
    if json:
        say.document({"kind": kind, "row": row, "numbers": numbers})
    else:
        shown = [
            {key: number[key] for key in ("parameter", "value", "unit", "status", "source")}
            for number in numbers
        ]
        say.findings(f"{kind}: {name}", {**_line(row), "numbers": shown})


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in ("name", "status", "source", "note")}


def _one_of(what: str, word: str, known: Any) -> None:
    if word not in known:
        allowed = ", ".join(known) if what == "kind" else "a row of `twin catalogue list`"
        raise InputError(
            [Problem(what, repr(word), allowed, did_you_mean(word, known), file="catalogue")]
        )
