"""How long some work takes."""

import time
from collections.abc import Callable

Work = Callable[[], object]


def seconds(work: Work) -> float:
    """How long some work takes, in seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best_of(times: int, work: Work) -> float:
    """The shortest of several times, in seconds: noise only adds to them."""
    return min(seconds(work) for _ in range(times))
