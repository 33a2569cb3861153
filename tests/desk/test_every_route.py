"""Who may use what (D32): every route of the application, as every role, with the real rows of a partnership.

A new route needs a line in RIGHTS. A new part of a path needs a line in `_parts`, with a row of this partnership.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Table, func, select

from cases.casework import Casework, Partnership
from cases.digest.daily import Digests
from cases.directory.directory import Away, Closure
from cases.directory.edits import away, close
from cases.directory.work import DirectoryWork
from cases.policy_files.reading import load_policy
from cases.submission import Submission
from cases.tables import absences, closures, digests, people, staff, tasks

if TYPE_CHECKING:
    from tests.conftest import World

ROOT = Path(__file__).parents[2]
OTHER = "hscp"
WITHIN = {"reader": ("see",), "support": ("see", "work"), "manager": ("see", "work", "manage")}

# What a route needs: "anybody"; "link": the token in its address; "key": an API key; or a right at the desk.
RIGHTS = {
    "GET /": "anybody",
    "GET /healthz": "anybody",
    "GET /api/openapi.json": "anybody",
    "POST /api/v1/{partnership}/escalations": "key",
    "GET /{partnership}/": "anybody",
    "GET /{partnership}/raise": "anybody",
    "POST /{partnership}/raise": "anybody",
    "GET /{partnership}/confirm": "anybody",
    "POST /{partnership}/confirm": "anybody",
    "POST /{partnership}/confirm/again": "anybody",
    "GET /{partnership}/received": "anybody",
    "GET /l/{token}": "link",
    "GET /l/{token}/letter": "link",
    "GET /l/{token}/code": "link",
    "POST /l/{token}/code": "link",
    "POST /l/{token}/open": "link",
    "GET /l/{token}/answer": "link",
    "POST /l/{token}/answer": "link",
    "GET /l/{token}/answered": "link",
    "GET /l/{token}/record": "link",
    "GET /l/{token}/mine": "link",
    "POST /l/{token}/mine": "link",
    "GET /l/{token}/mine/code": "link",
    "POST /l/{token}/mine/code": "link",
    "POST /l/{token}/mine/open": "link",
    "GET /l/{token}/listed": "link",
    "POST /l/{token}/listed": "link",
    "GET /s/{token}": "link",
    "GET /s/{token}/code": "link",
    "POST /s/{token}/code": "link",
    "POST /s/{token}/open": "link",
    "GET /s/{token}/details": "link",
    "POST /s/{token}/details": "link",
    "GET /s/{token}/record": "link",
    "GET /desk/{partnership}/sign-in": "anybody",
    "POST /desk/{partnership}/sign-in": "anybody",
    "GET /desk/{partnership}/sign-in/sent": "anybody",
    "GET /desk/{partnership}/sign-in/{token}": "anybody",
    "POST /desk/{partnership}/sign-in/{token}": "anybody",
    "POST /desk/{partnership}/sign-out": "anybody",
    "GET /desk/{partnership}/staff": "manage",
    "POST /desk/{partnership}/staff": "manage",
    "GET /desk/{partnership}/staff/{line_id}": "manage",
    "POST /desk/{partnership}/staff/{line_id}": "manage",
    "POST /desk/{partnership}/staff/{line_id}/off": "manage",
    "GET /desk/{partnership}": "see",
    "GET /desk/{partnership}/cases": "see",
    "GET /desk/{partnership}/cases.csv": "see",
    "GET /desk/{partnership}/cases/{reference}": "see",
    "GET /desk/{partnership}/cases/{reference}/record": "see",
    "GET /desk/{partnership}/cases/{reference}/answer/{who}": "work",
    "POST /desk/{partnership}/cases/{reference}/answer/{who}": "work",
    "GET /desk/{partnership}/cases/{reference}/tasks/{key:path}": "see",
    "POST /desk/{partnership}/cases/{reference}/tasks/{key:path}": "work",
    "GET /desk/{partnership}/cases/{reference}/do": "work",
    "GET /desk/{partnership}/cases/{reference}/do/{key}": "work",
    "POST /desk/{partnership}/cases/{reference}/do/{key}": "work",
    "GET /desk/{partnership}/under-way": "work",
    "POST /desk/{partnership}/under-way": "work",
    "GET /desk/{partnership}/tray": "see",
    "GET /desk/{partnership}/tray/{mail_id}": "see",
    "POST /desk/{partnership}/tray/{mail_id}/away": "work",
    "GET /desk/{partnership}/tray/{mail_id}/ask": "work",
    "POST /desk/{partnership}/tray/{mail_id}/ask": "work",
    "GET /desk/{partnership}/tray/{mail_id}/pass-on": "work",
    "POST /desk/{partnership}/tray/{mail_id}/pass-on": "work",
    "GET /desk/{partnership}/tray/{mail_id}/open": "work",
    "POST /desk/{partnership}/tray/{mail_id}/open": "work",
    "GET /desk/{partnership}/tray/{mail_id}/original": "see",
    "GET /desk/{partnership}/tray/{mail_id}/original/html": "see",
    "GET /desk/{partnership}/tray/{mail_id}/original/mail.eml": "work",
    "GET /desk/{partnership}/tray/{mail_id}/original/files/{number}": "see",
    "GET /desk/{partnership}/letters": "see",
    "POST /desk/{partnership}/letters": "work",
    "GET /desk/{partnership}/letters/{letter_id}": "see",
    "GET /desk/{partnership}/letters/{letter_id}/html": "see",
    "GET /desk/{partnership}/directory": "see",
    "GET /desk/{partnership}/directory/stale": "see",
    "GET /desk/{partnership}/directory/coverage": "see",
    "GET /desk/{partnership}/directory/changes": "see",
    "GET /desk/{partnership}/directory/directory.csv": "see",
    "GET /desk/{partnership}/directory/people/new": "work",
    "POST /desk/{partnership}/directory/people/new": "work",
    "GET /desk/{partnership}/directory/people/{number}": "see",
    "GET /desk/{partnership}/directory/people/{number}/change": "work",
    "POST /desk/{partnership}/directory/people/{number}/change": "work",
    "GET /desk/{partnership}/directory/people/{number}/delegate": "work",
    "POST /desk/{partnership}/directory/people/{number}/delegate": "work",
    "GET /desk/{partnership}/directory/people/{number}/away": "work",
    "POST /desk/{partnership}/directory/people/{number}/away": "work",
    "POST /desk/{partnership}/directory/people/{number}/back/{absence}": "work",
    "POST /desk/{partnership}/directory/people/{number}/end": "work",
    "POST /desk/{partnership}/directory/people/{number}/confirm": "work",
    "GET /desk/{partnership}/directory/agencies/new": "work",
    "POST /desk/{partnership}/directory/agencies/new": "work",
    "GET /desk/{partnership}/directory/agencies/{name}": "work",
    "POST /desk/{partnership}/directory/agencies/{name}": "work",
    "POST /desk/{partnership}/directory/agencies/{name}/remove": "work",
    "GET /desk/{partnership}/directory/closures": "see",
    "POST /desk/{partnership}/directory/closures": "work",
    "POST /desk/{partnership}/directory/closures/{number}/remove": "work",
    "GET /desk/{partnership}/directory/file": "work",
    "POST /desk/{partnership}/directory/file": "work",
    "POST /desk/{partnership}/directory/file/take": "work",
    "GET /desk/{partnership}/digests": "see",
    "GET /desk/{partnership}/digests/{day}": "see",
}
UPLOADS = {"POST /desk/{partnership}/directory/file"}
AT_DESK = [route for route, right in RIGHTS.items() if right in ("see", "work", "manage")]


@dataclass
class Two:
    """Two partnerships in one installation: the rows are the first one's."""

    world: "World"
    parts: dict[str, str]
    browsers: dict[str, TestClient]

    def path(self, route: str, partnership: str = "chscp") -> str:
        """The address of a route, with this partnership's rows (or another's name before them)."""
        path = route.partition(" ")[2].replace("{partnership}", partnership)
        for part in sorted(self.parts, key=len, reverse=True):  # a longer one stands over a shorter one within it
            path = path.replace(part, self.parts[part])
        assert "{" not in path, f"give _parts a row for {path}"
        return path

    def ask(self, route: str, who: str, partnership: str = "chscp", form: dict[str, str] | None = None) -> Response:
        browser, path = self.browsers[who], self.path(route, partnership)
        if route.startswith("GET"):
            return browser.get(path, follow_redirects=False)
        files = {"file": ("people.csv", b"agency\n", "text/csv")} if route in UPLOADS else None
        return browser.post(path, data=form or {}, files=files, follow_redirects=False)


