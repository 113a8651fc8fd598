"""Arguments and options that several commands share, and how `--set` is read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from twin.cli.complete import designs, results
from twin.errors import InputError, Problem
from twin.units import quantity

HELP = {"help_option_names": ["-h", "--help"]}
"""Settings of every command: `-h` is `--help`."""

Json = Annotated[bool, Option("--json", help="Print one JSON document on stdout.")]
Input = Annotated[
    Path, Argument(metavar="FILE", help="A scenario or a layout file.", autocompletion=designs)
]
ResultFolder = Annotated[
    Path, Argument(metavar="RESULT", help="The folder of a run's result.", autocompletion=results)
]
Overrides = Annotated[
    list[str] | None,
    Option("--set", metavar="KEY.PATH=VALUE", help="Change one value; may be repeated."),
]
OwnRowsOf = Annotated[
    Path | None,
    Option(
        "--for",
        metavar="FILE",
        help="A scenario or layout whose own rows of equipment count too.",
        autocompletion=designs,
    ),
]
Seed = Annotated[int | None, Option("--seed", min=0, help="Seed of every random stream.")]


def read_overrides(texts: Iterable[str]) -> dict[str, str]:
    """`["a.b=1"]` as `{"a.b": "1"}`. InputError for every text without a key and `=`, or a key
    twice.
    """
    found: dict[str, str] = {}
    problems = []
    for text in texts:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not (key and equals):
            problems.append(Problem("", repr(text), "key.path=value", file="--set"))
        elif key in found:
            problems.append(Problem("", f"the key {key!r} again", "each key once", file="--set"))
        found[key] = value
    if problems:
        raise InputError(problems)
    return found


def in_units(**asked: tuple[str, str, str]) -> dict[str, float]:
    """Quantities by name, each asked as (option, text, unit). InputError with every text that is
    none of its unit.
    """
    found = {}
    problems = []
    for name, (option, text, unit) in asked.items():
        try:
            found[name] = quantity(text, unit)
        except ValueError as error:
            problems.append(Problem("", repr(text), str(error), file=option))
    if problems:
        raise InputError(problems)
    return found


def temperature(text: str | None) -> float | None:
    """`18 °C` as degrees Celsius. InputError where it is no temperature of air in a hall."""
    if text is None:
        return None
    try:
        degc = quantity(re.sub(r"(?<=\d)(?=[°a-zA-Z])", " ", text.strip()), "degC")
    except ValueError:
        degc = math.nan
    if not 0 <= degc <= 60:
        raise InputError([Problem("", repr(text), "0 to 60 °C, such as '18 °C'", file="--supply")])
    return degc


def duration(text: str) -> float:
    """`1h` or `30 min` as seconds. InputError where it is no duration above zero."""
    spaced = re.sub(r"(?<=\d)(?=[a-zA-Z])", " ", text.strip())
    try:
        seconds = quantity(spaced, "s")
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        allowed = "a simulated time such as 1h, '30 min' or '2 d'"
        raise InputError([Problem("", repr(text), allowed, file="--checkpoint-every")])
    return seconds
