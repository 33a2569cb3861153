"""What an officer is shown is what is done, and that it was done is said: on cases, in the tray, in the directory."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.directory import edits
from cases.directory.directory import Person
from cases.directory.work import DirectoryWork
from cases.store import people
from cases.submission import Answer, Submission
from cases.tables import absences, closures, directory_changes, letters
from tests.desk.test_actions import ACTIONS, MEETING, UNTIL, done, main, place, preview

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from tests.conftest import World

WHOLE = Submission(
    email="alice@homerton.example",
    name="Alice Osei",
    agency="health",
    other_agency="hackney",
    other_name="Ben Carter",
    other_email="ben@hackney.example",
    concern="Nobody has visited.",
)
DAYS = {
    "first-day": "1", "first-month": "12", "first-year": "2026", "last-day": "9", "last-month": "12",
    "last-year": "2026",
}  # fmt: skip


def case_page(world: "World") -> str:
    return f"/desk/chscp/cases/{world.view().case.reference}"


def number_of(world: "World", email: str) -> int:
    with world.casework.database.read() as connection:
        return next(row.id for row in people.roster(connection, "chscp") if row.email == email)


def another(world: "World", email: str, to: str) -> None:
    """Somebody else is in the directory in a person's place from now on."""
    number = number_of(world, email)
    edit = edits.change(number, Person("", "Other Person", to))
    DirectoryWork(world.casework).change("chscp", edit, "Sal Okoro", world.clock())


def count(world: "World", table: object) -> int:
    with world.casework.database.read() as connection:
        return len(connection.execute(select(table)).all())  # type: ignore[call-overload]


def pressed(world: "World", desk: "TestClient", path: str, sent: dict[str, str], times: int = 2) -> list[str]:
    """Where the very same form leads, sent so often."""
    answers = [desk.post(path, data=sent, follow_redirects=False) for _ in range(times)]
    assert [each.status_code for each in answers] == [303] * times, main(answers[-1].text)
    return [each.headers["location"] for each in answers]


def test_nobody_is_written_to_who_was_not_shown(world: "World") -> None:
    """The directory changes while the preview is read: the new one is shown first."""
    world.open_case()
    desk = world.desk()
    page, hidden = preview(world, desk, "take-on", target="line_managers")
    shown = sorted(set(re.findall(r"<(\S+@\S+)>", main(page))))
    manager = next(each for each in shown if each not in {party.email for party in world.view().case.parties})
    another(world, manager, f"other@{manager.partition('@')[2]}")
    before = len(world.letters())
    again = desk.post(f"{place(world)}/take-on", data=hidden | {"press": "do"})
    assert (again.status_code, "has changed since you looked" in main(again.text)) == (409, True)
    assert "other@" in main(again.text)
    assert len(world.letters()) == before
    sent = desk.post(f"{place(world)}/take-on", data=world.hidden(again.text) | {"press": "do"})
    assert sent.status_code == 200
    assert manager not in [each.email for each in world.letters()[before:]]


def test_a_merge_is_shown_again_where_the_case_that_goes_on_has_changed(world: "World") -> None:
    survivor = world.open_case().case
    world.clock.move(timedelta(minutes=1))
    world.open_case()
    desk = world.desk()
    _, hidden = preview(world, desk, "merge", survivor=survivor.reference)
    world.casework.hear(survivor.id, "p2", Answer("by", "s1", "", None), world.clock())
    again = desk.post(f"{place(world)}/merge", data=hidden | {"press": "do"})
    assert (again.status_code, world.view().case.status) == (409, "open")
    assert desk.post(f"{place(world)}/merge", data=world.hidden(again.text) | {"press": "do"}).status_code == 200
    assert world.view().case.merged_into == survivor.reference


@pytest.mark.parametrize("key", ACTIONS)
def test_a_preview_that_was_read_for_a_while_is_done_as_it_was_shown(world: "World", key: str) -> None:
    world.open_case()
    desk = world.desk()
    _, hidden = preview(world, desk, key, **ACTIONS[key])
    world.clock.move(timedelta(minutes=20))
    answer = desk.post(f"{place(world)}/{key}", data=hidden | {"press": "do"}, follow_redirects=False)
    assert answer.status_code == 303, main(answer.text)


def test_a_change_of_the_directory_is_shown_again_where_something_else_would_follow(world: "World") -> None:
    world.open_case(WHOLE)
    desk, number = world.desk(), number_of(world, "ben@hackney.example")
    path = f"/desk/chscp/directory/people/{number}/change"
    sent = world.hidden(desk.get(path).text) | {"name": "Ben Carter", "email": "benc@hackney.example", "phone": ""}
    shown = desk.post(path, data=sent)
    world.clock.move(timedelta(minutes=20))
    second = world.open_case(replace(WHOLE, concern="Something else.")).case.reference
    before = count(world, letters)
    again = desk.post(path, data=world.hidden(shown.text))
    assert (again.status_code, second in again.text, count(world, letters)) == (409, True, before)
    assert "Something has changed since you looked" in again.text
    assert desk.post(path, data=world.hidden(again.text)).status_code == 200
    assert number_of(world, "benc@hackney.example")


