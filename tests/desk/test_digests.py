"""The digests at the desk: as they were sent, for whoever may see the desk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from cases.digest.daily import A_PAGE, Digests
from cases.store import digests as stored
from cases.store.digests import Made
from cases.tables import letters
from cases.watching.pulse import Pulse

if TYPE_CHECKING:
    from tests.conftest import World

MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)


def made(world: "World", days: int = 0) -> None:
    assert Digests(world.casework).make("chscp", MONDAY + timedelta(days=days))


def test_before_the_first_one_the_page_says_when_it_comes(world: "World") -> None:
    page = world.desk().get("/desk/chscp/digests").text
    assert "No digest has been made yet." in page


def test_the_list_has_the_newest_first_with_its_first_line(world: "World") -> None:
    made(world)
    made(world, 1)
    page = world.desk().get("/desk/chscp/digests").text
    assert page.index("/digests/2026-12-01") < page.index("/digests/2026-11-30")
    assert page.count("Nothing waits for you.") == 2


def test_a_digest_links_its_cases_and_says_what_time_it_covers(world: "World") -> None:
    reference = world.open_case().case.reference
    made(world, 10)
    page = world.desk().get("/desk/chscp/digests/2026-12-10").text
    assert f'href="/desk/chscp/cases/{reference}"' in page
    assert "to Thursday 10 December 2026, 8:00am" in page
    assert 'aria-current="page">Digests' in page


@pytest.mark.parametrize("day", ["2026-11-29", "yesterday", "2026-13-01", "1"])
def test_a_day_without_a_digest_is_not_found(world: "World", day: str) -> None:
    made(world)
    assert world.desk().get(f"/desk/chscp/digests/{day}").status_code == 404


def test_the_list_is_paged(world: "World") -> None:
    made(world)
    one = Digests(world.casework).of_day("chscp", MONDAY.date())
    assert one
    with world.casework.database.write() as connection:
        for number in range(1, A_PAGE + 2):
            day = MONDAY.date() - timedelta(days=number)
            stored.keep(connection, "chscp", Made(MONDAY, MONDAY, one.letter_id, replace(one.digest, day=day)))
    desk = world.desk()
    first = desk.get("/desk/chscp/digests").text
    assert first.count("/desk/chscp/digests/20") == A_PAGE
    last = MONDAY.date() - timedelta(days=A_PAGE - 1)
    assert f"before={last.isoformat()}" in first
    assert desk.get(f"/desk/chscp/digests?before={last.isoformat()}").text.count("/desk/chscp/digests/20") == 2


def test_the_desk_says_where_a_digest_has_not_gone_and_where_the_clocks_stand_still(world: "World") -> None:
    made(world, -3)
    Pulse(world.casework).began(world.clock())
    world.clock.time = MONDAY + timedelta(hours=2)
    desk = world.desk()
    late = "The digest of Monday 30 November 2026 has not been made."
    assert late in desk.get("/desk/chscp").text
    assert late in desk.get("/desk/chscp/digests").text
    assert "Nobody has looked at the clocks since 2026-11-27 09:05 UTC." in desk.get("/desk/chscp").text
    made(world)
    with world.casework.database.write() as connection:
        connection.execute(update(letters).where(letters.c.purpose == "digest").values(state="accepted"))
    Pulse(world.casework).began(world.clock())
    page = desk.get("/desk/chscp").text
    assert "has not been made" not in page
    assert "Nobody has looked" not in page


def test_a_changed_clock_is_confirmed_at_the_desk_even_where_no_letter_is_held(world: "World") -> None:
    pulse = Pulse(world.casework)
    pulse.jumped(world.clock() - timedelta(hours=1), world.clock(), timedelta(hours=1))
    world.open_case()
    world.clock.move(timedelta(days=10))
    assert world.casework.due_clocks(world.clock(), 10) == []
    desk = world.desk()
    page = desk.get("/desk/chscp/letters").text
    assert "The computer’s clock was set forward by 1 hour." in page
    assert "The time is right: go on" in page
    assert desk.post("/desk/chscp/letters", data=world.hidden(page), follow_redirects=False).status_code == 303
    assert pulse.doubt("chscp") == ""
    assert "The time is right" not in desk.get("/desk/chscp/letters").text
    assert world.casework.due_clocks(world.clock(), 10) != []
