"""One thread for matrix products, so that sums have one order on every machine.

A threaded product splits its sums by the number of threads, and floating-point sums in another
order have other last bits. The products here are small: a thread more saves nothing measurable.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
import scipy
from threadpoolctl import ThreadpoolController


@cache
def _loaded() -> ThreadpoolController:
    """The libraries at work; one can be limited only once it is loaded, and scipy loads its own
    when it is first asked.
    """
    scipy.linalg.norm(np.zeros(1))
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it, or in a function decorated with it, linear algebra runs on one thread.

    The caller's own setting is restored afterwards; a nested use changes nothing.
    """
    with _loaded().limit(limits=1, user_api="blas"):
        yield
