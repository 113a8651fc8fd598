"""Plain data as its leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def flat(data: Any, at: str = "") -> dict[str, Any]:
    """Leaves of plain data by dotted path; items of lists by their `name`, else by number."""
    if isinstance(data, Mapping):
        pairs = [(str(key), value) for key, value in data.items()]
    elif isinstance(data, list | tuple):
        pairs = [(_item_name(n, value), value) for n, value in enumerate(data)]
    else:
        return {at: data}
    out: dict[str, Any] = {}
    for key, value in pairs:
        out |= flat(value, f"{at}.{key}" if at else key)
    return out


def _item_name(number: int, value: Any) -> str:
    return str(value["name"]) if isinstance(value, Mapping) and "name" in value else str(number)
