"""How long a request may be: what its model was released for, or what its engine is set to."""

from __future__ import annotations

import math

from twin.catalogue.rows import Model

STRETCHED = "state the longest that positions are stretched to (vLLM's max_model_len)"
"""What makes a longer request possible, before where it is stated."""


def longest_request(model: Model, stated: int | None) -> float:
    """Tokens of prompt and answer that an engine takes at most; no end where nobody says.

    stated   of the engine, where a planner has set it
    """
    return stated or model.context_tokens or math.inf


def stretched(model: Model, sequence_tokens: int) -> tuple[str, ...]:
    """What to say of training on sequences beyond what a model was released for; else nothing."""
    most = longest_request(model, None)
    if sequence_tokens <= most:
        return ()
    return (f"sequences of {sequence_tokens:,} tokens; {model.name} was released for {most:,}",)


def allowed_request(model: Model, stated: int | None) -> str:
    """The same in words, with whose limit it is."""
    most = longest_request(model, stated)
    whose = "the engine is set to" if stated else f"{model.name} was released for"
    return f"at most the {most:,} tokens that {whose}, prompt and answer together"
