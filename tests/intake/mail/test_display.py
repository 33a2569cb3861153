"""E68 and E69, as far as reading goes: odd words and names stay as they are in the bytes, and are shown inert."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.mail.message import understand

INJECTIONS = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "=cmd|' /C calc'!A0",
        "'; DROP TABLE cases; --",
        "\x1b[31mred",
        "%0d%0aBcc: x@elsewhere.test",
        "\u202egpj.exe",
        "a\r\nBcc: x@elsewhere.test",
        "\x00",
    ]
)


@given(
    st.lists(INJECTIONS | st.text(max_size=10), max_size=4), st.sampled_from(["Subject", "From", "To", "Date", "X-Any"])
)
@settings(max_examples=150, deadline=None)
def test_e68_injected_strings_are_inert_in_whatever_is_shown(pieces: list[str], name: str) -> None:
    """E68: injection strings in every inbound field: same bytes in the record, inert in mail, page, export, log."""
    words = "".join(pieces)
    raw = f"{name}: {words}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}".encode("utf-8", "surrogatepass")
    before = hashlib.sha256(raw).digest()
    understood = understand(raw)
    assert hashlib.sha256(raw).digest() == before
    shown = [understood.subject, understood.sender, understood.sender_name, *understood.recipients]
    shown += [value for _, value in understood.headers]
    assert not any(letter < " " or letter in "\x7f\u202e\u200b" for value in shown for letter in value)
    assert "\x00" not in understood.text


@pytest.mark.parametrize(
    ("disposition", "shown"),
    [
        ('filename="../../x"', "../../x"),
        ("filename=CON", "CON"),
        (f"filename={'x' * 300}.pdf", "x" * 255),
        ("filename*=utf-8''plan%E2%80%AEfdp.exe", "planfdp.exe"),
        ("filename=a.pdf; filename*=utf-8''b.pdf", "a.pdf"),
        ('filename="a\0b.pdf"', "a b.pdf"),
        ("filename=a.pdf; name=b.exe", "a.pdf"),
    ],
)
def test_e69_attachments_are_known_by_their_hash_and_their_names_are_only_shown(disposition: str, shown: str) -> None:
    """E69: attachment names `../../x`, `CON`, 300 characters, RTL override, two names: stored by hash, shown safely."""
    raw = (
        "From: Jo <jo@health.example>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n--b\r\n"
        f"Content-Type: application/pdf; name=other.exe\r\nContent-Disposition: attachment; "
        f"{disposition}\r\n\r\n%PDF-\r\n--b--\r\n"
    )
    (attachment,) = understand(raw.encode()).attachments
    assert attachment.name == shown
    assert attachment.sha256 == hashlib.sha256(b"%PDF-").hexdigest()
