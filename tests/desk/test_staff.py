"""The staff list: kept by its managers, each change with who made it, and a way in that nobody can lock."""

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from cases.case import BUSINESS_SUPPORT
from cases.staff.officer import Role
from cases.staff.staff_list import NotOnList, StaffList
from cases.submission import Submission
from cases.tables import staff

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from tests.conftest import World

STAFF = "/desk/chscp/staff"
SAL = {"email": "Sal@chscp.example", "name": "Sal  Okoro", "role": "support"}
NOBODY_THERE = Submission(
    email="alice@homerton.example", agency="health", other_agency="police", concern="He is not safe."
)


def put(world: "World", email: str, role: Role, name: str = "Sal Okoro") -> None:
    StaffList(world.casework).put("chscp", email, name, role, "Business support", world.clock())


def sign_in(world: "World", email: str) -> "TestClient":
    return world.sign_in(world.browser(f"192.0.2.{len(email)}"), email)


def line(page: str, name: str) -> str:
    """The path of somebody's own page, as the list links it."""
    [found] = re.findall(rf'href="({STAFF}/\d+)">Change<span class="govuk-visually-hidden"> {name}<', page)
    return str(found)


def listed(world: "World") -> list[tuple[str, str | None, str]]:
    return [(each.email, each.role, each.by) for each in StaffList(world.casework).now("chscp")]


def test_a_manager_adds_somebody_who_can_then_sign_in(world: "World") -> None:
    desk = world.desk()
    assert "Nobody is on the list yet." in desk.get(STAFF).text
    page = desk.post(STAFF, data=world.hidden(desk.get(STAFF).text) | SAL)
    assert page.url.path == STAFF
    assert "Sal Okoro" in page.text
    assert listed(world) == [("sal@chscp.example", "support", "Business support (support@chscp.example)")]
    assert "Sal Okoro, Business support" in sign_in(world, "sal@chscp.example").get("/desk/chscp").text


def test_a_change_and_a_removal_are_recorded_with_who_made_them(world: "World") -> None:
    put(world, "sal@chscp.example", "support")
    desk = world.desk()
    there = line(desk.get(STAFF).text, "Sal Okoro")
    shown = desk.get(there)
    assert 'value="support" checked' in shown.text
    desk.post(there, data=world.hidden(shown.text) | {"name": "Sal Okoro", "role": "reader"})
    after = desk.get(STAFF).text
    assert line(after, "Sal Okoro") != there
    gone = desk.post(f"{line(after, 'Sal Okoro')}/off", data=world.hidden(after))
    assert "Nobody is on the list yet." in gone.text
    assert listed(world) == []
    with world.casework.database.read() as connection:
        kept = connection.execute(select(staff.c.role, staff.c.by).order_by(staff.c.id)).all()
    assert [tuple(each) for each in kept] == [
        ("support", "Business support"),
        ("reader", "Business support (support@chscp.example)"),
        (None, "Business support (support@chscp.example)"),
    ]
    assert "was taken off the list, by Business support (support@chscp.example)" in gone.text


def test_the_list_is_not_changed_without_the_form_and_the_words_are_kept(world: "World") -> None:
    put(world, "sal@chscp.example", "support")
    desk = world.desk()
    page = desk.get(STAFF).text
    hidden, there, before = world.hidden(page), line(page, "Sal Okoro"), world.everything()
    assert desk.post(STAFF, data=SAL | {"role": ""}).status_code == 403
    for wrong in ({"email": "sal"}, {"name": " "}, {"role": ""}, {"role": "owner"}):
        answer = desk.post(
            STAFF, data=hidden | {"email": "new@chscp.example", "name": "New Name", "role": "reader"} | wrong
        )
        assert answer.status_code == 400
        assert "There is a problem" in answer.text
        assert "New Name" in answer.text or "new@chscp.example" in answer.text
    own = desk.post(STAFF, data=hidden | {"email": "Support@chscp.example", "name": "We", "role": "reader"})
    assert (own.status_code, "It can always sign in" in own.text) == (400, True)
    assert desk.post(there, data={"name": "Sal", "role": "reader"}).status_code == 403
    assert desk.post(there, data=hidden | {"name": "", "role": "reader"}).status_code == 400
    assert desk.post(f"{there}/off", data={}).status_code == 403
    assert desk.get(f"{STAFF}/999").status_code == 404
    assert world.everything() == before


