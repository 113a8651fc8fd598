"""Who waits for whom, as Slurm's `--dependency` says it.

`afterok:7:8,afterany:9` waits for all of them, `afterok:7?afterok:8` for one (sbatch(1) of Slurm
26.11, `--dependency`). A bare name asks that it completes; that is not Slurm's, whose bare numbers
are `afterany` and are made that where its own lines are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

MINUTE_S = 60.0
_MOST_MINUTES = 525_600
_DELAYED = re.compile(r"(.+?)\+(\d{1,9})")


class Relation(StrEnum):
    """What must have become of those that go before."""

    OK = "afterok"
    """Completed."""
    ANY = "afterany"
    """Ended, however they did."""
    NOT_OK = "afternotok"
    """Ended otherwise than complete: failed, cancelled or stopped at their time limit."""
    BEGUN = "after"
    """Begun to run, so many minutes ago."""
    SINGLETON = "singleton"
    """Ended, all of the same name and user that came before it."""


@dataclass(frozen=True)
class Condition:
    """One thing that a job waits for: all of some others."""

    relation: Relation
    names: tuple[str, ...] = ()
    """Jobs, or workloads; none for `singleton`."""
    delay_s: float = 0.0
    """Since they began."""

    def __str__(self) -> str:
        after = f"+{self.delay_s / MINUTE_S:g}" if self.delay_s else ""
        return ":".join([self.relation, *(f"{name}{after}" for name in self.names)])


Conditions = tuple[tuple[Condition, ...], ...]
"""What a job waits for: every clause, and of each clause one condition."""
KINDS = ", ".join(relation for relation in Relation)


def complete(names: Sequence[str]) -> Conditions:
    """All of some jobs or workloads complete; nothing where there is none."""
    return ((Condition(Relation.OK, tuple(names)),),) if names else ()


def one_failed(names: Sequence[str]) -> Conditions:
    """One of some jobs ended otherwise; nothing where there is none."""
    return (tuple(Condition(Relation.NOT_OK, (name,)) for name in names),) if names else ()


def parsed(text: str) -> Conditions:
    """What a text of Slurm's form asks for. Raises ValueError, naming what is allowed."""
    any_of = "?" in text
    if any_of and "," in text:
        raise ValueError("`,` between what must all be, or `?` for one of them, not both")
    parts = [part.strip() for part in re.split(r"[?,]", text)]
    conditions = [condition for part in parts for condition in _conditions(part)]
    if any_of:
        return (tuple(one for condition in conditions for one in _one_by_one(condition)),)
    return tuple((condition,) for condition in conditions)


def _one_by_one(condition: Condition) -> Iterator[Condition]:
    """Of `?` every name stands for itself."""
    if not condition.names:
        yield condition
    for name in condition.names:
        yield Condition(condition.relation, (name,), condition.delay_s)


def _conditions(part: str) -> list[Condition]:
    word, *names = (piece.strip() for piece in part.split(":"))
    if word.lower() == Relation.SINGLETON and not names:
        return [Condition(Relation.SINGLETON)]
    if not names and word and word.lower() not in set(Relation):
        return [Condition(Relation.OK, (word,))]
    allowed = [relation for relation in Relation if relation is not Relation.SINGLETON]
    if word.lower() not in allowed or not names or not all(names):
        raise ValueError(f"a name, or {KINDS}: such as afterany:NAME, or after:NAME+10 (minutes)")
    relation = Relation(word.lower())
    if relation is not Relation.BEGUN:
        return [Condition(relation, tuple(names))]
    return _delayed(names)


def _delayed(names: Sequence[str]) -> list[Condition]:
    """Names that may have minutes behind them; those of one delay in one condition."""
    by_delay: dict[float, list[str]] = {}
    for name in names:
        found = _DELAYED.fullmatch(name)
        minutes = int(found[2]) if found else 0
        if minutes > _MOST_MINUTES:
            raise ValueError(f"at most {_MOST_MINUTES:,} minutes behind a `+`")
        by_delay.setdefault(minutes * MINUTE_S, []).append(found[1] if found else name)
    return [Condition(Relation.BEGUN, tuple(held), delay) for delay, held in by_delay.items()]


def names_in(conditions: Conditions) -> tuple[str, ...]:
    """Everybody who is named, each once."""
    held = (name for clause in conditions for one in clause for name in one.names)
    return tuple(dict.fromkeys(held))


def told(conditions: Conditions) -> str:
    """In Slurm's words; clauses of several conditions in `?`."""
    return ",".join("?".join(map(str, clause)) for clause in conditions)


def has(conditions: Conditions, relation: Relation) -> bool:
    """Whether somebody is waited for so."""
    return any(one.relation is relation for clause in conditions for one in clause)


def all_parsed(texts: Iterable[str]) -> Conditions:
    """Several texts, all of which must hold. Raises ValueError."""
    return tuple(clause for text in texts for clause in parsed(text))
