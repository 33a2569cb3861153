import re
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi.testclient import TestClient

from cases.directory.effects import HIDDEN_FOR
from cases.submission import Submission
from cases.tables import tasks

if TYPE_CHECKING:
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


def case_path(world: "World") -> str:
    return f"/desk/chscp/cases/{world.view().case.reference}"


def record(world: "World") -> str:
    return world.desk().get(f"{case_path(world)}/record").text


def filled_in(world: "World", browser: TestClient, path: str, **answers: str) -> dict[str, str]:
    return world.hidden(browser.get(path).text) | answers


def test_the_desk_sees_of_a_confidential_case_only_how_it_stands(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",)))
    reference = world.view().case.reference
    mail = world.put_in_tray("It is about our colleague.", f"Re: {reference}, our colleague")
    desk, here = world.desk(), case_path(world)
    paths = ("/desk/chscp/cases", here, f"/desk/chscp/tray/{mail}", f"{here}/answer/p1?mail={mail}")
    seen = [desk.get(each) for each in paths]
    for page in seen:
        assert page.status_code == 200
        assert not [word for word in ("our colleague", "Ben Carter", "ben@", "Nobody has visited") if word in page.text]
    assert all("Confidential" in page.text for page in seen[:2])
    assert all("named person must read it" in page.text for page in seen[2:])
    assert desk.get(f"{here}/record").status_code == 403


def test_on_a_confidential_case_the_desk_takes_down_for_the_raiser_and_the_named_person_alone(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",)))
    desk, here = world.desk(), case_path(world)
    case = world.view().case
    named = next(party.key for party in case.parties if party.role == "named_person")
    others = {each.key for each in case.parties} - {"p1", named}
    assert {desk.get(f"{here}/answer/{who}").status_code for who in others} <= {404}
    form = filled_in(world, desk, f"{here}/answer/{named}", choice="divert:split@case", text="Only the visits.")
    done = world.press(desk, f"{here}/answer/{named}", form | {"via": "telephone", "reason": "Yusuf to Kim, 10am"})
    assert "It is done, and on the record, which is not shown here" in done.text
    assert (world.view().case.status, world.view().case.confidential) == ("open", True)
    ben = next(party.key for party in world.view().case.parties if party.name == "Ben Carter")
    assert "Ben Carter" not in desk.get(here).text
    assert desk.get(f"{here}/answer/{ben}").status_code == 404


def test_the_desk_does_not_read_the_log_of_a_confidential_case(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",)))
    page = record(world)
    assert "the named person alone read its log" in page
    assert "An escalation was received" not in page


def split(world: "World") -> TestClient:
    """A confidential case that goes on for what the named person let through: Ben Carter acts on it."""
    world.open_case(replace(WHOLE, diversions=("lado",)))
    desk, here = world.desk("support"), case_path(world)
    named = next(party.key for party in world.view().case.parties if party.role == "named_person")
    form = filled_in(world, desk, f"{here}/answer/{named}", choice="divert:split@case", text="Only the visits.")
    world.press(desk, f"{here}/answer/{named}", form | {"via": "telephone", "reason": "Yusuf to Kim, 10am"})
    return desk


def named_anywhere(text: str) -> list[str]:
    return [
        word for word in ("Ben Carter", "ben@hackney", "Alice Osei", "alice@homerton", "Yusuf Amin") if word in text
    ]


def test_a_letter_that_did_not_arrive_on_a_confidential_case_names_the_role_alone(world: "World") -> None:
    desk = split(world)
    letter = next(each for each in world.view().letters if each.name == "Ben Carter")
    held = world.dispatch.handing_over(letter, b"Subject: x\r\n\r\nx", world.clock())
    assert held
    world.dispatch.refused(held, world.clock(), "550 ben@hackney.example is not known", address_fails=True)
    task = next(each for each in world.reading.open_tasks("chscp") if each.key.startswith("not_reached"))
    assert "to the practitioner did not arrive" in task.words
    told = [each for each in world.view().letters if each.purpose == "task"]
    place = f"{case_path(world)}/tasks/{task.key}"
    pages = [desk.get(each).text for each in (place, case_path(world), "/desk/chscp/letters", "/desk/chscp")]
    assert told
    assert not named_anywhere(" ".join(each.values["words"] for each in told))
    assert not [found for page in (task.words, *pages) if (found := named_anywhere(page))]
    assert "It is about: the practitioner" in pages[0]
    assert place in pages[1].replace("%3A", ":")
    assert "telephone the named person" in pages[1]


def test_what_a_task_of_a_confidential_case_said_before_is_not_shown(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",)))
    case = world.view().case
    with world.casework.database.write() as connection:
        key = world.casework.keyring.case_key(connection, case.id)
        sealed = key.seal({"words": "Yusuf Amin says it is Ben."}, about=f"task:{case.id}:question:9")
        row = {"case_id": case.id, "key": "question:9", "partnership_id": "chscp", "rank": 3}
        connection.execute(tasks.insert().values(**row, opened_at=world.clock(), sealed=sealed))
    page = world.desk("support").get(f"{case_path(world)}/tasks/question:9")
    assert page.status_code == 200
    assert "says it is Ben" not in page.text
    assert "Answer a question" in page.text


def test_the_pages_of_a_confidential_case_offer_nobody_by_name_and_refuse_truthfully(world: "World") -> None:
    desk, here = split(world), case_path(world)
    assert not named_anywhere(desk.get(here).text)
    assert not named_anywhere(desk.get(f"{here}/answer/p1").text)
    for key in ("hand-over", "breach"):
        refused = desk.get(f"{here}/do/{key}")
        assert refused.status_code == 403
        assert "the case is confidential" in refused.text
        assert "This has changed meanwhile" not in refused.text


def test_a_change_of_the_directory_does_not_say_who_is_on_a_confidential_case(world: "World") -> None:
    desk = split(world)
    people = world.casework.directory("chscp").people
    number = next(n for n in range(1, len(people) + 1) if _heading(desk, n) == "Ben Carter")
    path = f"/desk/chscp/directory/people/{number}/away"
    days = {"first-day": "27", "first-month": "11", "first-year": "2026"}
    days |= {"last-day": "9", "last-month": "12", "last-year": "2026"}
    shown = desk.post(path, data=world.hidden(desk.get(path).text) | days)
    assert "onfidential cases: " not in shown.text
    if 'name="sure"' in shown.text:
        assert "Confidential cases are not shown here." in shown.text
        desk.post(path, data=world.hidden(shown.text))
    reference = world.view().case.reference
    world.casework.look_again(world.clock(), 200)
    assert reference not in desk.get("/desk/chscp").text.partition("What happens next by itself")[0]
    world.clock.move(HIDDEN_FOR)
    world.casework.look_again(world.clock(), 200)
    today = world.desk("support").get("/desk/chscp").text.partition("What happens next by itself")[0]
    assert "Somebody who must act is away" in today
    assert not named_anywhere(today)


def _heading(desk: TestClient, number: int) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", desk.get(f"/desk/chscp/directory/people/{number}").text, re.DOTALL)
    return found[1].strip() if found else ""
