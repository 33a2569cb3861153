"""Time goes wrong: the service is down over due steps, clocks change twice a year or jump, threads die (E14 to E22)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from answerable import wiring
from answerable.settings import PartnershipSettings, Settings
from answerable.wiring import Service, build
from cases.case import Case
from cases.digest.daily import Digests
from cases.directory.directory import Agency, Person
from cases.holidays import england
from cases.mail.dispatch import Dispatch
from cases.policy_files.reading import read_policies
from cases.store import case_rows, outbox
from cases.store.database import Database
from cases.store.setup import migrate
from cases.submission import Submission
from cases.tables import audits, cases, checkpoints, clocks, gaps, letters, tasks
from cases.vault import MasterKeys
from cases.verbs import timing
from cases.verbs.decision import Draft
from cases.watching.pulse import CLOCKS, LETTERS, Pulse
from cases.working_time import CalendarDays, Hours, WorkingDays, due
from mailer.letters import Letters
from mailer.transports.folder import Folder

if TYPE_CHECKING:
    from tests.conftest import World

FRIDAY = datetime(2026, 11, 27, 10, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FORM = Submission(
    email="alice@homerton.example",
    name="Alice Osei",
    agency="homerton",
    other_agency="csc",
    other_name="Ben Carter",
    other_email="ben@csc.example",
    child="J.B.",
    concern="The referral was closed.",
)
PEOPLE = [
    Person("safeguarding_lead", "Dora Lea", "dora@homerton.example", "homerton"),
    Person("line_manager", "Lena Moss", "lena@homerton.example", "homerton"),
    Person("line_manager", "Carl Dean", "carl@csc.example", "csc"),
]


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "Letters", cache(Letters))
    monkeypatch.setattr(wiring, "read_policies", cache(read_policies))


@dataclass
class House:
    """A running service with a time of day and a steady clock that a test moves; its letters lie in a folder."""

    folder: Path
    now: datetime = FRIDAY
    ran: float = 0.0
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        migrate(Database(self.folder / "answerable.db"))
        self.settings = Settings(
            database=self.folder / "answerable.db",
            master_key=SecretStr(MasterKeys.new_text()),
            partnerships={
                "chscp": PartnershipSettings(
                    inbox="escalations@chscp.example", business_support="office@support.example"
                )
            },
        )
        self.start()
        agencies = [
            Agency("homerton", "Homerton Health", ("homerton.example",)),
            Agency("csc", "Social Care", ("csc.example",)),
        ]
        self.service.casework.replace_directory("chscp", agencies, PEOPLE, self.now)

    def start(self) -> None:
        """The process starts, now."""
        post_room = Folder(self.folder / "post-room")
        self.service = build(self.settings, lambda: self.now, post_room, steady=lambda: self.ran)
        self.service.pulse.began(self.now)

    def runs(self, length: timedelta) -> None:
        """Time goes on as it should, and everything that is due is done."""
        self.now += length
        self.ran += length.total_seconds()
        self.works()

    def works(self) -> None:
        """One round of the jobs."""
        self.service.act(self.now)
        for _ in range(10):
            if not self.service.send(self.now):
                break
        self.service.pulse.beat(CLOCKS, self.now)
        self.service.pulse.beat(LETTERS, self.now)

    def case(self, form: Submission = FORM) -> str:
        """A case whose raiser has confirmed; its first letters have gone."""
        opened = self.service.casework.receive("chscp", form, self.now)
        with self.service.database.read() as connection:
            stored = outbox.of_case(connection, opened.case_id, self.service.casework.keyring)
        code = next(letter.values["code"] for letter in stored if letter.purpose == "confirm")
        self.service.casework.confirm(opened.case_id, code, self.now)
        self.works()
        return opened.case_id

    def load(self, case_id: str) -> Case:
        with self.service.database.read() as connection:
            return case_rows.load(connection, case_id, self.service.casework.keyring)

    def posted(self, since: int = 0) -> list[Any]:
        """Every letter that went out, after so many."""
        found = Folder(self.folder / "post-room").letters()[since:]
        return [message_from_bytes(each.message, policy=default) for each in found]

    def subjects(self, since: int = 0, to: str = "") -> list[str]:
        return [str(each["Subject"]) for each in self.posted(since) if to in str(each["To"])]

    def kinds(self, case_id: str) -> list[str]:
        return [entry.kind for entry in self.service.ledger.record(case_id).entries]


@pytest.fixture
def house_at(tmp_path: Path) -> Iterator[Callable[[datetime], House]]:
    """A house whose service starts for the first time at a moment."""
    houses: list[House] = []

    def begin(start: datetime) -> House:
        houses.append(House(tmp_path, start))
        return houses[-1]

    yield begin
    for house in houses:
        house.service.reader.close()


@pytest.fixture
def house(house_at: Callable[[datetime], House]) -> House:
    return house_at(FRIDAY)


def text_of(message: Any) -> str:
    return " ".join(str(message.get_body(("plain",)).get_content()).split())


# --- E14 and E15: down -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_e14_down_over_two_due_steps_one_letter_goes_and_the_partnership_is_told(house: House) -> None:
    """On start: one mail for the latest due step, its text says that it is late; earlier steps are recorded as missed;
    the partnership is told; the clock is not extended."""
    case_id = house.case()
    clock = house.load(case_id).running("timescale")[0]
    steps = _steps(house, case_id, clock.key)
    house.runs(steps[0] - HOUR - house.now)  # the last that it saw
    before = len(house.posted())
    house.now = steps[2] + HOUR  # down over two steps, up after the third was due
    house.start()
    Dispatch(house.service.casework).let_go("chscp", house.now)  # after so long a person says that the time is right
    house.works()
    after = house.load(case_id).clock(clock.key)
    assert (after.due_at, after.due_day) == (clock.due_at, clock.due_day)
    assert "missed" in house.kinds(case_id)
    posted = house.posted(before)
    asked = [str(each["To"]) for each in posted if "overdue" in str(each["Subject"]).lower()]
    assert len(asked) == len(set(asked)) == 2  # one chase for each who is silent, however many steps went by
    late = next(each for each in posted if "ben@csc.example" in str(each["To"]))
    assert "was due" in text_of(late)
    assert clock.working.partition(":")[0] in text_of(late)
    digest = next(text_of(each) for each in posted if "office" in str(each["To"]) and "CHSCP: " in str(each["Subject"]))
    assert "The service did not run from" in digest
    assert (
        f"{house.load(case_id).reference}: Something fell due meanwhile; only its latest step is taken, and late."
        in digest
    )
    count = len(house.posted())
    house.works()
    assert len(house.posted()) == count


def _steps(house: House, case_id: str, key: str) -> list[datetime]:
    """When the first steps of a clock's ladder are due."""
    with house.service.database.read() as connection:
        case = house.load(case_id)
        draft = Draft(case, house.service.casework.moment(connection, case, house.now))
    clock = case.clock(key)
    return [timing.step_moment(draft, clock, clock.step + number) for number in range(3)]


