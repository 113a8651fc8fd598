"""What pydantic found wrong, in plain words and at its place in the file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from twin.described import Described, keys_of
from twin.errors import InputError, Problem, did_you_mean
from twin.scenario.yaml.document import Document, read
from twin.scenario.yaml.limits import LIMIT_PROBLEMS
from twin.scenario.yaml.positions import ABSENT, fields_of, first_keys, place_of, value_at
from twin.scenario.yaml.scalars import brief, kind_of

Model = TypeVar("Model", bound=BaseModel)
_WORD = re.compile(r"\w+")

_TYPES = {
    "bool": "true or false",
    "date": "a date such as 2026-07-01",
    "datetime": "a date and time such as 2026-07-01T08:00:00Z",
    "dict": "a mapping of keys to values",
    "float": "a number",
    "int": "a whole number",
    "list": "a list",
    "model": "a mapping of keys to values",
    "string": "text",
    "timezone": "a date and time with its time zone",
    "tuple": "a list",
}
_LIMITS = {
    "greater_than": "a number greater than {gt}",
    "greater_than_equal": "{ge} or more",
    "less_than": "a number less than {lt}",
    "less_than_equal": "{le} or less",
    "multiple_of": "a multiple of {multiple_of}",
    "finite_number": "a finite number",
    "int_from_float": "a whole number",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
    "string_too_short": "text of at least {min_length} characters",
    "string_too_long": "text of at most {max_length} characters",
    "string_pattern_mismatch": "text of the form {pattern}",
}


def load_model(path: Path, model: type[Model], root: Path | None = None) -> tuple[Model, Document]:
    """The file `path` as a `model`, and the document it came from.

    InputError with every problem of the file, in the order of its lines.
    """
    document = read(path, root)
    return build_model(document, model), document


OTHER_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "until": ("duration", "repair_at"),
        "trace": ("file",),
        "file": ("trace",),
        "rating": ("capacity", "power_rated"),
        "capacity": ("rating",),
    }
)
"""Keys that people write in place of ours, whose spelling is not near."""


def build_model(document: Document, model: type[Model]) -> Model:
    """The document's data as a `model`; InputError with every problem, in the order of the
    lines.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise InputError(problems(error, document, model)) from error


def problems(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Problem]:
    """One problem for each error, sorted by line; the members of a plain union say theirs in one.

    A key that is not known is placed at the key, a missing one at the mapping that lacks it,
    anything else at its value.
    """
    details = error.errors(include_url=False)
    found = _merged(
        filter(None, (_problem(detail, document, model) for detail in details[:LIMIT_PROBLEMS]))
    )
    if len(details) > LIMIT_PROBLEMS:
        more = f"{len(details) - LIMIT_PROBLEMS:,} more problems"
        found.append(
            Problem("", more, "a file without any", "these are not listed", str(document.path))
        )
    return sorted(found, key=lambda problem: (not problem.line, problem.line, problem.column))


def _merged(found: Iterable[Problem]) -> list[Problem]:
    """The same without repetitions: members of a union that complain of one value do so in one
    sentence.
    """
    by_place: dict[tuple[str, str, int, int], Problem] = {}
    for new in found:
        key = (new.where, new.found, new.line, new.column)
        by_place[key] = _joined(by_place[key], new) if key in by_place else new
    return list(by_place.values())


def _joined(old: Problem, new: Problem) -> Problem:
    if new.allowed in old.allowed:
        return old
    return replace(old, allowed=f"{old.allowed}, or {new.allowed}", hint=old.hint or new.hint)


def _problem(detail: ErrorDetails, document: Document, model: type[BaseModel]) -> Problem | None:
    found = place_of(detail["loc"], model, document.data, detail["type"])
    if found is None:
        return None
    loc, types = found
    value = value_at(document.data, loc)
    value = detail["input"] if value is ABSENT else value
    if detail["type"] == "too_short" and len(value) >= detail["ctx"]["min_length"]:
        return None  # pydantic counts the good items only; each bad one is a problem of its own
    if detail["type"] == "extra_forbidden":
        names = [name for kind in types for name in fields_of(kind)]
        hint = _key_meant(str(loc[-1]), names)
        allowed = sorted(name for kind in types for name in first_keys(kind))
        return document.problem(loc, "an unknown key", ", ".join(allowed), hint, on_key=True)
    if detail["type"] == "missing":
        return document.problem(loc, "nothing", _purpose(types, loc[-1]))
    if detail["type"].startswith("union_tag"):
        return _tag_problem(detail, document, loc, value)
    on_key = "[key]" in detail["loc"]
    told = _told(detail, loc, value)
    return document.problem(loc, told, _allowed(detail), _hint(detail, value), on_key)


def _key_meant(key: str, names: list[str]) -> str:
    """The key that means the same, where people often say it so; else the nearest spelling."""
    same = [name for name in OTHER_WORDS.get(key, ()) if name in names]
    return f"did you mean {same[0]!r}?" if same else did_you_mean(key, names)


def _told(detail: ErrorDetails, loc: tuple[str | int, ...], value: Any) -> str:
    """What was found: of a mapping whose keys do not go together those that the complaint names, or
    all; the whole file is a mapping and no more.
    """
    if not (isinstance(value, dict) and value and loc and detail["type"] == "value_error"):
        return kind_of(value)
    named = set(_WORD.findall(str(detail["ctx"]["error"])))
    shown = {key: held for key, held in value.items() if key in named} or value
    return brief(f"{{{', '.join(f'{key}: {_plain(held)}' for key, held in shown.items())}}}", 90)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else kind_of(value)


def _purpose(types: list[Any], name: str | int) -> str:
    purposes = (
        kind.purposes()[field]
        for kind in types
        if isinstance(kind, type) and issubclass(kind, Described)
        for field, info in kind.model_fields.items()
        if name in keys_of(field, info)
    )
    text = next(filter(None, purposes), "").strip().rstrip(".")
    return f"a value for it: {text}" if text else "a value for it"


def _tag_problem(
    detail: ErrorDetails, document: Document, loc: tuple[str | int, ...], value: Any
) -> Problem:
    context = detail.get("ctx", {})
    key = str(context.get("discriminator", "kind")).strip("'")
    if not isinstance(value, dict):
        return document.problem(loc, kind_of(value), f"a mapping with the key {key!r}")
    if key not in value:
        return document.problem((*loc, key), "nothing", "a value for it: which kind this is")
    tags = [tag.strip("'") for tag in context.get("expected_tags", "").split(", ")]
    hint = did_you_mean(str(value[key]), tags)
    return document.problem((*loc, key), kind_of(value[key]), ", ".join(map(repr, tags)), hint)


def _allowed(detail: ErrorDetails) -> str:
    kind = detail["type"]
    context = detail.get("ctx", {})
    if kind in ("value_error", "assertion_error"):
        return str(context["error"])
    if kind in ("literal_error", "enum"):
        return ", ".join(map(repr, _choices(detail)))
    if kind in _LIMITS:
        return _LIMITS[kind].format_map(context)
    return _TYPES.get(kind.split("_")[0], detail["msg"].removeprefix("Input should be "))


def _hint(detail: ErrorDetails, value: Any) -> str:
    return did_you_mean(str(value), _choices(detail)) if isinstance(value, str) else ""


def _choices(detail: ErrorDetails) -> Iterable[str]:
    if detail["type"] not in ("literal_error", "enum"):
        return []
    words = str(detail.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(", ")
    return [word.strip("'") for word in words]
