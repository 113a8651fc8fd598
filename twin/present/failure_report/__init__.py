"""The failure report for people: an HTML page, a PDF, and the JSON document beside them."""

from __future__ import annotations

import json
from pathlib import Path

from twin.analysis.failure_parts.report import FailureReport
from twin.present.failure_report.page import render
from twin.present.failure_report.pdf import pdf_bytes
from twin.results.folder import write_whole, writing

__all__ = ["HTML", "JSON", "PDF", "pdf_bytes", "render", "write"]

HTML = "failure_report.html"
PDF = "failure_report.pdf"
JSON = "failure_report.json"


def write(report: FailureReport, folder: str | Path) -> list[Path]:
    """Write the three files into a folder, each whole or not at all; the page first.

    Raises OutputError where the disk refuses.
    """
    place = Path(folder)
    document = json.dumps(report.as_dict(), indent=2, allow_nan=False) + "\n"
    contents = {HTML: render(report).encode(), PDF: pdf_bytes(report), JSON: document.encode()}
    for name, data in contents.items():
        with writing("the failure report", place / name, ""):
            write_whole(place / name, data)
    return [place / name for name in contents]
