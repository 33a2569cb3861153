import re
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient

from web.csrf import FIELD, MESSAGE, Csrf
from web.fields import Field
from web.forms import Form
from web.pages import Pages
from web.posted import Posted, posted
from web.sessions import Cookies

SECRET = b"a secret of more than thirty-two bytes"
TEMPLATES = Path(__file__).parents[2] / "templates"
FORM = Form([Field("what", "What happened", "textarea", required=True)])
PAGE = """{% from "pages/_fields.html" import error_summary, all_fields %}
{{ error_summary(filled) }}<form>{{ csrf_field() }}{{ csrf_field() }}{{ all_fields(filled) }}</form>"""


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    (tmp_path / "pages").symlink_to(TEMPLATES / "pages")
    (tmp_path / "form.html").write_text(PAGE)
    (tmp_path / "still.html").write_text("No form here.")
    csrf = Csrf(Cookies(SECRET, secure=False), SECRET)
    pages = Pages(tmp_path, csrf)
    app = FastAPI()

    @app.get("/still")
    def still(request: Request) -> object:
        return pages.render("still.html", request)

    @app.get("/")
    def show(request: Request) -> object:
        return pages.render("form.html", request, filled=FORM.blank())

    @app.post("/")
    def take(request: Request, form: Annotated[Posted, Depends(posted)]) -> object:
        if csrf.check(request, form):
            return {"taken": form.first("what")}
        return pages.render("form.html", request, filled=FORM.read(form).with_problem(MESSAGE))

    return TestClient(app)


def key(page: str) -> str:
    keys = set(re.findall(rf'name="{FIELD}" value="(\w+)"', page))
    assert len(keys) == 1
    return str(keys.pop())


def send(client: TestClient, form_key: str, **headers: str) -> bool:
    answer = client.post("/", data={"what": "<b>words</b>", FIELD: form_key}, headers=headers)
    if answer.headers["content-type"].startswith("application/json"):
        return True
    assert MESSAGE in answer.text
    assert "&lt;b&gt;words&lt;/b&gt;</textarea>" in answer.text
    return False


def test_the_form_of_our_own_page_is_taken(client: TestClient) -> None:
    assert send(client, key(client.get("/").text))


def test_two_tabs_share_a_key(client: TestClient) -> None:
    first = key(client.get("/").text)
    assert key(client.get("/").text) == first


def test_a_page_without_a_form_sets_no_cookie(client: TestClient) -> None:
    assert "set-cookie" not in client.get("/still").headers


@pytest.mark.parametrize("form_key", ["", "0" * 64, "£"])
def test_a_wrong_key_shows_the_form_again_with_its_text(client: TestClient, form_key: str) -> None:
    client.get("/")
    assert not send(client, form_key)


def test_after_the_cookie_is_lost_the_form_shown_again_can_be_sent(client: TestClient) -> None:
    old = key(client.get("/").text)
    client.cookies.clear()
    assert not send(client, old)
    again = client.post("/", data={"what": "words", FIELD: old})
    assert send(client, key(again.text))


def test_the_key_of_another_browser_does_not_fit(client: TestClient) -> None:
    other = key(client.get("/").text)
    client.cookies.clear()
    client.get("/")
    assert not send(client, other)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
def test_a_form_that_the_browser_says_came_from_elsewhere_is_not_taken(client: TestClient, site: str) -> None:
    form_key = key(client.get("/").text)
    assert not send(client, form_key, **{"sec-fetch-site": site, "origin": "http://testserver"})


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "http://testserver.example", "nonsense"])
def test_a_foreign_origin_is_not_taken(client: TestClient, origin: str) -> None:
    assert not send(client, key(client.get("/").text), origin=origin)


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": "http://testserver"}, {"origin": "null"}],
)
def test_what_browsers_send_from_our_own_pages_is_taken(client: TestClient, headers: dict[str, str]) -> None:
    assert send(client, key(client.get("/").text), **headers)