@pytest.mark.slow
def test_e15_down_over_christmas_nothing_was_due_and_nothing_is_sent(house_at: Callable[[datetime], House]) -> None:
    """Down over Christmas (non-working days): nothing was due; nothing sent."""
    house = house_at(datetime(2026, 12, 23, 10, tzinfo=UTC))
    house.works()
    case_id = house.case()
    house.runs(datetime(2026, 12, 24, 9, tzinfo=UTC) - house.now)
    count, kinds = len(house.posted()), house.kinds(case_id)
    for day in (25, 26, 27, 28):  # Friday to the substitute day on Monday
        house.now = datetime(2026, 12, day, 12, tzinfo=UTC)
        house.start()
        house.works()
    assert len(house.posted()) == count
    assert house.kinds(case_id) == kinds
    house.now = datetime(2026, 12, 29, 8, tzinfo=UTC)
    house.start()
    house.works()
    assert [each for each in house.subjects(count) if "Tuesday 29 December 2026" in each]
    assert "missed" not in house.kinds(case_id)


# --- E16 and E17: the clock of the computer is changed ---------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("jump", [HOUR, DAY, 365 * DAY], ids=["an hour", "a day", "a year"])
def test_e16_the_clock_jumps_ahead_and_nothing_goes_until_a_person_says_that_the_time_is_right(
    house: House, jump: timedelta
) -> None:
    """The jump is noticed against the steady clock; above ten minutes sending is held until confirmed; nothing is
    mass-sent."""
    ids = [house.case() for _ in range(3)]
    house.runs(timedelta(seconds=5))
    count, before = len(house.posted()), [house.kinds(each) for each in ids]
    house.now += jump
    house.ran += 5
    with capture_logs() as logs:
        house.works()
    assert [each["log_level"] for each in logs if each["event"] == "the computer's clock was changed"] == ["error"]
    assert house.subjects(count) == ["Business support: please look at the clock, letters are held back"]
    assert [house.kinds(each) for each in ids] == before
    house.runs(HOUR)
    assert len(house.posted()) == count + 1
    assert any("clock was set forward by" in fault for fault in house.service.pulse.faults(house.now))
    Dispatch(house.service.casework).let_go("chscp", house.now)  # as the desk does
    assert house.service.pulse.doubt("chscp") == ""
    house.works()
    steps = [kinds.count("chased") for kinds in map(house.kinds, ids)]
    assert max(steps) <= 1


