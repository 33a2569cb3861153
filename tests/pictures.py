"""`make pictures`: the README's pictures, taken afresh from a real demonstration into docs/pictures."""

from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright
from real_demo import Visit, chromium, running_demo

FOLDER = Path(__file__).parents[1] / "docs/pictures"
WIDE = ViewportSize(width=1100, height=900)
NARROW = ViewportSize(width=400, height=860)
RAISER = "amara.okafor@kingfisher-hospitals.example"
FORM = {
    "name": "Amara Okafor",
    "job": "health visitor",
    "email": RAISER,
    "child": "K.M.",
    "other_name": "Rhys Pritchard",
    "other_email": "rhys.pritchard@childrens-care.example",
    "concern": (
        "K.M. came to the ward with a burn for the second time in a month. Our referral was closed without a visit. "
        "We have asked twice why, and have had no answer."
    ),
    "wanted": "A visit this week, and a meeting of the professionals around the family.",
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with running_demo() as address, sync_playwright() as playwright:
        browser = chromium(playwright)
        visit = Visit(browser.new_page(viewport=WIDE), address)
        _monday_morning(visit)
        _form(visit)
        _life(visit)
        _letter(browser, visit)
        visit.go("/demo/post-room")
        _take(visit, "post-room")
        visit.go("/demo/desk/chscp")
        _take(visit, "desk")
        visit.follow("Cases")
        visit.click(visit.page.locator("table a.reference").first)
        visit.follow("The written log")
        visit.page.set_viewport_size(WIDE | {"height": 1300})
        _take(visit, "record")
        browser.close()
    for picture in sorted(FOLDER.glob("*.png")):
        print(f"{picture.name}: {picture.stat().st_size / 1000:.0f} kB")


def _monday_morning(visit: Visit) -> None:
    now = datetime.fromisoformat(visit.move(hours=1)["now"])
    visit.move(to=(now + timedelta(days=7 - now.weekday())).replace(hour=10, minute=20).isoformat())


def _form(visit: Visit) -> None:
    """The form as a practitioner fills it in, sent and confirmed."""
    visit.go("/chscp/raise")
    visit.fill_in(**FORM)
    visit.page.locator("#harm-2").check()
    visit.page.locator("#q_child_status").check()
    visit.page.evaluate("scrollTo(0, 0)")
    _take(visit, "form")
    visit.press("Send")
    visit.enter_code(RAISER)
    visit.press("Confirm")


def _life(visit: Visit) -> None:
    """Stage 1 fails, nobody answers stage 2 in time, and a manager answers the chase."""
    stage = visit.newest(lambda each: each["purpose"] == "stage" and each["to"] == RAISER)
    visit.answer(stage, "NOT RESOLVED\n\nWe talked on the telephone and differ.")
    visit.move(days=9)


def _letter(browser: Browser, visit: Visit) -> None:
    """The line manager's letter as it looks on a phone."""
    letter = visit.newest(lambda each: each["purpose"] == "stage" and "childrens-care" in each["to"])
    phone = Visit(browser.new_page(viewport=NARROW), visit.address)
    phone.go(f"/demo/post-room/{letter['id']}/html")
    _take(phone, "letter")
    phone.page.close()


def _take(visit: Visit, name: str) -> None:
    visit.page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