def routes_of(routes: Any, before: str = "") -> Iterator[str]:
    """Every route, as "METHOD /path", also of routers within routers."""
    for route in routes:
        if hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes, before + route.include_context.prefix)
        for method in sorted(getattr(route, "methods", None) or ()):
            yield f"{method} {before}{route.path}"


def with_file() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Who <who@else.example>", "escalations@chscp.example", "Notes"
    message["Message-ID"] = "<notes@else.example>"
    message.set_content("Please see the notes.")
    message.add_attachment(b"the notes", maintype="application", subtype="octet-stream", filename="notes.bin")
    return message.as_bytes()


def _parts(world: "World", with_task: str) -> dict[str, str]:
    """A row of the first partnership for every part of a path."""
    casework, now = world.casework, world.clock()
    case = world.view().case
    mail, _ = world.correspondence.keep("chscp", "inbox", with_file(), "<notes@else.example>", now)
    world.correspondence.to_tray(mail, None, "it holds no offered answer", False, now)
    today = date(2026, 11, 27)
    directory = DirectoryWork(casework)
    directory.change("chscp", close(Closure("hackney", today, today + timedelta(9), "Half-term")), "Kim", now)
    directory.change("chscp", away(Away("dan@hackney.example", today, today + timedelta(9))), "Kim", now)
    assert Digests(casework).make("chscp", now)
    letter = world.letters("stage", "Ben Carter")[0]
    world.hand_over(letter)
    return {
        "{reference}": case.reference,
        "{who}": "p2",
        "{reference}/tasks/{key:path}": f"{with_task}/tasks/{_one(world, tasks, tasks.c.key)}",
        "do/{key}": "do/pause",
        "{mail_id}": mail,
        "files/{number}": "files/1",
        "{letter_id}": letter.id,
        "{line_id}": _one(world, staff, func.min(staff.c.id)),
        "closures/{number}": f"closures/{_one(world, closures, closures.c.id)}",
        "{number}": _one(world, people, people.c.id, people.c.email == "dan@hackney.example"),
        "{absence}": _one(world, absences, absences.c.id),
        "agencies/{name}": "agencies/hackney",
        "{day}": _one(world, digests, digests.c.day),
        "{token}": world.page(letter).rpartition("/")[2],
    }