def test_e16_what_was_written_before_waits_too_and_urgent_letters_go(house: House) -> None:
    """Immediate harm waits for no clock."""
    house.runs(timedelta(seconds=5))
    house.now += DAY
    house.ran += 5
    house.works()
    count = len(house.posted())
    house.case(replace(FORM, immediate_harm=True))
    states = _states(house)
    assert states["immediate_harm"] == {"accepted"}
    assert states["stage"] == {"held"}
    assert len(house.posted()) > count


def _states(house: House) -> dict[str, set[str]]:
    with house.service.database.read() as connection:
        rows = connection.execute(select(letters.c.purpose, letters.c.state)).all()
    found: dict[str, set[str]] = {}
    for purpose, state in rows:
        found.setdefault(purpose, set()).add(state)
    return found


@pytest.mark.parametrize("seconds", [59, 599])
def test_e16_a_small_correction_holds_nothing(house: House, seconds: int) -> None:
    """Above ten minutes only; above one minute the log says so."""
    house.runs(timedelta(seconds=5))
    house.now += timedelta(seconds=seconds)
    with capture_logs() as logs:
        house.works()
    assert house.service.pulse.doubt("chscp") == ""
    assert bool(logs) is (seconds > 60)


def test_e16_a_machine_that_slept_is_a_standstill_and_no_change_of_the_clock(house: House) -> None:
    """Both clocks went on: nothing is held, and the digest says how long nothing ran."""
    house.runs(timedelta(seconds=5))
    slept = house.now
    house.runs(3 * DAY)
    assert house.service.pulse.doubt("chscp") == ""
    digest = text_of(house.posted()[-1])
    assert f"The service did not run from {slept:%H:%M} on Friday 27 November" in digest


@pytest.mark.slow
def test_e17_the_clock_jumps_back_no_step_is_taken_twice_and_the_record_keeps_its_order(house: House) -> None:
    """No step fires twice; the log is ordered by sequence, not by time; the jump is noticed, and held as any other."""
    case_id = house.case()
    house.runs(11 * DAY)
    kinds, count = house.kinds(case_id), len(house.posted())
    assert "chased" in kinds
    house.now -= 3 * DAY
    house.works()
    assert house.kinds(case_id) == kinds
    assert house.subjects(count) == ["Business support: please look at the clock, letters are held back"]
    Dispatch(house.service.casework).let_go("chscp", house.now)
    house.works()
    house.service.casework.task_done(case_id, "none", "x", house.now)
    house.runs(3 * DAY + HOUR)
    entries_now = house.service.ledger.record(case_id)
    assert not entries_now.faults
    assert [entry.sequence for entry in entries_now.entries] == list(range(1, len(entries_now.entries) + 1))
    again = house.kinds(case_id)
    assert again[: len(kinds)] == kinds
    assert again[len(kinds) :].count("chased") == 0


