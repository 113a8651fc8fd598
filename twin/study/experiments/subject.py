"""What a study evaluates: anything that makes numbers of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from types import CodeType
from typing import Any, Protocol

from twin.errors import TwinError
from twin.study.experiments.canonical import canonical
from twin.study.experiments.case import Case, CaseAnswer

Function = Callable[..., float | Mapping[str, float]]
"""Takes the varied values by name (and `seed`, where it names it); gives one number or several."""


Keyed = tuple[str, Case]
"""A case with its key: SHA-256 of all that its answer depends on."""
Begins = Callable[[str], None]
"""Called with the key of a case before it is evaluated."""


class Subject(Protocol):
    """What is asked the same question in every case. Goes to other processes as it is."""

    def keyed(self, cases: Sequence[Case]) -> list[str]:
        """The key of each case: equal keys have equal answers.

        Raises InputError with everything in the cases that cannot be evaluated, before any is.
        """
        ...

    def pieces(self, cases: Sequence[Keyed], workers: int) -> list[list[Keyed]]:
        """The same in pieces, of which each is best answered by one worker, all at once."""
        ...

    def answers(self, cases: Sequence[Keyed], begins: Begins) -> Iterator[tuple[str, CaseAnswer]]:
        """Every key with its answer, in any order; a case that fails has an answer that says so."""
        ...


def answered(evaluate: Callable[[], Mapping[str, float]]) -> CaseAnswer:
    """What came of a case, whatever happens in it: a failure is an answer too."""
    try:
        return CaseAnswer(evaluate())
    except TwinError as error:
        return CaseAnswer(failure=_one_line(str(error)))
    except Exception as error:
        return CaseAnswer(failure=_one_line(f"{type(error).__name__}: {error}"))


def _one_line(text: str) -> str:
    return " ".join(text.split())[:500]


@dataclass(frozen=True)
class FunctionSubject:
    """A function of the varied values, such as `lambda x, y: x + y`, or `def queue(rate, seed)`."""

    function: Function

    def keyed(self, cases: Sequence[Case]) -> list[str]:
        """Of the function's own code, the values and the seed; what it calls is not seen."""
        name = f"{self.function.__module__}.{getattr(self.function, '__qualname__', '')}"
        code = _code(getattr(self.function, "__code__", None))
        return [
            sha256(
                canonical([name, code, case.arm, dict(case.values), case.seed]).encode()
            ).hexdigest()
            for case in cases
        ]

    def pieces(self, cases: Sequence[Keyed], workers: int) -> list[list[Keyed]]:
        """Each by itself, as they come."""
        return [[one] for one in cases]

    def answers(self, cases: Sequence[Keyed], begins: Begins) -> Iterator[tuple[str, CaseAnswer]]:
        """One call of the function a case."""
        for key, case in cases:
            begins(key)
            yield key, answered(partial(self.outcomes, case))

    def outcomes(self, case: Case) -> Mapping[str, float]:
        """What the function gives: its numbers by name, or one called `value`."""
        given = dict(case.values)
        names = _names(self.function)
        given |= {
            name: value
            for name, value in (("seed", case.seed), ("arm", case.arm))
            if name in names and name not in given
        }
        found = self.function(**given)
        if isinstance(found, Mapping):
            return {str(name): float(value) for name, value in found.items()}
        return {"value": float(found)}


def _names(function: Function) -> tuple[str, ...]:
    """The names of a function's arguments, as far as Python tells them."""
    code = getattr(function, "__code__", None)
    if code is None:
        return ()
    return tuple(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def _code(code: CodeType | None) -> list[Any]:
    """A function's code as plain values, those of functions inside it included."""
    if code is None:
        return []
    return [code.co_code.hex(), [_constant(one) for one in code.co_consts], list(code.co_names)]


def _constant(value: Any) -> Any:
    if isinstance(value, CodeType):
        return _code(value)
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)
