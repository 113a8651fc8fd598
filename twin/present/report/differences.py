"""Pages of differences: a first section without a heading of its own, then chapters; no scripts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from markupsafe import Markup

from twin.present.blocks import Section
from twin.present.report import environment, stylesheet


def differences_page(
    kind: str, title: str, over: str, sections: Sequence[Section], verdict: str = ""
) -> str:
    """One HTML page that needs nothing else; the same sections give the same bytes.

    kind      what sort of page it is, behind the title in the browser's list
    over      the line above the title
    verdict   what decides, in a sentence; nothing stands there where empty
    """
    style = stylesheet()
    return (
        environment()
        .get_template("differences.html.j2")
        .render(
            kind=kind,
            title=title,
            over=over,
            verdict=verdict,
            style=Markup(style),
            style_hash=b64encode(sha256(style.encode()).digest()).decode(),
            sections=sections,
        )
    )
