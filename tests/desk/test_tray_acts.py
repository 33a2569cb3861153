from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from cases.store import outbox
from cases.store.outbox import Stored
from cases.submission import Submission
from cases.tables import letters
from intake.mailbox import Mailbox

if TYPE_CHECKING:
    from tests.conftest import World

INBOX = "escalations@chscp.example"
STRANGER = "jo.marsh@somewhere.example"
WHOLE = Submission(
    email="alice@homerton.example",
    agency="health",
    other_agency="hackney",
    other_name="Ben Carter",
    other_email="ben@hackney.example",
    concern="Nobody has visited.",
)
OPEN = {"email": STRANGER, "agency": "health", "other_agency": "hackney", "concern": "Nobody visits.", "spoken": "ask"}


def form(world: "World", browser: TestClient, path: str, **more: str) -> dict[str, str]:
    return world.hidden(browser.get(path).text) | more


def of_purpose(world: "World", purpose: str) -> list[Stored]:
    with world.casework.database.read() as connection:
        ids = connection.execute(select(letters.c.id).where(letters.c.purpose == purpose)).scalars().all()
        return [outbox.opened(connection, each, world.casework.keyring) for each in ids]


def mail(world: "World", id: str) -> tuple[str, str, str | None]:
    found = world.reading.mail("chscp", id)
    assert found is not None
    return found.state, found.why, found.case_id


def reply(world: "World", letter: Stored, words: str, sender: str = STRANGER) -> str:
    """A mail that comes in as an answer to a letter of ours. Gives its id."""
    raw = (
        f"From: Jo Marsh <{sender}>\r\nTo: {INBOX}\r\nSubject: Re: more\r\nMessage-ID: <1@x.example>\r\n"
        f"In-Reply-To: {letter.message_id}\r\n\r\n{words}\r\n"
    )
    return Mailbox(world.correspondence, {"chscp": INBOX}, None).take_in(raw.encode(), "chscp", world.clock())


def test_the_sender_is_asked_by_a_letter_that_holds_nothing_of_their_mail(world: "World") -> None:
    id, desk = world.put_in_tray("Secret words", sender=STRANGER), world.desk()
    path = f"/desk/chscp/tray/{id}/ask"
    assert STRANGER in desk.get(path).text
    page = desk.post(path, data=form(world, desk, path, words="Who is it?") | {"asks": ["child", "danger"]})
    assert "Its sender was asked on Friday 27 November 2026" in page.text
    letter = of_purpose(world, "ask_sender")[0]
    assert (letter.email, letter.values["words"], len(letter.values["asks"])) == (STRANGER, "Who is it?", 2)
    assert letter.values["by"] == "Business support"
    assert "Secret words" not in str(letter.values)
    assert mail(world, id)[0] == "tray"


def test_nobody_is_asked_nothing_and_without_the_form(world: "World") -> None:
    id, desk = world.put_in_tray("Words", sender=STRANGER), world.desk()
    path = f"/desk/chscp/tray/{id}/ask"
    assert 'href="#asks"' in desk.post(path, data=form(world, desk, path)).text
    assert desk.post(path, data={"asks": "child"}).status_code == 403
    assert desk.post(path, data=form(world, desk, path, asks="odd")).status_code == 400
    assert of_purpose(world, "ask_sender") == []


def test_somebody_is_asked_twice_in_a_week_only_by_a_second_press(world: "World") -> None:
    first, second = (world.put_in_tray(words, sender=STRANGER) for words in ("One", "Two words"))
    desk = world.desk()
    for id in (first, second):
        path = f"/desk/chscp/tray/{id}/ask"
        blank = {name: value for name, value in form(world, desk, path, asks="child").items() if name != "again"}
        page = desk.post(path, data=blank)
    assert page.status_code == 409
    assert "was asked something within the last week" in page.text
    assert len(of_purpose(world, "ask_sender")) == 1
    assert desk.post(path, data=form(world, desk, path, asks="child", again="yes")).status_code == 200
    assert len(of_purpose(world, "ask_sender")) == 2
    world.clock.move(timedelta(days=7, seconds=1))
    desk = world.desk()
    assert "They were asked within a week" not in desk.get(path).text
    assert desk.post(path, data=form(world, desk, path, asks="meant")).status_code == 200
    assert len(of_purpose(world, "ask_sender")) == 3


@pytest.mark.parametrize("sender", ["no-reply@somewhere.example", INBOX])
def test_a_robot_is_not_asked(world: "World", sender: str) -> None:
    id, desk = world.put_in_tray("Words", sender=sender), world.desk()
    path = f"/desk/chscp/tray/{id}/ask"
    page = desk.get(path)
    assert "Nobody can be asked" in page.text
    elsewhere = world.put_in_tray("Other words", sender=STRANGER)
    hidden = form(world, desk, f"/desk/chscp/tray/{elsewhere}/ask", asks="child")
    assert desk.post(path, data=hidden).status_code == 400
    assert of_purpose(world, "ask_sender") == []


