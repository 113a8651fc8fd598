"""Whether compiled kernels, of airflow or of requests one by one, can run here."""

from __future__ import annotations

from importlib.util import find_spec

from twin.errors import InputError, Problem


def need_numba(asked_by: str) -> None:
    """InputError where what compiles kernels is not installed."""
    if find_spec("numba") is None:
        found = "no numba, which compiles its kernels"
        cure = "pip install 'ai-factory-twin[airflow]'"
        raise InputError([Problem("", found, cure, file=asked_by)])
