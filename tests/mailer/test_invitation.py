"""A meeting that is recorded reaches everybody's calendar, and says nothing there of what it is about."""

from datetime import date, time, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar

from cases.case import Meeting
from cases.casework import Verb
from cases.ledger import Ledger
from cases.mail.dispatch import Dispatch
from cases.submission import Answer, Evidence
from cases.support import Act
from cases.verbs import meetings
from cases.verbs.orders import Order
from mailer.guard import Guard
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender
from mailer.transports.memory import Memory
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.conftest import World

INBOX = "escalations@chscp.example"
LETTERS = Letters(ROOT / "templates/letters")


def sent(world: "World") -> dict[str, EmailMessage]:
    """What leaves now, by reader; of several to one the last."""
    transport = Memory()
    record = Ledger(world.casework.database, world.casework.keyring).text
    senders = {"chscp": Sender("City and Hackney", INBOX)}
    Outbox(Dispatch(world.casework), LETTERS, transport, Guard([INBOX]), senders, "http://a.example", record).drain(
        world.clock()
    )
    read = {}
    for envelope, raw in transport.sent:
        message = message_from_bytes(raw, policy=default)
        assert isinstance(message, EmailMessage)
        read[envelope.recipient] = message
    return read


def says(world: "World", day: date, at: time | None, does: str = "meeting") -> dict[str, EmailMessage]:
    ben = world.letters("stage", "Ben Carter")[0].to
    answer = Answer(does, "s1", "", day, Evidence(via="reply"), at)
    world.casework.hear(world.view().case.id, ben, answer, world.clock())
    return sent(world)


def event_of(message: EmailMessage) -> Any:  # icalendar names no type for what an event holds
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert isinstance(part, EmailMessage)
    calendar = Calendar.from_ical(str(part.get_content()))
    assert isinstance(calendar, Calendar)
    assert calendar["method"] == part.get_param("method") == "REQUEST"
    [event] = calendar.walk("VEVENT")
    return event


@pytest.fixture
def case(world: "World") -> "World":
    world.open_case()
    sent(world)
    return world


def test_everybody_who_is_told_of_a_meeting_has_an_invitation_for_themselves_alone(case: "World") -> None:
    letters = says(case, date(2026, 12, 4), time(14, 0))
    assert set(letters) == {"ben@hackney.example", "alice@homerton.example"}
    for reader, message in letters.items():
        event = event_of(message)
        assert str(event["attendee"]).lower() == f"mailto:{reader}"
        assert event["attendee"].params["rsvp"] == "FALSE"
        assert str(event["organizer"]) == f"mailto:{INBOX}" == f"mailto:{message['From'].addresses[0].addr_spec}"


def test_it_stands_beside_the_text_and_the_page_as_outlook_and_gmail_want_it(case: "World") -> None:
    message = says(case, date(2026, 12, 4), time(14, 0))["alice@homerton.example"]
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]


@pytest.mark.parametrize(("day", "hour"), [(date(2026, 12, 4), 14), (date(2027, 6, 4), 13)])
def test_the_time_is_the_partnerships_own_in_winter_and_in_summer(case: "World", day: date, hour: int) -> None:
    """Two in the afternoon in London is 14:00 UTC in December and 13:00 UTC in June."""
    event = event_of(says(case, day, time(14, 0))["alice@homerton.example"])
    start = event["dtstart"].dt
    assert (start.date(), start.hour, start.utcoffset()) == (day, hour, timedelta(0))
    assert event["dtend"].dt - start == timedelta(hours=1)


def test_without_a_time_it_is_the_day_and_keeps_nobody_from_other_things(case: "World") -> None:
    event = event_of(says(case, date(2026, 12, 4), None)["alice@homerton.example"])
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 12, 4), date(2026, 12, 5))
    assert event["transp"] == "TRANSPARENT"


def test_a_meeting_that_is_moved_replaces_itself(case: "World") -> None:
    first = event_of(says(case, date(2026, 12, 4), time(14, 0))["alice@homerton.example"])
    case.clock.move(timedelta(hours=1))
    moved = event_of(says(case, date(2026, 12, 7), time(9, 30))["alice@homerton.example"])
    assert moved["uid"] == first["uid"]
    assert moved["sequence"] > first["sequence"]


def support(world: "World", verb: Verb) -> tuple[str, Any]:
    """What Alice's calendar gets of what business support does: the method of the part, and the event."""
    case = world.view().case
    world.clock.move(timedelta(minutes=5))
    assert world.act(case.id, Act(verb)) == "done"
    message = sent(world)["alice@homerton.example"]
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    assert isinstance(part, EmailMessage)
    calendar = Calendar.from_ical(str(part.get_content()))
    assert isinstance(calendar, Calendar)
    assert calendar["method"] == part.get_param("method")
    [event] = calendar.walk("VEVENT")
    return str(calendar["method"]), event


def test_business_support_arranges_moves_and_calls_off_one_meeting(case: "World") -> None:
    """RFC 5546 sections 3.2.2 and 3.2.5: the same UID, a higher sequence, and CANCEL at the end."""
    order = Order("Sal Okoro", "to agree a plan")
    first = Meeting(date(2026, 12, 4), time(14, 0), "Town Hall, room 2\nMETHOD:CANCEL")
    asked, event = support(case, lambda each, moment: meetings.arrange(each, first, order, moment))
    assert (asked, str(event["location"]).splitlines()[0]) == ("REQUEST", "Town Hall, room 2")
    later = Meeting(date(2026, 12, 7), time(9, 30))
    _, moved = support(case, lambda each, moment: meetings.arrange(each, later, order, moment))
    method, off = support(case, lambda each, moment: meetings.call_off(each, order, moment))
    assert (method, off["status"]) == ("CANCEL", "CANCELLED")
    assert event["uid"] == moved["uid"] == off["uid"]
    assert event["sequence"] < moved["sequence"] < off["sequence"]


def test_nothing_of_the_matter_stands_in_a_calendar(case: "World") -> None:
    message = says(case, date(2026, 12, 4), time(14, 0))["alice@homerton.example"]
    event = event_of(message)
    assert event["summary"] == f"[{case.view().case.reference}] Meeting or call about an escalation"
    assert set(event.keys()) == {
        "UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "STATUS", "ORGANIZER", "ATTENDEE"
    }  # fmt: skip
    text = event.to_ical().decode()
    assert "K.M." not in text
    assert "visited" not in text


def test_a_date_by_which_an_answer_will_come_is_no_meeting(case: "World") -> None:
    letters = says(case, date(2026, 12, 4), None, "by")
    assert not any(part.get_content_type() == "text/calendar" for each in letters.values() for part in each.walk())
