"""The auditor disagrees with how things are: it says so, and repairs nothing (E23)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Connection, select, update
from structlog.testing import capture_logs

from cases.case import BUSINESS_SUPPORT
from cases.ledger import Ledger, Verified
from cases.store import brakes, case_rows, outbox, pulse
from cases.submission import Answer
from cases.tables import audits, cases, checkpoints, clocks, letters
from cases.verbs import timing
from cases.verbs.decision import Draft
from cases.watching.auditor import A_PIECE, Auditor, Finding
from cases.watching.pulse import Pulse
from scheduler.audits import Audits

if TYPE_CHECKING:
    from tests.conftest import World

DAY = timedelta(days=1)


def auditor(world: "World") -> Auditor:
    return Auditor(world.casework, Ledger(world.casework.database, world.casework.keyring))


def findings(world: "World") -> list[Finding]:
    return auditor(world).findings("chscp", world.clock())


def send_all(world: "World") -> None:
    with world.casework.database.write() as connection:
        waiting = letters.c.state == "planned"
        connection.execute(update(letters).where(waiting).values(state="accepted", accepted_at=world.clock()))


def sweep(world: "World") -> None:
    while due := world.casework.due_clocks(world.clock(), 100):
        for case_id, key in due:
            world.casework.look(case_id, key, world.clock())
    send_all(world)


def told_of(world: "World") -> list[Any]:
    with world.casework.database.read() as connection:
        ids = connection.execute(select(letters.c.id).where(letters.c.purpose == "audit")).scalars()
        return [outbox.opened(connection, each, world.casework.keyring) for each in ids]


@pytest.mark.slow
def test_e23_a_service_that_does_its_work_is_never_accused(world: "World") -> None:
    """Three months of a case in which nobody answers: every day's audit finds nothing."""
    world.open_case()
    world.open_case(confirmed=False)
    for _ in range(90):
        world.clock.move(DAY)
        sweep(world)
        assert findings(world) == []


@pytest.mark.slow
def test_e23_nor_is_one_whose_case_ends_well(world: "World") -> None:
    """From the first answer to the closing."""
    view = world.open_case()
    for who in ("p1", "p2"):
        world.casework.hear(view.case.id, who, Answer("outcome:resolved", "s1", "Done."), world.clock())
    for _ in range(40):
        send_all(world)
        assert findings(world) == []
        world.clock.move(DAY)
        sweep(world)


def test_e23_a_clock_that_nobody_looks_at_is_found_whatever_the_engine_believes(world: "World") -> None:
    """The table that the engine works off says that the clock is not due for years; the record knows better."""
    view = world.open_case()
    send_all(world)
    with world.casework.database.write() as connection:
        connection.execute(update(clocks).values(look_at=datetime(2099, 1, 1, tzinfo=UTC)))
    world.clock.move(14 * DAY)
    assert world.casework.due_clocks(world.clock(), 10) == []
    assert findings(world) == [
        Finding(view.case.reference, "Nothing has followed from what was due Friday 4 December 2026.")
    ]


def test_e23_a_look_that_wrote_a_false_next_look_is_found(world: "World") -> None:
    """Even where the record itself holds the wrong next look: the first overdue morning is owed in any case."""
    view = world.open_case()
    send_all(world)
    clock = view.case.running("timescale")[0]

    def lost(case: Any, moment: Any) -> Any:
        draft = Draft(case, moment)
        draft.note("clock_looked", "A fault.", replace(clock, look_at=datetime(2099, 1, 1, tzinfo=UTC)))
        return draft.decision()

    with world.casework.database.write() as connection:
        world.casework.apply(connection, view.case, world.clock(), lost)
    world.clock.move(14 * DAY)
    assert [each.what for each in findings(world)] == ["Nothing has followed from what was due Friday 4 December 2026."]


def test_e23_letters_that_never_leave_are_found_held_ones_too(world: "World") -> None:
    """Planned and never sent, with a case and without one."""
    view = world.open_case()
    world.clock.move(timedelta(hours=3))
    assert findings(world) == []
    world.clock.move(timedelta(hours=2))
    with world.casework.database.write() as connection:
        held = letters.c.purpose == "stage"
        connection.execute(update(letters).where(held).values(state="held"))
    words = {(each.reference, each.what) for each in findings(world)}
    assert (view.case.reference, "The letter “Your answer is needed” of Friday 27 November 2026 is held.") in words
    assert (
        view.case.reference,
        "The letter “Please confirm your e-mail address” of Friday 27 November 2026 has not left.",
    ) in words


