"""Signing in to the desk in a real browser: by the link that the post room shows, on phone, desktop, narrowest."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from real_demo import DESKTOP, PHONE, Visit, chromium, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
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


def sign_in(visit: Visit, back: str = "/desk/chscp") -> None:
    visit.go(back)
    visit.is_at("Sign in to the desk")
    visit.page.locator("#email").fill(SUPPORT)
    visit.press("Send me a link")
    visit.is_at("Look in your mailbox")
    visit.go(f"/demo/post-room?to={SUPPORT}")
    visit.click(visit.page.get_by_role("link", name="Your link to sign in to the desk").first)
    with visit.page.expect_navigation():
        visit.page.frame_locator("iframe").get_by_role("link", name="Sign in to the desk").click()
    visit.is_at("Sign in as Business support")


def test_the_desk_is_opened_by_a_mailed_link_and_closed_again(visit: Visit) -> None:
    visit.go("/desk/chscp")
    visit.is_at("Sign in to the desk")
    visit.check()
    visit.press("Send me a link")
    visit.has_problems("Write your e-mail address")
    sign_in(visit, "/desk/chscp/staff")
    visit.check()
    link = visit.page.url
    visit.press("Sign in")
    visit.is_at("Staff")
    visit.press("Sign out")
    visit.is_at("Sign in to the desk")
    visit.page.goto(link)
    visit.is_at("This link does not sign you in")
    visit.check()


def test_the_staff_list_is_kept_with_every_mistake_on_the_way(visit: Visit) -> None:
    name = f"Sal {visit.page.viewport_size['width']}" if visit.page.viewport_size else "Sal"
    visit.go("/demo/desk/chscp")
    visit.follow("Staff")
    visit.press("Add to the list")
    visit.has_problems("Write the e-mail address", "Write the name", "Choose a role")
    visit.page.locator("#email").fill(f"{name.replace(' ', '.').lower()}@chscp.example")
    visit.page.locator("#name").fill(name)
    visit.page.get_by_label("Reader").check()
    visit.press("Add to the list")
    visit.follow(f"Change {name}")
    visit.page.get_by_label("Manager", exact=True).check()
    visit.press("Save")
    visit.follow(f"Change {name}")
    visit.press("Take off the list")
    assert name not in visit.page.locator("main").inner_text()
    visit.page.get_by_text("Every change of this list").click()
    assert f"{name} (" in visit.page.locator("main").inner_text()
    visit.check()


def test_e66_whoever_was_signed_out_meanwhile_sends_the_form_again_without_losing_a_word(visit: Visit) -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    visit.go("/demo/desk/chscp")
    visit.follow("Staff")
    visit.page.locator("#email").fill("pat@chscp.example")
    visit.page.locator("#name").fill("Pat of two words")
    visit.page.get_by_label("Reader").check()
    other = Visit(visit.page.context.new_page(), visit.address)
    other.go("/desk/chscp/staff")
    other.press("Sign out")
    visit.press("Add to the list")
    visit.is_at("You are signed out")
    other.go("/demo/desk/chscp")
    visit.press("Send it again")
    visit.is_at("Staff")
    assert "Pat of two words" in visit.page.locator("main").inner_text()
