"""Kinds of workload that begin when others have begun or ended."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from twin.traces.dependencies import ALLOWED, Conditions, Relation, all_parsed, has, parsed
from twin.workload.kind import WorkloadKind


def _sound(text: str) -> str:
    parsed(text)
    return text


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{ALLOWED}; or a list of these")
    return value


_Condition = Annotated[str, Field(max_length=400), AfterValidator(_sound)]
After = Annotated[
    tuple[_Condition, ...],
    BeforeValidator(_listed, json_schema_input_type=str | list[str]),
    Field(max_length=100),
]
"""One text or several, all of which must hold."""


class Following(WorkloadKind):
    """The ground of kinds that may wait for others."""

    after: After = ()
    """Workloads that must be complete before it begins; as Slurm says it, `afterany:` ended however
    they did, `afternotok:` failed, `after:NAME+10` begun ten minutes ago, `?` between what need
    not all be, and `singleton` for those of its own that came before."""

    @property
    def waits_for(self) -> Conditions:
        """What must have become of whom."""
        return all_parsed(self.after)

    @property
    def in_rounds(self) -> bool:
        """Whether several of its own may wait for one another."""
        return False

    @model_validator(mode="after")
    def _alone(self) -> Self:
        if has(self.waits_for, Relation.SINGLETON) and not self.in_rounds:
            raise ValueError(
                "after without singleton: it comes once, and waits for none of its own"
            )
        return self
