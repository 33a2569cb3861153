"""Whole cases on real mail: Exim keeps everybody's mailbox, bounces, and answers for the absent.

What comes back comes in by the built-in listener.

The time is moved by hand: over a weekend, over bank holidays, over a change of the clocks. Dates are worked out from
the clauses and a calendar, not from the output.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from exim import wait_until
from icalendar import Calendar
from real_mail import INBOX, PARTNERSHIP, SUPPORT, RealMail, real_mail

from cases.directory.directory import Person
from cases.holidays import LONDON
from cases.tables import contacts

pytestmark = pytest.mark.slow

THURSDAY = datetime(2027, 3, 25, 9, 5, tzinfo=UTC)  # then Good Friday, the weekend of summer time, Easter Monday
RAISING, RECEIVING = "hospital", "social_care"


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[RealMail]:
    with real_mail(tmp_path, THURSDAY) as mail:
        yield mail


def escalation(raiser: Person) -> bytes:
    """What a practitioner writes after the partnership's text form."""
    message = EmailMessage()
    message["From"] = f"{raiser.name} <{raiser.email}>"
    message["To"] = INBOX
    message["Subject"] = "An escalation"
    message["Message-ID"] = "<first@kingfisher-hospitals.example>"
    message.set_content(
        f"Your name: {raiser.name}\n"
        "The other agency: Council Children's Social Care\n"
        "The child's initials: K.M.\n"
        "What is the concern? Nobody has visited for three weeks.\n"
        "There were bruises on Monday.\n"
    )
    return message.as_bytes()


def local(letter: EmailMessage) -> datetime:
    return parsedate_to_datetime(str(letter["Date"])).astimezone(LONDON)


