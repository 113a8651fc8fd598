"""`python -m twin` is `twin`."""

from __future__ import annotations

from twin.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
