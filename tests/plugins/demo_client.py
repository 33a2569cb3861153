"""The demonstration on a friday morning, with a browser and a script on it, for the tests of answerable/demo."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from answerable.app import create_app, create_site
from answerable.demo.demo import Demo
from answerable.demo.routes import routes
from answerable.now import MovableTime
from answerable.settings import ROOT
from scheduler.clock import Ticker

BEGAN = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)  # a Friday
ADDRESS = "http://127.0.0.1:8000"


class Script:
    """Drives the demonstration from outside, with nothing but requests."""

    def __init__(self, demo: Demo) -> None:
        self.demo = demo
        site = create_site(demo.service, {"demonstration": True})
        # The ticker is not started: a test moves the time itself.
        app = create_app(demo.service, Ticker(demo.jobs(), demo.time), routes(demo, site), site=site)
        self.client = TestClient(app, base_url=ADDRESS, headers={"accept": "text/html"})

    def page(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    def press(self, path: str, fields: dict[str, Any], shown_at: str | None = None) -> str:
        """Send a form as the page at `shown_at` (else at `path`) shows it, with these fields filled in."""
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', self.page(shown_at or path))
        kept = {name: value for name, value in found if name in ("form_key", "mark")}
        answer = self.client.post(path, data=kept | fields)
        assert answer.status_code == 200, answer.text
        return answer.text

    def letters(self, **chosen: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get("/demo/letters", params=chosen).json()
        return found

    def waiting(self, **chosen: str) -> list[dict[str, Any]]:
        return [letter for letter in self.letters(**chosen) if letter["standing"] == "waits"]

    def answer(self, letter: dict[str, Any], text: str) -> dict[str, Any]:
        return self.send("/demo/answer", {"letter": letter["id"], "text": text})

    def move(self, **to: Any) -> dict[str, Any]:
        return self.send("/demo/clock", to)

    def send(self, path: str, body: object, status: int = 200) -> dict[str, Any]:
        answer = self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def escalate(self, **more: Any) -> str:
        """Fill in the form as the first practitioner, and confirm the address. Gives the case's reference."""
        key = "chscp"
        people = [each for each in self.demo.service.casework.directory(key).people if each.role == "practitioner"]
        raiser, other = people[0], people[1]
        asides = dict.fromkeys(("aside_lado", "aside_one_agency", "aside_wrongdoing"), "no")
        form = {"name": raiser.name, "email": raiser.email, "agency": raiser.agency, "other_agency": other.agency}
        named = {"other_name": other.name, "other_email": other.email, "child": "K.M.", "harm": "no"}
        words = {"concern": "Nobody has visited for three weeks.", "wanted": "A visit", "q_child_status": "neither"}
        self.press(f"/{key}/raise", form | named | words | asides | more)
        newest = next(letter for letter in self.waiting(to=raiser.email) if letter["code"])
        self.press(f"/{key}/confirm", {"code": newest["code"]})
        return str(newest["case"])


@pytest.fixture
def script(tmp_path: Path) -> Script:
    policies = tmp_path / "policies"
    policies.mkdir()
    for name in ("chscp.yaml", "cyscp.yaml"):
        (policies / name).write_bytes((ROOT / "policies" / name).read_bytes())
    return Script(Demo(tmp_path, MovableTime(BEGAN), 8000, policies))
