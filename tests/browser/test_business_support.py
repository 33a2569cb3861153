"""Business support from an empty installation to a trial with real people, to the first real case closed, in a browser.

Letters leave by SMTP, and the time is moved by hand. Every page on the way is checked as `Visit.check` does.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from office import INBOX, PARTNERSHIP, SUPPORT, Office, new_office, words
from playwright.sync_api import Browser, sync_playwright
from real_demo import DESKTOP, Visit, chromium

from answerable.demo.world import directory_of
from answerable.wiring import Service
from cases.directory.directory import Person
from cases.directory.file import write_sheet
from cases.policy_files.reading import load_policy

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THURSDAY = datetime(2026, 11, 26, 9, 5, tzinfo=UTC)
TRIAL, PAT = "test.person@office.example", "pat.doyle@office.example"
POLICY = load_policy(Path(__file__).parents[2] / "policies" / "chscp.yaml").policy
AGENCIES, PEOPLE = directory_of(POLICY)
STAFF = {SUPPORT, PAT, TRIAL}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with new_office(tmp_path, THURSDAY) as office:
        yield office


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = chromium(playwright)
        yield found
        found.close()


@contextmanager
def visitor(browser: Browser, office: Office) -> Iterator[Visit]:
    """Somebody with a browser of their own."""
    context = browser.new_context(viewport=DESKTOP)
    yield Visit(context.new_page(), office.address, Axe())
    context.close()


def person(role: str, agency: str) -> Person:
    return next(each for each in PEOPLE if (each.role, each.agency) == (role, agency))


RAISER, OTHER = person("practitioner", "hospital"), person("practitioner", "social_care")


def sign_in(visit: Visit, office: Office, service: Service, email: str) -> None:
    visit.go(f"/desk/{PARTNERSHIP}")
    visit.is_at("Sign in to the desk")
    visit.page.locator("#email").fill(email)
    visit.press("Send me a link")
    visit.is_at("Look in your mailbox")
    office.settle(service)
    visit.go(link_in(office.newest(email, "link"), "/sign-in/"))
    visit.is_at("Sign in as")
    visit.press("Sign in")


def link_in(mail: EmailMessage, part: str) -> str:
    body = mail.get_body(("plain",))
    assert body
    found = re.search(rf"https?://[^/\s]+(/\S*{part}\S+)", body.get_content())
    assert found, body.get_content()
    return found[1]


def raise_case(visit: Visit, office: Office, service: Service, code_comes_to: str) -> str:
    """A practitioner fills in the form and confirms the address. Gives the reference."""
    visit.go(f"/{PARTNERSHIP}/raise")
    visit.fill_in(name=RAISER.name, email=RAISER.email, other_name=OTHER.name, other_email=OTHER.email)
    visit.press("Send")
    office.settle(service)
    code = re.search(r"\b\d{6}\b|\b\d{3} \d{3}\b", words(office.to(code_comes_to)[-1]))
    assert code
    visit.page.locator("#code").fill(code[0])
    visit.press("Confirm")
    office.settle(service)
    return visit.page.locator(".reference").first.inner_text().strip()


def answer(visit: Visit, reference: str, who: str, said: str) -> None:
    """Pat takes down what somebody said on the telephone."""
    visit.go(f"/desk/{PARTNERSHIP}/cases/{reference}")
    visit.follow(who)
    visit.page.get_by_label(said, exact=True).check()
    for field in visit.page.locator("textarea").all()[:1]:
        field.fill("We visit together on Friday.")
    visit.page.get_by_label("By telephone").check()
    visit.page.locator("#reason").fill("They said so to Pat at ten")
    visit.press("Show what will happen")
    visit.press("Do it")


def test_from_an_empty_installation_to_a_trial_to_a_case_closed(
    browser: Browser, office: Office, tmp_path: Path
) -> None:
    with office.running(shadow=TRIAL) as service, visitor(browser, office) as visit:
        sign_in(visit, office, service, SUPPORT)
        add_staff(visit)
        visit.press("Sign out")
        sign_in(visit, office, service, PAT)
        take_directory_in(visit, tmp_path)
        reference = trial(visit, browser, office, service)
        everybody_outside_was_spared(office)

    with office.running() as service, visitor(browser, office) as visit:
        sign_in(visit, office, service, PAT)
        nothing_of_the_trial_goes_on(visit, office, service, reference)
        first_real_case(visit, browser, office, service)


def add_staff(visit: Visit) -> None:
    visit.follow("Staff")
    visit.page.locator("#email").fill(PAT)
    visit.page.locator("#name").fill("Pat Doyle")
    visit.page.get_by_label("Business support", exact=True).check()
    visit.press("Add to the list")
    assert "Pat Doyle" in visit.page.locator("main").inner_text()


def take_directory_in(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "directory.csv"
    file.write_text(write_sheet(AGENCIES, PEOPLE, {}), encoding="utf-8")
    visit.follow("Directory")
    visit.press("Take in a file")
    visit.page.locator("input[type=file]").set_input_files(file)
    visit.press("Show what it would change")
    visit.press("Take it in")
    assert RAISER.name in visit.page.locator("main").inner_text() or "Directory" in visit.page.title()


def trial(visit: Visit, browser: Browser, office: Office, service: Service) -> str:
    """A case in the trial: every letter goes to the test person and says who would have had it."""
    with visitor(browser, office) as practitioner:
        reference = raise_case(practitioner, office, service, TRIAL)
    letter = office.newest(TRIAL, reference)
    assert str(letter["Subject"]).startswith("[Trial] ")
    assert any(OTHER.name in words(mail) for mail in office.to(TRIAL))
    visit.go(f"/desk/{PARTNERSHIP}")
    assert TRIAL in visit.page.locator("body").inner_text()
    office.moves_to(service, THURSDAY + timedelta(days=1))
    assert any(reference in words(mail) for mail in office.to(SUPPORT)), [words(m) for m in office.to(SUPPORT)]
    return reference


def everybody_outside_was_spared(office: Office) -> None:
    assert {to for to, _ in office.kept.mails} <= STAFF


def nothing_of_the_trial_goes_on(visit: Visit, office: Office, service: Service, reference: str) -> None:
    """The trial is over: its case stays with the desk, and nobody real is chased for it."""
    before = len(office.kept.mails)
    visit.go(f"/desk/{PARTNERSHIP}/cases/{reference}")
    assert "trial" in visit.page.locator("main").inner_text().lower()
    office.moves_to(service, office.time() + timedelta(days=7))
    assert {to for to, _ in office.kept.mails[before:]} <= STAFF


def first_real_case(visit: Visit, browser: Browser, office: Office, service: Service) -> None:
    """Raised, answered by telephone, told, filed and closed; the log is sound."""
    sign_in(visit, office, service, PAT)  # the session has ended since
    with visitor(browser, office) as practitioner:
        reference = raise_case(practitioner, office, service, RAISER.email)
    assert office.to(OTHER.email), "the other side has its letter"
    assert not str(office.to(OTHER.email)[-1]["Subject"]).startswith("[Trial]")
    for who in (RAISER, OTHER):
        answer(visit, reference, who.name, "It is resolved")
        office.settle(service)
    for who in (RAISER, OTHER):
        visit.go(f"/desk/{PARTNERSHIP}/cases/{reference}")
        if visit.page.get_by_role("link", name=who.name).count():
            answer(visit, reference, who.name, "It is on the child's file")
            office.settle(service)
    office.moves_to(service, office.time() + timedelta(days=14))
    sign_in(visit, office, service, PAT)
    visit.go(f"/desk/{PARTNERSHIP}/cases/{reference}")
    assert "Closed" in visit.page.locator("main").inner_text()
    assert any("closed" in words(mail).lower() for mail in office.to(RAISER.email))
    assert service.ledger.faults(PARTNERSHIP) == []
    assert INBOX not in {to for to, _ in office.kept.mails}, "the service never writes to itself"
