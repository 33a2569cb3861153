"""The world that tests of the database and of pages stand in: one partnership, made-up people, a clock that is moved by hand."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from cases import tables
from cases.casework import Casework, Partnership
from cases.correspondence import Correspondence
from cases.directory import Agency, Person
from cases.policy_file import load_policy
from cases.reading import Reading
from cases.standing import View
from cases.store.database import Database
from cases.store.keyring import Keyring
from cases.store.outbox import Stored
from cases.submission import Submission
from cases.vault import MasterKeys
from desk import casefile, entry, record, tray
from intake import answers, codes, status, web
from web.csrf import Csrf
from web.errors import install
from web.limits import Limit, Limits
from web.pages import Pages
from web.sessions import Cookies
from web.site import Site

ROOT = Path(__file__).parents[1]
SECRET = b"a secret of tests with more than thirty-two bytes"
BEGAN = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
SUPPORT = "support@chscp.example"
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
PEOPLE = [
    Person("practitioner", "Alice Osei", "alice@homerton.example", "health", "020 7946 0001"),
    Person("practitioner", "Ben Carter", "ben@hackney.example", "hackney"),
    *(Person(role, name, f"{name.split()[0].lower()}@homerton.example", "health") for role, name in zip(_RANKS, _RAISING, strict=True)),
    *(Person(role, name, f"{name.split()[0].lower()}@hackney.example", "hackney") for role, name in zip(_RANKS, _RECEIVING, strict=True)),
    *(Person(role, name, f"{name.split()[0].lower()}@chscp.example") for role, name in _OFFICES.items()),
]  # fmt: skip
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
    answers={"child_status": ("protection_plan",), "area": ("action",), "evidence": "Notes", "supervisor": "Mira", "discussions": "One"},
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

    def browser(self) -> TestClient:
        """A new browser, without cookies."""
        return TestClient(self.app, base_url="http://answerable.example", follow_redirects=True)

    @property
    def app(self) -> FastAPI:
        app = getattr(self, "_app", None)
        if app is None:
            app = self._app = self._built()
        return app

    def view(self) -> View:
        """The newest case."""
        newest = self.reading.list_cases("chscp", self.clock())[0]
        found = self.reading.by_reference("chscp", newest.reference, self.clock())
        assert found
        return found

    def letters(self, purpose: str = "", to: str = "") -> list[Stored]:
        """Letters of the newest case, by purpose and the name of whom they go to."""
        return [each for each in self.view().letters if purpose in ("", each.purpose) and to in ("", each.name)]

    def code(self, subject_case: bool = True) -> str:
        """The code in the newest letter that holds one."""
        return newest_code(self.casework)

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
        claimed = self.correspondence.claim(letter.id, self.clock())
        assert claimed
        self.correspondence.handing_over(claimed, message.as_bytes(), self.clock())
        self.correspondence.accepted(claimed, self.clock())

    def _built(self) -> FastAPI:
        cookies = Cookies(SECRET, secure=False)
        csrf = Csrf(cookies, SECRET)
        pages = Pages(ROOT / "templates", csrf)
        kinds = {**web.LIMITS, **codes.LIMITS, **answers.LIMITS, **status.LIMITS, **entry.LIMITS, **casefile.LIMITS, **self.limits}
        site = Site(pages, csrf, cookies, Limits(kinds), self.clock, "http://answerable.example")
        app = FastAPI()
        app.include_router(answers.routes(site, self.casework, self.reading))
        app.include_router(status.routes(site, self.casework, self.reading))
        app.include_router(entry.routes(site, self.casework))
        app.include_router(tray.routes(site, self.casework, self.correspondence, self.reading))
        app.include_router(casefile.routes(site, self.casework, self.correspondence, self.reading))
        app.include_router(record.routes(site, self.casework, self.reading))
        app.include_router(web.routes(site, self.casework, self.reading))
        install(app, pages, secure=False)
        return app


def newest_code(casework: Casework) -> str:
    """The code in the letter that was written last, of those that hold one."""
    from sqlalchemy import text

    from cases.store import outbox

    with casework.database.read() as connection:
        ids = connection.execute(text("SELECT id FROM letters WHERE purpose IN ('code','confirm') ORDER BY rowid DESC")).scalars()
        return str(outbox.opened(connection, next(iter(ids)), casework.keyring).values["code"])


def fields_of(page: str) -> dict[str, str]:
    """The hidden inputs of a page's forms."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value for name, value in found}


@pytest.fixture
def make_world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    """Makes the world: City and Hackney with its people, and a fresh database."""
    databases: list[Database] = []

    def make(limits: dict[str, Limit] | None = None) -> World:
        database = Database(tmp_path / f"cases{len(databases)}.sqlite")
        databases.append(database)
        with database.write() as connection:
            tables.metadata.create_all(connection)
        office = Partnership(load_policy(ROOT / "policies" / "chscp.yaml"), "escalations@chscp.example", "chscp.example", SUPPORT)
        casework = Casework(database, Keyring(MasterKeys.parse(MasterKeys.new_text())), {office.key: office})
        casework.take_policies(BEGAN)
        casework.replace_directory("chscp", AGENCIES, PEOPLE, BEGAN.date())
        return World(casework, Clock(), limits or {})

    yield make
    for database in databases:
        database.close()


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    return make_world()
