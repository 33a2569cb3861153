"""Signing in to the desk by a mailed link: nobody else comes in, and nobody stays in who should not."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from cases.staff.officer import Role
from cases.staff.staff_list import StaffList
from cases.store import outbox
from cases.submission import Submission
from cases.tables import letters, links, sessions
from web.limits import Limit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import World

SUPPORT = "support@chscp.example"
SAL = "sal@chscp.example"
WHOLE = Submission(
    email="alice@homerton.example",
    name="Alice Osei",
    agency="health",
    other_agency="hackney",
    other_name="Ben Carter",
    other_email="ben@hackney.example",
    concern="Nobody has visited.",
)


def put(world: "World", email: str = SAL, role: Role = "support", name: str = "Sal Okoro") -> None:
    StaffList(world.casework).put("chscp", email, name, role, "Morgan Bell", world.clock())


def ask(world: "World", browser: TestClient, email: str = SAL, back: str = "") -> None:
    sent = browser.post("/desk/chscp/sign-in", data=world.asked(browser, back=back) | {"email": email})
    assert (sent.status_code, sent.url.path) == (200, "/desk/chscp/sign-in/sent")


def mailed(world: "World") -> list[tuple[str, str]]:
    """Whom links were mailed to, and the paths of the links."""
    with world.casework.database.read() as connection:
        chosen = select(letters.c.id).where(letters.c.purpose == "sign_in").order_by(letters.c.planned_at)
        opened = [
            outbox.opened(connection, each, world.casework.keyring) for each in connection.execute(chosen).scalars()
        ]
    return [(each.email, each.values["path"]) for each in opened]


def press(world: "World", browser: TestClient, path: str) -> Response:
    """Open a link and press its button."""
    return browser.post(path, data=world.hidden(browser.get(path).text))


def test_a_mailed_link_signs_in_whoever_presses_its_button(world: "World") -> None:
    put(world)
    browser = world.browser()
    ask(world, browser, " Sal@CHSCP.example ")
    [(email, path)] = mailed(world)
    assert email == SAL
    shown = browser.get(path)
    assert "Sign in as Sal Okoro" in shown.text
    assert "s…@chscp.example, Business support" in shown.text
    desk = browser.post(path, data=world.hidden(shown.text))
    assert desk.url.path == "/desk/chscp"
    assert "Sal Okoro, Business support" in desk.text
    assert "Staff</a>" not in desk.text


def test_the_address_of_the_settings_comes_in_while_the_list_is_empty(world: "World") -> None:
    desk = world.desk().get("/desk/chscp")
    assert "Business support, Manager" in desk.text
    assert 'href="/desk/chscp/staff"' in desk.text


def test_looking_at_a_link_changes_nothing_however_often(world: "World") -> None:
    """D28: mail systems open every link, and post what they find without the page's key."""
    put(world)
    ask(world, world.browser())
    path, before = world.sign_in_link(), world.everything()
    for _ in range(2):
        scanner = world.browser()
        page = scanner.get(path)
        scanner.head(path)
        assert world.browser().post(path, data=world.hidden(page.text)).status_code == 403
        assert scanner.post(path, data={}).status_code == 403
    assert world.everything() == before
    assert press(world, world.browser(), path).url.path == "/desk/chscp"


def test_a_link_works_in_another_browser_than_the_one_that_asked(world: "World") -> None:
    put(world)
    ask(world, world.browser("192.0.2.1"))
    phone = world.browser("198.51.100.7")
    assert "Sal Okoro" in press(world, phone, world.sign_in_link()).text


def test_a_link_works_once_and_for_ten_minutes(world: "World") -> None:
    put(world)
    ask(world, world.browser())
    path = world.sign_in_link()
    press(world, world.browser(), path)
    spent = world.browser().get(path)
    assert spent.status_code == 410
    assert "It was used already, or is older than 10 minutes." in spent.text
    assert "Send me a link" in spent.text
    late = world.browser()
    ask(world, late)
    path, hidden = world.sign_in_link(), world.hidden(late.get(world.sign_in_link()).text)
    world.clock.move(timedelta(minutes=10))
    assert late.get(path).status_code == 410
    assert late.post(path, data=hidden).status_code == 410
    assert "Sign in to the desk" in late.get("/desk/chscp").text


