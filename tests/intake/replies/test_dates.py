"""Dates are read as they are written in Britain, or refused."""

import contextlib
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.replies.dates import MONTHS, WEEKDAYS, UnclearDate, read_date, read_day_and_time

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


@pytest.mark.parametrize(
    ("words", "day", "at"),
    [
        ("4 December at 2pm", date(2026, 12, 4), time(14)),
        ("4 December 14:00", date(2026, 12, 4), time(14)),
        ("Friday 4 December 2026, 2.30 pm", date(2026, 12, 4), time(14, 30)),
        ("4/12/2026 at noon", date(2026, 12, 4), time(12)),
        ("tomorrow 10am", date(2026, 11, 23), time(10)),
        ("2pm on 4 December", date(2026, 12, 4), time(14)),
        ("4 December 1400hrs", date(2026, 12, 4), time(14)),
        ("2026-12-04 09:30", date(2026, 12, 4), time(9, 30)),
        ("4.12.2026 at 10.30", date(2026, 12, 4), time(10, 30)),
        ("12am 4 December", date(2026, 12, 4), time(0)),
        ("4.12.2026", date(2026, 12, 4), None),
        ("tomorrow", date(2026, 11, 23), None),
    ],
)
def test_a_meeting_may_have_a_time(words: str, day: date, at: time | None) -> None:
    assert read_day_and_time(words, date(2026, 11, 22)) == (day, at)


@pytest.mark.parametrize(
    "words",
    [
        "4 December at 2",
        "4 December at 2.30",
        "4 December 2:30",
        "4 December at 25:00",
        "4 December 13pm",
        "4 December 0am",
        "4 December at 2pm or 3pm",
        "4 December at 14:75",
        "4 December 3 noon",
        "at 2pm",
    ],
)
def test_a_time_that_could_be_meant_in_two_ways_is_unclear(words: str) -> None:
    with pytest.raises(UnclearDate):
        read_day_and_time(words, date(2026, 11, 22))


def test_tomorrow_is_unclear_in_what_was_written_on_another_day() -> None:
    with pytest.raises(UnclearDate):
        read_day_and_time("tomorrow 10am", date(2026, 11, 22), written_today=False)