def words(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body
    return " ".join(body.get_content().split())


def invitation(letter: EmailMessage) -> Calendar:
    [part] = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
    return Calendar.from_ical(part.get_content())


def sound(mail: RealMail) -> None:
    """The record verifies and gives the case again, and nothing came twice."""
    view, ledger = mail.newest(), mail.service.ledger
    assert ledger.faults(PARTNERSHIP) == []
    assert ledger.rebuilt(view.case.id) == view.case
    ids = [str(letter["Message-ID"]) for person in mail.directory.people for letter in mail.mail_of(person.email)]
    assert len(ids) == len(set(ids))


def test_a_case_by_mail_alone_from_the_first_word_to_its_close(mail: RealMail) -> None:
    raiser, other = mail.person("practitioner", RAISING), mail.person("practitioner", RECEIVING)
    manager, other_manager = mail.person("line_manager", RAISING), mail.person("line_manager", RECEIVING)

    mail.sends(raiser.email, escalation(raiser))
    mail.arrives(raiser.email, 2)
    first = mail.arrives(other.email, 1)
    assert "There were bruises on Monday." in words(first)
    # Five working days (1.5) from Thursday 25 March: Good Friday and Easter Monday are none, so Monday 5 April.
    assert "by Monday 5 April 2027" in words(first)

    mail.moves_to(THURSDAY + timedelta(days=11))
    mail.moves_to(datetime(2027, 4, 6, 9, 0, tzinfo=UTC))
    chase = mail.mail_of(other.email)[-1]
    assert local(chase).strftime("%A %d %H:%M") == "Tuesday 06 08:00", "summer time: 07:00 in UTC"
    for person in mail.directory.people:
        for letter in mail.mail_of(person.email):
            assert local(letter).strftime("%d %m") not in {"26 03", "27 03", "28 03", "29 03", "03 04", "04 04"}

    mail.says(other, "NOT RESOLVED\n\nWe talked on Wednesday and still differ.", "outlook_desktop")
    mail.says(raiser, "MOVE ON", "thunderbird")
    assert "by Tuesday 13 April 2027" in words(mail.arrives(manager.email, 1)), "2.4 and 1.5: five working days"
    mail.arrives(other_manager.email, 1)

    mail.says(other_manager, "MEETING 8 April at 2pm", "gmail_web")
    news = mail.arrives(manager.email, 2)
    [event] = invitation(news).walk("VEVENT")
    assert event.decoded("dtstart") == datetime(2027, 4, 8, 13, 0, tzinfo=UTC), "2pm in summer time"
    assert "K.M." not in str(invitation(news).to_ical())

    mail.says(manager, "RESOLVED\n\nA joint visit on Friday, and a review after a month.", "ios_mail", "needed by")
    mail.says(other_manager, "RESOLVED\n\nAs agreed.", "outlook_web", "needed by")
    assert mail.newest().case.status == "closing"
    assert any("A joint visit on Friday" in words(letter) for letter in mail.mail_of(raiser.email))

    mail.says(manager, "ON FILE", "outlook_mobile", "file")
    mail.says(other_manager, "ON FILE", "gmail_android", "file")
    assert mail.newest().case.status == "closing", "the raiser counts as told a day after the letter was accepted"
    mail.moves_to(datetime(2027, 4, 12, 22, 0, tzinfo=UTC))
    assert mail.newest().case.status == "closing", "the raiser may object for three working days after being told"
    mail.moves_to(datetime(2027, 4, 12, 23, 30, tzinfo=UTC))
    assert mail.newest().case.status == "closed", "summer time: the day ends at 23:00 in UTC"
    sound(mail)


def test_a_letter_that_bounces_is_somebody_not_told_and_the_clock_goes_on(mail: RealMail) -> None:
    """E53, with a genuine bounce: Exim knows no such mailbox, and says so to the address that the letter came from."""
    raiser, other = mail.person("practitioner", RAISING), mail.person("practitioner", RECEIVING)
    mail.exim.leaves(other.email.partition("@")[0])
    before = mail.stored()
    mail.exim.submit(raiser.email, INBOX, escalation(raiser))
    mail.comes_in(before + 1)
    mail.comes_in(before + 2)
    [lost] = [letter for letter in mail.newest().letters if letter.state == "bounced"]
    assert (lost.purpose, lost.name) == ("stage", other.name)
    told = mail.mail_of(SUPPORT)[-1]
    assert other.name in words(told)
    assert "did not arrive" in words(told)
    assert other.name not in str(told["Subject"])
    assert mail.newest().case.running("timescale"), "the clock goes on"
    with mail.service.database.read() as connection:
        flagged = connection.execute(contacts.select().where(contacts.c.flagged_on.is_not(None))).all()
    assert [row.email for row in flagged] == [other.email]
    sound(mail)


def test_an_absence_is_a_proposal_and_no_answer(mail: RealMail) -> None:
    """E56, E57, with a genuine automatic reply: recorded with its date, nobody else written to, the clock unmoved."""
    raiser, other = mail.person("practitioner", RAISING), mail.person("practitioner", RECEIVING)
    deputy = mail.person("director", RECEIVING)
    text = f"I am on leave until 7 April 2027. Please contact {deputy.name}, {deputy.email}, while I am away."
    mail.exim.is_away(other.email.partition("@")[0], text)
    before = mail.stored()
    mail.exim.submit(raiser.email, INBOX, escalation(raiser))
    mail.comes_in(before + 1)
    mail.comes_in(before + 2)
    told = words(mail.mail_of(SUPPORT)[-1])
    assert deputy.name in told
    assert "April 2027" in told
    assert mail.mail_of(deputy.email) == [], "never a silent reroute"
    assert len(mail.mail_of(other.email)) == 1, "an automatic reply is never answered"
    [clock] = mail.newest().case.running("timescale")
    assert clock.due_at.astimezone(LONDON).date().isoformat() == "2027-04-06", "the local midnight that ends 5 April"
    sound(mail)


def test_a_case_does_not_close_on_a_letter_that_came_back(mail: RealMail) -> None:
    """Told is accepted, and no failure for a day: the raiser's mailbox is gone, so a person has to tell them."""
    raiser = mail.person("practitioner", RAISING)
    managers = [mail.person("line_manager", side) for side in (RAISING, RECEIVING)]
    mail.sends(raiser.email, escalation(raiser))
    mail.arrives(raiser.email, 2)
    mail.says(raiser, "NOT RESOLVED\n\nThey will not visit.", "samsung")
    for manager in managers:
        mail.arrives(manager.email, 1)
    mail.exim.leaves(raiser.email.partition("@")[0])
    for manager in managers:
        mail.says(manager, "RESOLVED\n\nWe visit on Friday.", "lotus_notes", "needed by")
    wait_until(lambda: "outcome" in lost(mail), "the outcome to come back")
    for manager in managers:
        mail.says(manager, "ON FILE", "gmail_web", "file")
    mail.moves_to(mail.time() + timedelta(days=21))
    assert mail.newest().case.status == "closing", "three weeks later it still waits for a person"
    assert any("has not been told how it ended" in words(letter) for letter in mail.mail_of(SUPPORT))
    sound(mail)


def lost(mail: RealMail) -> list[str]:
    """The purposes of the letters that came back, once all that came in has been worked on."""
    mail.settle()
    return [letter.purpose for letter in mail.newest().letters if letter.state == "bounced"]


def test_e63_our_own_letter_that_comes_back_is_recognised(mail: RealMail) -> None:
    """E63: a rule, a journal or a list sends our letter back to the inbox: no case, no answer, and it is counted."""
    raiser, other = mail.person("practitioner", RAISING), mail.person("practitioner", RECEIVING)
    mail.sends(raiser.email, escalation(raiser))
    mail.arrives(other.email, 1)
    letters = len(mail.newest().letters)
    for envelope in (INBOX, other.email):
        mail.sends(
            envelope, mail.raw_mail_of(other.email)[0].replace(b"Message-ID: <", b"Message-ID: <%d" % len(envelope))
        )
    assert [state for state, _ in mail.became()] == ["opened", "filed", "filed"]
    assert "came back to us" in mail.became()[-1][1]
    assert len(mail.newest().letters) == letters
    assert len(mail.service.reading.list_cases(PARTNERSHIP, mail.time())) == 1
