"""The page of a fault at the desk: never a dead end, and no word of a message that nobody there was sent."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from web.limits import Limit

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi.testclient import TestClient

    from tests.conftest import World

MENU, TODAY = 'aria-label="Desk"', '<a href="/desk/chscp">Go to Today</a>'


@pytest.mark.parametrize(
    ("path", "status", "title"),
    [
        ("/desk/chscp/cases/CHSCP-2026-9999", 404, "Page not found"),
        ("/desk/chscp/nothing/here", 404, "Page not found"),
        ("/desk/chscp/staff", 403, "You cannot see this page"),
        ("/desk/chscp/sign-out", 405, "This address cannot be used like that"),
    ],
)
def test_a_fault_at_the_desk_keeps_its_menu_and_a_way_on(world: "World", path: str, status: int, title: str) -> None:
    page = world.desk("support").get(path, headers={"accept": "text/html"})
    assert (page.status_code, title in page.text) == (status, True)
    assert MENU in page.text
    assert TODAY in page.text
    assert "message" not in page.text.partition("<main")[2].partition("</main>")[0]


def test_what_has_changed_meanwhile_says_so(world: "World") -> None:
    world.open_case()
    case = f"/desk/chscp/cases/{world.view().case.reference}"
    page = world.desk().get(f"{case}/do/resume")
    assert (page.status_code, '<h1 class="govuk-heading-l">This has changed meanwhile</h1>' in page.text) == (409, True)
    assert MENU in page.text
    assert TODAY in page.text


def test_too_many_tries_are_no_dead_end(make_world: "Callable[..., World]") -> None:
    world = make_world({"taken down": Limit(0, timedelta(minutes=10)), "acted": Limit(0, timedelta(minutes=10))})
    world.open_case()
    desk, place = world.desk(), f"/desk/chscp/cases/{world.view().case.reference}/do/pause"
    form = world.hidden(desk.get(place).text)
    until = {"until-day": "3", "until-month": "12", "until-year": "2026", "why": "The family is away"}
    shown = desk.post(place, data=form | until | {"reason": "Agreed by telephone"})
    page = desk.post(place, data=world.hidden(shown.text) | {"press": "do"})
    assert (page.status_code, MENU in page.text, TODAY in page.text) == (429, True, True)


def test_whoever_is_not_signed_in_gets_the_way_on_without_the_menu(world: "World") -> None:
    page = world.browser().get("/desk/chscp/nothing/here")
    assert (page.status_code, MENU in page.text, TODAY in page.text) == (404, False, True)


@pytest.mark.parametrize("path", ["/desk/nobody", "/desk/nobody/cases", "/l/0000", "/nowhere/at/all"])
def test_where_there_is_no_desk_no_way_to_one_is_offered(world: "World", path: str) -> None:
    desk: TestClient = world.desk()
    page = desk.get(path)
    assert (page.status_code, "Go to Today" in page.text, MENU in page.text) == (404, False, False)