def test_the_answer_comes_back_to_the_same_thread_and_leaves_the_tray_with_it(world: "World") -> None:
    id, desk = world.put_in_tray("First words", sender=STRANGER), world.desk()
    path = f"/desk/chscp/tray/{id}/ask"
    desk.post(path, data=form(world, desk, path, asks="child"))
    answer = reply(
        world, of_purpose(world, "ask_sender")[0], "It is about K.M. of Homerton, and she is not seen at all."
    )
    page = desk.get(f"/desk/chscp/tray/{id}").text
    assert "The same thread" in page
    assert "It is about K.M. of Homerton" in page
    assert "First words" in desk.get(f"/desk/chscp/tray/{answer}").text
    assert "its sender answers our question" in desk.get("/desk/chscp/tray").text
    opening = f"/desk/chscp/tray/{answer}/open"
    assert "First words" in desk.get(opening).text
    desk.post(opening, data=form(world, desk, opening, **OPEN))
    assert [mail(world, each)[0] for each in (id, answer)] == ["done", "done"]
    assert mail(world, id)[2] == mail(world, answer)[2] == world.view().case.id


def test_a_known_persons_answer_to_our_question_is_no_case_of_its_own(world: "World") -> None:
    id, desk = world.put_in_tray("First words", sender="ben@hackney.example"), world.desk()
    path = f"/desk/chscp/tray/{id}/ask"
    desk.post(path, data=form(world, desk, path, asks="child"))
    words = "The child is K.M., and the other agency has not visited for three weeks now."
    answer = reply(world, of_purpose(world, "ask_sender")[0], words, "ben@hackney.example")
    assert mail(world, answer)[0] == "tray"
    assert "Its sender answers what business support asked" in mail(world, answer)[1]


def test_a_mail_that_is_not_ours_leaves_the_tray_and_its_sender_may_be_told(world: "World") -> None:
    id, desk = world.put_in_tray("Secret words", sender=STRANGER), world.desk()
    path = f"/desk/chscp/tray/{id}/pass-on"
    assert 'href="#reason"' in desk.post(path, data=form(world, desk, path)).text
    desk.post(path, data=form(world, desk, path, reason="complaint", words="Ring the council.", reply="yes"))
    state, why, _ = mail(world, id)
    assert (state, why) == (
        "done",
        "Not ours. It is a complaint about a service, which that service deals with itself. By Business support.",
    )
    letter = of_purpose(world, "not_ours")[0]
    assert (letter.email, letter.values["words"]) == (STRANGER, "Ring the council.")
    assert "Secret words" not in str(letter.values)


def test_of_a_robots_mail_that_is_not_ours_nobody_is_told(world: "World") -> None:
    id, desk = world.put_in_tray("Words", sender="no-reply@somewhere.example"), world.desk()
    path = f"/desk/chscp/tray/{id}/pass-on"
    assert "Its sender is not written to" in desk.get(path).text
    desk.post(path, data=form(world, desk, path, reason="other", reply="yes"))
    assert mail(world, id)[0] == "done"
    assert of_purpose(world, "not_ours") == []


def test_a_case_that_is_opened_from_a_mail_begins_when_the_mail_came_and_keeps_it(world: "World") -> None:
    id, received = world.put_in_tray("They never visit.", sender="alice@homerton.example"), world.clock()
    world.clock.move(timedelta(hours=20))
    desk = world.desk()
    path = f"/desk/chscp/tray/{id}/open"
    blank = desk.get(path).text
    for known in (
        'value="alice@homerton.example"',
        'value="Alice Osei"',
        "They never visit.",
        'value="health" selected',
    ):
        assert known in blank
    assert 'href="#spoken"' in desk.post(path, data=form(world, desk, path, email=STRANGER)).text
    page = desk.post(path, data=form(world, desk, path, **OPEN | {"email": "alice@homerton.example"}))
    case = world.view().case
    assert str(page.url).endswith(f"/cases/{case.reference}")
    assert case.opened_at == received
    assert not case.confirmed
    assert [each.purpose for each in world.letters()] == ["confirm_raised"]
    assert mail(world, id) == ("done", "It was opened as a case. By Business support.", case.id)
    lines = [each.words for each in world.reading.written_log(case.id).lines]
    assert "which Business support opened as a case." in lines[0]


