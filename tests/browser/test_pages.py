"""Every page and error state in a real browser: phone, desktop, narrowest width; axe-clean, nothing from elsewhere."""

from collections.abc import Iterator
from itertools import count

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright
from real_demo import DESKTOP, PHONE, WCAG, Visit, chromium, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NUMBERS = count(1)
NARROWEST = {"width": 320, "height": 640}  # WCAG 2.2, 1.4.10


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


def addresses() -> tuple[str, str]:
    """Two that nobody had before in this demonstration."""
    number = next(NUMBERS)
    return f"alice.osei{number}@kingfisher-hospitals.example", f"ben.carter{number}@childrens-care.example"


def test_an_escalation_is_raised_and_answered_with_every_mistake_on_the_way(visit: Visit) -> None:
    email, other_email = addresses()
    visit.go("/")
    visit.check()
    visit.follow("City and Hackney")
    visit.is_at("When agencies differ")
    visit.press("Start")
    visit.is_at("Raise an escalation")

    visit.press("Send")
    visit.has_problems("Enter your work e-mail address", "Write a few words on what the concern is")
    visit.page.locator("#harm").check()
    visit.press("Send")
    visit.has_problems("Enter your work e-mail address")
    assert "Do not wait" in visit.page.locator("main").inner_text()
    visit.page.locator("#harm-2").check()
    visit.page.locator("#q_protects_by-day").fill("31")
    visit.page.locator("#q_protects_by-month").fill("2")
    visit.page.locator("#q_protects_by-year").fill("2027")
    visit.page.locator("#agency_written").fill("Another agency")
    visit.fill_in(email="no address", other_email=other_email)
    visit.press("Send")
    assert visit.page.locator(".govuk-error-summary li").count() == 3
    assert visit.page.locator("#concern").input_value() == "Nobody has visited for three weeks."
    for part in ("day", "month", "year"):
        visit.page.locator(f"#q_protects_by-{part}").fill("")
    visit.page.locator("#agency_written").fill("")
    visit.page.locator("#email").fill(email)
    visit.page.locator("#aside_wrongdoing").check()
    visit.press("Send")
    visit.is_at("Before you send it")
    visit.press("Go back and change it")
    visit.is_at("Raise an escalation")
    assert visit.page.locator("#email").input_value() == email
    visit.page.locator("#aside_wrongdoing-2").check()
    visit.press("Send")

    visit.is_at("Confirm your address")
    visit.press("Confirm")
    assert visit.page.title().startswith("Error: ")
    visit.page.locator("#code").fill("000000")
    visit.press("Confirm")
    visit.has_problems("That is not the code we sent, or it is too old.")
    visit.press("Send me a new code")
    visit.enter_code(email)
    visit.press("Confirm")
    visit.is_at("Your escalation is received")
    reference = visit.page.locator(".reference").first.inner_text().strip()

    visit.click(visit.page.locator("a.link-in-full"))
    visit.is_at(reference)
    visit.press("Add what is missing")
    visit.page.locator("#q_child_status").check()
    visit.page.locator("#child").fill("K.M.")
    visit.click(visit.page.get_by_role("button").last)
    visit.is_at(reference)
    visit.follow("Read or print the written log")
    assert "An escalation was received" in visit.page.locator("main").inner_text()
    visit.go("/demo/post-room?case=" + reference)
    visit.check()
    answer_on_the_page(visit, reference)


def answer_on_the_page(visit: Visit, reference: str) -> None:
    letter = visit.newest(
        lambda each: each["case"] == reference and each["purpose"] == "stage" and each["name"] == "Ben Carter"
    )
    visit.go(letter["page"].removeprefix(visit.address))
    visit.check()
    assert "Dear Ben Carter" in visit.page.frame_locator("iframe").locator("body").inner_text()
    visit.press("Answer this letter")
    visit.is_at("Enter the code")
    visit.page.locator("#code").fill("12")
    visit.press("Go on")
    assert visit.page.locator(".govuk-error-summary").count() == 1
    visit.enter_code(letter["to"])
    visit.press("Go on")
    visit.is_at("Your answer")
    visit.press("Record this answer")
    assert visit.page.locator(".govuk-error-summary").count() == 1
    visit.page.get_by_label("I have a question").check()
    visit.press("Record this answer")
    assert visit.page.locator(".govuk-error-summary").count() == 1
    visit.page.get_by_label("We will meet or talk on this date").check()
    visit.press("Record this answer")
    assert visit.page.locator(".govuk-error-summary").count() == 1
    visit.page.get_by_label("It is resolved", exact=True).check()
    visit.page.locator("textarea").first.fill("We agreed a visit on Monday.")
    visit.press("Record this answer")
    assert "It is resolved" in visit.page.locator("main").inner_text()
    visit.go(letter["page"].removeprefix(visit.address))
    visit.check()


