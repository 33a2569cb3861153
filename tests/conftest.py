"""The world that tests of pages stand in: one partnership, made-up people, a clock that is moved by hand."""

import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import cache, cached_property
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from hypothesis import settings
from sqlalchemy import select, text

from answerable.app import LIMITS, page_routes, trials
from cases import tables
from cases.casework import Casework, Partnership
from cases.directory.directory import Agency, Person
from cases.mail.correspondence import Correspondence
from cases.mail.dispatch import Dispatch
from cases.mail.writer import Writer
from cases.policy_files.reading import LoadedPolicy, load_policy
from cases.reading import Reading
from cases.staff.officer import Role
from cases.staff.staff_list import StaffList
from cases.standing import View
from cases.store import outbox
from cases.store.database import Database, DatabaseUnavailable
from cases.store.keyring import Keyring
from cases.store.outbox import Stored
from cases.submission import Submission
from cases.support import Act, Support, fingerprint
from cases.tables import letters
from cases.vault import MasterKeys
from desk.entry import Door
from intake.mail.message import understand
from intake.writer import Writers
from mailer.drawing import Drawing
from mailer.letters import Letters
from mailer.outbox import Sender
from web.csrf import Csrf
from web.errors import install
from web.limits import Limit, Limits
from web.pages import Pages
from web.sessions import Cookies
from web.site import Site

# How long an example takes says nothing about whether it is right; speed belongs in the benchmark.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ROOT = Path(__file__).parents[1]
SECRET = b"a secret of tests with more than thirty-two bytes"
BEGAN = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
SUPPORT = "support@chscp.example"
OFFICERS: dict[Role, str] = {"reader": "Robin Reed", "support": "Sal Okoro", "manager": "Morgan Bell"}
AGENCIES = [
    Agency("health", "Homerton Health", ("homerton.example",)),
    Agency("hackney", "Hackney Children's Services", ("hackney.example",)),
    Agency("police", "Central East Police", ("police.example",)),
]
_RANKS = ("line_manager", "senior_manager", "head_of_service", "director", "board_member", "safeguarding_lead")
_RAISING = ("Mira Shah", "Noor Haddad", "Owen Price", "Pat Doyle", "Quinn Adeyemi", "Rosa Lind")
_RECEIVING = ("Dan Webb", "Ella Frost", "Femi Cole", "Gita Rao", "Hugo Lane", "Ines Marsh")
_OFFICES = {
    "cp_chair": "Sam Keane",
    "iro": "Tess Moran",
    "commissioner": "Una Blake",
    "panel_local_authority": "Vic Stone",
    "panel_police": "Wyn Parry",
    "panel_icb": "Xena Ford",
    "named_person": "Yusuf Amin",
}


def _of(domain: str, role: str, name: str, agency: str | None = None) -> Person:
    return Person(role, name, f"{name.split()[0].lower()}@{domain}", agency)


PEOPLE = [
    Person("practitioner", "Alice Osei", "alice@homerton.example", "health", "020 7946 0001"),
    Person("practitioner", "Ben Carter", "ben@hackney.example", "hackney"),
    *(_of("homerton.example", role, name, "health") for role, name in zip(_RANKS, _RAISING, strict=True)),
    *(_of("hackney.example", role, name, "hackney") for role, name in zip(_RANKS, _RECEIVING, strict=True)),
    *(_of("chscp.example", role, name) for role, name in _OFFICES.items()),
]
ALICE = Submission(
    email="alice@homerton.example",
    name="Alice Osei",
    job="health visitor",
    agency="health",
    other_agency="hackney",
    other_name="Ben Carter",
    other_email="ben@hackney.example",
    child="K.M.",
    child_numbers="HH-1201",
    concern="Nobody has visited for three weeks.",
    answers={
        "child_status": ("protection_plan",),
        "area": ("action",),
        "evidence": "Notes",
        "supervisor": "Mira",
        "discussions": "One",
    },
)


@dataclass
class Clock:
    """What time it is, until somebody moves it."""

    time: datetime = BEGAN

    def __call__(self) -> datetime:
        return self.time

    def move(self, step: timedelta) -> None:
        self.time += step


