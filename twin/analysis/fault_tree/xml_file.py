"""XML as a tree of elements with their lines; bounded, and without entities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers import expat

from twin.errors import InputError, Problem

SIZE_MAX_BYTES = 64_000_000
DEPTH_MAX = 200


@dataclass
class Element:
    """One element: its name, attributes, text, inner elements, and where it stands."""

    tag: str
    attributes: dict[str, str]
    file: str
    line: int
    inner: list[Element] = field(default_factory=list)

    def get(self, name: str) -> str:
        """An attribute. InputError where it is missing."""
        if name not in self.attributes:
            self.refuse(f"no attribute {name!r}", f'<{self.tag} {name}="...">')
        return self.attributes[name].strip()

    def every(self, tag: str) -> Iterator[Element]:
        """Every element of this name, at any depth, in the order of the file."""
        for one in self.inner:
            if one.tag == tag:
                yield one
            yield from one.every(tag)

    def meant(self) -> list[Element]:
        """Inner elements without labels and attributes, which say nothing to a computer."""
        return [one for one in self.inner if one.tag not in ("label", "attributes")]

    def problem(self, found: str, allowed: str, hint: str = "") -> Problem:
        """Something wrong with this element."""
        where = self.attributes.get("name", self.tag)
        return Problem(where, found, allowed, hint, self.file, self.line, 1)

    def refuse(self, found: str, allowed: str, hint: str = "") -> NoReturn:
        """Raise InputError at this element."""
        raise InputError([self.problem(found, allowed, hint)])


def read_xml(path: Path) -> Element:
    """The root of an XML file. InputError where it is not one, too large, too deep, or has an
    entity.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= SIZE_MAX_BYTES else b""
    except OSError as error:
        raise InputError(
            [Problem("", error.strerror or str(error), "a file that can be read", file=str(path))]
        ) from error
    if size > SIZE_MAX_BYTES:
        allowed = f"at most {SIZE_MAX_BYTES} bytes"
        raise InputError([Problem("", f"{size} bytes", allowed, file=str(path))])
    return _Reader(str(path)).read(data)


class _Reader:
    """Collects elements from expat, which loads nothing from outside the file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.roots: list[Element] = []
        self.open: list[Element] = []
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.EntityDeclHandler = self._entity

    def read(self, data: bytes) -> Element:
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            self._refuse(f"broken XML ({expat.ErrorString(error.code)})", "well-formed XML")
        return self.roots[0]

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        element = Element(tag, attributes, self.file, self.parser.CurrentLineNumber)
        if len(self.open) >= DEPTH_MAX:
            self._refuse("elements inside one another", f"at most {DEPTH_MAX} deep")
        (self.open[-1].inner if self.open else self.roots).append(element)
        self.open.append(element)

    def _end(self, _tag: str) -> None:
        self.open.pop()

    def _entity(self, name: str, *_rest: Any) -> None:
        self._refuse(f"entity {name!r}", "no entities: write the text out")

    def _refuse(self, found: str, allowed: str) -> NoReturn:
        line = self.parser.CurrentLineNumber
        raise InputError([Problem("", found, allowed, "", self.file, line, 1)])
