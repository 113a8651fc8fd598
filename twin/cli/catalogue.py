"""`twin catalogue`: equipment, models, climates and grids, each number with its source."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option, Typer

from twin.cli import face, say
from twin.cli.complete import kinds, rows
from twin.cli.options import HELP, Json, OwnRowsOf, read_overrides
from twin.errors import InputError, Problem, did_you_mean

app = Typer(
    no_args_is_help=True, help="Equipment and data that scenarios name.", context_settings=HELP
)

SOURCE_SHOWN = 60
"""Characters of a source in a list; `show` has the rest."""

Kind = Annotated[
    str, Argument(metavar="[KIND]", help="Only this kind, such as racks.", autocompletion=kinds)
]
Name = Annotated[
    str,
    Argument(
        metavar="NAME", help="A row's name in any case, or a family as ups.", autocompletion=rows
    ),
]
Device = Annotated[Path, Argument(metavar="FILE", help="A device-type or rack-type YAML file.")]
Out = Annotated[Path, Option("--out", metavar="DIR", help="Folder of own rows to write into.")]
As = Annotated[
    str,
    Option("--as", metavar="KIND", help="server, switch, pdu or ups, if the file is not plain."),
]
Stated = Annotated[
    list[str] | None,
    Option("--set", metavar="KEY=VALUE", help="A number that the file lacks; may be repeated."),
]
PerRack = Annotated[
    int, Option("--rack", min=0, max=100, metavar="N", help="Also a rack of N such servers.")
]


@app.command("list")
def list_rows(kind: Kind = "", of: OwnRowsOf = None, json: Json = False) -> None:
    """List the rows of one kind, or of all.

    With the numbers that one compares.
    """
    listed = face.catalogue_list(of, [_kind(kind)] if kind else face.catalogue_kinds())
    if json:
        say.document(listed)
    else:
        _tables(listed)


def _kind(word: str) -> str:
    """The kind that a word names in any case, one or many. InputError where none is."""
    known = face.catalogue_kinds()
    plain = word.strip().lower()
    for kind in (plain, f"{plain}s", f"{plain}es"):
        if kind in known:
            return kind
    hint = did_you_mean(plain, known)
    raise InputError([Problem("kind", repr(word), ", ".join(known), hint, file="catalogue")])


@app.command()
def show(name: Name, of: OwnRowsOf = None, json: Json = False) -> None:
    """Show one row, and where each of its numbers comes from."""
    found = face.catalogue_find(of, name)
    if isinstance(found, list):
        wanted = {kind: [one for where, one in found if where == kind] for kind, _ in found}
        listed = face.catalogue_list(of, wanted, wanted)
        say.document(listed) if json else _tables(listed)
        return
    if json:
        say.document(found)
        return
    shown = [
        {key: number[key] for key in ("parameter", "value", "unit", "status", "source")}
        for number in found["numbers"]
    ]
    line = {key: found["row"][key] for key in ("name", "status", "source", "note")}
    say.findings(f"{found['kind']}: {found['row']['name']}", {**line, "numbers": shown})


@app.command("import")
def import_rows(
    file: Device,
    out: Out = Path("catalogue"),
    kind: As = "",
    stated: Stated = None,
    rack: PerRack = 0,
    json: Json = False,
) -> None:
    """Turn a device type into own rows.

    One of the NetBox library, into rows in a catalogue folder.
    """
    path, made = face.import_device_type(file, out, kind, read_overrides(stated or ()), rack)
    if json:
        say.document({"written": path, "rows": made})
        return
    say.line(path.read_text(encoding="utf-8").rstrip())
    if any(not row.get("gpu") for row in made.get("servers", ())):
        say.note("no GPUs: such a file names none; --set gpu=H200-SXM-141GB --set gpus=8 adds them")
    say.line(f"written: {path}")


def _tables(listed: dict[str, list[dict[str, Any]]]) -> None:
    """Rows by kind for people: figures, status, and the beginning of the source."""
    short = {
        kind: [
            {
                **{key: value for key, value in row.items() if key != "note"},
                "source": _beginning(row["source"]),
            }
            for row in found
        ]
        for kind, found in listed.items()
    }
    say.findings("catalogue", short)


def _beginning(text: str) -> str:
    return text if len(text) <= SOURCE_SHOWN else text[: SOURCE_SHOWN - 1] + "…"
