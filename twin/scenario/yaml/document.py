"""A file of the user's: its plain data, and the way back from any value to its line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from twin.catalogue.witness import bare
from twin.errors import Problem, did_you_mean
from twin.scenario.yaml.compose import YamlNode, compose, refuse
from twin.scenario.yaml.limits import LIMIT_BYTES
from twin.scenario.yaml.paths import project_root, resolve
from twin.scenario.yaml.scalars import brief, kind_of


@dataclass(frozen=True)
class Document:
    """A file's plain data, and the way back from a path inside it to its line."""

    data: dict[str, Any]
    path: Path
    tree: YamlNode
    root: Path
    """Paths named in the file must stay inside this folder."""
    changed: dict[tuple[str, ...], str] = field(default_factory=dict)
    """Where values were set from outside the file, and by which key: their problems are not the
    file's."""
    changed_by: str = "--set"
    """Who set them."""

    def place(self, loc: tuple[str | int, ...], on_key: bool = False) -> tuple[int, int]:
        """Line and column of the value at `loc`, or of its key; parts that the file lacks are
        skipped.

        So the name of a union's member, a missing field or a value that was never written lead to
        the deepest thing that is there. A number of a catalogue row may stand under its name
        without the unit.
        """
        node = self.tree
        place = self.tree.at
        for name in loc:
            part = name if name in node.below else bare(str(name))
            if part in node.below:
                place = (
                    node.keys.get(str(part), node.below[part].at) if on_key else node.below[part].at
                )
                node = node.below[part]
        return place

    def problem(
        self,
        loc: tuple[str | int, ...],
        found: str,
        allowed: str,
        hint: str = "",
        on_key: bool = False,
    ) -> Problem:
        """A problem that stands at `loc` in this file, or in what set it from outside."""
        found = brief(found, 300)
        if made := self._made(loc):
            place = max(made, key=len)
            key = self.changed[place] + self._within(place, loc)
            return Problem(key, found, allowed, hint, self.changed_by)
        line, column = self.place(loc, on_key)
        return Problem(dotted(loc), found, allowed, hint, str(self.path), line, column)

    def written(self, loc: tuple[str | int, ...]) -> Any:
        """What stands at `loc`; None where nothing does."""
        held: Any = self.data
        for part in loc:
            try:
                held = held[part]
            except (KeyError, IndexError, TypeError):
                return None
        return held

    def sets(self, loc: tuple[str | int, ...]) -> bool:
        """Whether what stands at `loc` was set from outside the file."""
        return bool(self._made(loc))

    def _made(self, loc: tuple[str | int, ...]) -> list[tuple[str, ...]]:
        parts = tuple(map(str, loc))
        return [place for place in self.changed if parts[: len(place)] == place]

    def _within(self, place: tuple[str, ...], loc: tuple[str | int, ...]) -> str:
        """Where in what was set; nothing where its key reaches deeper than what it made anew."""
        names_all = self.changed[place].rpartition(".")[2] == place[-1]
        return "".join(map(_step, loc[len(place) :])) if names_all else ""

    def set_from_outside(self) -> Iterator[tuple[str, str]]:
        """Keys that were set from outside the file, as they were written, and their values."""
        for place, key in self.changed.items():
            held: Any = self.data
            for part in place:
                held = dict(enumerate(held)) if isinstance(held, list) else held
                index = int(part) if part.isdecimal() and part not in held else part
                held = held.get(index, {}) if isinstance(held, dict) else {}
            for part in key.replace("__", ".").split(".")[len(place) :]:  # made with its parents
                held = held[part] if isinstance(held, dict) and part in held else held
            yield key, brief(_as_written(held), 200)

    def resolve(self, reference: str, loc: tuple[str | int, ...] = ()) -> Path:
        """The file that the text `reference`, written at `loc`, names; InputError where it leaves
        `root`.
        """
        return resolve(reference, self.path, self.root, self.problem(loc, "", ""))


def _as_written(value: Any) -> str:
    """A value as people write it in one line."""
    if not isinstance(value, list | dict):
        return str(value)
    line: str = yaml.safe_dump(value, default_flow_style=True, width=math.inf, sort_keys=False)
    return line.strip()


def read(path: Path, root: Path | None = None) -> Document:
    """The document in the file `path`; `root` is the folder that paths inside it must not leave.

    InputError where the file is missing, too large, not UTF-8, not YAML as
    `twin.scenario.yaml.compose` reads it, empty, or no mapping at its top.
    """
    path = Path(path)
    return parse(text_of(path), path, root)


def parse(text: str, path: Path, root: Path | None = None) -> Document:
    """The document that `text` stands for, as if it had been read from `path`. InputError as in
    `read`.
    """
    tree = _composed(text, path)
    if tree is None or tree.data is None:
        raise refuse(path, None, "an empty file", "a mapping of keys to values")
    if not isinstance(tree.data, dict):
        raise refuse(
            path, tree.at, kind_of(tree.data), "a mapping of keys to values at the top of the file"
        )
    data = deepcopy(tree.data)  # changed by who holds the document; the tree is for all
    return Document(data, path, tree, root.resolve() if root else project_root(path))


@lru_cache(maxsize=4)
def _composed(text: str, path: Path) -> YamlNode | None:
    """The tree of a text; a study reads the same files for each of its cases."""
    return compose(text, path)


def unwritten(data: dict[str, Any], name: str, changed: dict[tuple[str, ...], str]) -> Document:
    """A document of data that stands in no file: `name` is where its problems are said to be."""
    return Document(data, Path(name), YamlNode(data, (0, 0)), Path(), changed, name)


def dotted(loc: tuple[str | int, ...]) -> str:
    """A path as people write it: `halls[0].rows[1].racks`; a key that cannot be printed stands in
    quotes.
    """
    return "".join(_step(part) for part in loc).removeprefix(".")


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if part.isprintable() else f"[{part!r}]"


def text_of(path: Path) -> str:
    """The text of a file; InputError where it cannot be read, is too long or no UTF-8."""
    try:
        raw = _bytes(path)
    except OSError as error:
        reason = error.strerror or "an error"
        raise refuse(
            path, None, f"a file that cannot be read ({reason})", "a readable YAML file"
        ) from error
    return _decoded(path, raw)


def _bytes(path: Path) -> bytes:
    if path.is_dir():
        raise refuse(path, None, "a folder", "a YAML file")
    if not path.exists():
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise refuse(
            path, None, "no such file", "an existing YAML file", did_you_mean(path.name, siblings)
        )
    if not path.is_file():
        raise refuse(path, None, "something that is not a plain file", "a YAML file")
    with path.open("rb") as file:
        raw = file.read(LIMIT_BYTES + 1)
    if len(raw) > LIMIT_BYTES:
        raise refuse(
            path, None, "a file of more than 10 MB", "at most 10 MB; keep long tables in CSV files"
        )
    return raw


def _decoded(path: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        at = (before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        found = f"the byte 0x{raw[error.start]:02x}"
        raise refuse(path, at, found, "UTF-8 text; save it as UTF-8") from error
