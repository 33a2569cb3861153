"""Which message a message is (guarantees, D8): copies are one, and whatever says one word more is another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.mail.identity import identify, same_as

MAIL = (
    b"Date: Fri, 27 Nov 2026 09:05:00 +0000\r\nFrom: Ben Carter <ben@hackney.example>\r\n"
    b"To: escalations@chscp.example\r\nSubject: Re: CHSCP-2026-0042\r\nMessage-ID:\r\n <1@hackney.example>\r\n"
    b"\r\nRESOLVED\r\n\r\nWe spoke. \r\n"
)
WITHOUT_ID = MAIL.replace(b"Message-ID:\r\n <1@hackney.example>\r\n", b"")
WAYS = {
    "as it came": MAIL,
    "by another server": b"Return-Path: <ben@hackney.example>\r\nReceived: from mx\r\n by us; now\r\n" + MAIL,
    "to another tag": b"Delivered-To: escalations+x@chscp.example\r\n" + MAIL,
    "with other line ends": MAIL.replace(b"\r\n", b"\n"),
    "with carriage returns alone": MAIL.replace(b"\r\n", b"\r"),
    "without blanks at the ends of lines": MAIL.replace(b"spoke. ", b"spoke."),
    "with more empty lines at the end": MAIL + b"\r\n \r\n",
    "with a header folded anew": MAIL.replace(b"Ben Carter <", b"Ben\r\n\tCarter  <"),
    "with header names in capitals": MAIL.replace(b"From:", b"FROM:"),
    "with a mark in its subject": MAIL.replace(b"Re: CHSCP", b"[EXTERNAL] Re: CHSCP"),
}
OTHERS = {
    "with another word": MAIL.replace(b"RESOLVED", b"NOT RESOLVED"),
    "with its words joined": MAIL.replace(b"We spoke", b"Wespoke"),
    "with an indented line": MAIL.replace(b"We spoke", b" We spoke"),
    "without an empty line": MAIL.replace(b"RESOLVED\r\n\r\n", b"RESOLVED\r\n"),
    "from somebody else": MAIL.replace(b"ben@", b"dan@"),
    "at another time": MAIL.replace(b"09:05", b"09:06"),
    "with another Message-ID": MAIL.replace(b"<1@", b"<2@"),
    "with a second From": MAIL.replace(b"To:", b"From: dan@hackney.example\r\nTo:"),
    "without a Message-ID": WITHOUT_ID,
}


@pytest.mark.parametrize("way", WAYS)
def test_copies_of_one_message_are_one(way: str) -> None:
    assert same_as(WAYS[way]) == same_as(MAIL)


@pytest.mark.parametrize("other", OTHERS)
def test_another_message_is_another(other: str) -> None:
    assert same_as(OTHERS[other]) != same_as(MAIL)


@pytest.mark.parametrize(
    ("one", "two"), [(b"Subject: Re", b"Subject: Help! Re"), (b"To:", b"Auto-Submitted: auto-replied\r\nTo:")]
)
def test_without_a_message_id_every_header_counts_but_those_of_the_way(one: bytes, two: bytes) -> None:
    assert same_as(WITHOUT_ID.replace(one, two)) != same_as(WITHOUT_ID)
    assert same_as(b"Received: from mx; now\r\n" + WITHOUT_ID) == same_as(WITHOUT_ID)


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"\n\n", b":", b"no header\n", b"\x00\xff", b"Message-ID:\n\n", b"a:\n b"]
)
def test_what_is_hardly_a_message_has_an_identity_too(raw: bytes) -> None:
    assert len(same_as(raw)) == 64
    assert identify(raw).message_id == ""


def test_the_message_id_is_given_as_it_is_written() -> None:
    assert identify(MAIL).message_id == "<1@hackney.example>"


@given(st.binary(max_size=300))
def test_nothing_makes_it_raise_and_line_ends_never_matter(raw: bytes) -> None:
    lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    assert same_as(raw) == same_as(lines.replace(b"\n", b"\r\n")) == same_as(lines)


@pytest.mark.parametrize("piece", [b" ", b"\n", b" \n", b"x", b"\t x", b"\r", b"From:", b"\n x:"])
def test_megabytes_of_one_thing_are_quickly_done(piece: bytes) -> None:
    """Linear in the size (D26): two million squared would outlast the run, and faulthandler would end it."""
    many = piece * (2_000_000 // len(piece))
    assert same_as(b"From: x@y.example\n" + many) != same_as(b"From: x@y.example\n\n" + many + b"!")
