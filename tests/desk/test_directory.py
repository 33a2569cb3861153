"""The directory at the desk: seen by whoever may see, changed by whoever may work, and what follows shown first."""

from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient

from cases.directory import edits
from cases.directory.directory import Away
from cases.directory.work import DirectoryWork
from cases.store import contacts, people
from tests.conftest import ALICE, World

DESK = "/desk/chscp/directory"
DAN = "dan@hackney.example"
SECOND = replace(ALICE, starts_at="line_managers")
DAYS = {
    "first-day": "27", "first-month": "11", "first-year": "2026",
    "last-day": "4", "last-month": "12", "last-year": "2026",
}  # fmt: skip


def number_of(world: World, email: str) -> int:
    with world.casework.database.read() as connection:
        return next(row.id for row in people.roster(connection, "chscp") if row.email == email)


def send(browser: TestClient, world: World, path: str, **fields: str) -> str:
    """Send the form of a page; where what follows is shown, press once more."""
    shown = browser.get(DESK + path)
    answer = browser.post(DESK + path, data=world.hidden(shown.text) | fields)
    if "Make this change" in answer.text:
        answer = browser.post(DESK + path, data=world.hidden(answer.text))
    return answer.text


@pytest.mark.parametrize(
    "path",
    ["", "?by=role", "/stale", "/coverage", "/changes", "/closures", "/file", "/people/new", "/people/3",
     "/people/3/change", "/people/3/delegate", "/people/3/away", "/agencies/new", "/agencies/health"],
)  # fmt: skip
def test_every_page_needs_the_door(world: World, path: str) -> None:
    assert "Sign in" in world.browser().get(DESK + path).text
    assert world.desk().get(DESK + path).status_code == 200


@pytest.mark.parametrize("path", ["/people/999", "/people/999/change", "/agencies/nobody"])
def test_what_is_not_there_is_not_found(world: World, path: str) -> None:
    assert world.desk().get(DESK + path).status_code == 404


def test_the_list_shows_who_holds_what_who_is_away_and_what_speaks_against_an_entry(world: World) -> None:
    DirectoryWork(world.casework).change(
        "chscp", edits.away(Away(DAN, date(2026, 11, 27), date(2026, 12, 4))), "Bo", world.clock()
    )
    with world.casework.database.write() as connection:
        contacts.flag(connection, "chscp", DAN, "no such address", date(2026, 11, 27))
    page = world.desk().get(DESK).text
    assert "Away from Friday 27 November 2026 to Friday 4 December 2026." in page
    assert "Nobody acts meanwhile." in page
    assert "Address does not work" in page
    assert "Entries that may be out of date: 1" in page
    stale = world.desk().get(f"{DESK}/stale").text
    assert "The address does not work: no such address." in stale
    assert "Roles that nobody holds" in page


def test_somebody_is_entered_by_name_and_the_record_of_changes_names_the_officer(world: World) -> None:
    browser = world.desk()
    fields = {"role": "line_manager", "agency": "police", "name": "Pip Orr", "email": "pip@police.example"}
    assert "Pip Orr" in send(browser, world, "/people/new", **fields, phone="020 7946 0009")
    page = browser.get(f"{DESK}/changes").text
    assert "Pip Orr, pip@police.example, was entered as line_manager of police." in page
    assert "Business support" in page


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"email": "pip"}, "E-mail"),
        ({"email": "pip@hackny.example"}, "looks like hackney.example"),
        ({"email": "escalations@chscp.example"}, "is an address of this service itself"),
        ({"agency": ""}, "belongs to an agency, and none is given"),
        ({"role": "commissioner"}, "one of the partnership as a whole"),
        ({"email": DAN, "agency": "hackney"}, "in the directory in this role already"),
        ({"name": ""}, "Write the name"),
    ],
)
def test_a_wrong_entry_comes_back_with_the_words_kept(world: World, fields: dict[str, str], says: str) -> None:
    good = {"role": "line_manager", "agency": "police", "name": "Pip Orr", "email": "pip@police.example", "phone": "1"}
    before = world.casework.directory("chscp").people
    browser = world.desk()
    shown = browser.get(f"{DESK}/people/new")
    answer = browser.post(f"{DESK}/people/new", data=world.hidden(shown.text) | good | fields)
    assert answer.status_code == 400
    assert says in answer.text
    assert fields.get("email", "pip@police.example") in answer.text
    assert world.casework.directory("chscp").people == before


