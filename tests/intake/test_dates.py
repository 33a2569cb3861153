"""Dates are read as they are written in Britain, or refused."""

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.dates import MONTHS, WEEKDAYS, UnclearDate, read_date

TODAY = date(2026, 11, 22)
FOURTH = date(2026, 12, 4)
DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    "words",
    [
        "4 December 2026",
        "4th of December, 2026",
        "the 4th December",
        "Friday 4 December",
        "fri 4 dec.",
        "Friday, 4 December 2026.",
        "4/12/2026",
        "04.12.2026",
        "4-12-2026",
        "2026-12-04",
        " 4\u00a0 DEC ",
    ],
)
def test_the_usual_ways_of_writing_a_date(words: str) -> None:
    assert read_date(words, TODAY) == FOURTH


@pytest.mark.parametrize(
    "words",
    [
        "",
        "Friday",
        "tomorrow",
        "December 4",
        "4/12",
        "4/12/26",
        "4 December 26",
        "12/25/2026",
        "30 February 2026",
        "31 November",
        "0 December",
        "4 Decembre",
        "Thursday 4 December",
        "4 December or 5 December",
        "4 December at 2pm",
        "not 4 December",
        "4 December?",
        "4.12-2026",
        "٤ December 2026",
        "4 December 2026" + " " * 100,
    ],
)
def test_what_could_be_meant_in_two_ways_is_refused(words: str) -> None:
    with pytest.raises(UnclearDate):
        read_date(words, TODAY)


def test_a_wrong_weekday_is_named() -> None:
    with pytest.raises(UnclearDate, match="4 December 2026 is a Friday, not a Thursday"):
        read_date("Thursday 4 December", TODAY)


def test_without_a_year_it_is_the_next_such_date() -> None:
    assert read_date("22 November", TODAY) == TODAY
    assert read_date("21 November", TODAY) == date(2027, 11, 21)
    assert read_date("29 Feb", TODAY) == date(2028, 2, 29)
    assert read_date("29 Sept", date(2096, 9, 30)) == date(2097, 9, 29)


def test_a_past_date_with_its_year_is_given_as_it_is() -> None:
    assert read_date("1 May 2019", TODAY) == date(2019, 5, 1)


def test_the_calendar_ends_without_an_error_of_its_own() -> None:
    with pytest.raises(UnclearDate):
        read_date("1 January", date.max)


@given(DAYS)
def test_every_day_is_read_back_from_words_and_figures(day: date) -> None:
    words = f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    assert read_date(f"{words} {day.year}", TODAY) == day
    assert read_date(f"{day.day}/{day.month}/{day.year}", TODAY) == day
    assert read_date(words, day) == day


@given(DAYS, st.integers(1, 6))
def test_any_other_weekday_is_refused(day: date, off: int) -> None:
    weekday = WEEKDAYS[(day + timedelta(days=off)).weekday()]
    with pytest.raises(UnclearDate):
        read_date(f"{weekday} {day.day} {MONTHS[day.month - 1][:3]} {day.year}", TODAY)


@given(st.text(max_size=80) | st.from_regex(r"[0-9]{1,4}[/ -][0-9a-z]{1,3}[/ -][0-9]{1,4}", fullmatch=True))
def test_no_words_raise_anything_else(words: str) -> None:
    with contextlib.suppress(UnclearDate):
        assert isinstance(read_date(words, TODAY), date)
