"""What is worked out of a run that is over or stopped, each part for itself: a fault in one loses
neither the others nor the run.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from twin.errors import RunError
from twin.results.store import Result

T = TypeVar("T")

_LACKING = "lacking"


class ResultParts:
    """Collects the parts of a result, and why some are missing."""

    def __init__(self) -> None:
        self.lacking: dict[str, str] = {}

    def of(self, what: str, make: Callable[[], T], instead: T) -> T:
        """What `make` makes; `instead` where it fails, and the reason is kept."""
        try:
            return make()
        except Exception as error:  # a fault of any kind must not lose a run
            self.lacking[what] = _reason(error)
            return instead

    def told(self, result: Result) -> Result:
        """The result with what it lacks under `lacking` in its metadata and among its warnings."""
        if not self.lacking:
            return result
        lacking = {**result.meta.get(_LACKING, {}), **self.lacking}
        new = [f"without {what}: {why}" for what, why in self.lacking.items()]
        warnings = [*result.meta.get("warnings", ()), *new]
        return replace(result, meta={**result.meta, _LACKING: lacking, "warnings": warnings})


def with_part(result: Result, what: str, add: Callable[[Result], Result]) -> Result:
    """What `add` makes of a result; where it fails, the result as it is, told of what it lacks.

    what   the part in words, such as `the redundancy of its design`
    """
    parts = ResultParts()
    return parts.told(parts.of(what, lambda: add(result), result))


def refuse_incomplete(result: Result, out: Path | None = None) -> None:
    """Raise RunError where a part could not be worked out: which, why, what is kept and how it is
    drawn.
    """
    lacking = result.meta.get(_LACKING)
    if not lacking:
        return
    listed = "; ".join(f"{what} ({why})" for what, why in lacking.items())
    over = "the run stands" if result.meta["stopped"] else "the run is over"
    raise RunError(f"{over}, and its result lacks {listed}{kept_and_drawn(out)}", result)


def kept_and_drawn(out: Path | None) -> str:
    """For the end of a message: where a saved result stands, and how its report is drawn."""
    return f"; all else is kept in {out}, and `twin report {out}` draws it" if out else ""


def _reason(error: Exception) -> str:
    """A fault in words with the line that it came from."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error}, at {Path(last.filename).name}:{last.lineno}"
