"""Take up stored runs, one after another, in this process, and print what came of each as JSON.

A line a file: the SHA-256 of every file of its result, by name. The clock on the wall is left out.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256

import twin


def hashes(result: twin.Result) -> dict[str, str]:
    """SHA-256 of every table, of the summary, the scenario, its inputs and the metadata, by name."""
    found = {name: sha for name, _, sha in result._files()}
    meta = {key: value for key, value in result.meta.items() if key != "wall_s"}
    found["meta.json"] = sha256(json.dumps(meta, sort_keys=True).encode()).hexdigest()
    return found


def main(paths: list[str]) -> None:
    """Go on with each run to its end."""
    for path in paths:
        print(json.dumps(hashes(twin.resume(path).until().result())), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
