"""YAML text as plain data that remembers where everything stood.

Files are data and strangers write them, so they are read as YAML 1.2 core scalars (`no` is text,
`010` is ten, `12:30` is text), without tags, with bounded depth and aliases, and every key once.
PyYAML's C scanner gives events; this module turns them into dicts, lists and scalars.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import ReaderError

from twin.errors import InputError, Problem, did_you_mean
from twin.scenario.yaml.limits import LIMIT_ALIASED_NODES, LIMIT_DEPTH, LIMIT_KEYS, LIMIT_VALUES
from twin.scenario.yaml.scalars import brief, kind_of, scalar

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class YamlNode:
    """One value of a file, where it starts, and the keys and values below it; lines and columns
    from 1.
    """

    data: Any
    at: tuple[int, int]
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    below: dict[str | int, YamlNode] = field(default_factory=dict)
    size: int = 1
    height: int = 0
    """Levels below this one."""

    def add(self, key: str | int, child: YamlNode) -> None:
        """Put a finished child under its key or at the end of the list."""
        if isinstance(self.data, list):
            self.data.append(child.data)
        else:
            self.data[key] = child.data
        self.below[key] = child
        self.size += child.size
        self.height = max(self.height, child.height + 1)


def compose(text: str, path: Path) -> YamlNode | None:
    """The top node of the one document in `text`, or None for an empty one; `path` names it in
    errors.

    InputError for broken YAML, tags, repeated keys, merge keys, numbers that are not finite, more
    than 32 levels of nesting, and aliases that stand for more than 100,000 values together.
    """
    try:
        return _Composer(path).document(yaml.parse(text, Loader=_LOADER))
    except ReaderError as error:
        raise _unprintable(error, text, path) from error
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text, path) from error


def refuse(
    path: Path, at: tuple[int, int] | None, found: str, allowed: str, hint: str = ""
) -> InputError:
    """The error for one fault of the file `path`, at a line and column or of the whole file."""
    line, column = at or (0, 0)
    return InputError([Problem("", found, allowed, hint, brief(str(path), 1000), line, column)])


_NO_KEYS: dict[str, tuple[int, int]] = {}
_NOTHING_BELOW: dict[str | int, YamlNode] = {}
"""Shared by all scalars, which never get any: a file may hold many."""


class _Composer:
    """Builds nodes from a stream of parser events, refusing what a data file must not hold."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.anchors: dict[str, YamlNode | None] = {}
        self.depth = 0
        self.aliased = 0
        self.values = 0

    def document(self, events: Iterator[Any]) -> YamlNode | None:
        """The one document's top node."""
        tree = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if tree is not None:
                    raise refuse(
                        self.path, _at(event), "a second document ('---')", "one document a file"
                    )
                tree = self._node(next(events), events)
        return tree

    def _node(self, event: Any, events: Iterator[Any]) -> YamlNode:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag not in (None, "!"):
            allowed = "plain values without tags; remove the tag"
            raise refuse(self.path, _at(event), f"the tag {event.tag!r}", allowed)
        if event.anchor:
            self.anchors[event.anchor] = None
        self.values += 1
        if self.values > LIMIT_VALUES:
            allowed = "fewer; keep long tables in CSV files"
            raise refuse(self.path, _at(event), f"more than {LIMIT_VALUES:,} values", allowed)
        node = self._value(event, events)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _value(self, event: Any, events: Iterator[Any]) -> YamlNode:
        if isinstance(event, yaml.ScalarEvent):
            return YamlNode(self._scalar(event), _at(event), _NO_KEYS, _NOTHING_BELOW)
        self.depth += 1
        self._check_depth(event, 0)
        fill = self._list if isinstance(event, yaml.SequenceStartEvent) else self._mapping
        node = fill(event, events)
        self.depth -= 1
        return node

    def _list(self, event: Any, events: Iterator[Any]) -> YamlNode:
        node = YamlNode([], _at(event))
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            node.add(len(node.data), self._node(event, events))
        return node

    def _mapping(self, event: Any, events: Iterator[Any]) -> YamlNode:
        node = YamlNode({}, _at(event))
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event, node)
            node.keys[key] = _at(event)
            node.add(key, self._node(next(events), events))
        return node

    def _key(self, event: Any, node: YamlNode) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.tag:
            raise refuse(
                self.path, _at(event), "a key that is not plain text", "plain text before the colon"
            )
        key = str(event.value)
        if key == "<<" and not event.style:
            allowed = "keys written out, or an alias as the whole value; YAML 1.2 has no merge keys"
            raise refuse(self.path, _at(event), "the merge key '<<'", allowed)
        if key in node.keys:
            found = f"the key {kind_of(key)} again (first on line {node.keys[key][0]})"
            raise refuse(
                self.path, _at(event), found, "each key once in a mapping; remove or rename one"
            )
        if len(node.keys) == LIMIT_KEYS:
            first = kind_of(next(iter(node.keys)))
            found = f"a mapping of more than {LIMIT_KEYS:,} keys from {first} on"
            raise refuse(self.path, node.at, found, f"at most {LIMIT_KEYS:,}")
        return key

    def _scalar(self, event: Any) -> str | int | float | bool | None:
        if event.style or not event.implicit[0]:
            return str(event.value)
        try:
            return scalar(event.value)
        except ValueError as error:
            raise refuse(self.path, _at(event), kind_of(event.value), str(error)) from error

    def _alias(self, event: Any) -> YamlNode:
        node = self.anchors.get(event.anchor)
        if node is None:
            known = [name for name, done in self.anchors.items() if done]
            allowed = "an anchor that is complete before this line"
            raise refuse(
                self.path,
                _at(event),
                f"'*{event.anchor}'",
                allowed,
                did_you_mean(event.anchor, known),
            )
        self.aliased += node.size
        if self.aliased > LIMIT_ALIASED_NODES:
            allowed = f"aliases that stand for at most {LIMIT_ALIASED_NODES:,} values together"
            raise refuse(
                self.path, _at(event), f"'*{event.anchor}', which expands beyond measure", allowed
            )
        self._check_depth(event, node.height + 1)
        return replace(node, data=copy.deepcopy(node.data))

    def _check_depth(self, event: Any, more: int) -> None:
        if self.depth + more > LIMIT_DEPTH:
            allowed = f"at most {LIMIT_DEPTH} levels of nesting"
            raise refuse(self.path, _at(event), f"{self.depth + more} levels of nesting", allowed)