def test_the_same_again_is_no_change(world: "World") -> None:
    put(world, "sal@chscp.example", "support")
    sal, before = sign_in(world, "sal@chscp.example"), None
    before = world.everything()
    put(world, "SAL@chscp.example", "support")
    assert world.everything() == before
    assert sal.get("/desk/chscp").url.path == "/desk/chscp"


def test_the_last_manager_does_not_lock_themselves_out(world: "World") -> None:
    put(world, "max@chscp.example", "manager", "Max Ruiz")
    max_ = sign_in(world, "max@chscp.example")
    page = max_.get(STAFF).text
    there, before = line(page, "Max Ruiz"), world.everything()
    for path, form in ((there, {"name": "Max Ruiz", "role": "reader"}), (f"{there}/off", {})):
        answer = max_.post(path, data=world.hidden(page) | form)
        assert (answer.status_code, "You are the only manager on this list" in answer.text) == (400, True)
    assert world.everything() == before
    put(world, "kim@chscp.example", "manager", "Kim Hale")
    gone = max_.post(f"{there}/off", data=world.hidden(page))
    assert gone.url.path == "/desk/chscp/sign-in"
    assert [email for email, _, _ in listed(world)] == ["kim@chscp.example"]


@pytest.mark.parametrize("role", ["reader", "support"])
def test_only_managers_see_the_list(world: "World", role: Role) -> None:
    desk = world.desk(role)
    refused = desk.get(STAFF)
    assert (refused.status_code, "This is for the desk’s managers" in refused.text) == (403, True)
    hidden, before = world.hidden(desk.get("/desk/chscp").text), world.everything()
    assert desk.post(STAFF, data=hidden | SAL).status_code == 403
    assert world.everything() == before


@pytest.mark.parametrize(
    "email", ["", "sal", "sal@chscp", "sal@x.example, kim@x.example", "sal\r\n@x.example", "<s@x.example>"]
)
def test_what_is_no_address_is_not_put_on_the_list(world: "World", email: str) -> None:
    with pytest.raises(NotOnList):
        put(world, email, "reader")


def test_who_is_not_on_the_list_cannot_be_taken_off(world: "World") -> None:
    with pytest.raises(NotOnList):
        StaffList(world.casework).take_off("chscp", "who@chscp.example", "Kim", world.clock())


def test_e71_an_officer_leaves_and_nothing_is_left_with_them(world: "World") -> None:
    """The person acting leaves: cases fall to the partnership's address, and what they did keeps their name."""
    world.open_case(NOBODY_THERE)
    put(world, "sal@chscp.example", "support")
    sal = sign_in(world, "sal@chscp.example")
    sal.get("/desk/chscp")
    StaffList(world.casework).take_off("chscp", "sal@chscp.example", "Business support", world.clock())
    assert sal.get("/desk/chscp").url.path == "/desk/chscp/sign-in"
    hidden = world.asked(sal) | {"email": "sal@chscp.example"}
    before = world.everything()
    assert sal.post("/desk/chscp/sign-in", data=hidden).url.path == "/desk/chscp/sign-in/sent"
    assert world.everything() == before
    to_support = [each for each in world.view().letters if each.to == BUSINESS_SUPPORT]
    assert to_support
    assert {each.email for each in to_support} == {"support@chscp.example"}
    assert world.reading.open_tasks("chscp")


def test_e71_with_every_manager_gone_the_address_of_the_settings_comes_in_and_it_is_logged(world: "World") -> None:
    """The only manager is locked out: break-glass is the settings' own address, and what it does is kept."""
    put(world, "max@chscp.example", "manager", "Max Ruiz")
    StaffList(world.casework).take_off("chscp", "max@chscp.example", "the command line", world.clock())
    assert listed(world) == []
    desk = world.desk()
    desk.post(STAFF, data=world.hidden(desk.get(STAFF).text) | SAL | {"role": "manager"})
    assert listed(world) == [("sal@chscp.example", "manager", "Business support (support@chscp.example)")]
    assert "was taken off the list, by the command line" in desk.get(STAFF).text
