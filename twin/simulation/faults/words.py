"""How events of faults say a span of time."""

from __future__ import annotations


def seconds(span_s: float) -> str:
    """A span in seconds, as events say it."""
    return f"{span_s:,.0f} s" if span_s >= 10 else f"{span_s:g} s"