def test_what_follows_is_shown_first_and_nothing_has_changed_by_then(world: World) -> None:
    world.open_case(SECOND)
    browser, number = world.desk(), number_of(world, DAN)
    fields = {"name": "Dan Webb", "email": "d.webb@hackney.example", "phone": ""}
    before = world.everything()
    hidden = world.hidden(browser.get(f"{DESK}/people/{number}/change").text)
    page = browser.post(f"{DESK}/people/{number}/change", data=hidden | fields).text
    assert "Nothing is changed yet." in page
    assert world.view().case.reference in page
    assert "the letter “Your answer is needed” to Dan Webb" in page
    assert world.everything() == before
    send(browser, world, f"/people/{number}/change", **fields)
    assert world.letters("stage", "Dan Webb")[-1].email == "d.webb@hackney.example"


def test_a_role_is_ended_only_after_what_follows_was_shown(world: World) -> None:
    browser, number = world.desk(), number_of(world, "una@chscp.example")
    hidden = world.hidden(browser.get(f"{DESK}/people/{number}").text)
    shown = browser.post(f"{DESK}/people/{number}/end", data=hidden)
    assert "No letter that can be shown goes out because of it today." in shown.text
    assert "Nobody will hold: Independent Child Safeguarding Commissioner." in shown.text
    page = browser.post(f"{DESK}/people/{number}/end", data=world.hidden(shown.text)).text
    assert "They hold this role no longer." in page
    assert "Una Blake" in browser.get(f"{DESK}/changes").text
    again = browser.post(f"{DESK}/people/{number}/end", data=hidden)
    assert again.status_code == 400
    assert "not in the directory any more" in again.text


def test_a_delegate_and_an_absence_hand_the_case_over_at_once_and_coming_back_returns_it(world: World) -> None:
    world.open_case(SECOND)
    browser, number = world.desk(), number_of(world, DAN)
    assert "Ella Frost" in send(browser, world, f"/people/{number}/delegate", delegate="ella@hackney.example")
    page = send(browser, world, f"/people/{number}/away", **DAYS)
    assert "Away from Friday 27 November 2026 to Friday 4 December 2026" in page
    assert [each.purpose for each in world.letters(to="Ella Frost")] == ["stage"]
    hidden = world.hidden(page)
    answer = browser.post(f"{DESK}/people/{number}/back/1", data=hidden)
    browser.post(f"{DESK}/people/{number}/back/1", data=world.hidden(answer.text))
    assert world.letters("stage", "Dan Webb")[1:]


def test_days_in_the_wrong_order_come_back(world: World) -> None:
    number = number_of(world, DAN)
    page = send(world.desk(), world, f"/people/{number}/away", **(DAYS | {"first-month": "12", "first-day": "9"}))
    assert "The last day is before the first." in page
    assert "The last day is before the first." in send(
        world.desk(), world, "/closures", **(DAYS | {"first-month": "12", "agency": "-", "name": "Half-term"})
    )


def test_an_entry_is_confirmed_at_the_desk(world: World) -> None:
    with world.casework.database.write() as connection:
        contacts.flag(connection, "chscp", DAN, "no such address", date(2026, 11, 27))
    browser, number = world.desk(), number_of(world, DAN)
    page = browser.get(f"{DESK}/people/{number}").text
    assert "The address does not work: no such address." in page
    page = browser.post(f"{DESK}/people/{number}/confirm", data=world.hidden(page)).text
    assert "The address does not work" not in page


def test_agencies_are_entered_changed_and_taken_out(world: World) -> None:
    browser = world.desk()
    fields = {"agency": "school", "agency_name": "Oak School", "domains": "oak.example\noaks.example"}
    assert "Oak School" in send(browser, world, "/agencies/new", **fields)
    assert "There is an agency with this short name already." in send(browser, world, "/agencies/new", **fields)
    wrong = send(browser, world, "/agencies/school", agency_name="Oak School", domains="head@oak.example")
    assert "is not the domain of e-mail addresses" in wrong
    assert "Oak Primary" in send(browser, world, "/agencies/school", agency_name="Oak Primary", domains="oak.example")
    hidden = world.hidden(browser.get(f"{DESK}/agencies/hackney").text)
    refused = browser.post(f"{DESK}/agencies/hackney/remove", data=hidden)
    assert (refused.status_code, "Somebody still holds a role there" in refused.text) == (400, True)
    shown = browser.post(f"{DESK}/agencies/school/remove", data=hidden)
    assert "Oak Primary" not in browser.post(f"{DESK}/agencies/school/remove", data=world.hidden(shown.text)).text


