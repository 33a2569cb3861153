"""How often one visitor may do one kind of thing, counted in the memory of this process."""

from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple


class Limit(NamedTuple):
    """At most `times` within any stretch of `within`."""

    times: int
    within: timedelta


class Limits:
    """Sliding windows, one for each pair of kind and key (an address, a link, or "" for everyone together)."""

    def __init__(self, kinds: Mapping[str, Limit]) -> None:
        self._kinds = kinds
        self._seen: dict[str, dict[str, deque[datetime]]] = {kind: defaultdict(deque) for kind in kinds}
        self._lock = Lock()

    def allow(self, kind: str, key: str, now: datetime) -> bool:
        """Count one more and say whether it is within the limit; one refused is not counted.

        `now` is an aware UTC time. Raises KeyError for an unknown kind. For the page: `raise HTTPException(429)`.
        """
        times, within = self._kinds[kind]
        with self._lock:
            self._forget(kind, now - within)
            seen = self._seen[kind][key]
            if len(seen) >= times:
                return False
            seen.append(now)
            return True

    def _forget(self, kind: str, before: datetime) -> None:
        for key, seen in list(self._seen[kind].items()):
            while seen and seen[0] <= before:
                seen.popleft()
            if not seen:
                del self._seen[kind][key]
