"""What reviewers said of two designs, judged by both: which decisions the change has made stale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twin.analysis.differences import Compared
from twin.analysis.sign_off import JudgedEntry, ReviewEntry, component_hashes, judge, last_decisions


@dataclass(frozen=True)
class ChangeReview:
    """Everything that was said of either design, as it stands for each."""

    before: tuple[JudgedEntry, ...]
    after: tuple[JudgedEntry, ...]

    def decided(self, component: str) -> tuple[JudgedEntry, ...]:
        """The last decision of each reviewer on a component, as it stands for the second design."""
        held = (one for one in self.after if one.entry.component == component)
        return last_decisions(held)

    @property
    def made_stale(self) -> tuple[JudgedEntry, ...]:
        """Last decisions that stood for the first design and do not for the second."""
        stood = {one.entry for one in self.before if one.state == "current"}
        last = last_decisions(self.after)
        return tuple(one for one in last if one.state != "current" and one.entry in stood)


def change_review(a: Compared, b: Compared, said: Iterable[Iterable[ReviewEntry]]) -> ChangeReview:
    """Entries of one file or of two, each once, judged by both designs."""
    entries = list(dict.fromkeys(entry for file in said for entry in file))
    judged = [
        judge(entries, component_hashes(side.components, side.edges, side.layout))
        for side in (a, b)
    ]
    return ChangeReview(judged[0], judged[1])
