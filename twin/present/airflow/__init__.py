"""The solved air of a hall as files: tables, a field for ParaView, figures."""

from __future__ import annotations

from twin.present.airflow.write import write

__all__ = ["write"]