def test_e17_a_start_with_a_clock_behind_the_last_beat_is_noticed(house: House) -> None:
    """What no steady clock can see, since the process is new, the last beat shows."""
    house.runs(DAY)
    house.now -= 2 * HOUR
    house.start()
    assert house.service.pulse.doubt("chscp") == "The computer’s clock was set back by 2 hours."


def test_e16_no_job_takes_a_false_days_work_for_done(house: House) -> None:
    """A year's jump: no checkpoint of next year, no absence that has begun and ended, until a person confirms."""
    house.works()
    house.now += 365 * DAY
    house.ran += 5
    for job in house.service.jobs():
        if not job.waits and "mailboxes" not in job.name:
            job.run(house.now)
    with house.service.database.read() as connection:
        taken = connection.execute(select(checkpoints.c.day)).scalars().all()
        assert all(day < FRIDAY.date() for day in taken)
        assert connection.execute(select(func.count()).select_from(audits)).scalar_one() == 0
    house.now -= 365 * DAY
    house.works()
    Dispatch(house.service.casework).let_go("chscp", house.now)
    house.runs(DAY)
    for job in house.service.jobs():
        if "checkpoint" in job.name:
            job.run(house.now)
    with house.service.database.read() as connection:
        assert FRIDAY.date() in connection.execute(select(checkpoints.c.day)).scalars().all()


@pytest.mark.parametrize("running", [True, False], ids=["while it runs", "while it is down"])
def test_e17_a_case_of_a_false_year_is_an_urgent_task_and_its_letters_go(house: House, running: bool) -> None:
    """Back again, nothing waits for a moment of the false year, and a person sees to the dates of the case."""
    house.works()
    house.now += 365 * DAY
    house.ran += 5
    house.works()
    case_id = house.case()
    house.now -= 365 * DAY
    if running:
        house.works()
    else:
        house.start()
    Dispatch(house.service.casework).let_go("chscp", house.now)
    count = len(house.posted())
    house.runs(timedelta(seconds=5))
    with house.service.database.read() as connection:
        waits = (letters.c.case_id == case_id) & letters.c.state.in_(("planned", "held"))
        assert connection.execute(select(func.count()).select_from(letters).where(waits)).scalar_one() == 0
        keys = connection.execute(select(tasks.c.key).where(tasks.c.case_id == case_id)).scalars().all()
    assert keys.count("misdated") == 1
    assert len(house.posted()) > count
    house.now -= HOUR  # back once more: it is said once
    house.works()
    assert house.kinds(case_id).count("task") == len(keys)


def test_e17_a_case_of_the_false_time_that_cannot_be_read_holds_up_nothing(house: House) -> None:
    house.works()
    house.now += DAY
    house.ran += 5
    house.works()
    bad, good = house.case(), house.case()
    with house.service.database.write() as connection:
        connection.execute(update(cases).where(cases.c.id == bad).values(sealed=b"damaged" * 10))
    house.now -= DAY
    with capture_logs() as logs:
        house.works()
    assert [each["case"] for each in logs if "false time" in each["event"]] == [bad]
    assert "task" in house.kinds(good)


def test_e16_a_clock_set_forward_while_the_service_was_down_is_doubted(house: House) -> None:
    """Nobody was there to see it: after more than five days a person says that the time is right."""
    house.works()
    house.now += 5 * DAY
    house.start()
    assert house.service.pulse.doubt("chscp") == ""
    house.now += 5 * DAY + HOUR
    house.start()
    words = "The service did not run for 5 days, or the computer’s clock was set forward."
    assert house.service.pulse.doubt("chscp") == words
    count = len(house.posted())
    house.works()
    assert house.subjects(count) == ["Business support: please look at the clock, letters are held back"]
    assert "the service did not run for 5 days, or the computer’s clock was set forward" in text_of(house.posted()[-1])
    Dispatch(house.service.casework).let_go("chscp", house.now)
    assert house.service.pulse.doubt("chscp") == ""


