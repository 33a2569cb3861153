"""The digest with a real database: once a working morning, from where the last one ended, whatever stops in between."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, insert, select, update

from cases.digest.daily import Digests
from cases.digest.findings import Digest, Section
from cases.directory.directory import Closure
from cases.ledger import Ledger
from cases.mail.by_hand import ByHand
from cases.store import absences, brakes, digests, mailboxes, outbox
from cases.tables import cases, gaps, letters, tasks
from mailer.guard import Guard
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender
from mailer.transports.folder import Folder
from tests.conftest import ALICE, ROOT

if TYPE_CHECKING:
    from tests.conftest import World

FRIDAY = datetime(2026, 11, 27, 8, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
NOTHING, HOUR = timedelta(), timedelta(hours=1)


def make(world: "World", now: datetime) -> bool:
    ledger = Ledger(world.casework.database, world.casework.keyring)
    return Digests(world.casework, ledger.take_checkpoint).make("chscp", now)


def made(world: "World", day: date) -> Digest:
    found = Digests(world.casework).of_day("chscp", day)
    assert found
    return found.digest


def section(digest: Digest, key: str) -> Section:
    return next(each for each in digest.sections if each.key == key)


def count(world: "World") -> int:
    with world.casework.database.read() as connection:
        found = select(func.count()).select_from(letters).where(letters.c.purpose == "digest")
        return int(connection.execute(found).scalar_one())


@pytest.mark.parametrize(
    ("moment", "goes"),
    [
        (MONDAY - timedelta(seconds=1), False),
        (MONDAY, True),
        (MONDAY + timedelta(hours=11), True),  # up again in the evening: it still goes
        (MONDAY + timedelta(hours=15, minutes=59), True),
        (MONDAY - timedelta(days=1), False),  # Sunday
        (datetime(2026, 12, 25, 9, tzinfo=UTC), False),
        (datetime(2026, 12, 28, 9, tzinfo=UTC), False),  # the substitute day for Boxing Day
        (datetime(2026, 7, 1, 7, tzinfo=UTC), True),  # 08:00 in summer
        (datetime(2026, 7, 1, 6, 59, tzinfo=UTC), False),
    ],
)
def test_it_goes_from_eight_on_a_working_day_and_never_on_another(world: "World", moment: datetime, goes: bool) -> None:
    assert make(world, moment) is goes


def test_on_a_day_on_which_the_partnership_is_closed_none_goes(world: "World") -> None:
    with world.casework.database.write() as connection:
        absences.close(connection, "chscp", Closure(None, MONDAY.date(), MONDAY.date(), "Staff day"))
        absences.close(connection, "chscp", Closure("health", date(2026, 12, 1), date(2026, 12, 1), "Strike"))
    assert not make(world, MONDAY)
    assert make(world, MONDAY + timedelta(days=1))


def test_it_goes_once_a_day_and_the_next_goes_on_from_where_it_ended(world: "World") -> None:
    assert [make(world, MONDAY + timedelta(minutes=each)) for each in (0, 1, 600)] == [True, False, False]
    assert make(world, MONDAY + timedelta(days=1, minutes=5))
    found = Digests(world.casework).listed("chscp")
    assert [(each.since, each.until) for each in found] == [
        (MONDAY, MONDAY + timedelta(days=1, minutes=5)),
        (FRIDAY, MONDAY),
    ]
    assert count(world) == 2


def test_of_two_that_are_made_at_once_one_is_stored(world: "World") -> None:
    """Another process stores its own between our look and our writing."""
    other = Digests(world.casework)
    late = Digests(world.casework, lambda partnership, now: other.make(partnership, now))
    assert not late.make("chscp", MONDAY)
    assert count(world) == 1


def test_letter_and_page_hold_the_very_same(world: "World", tmp_path: Path) -> None:
    world.open_case()
    world.put_in_tray("Words")
    make(world, MONDAY + timedelta(days=7))
    digest = made(world, date(2026, 12, 7))
    post_room = Folder(tmp_path / "post-room")
    drained = outbox_of(world, post_room).drain(MONDAY + timedelta(days=7))
    assert drained
    letter = next(
        message
        for each in post_room.letters()
        if "this" not in (message := message_from_bytes(each.message, policy=default))["Subject"]
        and "Monday 7 December 2026" in message["Subject"]
    )
    body = letter.get_body(("plain",))
    assert body
    text = " ".join(body.get_content().split())
    page = " ".join(world.desk().get("/desk/chscp/digests/2026-12-07").text.replace("&#39;", "'").split())
    for line in (*digest.top, *(line.words for each in digest.sections for line in each.lines)):
        assert line in text
        assert line in page
    assert letter["X-Auto-Response-Suppress"] == "All"
    assert letter["Auto-Submitted"] == "auto-generated"


def outbox_of(world: "World", post_room: Folder) -> Outbox:
    senders = {"chscp": Sender("CHSCP escalations", "escalations@chscp.example")}
    letters_of = Letters(ROOT / "templates" / "letters")
    guard = Guard(["escalations@chscp.example"], True)
    return Outbox(world.dispatch, letters_of, post_room, guard, senders, "https://answerable.example", str)


def test_no_name_no_child_and_no_concern_is_in_it(world: "World") -> None:
    world.open_case()
    make(world, MONDAY + timedelta(days=30))
    stored = str(made(world, date(2026, 12, 30)))
    for planted in (ALICE.name, ALICE.email, ALICE.other_name, ALICE.child, ALICE.concern, "Osei", "Carter"):
        assert planted not in stored
    assert world.view().case.reference in stored


def test_what_waits_is_counted_and_who_is_silent_is_named_by_role(world: "World") -> None:
    view = world.open_case()
    world.put_in_tray("Words")
    make(world, MONDAY + timedelta(days=14))
    digest = made(world, date(2026, 12, 14))
    overdue = section(digest, "overdue")
    assert [line.reference for line in overdue.lines] == [view.case.reference]
    assert "Stage 1, Homerton Health with Hackney Children's Services." in overdue.lines[0].words
    assert "No answer from: practitioner of Homerton Health; practitioner of Hackney" in overdue.lines[0].words
    assert "Tray: 1 mail waits, since Friday 27 November; that is too long." in [
        line.words for line in section(digest, "needs").lines
    ]


def test_what_is_due_today_by_itself_is_announced_before_it_goes(world: "World") -> None:
    view = world.open_case()
    clock = view.case.running("timescale")[0]
    make(world, clock.look_at)
    lines = section(made(world, clock.look_at.date()), "goes").lines
    assert [view.case.reference in line.words for line in lines] == [True] * len(lines)


def test_an_erased_case_stays_in_the_list_without_its_content(world: "World") -> None:
    view = world.open_case()
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, view.case.id, world.clock())
    make(world, MONDAY + timedelta(days=14))
    line = section(made(world, date(2026, 12, 14)), "overdue").lines[0]
    assert "Its content was erased." in line.words


def test_a_confidential_case_is_a_reference_alone(world: "World") -> None:
    view = world.open_case()
    with world.casework.database.write() as connection:
        connection.execute(update(cases).values(confidential=True))
    make(world, MONDAY + timedelta(days=14))
    digest = made(world, date(2026, 12, 14))
    lines = [line.words for each in digest.sections for line in each.lines if line.reference == view.case.reference]
    assert {line.partition(".")[0] for line in lines} == {"A confidential case"}


def test_no_brake_holds_it(world: "World", tmp_path: Path) -> None:
    with world.casework.database.write() as connection:
        brakes.pull(connection, "chscp", brakes.ALL, MONDAY - timedelta(hours=1))
    make(world, MONDAY)
    post_room = Folder(tmp_path / "post-room")
    outbox_of(world, post_room).drain(MONDAY)
    assert [each.recipient for each in post_room.letters()] == ["support@chscp.example"]


def test_the_checkpoint_of_the_day_before_is_in_it_in_full(world: "World") -> None:
    world.open_case()
    make(world, MONDAY)
    with world.casework.database.read() as connection:
        witness = digests.witness(connection, "chscp")
    assert witness
    assert (witness.day, witness.cases) == (date(2026, 11, 29), 1)
    assert witness.hash in str(section(made(world, MONDAY.date()), "record")).replace(" ", "")


def test_new_and_closed_cases_are_named_once(world: "World") -> None:
    view = world.open_case()
    make(world, MONDAY)
    make(world, MONDAY + timedelta(days=1))
    with world.casework.database.write() as connection:
        ended = {"status": "closed", "closed_at": MONDAY + timedelta(days=1, hours=3)}
        connection.execute(update(cases).values(**ended))
    make(world, MONDAY + timedelta(days=2))
    days = [made(world, MONDAY.date() + timedelta(days=each)) for each in range(3)]
    named = [
        {each.key for each in day.sections if view.case.reference in str(each.lines)} & {"new", "closed"}
        for day in days
    ]
    assert named == [{"new"}, set(), {"closed"}]


def test_a_mailbox_is_reconciled_and_its_trouble_is_on_top(world: "World") -> None:
    with world.casework.database.write() as connection:
        mailboxes.meet(connection, "chscp", "imap:chscp", FRIDAY)
        mailboxes.begin(connection, "imap:chscp", "in", 1, 12, 12, FRIDAY)
        mailboxes.failed(connection, "imap:chscp", "The mail server refused the password.", None)
    make(world, MONDAY)
    digest = made(world, MONDAY.date())
    assert section(digest, "mailboxes").lines[0].words == (
        "Mailbox chscp: 0 mails kept, 0 read, 0 in the tray, 0 still to be moved, and 12 older ones left alone; "
        "never looked into yet."
    )
    assert "The mailbox chscp cannot be read: The mail server refused the password." in [
        line.words for line in section(digest, "needs").lines
    ]


def test_letters_that_have_not_arrived_are_counted(world: "World") -> None:
    world.open_case()
    with world.casework.database.write() as connection:
        ids = list(connection.execute(select(letters.c.id).limit(3)).scalars())
        for each, (state, attempts) in zip(ids, (("planned", 2), ("uncertain", 1), ("refused", 1)), strict=True):
            mine = update(letters).where(letters.c.id == each)
            lost = MONDAY if state == "refused" else None
            connection.execute(mine.values(state=state, attempts=attempts, lost_at=lost))
    make(world, MONDAY)
    assert [line.words for line in section(made(world, MONDAY.date()), "letters").lines] == [
        "1 letter: not taken by the mail server yet; we keep trying.",
        "1 letter: may or may not have gone; repeated once, and marked so.",
        "1 letter: refused or returned since the last digest.",
    ]


def test_lesser_tasks_are_counted_and_pressing_ones_listed(world: "World") -> None:
    view = world.open_case()
    row = {"case_id": view.case.id, "partnership_id": "chscp", "opened_at": FRIDAY, "sealed": b""}
    with world.casework.database.write() as connection:
        connection.execute(insert(tasks), [row | {"key": f"{rank}:x", "rank": rank} for rank in range(5)])
    make(world, MONDAY)
    needs = section(made(world, MONDAY.date()), "needs")
    assert len(needs.lines) == 1  # of one case
    assert needs.note == "2 lesser things to look at are at the desk."


@pytest.mark.parametrize("state", ["refused", "planned", "bounced"])
def test_the_next_digest_says_that_the_last_one_did_not_come(world: "World", state: str) -> None:
    make(world, MONDAY)
    values = {"state": state, "accepted_at": MONDAY if state == "bounced" else None}
    with world.casework.database.write() as connection:
        connection.execute(update(letters).values(**values))
    make(world, MONDAY + timedelta(days=1))
    lines = section(made(world, date(2026, 12, 1)), "catch_up").lines
    assert lines[0].words.startswith("The digest of Monday 30 November ")
    assert lines[0].words.endswith("It is on the desk.")


def test_one_that_came_late_is_said_too_and_one_in_time_is_not(world: "World") -> None:
    for day, hours in ((0, 3), (1, 1)):
        now = MONDAY + timedelta(days=day)
        make(world, now)
        with world.casework.database.write() as connection:
            new = letters.c.accepted_at.is_(None)
            connection.execute(
                update(letters).where(new).values(state="accepted", accepted_at=now + timedelta(hours=hours))
            )
    make(world, MONDAY + timedelta(days=2))
    assert section(made(world, date(2026, 12, 1)), "catch_up").lines[0].words == (
        "The digest of Monday 30 November was taken by the mail server only at 11:00 on Monday 30 November 2026."
    )
    assert "catch_up" not in [each.key for each in made(world, date(2026, 12, 2)).sections]


@pytest.mark.parametrize(
    ("hours", "state", "words"),
    [
        (1.9, "none", ""),
        (2.0, "none", "has not been made."),
        (2.0, "planned", "has not left: it is planned."),
        (9.0, "refused", "has not left: it is refused."),
        (2.0, "accepted", ""),
        (-25, "none", ""),  # Sunday
    ],
)
def test_from_ten_it_is_overdue_until_the_mail_server_has_taken_it(
    world: "World", hours: float, state: str, words: str
) -> None:
    make(world, FRIDAY)
    if state != "none":
        make(world, MONDAY)
        with world.casework.database.write() as connection:
            accepted = MONDAY if state == "accepted" else None
            connection.execute(update(letters).values(state=state, accepted_at=accepted))
    found = Digests(world.casework).overdue("chscp", MONDAY + timedelta(hours=hours))
    assert found == (f"The digest of Monday 30 November 2026 {words}" if words else "")


def test_where_nothing_has_ever_come_in_none_is_missed(world: "World") -> None:
    late = MONDAY + timedelta(hours=3)
    assert Digests(world.casework).overdue("chscp", late) == ""
    world.open_case()
    assert Digests(world.casework).overdue("chscp", FRIDAY + timedelta(hours=3)) == ""
    assert Digests(world.casework).overdue("chscp", late) != ""


def test_a_time_without_the_service_is_in_the_next_digest(world: "World") -> None:
    row = {"partnership_id": "chscp", "kind": "stopped", "since": FRIDAY, "noticed_at": MONDAY, "seconds": 3 * 86_400}
    with world.casework.database.write() as connection:
        connection.execute(insert(gaps).values(**row))
    make(world, MONDAY)
    assert section(made(world, MONDAY.date()), "catch_up").lines[0].words == (
        "The service did not run from 08:00 on Friday 27 November to 08:00 on Monday 30 November."
    )


def test_the_letter_of_a_digest_belongs_to_no_case_and_goes_to_business_support(world: "World") -> None:
    make(world, MONDAY)
    with world.casework.database.read() as connection:
        letter = outbox.opened(
            connection, connection.execute(select(letters.c.id)).scalar_one(), world.casework.keyring
        )
    assert (letter.case_id, letter.to, letter.email, letter.urgent) == (
        None,
        "business_support",
        "support@chscp.example",
        True,
    )


def new(world: "World", now: datetime) -> list[str]:
    """The references that the digest made now names as new cases."""
    assert make(world, now)
    digest = made(world, now.date())
    return [line.reference for each in digest.sections if each.key == "new" for line in each.lines if line.reference]


def test_a_case_is_new_from_when_it_was_entered_however_old_its_mail_is(world: "World") -> None:
    """Business support opens a case on Monday from a mail of Friday: Tuesday's digest names it."""
    world.open_case()
    mail = world.put_in_tray("A child has bruises.")
    assert make(world, MONDAY)
    opened = ByHand(world.correspondence).open(mail, ALICE, True, "Sal", MONDAY + 3 * HOUR)
    assert opened
    assert new(world, MONDAY + 24 * HOUR) == [opened[0]]


def test_a_case_that_was_written_down_while_the_digest_was_made_is_in_the_next(world: "World") -> None:
    """Its transaction began before the digest looked, and ended after it."""
    world.open_case()
    assert make(world, MONDAY + timedelta(seconds=5))
    opened = world.casework.receive("chscp", ALICE, MONDAY + timedelta(seconds=4))
    assert new(world, MONDAY + 24 * HOUR) == [opened.reference]


def test_a_letter_is_lost_when_it_comes_back_whenever_it_was_written(world: "World") -> None:
    world.open_case()
    assert make(world, MONDAY)
    with world.casework.database.write() as connection:
        letter = connection.execute(select(letters.c.id).where(letters.c.purpose == "stage")).scalars().first()
        connection.execute(update(letters).values(state="accepted", accepted_at=FRIDAY))
        assert outbox.bounced(connection, str(letter), MONDAY + HOUR)
    assert make(world, MONDAY + 24 * HOUR)
    words = [line.words for line in section(made(world, date(2026, 12, 1)), "letters").lines]
    assert "1 letter: refused or returned since the last digest." in words
    assert make(world, MONDAY + 48 * HOUR)
    assert "letters" not in [each.key for each in made(world, date(2026, 12, 2)).sections]
