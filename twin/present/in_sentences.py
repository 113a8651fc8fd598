"""Names of figures, and spans of time, within a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from twin.quantities import duration

_SPAN = re.compile(r"\b[\d,]+(?:\.\d+)? s\b")
"""In a detail: seconds, which people read as minutes or hours."""


def within(name: str) -> str:
    """A name as it stands within a sentence: "Headroom at N-1" as "headroom at N-1", "PUE" as it
    is.
    """
    is_abbreviation = name[1:2].isupper()
    return name if is_abbreviation else name[:1].lower() + name[1:]


def listed(names: Iterable[str], between: str = ", ") -> str:
    """Names one after another within a sentence."""
    return between.join(within(name) for name in names)


def spans_in_words(detail: str) -> str:
    """A detail with its spans as people say them: `back after 4 h`."""
    return _SPAN.sub(
        lambda found: duration(float(found[0].removesuffix(" s").replace(",", ""))), detail
    )
