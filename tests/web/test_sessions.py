import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from web.sessions import Cookies

SECRET = b"a secret of more than thirty-two bytes"


def written(cookies: Cookies, name: str, value: str, max_age: int | None = None) -> str:
    response = Response()
    cookies.write(response, name, value, max_age)
    return response.headers["set-cookie"]


def carrying(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", cookie.encode())]})


@given(st.text(), st.booleans())
def test_what_was_written_is_read_back(value: str, secure: bool) -> None:
    cookies = Cookies(SECRET, secure=secure)
    sent = written(cookies, "device", value).partition(";")[0]
    assert cookies.read(carrying(sent), "device") == value


def test_over_https_the_cookie_is_bound_to_the_host() -> None:
    name, _, rest = written(Cookies(SECRET, secure=True), "device", "17", 60).partition("=")
    assert name == "__Host-device"
    attributes = {part.strip().lower() for part in rest.split(";")[1:]}
    assert attributes == {"httponly", "max-age=60", "path=/", "samesite=lax", "secure"}


def test_over_http_the_name_is_plain_and_the_cookie_is_not_secure() -> None:
    sent = written(Cookies(SECRET, secure=False), "device", "17")
    assert sent.startswith("device=")
    assert "secure" not in sent.lower()
    assert "HttpOnly" in sent


def test_without_the_cookie_there_is_nothing() -> None:
    assert Cookies(SECRET, secure=True).read(carrying("other=1"), "device") is None


@given(st.data())
def test_a_cookie_changed_anywhere_is_nothing(data: st.DataObject) -> None:
    cookies = Cookies(SECRET, secure=False)
    value = written(cookies, "device", "opaque-id-17").partition(";")[0].partition("=")[2]
    position = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.sampled_from("abcXYZ0189.-_=").filter(lambda character: character != value[position]))
    changed = value[:position] + other + value[position + 1 :]
    assert cookies.read(carrying(f"device={changed}"), "device") is None


def test_a_cookie_is_good_under_its_own_name_only() -> None:
    cookies = Cookies(SECRET, secure=False)
    sent = written(cookies, "device", "17").partition(";")[0]
    assert cookies.read(carrying(sent.replace("device=", "session=")), "session") is None


def test_a_cookie_of_another_installation_is_nothing() -> None:
    sent = written(Cookies(b"o" * 32, secure=False), "device", "17").partition(";")[0]
    assert Cookies(SECRET, secure=False).read(carrying(sent), "device") is None


def test_clearing_takes_the_cookie_away() -> None:
    response = Response()
    Cookies(SECRET, secure=True).clear(response, "device")
    sent = response.headers["set-cookie"]
    assert sent.startswith('__Host-device=""')
    assert "Max-Age=0" in sent
    assert "Secure" in sent


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Cookies(b"short", secure=True)