# --- E18 and E19: the calendar ---------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "eight",
    [  # the clocks change on Sunday 29 March and on Sunday 25 October
        (datetime(2026, 3, 27, 8, tzinfo=UTC), datetime(2026, 3, 30, 7, tzinfo=UTC)),
        (datetime(2026, 10, 23, 7, tzinfo=UTC), datetime(2026, 10, 26, 8, tzinfo=UTC)),
    ],
    ids=["spring", "autumn"],
)
def test_e18_both_clock_changes_the_digest_goes_once_and_deadlines_are_right(
    house_at: Callable[[datetime], House], eight: tuple[datetime, datetime]
) -> None:
    """Daily digest once; deadlines in local working days right on both."""
    friday, monday = eight
    house = house_at(friday - 2 * HOUR)
    sent: list[datetime] = []
    while house.now < monday + 3 * HOUR:  # every nine minutes, over the hour that is missing or comes twice
        count = len(house.posted())
        house.runs(timedelta(minutes=9))
        sent += [house.now] * len(house.subjects(count))
    assert [at.date() for at in sent] == [friday.date(), monday.date()]
    assert all(timedelta() <= at - opens < timedelta(minutes=9) for at, opens in zip(sent, eight, strict=True))
    calendar = england()
    found = due(calendar, WorkingDays(1), friday)
    assert (found.day, found.at) == (monday.date(), calendar.end_of(monday.date()))
    assert calendar.local(found.at).hour == 0
    hours = due(calendar, Hours(72), friday)
    assert hours.at - friday == 72 * HOUR


def _at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("limit", "start", "day", "at"),
    [
        # 29 February 2028 is a Tuesday.
        (WorkingDays(1), _at(2028, 2, 28, 12), date(2028, 2, 29), _at(2028, 3, 1)),
        (WorkingDays(5), _at(2028, 2, 24, 12), date(2028, 3, 2), _at(2028, 3, 3)),
        (CalendarDays(1), _at(2028, 2, 28, 12), date(2028, 2, 29), _at(2028, 3, 1)),
        (CalendarDays(366), _at(2028, 2, 29, 12), date(2029, 3, 1), _at(2029, 3, 2)),
        # 2027 is no leap year: the day after Friday 26 February is Monday 1 March.
        (WorkingDays(1), _at(2027, 2, 26, 12), date(2027, 3, 1), _at(2027, 3, 2)),
        # 31 December 2026 is a Thursday, 1 January a holiday: the next working day is Monday 4 January.
        (WorkingDays(1), _at(2026, 12, 31, 12), date(2027, 1, 4), _at(2027, 1, 5)),
        (WorkingDays(1), _at(2026, 12, 31, 23, 59, 59), date(2027, 1, 4), _at(2027, 1, 5)),
        (Hours(24), _at(2026, 12, 31, 12), date(2027, 1, 1), _at(2027, 1, 1, 12)),
        # The leap second of Saturday 31 December 2016, 23:59:60 UTC, is the last of that day; no clock here shows it.
        # New Year's Day was a Sunday, Monday 2 January its substitute.
        (WorkingDays(1), _at(2016, 12, 31, 23, 59, 59), date(2017, 1, 3), _at(2017, 1, 4)),
        # Seconds of 32 bits end on Tuesday 19 January 2038 at 03:14:07 UTC.
        (WorkingDays(1), _at(2038, 1, 18, 12), date(2038, 1, 19), _at(2038, 1, 20)),
        (WorkingDays(1), _at(2038, 1, 19, 3, 14, 8), date(2038, 1, 20), _at(2038, 1, 21)),
        (Hours(1), _at(2038, 1, 19, 3), date(2038, 1, 19), _at(2038, 1, 19, 4)),
    ],
)  # fmt: skip
def test_e19_days_that_calendars_get_wrong_are_as_in_a_table_made_by_hand(
    limit: WorkingDays | CalendarDays | Hours, start: datetime, day: date, at: datetime
) -> None:
    """29 February, leap second, 31 December, year 2038: no exception; deadlines as in a table made by hand."""
    found = due(england(), limit, start)
    assert (found.day, found.at) == (day, at)


