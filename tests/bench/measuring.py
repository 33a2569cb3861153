"""How rates are measured: in rounds taken in turns, since the machine is never quiet; what counts is the ratio."""

import statistics
import time
from collections.abc import Callable

ROUNDS = 5


def rate(work: Callable[[], object], times: int = 100) -> float:
    """How often a second."""
    began = time.perf_counter()
    for _ in range(times):
        work()
    return times / (time.perf_counter() - began)


def compared(pairs: list[tuple[float, float]], other: str) -> dict[str, float]:
    """The medians of two rates, and of their ratio round by round."""
    return {
        "per_second": round(statistics.median(ours for ours, _ in pairs), 1),
        f"{other}_per_second": round(statistics.median(theirs for _, theirs in pairs), 1),
        f"of_{other}": round(statistics.median(ours / theirs for ours, theirs in pairs), 4),
    }
