import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.responses import HTMLResponse, StreamingResponse
from fastapi.testclient import TestClient
from starlette.types import Message

from web.csrf import Csrf
from web.errors import install
from web.pages import Pages
from web.posted import Posted, posted
from web.security import letter_page
from web.sessions import Cookies

SECRET = b"a secret of more than thirty-two bytes"
TEMPLATES = Path(__file__).parents[2] / "templates"
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"accept": "application/json"}
LIMIT = 1000


def build(secure: bool) -> FastAPI:
    app = FastAPI()

    @app.get("/page")
    def page() -> HTMLResponse:
        return HTMLResponse("hello")

    @app.get("/letter")
    def letter() -> Response:
        return letter_page('<p style="color:teal">Dear Tom</p>')

    @app.get("/number/{number}")
    def number(number: int) -> int:
        return number

    @app.get("/refused/{status}")
    def refused(status: int, words: str | None = None) -> None:
        raise HTTPException(status, words, headers={"retry-after": "60"})

    @app.get("/broken")
    def broken() -> None:
        raise RuntimeError("the secret detail")

    @app.get("/breaks-off")
    def breaks_off() -> StreamingResponse:
        def pieces() -> Iterator[str]:
            yield "the beginning"
            raise RuntimeError("the secret detail")

        return StreamingResponse(pieces())

    @app.post("/form")
    def form(form: Annotated[Posted, Depends(posted)]) -> dict[str, int]:
        return {"length": len(form.first("text"))}

    install(app, Pages(TEMPLATES, Csrf(Cookies(SECRET, secure=secure), SECRET)), secure=secure, body_limit=LIMIT)
    return app


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(build(secure=True), raise_server_exceptions=False)


@pytest.mark.parametrize("path", ["/page", "/nothing", "/broken", "/number/x", "/refused/429", "/static/style.css"])
def test_every_response_carries_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    for rule in (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "frame-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
    ):
        assert rule in policy.split("; ")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert "camera=()" in headers["permissions-policy"]


def test_pages_are_never_stored_and_static_files_are_checked_anew(client: TestClient) -> None:
    assert [client.get(path).headers["cache-control"] for path in ("/page", "/broken", "/static/style.css")] == [
        "no-store",
        "no-store",
        "no-cache",
    ]


def test_over_plain_http_there_is_no_hsts() -> None:
    assert "strict-transport-security" not in TestClient(build(secure=False)).get("/page").headers


def test_no_page_may_be_framed(client: TestClient) -> None:
    assert "frame-ancestors 'none'" in client.get("/page").headers["content-security-policy"]


def test_a_letter_is_shown_with_its_styles_in_a_sandbox_without_scripts(client: TestClient) -> None:
    policy = client.get("/letter").headers["content-security-policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy
    sandbox = policy.split("; ")[-1].split()
    assert sandbox[0] == "sandbox"
    assert not {"allow-scripts", "allow-same-origin", "allow-forms"} & set(sandbox)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 415, 429, 500, 503])
