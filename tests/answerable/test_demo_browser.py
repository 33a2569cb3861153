"""The demonstration in Chromium, at the width of a phone and of a desk, by keyboard, and looked through by axe-core."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

if TYPE_CHECKING:
    from demo_client import Script

pytest_plugins = ["demo_client"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


@contextmanager
def served(script: "Script") -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(script.client.app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(params=[360, 1280])
def page(request: pytest.FixtureRequest) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": request.param, "height": 900})
        browser.close()


def test_every_page_is_readable_by_all_and_fits_its_window(script: "Script", page: Page) -> None:
    case = script.escalate()
    script.move(days=14)
    letter = script.waiting(case=case)[0]["id"]
    paths = ("/", "/post-room", "/post-room?waits=1", f"/post-room/{letter}", "/time", "/people/chscp", "/api")
    with served(script) as address:
        for path in ["/chscp/raise", *(f"/demo{each}" for each in paths)]:
            page.goto(f"{address}{path}")
            looked_through(page)


def test_a_letter_is_answered_by_keyboard_with_the_error_shown_first(script: "Script", page: Page) -> None:
    letter = next(each for each in script.waiting(case=script.escalate()) if each["answers"])
    with served(script) as address:
        page.goto(f"{address}/demo/post-room/{letter['id']}")
        page.locator("summary", has_text="QUESTION").first.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("There is a problem").wait_for()
        looked_through(page)
        page.get_by_role("link", name="Enter in a few words").press("Enter")
        page.keyboard.type("We met.")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("The reply was recorded as an answer").wait_for()
        looked_through(page)


def test_a_button_in_the_letter_opens_its_ready_reply(script: "Script", page: Page) -> None:
    letter = next(each for each in script.waiting(case=script.escalate()) if each["answers"])
    with served(script) as address:
        page.goto(f"{address}/demo/post-room/{letter['id']}")
        page.frame_locator("iframe").get_by_text("NOT RESOLVED").first.click()
        page.wait_for_url("**/demo/post-room/*?write=*")
        assert page.locator("#text-own").input_value().startswith("NOT RESOLVED")


def looked_through(page: Page) -> None:
    found = [(each["id"], each["nodes"][0]["html"]) for each in Axe().run(page).response["violations"]]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
