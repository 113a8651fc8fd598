"""A guard: a small model that reads what another service is asked, and what it answers."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from twin.stated import Fraction, Stated

GUARD_TOKENS_MAX = 1_000_000
"""Of a guard's instructions or verdict."""


class GuardedService(Stated):
    """Whose requests a guard reads: each prompt before it is answered, each answer once it is
    made, or both.
    """

    service: str = Field(max_length=100)
    """Inference workload of this scenario."""
    reads: tuple[Literal["prompt", "answer"], ...] = Field(default=("prompt", "answer"))
    """What it reads; an answer together with its prompt."""
    instructions_tokens: NonNegativeInt = Field(default=0, le=GUARD_TOKENS_MAX)
    """The policy before each; `shared_tokens` says how much of it is held once and not read again,
    `cached_tokens` how much is not read again."""
    verdict_tokens: PositiveInt = Field(default=5, le=GUARD_TOKENS_MAX)
    """What it answers."""
    prompt_check: Literal["before", "beside"] = "before"
    """Whether an answer begins only when its prompt has passed, or is made meanwhile and shown
    once it has."""
    answer_check: Literal["streamed", "held"] = "streamed"
    """Whether tokens of an answer are shown as they are made, or once all of it has been read."""
    blocked: Fraction = 0.0
    """Share of prompts that it stops: the service never sees them."""

    @model_validator(mode="after")
    def _reads_something(self) -> Self:
        if not self.reads or len(set(self.reads)) < len(self.reads):
            raise ValueError("reads prompt, answer, or both, each once")
        if self.blocked > 0 and "prompt" not in self.reads:
            raise ValueError("blocked with prompt in `reads`: an answer that was read is made")
        return self