@dataclass
class World:
    """A casework with its database, and browsers that look at its pages."""

    casework: Casework
    clock: Clock
    limits: dict[str, Limit] = field(default_factory=dict)

    @property
    def reading(self) -> Reading:
        return Reading(self.casework)

    @property
    def correspondence(self) -> Correspondence:
        return Correspondence(self.casework)

    @property
    def dispatch(self) -> Dispatch:
        return Dispatch(self.casework)

    def browser(self, address: str = "testclient") -> TestClient:
        """A new browser, without cookies, at a network address."""
        return TestClient(self.app, base_url="http://answerable.example", client=(address, 50_000))

    @cached_property
    def app(self) -> FastAPI:
        return self._built()

    def view(self) -> View:
        """The newest case."""
        newest = self.reading.list_cases("chscp", self.clock())[0]
        found = self.reading.by_reference("chscp", newest.reference, self.clock())
        assert found
        return found

    def act(self, case_id: str, act: Act, once: str = "") -> str:
        """Business support sees what an action comes to, and does just that. Gives what became of it."""
        support = Support(self.casework)
        shown = fingerprint(support.preview(case_id, act, self.clock()))
        return support.do(case_id, act, shown, once or secrets.token_hex(8), self.clock())

    def press(self, browser: TestClient, path: str, sent: dict[str, str]) -> Response:
        """Send a form of the desk, see what will happen, and press the button that does it."""
        shown = browser.post(path, data=sent)
        assert "This is what will happen" in shown.text, shown.text
        return browser.post(path, data=self.hidden(shown.text) | {"press": "do"})

    def letters(self, purpose: str = "", to: str = "") -> list[Stored]:
        """Letters of the newest case, by purpose and the name of whom they go to."""
        return [each for each in self.view().letters if purpose in ("", each.purpose) and to in ("", each.name)]

    def code(self) -> str:
        """The code in the letter that was written last, of those that hold one."""
        wanted = select(letters.c.id).where(letters.c.purpose.in_(("code", "confirm"))).order_by(text("rowid DESC"))
        with self.casework.database.read() as connection:
            newest = str(connection.execute(wanted.limit(1)).scalar_one())
            return str(outbox.opened(connection, newest, self.casework.keyring).values["code"])

    def everything(self) -> list[list[tuple[Any, ...]]]:
        """Every row of every table: equal before and after where nothing changed."""
        with self.casework.database.read() as connection:
            return [
                [tuple(row) for row in connection.execute(select(table))] for table in tables.metadata.sorted_tables
            ]

    def signed_in(self, letter: Stored) -> TestClient:
        """A browser that has shown the mailbox of a letter's reader."""
        browser, path = self.browser(), self.page(letter)
        hidden = self.hidden(browser.get(path).text)
        browser.post(f"{path}/code", data=hidden)
        browser.post(f"{path}/open", data=hidden | {"code": self.code()})
        return browser

    def desk(self, role: Role = "manager", partnership: str = "chscp") -> TestClient:
        """A signed-in browser of somebody with this role. The manager is business support's own address."""
        email = self.casework.partnerships[partnership].business_support
        if role != "manager":
            email = f"the.{role}@{partnership}.example"
            StaffList(self.casework).put(partnership, email, OFFICERS[role], role, "Business support", self.clock())
        return self.sign_in(self.browser(), email, partnership)

    def sign_in(self, browser: TestClient, email: str, partnership: str = "chscp") -> TestClient:
        """Ask for a link, open it and press its button, all in this browser."""
        browser.post(f"/desk/{partnership}/sign-in", data=self.asked(browser, partnership) | {"email": email})
        path = self.sign_in_link()
        browser.post(path, data=self.hidden(browser.get(path).text))
        return browser

    def asked(self, browser: TestClient, partnership: str = "chscp", back: str = "") -> dict[str, str]:
        """The hidden inputs of the page on which one asks for a link."""
        return self.hidden(browser.get(f"/desk/{partnership}/sign-in", params={"back": back}).text)

    def sign_in_link(self) -> str:
        """The path of the link that was mailed last."""
        wanted = select(letters.c.id).where(letters.c.purpose == "sign_in").order_by(text("rowid DESC"))
        with self.casework.database.read() as connection:
            newest = str(connection.execute(wanted.limit(1)).scalar_one())
            return str(outbox.opened(connection, newest, self.casework.keyring).values["path"])

    def put_in_tray(self, words: str, subject: str = "Hello", sender: str = "ben@hackney.example") -> str:
        """A mail that needs a person. Gives its id."""
        raw = f"From: Ben Carter <{sender}>\r\nSubject: {subject}\r\n\r\n{words}\r\n".encode()
        mail, _ = self.correspondence.keep("chscp", "inbox", raw, f"<{len(words)}@hackney.example>", self.clock())
        self.correspondence.to_tray(mail, None, "it holds no offered answer", True, self.clock())
        return mail

    @staticmethod
    def hidden(page: str) -> dict[str, str]:
        """The hidden inputs of a page's forms."""
        return {
            name: unescape(value)
            for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
        }

    def page(self, letter: Stored) -> str:
        """The path of a letter's page."""
        return f"/l/{self.reading.page_token(letter.id, self.clock())}"

    def status(self, who: str = "p1") -> str:
        """The path of a party's private link in the newest case."""
        return f"/s/{self.reading.status_token(self.view().case.id, who, self.clock())}"

    def open_case(self, submission: Submission = ALICE, *, confirmed: bool = True) -> View:
        """A case, straight into the database."""
        opened = self.casework.receive("chscp", submission, self.clock())
        if confirmed:
            self.casework.confirm(opened.case_id, self.code(), self.clock())
        return self.view()

    def hand_over(self, letter: Stored) -> None:
        """A letter goes out, with a made-up message as its bytes."""
        message = EmailMessage()
        message["Subject"] = f"{letter.values['reference']}: please answer"
        message.set_content(f"Dear {letter.name}, this is the letter.")
        message.add_alternative(f"<p>Dear {letter.name}, <b>this is the letter</b>.</p>", subtype="html")
        held = self.dispatch.handing_over(letter, message.as_bytes(), self.clock())
        assert held
        self.dispatch.accepted(held, self.clock())

    def _built(self) -> FastAPI:
        pages, csrf, cookies = _plumbing(tuple(trials(self.casework).items()))
        site = Site(pages, csrf, cookies, Limits({**LIMITS, **self.limits}), self.clock, "http://answerable.example")
        app = FastAPI()
        for routes in page_routes(site, self.casework, self.correspondence, self.reading, drawing().draw, who_wrote):
            app.include_router(routes)
        find_frame = Door(site, self.casework).find_frame
        install(app, pages, secure=False, unavailable=DatabaseUnavailable, find_frame=find_frame)
        return app


