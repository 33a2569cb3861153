import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from answerable.app import create_app
from scheduler.clock import Ticker

if TYPE_CHECKING:
    from demo_client import Script

pytest_plugins = ["demo_client"]
pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    "path", ["/demo/", "/demo/post-room", "/demo/time", "/demo/letters", "/demo/api", "/demo/demo.css"]
)
def test_nothing_of_it_exists_without_the_demonstration(script: "Script", path: str) -> None:
    from fastapi.testclient import TestClient

    service = script.demo.service
    alone = TestClient(create_app(service, Ticker(service.jobs(), service.now)))
    assert script.client.get(path).status_code == 200
    assert alone.get(path).status_code == 404
    assert "/demo" not in alone.get("/").text


def test_the_front_page_leads_to_every_partnership(script: "Script") -> None:
    page = script.page("/demo/")
    for key in script.demo.service.casework.partnerships:
        assert f'href="/{key}/raise"' in page
        assert script.page(f"/demo/people/{key}")
    script.page("/demo/people/nowhere", 404)


@pytest.mark.parametrize("path", ["/", "/chscp/", "/chscp/raise", "/desk/chscp"])
def test_the_services_own_pages_lead_back_to_the_post_room(script: "Script", path: str) -> None:
    assert 'href="/demo/post-room"' in script.page(path)


def test_an_empty_post_room_says_how_to_begin(script: "Script") -> None:
    assert "No letter has gone out yet" in script.page("/demo/post-room")


def test_a_code_can_be_read_in_the_list(script: "Script") -> None:
    script.escalate()
    code = next(each["code"] for each in script.letters() if each["code"])
    assert code in script.page("/demo/post-room")


def test_the_list_can_be_narrowed(script: "Script") -> None:
    case = script.escalate()
    everything, waiting = script.letters(case=case), script.waiting(case=case)
    assert ids(script.page(f"/demo/post-room?case={case}")) == [each["id"] for each in everything]
    assert ids(script.page("/demo/post-room?waits=1")) == [each["id"] for each in waiting]
    to = waiting[0]["to"]
    assert ids(script.page(f"/demo/post-room?to={to}")) == [each["id"] for each in everything if each["to"] == to]


def test_a_letter_is_answered_as_its_recipient(script: "Script") -> None:
    letter = script.waiting(case=script.escalate())[0]
    place = f"/demo/post-room/{letter['id']}"
    page = script.press(place, {"choice": "0", "text-0": "We met."})
    assert "The reply was recorded as an answer" in page
    newest = script.letters(to=letter["to"])[0]
    assert newest["purpose"] == "echo"


def test_what_an_answer_lacks_is_asked_for_and_nothing_is_sent(script: "Script") -> None:
    letter = script.waiting(case=script.escalate())[0]
    place, count = f"/demo/post-room/{letter['id']}", len(script.letters())
    answer = script.client.post(place, data=key(script.page(place)) | {"choice": "5", "text-5": " "})
    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert re.search(r'<details class="answer" open>\s*<summary class="answer__summary"><strong>QUESTION', answer.text)
    assert len(script.letters()) == count


def test_a_form_from_elsewhere_answers_nothing_and_moves_nothing(script: "Script") -> None:
    letter = script.waiting(case=script.escalate())[0]
    place, count = f"/demo/post-room/{letter['id']}", len(script.letters())
    answer = script.client.post(place, data={"choice": "0", "text-0": "We met."})
    assert "had been open for too long" in answer.text
    assert "We met." in answer.text
    assert len(script.letters()) == count
    assert script.client.post("/demo/time", data={"go": "next"}).status_code == 403
    assert script.demo.latest is None


def test_an_answer_that_is_not_open_is_refused(script: "Script") -> None:
    letter = script.waiting(case=script.escalate())[0]
    place = f"/demo/post-room/{letter['id']}"
    assert script.client.post(place, data=key(script.page(place)) | {"choice": "77"}).status_code == 400


def test_a_button_in_the_letter_opens_the_reply_that_its_mail_link_holds(script: "Script") -> None:
    letter = script.waiting(case=script.escalate())[0]
    framed = script.client.get(f"/demo/post-room/{letter['id']}/html")
    assert "sandbox" in framed.headers["content-security-policy"]
    assert "mailto:" not in framed.text
    link = unescape(re.findall(r'href="(/demo/post-room/[^"]+)"', framed.text)[0])
    page = script.page(link)
    written = re.search(r'<textarea[^>]*id="text-own"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert written
    assert written[1].strip().startswith("RESOLVED")
    assert '<details class="answer" id="own" open>' in page


def test_hostile_words_are_shown_and_do_nothing(script: "Script") -> None:
    script.escalate(concern="<script>alert(1)</script>")
    for letter in script.letters():
        assert "<script>" not in script.page(f"/demo/post-room/{letter['id']}")
        assert "<script>" not in script.page(f"/demo/post-room/{letter['id']}/html")


def test_the_clock_says_what_happened(script: "Script") -> None:
    script.escalate()
    page = script.press("/demo/time", {"go": "week"})
    assert "Letters that went out" in page
    assert "Reminder: your answer is due" in page
    page = script.press("/demo/time", {"go": "week"})
    assert "Reminder: your answer is due" not in page
    assert "Those who have not answered are chased" in page


@pytest.mark.parametrize("go", ["", "back", "year"])
def test_the_clock_knows_only_its_buttons(script: "Script", go: str) -> None:
    answer = script.client.post("/demo/time", data=key(script.page("/demo/time")) | {"go": go})
    assert answer.status_code == 400


def test_business_supports_desk_opens_without_a_code(script: "Script") -> None:
    case = script.escalate()
    assert case not in script.page("/desk/chscp/cases")
    assert "Today" in script.page("/demo/desk/chscp")
    assert case in script.page("/desk/chscp/cases")
    assert script.client.get("/desk/cyscp/cases").text.count(case) == 0


def test_an_unknown_letter_has_a_page_that_says_so(script: "Script") -> None:
    assert "The post room lists all of them" in script.page("/demo/post-room/000001-none", 404)


def key(page: str) -> dict[str, str]:
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    return {"form_key": found[1]} if found else {}


def ids(page: str) -> list[str]:
    return re.findall(r'letter-row__subject"><a href="/demo/post-room/([^"]+)"', page)