def test_each_error_has_a_page_that_says_what_to_do(client: TestClient, status: int) -> None:
    answer = client.get(f"/refused/{status}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["retry-after"] == "60"
    assert "<h2" in answer.text
    assert "What to do" in answer.text


def test_the_error_pages_all_differ(client: TestClient) -> None:
    statuses = (400, 403, 404, 405, 413, 415, 429, 500, 503)
    assert len({client.get(f"/refused/{status}").text for status in statuses}) == len(statuses)


@pytest.mark.parametrize(("status", "like"), [(410, 400), (502, 500)])
def test_a_status_without_words_of_its_own_borrows_them(client: TestClient, status: int, like: int) -> None:
    answer = client.get(f"/refused/{status}")
    assert answer.status_code == status
    assert answer.text == client.get(f"/refused/{like}").text


def test_what_the_route_says_takes_the_place_of_the_usual_words(client: TestClient) -> None:
    answer = client.get("/refused/404", params={"words": "This <b>link</b> has ended."})
    assert "This &lt;b&gt;link&lt;/b&gt; has ended." in answer.text


def test_a_fault_of_ours_is_not_explained_to_the_world(client: TestClient) -> None:
    for answer in (
        client.get("/broken"),
        client.get("/broken", headers=JSON),
        client.get("/refused/503", params={"words": "the secret detail"}),
    ):
        assert answer.status_code >= 500
        assert "secret detail" not in answer.text


def test_a_page_that_breaks_off_is_not_followed_by_another(client: TestClient) -> None:
    assert client.get("/breaks-off").text == "the beginning"


def test_a_fault_of_ours_still_reaches_the_server_s_log() -> None:
    with pytest.raises(RuntimeError, match="the secret detail"):
        TestClient(build(secure=True)).get("/broken")


def test_a_wrong_method_says_which_are_right(client: TestClient) -> None:
    answer = client.post("/page")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert "What to do" in answer.text


def test_an_address_with_a_wrong_part_is_a_400_page(client: TestClient) -> None:
    answer = client.get("/number/x")
    assert answer.status_code == 400
    assert "We could not read that" in answer.text


def test_who_asks_for_json_gets_json(client: TestClient) -> None:
    assert client.get("/nothing", headers=JSON).json() == {"detail": "Not Found"}
    assert client.get("/number/x", headers=JSON).status_code == 422
    assert client.post("/page", json={}).json() == {"detail": "Method Not Allowed"}
    assert client.get("/broken", headers=JSON).json() == {"detail": "Something went wrong on our side"}


def test_a_form_just_within_the_limit_is_taken(client: TestClient) -> None:
    body = b"text=" + b"a" * (LIMIT - 5)
    assert client.post("/form", content=body, headers=FORM).json() == {"length": LIMIT - 5}


def test_a_form_over_the_limit_is_refused_with_a_page(client: TestClient) -> None:
    answer = client.post("/form", content=b"text=" + b"a" * (LIMIT - 4), headers=FORM)
    assert answer.status_code == 413
    assert "shorten the text" in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_form_in_pieces_without_a_length_is_counted_as_it_is_read(client: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"text="
        for _ in range(11):
            yield b"a" * 100

    answer = client.post("/form", content=pieces(), headers=FORM)
    assert "content-length" not in answer.request.headers
    assert answer.status_code == 413


def test_reading_stops_at_the_piece_that_is_too_much() -> None:
    statuses, read = exchange([b"a" * 600] * 5, declared=b"")
    assert (statuses, read) == ([413], 2)


def test_a_length_that_is_declared_too_long_is_refused_unread() -> None:
    statuses, read = exchange([b"a" * 600] * 5, declared=b"3000")
    assert (statuses, read) == ([413], 0)


def test_a_length_declared_too_short_does_not_help() -> None:
    statuses, _ = exchange([b"a" * 600] * 5, declared=b"10")
    assert statuses == [413]


def exchange(pieces: list[bytes], declared: bytes) -> tuple[list[int], int]:
    """Send a form in pieces straight to the app; give the statuses answered and how many pieces it took."""
    taken = 0
    statuses: list[int] = []

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": pieces[taken - 1], "more_body": taken < len(pieces)}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    headers = [(name.encode(), value.encode()) for name, value in FORM.items()]
    headers += [(b"content-length", declared)] if declared else []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/form",
        "raw_path": b"/form",
        "query_string": b"",
        "headers": headers,
    }
    asyncio.run(build(secure=True)(scope, receive, send))
    return statuses, taken


def test_text_that_is_not_utf8_is_a_page_that_names_the_field(client: TestClient) -> None:
    answer = client.post("/form", content=b"text=Zo%EB", headers=FORM)
    assert answer.status_code == 400
    assert "“text”" in answer.text
    assert "not UTF-8" in answer.text


def test_an_upload_is_refused_with_a_page(client: TestClient) -> None:
    answer = client.post("/form", files={"text": b"x"})
    assert answer.status_code == 415
    assert "What to do" in answer.text


@pytest.mark.parametrize("name", ["style.css", "parts.css", "mark.svg"])
def test_what_the_pages_refer_to_is_served(client: TestClient, name: str) -> None:
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 200
    page = client.get("/nothing").text
    assert f"/static/{name}" in page


def test_start_and_stop_pass_through() -> None:
    with TestClient(build(secure=True)) as client:
        assert client.get("/page").text == "hello"