SAID = {"choice": "outcome:not_resolved@s1", "text": "No luck", "via": "telephone", "reason": "Ben to Kim at ten"}


def test_an_answer_told_by_telephone_is_shown_with_what_follows_before_it_is_recorded(world: "World") -> None:
    """An answer can open the next stage with letters to managers: nobody does that unawares."""
    world.open_case(WHOLE)
    desk, path = world.desk(), f"{case_page(world)}/answer/p1"
    sent = world.hidden(desk.get(path).text) | SAID
    before, written_before = world.everything(), len(world.letters())
    shown = desk.post(path, data=sent)
    assert (shown.status_code, "Nothing has been done yet" in main(shown.text)) == (200, True)
    assert world.everything() == before
    desk.post(path, data=world.hidden(shown.text) | {"press": "do"})
    written = world.letters()[written_before:]
    assert any(each.name not in ("Alice Osei", "Ben Carter") for each in written)
    assert all(each.email in main(shown.text) or each.to == "business_support" for each in written)


def test_an_answer_is_shown_again_where_the_case_has_changed_and_may_be_changed_itself(world: "World") -> None:
    world.open_case(WHOLE)
    desk, path = world.desk(), f"{case_page(world)}/answer/p2"
    hidden = world.hidden(desk.post(path, data=world.hidden(desk.get(path).text) | SAID).text)
    change = desk.post(path, data=hidden | {"press": "change"})
    assert ("No luck" in change.text, "Show what will happen" in change.text) == (True, True)
    world.casework.hear(world.view().case.id, "p2", Answer("by", "s1", "", None), world.clock())
    again = desk.post(path, data=hidden | {"press": "do"})
    assert (again.status_code, world.view().case.stages[0].said) == (409, ())
    assert desk.post(path, data=world.hidden(again.text) | {"press": "do"}).status_code == 200
    assert [each.party for each in world.view().case.stages[0].said] == ["p2"]


def test_a_mail_is_offered_first_as_the_answer_of_who_wrote_it(world: "World") -> None:
    world.open_case(WHOLE)
    mail, desk = world.put_in_tray("Not settled.", sender="ben@hackney.example"), world.desk()
    page = main(desk.get(f"/desk/chscp/tray/{mail}").text)
    assert "record it for Ben Carter, practitioner , who wrote this mail" in page
    assert page.index("Ben Carter, practitioner , who wrote") < page.index("it is somebody else’s answer: Alice Osei")


def test_a_mail_is_not_recorded_for_another_person_unless_the_officer_says_so(world: "World") -> None:
    world.open_case(WHOLE)
    mail, desk = world.put_in_tray("Not settled.", sender="ben@hackney.example"), world.desk()
    path = f"{case_page(world)}/answer/p1"
    form_page = desk.get(f"{path}?mail={mail}")
    assert "This mail was written by somebody else" in main(form_page.text)
    assert "I have made sure that it is Alice Osei’s answer." in main(form_page.text)
    sent = world.hidden(form_page.text) | {"choice": "outcome:not_resolved@s1", "text": "No", "reason": "It says so"}
    refused = desk.post(path, data=sent)
    assert (refused.status_code, 'href="#sure"' in refused.text) == (400, True)
    assert world.press(desk, path, sent | {"sure": "yes"}).status_code == 200
    assert [each.party for each in world.view().case.stages[0].said] == ["p1"]
    own = desk.get(f"{case_page(world)}/answer/p2?mail={world.put_in_tray('More.', sender='ben@hackney.example')}")
    assert "This mail was written by somebody else" not in own.text


def test_a_case_says_what_was_done_and_by_nobody_else(world: "World") -> None:
    world.open_case()
    desk = world.desk()
    assert "Done:" not in main(desk.get(case_page(world)).text)
    assert "Done:" not in main(desk.get(f"{case_page(world)}?done=1").text)
    done(world, desk, "pause", **UNTIL)
    assert "Done: " in main(desk.get(f"{case_page(world)}?done=1").text)
    assert "They asked for it" in main(desk.get(f"{case_page(world)}?done=1").text).split("Do something")[0]
    assert "Done:" not in main(desk.get(case_page(world)).text)
    assert "Done:" not in main(world.desk("support").get(f"{case_page(world)}?done=1").text)


