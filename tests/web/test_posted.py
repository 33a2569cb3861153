import asyncio
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from fastapi import HTTPException, Request
from hypothesis import given
from hypothesis import strategies as st

from web.posted import MOST_FIELDS, Posted, parse, posted

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def read(body: bytes, content_type: str | None) -> Posted:
    headers = [] if content_type is None else [(b"content-type", content_type.encode())]

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    return asyncio.run(posted(Request({"type": "http", "method": "POST", "headers": headers}, receive)))


def refused(act: Callable[[], object]) -> HTTPException:
    with pytest.raises(HTTPException) as caught:
        act()
    return caught.value


@given(st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=20))
def test_every_character_arrives_as_it_was_sent(pairs: list[tuple[str, str]]) -> None:
    form = parse(urlencode(pairs).encode())
    assert [(name, value) for name, values in form.fields.items() for value in values] == sorted(
        pairs, key=lambda pair: list(dict(pairs)).index(pair[0])
    )


def test_a_name_may_have_several_values_or_none() -> None:
    form = parse(b"a=1&b=x+y&a=2&c")
    assert form.all("a") == ("1", "2")
    assert (form.first("a"), form.first("b"), form.first("c"), form.first("d")) == ("1", "x y", "", "")
    assert form.all("d") == ()


@pytest.mark.parametrize("raw", [b"name=Zo%EB", b"name=Zo\xeb", b"name=%ED%A0%80", b"name=%C0%AF"])
def test_bytes_that_are_not_utf8_are_refused_by_the_name_of_the_field(raw: bytes) -> None:
    error = refused(lambda: parse(b"other=fine&" + raw))
    assert error.status_code == 400
    assert "“name”" in error.detail
    assert "paste it as plain text" in error.detail


def test_a_field_whose_name_is_not_utf8_is_refused() -> None:
    assert refused(lambda: parse(b"%FF=1")).status_code == 400


def test_as_many_fields_as_allowed_are_read_and_one_more_is_refused() -> None:
    full = b"&".join(b"f%d=1" % number for number in range(MOST_FIELDS))
    assert len(parse(full).fields) == MOST_FIELDS
    assert refused(lambda: parse(full + b"&one=more")).status_code == 400


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_an_empty_body_is_an_empty_form(content_type: str | None) -> None:
    assert read(b"", content_type) == Posted({})


def test_the_usual_content_type_is_read_whatever_its_case_and_parameters() -> None:
    assert read(b"a=1", "Application/X-WWW-Form-URLencoded; charset=UTF-8").first("a") == "1"


@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=x", "application/json", "text/plain"])
def test_another_kind_of_body_is_refused(content_type: str) -> None:
    assert refused(lambda: read(b"a=1", content_type)).status_code == 415
