"""The demonstration as one thing: the whole service on made-up people, with a post room and a movable time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import select

from answerable.demo.clock import Clock
from answerable.demo.happenings import Happening, Happenings
from answerable.demo.world import directory_of, staff_of
from answerable.now import MovableTime
from answerable.settings import ROOT, PartnershipSettings, Settings
from answerable.wiring import Service, build
from cases.holidays import england
from cases.policy_files.reading import LoadedPolicy, read_policies
from cases.staff.staff_list import StaffList
from cases.store.database import Database
from cases.store.setup import migrate
from cases.tables import cases
from cases.vault import MasterKeys
from cases.watching.pulse import CLOCKS, LETTERS
from mailer.transports.folder import Folder
from scheduler.digests import Mornings
from scheduler.timetable import Job
from scheduler.watch import Watch

BOUNDARY = "post-room.example"  # the authserv-id of the demonstration's own mail server


@dataclass(frozen=True, slots=True)
class Moved:
    """A move of the time, and what happened on the way."""

    start: datetime
    end: datetime
    happened: tuple[Happening, ...]
    letters: tuple[str, ...]  # ids of the letters that went out


class Demo:
    """Everything lives in one folder, made afresh. Raises PolicyError, SettingsError, DatabaseUnavailable."""

    def __init__(self, folder: Path, time: MovableTime, port: int, policies: Path = ROOT / "policies") -> None:
        self.time = time
        self.post_room = Folder(folder / "post-room")
        settings = _settings(folder, port, policies, read_policies(policies))
        migrate(Database(settings.database))
        built = build(settings, now=time, transport=self.post_room, reserved_only=True)
        mornings = Mornings(self._in_use, built.digests.make, built.digests.overdue)
        watch = Watch(lambda: time().timestamp(), _ignored, _ignored)  # its time is moved on purpose
        self.service: Service = replace(built, mornings=mornings, watch=watch)
        self._fill_directories()
        self._fill_staff_lists()
        self._witnessed = date.min
        self.clock = Clock(time, self._work, self.service.casework.next_thing, self._next_digest)
        self.happenings = Happenings(self.service)
        self.latest: Moved | None = None

    def jobs(self) -> tuple[Job, ...]:
        """The service's own jobs for the ticker, each kept apart from a move of the time."""
        return tuple(Job(job.name, job.every, partial(self._guarded, job)) for job in self.service.jobs())

    def settle(self) -> None:
        """Do everything that is due now, such as sending the letters that an answer caused."""
        self.clock.settle(self.time())

    def move_to(self, moment: datetime) -> Moved:
        """Move on, through everything that is due on the way. A moment that is past already changes nothing."""
        return self._moving(lambda: self.clock.move_to(moment))

    def move_by(self, length: timedelta) -> Moved:
        return self.move_to(self.time() + length)

    def move_to_next(self) -> Moved:
        """Move to the next thing that happens by itself, and let it happen."""
        return self._moving(self.clock.move_to_next)

    def upcoming(self) -> Happening | None:
        """The next thing that happens by itself; what is due already is done first."""
        self.settle()
        return self.happenings.upcoming(self.time())

    def _moving(self, move: Callable[[], None]) -> Moved:
        with self.clock.lock:
            start, before, posted = self.time(), self.happenings.mark(), len(self.post_room.letters())
            move()
            end = self.time()
            for thread in (CLOCKS, LETTERS):  # both were at work all the way
                self.service.pulse.beat(thread, end)
            letters = tuple(each.id for each in self.post_room.letters()[posted:])
            self.latest = Moved(start, end, self.happenings.since(before, end), letters)
            return self.latest

    def _work(self, now: datetime) -> bool:
        """Do once what the service's jobs do. Says whether there was anything."""
        self._witness(now)
        waiting = self.service.correspondence.waiting("stored")
        self.service.mailbox.judge_waiting(now)
        made = self.service.mornings.look(now)
        self.service.keep_directory(now)
        looked = self.service.chasing.sweep(now)
        sent = self.service.outbox.drain(now) if self.service.outbox else 0
        return bool(waiting or made or looked or sent)

    def _next_digest(self, now: datetime) -> datetime | None:
        return min((self.service.digests.next_morning(key, now) for key in self._in_use(now)), default=None)

    def _in_use(self, now: datetime) -> list[str]:
        """The partnerships that had a case before today: the others' digests would say nothing."""
        today = england().end_of(england().local_date(now) - timedelta(days=1))
        earlier = select(cases.c.partnership_id).where(cases.c.opened_at < today).distinct()
        with self.service.database.read() as connection:
            used = set(connection.execute(earlier).scalars())
        return [key for key in self.service.casework.partnerships if key in used]

    def _witness(self, now: datetime) -> None:
        """The day's checkpoint of the record, at the first work of a day."""
        today = england().local_date(now)
        if today > self._witnessed:
            self._witnessed = today
            for partnership in self.service.casework.partnerships:
                self.service.ledger.take_checkpoint(partnership, now)

    def _guarded(self, job: Job, now: datetime) -> None:
        with self.clock.lock:
            job.run(max(now, self.time()))

    def _fill_directories(self) -> None:
        for key, office in self.service.casework.partnerships.items():
            agencies, people = directory_of(office.loaded.policy)
            self.service.casework.replace_directory(key, agencies, people, self.time())

    def _fill_staff_lists(self) -> None:
        for key, office in self.service.casework.partnerships.items():
            for name, email, role in staff_of(office.loaded.policy):
                StaffList(self.service.casework).put(key, email, name, role, "the demonstration", self.time())


def _ignored(*of_the_clock: object) -> None: ...


def _settings(folder: Path, port: int, where: Path, policies: Mapping[str, LoadedPolicy]) -> Settings:
    return Settings(
        database=folder / "demo.sqlite",
        master_key=SecretStr(MasterKeys.new_text()),
        base_url=f"http://127.0.0.1:{port}",
        port=port,
        trust_anchor=BOUNDARY,
        policies=where,
        partnerships={key: _addresses(loaded) for key, loaded in policies.items()},
    )


def _addresses(loaded: LoadedPolicy) -> PartnershipSettings:
    partnership = loaded.policy.partnership
    return PartnershipSettings(inbox=partnership.inbox, business_support=f"business.support@{partnership.reply_domain}")
