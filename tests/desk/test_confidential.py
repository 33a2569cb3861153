from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi.testclient import TestClient

from cases.submission import Submission

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
    desk.post(f"{here}/answer/{named}", data=form | {"via": "telephone", "reason": "Yusuf to Kim, 10am"})
    assert (world.view().case.status, world.view().case.confidential) == ("open", True)
    ben = next(party.key for party in world.view().case.parties if party.name == "Ben Carter")
    assert "Ben Carter" not in desk.get(here).text
    assert desk.get(f"{here}/answer/{ben}").status_code == 404


def test_the_desk_does_not_read_the_log_of_a_confidential_case(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",)))
    page = record(world)
    assert "the named person alone read its log" in page
    assert "An escalation was received" not in page
