from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.conftest import World

RAW = (
    b"From: Ben <ben@hackney.example>\r\nSubject: <b>Hello</b>\r\nX-Odd: yes\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/html\r\n\r\n<p>Words<script>alert(1)</script><img src=http://evil.example/x></p>\r\n"
    b'--b\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename="page.html"\r\n\r\n'
    b"<script>alert(2)</script>\r\n--b--\r\n"
)


def place(world: "World") -> str:
    mail, _ = world.correspondence.keep("chscp", "inbox", RAW, "<1@hackney.example>", world.clock())
    world.correspondence.to_tray(mail, None, "strange", False, world.clock())
    return f"/desk/chscp/tray/{mail}/original"


def test_the_original_shows_all_headers_its_words_and_its_files(world: "World") -> None:
    page = world.desk().get(place(world)).text
    for words in ("X-Odd", "&lt;b&gt;Hello&lt;/b&gt;", "Words", "page.html", 'sandbox=""'):
        assert words in page
    assert "<script" not in page


def test_its_html_fetches_and_runs_nothing(world: "World") -> None:
    answer = world.desk().get(f"{place(world)}/html")
    assert "Words" in answer.text
    assert "script" not in answer.text
    assert "evil.example" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")


def test_a_file_is_saved_and_never_shown(world: "World") -> None:
    """D23: served as an attachment, with nosniff."""
    here, desk = place(world), world.desk()
    answer = desk.get(f"{here}/files/1")
    assert answer.content == b"<script>alert(2)</script>"
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith('attachment; filename="page.html"')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert [desk.get(f"{here}/files/{number}").status_code for number in ("9", "-1", "x")] == [404] * 3


def test_all_its_bytes_can_be_saved(world: "World") -> None:
    answer = world.desk().get(f"{place(world)}/mail.eml")
    assert answer.content == RAW
    assert answer.headers["content-disposition"].startswith("attachment; ")
