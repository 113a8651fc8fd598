"""What was measured so far, a line an answer: a measurement that was killed goes on from there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from twin.errors import InputError, Problem


class Journal:
    """Answers by name, each appended to a file in one write before the next is asked for.

    `header` says what is measured on which device. Raises InputError where the file is of another
    measurement. A last line that was cut short is dropped. Without a path nothing is kept.
    """

    def __init__(self, path: Path | None, header: dict[str, Any]) -> None:
        self._path = path
        self._answers: dict[str, Any] = {}
        if path is None:
            return
        self._read(path, header)
        if not path.exists() or not path.stat().st_size:
            self._append({"header": header})

    def __len__(self) -> int:
        return len(self._answers)

    def __contains__(self, name: str) -> bool:
        return name in self._answers

    def __getitem__(self, name: str) -> Any:
        return self._answers[name]

    def put(self, name: str, answer: Any) -> Any:
        """Keep an answer; hands it back."""
        self._answers[name] = answer
        if self._path is not None:
            self._append({"name": name, "answer": answer})
        return answer

    def done(self) -> None:
        """Forget the file: what it held stands elsewhere now."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _read(self, path: Path, header: dict[str, Any]) -> None:
        text = path.read_bytes() if path.exists() else b""
        whole = text[: text.rfind(b"\n") + 1]
        if len(whole) < len(text):
            path.write_bytes(whole)
        lines = [json.loads(line) for line in whole.splitlines()]
        if not lines:
            return
        if lines[0].get("header") != json.loads(json.dumps(header)):
            hint = "finish it with the same device, software and options, or delete the file"
            found = f"a measurement of {lines[0].get('header')}"
            raise InputError([Problem("journal", found, str(header), hint, file=str(path))])
        self._answers = {line["name"]: line["answer"] for line in lines[1:]}

    def _append(self, line: dict[str, Any]) -> None:
        assert self._path is not None
        whole = (json.dumps(line) + "\n").encode()
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(handle, whole)
            os.fsync(handle)
        finally:
            os.close(handle)
