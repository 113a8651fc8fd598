"""Write docs/reference/ from what the program itself declares; `--check` only tells whether it is
current.

python docs/make_reference.py            writes the pages
python docs/make_reference.py --check    exit code 1, and the names of the pages that are stale
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from typer.main import get_command

from twin import catalogue
from twin.catalogue.prices import price_rows
from twin.catalogue.rental import rental_rows
from twin.cli.app import app
from twin.results import TABLES
from twin.study.schemas import KINDS, file_schema
from twin.text_forms import TEXT_FORMS

FOLDER = Path(__file__).parent / "reference"
NOTE = (
    "<!-- Written by docs/make_reference.py; change the declaration in the program, not "
    "this page. -->"
)

NAMES_MAX = 12
"""Longer lists of names are not written out: they stand on the catalogue's page."""

Schema = Mapping[str, Any]


def cell(text: object) -> str:
    """Text that stays inside one cell of a table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def table(heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> Iterator[str]:
    """A markdown table."""
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    yield from ("| " + " | ".join(map(cell, row)) + " |" for row in rows)
    yield ""


def schema_page(which: str) -> Iterator[str]:
    """Every key of one kind of file."""
    schema = file_schema(which)
    yield f"# Keys of a {which} file"
    yield ""
    yield (
        f"`twin schema {which}` prints the same as JSON schema, for editors. A quantity "
        f"is text with a unit, such as"
    )
    yield "`132 kW`; `0` may stand alone. Keys without a default must be given."
    yield ""
    yield from model_section(which.capitalize(), schema)
    for name in sorted(name for name, model in schema["$defs"].items() if "properties" in model):
        yield from model_section(name, schema["$defs"][name])


def model_section(name: str, model: Schema) -> Iterator[str]:
    """One model: its sentence and its keys."""
    yield f"## {name}"
    yield ""
    yield str(model.get("description", ""))
    yield ""
    needed = model.get("required", ())
    rows = [
        (
            f"`{key}`",
            kind_of(field),
            "" if key in needed else default_of(field),
            field.get("description", ""),
        )
        for key, field in model.get("properties", {}).items()
    ]
    yield from table(("key", "takes", "default", "meaning"), rows)


def kind_of(field: Schema) -> str:
    """What a key takes, in a few words."""
    if "$ref" in field:
        name = field["$ref"].rsplit("/", 1)[1]
        if name in TEXT_FORMS:
            return "quantity"
        return f"[{name}](#{name.lower()})"
    if "x-says" in field:
        return str(field["x-says"])
    if "examples" in field and "anyOf" in field:
        return quantity_of(field)
    if options := field.get("anyOf") or field.get("oneOf"):
        return " or ".join(dict.fromkeys(kind_of(option) for option in options))
    if "examples" in field:
        return f"text, as `{field['examples'][0]}`"
    if len(field.get("enum", ())) > NAMES_MAX:
        return "name of a row of the catalogue"
    if "enum" in field or "const" in field:
        return ", ".join(f"`{value}`" for value in field.get("enum", [field.get("const")]))
    return container_of(field)


def quantity_of(field: Schema) -> str:
    """A number with a unit or a share, and its range."""
    number = field["anyOf"][0]
    if number.get("type") == "number":
        return f"share{bounds_of(number)}, as `{field['examples'][0]}`"
    span = f" ({field['x-range']})" if "x-range" in field else ""
    return f"quantity{span}, as `{field['examples'][0]}`"


def container_of(field: Schema) -> str:
    """Lists and mappings, by what they hold; other types by name."""
    kind = field.get("type", "anything")
    if kind == "array":
        inside = (
            field["items"]
            if isinstance(field.get("items"), Mapping)
            else (field.get("prefixItems") or [{}])[0]
        )
        return f"list of {kind_of(inside)}"
    if kind == "object" and isinstance(field.get("additionalProperties"), Mapping):
        return f"mapping to {kind_of(field['additionalProperties'])}"
    if kind == "object" and "patternProperties" in field:
        return f"mapping to {kind_of(*field['patternProperties'].values())}"
    return {"null": "nothing"}.get(str(kind), f"{kind}{bounds_of(field)}")


def bounds_of(field: Schema) -> str:
    """Between which numbers a number has to lie, in brackets; empty where it may be any."""
    if "x-range" in field:
        return f" ({field['x-range']})"
    if field.get("type") == "integer" and "exclusiveMinimum" in field:
        return bounds_of({**field, "type": "whole", "minimum": field["exclusiveMinimum"] + 1})
    low, above, high, below = (
        number_of(field[key]) if key in field else ""
        for key in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
    )
    if low and high:
        return f" ({low} to {high})"
    words = {"at least": low, "above": above, "at most": high, "below": below}
    said = ", ".join(f"{word} {number}" for word, number in words.items() if number)
    return f" ({said})" if said else ""


def number_of(value: float) -> str:
    """A bound as people write it."""
    return f"{value:,.0f}" if value == round(value) and abs(value) < 1e9 else f"{value:g}"


def default_of(field: Schema) -> str:
    """The default as a file would say it."""
    if "default" not in field:
        return "empty"
    value = field["default"]
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return "its own defaults" if value else "empty"
    if value in ("", []):
        return "empty"
    unit = field.get("x-unit")
    return f"`{value} {unit}`" if unit and not isinstance(value, str) else f"`{value}`"


def tables_page() -> Iterator[str]:
    """Every table of a result."""
    yield "# Tables of a result"
    yield ""
    yield (
        "`result.frame(name)` gives one as a pandas frame; on disk each is "
        "`tables/<name>.parquet`, with unit and"
    )
    yield (
        "meaning of every column in its schema. A missing number is null there, and NaN in a frame."
    )
    yield ""
    yield (
        "Results of before a column or a table was there are read: NaN, or no rows, and a warning "
        "that names"
    )
    yield (
        "what is absent (`absent` in `meta.json` of what is saved of them). Where any other column "
        "is missing or unknown, the result is refused with the command that makes it anew."
    )
    yield ""
    for held in TABLES:
        yield f"## {held.name}"
        yield ""
        yield held.says + _since(held.since)
        yield ""
        rows = [(f"`{c.name}`", c.kind, c.unit, c.says + _since(c.since)) for c in held.columns]
        yield from table(("column", "kind", "unit", "meaning"), rows)


def _since(day: str) -> str:
    return f" Since {day}." if day else ""


def catalogue_page() -> Iterator[str]:
    """Every kind of the catalogue and its rows."""
    yield "# Catalogue"
    yield ""
    yield (
        "Rows that scenarios and layouts name. `twin catalogue show NAME` prints a row "
        "with the source, date and"
    )
    yield "status of every number. Statuses: measured, published, vendor, standard, assumed."
    yield ""
    for kind, model in catalogue.KINDS.items():
        yield f"## {kind}"
        yield ""
        yield " ".join((model.__doc__ or "").strip().split("\n\n")[0].split())
        yield ""
        rows = [
            (f"`{row.name}`", row.status, row.note, row.source)
            for row in catalogue.rows(model).values()
        ]
        yield from table(("name", "status", "note", "source"), rows)


def prices_page() -> Iterator[str]:
    """Every price, rate and life, and every offer of GPUs by the hour."""
    yield "# Prices"
    yield ""
    yield "What `economics.prices` takes; `twin cost --prices` lists it."
    yield ""
    parts = ("low", "mid", "high", "unit", "as_of", "status", "source", "note")
    rows: list[tuple[object, ...]] = [
        (f"`{row.name}`", *(_plain(getattr(row, part)) for part in parts))
        for row in price_rows().values()
    ]
    heads = ("name", "low", "mid", "high", "unit", "as of", "status", "source", "note")
    yield from table(heads, rows)
    yield "## GPUs by the hour, USD"
    yield ""
    parts = ("gpu", "provider", "on_demand", "reserved_1y", "reserved_3y", "as_of", "status")
    offers: list[tuple[object, ...]] = [
        (f"`{row.name}`", *(_plain(getattr(row, part)) for part in parts), row.source)
        for row in rental_rows().values()
    ]
    heads = ("name", "gpu", "provider", "on demand", "1 y", "3 y", "as of", "status", "source")
    yield from table(heads, offers)


def _plain(value: object) -> object:
    """A number without needless zeros; nothing for None."""
    if value is None:
        return ""
    return f"{value:,.10g}" if isinstance(value, float) else value


def commands_page() -> Iterator[str]:
    """Every command of the command line."""
    yield "# Commands"
    yield ""
    yield (
        "Exit codes: 0 done, 1 a run that could not go on, 2 input or usage that is "
        "wrong, 130 stopped from the"
    )
    yield "keyboard."
    yield ""
    yield from command_sections("twin", get_command(app))


def command_sections(name: str, command: Any) -> Iterator[str]:
    """A command, or each command of a group."""
    if hasattr(command, "commands"):
        for word, inner in command.commands.items():
            yield from command_sections(f"{name} {word}", inner)
        return
    yield f"## {name}"
    yield ""
    yield (command.help or "").strip()
    yield ""
    shown = [param for param in command.params if param.name != "help"]
    rows = [(f"`{param_name(param)}`", getattr(param, "help", "") or "") for param in shown]
    if rows:
        yield from table(("argument", "meaning"), rows)


def param_name(param: Any) -> str:
    """An argument as it is typed."""
    if param.param_type_name == "argument":
        return str(param.metavar or (param.name or "").upper())
    flag = bool(getattr(param, "is_flag", False))
    return (
        ", ".join(param.opts)
        if flag
        else f"{param.opts[-1]} {param.metavar or (param.name or '').upper()}"
    )


PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    **{f"{which}.md": partial(schema_page, which) for which in KINDS},
    "tables.md": tables_page,
    "catalogue.md": catalogue_page,
    "prices.md": prices_page,
    "commands.md": commands_page,
}
"""Every page by file name."""


def text_of(page: str) -> str:
    """A page as it should stand."""
    return "\n".join([NOTE, "", *PAGES[page]()]).rstrip() + "\n"


def stale() -> list[str]:
    """Pages that differ from what the program declares."""
    return [
        page
        for page in PAGES
        if not (FOLDER / page).is_file()
        or (FOLDER / page).read_text(encoding="utf-8") != text_of(page)
    ]


def main(arguments: list[str]) -> int:
    """Write the pages, or check them."""
    if "--check" in arguments:
        old = stale()
        sys.stderr.write(
            "".join(
                f"stale: docs/reference/{page}; run python docs/make_reference.py\n" for page in old
            )
        )
        return 1 if old else 0
    FOLDER.mkdir(exist_ok=True)
    for page in PAGES:
        (FOLDER / page).write_text(text_of(page), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
