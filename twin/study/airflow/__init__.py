"""The air of a hall solved, kept, and compared with measurements."""

from __future__ import annotations

from twin.study.airflow.ask import airflow

__all__ = ["airflow"]
