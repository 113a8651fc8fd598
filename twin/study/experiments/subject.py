"""What a study evaluates: anything that makes numbers of a case."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from types import CodeType
from typing import Any, Protocol

from twin.errors import TwinError
from twin.study.experiments.canonical import canonical
from twin.study.experiments.case import Case, CaseAnswer

Function = Callable[..., float | Mapping[str, float]]
"""Takes the varied values by name (and `seed`, where it names it); gives one number or several."""


class Subject(Protocol):
    """What is asked the same question in every case. Goes to other processes as it is."""

    def check(self, cases: Sequence[Case]) -> None:
        """Raise InputError with everything in the cases that cannot be evaluated, before any is."""
        ...

    def key(self, case: Case) -> str:
        """SHA-256 of all that the answer depends on: equal keys have equal answers."""
        ...

    def shared(self, case: Case) -> str:
        """What cases have in common that are best evaluated one after another."""
        ...

    def outcomes(self, case: Case) -> Mapping[str, float]:
        """The numbers that come of a case. Raises whatever it stumbles on."""
        ...


def answered(subject: Subject, case: Case) -> CaseAnswer:
    """What came of a case, whatever happens in it: a failure is an answer too."""
    try:
        return CaseAnswer(subject.outcomes(case))
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

    def check(self, cases: Sequence[Case]) -> None:
        """Nothing to check: what a function takes, only the function knows."""

    def key(self, case: Case) -> str:
        """Of the function's own code, the values and the seed; what it calls is not seen."""
        code = getattr(self.function, "__code__", None)
        name = f"{self.function.__module__}.{getattr(self.function, '__qualname__', '')}"
        told = [name, _code(code), case.arm, dict(case.values), case.seed]
        return sha256(canonical(told).encode()).hexdigest()

    def shared(self, case: Case) -> str:
        """Nothing."""
        return ""

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
