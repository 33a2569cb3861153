import html
import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.filters import iso, local_date, local_moment, local_time, paragraphs

LONDON = "Europe/London"


def test_a_date_is_written_with_its_weekday() -> None:
    assert local_date(date(2026, 12, 4), LONDON) == "Friday 4 December 2026"


def test_a_moment_late_in_a_summer_evening_is_already_tomorrow_in_london() -> None:
    assert local_moment(datetime(2026, 6, 30, 23, 5, tzinfo=UTC), LONDON) == "Wednesday 1 July 2026, 12:05am"


def test_the_hour_that_comes_twice_in_autumn_is_shown_as_the_clocks_show_it() -> None:
    shown = [local_time(datetime(2026, 10, 25, hour, 30, tzinfo=UTC), LONDON) for hour in (0, 1)]
    assert shown == ["1:30am", "1:30am"]


@pytest.mark.parametrize(
    ("hour", "minute", "shown"),
    [
        (9, 5, "9:05am"),
        (0, 0, "midnight"),
        (0, 1, "12:01am"),
        (12, 0, "midday"),
        (12, 30, "12:30pm"),
        (23, 59, "11:59pm"),
    ],
)
def test_times_are_written_as_people_say_them(hour: int, minute: int, shown: str) -> None:
    assert local_time(datetime(2026, 1, 5, hour, minute, tzinfo=UTC), LONDON) == shown


def test_another_zone_can_be_named() -> None:
    assert local_time(datetime(2026, 1, 5, 9, 5, tzinfo=UTC), "Europe/Paris") == "10:05am"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_date(datetime(2026, 1, 5, 9, 5), LONDON)  # noqa: DTZ001 - the fault under test


def test_iso_is_what_a_time_element_wants() -> None:
    assert iso(date(2026, 12, 4)) == "2026-12-04"


def test_blank_lines_part_paragraphs_and_single_ones_break_the_line() -> None:
    shown = paragraphs("Dear Tom\r\n\r\nWe met.\r\nIt helped.\n")
    assert shown == '<p class="govuk-body">Dear Tom</p>\n<p class="govuk-body">We met.<br>\nIt helped.</p>'


@given(st.text())
def test_any_text_comes_out_of_paragraphs_inert_and_whole(text: str) -> None:
    shown = paragraphs(text)
    assert set(re.findall(r"<[^>]*>", shown)) <= {'<p class="govuk-body">', "</p>", "<br>"}
    words = html.unescape(re.sub(r"<[^>]*>", "\n", shown)).replace("\r", "\n")
    assert "".join(words.split()) == "".join(text.replace("\r", "\n").split())