def test_e23_an_open_case_without_a_running_clock_is_found(world: "World") -> None:
    """It would wait for ever: no clock, and nobody asked."""
    view = world.open_case()
    send_all(world)

    def stop(case: Any, moment: Any) -> Any:
        draft = Draft(case, moment)
        timing.stop(draft, case.clocks, "a fault")
        return draft.decision()

    with world.casework.database.write() as connection:
        world.casework.apply(connection, view.case, world.clock(), stop)
    assert [each.what for each in findings(world)] == [
        "It is open, and nothing has a date any more: it would wait for ever."
    ]


def test_e23_an_outcome_of_which_the_raiser_was_never_told_is_found(world: "World") -> None:
    """Whatever was sent to others."""
    view = world.open_case()
    send_all(world)
    world.clock.move(timedelta(hours=1))
    world.casework.hear(view.case.id, "p2", Answer("outcome:not_resolved", "s1", "No."), world.clock())
    send_all(world)
    world.clock.move(2 * DAY)
    assert findings(world) == []
    with world.casework.database.write() as connection:
        mine = (letters.c.recipient == "p1") & (letters.c.planned_at > world.clock() - 2 * DAY - timedelta(minutes=1))
        connection.execute(letters.delete().where(mine))
    assert [each.what for each in findings(world)] == [
        "An outcome of Friday 27 November 2026 was not told to the person who raised it."
    ]


def test_e23_a_state_that_is_not_what_the_record_says_is_found(world: "World") -> None:
    """The state was changed behind the record's back."""
    view = world.open_case()
    send_all(world)
    with world.casework.database.write() as connection:
        key = world.casework.keyring.case_key(connection, view.case.id)
        other = replace(view.case, confidential=True)
        connection.execute(update(cases).values(sealed=case_rows._sealed_fields(other, key)))
    assert [each.what for each in findings(world)] == ["What is stored of it is not what its record says."]


def test_e23_it_alarms_once_a_day_by_a_letter_and_changes_nothing_else(world: "World") -> None:
    """Alarm, no automatic repair."""
    view = world.open_case()
    send_all(world)
    world.clock.move(14 * DAY)
    before = [row for table in (cases, clocks, checkpoints) for row in rows(world, table)]
    audits_of_today = Audits(["chscp"], auditor(world).go_on)
    with capture_logs() as logs:
        for _ in range(3):
            audits_of_today.look(world.clock())
    assert [(each["log_level"], each["partnership"], each["found"]) for each in logs] == [("error", "chscp", 1)]
    letter = told_of(world)
    assert [each.values["findings"] for each in letter] == [
        [{"reference": view.case.reference, "what": "Nothing has followed from what was due Friday 4 December 2026."}]
    ]
    assert (letter[0].to, letter[0].urgent, letter[0].case_id) == (BUSINESS_SUPPORT, True, None)
    assert [row for table in (cases, clocks, checkpoints) for row in rows(world, table)] == before
    assert auditor(world).last("chscp") == (world.clock(), 1)
    world.clock.move(DAY)
    auditor(world).go_on("chscp", world.clock())
    assert len(told_of(world)) == 2


def rows(world: "World", table: Any) -> list[tuple[Any, ...]]:
    with world.casework.database.read() as connection:
        return [tuple(row) for row in connection.execute(select(table))]


def test_e23_many_cases_are_looked_at_in_pieces_and_none_twice(world: "World", monkeypatch: pytest.MonkeyPatch) -> None:
    """Only open cases, a few at a time: other work goes on in between."""
    assert A_PIECE == 200
    monkeypatch.setattr("cases.watching.auditor.A_PIECE", 2)
    for _ in range(5):
        world.open_case()
    send_all(world)
    world.clock.move(14 * DAY)
    assert [auditor(world).go_on("chscp", world.clock()) for _ in range(4)] == [None, None, 5, None]
    found = told_of(world)[0].values
    assert len({each["reference"] for each in found["findings"]}) == 5
    with world.casework.database.read() as connection:
        assert connection.execute(select(audits.c.done_at)).scalars().one()