def test_a_meeting_stands_on_the_case_with_what_can_be_done_about_it(world: "World") -> None:
    world.open_case()
    desk = world.desk()
    assert "Meeting:" not in main(desk.get(case_page(world)).text).replace(" :", ":")
    done(world, desk, "meeting", **MEETING)
    page = desk.get(case_page(world)).text
    assert "Meeting : Monday 14 December 2026 at 10:30, Town Hall." in main(page)
    assert f'href="{place(world)}/meeting"' in page
    assert f'href="{place(world)}/call-off"' in page
    done(world, desk, "call-off")
    assert "Town Hall." not in main(desk.get(case_page(world)).text).split("People")[1].split("What happened")[0]
    assert f'href="{place(world)}/call-off"' not in desk.get(case_page(world)).text


def test_where_no_answer_is_awaited_the_page_does_not_speak_of_one(world: "World") -> None:
    world.open_case()
    desk = world.desk()
    assert "If nobody answers: on" in main(desk.get(case_page(world)).text)
    done(world, desk, "pause", **UNTIL)
    page = main(desk.get(case_page(world)).text)
    assert "Then: on" in page
    assert "If nobody answers: on" not in page


def test_e66_an_absence_or_a_closure_sent_twice_is_one_row(world: "World") -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    desk = world.desk()
    away, closed = "/desk/chscp/directory/people/1/away", "/desk/chscp/directory/closures"
    for path, sent, table in ((away, DAYS, absences), (closed, DAYS | {"agency": "-", "name": "Half-term"}, closures)):
        pressed(world, desk, path, world.hidden(desk.get(path).text) | sent)
        assert count(world, table) == 1
        fresh = desk.post(path, data=world.hidden(desk.get(path).text) | sent)
        assert (fresh.status_code, "entered already" in fresh.text, count(world, table)) == (400, True, 1)


def test_e66_a_person_entered_or_changed_by_two_presses_is_entered_or_changed_once(world: "World") -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    desk, new = world.desk(), "/desk/chscp/directory/people/new"
    person = {"role": "practitioner", "agency": "health", "name": "Zed New", "email": "zed@homerton.example"}
    pressed(world, desk, new, world.hidden(desk.get(new).text) | person)
    change = f"/desk/chscp/directory/people/{number_of(world, 'zed@homerton.example')}/change"
    sent = world.hidden(desk.get(change).text) | {"name": "Zed New", "email": "zn@homerton.example"}
    shown = desk.post(change, data=sent, follow_redirects=False)
    if shown.status_code == 200:
        sent = world.hidden(shown.text)
        pressed(world, desk, change, sent)
    assert desk.post(change, data=sent, follow_redirects=False).status_code == 303
    assert number_of(world, "zn@homerton.example")
    assert count(world, directory_changes) == 2


@pytest.mark.parametrize(
    ("act", "sent"),
    [
        ("/ask", {"asks": "child", "words": "Please ring me"}),
        ("/pass-on", {"reason": "elsewhere", "words": "Try the other one", "reply": "yes"}),
        ("/away", {"kind": "It needs no answer", "words": "Only a thank you"}),
    ],
)
def test_e66_what_is_done_with_a_mail_by_two_presses_is_done_once_and_shown(
    world: "World", act: str, sent: dict[str, str]
) -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    mail, desk = world.put_in_tray("Hello", sender="jo@hackney.example"), world.desk()
    page = f"/desk/chscp/tray/{mail}"
    hidden = world.hidden(desk.get(page if act == "/away" else page + act).text)
    pressed(world, desk, page + act, hidden | sent)
    assert count(world, letters) == (0 if act == "/away" else 1) + count_before(world)


def count_before(world: "World") -> int:
    """The letters that the sign-in of an officer wrote."""
    with world.casework.database.read() as connection:
        purposes = connection.execute(select(letters.c.purpose)).scalars().all()
    return sum(each not in ("ask_sender", "not_ours") for each in purposes)


def test_e66_the_same_officer_is_not_told_that_somebody_else_was_faster(world: "World") -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    mail, desk = world.put_in_tray("Hello", sender="jo@hackney.example"), world.desk()
    page = f"/desk/chscp/tray/{mail}"
    tabs = [world.hidden(desk.get(page).text) for _ in range(2)]
    desk.post(f"{page}/away", data=tabs[0] | {"kind": "It needs no answer", "words": "Thanks"})
    late = desk.post(f"{page}/away", data=tabs[1] | {"kind": "It needs no answer", "words": "Other words"})
    assert (late.status_code, "You have dealt with this mail already" in late.text) == (409, True)
    assert "Somebody else" not in late.text
    assert "Other words" in late.text


def test_a_mail_is_opened_as_a_case_in_words_that_ask_for_somebody_else(world: "World") -> None:
    mail, desk = world.put_in_tray("Nobody visits.", sender="jo@hackney.example"), world.desk()
    page = desk.get(f"/desk/chscp/tray/{mail}/open").text
    assert "The name of the person who raises it" in page
    assert "Their work e-mail address" in page
    assert not re.search(r"\bYour (name|job|work|telephone|agency)\b|We send a code", page)
    assert 'autocomplete="email"' not in page