def _one(world: "World", table: Table, column: Any, *chosen: Any) -> str:
    with world.casework.database.read() as connection:
        wanted = select(column).where(table.c.partnership_id == "chscp", *chosen).limit(1)
        return str(connection.execute(wanted).scalar_one())


@pytest.fixture
def two(make_world: "Callable[..., World]") -> Two:
    world = make_world()
    policy = load_policy(ROOT / "policies" / f"{OTHER}.yaml")
    other = Partnership(policy, "escalations@hscp.example", "hscp.example", "support@hscp.example")
    offices = {**world.casework.partnerships, OTHER: other}
    world.casework = Casework(world.casework.database, world.casework.keyring, offices)
    world.casework.take_policies(world.clock())
    world.open_case(Submission(email="alice@homerton.example", agency="health", other_agency="police", concern="No."))
    with_task = world.view().case.reference
    world.open_case()
    browsers = {
        "nobody": world.browser(),
        "reader": world.desk("reader"),
        "support": world.desk("support"),
        "manager": world.desk(),
        "another desk": world.desk("manager", OTHER),
    }
    return Two(world, _parts(world, with_task), browsers)


def routes(world: "World") -> set[str]:
    found = {each for each in routes_of(world.app.routes) if not each.startswith("HEAD ")}
    return found - {"GET /openapi.json", "GET /docs", "GET /docs/oauth2-redirect", "GET /redoc"}  # the bare test app's


