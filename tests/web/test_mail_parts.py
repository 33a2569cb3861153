import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.mail_parts import disposition, file, html_page, parts

MIXED = (
    b"From: =?utf-8?q?Ann_=C3=A9?= <ann@x.example>\r\nSubject: Hello\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html; charset=latin1\r\n\r\n"
    b"<p onclick=x style='background:url(http://evil.example)'>Hall\xf6 <img src=http://evil.example/y.png>"
    b"<a href='http://evil.example'>go</a><script>alert(1)</script><form action=/x><input></form></p>\r\n"
    b'--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="../../e=vil.pdf"\r\n\r\n'
    b"PDF\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: Inner\r\n\r\nInner words\r\n--b--\r\n"
)


def test_a_mail_is_taken_apart() -> None:
    found = parts(MIXED)
    assert dict(found.headers)["From"] == "Ann é <ann@x.example>"
    assert found.text.split() == ["Hallö", "go"]
    assert [(each.name, each.kind) for each in found.attached] == [
        ("e=vil.pdf", "application/pdf"),
        ("part 3.eml", "message/rfc822"),
    ]
    assert file(MIXED, 1) == ("e=vil.pdf", b"PDF")
    inner = file(MIXED, 2)
    assert inner is not None
    assert b"Inner words" in inner[1]
    assert file(MIXED, 3) is None


def test_of_html_nothing_is_left_that_fetches_runs_or_leads_away() -> None:
    page = html_page(MIXED)
    assert "Hallö" in page
    for harmful in ("evil", "script", "onclick", "<img", "href", "form", "url("):
        assert harmful not in page.partition("<body>")[2]


@given(st.binary(max_size=400))
def test_no_bytes_break_it(raw: bytes) -> None:
    parts(raw)
    html_page(raw)
    file(raw, 0)


@pytest.mark.parametrize("name", ['a"; filename="b.exe', "x\r\nSet-Cookie: a=b", "ü.pdf", "", "." * 300])
def test_a_file_is_saved_under_a_name_that_ends_no_header(name: str) -> None:
    header = disposition(name)
    assert header.startswith("attachment; ")
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
