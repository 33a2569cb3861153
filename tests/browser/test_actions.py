"""What business support does to a case, in a real browser: forms, previews and the deed; phone, desktop, narrowest."""

from collections.abc import Iterator
from itertools import count

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from real_demo import DESKTOP, PHONE, Visit, chromium, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NUMBERS = count(1)
NARROWEST = {"width": 320, "height": 640}  # WCAG 2.2, 1.4.10
SUPPORT = "business.support@chscp.example"


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


def sign_in(visit: Visit, place: str) -> None:
    """By the link that the post room shows; then the place that was asked for."""
    visit.go(place)
    visit.page.locator("#email").fill(SUPPORT)
    visit.press("Send me a link")
    visit.go(f"/demo/post-room?to={SUPPORT}")
    visit.click(visit.page.get_by_role("link", name="Your link to sign in to the desk").first)
    with visit.page.expect_navigation():
        visit.page.frame_locator("iframe").get_by_role("link", name="Sign in to the desk").click()
    visit.press("Sign in")


def day(visit: Visit, name: str, text: str) -> None:
    for part, typed in zip(("day", "month", "year"), text.split(), strict=True):
        visit.page.locator(f"#{name}-{part}").fill(typed)


def test_a_case_is_paused_met_about_handed_over_and_ended_with_every_mistake_on_the_way(visit: Visit) -> None:
    number = next(NUMBERS)
    email, other = f"alice.osei.a{number}@kingfisher-hospitals.example", f"ben.a{number}@childrens-care.example"
    reference = visit.raise_case(email, other)
    place = f"/desk/chscp/cases/{reference}/do"
    sign_in(visit, place)
    visit.is_at("What do you want to do?")
    visit.check()

    visit.follow("Pause it until a day")
    visit.check()
    visit.press("Show what will happen")
    visit.has_problems("Enter the day on which the case goes on", "Write why: it goes on the record")
    day(visit, "until", "4 1 2038")
    visit.page.locator("#reason").fill("The court sits on 11 December")
    visit.press("Show what will happen")
    visit.is_at("This is what will happen")
    visit.page.locator("details summary").first.click()
    assert "The court sits on 11 December" in visit.page.locator("details").first.inner_text()
    visit.press("Change")
    assert visit.page.locator("#reason").input_value() == "The court sits on 11 December"
    visit.press("Show what will happen")
    visit.press("Do it")
    assert "Paused" in visit.page.locator("main").inner_text()

    visit.go(f"{place}/resume")
    visit.page.locator("#reason").fill("The court has decided")
    visit.press("Show what will happen")
    visit.press("Do it")
    for key in ("override", "take-on", "meeting", "hand-over", "breach", "merge", "end"):
        visit.go(f"{place}/{key}")
        visit.check()
        visit.press("Show what will happen")
        assert visit.page.title().startswith("Error: ")
    visit.page.get_by_label("The person who raised it withdraws it").check()
    visit.page.locator("#reason").fill("Settled by telephone")
    visit.press("Show what will happen")
    visit.press("Do it")
    assert "Closed" in visit.page.locator("main").inner_text()

    visit.go("/desk/chscp/under-way")
    visit.is_at("Enter a case that is under way")
    visit.check()
    visit.press("Show what will happen")
    assert visit.page.title().startswith("Error: ")
