"""Cases that begin without our form: by e-mail in the form's lines, in somebody's own words, and by another system."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from journeys import RAISING, RECEIVING, Journey, names, words
from mails import mail

from answerable.demo.demo import BOUNDARY
from cases.directory.directory import Person
from cases.interfaces import Interfaces

pytestmark = pytest.mark.slow

FRIDAY = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)


@pytest.fixture
def journey(tmp_path: Path) -> Journey:
    return Journey(tmp_path, FRIDAY)


@pytest.fixture
def raiser(journey: Journey) -> Person:
    return journey.person("practitioner", RAISING)


@pytest.fixture
def other(journey: Journey) -> Person:
    return journey.person("practitioner", RECEIVING)


def writes(journey: Journey, person: Person, body: str, vouched: bool = True) -> None:
    office = journey.demo.service.casework.partnerships["chscp"]
    sender = f"{person.name} <{person.email}>"
    raw = mail(sender, body, to=office.inbox, vouched=vouched, boundary=BOUNDARY)
    journey.demo.service.mailbox.take_in(raw, None, journey.demo.time())
    journey.demo.settle()


def newest(journey: Journey, person: Person) -> str:
    return str(journey.letters(to=person.email)[0]["case"])


def test_the_lines_of_the_form_go_the_whole_way(journey: Journey, raiser: Person, other: Person) -> None:
    lines = (
        f"The other agency: {journey.demo.service.casework.directory('chscp').agency_name(RECEIVING)}",
        f"Name of the practitioner there: {other.name}",
        f"Their e-mail address: {other.email}",
        "The child's initials: K.M.",
        "What is the concern? Nobody has visited for three weeks.",
    )
    writes(journey, raiser, "\n".join(lines))
    case = newest(journey, raiser)
    [received] = journey.of(case, "received", raiser)
    assert "What does your concern rest on?" in words(received)
    assert len(journey.of(case, "stage", other)) == 1
    missing = "What is the difference about? Levels of need\nWhat does your concern rest on? My notes of 20 November."
    journey.answer(received, missing)
    [added] = journey.of(case, "added", raiser)
    assert "My notes of 20 November." in words(added)
    assert journey.view(case).case.facts["area"] == ("levels_of_need",)
    journey.says(case, other, "NOT RESOLVED", "We still differ.")
    journey.sound(case)


def test_own_words_wait_for_one_word_and_go_on(journey: Journey, raiser: Person, other: Person) -> None:
    writes(journey, raiser, "Nobody has visited K.M. for three weeks, and social care does not ring back.")
    case = newest(journey, raiser)
    assert set(names(journey.of(case))) == {raiser.name}
    [asked] = journey.of(case, "confirm_raised", raiser)
    assert "Did you mean it so? Please answer CONFIRM or NOT AN ESCALATION." in words(asked)
    agency = journey.demo.service.casework.directory("chscp").agency_name(RECEIVING)
    became = journey.answer(asked, f"CONFIRM\n\nThe other agency: {agency}\nTheir e-mail address: {other.email}")
    assert became["state"] == "answered"
    assert len(journey.of(case, "stage", other)) == 1
    journey.says(case, raiser, "NOT RESOLVED", "We talked.")
    journey.sound(case)


def test_a_mail_that_nobody_vouches_for_waits_for_its_party(journey: Journey, raiser: Person, other: Person) -> None:
    case = journey.raise_case()
    [stage] = journey.of(case, "stage", other)
    office = journey.demo.service.casework.partnerships["chscp"]
    raw = mail(
        f"{other.name} <{other.email}>",
        "NOT RESOLVED\nWe still differ.",
        f"In-Reply-To: {journey.view(case).letters[0].message_id}",
        subject=f"Re: {stage['subject']}",
        to=office.inbox,
        vouched=False,
        boundary=BOUNDARY,
    ).replace(b"We still differ.", f"We still differ.\r\n\r\n{stage['text'].splitlines()[-1]}".encode())
    journey.demo.service.mailbox.take_in(raw, None, journey.demo.time())
    journey.demo.settle()
    [asked] = journey.of(case, "confirm_sender", other)
    assert "We still differ." not in asked["text"]
    assert "NOT RESOLVED" in asked["text"]
    path = f"{asked['page']}/mine"
    journey.press(f"{path}/open", {"code": asked["code"]}, shown_at=path)
    journey.press(path, {"mine": "yes"})
    journey.demo.settle()
    assert [each.outcome for each in journey.view(case).case.stages[0].said] == ["not_resolved"]
    assert journey.of(case, "echo", other)
    journey.sound(case)


def test_another_systems_form_is_confirmed_by_a_word_too(journey: Journey, raiser: Person, other: Person) -> None:
    key = Interfaces(journey.demo.service.casework).new_key("chscp", journey.demo.time())
    body = {"email": raiser.email, "other_agency": RECEIVING, "other_email": other.email, "concern": "No visit."}
    headers = {"authorization": f"Bearer {key}", "idempotency-key": "one"}
    answer = journey.client.post("/api/v1/chscp/escalations", json=body, headers=headers)
    case = str(answer.json()["reference"])
    journey.demo.settle()
    journey.says(case, raiser, "CONFIRM")
    journey.demo.settle()
    assert len(journey.of(case, "stage", other)) == 1
    journey.sound(case)
