"""What can go wrong, drawn once.

    TwinError
     ├── InputError     the files say something that cannot be built      exit code 2
     ├── RunError       a run that began cannot go on                     exit code 1
     └── OutputError    what was computed cannot be written               exit code 1

An InputError carries every problem found, never only the first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

MOST_LISTED = 100
"""Problems that are listed one by one."""
MOST_KINDS = 20
"""Kinds of which it is told how often they come besides."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in the input: where it stands, what was found, what is allowed."""

    where: str
    """Path inside the document, such as `halls[0].rows[1].racks`; empty for the whole file."""
    found: str
    allowed: str
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = (
            f"{self.file or '<input>'}:{self.line}:{self.column}"
            if self.line
            else self.file or "<input>"
        )
        subject = f"{self.where}: " if self.where else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}: {subject}found {self.found}; allowed: {self.allowed}{hint}"


class TwinError(Exception):
    """Everything this program raises on purpose."""

    exit_code = 1


class InputError(TwinError):
    """Input that cannot be used; `problems` holds all of them."""

    exit_code = 2

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(listed(self.problems)))


def listed(problems: Iterable[Problem]) -> list[str]:
    """A line for each problem; of very many the first, then how often each kind comes besides."""
    held = list(problems)
    lines = [str(problem).replace("\n", " ") for problem in held[:MOST_LISTED]]
    further = Counter(_kind(problem) for problem in held[MOST_LISTED:])
    for kind, count in further.most_common(MOST_KINDS):
        lines.append(f"… and {count:,} more: {kind}")
    rest = sum(count for _, count in further.most_common()[MOST_KINDS:])
    return [*lines, f"… and {rest:,} of other kinds"] if rest else lines


def _kind(problem: Problem) -> str:
    """What a problem has in common with others: its place in any list, and what is allowed."""
    place = re.sub(r"\[\d+\]", "[]", problem.where)
    return f"{place}: allowed: {problem.allowed}" if place else f"allowed: {problem.allowed}"


def every_problem(*checks: Callable[[], object]) -> None:
    """Raise InputError with the problems of all checks, not of the first alone."""
    found: list[Problem] = []
    for check in checks:
        try:
            check()
        except InputError as error:
            found += [one for one in error.problems if one not in found]
    if found:
        raise InputError(found)


class RunError(TwinError):
    """A run that cannot go on, naming the simulated time; `kept` is the Result of what was
    computed, if any.
    """

    def __init__(self, message: str, kept: object | None = None) -> None:
        super().__init__(message)
        self.kept = kept


class OutputError(TwinError):
    """What was computed cannot be written: the disk is full, or the place is not to be changed."""


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """The members of the group of that name (`crah_1` and so on), or the nearest spelling, as a
    hint; nothing where none is near, and never the word itself.
    """
    names = [str(a) for a in allowed]
    numbered = re.compile(re.escape(str(word)) + r"_r?(\d+)")
    members = {int(m[1]): m[0] for m in map(numbered.fullmatch, names) if m}
    if 1 in members and len(members) > 1:
        return f"did you mean one of {members[1]} to {members[max(members)]}?"
    near = _alike(str(word), [name for name in names if name != str(word)])
    return f"did you mean {near!r}?" if near else ""


def _alike(word: str, names: Sequence[str]) -> str:
    """The name that differs in capitals alone, or the only one that goes on behind the word, else
    the nearest spelling; empty for none.
    """
    by_letters = {name.casefold(): name for name in reversed(names)}
    letters = word.casefold()
    if letters in by_letters:
        return by_letters[letters]
    longer = [name for name in by_letters if re.match(re.escape(letters) + r"[-_ .]", name)]
    if len(longer) == 1:
        return by_letters[longer[0]]
    if near := get_close_matches(word, names, n=1, cutoff=0.6):
        return near[0]
    near = get_close_matches(letters, by_letters, n=1, cutoff=0.6)
    return by_letters[near[0]] if near else ""
