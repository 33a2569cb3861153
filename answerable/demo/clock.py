"""Moves the demonstration's time: everything that falls due on the way is done in order, each at its own moment."""

from collections.abc import Callable
from datetime import datetime
from threading import RLock

from answerable.now import MovableTime

MOST_STEPS = 5_000
MOST_PASSES = 50


class Clock:
    """`work` does what is due at a moment and says whether there was any; `next_thing` is when more falls due.

    `on_the_way` is when something falls due that is done on the way to a moment, and for which nobody moves the time.
    The lock keeps the ticker, a move and an answer apart; whoever holds it may call again.
    """

    def __init__(
        self,
        time: MovableTime,
        work: Callable[[datetime], bool],
        next_thing: Callable[[], datetime | None],
        on_the_way: Callable[[datetime], datetime | None] = lambda now: None,
    ) -> None:
        self.lock = RLock()
        self._time = time
        self._work = work
        self._next_thing = next_thing
        self._on_the_way = on_the_way

    def settle(self, now: datetime) -> None:
        """Do what is due at `now`, and what follows from it, until nothing more is."""
        with self.lock:
            for _ in range(MOST_PASSES):
                if not self._work(now):
                    return

    def move_to(self, target: datetime) -> None:
        """Move to a moment, through everything that is due before it. One that is past already changes nothing."""
        with self.lock:
            reached = self._time()
            self.settle(reached)
            for _ in range(MOST_STEPS):
                upcoming = min(filter(None, (self._next_thing(), self._on_the_way(reached))), default=None)
                # What is still due after it was worked on cannot be done: the time goes on without it.
                if upcoming is None or upcoming > target or upcoming <= reached:
                    break
                self._time.move_to(upcoming)
                self.settle(upcoming)
                reached = upcoming
            self._time.move_to(target)
            self.settle(max(target, reached))

    def move_to_next(self) -> None:
        """Move to the next moment at which anything is due, if there is one."""
        with self.lock:
            self.settle(self._time())
            upcoming = self._next_thing()
            if upcoming:
                self.move_to(upcoming)
