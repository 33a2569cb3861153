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
    assert "go <small>[leads to: http://evil.example]</small>" in page
    for harmful in ("evil.example/", "<a ", "script", "onclick", "<img", "href", "form", "url("):
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


def link(html: str) -> str:
    page = html_page(f"Content-Type: text/html; charset=utf-8\r\n\r\n{html}".encode())
    return page.partition("<body>")[2].partition("</body>")[0].strip()


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (
            "<a href='http://evil.example/x'>https://hackney.gov.uk/login</a>",
            "https://hackney.gov.uk/login <small>[leads to: http://evil.example/x]</small>",
        ),
        ("<a href='http://x.example/'>http://x.example</a>", "http://x.example"),
        ("<a href='mailto:ann@x.example'>ann@x.example</a>", "ann@x.example"),
        ("<a href='http://x.example/?a=1&b=2'>http://x.example/?a=1&b=2</a>", "http://x.example/?a=1&amp;b=2"),
        ("<a href='javascript:alert(1)'>go</a>", "go"),
        (
            '<a title=">" href="http://evil.example/&quot;&lt;script&gt;"><b>go</b></a>',
            '<b>go</b> <small>[leads to: http://evil.example/"&lt;script&gt;]</small>',
        ),
        ("<a href='http://x.example/&#x202e;b'>go</a>", "go <small>[leads to: http://x.example/b]</small>"),
        ("<a href='http://e.example'>", "<small>[leads to: http://e.example]</small>"),
    ],
)
def test_where_a_link_led_stands_behind_words_that_say_otherwise(html: str, shown: str) -> None:
    """D22: links are shown as text with the target."""
    assert link(html) == shown


@pytest.mark.parametrize("charset", ["idna", "punycode", "undefined", "unicode_escape", "base64", "nothing", "utf-7"])
def test_a_charset_that_is_none_breaks_no_part_of_the_original(charset: str) -> None:
    raw = f"From: a\r\nContent-Type: text/html; charset={charset}\r\n\r\n<p>Hello".encode() + b" \xff\xff</p>"
    assert "Hello" in html_page(raw)
    saved = file(raw, 0)
    assert saved is not None
    assert saved[1] == b"<p>Hello \xff\xff</p>"
    assert parts(raw).whole


def test_a_link_within_a_link_hides_neither() -> None:
    shown = link("<a href='http://one.example'><table><tr><td><a href='http://two.example'>one.example</a></table></a>")
    assert "href" not in shown
    assert "one.example <small>[leads to: http://two.example]</small>" in shown
