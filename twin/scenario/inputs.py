"""Files that a scenario names: found where a model types them, resolved on loading, kept beside a
result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from pydantic import BaseModel

from twin.errors import InputError, Problem
from twin.stated import FileName

Location = tuple[str | int, ...]
Change = Callable[[Location, FileName], str]
"""Takes where a file name stands and the name; gives the name to put there."""

Model = TypeVar("Model", bound=BaseModel)

FOLDER = "inputs"
"""Where a result keeps copies of the files that its scenario names."""


_PLAIN = frozenset({str, int, float, bool, type(None)})
"""What most values are, and no file name is."""


def with_file_names(model: Model, change: Change) -> Model:
    """The model with every FileName in it changed, at any depth of models, mappings and lists."""
    changed: Model = _changed(model, change, ())
    return changed


def _changed(value: Any, change: Change, at: Location) -> Any:
    if type(value) in _PLAIN:
        return value
    if isinstance(value, FileName):
        return FileName(change(at, value))
    if isinstance(value, BaseModel):
        return _changed_model(value, change, at)
    if isinstance(value, Mapping):
        news = {key: _changed(held, change, (*at, key)) for key, held in value.items()}
        return news if any(new is not value[key] for key, new in news.items()) else value
    if isinstance(value, tuple | list):
        parts = [_changed(held, change, (*at, n)) for n, held in enumerate(value)]
        same = all(new is old for new, old in zip(parts, value, strict=True))
        return value if same else type(value)(parts)
    return value


def _changed_model(model: BaseModel, change: Change, at: Location) -> BaseModel:
    update = {}
    for name, field in type(model).model_fields.items():
        old = getattr(model, name)
        new = _changed(old, change, (*at, field.alias or name))
        if new is not old:
            update[name] = new
    return model.model_copy(update=update) if update else model


def portable(model: Model) -> tuple[Model, dict[str, Path]]:
    """The model with its files named `inputs/NAME`, and the files that those names stand for.

    A file named twice is kept once; a second file of the same name gets a number before it.
    """
    kept: dict[str, Path] = {}

    def change(_at: Location, name: FileName) -> str:
        path = Path(name)
        short = _free_name(path, kept)
        kept[short] = path
        return short

    return with_file_names(model, change), kept


def _free_name(path: Path, kept: Mapping[str, Path]) -> str:
    short = f"{FOLDER}/{path.name}"
    number = 2
    while kept.get(short, path) != path:
        short = f"{FOLDER}/{number}-{path.name}"
        number += 1
    return short


@contextmanager
def from_copies(model: Model, copies: Mapping[str, bytes]) -> Iterator[Model]:
    """The model with its files written anew from copies, for as long as the block lasts.

    copies   the bytes of its files by their portable names; the files themselves may be gone, or
             may have changed
    """
    named, _ = portable(model)
    with TemporaryDirectory(prefix="twin-") as folder:
        for name, data in copies.items():
            (Path(folder) / name).parent.mkdir(exist_ok=True)
            (Path(folder) / name).write_bytes(data)
        yield with_file_names(named, lambda _, name: str(Path(folder) / name))


def contents(files: Mapping[str, Path]) -> dict[str, bytes]:
    """The bytes of files. Raises InputError with every one that cannot be read."""
    found = {}
    problems = []
    for name, path in files.items():
        try:
            found[name] = path.read_bytes()
        except OSError as error:
            reason = error.strerror or "an error"
            problems.append(Problem("", f"no file to read ({reason})", "a file", file=str(path)))
    if problems:
        raise InputError(problems)
    return found
