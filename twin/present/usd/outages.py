"""States between and on the frames of a scene: what tables know by period, and what is too short
for a frame.

A period k is (k-1, k] in time codes. What events tell has its own instants; what only tables know
is put where it must have been, and else on the whole of its period.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twin.present.usd.component_states import (
    GONE,
    INTERRUPTED,
    OFF,
    ON,
    OVERLOADED,
    READY,
    START,
    Steps,
    at,
    code_of,
    thin_steps,
)

Grid = NDArray[np.float64]
Span = tuple[float, float, str]
"""Time codes from which and until when a state holds, and the state."""

JUST_AFTER = 1e-3
"""Time codes that a frame's own state holds on."""
ROUNDING = 1e-6


def words_of(live: Grid, load: Grid) -> NDArray[np.str_]:
    """(period,) one word a period of a component that is no rack.

    live, load   (period,) share of it with voltage, highest load over rating; NaN where unknown
    """
    known = np.isfinite(live)
    tests = [known & (live <= ROUNDING), known & (live < 1 - ROUNDING), load > 1.0 + 1e-9]
    return np.select(tests, [OFF, INTERRUPTED, OVERLOADED], ON)


def steps_told(
    exact: Steps, words: NDArray[np.str_], share: Grid | None, losses: Callable[[], Grid]
) -> Steps:
    """Steps of a component by its events, and by its periods where no event explains them.

    exact    by events alone
    words    (period,) what a table says, `on` where nothing is wrong
    share    (period,) share of each period that it was on; None where nobody knows
    losses   gives the time codes at which something that it hangs on was lost, rising
    """
    if exact[0][1] == READY:
        words = np.where(np.isin(words, (OFF, INTERRUPTED)), ON, words)
    amiss = np.flatnonzero(words != ON)
    if not len(amiss):
        return exact
    if len(exact) == 1 and share is None:
        return _by_periods(words)
    spans: list[Span] = []
    for k in amiss.tolist():
        if not _explained(exact, str(words[k]), k):
            off = None if share is None or words[k] != INTERRUPTED else float(1.0 - share[k])
            placed = off and _placed(k, off, words, spans, losses())
            spans.append(placed or (k - 1.0, float(k), str(words[k])))
    return overlaid(exact, [_held_on(span) for span in spans])


def _by_periods(words: NDArray[np.str_]) -> Steps:
    """Every word over its own period, (k-1, k], and on the frame k."""
    turns = np.flatnonzero(words[1:] != words[:-1])
    later = zip((turns + JUST_AFTER).tolist(), words[turns + 1].tolist(), strict=True)
    return [(START, str(words[0])), *later]


def _explained(exact: Steps, word: str, k: int) -> bool:
    """Whether an event says why a period is not as it should be."""
    if word == OVERLOADED:
        return False
    first = bisect_right(exact, k - 1.0, key=code_of) - 1
    held = {state for _, state in exact[first : bisect_right(exact, float(k), key=code_of)]}
    return bool(held & GONE) if word in (OFF, INTERRUPTED) else held != {exact[0][1]}


def _placed(
    k: int, off: float, words: NDArray[np.str_], before: Sequence[Span], losses: Grid
) -> Span | None:
    """Where an interruption of a known length was: after one that reached into the period, from
    the loss that caused it, or up to the next period, if that was without voltage.
    """
    if before and before[-1][2] == OFF and before[-1][1] >= k - 1 - ROUNDING:
        return k - 1.0, k - 1 + off, OFF
    within = losses[(losses > k - 1) & (losses + off <= k + ROUNDING)]
    if len(within):
        return float(within[0]), float(within[0]) + off, OFF
    if k + 1 < len(words) and words[k + 1] == OFF:
        return k - off, float(k), OFF
    return None


def _held_on(span: Span) -> Span:
    """Ends on frames are put just after them, so that the frame shows its own period."""
    first, last, state = span
    edges = [code + JUST_AFTER if abs(code - round(code)) < ROUNDING else code for code in span[:2]]
    return (edges[0] if first > -1 else first, edges[1], state) if last > first else span


def overlaid(steps: Steps, spans: Sequence[Span]) -> Steps:
    """Steps with spans laid over what is on or ready in them; spans in order, none over another."""
    if not spans:
        return steps
    codes = sorted({code for code, _ in steps} | {code for span in spans for code in span[:2]})
    starts = [span[0] for span in spans]
    out: Steps = []
    for code in codes:
        state = at(steps, code)
        one = bisect_right(starts, code) - 1
        if state in (ON, READY) and one >= 0 and code < spans[one][1]:
            state = spans[one][2]
        out.append((code, state))
    return thin_steps(out)


def on_frames(steps: Steps) -> Steps:
    """Steps with a frame for what came and went between two: who looks at frames alone sees it.

    What was off or lost for a part of a period shows as `interrupted` at the period's code, other
    states as they were.
    """
    idle = steps[0][1]
    marks: dict[int, str] = {}
    for (code, state), (until, _) in pairwise(steps[1:]):
        k = int(np.ceil(code))
        if state != idle and code < k and until <= k and at(steps, k) == idle:
            worst = INTERRUPTED if state in GONE or marks.get(k) == INTERRUPTED else state
            marks[k] = worst
    if not marks:
        return steps
    shown = [(float(k), word) for k, word in marks.items()]
    after = [(k + JUST_AFTER, at(steps, k + JUST_AFTER)) for k in marks]
    kept = [one for one in steps if one[0] not in marks]
    return thin_steps(sorted([*kept, *shown, *after], key=code_of))


def all_lost(many: Sequence[Steps]) -> list[Span]:
    """Spans in which every one of several is lost or off."""
    codes = sorted({code for steps in many for code, _ in steps})
    lost = [all(at(steps, code) in GONE for steps in many) for code in codes]
    ends = [*codes[1:], float("inf")]
    return [(a, b, OFF) for a, b, gone in zip(codes, ends, lost, strict=True) if gone]
