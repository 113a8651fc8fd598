"""Change one value in the text of a YAML file, leaving every other byte as it is: comments, order,
quotes and line breaks stay.
"""

from __future__ import annotations

from collections.abc import Sequence

import yaml

Place = tuple[str | int, ...]


def with_value(text: str, place: Place, content: str) -> str:
    """The text with `content`, written as YAML in one line, at a path of keys and list positions.

    A key that is there gets another value. One that is not is added, in the last mapping that the
    file has on the way to it: in braces where that is in braces, else on a line of its own.
    ValueError where a list is too short, or where the way leads through a value that is no mapping.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        raise ValueError("an empty file")
    node, rest = _down(root, place)
    if not rest:
        start = node.start_mark.index
        end = _end(text, node)
        return text[:start] + content + text[end:]
    if not isinstance(node, yaml.MappingNode):
        raise ValueError(f"no mapping on the way to {'.'.join(map(str, place))}")
    return _added(text, node, rest, content)


def _down(node: yaml.Node, place: Place) -> tuple[yaml.Node, Place]:
    """The deepest node on the way to a place, and what is left of the way."""
    for depth, part in enumerate(place):
        below = _child(node, part)
        if below is None:
            return node, place[depth:]
        node = below
    return node, ()


def _child(node: yaml.Node, part: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        if part >= len(node.value):
            raise ValueError(f"no item {part} in a list of {len(node.value)}")
        item: yaml.Node = node.value[part]
        return item
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    return None


def _end(text: str, node: yaml.Node) -> int:
    """Where a value ends: the parser has block values reach past blank lines and comments."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(text, last[1] if isinstance(last, tuple) else last)


def _added(text: str, node: yaml.MappingNode, rest: Sequence[str | int], content: str) -> str:
    """The text with new keys in a mapping; those below the first stand in braces."""
    for name in reversed(rest[1:]):
        content = f"{{{name}: {content}}}"
    entry = f"{rest[0]}: {content}"
    if node.flow_style and not node.value:
        start = node.start_mark.index + 1
        return text[:start] + entry + text[start:]
    end = _end(text, node.value[-1][1])
    if node.flow_style:
        return f"{text[:end]}, {entry}{text[end:]}"
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    return text[:line_end] + f"\n{' ' * node.start_mark.column}{entry}" + text[line_end:]
