"""The directory in a real browser: phone, desktop, narrowest width; axe-clean, by keyboard and without JavaScript."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from real_demo import DESKTOP, PHONE, Visit, chromium, running_demo

from tests.browser.test_door import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROWEST = {"width": 320, "height": 640}  # WCAG 2.2, 1.4.10
DESK = "/desk/chscp/directory"
NUMBERS = count(1)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_demo() as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = chromium(playwright)
        yield found
        found.close()


@pytest.fixture(params=[PHONE, DESKTOP, NARROWEST], ids=["phone", "desktop", "narrowest"])
def visit(request: pytest.FixtureRequest, browser: Browser, address: str) -> Iterator[Visit]:
    context = browser.new_context(viewport=request.param)
    yield Visit(context.new_page(), address, Axe())
    context.close()


def test_the_directory_is_read_and_changed_with_every_mistake_on_the_way(visit: Visit, tmp_path: Path) -> None:
    sign_in(visit)
    visit.press("Sign in")
    visit.go(DESK)
    visit.is_at("Directory")
    visit.check()
    for path in ("?by=role", "/stale", "/coverage", "/changes", "/closures", "/file", "/agencies/gp"):
        visit.go(DESK + path)
        visit.check()

    visit.go(f"{DESK}/people/new")
    visit.press("Enter them")
    visit.has_problems("Choose the role", "Write the name", "Write the e-mail address")
    visit.check()
    visit.page.locator("#role").select_option("line_manager")
    visit.page.locator("#agency").select_option("gp")
    local = f"pip.orr{next(NUMBERS)}"
    person = {"name": "Pip Orr", "email": f"{local}@millbrook-surgery.example", "phone": "01632 960999"}
    for name, text in person.items():
        visit.page.locator(f"#{name}").fill(text)
    visit.press("Enter them")
    visit.is_at("Directory")
    visit.follow("Pip Orr")
    visit.is_at("Pip Orr")
    visit.check()
    visit.follow("Enter an absence")
    visit.press("Enter the absence")
    visit.has_problems("Write the first day", "Write the last day")
    visit.check()
    visit.follow("Back")
    visit.follow("Who acts while they are away")
    visit.check()
    visit.press("Register")
    visit.press("They hold this role no longer")
    visit.check()
    visit.press("Make this change")
    visit.check()

    saved = tmp_path / "directory.csv"
    saved.write_text("agency,role\n", encoding="utf-8")
    visit.go(f"{DESK}/file")
    visit.page.locator("#file").set_input_files(saved)
    visit.press("Show what it would change")
    assert "it has no column" in visit.page.locator(".govuk-error-summary").inner_text()
    with visit.page.expect_download() as download:
        visit.page.get_by_role("link", name="save the directory as it is").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    saved.write_text("\n".join(text.splitlines()[:-3]), encoding="utf-8")
    visit.page.locator("#file").set_input_files(saved)
    visit.press("Show what it would change")
    visit.is_at("What the file would change")
    visit.check()
    saved.write_text(text.replace("@", " at "), encoding="utf-8")
    visit.go(f"{DESK}/file")
    visit.page.locator("#file").set_input_files(saved)
    visit.press("Show what it would change")
    visit.check()
