"""Escalations as JSON from other systems: who is let in, what is refused, and that nothing is taken twice."""

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from httpx2 import Response

from cases.interfaces import Interfaces
from intake import openapi
from web.limits import Limit

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import World

PATH = "/api/v1/chscp/escalations"
GOOD: dict[str, Any] = {
    "email": "alice@homerton.example",
    "name": "Alice Osei",
    "agency": "health",
    "other_agency": "Hackney Children's Services",
    "other_email": "ben@hackney.example",
    "child": "K.M.",
    "concern": "Nobody has visited for three weeks.",
    "harm": False,
    "q_area": ["action"],
    "q_protects_by": "2026-12-04",
}


def key(world: "World", partnership: str = "chscp") -> str:
    return Interfaces(world.casework).new_key(partnership, world.clock())


def call(
    world: "World", body: object, *, token: str | None = None, mark: str = "one", kind: str = "application/json"
) -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token or key(world)}", "Idempotency-Key": mark, "Content-Type": kind}
    return world.browser().post(PATH, content=raw, headers=headers)


def told(response: Response) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["status"] == response.status_code
    return found


def count(world: "World") -> int:
    return len(world.reading.list_cases("chscp", world.clock()))


def test_a_call_opens_a_case_and_tells_what_is_missing(world: "World") -> None:
    response = call(world, GOOD)
    assert response.status_code == 201
    view = world.view()
    assert response.json()["reference"] == view.case.reference
    assert response.json()["missing"] == [
        "Is the child supported by any of these?",
        "What does your concern rest on?",
        "Which supervisor or manager have you talked it through with, and when?",
        "What discussions have there been so far?",
    ]
    assert view.case.facts["protects_by"] == "2026-12-04"
    assert view.case.facts["area"] == ("action",)
    assert not view.case.confirmed
    [letter] = world.letters()
    assert (letter.purpose, letter.email, letter.values["in_words"]) == ("confirm_raised", GOOD["email"], False)
    assert str(letter.values["code"]) not in response.text
    assert "/s/" not in response.text


def test_the_same_call_again_has_the_same_answer_and_opens_nothing(world: "World") -> None:
    token = key(world)
    first, again = call(world, GOOD, token=token), call(world, GOOD, token=token)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert count(world) == 1
    other = call(world, GOOD | {"child": "X.Y."}, token=token)
    assert told(other)["status"] == 422
    assert count(world) == 1
    assert call(world, GOOD, token=token, mark="two").status_code == 201
    assert count(world) == 2


def test_immediate_harm_is_told_at_once_and_needs_no_concern(world: "World") -> None:
    assert call(world, {"email": "alice@homerton.example", "agency": "health", "harm": True}).status_code == 201
    assert [letter.name for letter in world.letters("immediate_harm")] == ["Business support", "Rosa Lind"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", "Basic {}", "{}"])
def test_without_a_key_of_this_partnership_nobody_is_let_in(world: "World", header: str) -> None:
    sent = {"Authorization": header.format(key(world)), "Idempotency-Key": "one"}
    response = world.browser().post(PATH, json=GOOD, headers=sent)
    assert told(response)["status"] == 401
    assert response.headers["www-authenticate"] == "Bearer"
    assert count(world) == 0


def test_a_key_opens_its_own_partnership_alone_and_ends_when_revoked(world: "World") -> None:
    interfaces, foreign = Interfaces(world.casework), key(world, "hscp")
    assert call(world, GOOD, token=foreign).status_code == 401
    own = key(world)
    elsewhere = world.browser().post(PATH.replace("chscp", "nowhere"), json=GOOD, headers={"Authorization": own})
    assert elsewhere.status_code == 401
    assert interfaces.revoke_keys("chscp", world.clock()) == 1
    assert call(world, GOOD, token=own).status_code == 401
    assert count(world) == 0


def test_only_the_hash_of_a_key_is_kept(world: "World") -> None:
    made = key(world)
    assert made not in str(world.everything())


def test_every_wrong_field_is_named(world: "World") -> None:
    body = GOOD | {
        "concernn": "x",
        "email": "nobody",
        "q_area": ["bananas"],
        "harm": 7,
        "q_protects_by": "soon",
        "child": "x" * 21,
    }
    problem = told(call(world, body))
    assert problem["status"] == 422
    named = {each["pointer"] for each in problem["errors"]}
    assert named == {"#/concernn", "#/email", "#/q_area", "#/harm", "#/q_protects_by", "#/child"}
    assert count(world) == 0


def test_an_address_is_needed_and_without_immediate_harm_a_concern(world: "World") -> None:
    problem = told(call(world, {"name": "Alice"}))
    assert {each["pointer"] for each in problem["errors"]} == {"#/email", "#/concern"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"concern": "' + b"x" * 10_000_000 + b'"}', 413),
        (json.dumps({f"field{number}": "x" for number in range(1000)}).encode(), 400),
        (b'{"concern": "\xff\xfe"}', 400),
        (b"[1, 2", 400),
        (b"[]", 400),
        (b"", 400),
        (b'{"email": "a@b.example", "email": "c@d.example"}', 400),
        (b"[" * 100_000, 400),
    ],
    ids=["10 MB", "1,000 fields", "not UTF-8", "cut off", "a list", "empty", "twice", "deep"],
)
def test_e67_what_cannot_be_read_is_refused_and_says_so(world: "World", body: bytes, status: int) -> None:
    """E67: form POST of 10 MB, 1,000 fields, invalid UTF-8: 413/400; here for JSON."""
    response = call(world, body)
    assert (response.status_code, told(response)["status"]) == (status, status)
    assert count(world) == 0