def test_with_a_raiser_who_was_spoken_to_the_other_side_is_written_to_at_once(world: "World") -> None:
    id, desk = world.put_in_tray("They never visit.", sender="alice@homerton.example"), world.desk()
    path = f"/desk/chscp/tray/{id}/open"
    sent = OPEN | {"email": "alice@homerton.example", "other_email": "ben@hackney.example", "spoken": "spoken"}
    desk.post(path, data=form(world, desk, path, **sent))
    case = world.view().case
    assert case.confirmed
    assert "confirm_raised" not in [each.purpose for each in world.letters()]
    assert world.letters("stage", to="") != []
    lines = [each.words for each in world.reading.written_log(case.id).lines]
    assert any("Business support has spoken to" in words for words in lines)


ACTS: list[tuple[str, dict[str, str]]] = [
    ("/open", OPEN),
    ("/pass-on", {"reason": "other", "reply": "no"}),
    ("/away", {"kind": "It needs no answer"}),
    ("/ask", {"asks": "child"}),
]


@pytest.mark.parametrize(("act", "sent"), ACTS)
@pytest.mark.parametrize(("first", "first_sent"), ACTS[:3])
def test_of_two_who_press_the_second_is_told_that_somebody_was_faster(
    world: "World", act: str, sent: dict[str, str], first: str, first_sent: dict[str, str]
) -> None:
    id = world.put_in_tray("They never visit.", sender=STRANGER)
    one, two = world.desk(), world.desk("support")
    place = f"/desk/chscp/tray/{id}"
    page = place if act == "/away" else f"{place}{act}"
    theirs = form(world, two, page, **sent)  # both have the page open
    mine = form(world, one, place if first == "/away" else f"{place}{first}", **first_sent)
    assert one.post(f"{place}{first}", data=mine).status_code == 200
    became, written = mail(world, id), len(of_purpose(world, "ask_sender") + of_purpose(world, "not_ours"))
    late = two.post(f"{place}{act}", data=theirs)
    if first == act == "/open":
        assert str(late.url).endswith(world.view().case.reference)  # the same case, whoever presses
    else:
        assert late.status_code == 409
        assert "Somebody else was faster" in late.text
    assert mail(world, id) == became
    assert len(of_purpose(world, "ask_sender") + of_purpose(world, "not_ours")) == written


def test_a_mail_may_be_kept_with_the_case_that_it_belongs_to(world: "World") -> None:
    case = world.open_case(WHOLE).case
    id, desk = world.put_in_tray("Thank you", sender="ben@hackney.example"), world.desk()
    path = f"/desk/chscp/tray/{id}"
    assert "its sender is on this case" in desk.get(path).text
    sent = form(world, desk, path, kind="It needs no answer", words="Only thanks")
    assert 'href="#keep"' in desk.post(f"{path}/away", data=sent).text
    desk.post(f"{path}/away", data=sent | {"keep": case.reference})
    assert mail(world, id)[2] == case.id
    line = world.reading.written_log(case.id).lines[-1]
    assert "It needs no answer. Only thanks" in line.words
    assert "recorded by Business support" in line.evidence
    assert f"/desk/chscp/tray/{id}" in desk.get(f"/desk/chscp/cases/{case.reference}").text


def test_mail_of_a_confidential_case_is_neither_opened_nor_asked_about(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",)))
    id, desk = world.put_in_tray("Words", f"Re: {world.view().case.reference}", STRANGER), world.desk()
    place = f"/desk/chscp/tray/{id}"
    for part in ("/open", "/ask", "/pass-on", "/original", "/original/html", "/original/mail.eml", "/original/files/0"):
        assert desk.get(f"{place}{part}").status_code == 403


def test_words_of_harm_stand_first_in_the_tray(world: "World") -> None:
    world.put_in_tray("An older mail")
    raw = f"From: Jo <{STRANGER}>\r\nTo: {INBOX}\r\nSubject: Help\r\n\r\nHe is not safe tonight, he will be hurt.\r\n"
    world.clock.move(timedelta(minutes=1))
    Mailbox(world.correspondence, {"chscp": INBOX}, None).take_in(raw.encode(), "chscp", world.clock())
    page = world.desk().get("/desk/chscp/tray").text
    assert page.index("Words of immediate harm</strong>") < page.index("Hello")


def test_the_tray_shows_fifty_mails_a_page(world: "World") -> None:
    for number in range(55):
        world.put_in_tray("x" * number)
    page = world.desk().get("/desk/chscp/tray").text
    assert "55 mails need a person" in " ".join(page.split())
    assert page.count('<li class="todo__line') == 50
    assert world.desk().get("/desk/chscp/tray?page=2").text.count('<li class="todo__line') == 5