def test_closures_of_the_partnership_and_of_an_agency_are_entered_and_taken_out(world: World) -> None:
    browser = world.desk()
    page = send(browser, world, "/closures", **DAYS, agency="-", name="Moving house")
    assert "<strong>The partnership</strong>: Moving house" in page
    page = send(browser, world, "/closures", **DAYS, agency="hackney", name="Inset days")
    assert "Inset days, from Friday 27 November 2026 to Friday 4 December 2026" in page
    hidden = world.hidden(page)
    browser.post(f"{DESK}/closures/1/remove", data=hidden)
    assert "Moving house" not in browser.get(f"{DESK}/closures").text


def test_a_file_is_shown_row_by_row_before_it_is_taken_in(world: World) -> None:
    world.open_case(SECOND)
    browser = world.desk()
    saved = browser.get(f"{DESK}/directory.csv")
    assert saved.headers["content-disposition"] == 'attachment; filename="directory-chscp.csv"'
    hidden = world.hidden(browser.get(f"{DESK}/file").text)
    same = browser.post(f"{DESK}/file", data=hidden, files={"file": ("d.csv", saved.content)})
    assert "Nothing: the file says what the directory says already." in same.text
    changed = saved.text.replace("Dan Webb,dan@", "Don Webber,don@").encode()
    before = world.everything()
    shown = browser.post(f"{DESK}/file", data=hidden, files={"file": ("d.csv", changed)}).text
    assert "Don Webber" in shown
    assert "Not in the file: the role ends." in shown
    assert world.everything() == before
    follows = browser.post(f"{DESK}/file/take", data=world.hidden(shown)).text
    assert "the letter “Your answer is needed” to Don Webber" in follows
    assert world.everything() == before
    browser.post(f"{DESK}/file/take", data=world.hidden(follows))
    assert world.letters("stage", "Don Webber")
    assert "A file was taken in: 3 agencies" in browser.get(f"{DESK}/changes").text


def test_of_a_wrong_file_each_row_is_named_and_nothing_can_be_taken_in(world: World) -> None:
    browser = world.desk()
    hidden = world.hidden(browser.get(f"{DESK}/file").text)
    wrong = browser.get(f"{DESK}/directory.csv").text.replace("dan@hackney.example", "dan").encode()
    answer = browser.post(f"{DESK}/file", data=hidden, files={"file": ("d.csv", wrong)})
    assert answer.status_code == 400
    assert "column email</strong>: “dan” is not an e-mail address." in answer.text
    assert "Take it in" not in answer.text
    refused = browser.post(f"{DESK}/file/take", data=hidden | {"file": wrong.hex()})
    assert (refused.status_code, "rows that are wrong" in refused.text) == (400, True)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "Choose a file that is not empty."),
        (b"x" * 400_001, "larger than 400 kB"),
        (b"PK\x03\x04", "it is a spreadsheet, not a CSV file"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words(world: World, raw: bytes, says: str) -> None:
    browser = world.desk()
    hidden = world.hidden(browser.get(f"{DESK}/file").text)
    answer = browser.post(f"{DESK}/file", data=hidden, files={"file": ("d.csv", raw)})
    assert (answer.status_code, says in answer.text) == (400, True)


def test_a_form_without_its_key_changes_nothing(world: World) -> None:
    browser, number = world.desk(), number_of(world, DAN)
    before = world.everything()
    fields = {"name": "X", "email": DAN, "phone": ""}
    assert browser.post(f"{DESK}/people/{number}/change", data=fields).status_code == 403
    assert browser.post(f"{DESK}/people/{number}/end", data={}).status_code == 403
    assert browser.post(f"{DESK}/agencies/hackney/remove", data={}).status_code == 403
    assert browser.post(f"{DESK}/closures/1/remove", data={}).status_code == 403
    assert browser.post(f"{DESK}/file", data={}, files={"file": ("d.csv", b"x")}).status_code == 403
    assert browser.post(f"{DESK}/file", data={"a": "b"}).status_code == 415
    assert browser.post(f"{DESK}/file/take", data={"file": "zz"}).status_code == 400
    assert world.everything() == before
