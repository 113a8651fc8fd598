"""The order of a chapter on paper: no page is left half empty for a picture that follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.platypus import Flowable, Spacer

from twin.present.blocks import Block, Grid, Picture, Section
from twin.present.paper import PrintedPicture, block, height, opening

_SHORT = A4[1] / 2
"""Tables no higher than this may stand before their chapter's picture."""


def chapter(number: int, section: Section) -> Iterator[Any]:
    """A chapter whole: its heading, with what stands first below it on the same page, and its
    blocks.
    """
    first = (fillers(section) or section.blocks or [None])[0]
    yield from opening(number, section, first)
    yield from body(section)


def body(section: Section) -> Iterator[Any]:
    """A chapter's blocks in their order; where it begins with a picture that does not fit what is
    left of the page, its short tables come first.
    """
    tables = fillers(section)
    if not tables:
        yield from _laid(section.blocks)
        return
    others = [one for one in section.blocks if one not in tables]
    first = section.blocks[0]
    assert isinstance(first, Picture)
    yield AsItFits(PrintedPicture(first), section.blocks, [*tables, *others])


def fillers(section: Section) -> list[Grid]:
    """Tables that may stand before the picture that a chapter begins with."""
    if not (section.blocks and isinstance(section.blocks[0], Picture)):
        return []
    tables = [one for one in section.blocks if isinstance(one, Grid) and not one.again]
    return [one for one in tables if height(one) <= _SHORT]


class AsItFits(Flowable):
    """Blocks in one order where a picture fits what is left of a page, in another where not."""

    def __init__(
        self, picture: PrintedPicture, if_so: Sequence[Block], if_not: Sequence[Block]
    ) -> None:
        super().__init__()
        self._picture = picture
        self._if_so = if_so
        self._if_not = if_not

    def wrap(self, wide: float, high: float) -> tuple[float, float]:
        """More than any page: it always stands as its parts."""
        return wide, 1e6

    def split(self, wide: float, high: float) -> list[Flowable]:
        """Its blocks in the order that suits so much room; a space first, which always fits."""
        fits = self._picture.wrap(wide, high)[1] <= high
        return [Spacer(wide, 0.01), *_laid(self._if_so if fits else self._if_not)]


def _laid(blocks: Sequence[Block]) -> Iterator[Any]:
    for one in blocks:
        yield from block(one)