def test_a_link_of_one_desk_opens_no_other_and_a_made_up_one_none(world: "World") -> None:
    put(world)
    ask(world, world.browser())
    token = world.sign_in_link().rpartition("/")[2]
    assert world.browser().get(f"/desk/nobody/sign-in/{token}").status_code == 404
    assert world.browser().get("/desk/chscp/sign-in/0123456789abcdef0123456789abcdef").status_code == 410


def test_only_hashes_are_kept_of_what_opens_the_desk(world: "World") -> None:
    put(world)
    browser = world.browser()
    ask(world, browser)
    press(world, browser, world.sign_in_link())
    token, cookie = world.sign_in_link().rpartition("/")[2], browser.cookies["answerable-desk-chscp"]
    with world.casework.database.read() as connection:
        kept = [*connection.execute(select(links)).all(), *connection.execute(select(sessions)).all()]
    assert len(kept) == 2
    assert token not in str(kept)
    assert cookie.partition(".")[0] not in str(kept)


def test_an_unknown_address_gets_the_same_answer_and_nothing_is_sent(world: "World") -> None:
    put(world)
    known, unknown = world.browser(), world.browser()
    answers = [
        browser.post("/desk/chscp/sign-in", data=world.asked(browser) | {"email": email})
        for browser, email in ((known, SAL), (unknown, "who@chscp.example"))
    ]
    assert [each.url.path for each in answers] == ["/desk/chscp/sign-in/sent"] * 2
    assert answers[0].text == answers[1].text
    assert [email for email, _ in mailed(world)] == [SAL]


@pytest.mark.anyio
@pytest.mark.parametrize("email", [SAL, "who@chscp.example"])
async def test_the_answer_is_given_before_it_is_looked_up_whose_address_it_is(world: "World", email: str) -> None:
    """So that it takes the same time for an unknown address: the answer is out before the list is read."""
    put(world)
    browser = world.browser()
    hidden = world.asked(browser) | {"email": email}
    request = browser.build_request("POST", "/desk/chscp/sign-in", data=hidden)
    body, seen = request.read(), []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, object]) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            seen.append(world.everything())

    headers = [(name.lower().encode(), value.encode()) for name, value in request.headers.items()]
    scope = {
        "type": "http", "method": "POST", "path": "/desk/chscp/sign-in", "raw_path": b"/desk/chscp/sign-in",
        "query_string": b"", "headers": headers, "client": ("testclient", 1), "server": ("answerable.example", 80),
        "scheme": "http", "http_version": "1.1", "root_path": "",
    }  # fmt: skip
    before = world.everything()
    await world.app(scope, receive, send)  # type: ignore[arg-type]
    assert seen == [before]
    assert len(mailed(world)) == (email == SAL)


def test_the_form_for_a_link_is_checked_and_one_visitor_asks_so_often_only(world: "World") -> None:
    put(world)
    browser = world.browser()
    hidden = world.asked(browser)
    assert browser.post("/desk/chscp/sign-in", data={"email": SAL}).status_code == 403
    assert browser.post("/desk/chscp/sign-in", data=hidden | {"email": "no address"}).status_code == 400
    asked = [
        browser.post(
            "/desk/chscp/sign-in", data=hidden | {"email": f"n{number}@chscp.example"}, follow_redirects=False
        ).status_code
        for number in range(61)
    ]
    assert asked == [303] * 60 + [429]


def test_one_mailbox_is_sent_a_link_each_five_minutes_at_most_and_has_a_good_one_all_the_time(world: "World") -> None:
    """Strangers who ask for somebody's link, however many, fill no mailbox and leave its owner a link that works."""
    put(world)
    for minute in range(30):
        ask(world, world.browser(f"192.0.2.{minute}"))
        ask(world, world.browser(f"198.51.100.{minute}"))
        assert "Sign in as Sal Okoro" in world.browser().get(world.sign_in_link()).text
        world.clock.move(timedelta(minutes=1))
    assert len(mailed(world)) == 6
    assert "Sal Okoro" in press(world, world.browser(), world.sign_in_link()).text
    ask(world, world.browser())
    assert len(mailed(world)) == 7  # the last was used: the next is sent at once