def test_the_post_room_the_clock_and_the_desk(visit: Visit) -> None:
    email, other_email = addresses()
    reference = visit.raise_case(email, other_email)
    visit.go("/demo/")
    visit.check()
    visit.follow("Who is who")
    visit.follow("Post room")
    visit.is_at("Post room")
    visit.follow("Waiting for an answer")
    visit.page.locator("#case").select_option(reference)
    visit.press("Show")
    letter = visit.newest(lambda each: each["case"] == reference and each["to"] == other_email)
    visit.click(visit.page.locator(f'a[href="/demo/post-room/{letter["id"]}"]'))
    assert "Dear Ben Carter" in visit.page.frame_locator("iframe").locator("body").inner_text()
    visit.page.get_by_text("As plain text").click()
    assert "Dear Ben Carter" in visit.page.locator("pre").first.inner_text()
    visit.page.get_by_text("Headers", exact=True).click()
    visit.check()
    for offered in visit.page.locator("summary.answer__summary").all():
        offered.click()
    visit.check()
    visit.press("Send this reply")
    assert visit.page.locator(".govuk-error-summary").count() == 1
    visit.page.locator("#text-own").fill("Hello, we talked about it and I think that is that.")
    visit.press("Send this reply")
    assert "waits for a person" in visit.page.locator("main").inner_text()

    visit.go("/demo/desk/chscp")
    visit.is_at("Today")
    visit.check()
    visit.follow("Tray")
    visit.is_at("Tray")
    visit.click(visit.page.locator(".mails a", has_text=reference).first)
    visit.is_at("A mail that needs a person")
    item = visit.page.url
    visit.press("Take it out of the tray")
    assert visit.page.locator(".govuk-error-summary").count() == 1
    other_ways_with_a_mail(visit, item.removeprefix(visit.address).partition("?")[0].removesuffix("/away"))
    visit.page.goto(item)
    visit.follow("Ben Carter")
    visit.is_at("Record an answer of")
    visit.press("Show what will happen")
    assert visit.page.locator(".govuk-error-summary").count() == 1
    visit.page.get_by_label("It is resolved", exact=True).check()
    visit.page.locator("textarea").first.fill("They talked.")
    visit.page.locator("#reason").fill("The mail says so")
    visit.press("Show what will happen")
    visit.press("Do it")
    visit.is_at(reference)
    visit.click(visit.page.locator("#letters ~ .scrolling a").first)
    assert "Dear" in visit.page.frame_locator("iframe").locator("body").inner_text()
    visit.follow(reference)
    visit.follow("The written log")
    assert "They talked." in visit.page.locator("main").inner_text()
    visit.go("/desk/chscp/letters")
    visit.check()
    the_list_of_cases(visit, reference)

    visit.go("/demo/time")
    visit.check()
    before = visit.page.locator(".clock-face").inner_text()
    visit.press("Move to the next thing that happens")
    assert visit.page.locator(".clock-face").inner_text() != before
    visit.press("1 week on")
    assert "What happened since" in visit.page.locator("main").inner_text()
    visit.follow("For scripts")


def other_ways_with_a_mail(visit: Visit, place: str) -> None:
    """Every page about a mail, with its mistakes."""
    visit.go(f"{place}/original")
    visit.check()
    assert "we talked about it" in visit.page.locator("pre").first.inner_text()
    for part, button in (("ask", "Send the letter"), ("pass-on", "Take it out of the tray"), ("open", "Open the case")):
        visit.go(f"{place}/{part}")
        visit.check()
        if visit.page.get_by_role("button", name=button, exact=True).count():
            visit.press(button)
            assert visit.page.locator(".govuk-error-summary").count() == 1


def the_list_of_cases(visit: Visit, reference: str) -> None:
    visit.follow("Cases")
    visit.is_at("Cases")
    visit.page.locator("#reference").fill(reference)
    visit.page.locator("#status").select_option("every")
    visit.press("Show")
    assert "1 case" in visit.page.get_by_role("status").inner_text()
    visit.click(visit.page.locator("table a.reference"))
    visit.is_at(reference)
    visit.go("/desk/chscp/cases?overdue=yes&agency=social_care&reference=none")
    visit.check()
    assert "No case is like this" in visit.page.locator("main").inner_text()


@pytest.mark.parametrize(
    "path", ["/nowhere", "/chscp/nowhere", "/l/0000", "/s/0000", "/desk/chscp/cases/CHSCP-2026-9999"]
)
def test_pages_for_what_is_not_there(visit: Visit, path: str) -> None:
    visit.go(path)
    visit.check()
    assert "999" in visit.page.locator("body").inner_text()


def test_the_other_partnerships_forms(visit: Visit) -> None:
    for key in ("krscp", "hscp", "wsscp", "cyscp"):
        visit.go(f"/{key}/")
        visit.check()
        visit.go(f"/{key}/raise")
        visit.check()
        visit.press("Send")
        visit.has_problems("Enter your work e-mail address", "Write a few words on what the concern is")


def test_the_letters_themselves_are_clean_for_axe(visit: Visit, browser: Browser) -> None:
    """A letter's frame runs no script, so its HTML is looked at in a page of its own."""
    email, other_email = addresses()
    visit.raise_case(email, other_email)
    visit.rules = WCAG  # a letter has no landmarks: the mail program around it has them
    newest = {letter["purpose"]: letter for letter in visit.letters()}
    for letter in newest.values():
        html = visit.page.request.get(f"{visit.address}/demo/post-room/{letter['id']}/html").text()
        visit.page.set_content(html)
        visit.check()
