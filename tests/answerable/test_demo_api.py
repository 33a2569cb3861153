from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from demo_client import Script

pytest_plugins = ["demo_client"]
pytestmark = pytest.mark.slow


def test_a_letter_says_what_a_script_needs(script: "Script") -> None:
    case = script.escalate()
    letter = next(each for each in script.waiting(case=case) if each["purpose"] == "stage")
    assert letter["case"] == case
    assert letter["title"] == "practitioner"
    assert "RESOLVED" in letter["text"]
    assert {"word": "MEETING", "title": "We will meet or talk on this date", "needs": ["date"]} in letter["answers"]
    page = script.client.get(letter["page"])
    assert page.status_code == 200


def test_letters_are_chosen_by_case_and_person(script: "Script") -> None:
    case = script.escalate()
    everything = script.letters()
    to = everything[0]["to"]
    assert script.letters(case=case.lower()) == everything
    assert [each["id"] for each in script.letters(to=to.upper())] == [
        each["id"] for each in everything if each["to"] == to
    ]
    assert script.letters(case="CHSCP-2026-0999") == []


def test_words_that_are_no_offered_answer_wait_for_a_person(script: "Script") -> None:
    letter = script.waiting(case=script.escalate())[0]
    became = script.answer(letter, "I think so, perhaps.")
    assert became["state"] == "tray"
    assert became["letters"]
    assert {each["to"] for each in script.letters() if each["id"] in became["letters"]} == {
        letter["to"],
        "business.support@chscp.example",
    }


def test_an_answered_letter_waits_no_more(script: "Script") -> None:
    letter = script.waiting(case=script.escalate())[0]
    script.answer(letter, "RESOLVED\n\nWe met.")
    assert next(each for each in script.letters() if each["id"] == letter["id"])["standing"] == "answered"


def test_an_unknown_letter_is_named_with_the_remedy(script: "Script") -> None:
    problem = script.send("/demo/answer", {"letter": "000009-beef", "text": "RESOLVED"}, 404)
    assert "000009-beef" in problem["detail"]
    assert "/demo/letters" in problem["detail"]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "exactly one"),
        ({"hours": 1, "days": 1}, "exactly one"),
        ({"hours": -1}, "hours"),
        ({"days": "soon"}, "days"),
        ({"weeks": 1}, "weeks"),
        ({"to": "yesterday"}, "to"),
        ({"to": "2026-12-24"}, "to"),
        ({"to": "2026-11-26T09:00:00Z"}, "later"),
        ({"to": "2199-01-01T09:00:00Z"}, "ten years"),
        ([], "The body"),
    ],
)
def test_a_wrong_move_is_refused_in_words_and_moves_nothing(script: "Script", body: object, named: str) -> None:
    before = script.demo.latest
    assert named in script.send("/demo/clock", body, 400)["detail"]
    assert script.demo.latest is before


def test_the_time_moves_by_hours_by_days_and_to_a_moment(script: "Script") -> None:
    assert script.move(hours=2)["now"].startswith("2026-11-27T11:05")
    assert script.move(days=1)["now"].startswith("2026-11-28T11:05")
    assert script.move(to="2026-12-04T10:00:00+01:00")["local"] == "Friday 4 December 2026, 9:00am"


def test_next_is_said_before_it_happens(script: "Script") -> None:
    case = script.escalate()
    upcoming = script.client.get("/demo/clock").json()["next"]
    assert upcoming["case"] == case
    assert script.move(to="next")["now"][:16] == upcoming["at"][:16]


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/demo/clock", "/demo/answer"])
def test_another_site_cannot_act(script: "Script", path: str, headers: dict[str, str]) -> None:
    answer = script.client.post(path, json={"to": "next"}, headers=headers)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/json"
    assert script.client.get("/demo/letters", headers=headers).status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_only_json_is_taken(script: "Script", kind: str) -> None:
    answer = script.client.post("/demo/clock", content=b'{"to": "next"}', headers={"content-type": kind})
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


def test_broken_json_is_said_to_be_so(script: "Script") -> None:
    answer = script.client.post("/demo/clock", content=b"{", headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("The body: JSON decode error")


def test_the_description_and_its_page_hold_the_same_endpoints(script: "Script") -> None:
    description = script.client.get("/demo/openapi.json").json()
    endpoints = {(method.upper(), path) for path, methods in description["paths"].items() for method in methods}
    assert endpoints == {
        ("GET", "/demo/letters"),
        ("POST", "/demo/answer"),
        ("GET", "/demo/clock"),
        ("POST", "/demo/clock"),
    }
    page = script.page("/demo/api")
    for method, path in endpoints:
        assert f"{method} {path}</code>" in page
