"""Jobs that can wait for cheap or clean electricity."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from twin.stated import YEAR_S, Duration, Fraction, Stated, Within


class Shifting(Stated):
    """How far a job may be moved, and by what."""

    by: Literal["carbon", "price"] = "carbon"
    """What the site's grid has least of when it runs."""
    max_shift: Annotated[Duration, Within(0.0, YEAR_S, "0 to 366 days")] | None = None
    """Most that its end may be put off beyond that of a run at once."""
    deadline: Annotated[Duration, Within(1.0, YEAR_S, "1 s to 366 days")] | None = None
    """Or when it must have ended, after it joined the queue."""
    interruptible: bool = False
    """Whether it may run in pieces; each further one waits as long as a restart does."""
    forecast_error: Fraction = 0.0
    """Standard deviation of the forecast's error over the signal's mean; 0 for one without error.
    Jobs are placed by the forecast and pay what was."""

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if (self.max_shift is None) == (self.deadline is None):
            raise ValueError("max_shift or deadline, one of them")
        return self

    def latest_end_s(self, submit_s: float, duration_s: float) -> float:
        """When a job of that length must have ended; one longer than its deadline runs at once."""
        if self.max_shift is not None:
            return submit_s + duration_s + self.max_shift
        return submit_s + max(self.deadline or 0.0, duration_s)
