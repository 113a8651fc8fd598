"""What is worked out of a run once it is over, each part for itself: a fault in one loses neither
the others nor the run.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from twin.errors import RunError
from twin.results import Result

_LACKING = "lacking"


def with_part(result: Result, what: str, add: Callable[[Result], Result]) -> Result:
    """What `add` makes of a result; where it fails, the result as it is, with the reason under
    `lacking` in its metadata and among its warnings.

    what   the part in words, such as `the redundancy of its design`
    """
    try:
        return add(result)
    except Exception as error:  # a fault of any kind must not lose a run that is over
        why = _reason(error)
    lacking = {**result.meta.get(_LACKING, {}), what: why}
    warnings = [*result.meta.get("warnings", ()), f"without {what}: {why}"]
    return replace(result, meta={**result.meta, _LACKING: lacking, "warnings": warnings})


def refuse_incomplete(result: Result, out: Path | None) -> None:
    """Raise RunError where a part could not be worked out: which, why, what is kept and how it is
    drawn.
    """
    lacking = result.meta.get(_LACKING)
    if not lacking:
        return
    listed = "; ".join(f"{what} ({why})" for what, why in lacking.items())
    message = f"the run is over, and its result lacks {listed}"
    raise RunError(f"{message}{kept_and_drawn(out)}", result)


def kept_and_drawn(out: Path | None) -> str:
    """For the end of a message: where a saved result stands, and how its report is drawn."""
    return f"; all else is kept in {out}, and `twin report {out}` draws it" if out else ""


def _reason(error: Exception) -> str:
    """A fault in words with the line that it came from."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error}, at {Path(last.filename).name}:{last.lineno}"
