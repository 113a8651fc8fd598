"""Who waits for whom, as Slurm's `--dependency` says it.

`afterok:7:8,afterany:9` waits for all of them, `afterok:7?afterok:8` for one (sbatch(1) of Slurm
26.11, `--dependency`). A bare name asks that it completes; that is not Slurm's, whose bare numbers
are `afterany` and are made that where its own lines are read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
ALLOWED = (
    f"a name, or {', '.join(relation for relation in Relation)}: such as afterany:NAME, or "
    "after:NAME+10 (minutes)"
)


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
        raise ValueError(ALLOWED)
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


@dataclass(eq=False)
class _Open:
    """A condition, by the job and the place of the clause that it may meet."""

    job: str
    clause: int
    left: int = 0
    """Of those that it names, who may not come so far."""


def in_a_circle(asked: Mapping[str, Conditions]) -> dict[str, tuple[str, ...]]:
    """Names that could never come, however others end, and whom each of them waits for so: they
    wait for one another, and no `?` lets one of them out. Names that are not asked come.
    """
    waiting = {name: clauses for name, clauses in asked.items() if clauses}
    able = _able(waiting)
    stuck = waiting.keys() - able
    return {
        name: tuple(dict.fromkeys(_holding(clauses, stuck)))
        for name, clauses in waiting.items()
        if name in stuck
    }


def _holding(clauses: Conditions, stuck: Collection[str]) -> Iterator[str]:
    """Who of the stuck is named where a clause leaves no other way."""
    for clause in clauses:
        held = [[name for name in one.names if name in stuck] for one in clause]
        if all(held):
            yield from (name for names in held for name in names)


def _able(asked: Mapping[str, Conditions]) -> set[str]:
    """Who may come: first those who wait for nobody among these, then whoever waits for those."""
    unmet = {name: set(range(len(clauses))) for name, clauses in asked.items()}
    naming = _naming(asked, unmet)
    left = [name for name, clauses in unmet.items() if not clauses]
    able = set(left)
    for name in left:
        for held in naming.get(name, ()):
            held.left -= 1
            if not held.left:
                unmet[held.job].discard(held.clause)
            if not unmet[held.job] and held.job not in able:
                able.add(held.job)
                left.append(held.job)
    return able


def _naming(
    asked: Mapping[str, Conditions], unmet: Mapping[str, set[int]]
) -> Mapping[str, list[_Open]]:
    """(name) conditions that name it; clauses with one that names nobody among these are met."""
    naming: defaultdict[str, list[_Open]] = defaultdict(list)
    for name, clauses in asked.items():
        for place, clause in enumerate(clauses):
            for one in clause:
                held = _Open(name, place)
                for other in {other for other in one.names if other in asked}:
                    held.left += 1
                    naming[other].append(held)
                if not held.left:
                    unmet[name].discard(place)
    return naming