def who_wrote(raw: bytes) -> Writer:
    """Who wrote a mail, as wiring hands it over, without the child process."""
    return Writers(understand, ["escalations@chscp.example"]).of(raw)


@cache
def drawing() -> Drawing:
    """Letters as they will look."""
    sender = Sender("City and Hackney", "escalations@chscp.example")
    return Drawing(Letters(ROOT / "templates" / "letters"), {"chscp": sender}, "http://answerable.example")


@cache
def _plumbing(running: tuple[tuple[str, str], ...]) -> tuple[Pages, Csrf, Cookies]:
    """Made once: it holds nothing of a test, and compiling the templates takes longer than most tests."""
    cookies = Cookies(SECRET, secure=False)
    csrf = Csrf(cookies, SECRET)
    return Pages(ROOT / "templates", csrf, also={"trials": dict(running)}), csrf, cookies


@cache
def _policy() -> LoadedPolicy:
    """Read once: it never changes, and reading it takes longer than most tests."""
    return load_policy(ROOT / "policies" / "chscp.yaml")


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes the world: City and Hackney with its people, and a fresh database."""
    databases: list[Database] = []

    def make(limits: dict[str, Limit] | None = None, shadow: str = "") -> World:
        database = Database(tmp_path / f"cases{len(databases)}.sqlite")
        databases.append(database)
        with database.write() as connection:
            tables.metadata.create_all(connection)
        office = Partnership(_policy(), "escalations@chscp.example", "chscp.example", SUPPORT, shadow=shadow)
        casework = Casework(database, Keyring(MasterKeys.parse(MasterKeys.new_text())), {office.key: office})
        casework.take_policies(BEGAN)
        casework.replace_directory("chscp", AGENCIES, PEOPLE, BEGAN)
        return World(casework, Clock(), limits or {})

    yield make
    for database in databases:
        database.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()
