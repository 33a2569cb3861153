"""E68: whatever people write, into whichever field, the letters that follow go to one person and say one thing."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.case import Case
from cases.directory.directory import Agency, Directory, Person
from cases.policy_files.reading import read_policy
from cases.submission import Answer, Submission
from cases.verbs import answers, opening
from cases.verbs.decision import Letter, Moment
from cases.working_time import Calendar
from mailer.letters import Frame, LetterError, Letters, _invitation
from mailer.transports.smtp import _dotted
from tests.conftest import ROOT

LETTERS = Letters(ROOT / "templates/letters")
POLICY = read_policy(ROOT / "policies/chscp.yaml")
NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)
FRAME = Frame(
    message_id="<5d0c1f7a93be4e6f8a2b7c9d0e1f2a3b@chscp.example>",
    sender_name="CHSCP escalations",
    sender="escalations@chscp.example",
    reply_to="escalations+0f7k2m9qx4wz8r3tvb6hcdjn5p@chscp.example",
    token="0f7k2m9qx4wz8r3tvb6hcdjn5p",
    page_url="https://answerable.example/l/x",
    status_url="https://answerable.example/s/x",
    site_url="https://answerable.example",
    date=NOW,
    references=("<first@chscp.example>",),
    automatic="auto-generated",
    suppress="DR, RN, NRN",
    loop_mark="5d0c1f7a93be4e6f8a2b7c9d0e1f2a3b@chscp.example",
)
HEADERS = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "X-Answerable-Loop", "MIME-Version", "Content-Type",
]  # fmt: skip
PIECES = (
    "\r\nBcc: x@evil.example", "\n.\r\n", "\r\n.\r\nMAIL FROM:<x@evil.example>\r\n", "\r", "\n", "\0", "\x0b", "\x85",
    "=?utf-8?q?=0ABcc:_x=40evil.example?=", "=?utf-8?b?DQpCY2M6IHhAZXZpbC5leGFtcGxl?=", "Bcc: x@evil.example",
    "a@evil.example, b@evil.example", "<x@evil.example>", '"', "\\", ";", "é", "\u2028", "\u202e", "\ud800", "%0D%0A",
    f"--=_{FRAME.token}", f"--=_{FRAME.token}--", "'; DROP TABLE cases; --", "{{ 7 * 7 }}", "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0", "BEGIN:VEVENT", "\r\nATTENDEE:mailto:x@evil.example", "]]>", "&#13;&#10;",
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=4).map("".join)
SETTINGS = settings(deadline=None, max_examples=25)


def moment(name: str = "Ben Carter") -> Moment:
    agencies = (Agency("hosp", "Homerton", ("homerton.example",)), Agency("csc", name, ("hackney.example",)))
    people = [
        Person("line_manager", name, "dan@hackney.example", "csc"),
        Person("commissioner", name, "una@chscp.example"),
    ]
    calendar = Calendar(ZoneInfo("Europe/London"), {}, date(2027, 12, 31))
    return Moment(NOW, POLICY, Directory(agencies, people, "support@chscp.example"), calendar)


def letters_after(submission: Submission, words: str, name: str) -> Iterator[Letter]:
    """A case raised with these words, and answered with these."""
    at = moment(name)
    received = opening.receive(Case("c1", "chscp", "CHSCP-2026-0042", "hash", NOW, "main"), submission, "482913", at)
    yield from received.letters
    confirmed = opening.confirm(received.case, at)
    yield from confirmed.letters
    case = confirmed.case
    for answer in (
        Answer("meeting", "s1", words, date(2026, 12, 4)),
        Answer("question", "s1", words),
        Answer("outcome:resolved", "s1", words),
    ):
        if case.stages:
            heard = answers.hear(case, "p2" if len(case.parties) > 1 else "p1", answer, at)
            case = heard.case
            yield from heard.letters


@SETTINGS
@given(text=HOSTILE)
def test_e68_nothing_that_anybody_writes_changes_the_headers_or_the_readers_of_a_letter(text: str) -> None:
    """E68: "injection strings in every inbound field: same bytes in the record, inert in mail"."""
    submission = Submission(
        email="alice@homerton.example", name=text, job=text, phone=text, agency="hosp", other_agency="csc",
        other_name=text, other_email="ben@hackney.example", child=text, child_numbers=text, concern=text, wanted=text,
        answers={"evidence": text, "supervisor": text, "discussions": text},
    )  # fmt: skip
    made = 0
    for letter in letters_after(submission, text, text or "Ben"):
        raw = LETTERS.render(letter.purpose, letter.values, letter.offers, letter.name, letter.email, FRAME)
        head = raw.partition(b"\r\n\r\n")[0]
        names = [line.partition(b":")[0].decode() for line in re.split(rb"\r\n(?![ \t])", head)]
        assert sorted(names) == sorted(HEADERS)
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)|[\x00\x80-\xff]", raw)
        assert b"\r\n.\r\n" not in _dotted(raw)  # no line of the letter ends it, as it crosses the line
        read = message_from_bytes(raw, policy=default)
        assert [each.addr_spec for each in read["To"].addresses] == [letter.email]
        assert read["Subject"].startswith("[CHSCP-2026-0042] ")
        made += 1
    assert made >= 4


@SETTINGS
@given(email=HOSTILE.map(lambda text: f"a{text}@homerton.example") | HOSTILE)
def test_e68_an_address_that_is_none_makes_no_letter_and_no_other_reader(email: str) -> None:
    """E68 for the one field that becomes an address."""
    values = {"code": "482913", "minutes": 30, "purpose_words": "to open", "partnership": "CHSCP", "to_name": email}
    with suppress(LetterError):
        raw = LETTERS.render("code", values, (), email, email, FRAME)
        assert [each.addr_spec for each in message_from_bytes(raw, policy=default)["To"].addresses] == [email]


@SETTINGS
@given(text=HOSTILE)
def test_e68_a_message_id_of_somebody_else_never_breaks_out_of_references(text: str) -> None:
    """E68: what a mail said its id was comes back in our References, or not at all."""
    frame = replace(FRAME, references=(f"<{text}@x.example>", "<last@chscp.example>"))
    values = {"code": "482913", "minutes": 30, "purpose_words": "to open", "partnership": "CHSCP", "to_name": "Ann"}
    raw = LETTERS.render("code", values, (), "Ann", "ann@homerton.example", frame)
    read = message_from_bytes(raw, policy=default)
    assert sorted(read.keys()) == sorted(HEADERS)
    assert read["In-Reply-To"] == "<last@chscp.example>"


@pytest.mark.parametrize("name", [f"{piece}Ann" for piece in PIECES if piece != "\ud800"])
def test_e68_a_name_in_an_invitation_adds_no_line_to_the_calendar(name: str) -> None:
    """E68 in the one part that has a syntax of its own (RFC 5545)."""
    values = {
        "reference": "CHSCP-2026-0042",
        "meeting": {"uid": "c1-s1", "sequence": 3, "day": "2026-12-04", "start": ""},
    }
    expected, found = (
        [line.partition(":")[0].partition(";")[0] for line in calendar_of(values, each)] for each in ("Ann", name)
    )
    assert found == expected


def calendar_of(values: Mapping[str, object], name: str) -> list[str]:
    text = _invitation(values, name, "ann@homerton.example", FRAME)
    return text.replace("\r\n ", "").split("\r\n")