def test_no_crowd_locks_an_officer_or_a_desk_out(world: "World") -> None:
    """However many strangers ask, for whatever address, whoever is on the list is never refused for it."""
    put(world)
    stranger = world.browser("2001:db8:1::1")
    hidden = world.asked(stranger)
    for number in range(150):
        email = SAL if number % 2 else f"nobody{number}@chscp.example"
        crowd = world.browser(f"198.51.100.{number}")
        crowd.cookies.update(stranger.cookies)
        posted = crowd.post("/desk/chscp/sign-in", data=hidden | {"email": email}, follow_redirects=False)
        assert posted.status_code == 303
    for email, name in ((SAL, "Sal Okoro"), (SUPPORT, "Business support")):
        browser = world.browser("203.0.113.7")
        ask(world, browser, email)
        path = next(path for whom, path in reversed(mailed(world)) if whom == email)
        assert name in press(world, browser, path).text


def test_the_sent_page_says_that_a_young_link_is_not_sent_again(world: "World") -> None:
    sent = world.browser().get("/desk/chscp/sign-in/sent").text
    assert "If a link went to this address in the last 5 minutes and was not used, that one is good" in sent


def test_one_machine_with_a_whole_network_is_one_visitor(world: "World") -> None:
    """A machine has the 2^64 addresses of an IPv6 network: they are counted as one, and its neighbour's are not."""
    browser = world.browser("2001:db8::1")
    hidden = world.asked(browser)

    def asked(address: str) -> int:
        each = world.browser(address)
        each.cookies.update(browser.cookies)
        posted = each.post("/desk/chscp/sign-in", data=hidden | {"email": SAL}, follow_redirects=False)
        return posted.status_code

    assert [asked(f"2001:db8::{number:x}:{number:x}") for number in range(60)] == [303] * 60
    assert asked("2001:db8::ffff:1") == 429
    assert asked("2001:db8:0:1::1") == 303
    assert asked("::ffff:192.0.2.1") == 303


def test_the_link_may_be_tried_only_so_often(make_world: "Callable[..., World]") -> None:
    world = make_world({"sign-in link used": Limit(1, timedelta(minutes=10))})
    browser = world.browser()
    hidden = world.asked(browser)
    tried = [browser.post(f"/desk/chscp/sign-in/{number:032x}", data=hidden).status_code for number in range(2)]
    assert tried == [410, 429]


def test_who_was_on_the_way_to_a_page_lands_there(world: "World") -> None:
    put(world)
    world.open_case(WHOLE)
    there = f"/desk/chscp/cases/{world.view().case.reference}/answer/p2?mail=abc"
    browser = world.browser()
    way = browser.get(there)
    assert way.url.path == "/desk/chscp/sign-in"
    browser.post("/desk/chscp/sign-in", data=world.hidden(way.text) | {"email": SAL})
    landed = press(world, world.browser(), world.sign_in_link())
    assert str(landed.url).endswith(there)


def test_a_party_of_a_case_does_not_come_in_either(world: "World") -> None:
    world.open_case(WHOLE)
    ben = world.signed_in(world.letters("stage", "Ben Carter")[0])
    assert ben.get("/desk/chscp").url.path == "/desk/chscp/sign-in"


def test_an_unknown_partnership_has_no_desk(world: "World") -> None:
    paths = ("", "/sign-in", "/sign-in/sent", "/sign-in/0123", "/staff", "/letters")
    assert [world.browser().get(f"/desk/nobody{path}").status_code for path in paths] == [404] * len(paths)


def test_a_reader_reads_and_changes_nothing(world: "World") -> None:
    world.open_case(WHOLE)
    reader = world.desk("reader")
    here = f"/desk/chscp/cases/{world.view().case.reference}"
    page = reader.get(here)
    assert page.status_code == 200
    hidden, before = world.hidden(page.text), world.everything()
    refused = reader.post(f"{here}/answer/p2", data=hidden | {"choice": "outcome:resolved@s1"})
    assert refused.status_code == 403
    assert "You are signed in as Robin Reed, whose role is Reader" in refused.text
    assert world.everything() == before
