"""The real `answerable demo` in a process of its own, and Debian's Chromium looking at it."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, Playwright, ViewportSize

COMMAND = Path(sys.executable).parent / "answerable"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
PHONE = ViewportSize(width=360, height=740)
DESKTOP = ViewportSize(width=1280, height=900)
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@contextmanager
def running_demo() -> Iterator[str]:
    """Gives the address, such as http://127.0.0.1:40123, from the line that the command prints."""
    command = [str(COMMAND), "demo", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found, "the demonstration printed no address"
            yield found[0]
        finally:
            process.terminate()
            process.wait(30)


def chromium(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)


@dataclass
class Visit:
    """A page of a browser that looks at one demonstration, and what is checked on everything that it shows."""

    page: Page
    address: str
    axe: Axe | None = None
    rules: tuple[str, ...] = (*WCAG, "best-practice")

    def __post_init__(self) -> None:
        self.elsewhere: list[str] = []
        self.page.on("request", lambda request: self._requested(request.url))

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def check(self) -> None:
        """What must hold of every page: no request elsewhere, nothing wider than the screen, axe content."""
        assert self.elsewhere == []
        if self.axe is None:
            return
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} scrolls sideways by {wide} pixels"
        found = self.axe.run(self.page, options={"runOnly": self.rules, "resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{self.page.url}\n{found.generate_report()}"

    def press(self, name: str) -> None:
        """Press a button, and check the page that comes."""
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name).first)

    def click(self, link: Locator) -> None:
        with self.page.expect_navigation():
            link.click()
        self.check()

    def is_at(self, heading: str) -> None:
        assert heading in self.page.locator("h1").first.inner_text(), self.page.content()

    def has_problems(self, *messages: str) -> None:
        """An error summary with these messages, each leads to a field that says the same; the title says so."""
        summary = self.page.locator(".govuk-error-summary")
        assert self.page.evaluate("document.activeElement.className") == "govuk-error-summary", "it has the focus"
        for message in messages:
            link = summary.get_by_role("link", name=message)
            target = link.get_attribute("href") or ""
            link.click()
            assert f"#{self.page.evaluate('document.activeElement.id')}" == target
            assert self.page.locator(".govuk-error-message", has_text=message).count() == 1
        assert summary.get_by_role("listitem").count() == len(messages)
        assert self.page.title().startswith("Error: ")

    def raise_case(self, email: str, other_email: str, **more: str) -> str:
        """The form with holes, sent and confirmed in the browser. Gives the reference."""
        self.go("/chscp/raise")
        self.fill_in(email=email, other_email=other_email, **more)
        self.press("Send")
        self.enter_code(email)
        self.press("Confirm")
        self.is_at("Your escalation is received")
        return self.page.locator(".reference").first.inner_text().strip()

    def fill_in(self, **more: str) -> None:
        """The form: Alice Osei of the hospital about Ben Carter of social care, unless something else is said."""
        form = {
            "name": "Alice Osei",
            "other_name": "Ben Carter",
            "concern": "Nobody has visited for three weeks.",
        } | more
        for name, text in form.items():
            self.page.locator(f"#{name}").fill(text)
        self.page.locator("#agency").select_option("hospital")
        self.page.locator("#other_agency").select_option("social_care")

    def enter_code(self, email: str) -> None:
        """Type the newest code that the post room has for an address."""
        self.page.locator("#code").fill(self.newest(lambda each: each["to"] == email and each["code"])["code"])

    def letters(self, **chosen: str) -> list[dict[str, Any]]:
        """By JSON, the newest first."""
        query = "&".join(f"{name}={value}" for name, value in chosen.items())
        with urlopen(f"{self.address}/demo/letters?{query}") as answer:
            found: list[dict[str, Any]] = json.load(answer)
            return found

    def newest(self, wanted: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        return next(letter for letter in self.letters() if wanted(letter))

    def answer(self, letter: dict[str, Any], text: str) -> dict[str, Any]:
        return self._post("/demo/answer", {"letter": letter["id"], "text": text})

    def move(self, **to: Any) -> dict[str, Any]:
        return self._post("/demo/clock", to)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        with urlopen(Request(f"{self.address}{path}", json.dumps(body).encode(), headers)) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def _requested(self, url: str) -> None:
        if not url.startswith((f"{self.address}/", "data:")):
            self.elsewhere.append(url)