def _syntax(error: yaml.MarkedYAMLError, text: str, path: Path) -> InputError:
    mark = error.problem_mark or error.context_mark
    at = (mark.line + 1, mark.column + 1) if mark else None
    if mark and text[mark.index : mark.index + 1] == "\t":
        return refuse(path, at, "a tab", "spaces; YAML does not indent with tabs")
    reason = " ".join(filter(None, (error.problem, error.context)))
    return refuse(path, at, f"broken YAML ({reason})", "valid YAML", _cure(reason))


def _unprintable(error: ReaderError, text: str, path: Path) -> InputError:
    bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
    start = bad.start() if bad else 0
    at = (text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
    return refuse(
        path, at, f"an unprintable character ({error.reason})", "printable text; remove it"
    )


def _at(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _cure(reason: str) -> str:
    cures = {
        "maximum nesting depth": f"nest at most {LIMIT_DEPTH} levels",
        "mapping values are not allowed": "quote a value that contains ': '",
        "could not find expected ':'": "every key ends in ':'",
        "did not find expected key": "align the keys of one mapping in one column",
        "did not find expected '-'": "align the dashes of one list in one column",
        "cannot start any token": "quote the value",
        "while scanning a quoted scalar": "close the quotation mark",
        "did not find expected ','": "close the bracket or add the comma",
    }
    return next((cure for mark, cure in cures.items() if mark in reason), "")