def test_a_body_that_is_larger_than_it_says_is_refused_while_it_is_read(world: "World") -> None:
    pieces = (b" " * 100_000 for _ in range(10))
    headers = {"Authorization": f"Bearer {key(world)}", "Idempotency-Key": "one", "Content-Type": "application/json"}
    assert told(world.browser().post(PATH, content=pieces, headers=headers))["status"] == 413


def test_another_kind_of_body_or_no_mark_is_refused(world: "World") -> None:
    assert told(call(world, GOOD, kind="text/plain"))["status"] == 415
    headers = {"Authorization": f"Bearer {key(world)}"}
    assert told(world.browser().post(PATH, json=GOOD, headers=headers))["status"] == 400
    assert count(world) == 0


def test_too_many_calls_wait_but_immediate_harm_never_does(make_world: "Callable[..., World]") -> None:
    world = make_world({"api": Limit(1, timedelta(minutes=10))})
    token = key(world)
    assert call(world, GOOD, token=token, mark="one").status_code == 201
    assert told(call(world, GOOD, token=token, mark="two"))["status"] == 429
    assert call(world, GOOD | {"harm": "yes"}, token=token, mark="three").status_code == 201


def test_wrong_keys_are_counted_and_a_right_one_is_not(make_world: "Callable[..., World]") -> None:
    world = make_world({"api key tried": Limit(1, timedelta(minutes=10))})
    token = key(world)
    assert [call(world, GOOD, token="wrong").status_code for _ in range(2)] == [401, 429]
    assert call(world, GOOD, token=token).status_code == 201


def test_the_description_names_every_field_that_is_taken(world: "World") -> None:
    described = world.browser().get("/api/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    [path] = described["paths"]
    assert path == PATH
    reference = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = described["components"]["schemas"][Path(reference).name]
    policy = world.casework.partnerships["chscp"].loaded.policy
    assert set(schema["properties"]) == set(openapi.fields_of(policy))
    assert set(GOOD) <= set(schema["properties"])
    assert schema["required"] == ["email", "concern"]
    assert schema["additionalProperties"] is False


def test_half_a_character_loses_no_form(world: "World") -> None:
    """JavaScript makes one where it cuts a text at a length within an emoji."""
    body = json.dumps(GOOD | {"harm": "yes", "concern": "Nobody came \ud83d"}).encode()
    headers = {"Authorization": f"Bearer {key(world)}", "Idempotency-Key": "one", "Content-Type": "application/json"}
    assert world.browser().post(PATH, content=body, headers=headers).status_code == 201
    assert world.view().case.facts["concern"] == "Nobody came \ufffd"
