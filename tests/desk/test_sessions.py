"""How long one stays signed in at the desk: never longer than one should, on no device."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cases.casework import Casework
from cases.staff.officer import Role
from cases.staff.sign_in import SignIn, own
from cases.staff.staff_list import StaffList

if TYPE_CHECKING:
    from tests.conftest import World

SUPPORT = "support@chscp.example"
SAL = "sal@chscp.example"


def put(world: "World", role: Role = "support", name: str = "Sal Okoro") -> None:
    StaffList(world.casework).put("chscp", SAL, name, role, "Morgan Bell", world.clock())


def link_for(world: "World", email: str) -> str:
    """A link that somebody asked for in a browser of their own."""
    browser = world.browser("192.0.2.9")
    browser.post("/desk/chscp/sign-in", data=world.asked(browser) | {"email": email})
    return world.sign_in_link()


def test_a_session_ends_after_an_hour_without_use(world: "World") -> None:
    desk = world.desk()
    for _ in range(3):
        world.clock.move(timedelta(minutes=59))
        assert "Business support" in desk.get("/desk/chscp").text
        assert desk.get("/desk/chscp").url.path == "/desk/chscp"
    world.clock.move(timedelta(minutes=60))
    assert desk.get("/desk/chscp").url.path == "/desk/chscp/sign-in"


def test_a_session_ends_after_twelve_hours_whatever_its_use(world: "World") -> None:
    desk = world.desk()
    for _ in range(23):
        world.clock.move(timedelta(minutes=30))
        assert desk.get("/desk/chscp").url.path == "/desk/chscp"
    world.clock.move(timedelta(minutes=30))
    assert desk.get("/desk/chscp").url.path == "/desk/chscp/sign-in"


def test_a_page_that_is_looked_at_writes_once_a_minute_at_most(world: "World") -> None:
    desk = world.desk()
    before = world.everything()
    world.clock.move(timedelta(seconds=59))
    desk.get("/desk/chscp")
    assert world.everything() == before
    world.clock.move(timedelta(seconds=1))
    desk.get("/desk/chscp")
    after = world.everything()
    assert after != before
    desk.get("/desk/chscp")
    assert world.everything() == after


def test_signing_out_ends_the_session_in_the_database(world: "World") -> None:
    desk, thief = world.desk(), world.browser()
    thief.cookies.update(desk.cookies)
    assert thief.get("/desk/chscp").url.path == "/desk/chscp"
    hidden = world.hidden(desk.get("/desk/chscp").text)
    assert desk.post("/desk/chscp/sign-out", data={}).url.path == "/desk/chscp"
    assert desk.post("/desk/chscp/sign-out", data=hidden).url.path == "/desk/chscp/sign-in"
    assert "answerable-desk-chscp" not in desk.cookies
    assert thief.get("/desk/chscp").url.path == "/desk/chscp/sign-in"


@pytest.mark.parametrize("change", ["off", "role", "name"])
def test_a_change_of_the_list_ends_what_an_officer_is_signed_in_with_at_once(world: "World", change: str) -> None:
    put(world)
    sal, waiting = world.sign_in(world.browser(), SAL), link_for(world, SAL)
    if change == "off":
        StaffList(world.casework).take_off("chscp", SAL, "Morgan Bell", world.clock())
    else:
        put(world, role="reader" if change == "role" else "support", name="Sal Okoro" if change == "role" else "Sally")
    assert sal.get("/desk/chscp").url.path == "/desk/chscp/sign-in"
    assert sal.get(waiting).status_code == 410
    put(world)  # back as it was: what had ended does not begin again
    assert sal.get("/desk/chscp").url.path == "/desk/chscp/sign-in"


def test_another_address_in_the_settings_ends_the_sessions_of_the_one_before(world: "World") -> None:
    casework = world.casework
    office = casework.partnerships["chscp"]
    value = SignIn(casework).begin("chscp", own(office), world.clock())
    assert SignIn(casework).officer("chscp", value, world.clock())
    moved = replace(office, business_support="new@chscp.example")
    after = Casework(casework.database, casework.keyring, {"chscp": moved})
    assert SignIn(after).officer("chscp", value, world.clock()) is None


def test_a_new_sign_in_ends_the_session_before_in_this_browser(world: "World") -> None:
    put(world)
    browser, thief = world.desk(), world.browser()
    thief.cookies.update(browser.cookies)
    path = link_for(world, SAL)
    assert "In this browser Business support is signed in now. That ends." in browser.get(path).text
    page = browser.post(path, data=world.hidden(browser.get(path).text))
    assert "Sal Okoro" in page.text
    assert thief.get("/desk/chscp").url.path == "/desk/chscp/sign-in"


def test_the_cookie_is_bound_to_the_site_and_not_readable_by_scripts(world: "World") -> None:
    browser, path = world.browser(), link_for(world, SUPPORT)
    hidden = world.hidden(browser.get(path).text)
    answer = browser.post(path, data=hidden, follow_redirects=False)
    assert answer.headers["location"] == "/desk/chscp"
    cookie = answer.headers["set-cookie"]
    assert re.search("HttpOnly", cookie)
    assert re.search("SameSite=lax", cookie, re.IGNORECASE)
    assert "Domain" not in cookie
