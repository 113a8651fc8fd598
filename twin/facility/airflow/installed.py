"""Whether the solver of airflow can run here."""

from __future__ import annotations

from importlib.util import find_spec

from twin.errors import InputError, Problem


def need_numba(asked_by: str) -> None:
    """InputError where the compiled kernels of the solver are not installed."""
    if find_spec("numba") is None:
        found = "no numba, which the airflow solver compiles its kernels with"
        cure = "pip install 'ai-factory-twin[airflow]'"
        raise InputError([Problem("", found, cure, file=asked_by)])