@pytest.mark.slow
@pytest.mark.parametrize(
    "start",
    [
        datetime(2028, 2, 28, 10, tzinfo=UTC),
        datetime(2026, 12, 30, 10, tzinfo=UTC),
        datetime(2038, 1, 18, 10, tzinfo=UTC),
    ],
    ids=["29 February", "31 December", "2038"],
)
def test_e19_the_whole_service_lives_through_them(house_at: Callable[[datetime], House], start: datetime) -> None:
    """No exception, and each working morning its digest."""
    house = house_at(start)
    house.case()
    with capture_logs() as logs:
        for _ in range(5):
            house.runs(DAY)
    assert not [each for each in logs if each["log_level"] == "error" and "clock was changed" not in each["event"]]
    calendar = england()
    days = [calendar.local_date(start) + each * DAY for each in range(6)]
    assert len([each for each in house.subjects() if each.startswith("CHSCP: ")]) == sum(
        map(calendar.is_working_day, days)
    )


# --- E21 and E22: the service itself ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_e21_a_clock_whose_look_always_fails_steps_aside_and_a_person_is_told(house: House) -> None:
    """Set aside after 3 tries; others go on; the alarm names it."""
    bad, good = house.case(), house.case()
    with house.service.database.write() as connection:  # its content cannot be opened: every look fails
        mine = (clocks.c.case_id == bad) & (clocks.c.purpose == "timescale")
        connection.execute(update(clocks).where(mine).values(key="k99"))
    count = len(house.posted())
    with capture_logs() as logs:
        house.runs(11 * DAY)
        for _ in range(3):
            house.runs(HOUR + timedelta(minutes=1))
    failed = [each for each in logs if each["event"] == "a clock could not be looked at"]
    assert {each["case"] for each in failed} == {bad}
    assert [each["failed"] for each in failed][:3] == [1, 2, 3]
    assert house.kinds(good).count("chased") == 1
    reference = house.load(good).reference
    assert any(reference in subject for subject in house.subjects(count))


def test_e22_a_service_whose_clocks_stand_still_says_so_within_five_minutes(house: House) -> None:
    """The scheduler is dead, the web alive: the heartbeat is missed in 5 minutes; the health page is red."""
    house.works()
    assert house.service.pulse.faults(house.now) == []
    assert house.service.pulse.faults(house.now + timedelta(minutes=5)) == []
    assert house.service.pulse.faults(house.now + timedelta(minutes=5, seconds=1)) == [
        "Nobody has looked at the clocks since 2026-11-27 10:00 UTC."
    ]
    both = house.service.pulse.faults(house.now + timedelta(minutes=21))
    assert both[1] == "No letter has been seen to since 2026-11-27 10:00 UTC."


def test_e22_the_health_page_is_red_in_plain_json_without_personal_content(world: "World") -> None:
    """503 where a thread is silent, the digest is overdue or the clock in doubt; 200 where all is well."""
    browser = world.browser()
    never = browser.get("/healthz")
    assert (never.status_code, never.json()["well"]) == (503, False)
    Digests(world.casework).make("chscp", world.clock() - DAY)
    Pulse(world.casework).began(world.clock())
    well = browser.get("/healthz")
    assert (well.status_code, well.json()) == (200, {"well": True, "faults": []})
    world.clock.move(timedelta(hours=2))
    Pulse(world.casework).began(world.clock())
    overdue = browser.get("/healthz")
    assert overdue.status_code == 503
    assert overdue.json()["faults"] == ["The digest of Friday 27 November 2026 has not been made."]


def test_e22_a_database_that_cannot_be_used_is_red_too(world: "World") -> None:
    """The page itself answers."""
    browser = world.browser()
    path = world.casework.database.path
    world.casework.database.close()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    assert browser.get("/healthz").status_code == 503


def test_the_time_without_the_service_is_written_down_once(house: House) -> None:
    house.works()
    house.now += 2 * HOUR
    house.start()
    house.start()
    with house.service.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(gaps)).scalar_one() == 1
