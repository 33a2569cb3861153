"""Other ways to use the pages: the keyboard alone, no JavaScript at all, and paper."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from real_demo import DESKTOP, PHONE, Visit, chromium, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_TABS = 120
# Does having the focus change how an element, or the mark of a radio or checkbox, looks? And can it be seen?
SHOWS_FOCUS = """() => {
  const focused = document.activeElement;
  const look = () => {
    const label = focused.labels && focused.labels[0];
    const styles = [getComputedStyle(focused), ...(label ? [getComputedStyle(label, '::before')] : [])];
    return JSON.stringify(styles.map(each => [each.outline, each.boxShadow, each.backgroundColor, each.borderColor]));
  };
  const place = focused.getBoundingClientRect();
  const seen = place.bottom > 0 && place.top < innerHeight && place.right > 0 && place.left < innerWidth;
  const withFocus = look();
  focused.blur();
  const without = look();
  focused.focus();
  return seen && withFocus !== without;
}"""


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


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until it is reached; the focus must be seen at every stop on the way."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        where = page.evaluate("document.activeElement.tagName")
        if where in ("IFRAME", "BODY"):
            continue
        page.wait_for_function(SHOWS_FOCUS)  # the browser scrolls to it a moment later
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"{selector} is not reached with Tab at {page.url}")


def enter(visit: Visit, selector: str) -> None:
    """Tab to something, press Enter, and check the page that comes."""
    tab_to(visit.page, selector)
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    visit.check()


def write(visit: Visit, selector: str, text: str) -> None:
    tab_to(visit.page, selector)
    visit.page.keyboard.type(text)


def submit_code(visit: Visit, to: str) -> None:
    write(visit, "#code", visit.newest(lambda each: each["to"] == to and each["code"])["code"])
    with visit.page.expect_navigation():
        visit.page.keyboard.press("Enter")
    visit.check()


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_everything_is_done_with_the_keyboard_alone(browser: Browser, address: str, size: dict[str, int]) -> None:
    context = browser.new_context(viewport=size)  # type: ignore[arg-type]
    visit = Visit(context.new_page(), address, Axe())
    email = f"dora.key{size['width']}@kingfisher-hospitals.example"
    other = f"eli.key{size['width']}@childrens-care.example"
    visit.go("/")
    tab_to(visit.page, ".govuk-skip-link")
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "main"
    enter(visit, "a[href='/chscp/']")
    enter(visit, "a[href='/chscp/raise']")

    enter(visit, "button[type=submit]")  # nothing filled in
    tab_to(visit.page, ".govuk-error-summary a")
    visit.page.keyboard.press("Enter")
    assert visit.page.evaluate("document.activeElement.id") == "email"
    visit.page.keyboard.type(email)
    tab_to(visit.page, "#agency")
    visit.page.keyboard.type("Kingfisher")
    tab_to(visit.page, "#other_agency")
    visit.page.keyboard.type("Council")
    write(visit, "#other_name", "Eli Key")
    write(visit, "#other_email", other)
    write(visit, "#concern", "Nobody has visited for three weeks.")
    tab_to(visit.page, "#q_child_status")
    tab_to(visit.page, "#q_child_status-3")
    visit.page.keyboard.press("Space")
    assert visit.page.locator("#q_child_status-3").is_checked()
    visit.page.keyboard.press("Home")
    enter(visit, "button[type=submit]")
    submit_code(visit, email)
    visit.is_at("Your escalation is received")
    enter(visit, "a.link-in-full")
    enter(visit, "a[href$='/record']")

    letter = visit.newest(lambda each: each["to"] == other and each["purpose"] == "stage")
    visit.go(letter["page"].removeprefix(address))
    enter(visit, "form button")
    submit_code(visit, other)
    tab_to(visit.page, "input[type=radio]")
    visit.page.keyboard.press("Space")
    assert visit.page.locator("input[type=radio]").first.is_checked()
    write(visit, "textarea", "We agreed a visit on Monday.")
    enter(visit, "form button[type=submit]")
    assert "It is resolved" in visit.page.locator("main").inner_text()

    letter = visit.newest(lambda each: each["to"] == email and each["purpose"] == "stage")
    visit.go(f"/demo/post-room/{letter['id']}")
    tab_to(visit.page, "#own summary")
    visit.page.keyboard.press("Enter")
    write(visit, "#text-own", "Thank you, I have to think about it.")
    enter(visit, "#own button")
    assert "waits for a person" in visit.page.locator("main").inner_text()
    visit.go("/demo/time")
    enter(visit, "button[value=day]")
    context.close()


def test_everything_works_without_javascript(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    visit = Visit(context.new_page(), address)
    page, email, other = visit.page, "fay.plain@kingfisher-hospitals.example", "gus.plain@childrens-care.example"
    visit.go("/demo/")
    visit.click(page.locator("a[href='/chscp/raise']").first)
    visit.press("Send")
    assert page.locator(".govuk-error-summary li").count() == 2
    visit.fill_in(email=email, other_email=other)
    visit.press("Send")
    visit.enter_code(email)
    visit.press("Confirm")
    visit.is_at("Your escalation is received")
    visit.click(page.locator("a.link-in-full"))

    visit.go("/demo/post-room")
    letter = visit.newest(lambda each: each["to"] == email and each["purpose"] == "stage")
    visit.click(page.locator(f"a[href='/demo/post-room/{letter['id']}']"))
    page.locator("summary", has_text="NOT RESOLVED").click()
    visit.press("Send NOT RESOLVED")
    assert "recorded as an answer" in page.locator("main").inner_text()
    letter = visit.newest(lambda each: each["purpose"] == "stage" and each["title"] == "line manager")
    visit.go(letter["page"].removeprefix(address))
    visit.press("Answer this letter")
    visit.enter_code(letter["to"])
    visit.press("Go on")
    page.locator("input[type=radio]").first.check()
    page.locator("textarea").first.fill("We agreed.")
    visit.press("Record this answer")
    assert "It is resolved" in page.locator("main").inner_text()
    visit.go("/demo/time")
    visit.press("Move to the next thing that happens")
    visit.go("/demo/desk/chscp")
    visit.is_at("Today")
    visit.follow("Cases")
    visit.go(f"/desk/chscp/cases/{letter['case']}")
    visit.click(page.get_by_role("link", name="The written log"))
    assert "We agreed." in page.locator("main").inner_text()
    context.close()


def test_the_written_log_prints_whole_and_without_the_furniture_of_the_screen(browser: Browser, address: str) -> None:
    context = browser.new_context()
    visit = Visit(context.new_page(), address, Axe())
    visit.raise_case("hal.paper@kingfisher-hospitals.example", "ida.paper@childrens-care.example")
    visit.go("/demo/desk/chscp")
    visit.go("/desk/chscp/cases?sort=opened")
    visit.click(visit.page.locator("table a.reference").first)
    visit.follow("The written log")
    lines = visit.page.locator("main li").count()
    visit.page.emulate_media(media="print")
    assert lines >= 8, "received, confirmed, stage 1 begun, its people and its clocks"
    assert visit.page.locator("main li").last.is_visible()
    for furniture in (".govuk-skip-link", ".govuk-back-link", ".footer"):
        assert not visit.page.locator(furniture).first.is_visible(), furniture
    paper = visit.page.pdf(format="A4", tagged=True)
    assert paper.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in paper, "tagged, so that a screen reader can read it"
    context.close()


@pytest.mark.parametrize(
    "fault",
    [
        "<main><h1>Title</h1><input></main>",
        "<main><h1>Title</h1><p style='color:#aaa;background:#fff'>hard to read</p></main>",
        "<main><h1>Title</h1><div style='width:3000px'>wide</div></main>",
        "<main><h1>Title</h1><img alt='' src='http://elsewhere.example/x.png'></main>",
    ],
)
def test_a_planted_fault_is_found(browser: Browser, address: str, fault: str) -> None:
    """The checks themselves are proved: a nameless field, poor contrast, a wide page, a request elsewhere."""
    context = browser.new_context(viewport=PHONE)
    visit = Visit(context.new_page(), address, Axe())
    sound = "<html lang=en><title>Title</title><body>"
    visit.page.set_content(f"{sound}<main><h1>Title</h1></main>")
    visit.check()
    visit.page.set_content(sound + fault)
    with pytest.raises(AssertionError):
        visit.check()
    context.close()


def test_an_element_that_hides_its_focus_is_found(browser: Browser, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_content("<style>a:focus{outline:none}</style><a href='/'>one</a><button>two</button>")
    page.keyboard.press("Tab")
    assert not page.evaluate(SHOWS_FOCUS)
    page.keyboard.press("Tab")
    assert page.evaluate(SHOWS_FOCUS)
    context.close()
