"""Names of groups, and of their members."""

from __future__ import annotations

import re

_NUMBERS = re.compile(r"(_r?\d+)*")
"""What a group's name, or a row's, is followed by in the names of its members."""


def is_member(component: str, name: str) -> bool:
    """Whether a component has that name, or is a member of a group or row of that name."""
    rest = component.removeprefix(name)
    return component.startswith(name) and _NUMBERS.fullmatch(rest) is not None