def is_way_in(answer: Response) -> bool:
    """Whether it says that nobody is signed in here."""
    asks = answer.status_code == 303 and "/sign-in?back=" in answer.headers["location"]
    return asks or (answer.status_code == 403 and "You are signed out" in answer.text)


def is_refused(answer: Response) -> bool:
    """Whether it says that this role may not."""
    return answer.status_code == 403 and "You are signed in as" in answer.text


def test_every_route_has_a_line_that_says_who_may_use_it(two: Two) -> None:
    assert routes(two.world) == set(RIGHTS)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["nobody", "another desk"])
def test_whoever_is_not_signed_in_at_this_desk_is_shown_the_way_in_and_changes_nothing(two: Two, who: str) -> None:
    before = two.world.everything()
    hidden = two.world.hidden(two.browsers[who].get("/chscp/raise").text)
    strange = [
        (route, answer.status_code)
        for route in AT_DESK
        for form in ({}, hidden)
        if not is_way_in(answer := two.ask(route, who, form=form))
    ]
    assert strange == []
    assert two.world.everything() == before


@pytest.mark.slow
@pytest.mark.parametrize("role", ["reader", "support", "manager"])
def test_each_role_gets_what_it_may_and_nothing_else(two: Two, role: str) -> None:
    strange = []
    for route in AT_DESK:
        answer = two.ask(route, role)
        expected = RIGHTS[route] in WITHIN[role]
        fails = is_way_in(answer) or answer.status_code >= 500 or is_refused(answer) == expected
        shown = answer.status_code < 400 or not expected or not route.startswith("GET")
        if fails or not shown:
            strange.append((route, answer.status_code))
    assert strange == []


@pytest.mark.slow
@pytest.mark.parametrize("role", ["reader", "support"])
def test_what_a_role_may_not_changes_nothing_even_with_the_forms_key(two: Two, role: str) -> None:
    hidden = two.world.hidden(two.browsers[role].get("/desk/chscp/cases").text)
    before = two.world.everything()
    forbidden = [route for route in AT_DESK if RIGHTS[route] not in WITHIN[role]]
    assert [route for route in forbidden if not is_refused(two.ask(route, role, form=hidden))] == []
    assert two.world.everything() == before


@pytest.mark.slow
def test_a_row_of_another_partnership_is_not_found(two: Two) -> None:
    """With an address of their own desk, a manager of another partnership finds nothing of this one.

    A form that takes away what is not there may say so on its list (400): nothing is told, and nothing changes.
    """
    hidden = two.world.hidden(two.browsers["another desk"].get("/desk/hscp/staff").text)
    with_row = [route for route in AT_DESK if "{" in route.replace("{partnership}", "")]
    assert with_row
    before = two.world.everything()
    found = [
        (route, answer.status_code)
        for route in with_row
        if (answer := two.ask(route, "another desk", OTHER, hidden)).status_code not in (404, _back(route))
    ]
    assert found == []
    assert two.world.everything() == before


def _back(route: str) -> int:
    return 400 if route.startswith("POST") and route.endswith("/remove") else 404


def test_a_link_of_nobody_leads_nowhere_and_an_api_key_of_nobody_opens_nothing(two: Two) -> None:
    two.parts["{token}"] = "0" * 26
    by_link = [route for route, right in RIGHTS.items() if right == "link"]
    assert {two.ask(route, "manager").status_code for route in by_link} == {404}
    by_key = [route for route, right in RIGHTS.items() if right == "key"]
    assert {two.ask(route, "manager").status_code for route in by_key} == {401}


@pytest.mark.slow
def test_what_is_for_anybody_asks_nobody_to_sign_in(two: Two) -> None:
    open_ = [route for route, right in RIGHTS.items() if right == "anybody" and route.startswith("GET")]
    answers = {route: two.ask(route, "nobody") for route in open_}
    assert [route for route, answer in answers.items() if answer.status_code in (401, 403) or is_way_in(answer)] == []
