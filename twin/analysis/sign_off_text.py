"""The text of a file of reviews with one more entry; all else stays as it was written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from twin.analysis.sign_off import ReviewEntry, ReviewFile, judge, read_reviews
from twin.errors import InputError, Problem
from twin.scenario.yaml.document import parse
from twin.scenario.yaml.validate import build_model

_HEAD = "# Notes and decisions on the components of this design; see docs/usd_assets.md.\n"


def with_entry(text: str, entry: ReviewEntry) -> str:
    """The file's text, or a new file's, with an entry added as a line of its list."""
    line = f"  - {_braces(entry)}\n"
    if not text.strip():
        return f"{_HEAD}version: 1\nreviews:\n{line}"
    return f"{text.rstrip()}\n{line}"


def begun_from(shared: Path, hashes: Mapping[str, str]) -> str:
    """The text that a layout's own file begins with: of the entries that it shared with other
    layouts those whose component stands in this one as it stood then.
    """
    text = ""
    for one in judge(read_reviews(shared), hashes):
        text = with_entry(text, one.entry) if one.state == "current" else text
    return text


def _braces(entry: ReviewEntry) -> str:
    """In JSON's quotes, which YAML reads."""
    said = entry.model_dump(exclude_defaults=True) | {"decision": entry.decision}
    order = ("component", "reviewer", "decision", "date", "hash", "note")
    parts = [f"{key}: {json.dumps(said[key], ensure_ascii=False)}" for key in order if key in said]
    return "{" + ", ".join(parts) + "}"


def checked(text: str, entry: ReviewEntry, path: Path) -> str:
    """The text, if it is one of reviews whose last entry is this one; InputError where not."""
    found = build_model(parse(text, path), ReviewFile)
    if found.reviews[-1:] != (entry,):
        words = "a list that ends elsewhere"
        raise InputError([Problem("reviews", words, "`reviews:` at the end", file=str(path))])
    return text
