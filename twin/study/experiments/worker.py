"""A process that answers cases: `python -m twin.study.experiments.worker`, fed on its standard
input.

Messages go both ways as Python's own serial form between processes of one program on one machine;
nothing of it is ever a file.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from typing import IO, Any

from twin.garbage import collect_rarely

BEGINS = "begins"
ANSWERS = "answers"
IDLE = "idle"


def main() -> None:
    """Take a subject, then batches of cases; send each answer as it comes, until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asked stops this process
    collect_rarely()
    asked = sys.stdin.buffer
    told = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a function prints is no message
    sys.path[:] = pickle.load(asked)
    try:
        work(pickle.load(asked), asked, told)
    except (EOFError, BrokenPipeError):
        return


def work(subject: Any, asked: IO[bytes], told: IO[bytes]) -> None:
    """Answer batches. Raises EOFError where whoever asked is gone."""
    while True:
        batch = pickle.load(asked)
        for key, answer in subject.answers(batch, lambda key: send(told, (BEGINS, key))):
            send(told, (ANSWERS, key, answer))
        send(told, (IDLE,))


def send(stream: IO[bytes], message: Any) -> None:
    """One message, whole."""
    pickle.dump(message, stream, protocol=pickle.HIGHEST_PROTOCOL)
    stream.flush()


if __name__ == "__main__":
    main()
