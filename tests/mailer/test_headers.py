"""No text can add, change or hide a header (guarantees D9, D24)."""

from email.headerregistry import Address
from email.parser import BytesHeaderParser
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.headers import (
    MOST_REFERENCES,
    HeaderError,
    address,
    check,
    display_name,
    header,
    identifier,
    references,
)
from mailer.mime import text, together

LONG_ID = "<" + "a" * 70 + "@" + "b" * 40 + ".example>"


def a_message(**headers: str | Address) -> bytes:
    head = "".join(header(name, value) for name, value in headers.items())
    return head.encode() + b"MIME-Version: 1.0\r\n" + together("alternative", "=_end", [text("plain", "Text.")])


@pytest.mark.parametrize(
    "hidden", ["\r\nBcc: x@evil.example", "\n", "\r", "\0", "\x0b", "\x1f", "\x7f", "\x85", "\u2028"]
)
def test_a_control_character_is_refused_in_any_header(hidden: str) -> None:
    for name in ("Subject", "To", "References", "X-Answerable-Loop"):
        with pytest.raises(HeaderError, match=name):
            header(name, f"one{hidden}two")


def test_an_encoded_word_is_refused_since_it_would_be_decoded_unseen() -> None:
    with pytest.raises(HeaderError, match="Subject"):
        header("Subject", "=?utf-8?q?Hello=0D=0ABcc=3A_x=40evil.example?=")


def test_a_value_longer_than_a_line_may_be_is_refused_and_the_error_does_not_repeat_it() -> None:
    with pytest.raises(HeaderError) as caught:
        header("Subject", "secret " * 200)
    assert "secret" not in str(caught.value)


def test_twenty_long_message_ids_fit_since_each_has_a_line_of_its_own() -> None:
    line = header("References", " ".join([LONG_ID] * MOST_REFERENCES))
    assert line.count(f"\r\n {LONG_ID}") == MOST_REFERENCES - 1
    assert "=?" not in line


def test_a_long_subject_begins_on_the_line_of_its_name_and_reads_back_the_same() -> None:
    subject = "[CHSCP-2026-0042] Reminder: your answer is due by Wednesday 30 September 2026, please"
    raw = a_message(Subject=subject)
    assert raw.startswith(b"Subject: [CHSCP-2026-0042] Reminder:")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76
    assert BytesHeaderParser(policy=default).parsebytes(raw)["Subject"] == subject


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zs", "Zl", "Zp"]) | st.just(" "), min_size=1))
def test_a_subject_in_any_language_reads_back_the_same_however_long_it_is(words: str) -> None:
    subject = " ".join(f"[CHSCP-2026-0042] Ŵythnos i ateb: {words}".replace("=?", "").split())
    check(a_message(Subject=subject), {"Subject": subject})


@pytest.mark.parametrize(
    "email",
    ["", "nobody", "a@b, c@d.example", "a@b.example\r\nBcc: c@d.example", "a b@c.example", "<a@b.example>",
     "é@b.example", "a..b@c.example", "a@b..example", "x" * 65 + "@b.example"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused_and_not_repeated(email: str) -> None:
    with pytest.raises(HeaderError) as caught:
        address("Priya Shah", email)
    assert not email or email not in str(caught.value)


def address_line(name: str) -> bytes:
    return header("To", address(name, "priya@homerton.example")).encode()


@given(st.text())
def test_any_name_becomes_one_harmless_display_name(name: str) -> None:
    check(a_message(To=address(name, "priya@homerton.example")), {"To": "priya@homerton.example"})
    read = BytesHeaderParser(policy=default).parsebytes(address_line(name))
    assert [each.addr_spec for each in read["To"].addresses] == ["priya@homerton.example"]
    # The standard library may put a space between two encoded words of one very long name.
    assert read["To"].addresses[0].display_name.replace(" ", "") == display_name(name).replace(" ", "")


@pytest.mark.parametrize(
    "name", ["Łukasz Wiśniewski-Kowalczyk", "Siân Ní Dhonnchadha-Ó Súilleabháin", "Shah, Priya (she/her)"]
)
def test_a_name_reads_back_as_it_was_written(name: str) -> None:
    raw = address_line(name)
    assert BytesHeaderParser(policy=default).parsebytes(raw)["To"].addresses[0].display_name == name


def test_a_name_loses_what_could_pass_for_an_address() -> None:
    assert display_name("Priya <boss@evil.example>\r\nBcc: x") == "Priya boss evil.example Bcc: x"


@pytest.mark.parametrize("bad", ["", "abc@d.example", "<a b@c.example>", "<a@b.example>\r\nBcc: x", "<a><b>"])
def test_our_own_message_id_is_one(bad: str) -> None:
    with pytest.raises(HeaderError):
        identifier(bad)
    assert identifier(LONG_ID) == LONG_ID


def test_references_keep_the_first_and_the_latest_twenty_and_drop_what_is_none() -> None:
    ids = tuple(f"<{number}@b.example>" for number in range(30))
    kept = references(("not an id", "<a\r\nb>", "<=?utf-8?q?a?=@b>", *ids))
    assert kept == (ids[0], *ids[11:])
    assert len(kept) == 20


WANTED = {"Subject": "One", "To": "priya@homerton.example"}


def test_the_final_bytes_pass_when_they_hold_what_was_set() -> None:
    check(a_message(**WANTED), WANTED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Subject: One\r\n", b"Subject: One\r\nBcc: x@evil.example\r\n"),
        (b"Subject: One\r\n", b"Subject: One\r\nSubject: Two\r\n"),
        (b"Subject: One\r\n", b"Subject: Two\r\n"),
        (b"Subject: One\r\n", b""),
        (b"Subject: One\r\n", b"Subject: One\r\n Two\r\n"),
        (b"Subject: One\r\n", b"Subject: =?utf-8?q?Two?=\r\n"),
        (b"homerton.example\r\n", b"homerton.example, x@evil.example\r\n"),
        (b"homerton.example\r\n", b"homerton.example,\r\n x@evil.example\r\n"),
        (b"homerton.example\r\n", b"homerton.example <x@evil.example>\r\n"),
        (b"homerton.example\r\n", b"homerton.example (x@evil.example)\r\n"),
        (b"priya@homerton.example", b"<x@evil.example> <priya@homerton.example>"),
        (b"priya@homerton.example", b"all: priya@homerton.example;"),
        (b"Text.", b"Te\nxt."),
        (b"Text.", b"Te\rxt."),
        (b"Text.", b"Te\0xt."),
        (b"Text.", b"Te\xe9xt."),
        (b"Text.", b"T" * 999),
    ],
)
def test_the_final_bytes_are_refused_when_they_differ(old: bytes, new: bytes) -> None:
    raw = a_message(**WANTED)
    assert old in raw
    with pytest.raises(HeaderError):
        check(raw.replace(old, new), WANTED)


def test_an_address_with_a_name_is_checked_by_its_bare_address() -> None:
    whole = Address("Şah, Priya", addr_spec="priya@homerton.example")
    check(a_message(To=whole), {"To": "priya@homerton.example"})
