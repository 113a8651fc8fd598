"""What a study's report shows, as plain values: the study fills it, the report draws it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class IndexBar:
    """How strongly one parameter moves an outcome, and how sure that is."""

    label: str
    value: float
    reach: float = 0.0
    """Half of a 95 % interval; 0 where there is none."""
    also: float | None = None
    """A second index beside it, such as the first order beside the total."""


@dataclass(frozen=True)
class SwingBar:
    """An outcome with one parameter at its low and at its high value."""

    label: str
    at_low: float
    at_high: float


@dataclass(frozen=True)
class BarFigure:
    """Parameters by how far they move one outcome, the widest first."""

    outcome: str
    words: str
    """What the length of a bar is."""
    bars: tuple[IndexBar, ...] = ()
    swings: tuple[SwingBar, ...] = ()
    base: float = 0.0
    also: str = ""
    """What the second index is, where there is one."""
    title: str = "one at a time"
    """How the ends of swings were looked at."""


@dataclass(frozen=True)
class IntervalRow:
    """An estimate with its interval."""

    label: str
    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class IntervalFigure:
    """Estimates below one another, against a value that matters."""

    title: str
    axis: str
    rows: tuple[IntervalRow, ...]
    reference: float | None = 0.0


@dataclass(frozen=True)
class FrontPoint:
    """A point of a search in two goals."""

    x: float
    y: float
    standing: str
    """`front`, `beaten`, or `misses` (a limit)."""
    label: str = ""


@dataclass(frozen=True)
class FrontFigure:
    """Points in two goals; those that failed have no place and are counted."""

    x_name: str
    y_name: str
    points: tuple[FrontPoint, ...]
    failed: int = 0


@dataclass(frozen=True)
class CourseLine:
    """How an estimate settled as runs came in."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class CourseFigure:
    """Estimates along the number of runs, or along what varies."""

    title: str
    x_name: str
    y_name: str
    lines: tuple[CourseLine, ...]
    reference: float | None = None
    how: str = "as runs came in"
    """What a point of a line is."""


class Share(float):
    """A part of one, which a page shows in per cent."""


class SharePoints(Share):
    """One share less another, which a page shows in percentage points."""


class OutcomeNumber(float):
    """A number of an outcome, which a page shows in words: `96.71 USD`."""

    words: str

    def __new__(cls, value: float, words: str) -> OutcomeNumber:
        """The number, and how it is said."""
        made = super().__new__(cls, value)
        made.words = words
        return made


@dataclass(frozen=True)
class PageTable:
    """A table as numbers and words."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    note: str = ""


Chart = BarFigure | IntervalFigure | FrontFigure | CourseFigure


@dataclass(frozen=True)
class PageSection:
    """A chapter: what it says, its figures, and the tables behind them."""

    title: str
    says: tuple[str, ...]
    figures: tuple[Chart, ...] = ()
    tables: tuple[PageTable, ...] = ()


@dataclass(frozen=True)
class StudyPage:
    """A study's report: the first page decides, sections say why."""

    name: str
    kind: str
    """`sensitivity`, `comparison`, `optimisation` or `study`."""
    question: str
    version: str
    verdict: str
    mood: str
    """`good`, `bad` or `plain`."""
    tiles: tuple[tuple[str, str, str], ...]
    """Label, value, and what stands below it."""
    sentences: tuple[str, ...]
    failed: tuple[str, ...]
    """Cases that failed, with their reasons."""
    sections: tuple[PageSection, ...]
