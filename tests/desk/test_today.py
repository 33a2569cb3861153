from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from cases.mail.mailboxes import Mailboxes
from cases.submission import Submission
from cases.tables import messages, tasks

if TYPE_CHECKING:
    from tests.conftest import World

NOBODY_THERE = Submission(email="alice@homerton.example", agency="health", other_agency="police", concern="Not safe.")
WHOLE = replace(NOBODY_THERE, other_agency="hackney", other_name="Ben Carter", other_email="ben@hackney.example")


def today(world: "World", query: str = "") -> str:
    answer = world.desk().get(f"/desk/chscp{query}")
    assert answer.status_code == 200
    return answer.text


def in_order(page: str, *words: str) -> bool:
    places = [page.find(each) for each in words]
    return -1 not in places and places == sorted(places)


def test_the_most_dangerous_comes_first_in_one_list(world: "World") -> None:
    world.open_case(NOBODY_THERE)
    world.clock.move(timedelta(minutes=5))
    world.open_case(WHOLE)
    world.put_in_tray("An ordinary mail")
    harm = world.put_in_tray("A mail with words of harm in it", subject="Second")
    with world.casework.database.write() as connection:
        connection.execute(update(messages).where(messages.c.id == harm).values(urgent=True))
    world.clock.move(timedelta(days=8))
    page = today(world)
    assert in_order(
        page,
        "Mail with words of immediate harm: read it now",
        "Nobody is known for a role",
        "Read a mail in the tray",
        "Overdue: see what is missing",
    )
    assert in_order(page, '">At once<', '">Today, first<', '">Today</strong')
    assert "Nobody is known as practitioner of Central East Police" in page


def test_a_mail_in_the_tray_has_a_deadline_of_its_own(world: "World") -> None:
    """Friday's mail is to be read by the end of Monday."""
    world.put_in_tray("Words")
    world.clock.move(timedelta(days=3, hours=14))
    assert "to be read by the end of Monday 30 November 2026" in today(world)
    assert "Late" not in today(world)
    world.clock.move(timedelta(hours=1))
    assert "Late: it was to be read by the end of Monday 30 November 2026" in today(world)


def test_an_overdue_case_on_which_a_task_says_what_to_do_is_one_line(world: "World") -> None:
    world.open_case(NOBODY_THERE)
    world.clock.move(timedelta(days=20))
    assert "Overdue: see what is missing" not in today(world)


def test_a_quiet_day_says_truly_that_nothing_waits_and_what_comes_next(world: "World") -> None:
    assert "Nothing has a date" in today(world)
    world.open_case(WHOLE)
    page = today(world)
    assert "Nothing waits for a person" in page
    link = f'<a class="reference" href="/desk/chscp/cases/{world.view().case.reference}'
    assert f"Next: Thursday 3 December 2026, 8:00am, {link}" in page


def test_the_counts_stand_at_the_top(world: "World") -> None:
    world.open_case(WHOLE)
    world.put_in_tray("Words")
    world.clock.move(timedelta(days=10))
    page = " ".join(today(world).split())
    for words in ("<strong>1</strong> open case<", "<strong>1</strong> overdue", "<strong>1</strong> in the tray"):
        assert words in page


def test_no_more_than_fifty_lines_are_shown_and_the_rest_is_paged(world: "World") -> None:
    case = world.open_case(NOBODY_THERE).case
    row = {"case_id": case.id, "partnership_id": "chscp", "rank": 4, "opened_at": world.clock(), "sealed": b""}
    with world.casework.database.write() as connection:
        key = world.casework.keyring.case_key(connection, case.id)
        for number in range(60):
            name = f"late:{number}"
            sealed = key.seal({"words": f"Late answer {number}."}, about=f"task:{case.id}:{name}")
            connection.execute(tasks.insert().values(**row | {"key": name, "sealed": sealed}))
    first, second = today(world), today(world, "?page=2")
    assert first.count('<li class="todo__line') == 50
    assert "And 11 more" in first
    assert second.count('<li class="todo__line') == 11
    assert world.desk().get("/desk/chscp?page=21").status_code == 404


def test_of_a_confidential_case_a_line_says_no_words(world: "World") -> None:
    world.open_case(replace(NOBODY_THERE, diversions=("lado",), other_agency="hackney"))
    case = world.view().case
    with world.casework.database.write() as connection:
        key = world.casework.keyring.case_key(connection, case.id)
        sealed = key.seal({"words": "Yusuf Amin says it is Ben."}, about=f"task:{case.id}:question:9")
        row = {"case_id": case.id, "key": "question:9", "partnership_id": "chscp", "rank": 3}
        connection.execute(tasks.insert().values(**row, opened_at=world.clock(), sealed=sealed))
    page = today(world)
    assert "Answer a question" in page
    assert "Yusuf Amin says" not in page


def test_a_polled_mailbox_says_when_it_was_read_and_what_is_wrong(world: "World") -> None:
    boxes = Mailboxes(world.casework)
    boxes.meet("chscp", "imap:chscp", world.clock())
    boxes.begin("chscp", "imap:chscp", "INBOX", 1, [1, 2, 3], world.clock())
    assert "not read yet" in today(world)
    boxes.well("imap:chscp", world.clock())
    page = today(world)
    assert "last read Friday 27 November 2026, 9:05am" in page
    assert "3 mails that lay there before the service began were left alone" in page
    boxes.failed("chscp", "imap:chscp", "The server refused the password.", False, world.clock())
    assert "cannot be read: The server refused the password." in today(world)


def test_a_line_of_an_erased_case_says_what_kind_it_is_alone(world: "World") -> None:
    case = world.open_case(NOBODY_THERE).case
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, case.id, world.clock())
    page = today(world)
    assert "Nobody is known for a role" in page
    assert "Central East Police" not in page
