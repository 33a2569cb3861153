"""E57: what an absence text says of the first day back, and whom it names: a proposal for a person, and no more."""

from datetime import date

import pytest

from cases.submission import Absence, Deputy
from intake.mail.absence import read_absence
from intake.mail.message import understand

TODAY = date(2026, 11, 27)  # a Friday
ELLA = Deputy("Ella Frost", "ella@hackney.example")


def absence(
    words: str, subject: str = "Automatic reply: x", on: str = "Fri, 27 Nov 2026 10:00:00 +0000"
) -> Absence | None:
    head = f"From: Ben Carter <ben@hackney.example>\nTo: in@chscp.example\nDate: {on}\nSubject: {subject}\n"
    return read_absence(understand(f"{head}Auto-Submitted: auto-replied\n\n{words}\n".encode()), TODAY)


def back(words: str, subject: str = "Automatic reply: x", on: str = "Fri, 27 Nov 2026 10:00:00 +0000") -> date | None:
    found = absence(words, subject, on)
    assert found
    return found.back_on


def deputies(words: str) -> tuple[Deputy, ...]:
    found = absence(f"I am out of the office. {words}")
    assert found
    return found.deputies


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("I am on leave, returning on Tuesday 8th December.", date(2026, 12, 8)),
        ("I am away and will be back in the office on 8 December 2026.", date(2026, 12, 8)),
        ("Out of the office, back 08/12/26.", date(2026, 12, 8)),
        ("I am away. Return date: 2026-12-08", date(2026, 12, 8)),
        ("I am on annual leave and back on December 8th.", date(2026, 12, 8)),
        ("I am away today and back on Monday.", date(2026, 11, 30)),
        ("I am away today and back tomorrow.", date(2026, 11, 28)),
        ("I am on leave until 4 December inclusive.", date(2026, 12, 7)),
        ("I am on leave from 30 November to 4 December.", date(2026, 12, 7)),
        ("I am away 30th Nov - 11th Dec.", date(2026, 12, 14)),
        ("I am on leave until 24 December.", date(2026, 12, 29)),
        ("I am on leave until 4 December and back on Tuesday 8 December.", date(2026, 12, 8)),
        ("Rwyf allan o'r swyddfa tan 4 December.", date(2026, 12, 7)),
        ("I am on leave.", None),
        ("I am away until 4 December or 7 December.", None),
        ("I am back on 7 December or back on 8 December.", None),
        ("I was away until 4 November 2026.", None),
        ("I am out of the office until next week.", None),
        ("I am back on Tuesday 7 December.", None),
    ],
)
def test_the_first_day_back(words: str, day: date | None) -> None:
    assert back(words) == day


def test_the_subject_may_name_the_day_and_a_late_mail_counts_from_its_own_day() -> None:
    assert back("I am away.", "Out of office: back on 8 December") == date(2026, 12, 8)
    assert back("I am away, back on Monday.", on="Wed, 25 Nov 2026 10:00:00 +0000") == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("Please contact Ella Frost (ella@hackney.example).", (ELLA,)),
        (
            "In my absence please contact Ella Frost on 020 8356 5000 or ella@hackney.example.",
            (Deputy("Ella Frost", "ella@hackney.example", "020 8356 5000"),),
        ),
        (
            (
                "For urgent matters contact:\n\nElla Frost - ella@hackney.example\nGita Rao - gita@hackney.example - "
                "01234 567890"
            ),
            (ELLA, Deputy("Gita Rao", "gita@hackney.example", "01234 567890")),
        ),
        (
            "Urgent: Ella Frost | ella@hackney.example\nGita Rao | 01234 567890",
            (ELLA, Deputy("Gita Rao", "", "01234 567890")),
        ),
        (
            "If urgent please email the Duty Team at duty@hackney.example.",
            (Deputy("Duty Team", "duty@hackney.example"),),
        ),
        ("Please speak to my manager Dan Webb.", (Deputy("Dan Webb"),)),
        ("Please contact me on 07700 900123 next week.", ()),
        ("Please email me again at ben@hackney.example.", ()),
        ("I shall answer when I am back.\n\nKind regards\nElla Frost\nella@hackney.example", ()),
        ("In an emergency call 999.", ()),
    ],
)
def test_e57_whoever_is_named_instead_is_proposed(words: str, named: tuple[Deputy, ...]) -> None:
    """E57: absence with "please contact X": X is suggested, never mailed automatically."""
    assert deputies(words) == named


def test_an_acknowledgement_is_no_absence() -> None:
    assert absence("We have your mail and shall answer within five days.", "Automatic reply: your enquiry") is None


def test_quoted_words_say_nothing_of_an_absence() -> None:
    found = absence("I am away.\n\n> I am back on 8 December. Please contact Ella Frost ella@hackney.example")
    assert found == Absence("I am away.")
