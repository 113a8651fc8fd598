"""All commands at once, for who wants to see them."""

from __future__ import annotations

from twin.cli.tree import app_for

app = app_for([])
