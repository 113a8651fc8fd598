"""The question that a run answers, as a fingerprint: scenario, its files and the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256


def fingerprint(scenario_yaml: str, catalogue_hash: str, inputs: Mapping[str, bytes]) -> str:
    """SHA-256 over the resolved scenario, the catalogue's rows, and the bytes of its files."""
    files = {name: sha256(inputs[name]).hexdigest() for name in sorted(inputs)}
    return sha256(f"{scenario_yaml}\n{catalogue_hash}\n{files}".encode()).hexdigest()