def test_e23_before_six_and_while_the_time_is_in_doubt_it_waits(world: "World") -> None:
    world.clock.time = datetime(2026, 11, 28, 5, 59, tzinfo=UTC)
    auditor(world).go_on("chscp", world.clock())
    assert rows(world, audits) == []
    world.clock.move(timedelta(minutes=1))
    with world.casework.database.write() as connection:
        brakes.pull(connection, "chscp", pulse.CLOCK, world.clock())
    auditor(world).go_on("chscp", world.clock())
    assert rows(world, audits) == []


def test_e23_an_erased_case_is_passed_over(world: "World") -> None:
    view = world.open_case()
    send_all(world)
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, view.case.id, world.clock())
    world.clock.move(14 * DAY)
    assert findings(world) == []


def test_e23_a_case_that_cannot_be_read_is_a_finding_and_stops_no_other(world: "World") -> None:
    """The audit ends, and names it."""
    good, bad = world.open_case().case, world.open_case().case
    send_all(world)
    with world.casework.database.write() as connection:
        connection.execute(update(cases).where(cases.c.id == bad.id).values(sealed=b"damaged" * 10))
    world.clock.move(14 * DAY)
    assert auditor(world).go_on("chscp", world.clock()) == 2
    assert {each["reference"]: each["what"] for each in told_of(world)[0].values["findings"]} == {
        good.reference: "Nothing has followed from what was due Friday 4 December 2026.",
        bad.reference: "It cannot be read. Please tell whoever keeps this service.",
    }


def test_e23_trouble_with_one_partnership_holds_up_no_other(world: "World") -> None:
    asked: list[str] = []

    def go_on(partnership: str, now: datetime) -> int:
        asked.append(partnership)
        if partnership == "bad":
            raise RuntimeError("as the test wants it")
        return 0

    with capture_logs() as logs:
        Audits(["bad", "good"], go_on).look(world.clock())
    assert asked == ["bad", "good"]
    assert [(each["partnership"], each["error"]) for each in logs] == [("bad", "RuntimeError")]


def test_e23_an_audit_that_does_not_end_is_a_fault_of_the_service(world: "World") -> None:
    """Who watches the watcher: the health page is red."""
    world.open_case()
    send_all(world)
    world.clock.time = datetime(2026, 11, 28, 17, 59, tzinfo=UTC)
    pulse_of = Pulse(world.casework)
    pulse_of.began(world.clock())
    assert pulse_of.faults(world.clock()) == []
    world.clock.move(timedelta(minutes=1))
    assert pulse_of.faults(world.clock()) == ["No audit of Saturday 28 November 2026 or later has ended."]
    auditor(world).go_on("chscp", world.clock())
    assert pulse_of.faults(world.clock()) == []


class Meanwhile(Ledger):
    """Something happens between two looks of the auditor, as in another process."""

    happens: Callable[[], object] = staticmethod(lambda: None)

    def record_in(self, connection: Connection, case_id: str) -> Verified:
        self.happens()
        return super().record_in(connection, case_id)


def test_e23_what_happens_while_a_case_is_audited_accuses_nobody(world: "World") -> None:
    """The state and the record are read as of one moment."""
    view = world.open_case()
    send_all(world)
    world.clock.move(DAY)
    ledger = Meanwhile(world.casework.database, world.casework.keyring)
    answer = Answer("question", "s1", "Which visit?")
    ledger.happens = lambda: world.casework.hear(view.case.id, "p2", answer, world.clock())
    assert Auditor(world.casework, ledger).go_on("chscp", world.clock()) == 0


@pytest.mark.parametrize("begun", [False, True])
def test_e23_of_two_processes_that_audit_at_once_one_tells(world: "World", begun: bool) -> None:
    """One letter a day."""
    world.open_case()
    send_all(world)
    world.clock.move(14 * DAY)
    if begun:
        with world.casework.database.write() as connection:
            day = {"partnership_id": "chscp", "day": world.clock().date(), "after": "", "found": "[]"}
            connection.execute(audits.insert().values(**day))
    ledger = Meanwhile(world.casework.database, world.casework.keyring)
    ledger.happens = lambda: auditor(world).go_on("chscp", world.clock())
    assert Auditor(world.casework, ledger).go_on("chscp", world.clock()) is None
    assert len(told_of(world)) == 1
