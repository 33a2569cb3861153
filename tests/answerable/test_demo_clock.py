from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from answerable.demo.clock import Clock
from answerable.demo.demo import Demo
from answerable.demo.letters import read_letter
from answerable.now import MovableTime
from cases.submission import Submission

BEGAN = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)


class Due:
    """Things that fall due; each is worked off once its time has come, and may cause another one later."""

    def __init__(self, *hours: float, causes: timedelta | None = None) -> None:
        self.open = [BEGAN + timedelta(minutes=round(each * 60)) for each in hours]
        self.done: list[tuple[datetime, datetime]] = []
        self.causes = causes

    def work(self, now: datetime) -> bool:
        ready = [each for each in self.open if each <= now]
        for each in ready:
            self.open.remove(each)
            self.done.append((each, now))
            if self.causes and len(self.done) < 5:
                self.open.append(each + self.causes)
        return bool(ready)

    def next_thing(self) -> datetime | None:
        return min(self.open, default=None)


def moved(due: Due) -> tuple[Clock, MovableTime]:
    time = MovableTime(BEGAN)
    return Clock(time, due.work, due.next_thing), time


@given(st.lists(st.integers(5, 60_000), max_size=8, unique=True), st.integers(5, 60_000))
def test_what_is_due_is_done_in_order_at_its_own_moment_and_nothing_past_the_target(
    minutes: list[int], until: int
) -> None:
    due = Due(*(each / 60 for each in minutes))
    clock, time = moved(due)
    target = BEGAN + timedelta(minutes=until)
    clock.move_to(target)
    assert [at for at, _ in due.done] == sorted(BEGAN + timedelta(minutes=each) for each in minutes if each <= until)
    assert all(at == now for at, now in due.done)
    assert all(each > target for each in due.open)
    assert time() - target < timedelta(minutes=1)


def test_what_a_step_causes_on_the_way_happens_on_the_way_too() -> None:
    due = Due(1, causes=timedelta(hours=2))
    clock, _ = moved(due)
    clock.move_to(BEGAN + timedelta(hours=6))
    assert [at - BEGAN for at, _ in due.done] == [timedelta(hours=1), timedelta(hours=3), timedelta(hours=5)]


def test_next_goes_to_the_next_thing_and_no_further() -> None:
    due = Due(30, 31)
    clock, time = moved(due)
    clock.move_to_next()
    assert [at for at, _ in due.done] == [BEGAN + timedelta(hours=30)]
    assert BEGAN + timedelta(hours=30) <= time() < BEGAN + timedelta(hours=30, minutes=1)


def test_next_stays_where_it_is_when_nothing_waits() -> None:
    clock, time = moved(Due())
    clock.move_to_next()
    assert time() - BEGAN < timedelta(minutes=1)


def test_a_moment_that_is_past_changes_nothing() -> None:
    clock, time = moved(Due(5))
    clock.move_to(BEGAN - timedelta(days=3))
    assert BEGAN <= time() < BEGAN + timedelta(minutes=1)


def test_what_cannot_be_done_does_not_hold_the_time_up() -> None:
    time = MovableTime(BEGAN)
    clock = Clock(time, lambda now: False, lambda: BEGAN + timedelta(hours=1))
    clock.move_to(BEGAN + timedelta(days=1))
    assert time() >= BEGAN + timedelta(days=1)


def test_settling_ends_even_when_every_step_causes_another() -> None:
    calls: list[datetime] = []

    def work(now: datetime) -> bool:
        calls.append(now)
        return True

    Clock(MovableTime(BEGAN), work, lambda: None).settle(BEGAN)
    assert set(calls) == {BEGAN}
    assert len(calls) < 1000


def test_the_tickers_jobs_wait_for_a_move_to_end_and_see_the_time_that_it_reached(tmp_path: Path) -> None:
    demo = Demo(tmp_path, MovableTime(BEGAN), 8000)
    seen: list[bool] = []
    original = demo.service.mailbox.judge_waiting

    def judged(now: datetime) -> None:
        seen.append(now >= BEGAN + timedelta(days=2))
        original(now)

    demo.service.mailbox.judge_waiting = judged  # type: ignore[method-assign]  # the seam between job and mailbox
    demo.move_to(BEGAN + timedelta(days=2))
    seen.clear()
    next(each for each in demo.jobs() if each.name.startswith("judge")).run(BEGAN)
    assert seen == [True]


def test_the_morning_digests_lie_in_the_post_room_of_partnerships_that_have_cases(tmp_path: Path) -> None:
    demo = Demo(tmp_path, MovableTime(BEGAN), 8000)
    key = next(iter(demo.service.casework.partnerships))
    demo.move_to(BEGAN + timedelta(days=3))
    assert digests_of(demo) == []
    demo.service.casework.receive(key, Submission("a@kingfisher-hospitals.example", "Alice"), demo.time())
    demo.settle()
    assert digests_of(demo) == []  # its first is that of the next working morning
    demo.move_to(BEGAN + timedelta(days=6))  # from Monday to Thursday
    assert [each.partition("– ")[2] for each in digests_of(demo)] == [
        "Tuesday 1 December 2026",
        "Wednesday 2 December 2026",
        "Thursday 3 December 2026",
    ]


def test_next_does_not_stop_at_a_morning_on_which_nothing_else_happens(tmp_path: Path) -> None:
    demo = Demo(tmp_path, MovableTime(BEGAN), 8000)
    key = next(iter(demo.service.casework.partnerships))
    demo.service.casework.receive(key, Submission("a@kingfisher-hospitals.example", "Alice"), demo.time())
    demo.settle()
    upcoming = demo.upcoming()
    assert upcoming
    demo.move_to_next()
    assert demo.time() - upcoming.at < timedelta(minutes=1)


def digests_of(demo: Demo) -> list[str]:
    """The subjects of the digests in the post room."""
    subjects = [read_letter(each).subject for each in demo.post_room.letters()]
    return [each for each in subjects if "– " in each]
