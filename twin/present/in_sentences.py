"""Names of figures within a sentence."""

from __future__ import annotations

from collections.abc import Iterable


def within(name: str) -> str:
    """A name as it stands within a sentence: "Headroom at N-1" as "headroom at N-1", "PUE" as it
    is.
    """
    is_abbreviation = name[1:2].isupper()
    return name if is_abbreviation else name[:1].lower() + name[1:]


def listed(names: Iterable[str], between: str = ", ") -> str:
    """Names one after another within a sentence."""
    return between.join(within(name) for name in names)
