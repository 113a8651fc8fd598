"""A stream of requests: how many, when in the day, how long; or as recorded."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, PositiveInt, model_validator

from twin.stated import FileName, Fraction, Rate, RowOf, Stated
from twin.traces import RequestTrace, read_requests
from twin.workload.guard import GuardedService

TOKENS_MAX = 10_000_000
"""Of one request; the longest context on offer in 2026 is a tenth of it."""


class Requests(Stated):
    """The request stream: how many, when in the day, how long."""

    rate: Rate | None = None
    """Mean arrivals a second over a day; a trace has its own where none is stated."""
    lengths: Annotated[str, Field(max_length=100), RowOf("requests")] = "azure_2023_conv"
    """Catalogue row with the published length statistics."""
    input_tokens: PositiveInt | None = Field(default=None, le=TOKENS_MAX)
    """Prompt of every request, in place of `lengths`."""
    output_tokens: PositiveInt | None = Field(default=None, le=TOKENS_MAX)
    """Answer of every request, hidden reasoning included."""
    cached_tokens: int = Field(default=0, ge=0, le=TOKENS_MAX)
    """Of each prompt, found in a prefix cache: held, and not read again."""
    shared_tokens: int = Field(default=0, ge=0, le=TOKENS_MAX)
    """That all prompts begin with, such as instructions of the system: read once and held once on a
    replica, in whole blocks, while its prefix cache is on."""
    trace: FileName | None = None
    """Requests as recorded: Azure, BurstGPT, Mooncake, AIPerf, a vLLM log or a plain table."""
    guards: GuardedService | None = None
    """Those of another service, read by this one as its guard."""
    diurnal_amplitude: Fraction = 0.5
    """Peak over mean, minus one, of the daily sinusoid."""
    peak_hour: float = Field(default=14.0, ge=0, lt=24)
    """Local hour of the daily peak."""
    burstiness: float = Field(default=4.0, ge=0.01, le=1e4)
    """Variance of the arrivals in a window over their mean; 1 is Poisson."""

    @model_validator(mode="after")
    def _one_source_of_lengths(self) -> Self:
        fixed = (self.input_tokens, self.output_tokens)
        if self.guards is not None:
            return self._as_a_guard(self.guards)
        if self.rate is None and self.trace is None:
            raise ValueError("a rate, such as `rate: 30 / s`, or a trace of requests")
        if None in fixed and fixed != (None, None):
            raise ValueError("input_tokens and output_tokens together, or neither")
        ways = [name for name in ("lengths", "input_tokens", "trace") if self._states(name)]
        if len(ways) > 1:
            raise ValueError(f"lengths from one place, not from {' and '.join(ways)}")
        for name in ("cached_tokens", "shared_tokens"):
            if self.input_tokens is not None and getattr(self, name) >= self.input_tokens:
                most = self.input_tokens - 1
                raise ValueError(f"{name} up to {most:,}: a prompt's last token is always read")
        return self

    def _as_a_guard(self, guarded: GuardedService) -> Self:
        """A guard has no stream and no lengths of its own."""
        own = ("rate", "trace", "lengths", "input_tokens", "output_tokens")
        stated = [name for name in own if self._states(name)]
        if stated:
            told = f"guards without {' and '.join(stated)}: requests are those of"
            raise ValueError(f"{told} {guarded.service}")
        most = guarded.instructions_tokens
        for name in ("cached_tokens", "shared_tokens"):
            if getattr(self, name) > most:
                raise ValueError(f"{name} up to the {most:,} instructions_tokens of a guard")
        return self

    def _states(self, name: str) -> bool:
        """Whether a key says something: the default, written out, says nothing, for a resolved
        scenario holds it beside what stands in its place.
        """
        return bool(getattr(self, name) != type(self).model_fields[name].default)

    @property
    def by_row(self) -> bool:
        """Whether a catalogue row says how long they are."""
        return self.input_tokens is None and self.trace is None and self.guards is None

    def recorded(self) -> RequestTrace | None:
        """The trace, as its file stands now; None where none is named."""
        if self.trace is None:
            return None
        path = Path(self.trace)
        stamp = path.stat()
        return _read(path, stamp.st_size, stamp.st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, size: int, changed_ns: int) -> RequestTrace:
    """The trace of a file as it stands: one that changes is read again."""
    return read_requests(path)
