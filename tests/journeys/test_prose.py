"""A manager answers in a sentence, by mail through the whole service: proposed, confirmed with one word, and told."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from journeys import RECEIVING, Journey, words

pytestmark = pytest.mark.slow

FRIDAY = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
PROSE = "Hi, spoke to the health visitor this morning and we've agreed the visit will go ahead so happy to close this"


def test_a_sentence_is_proposed_back_and_yes_records_it_and_the_raiser_is_told(tmp_path: Path) -> None:
    journey = Journey(tmp_path, FRIDAY)
    case = journey.raise_case(q_child_status="neither")
    other = journey.person("practitioner", RECEIVING)
    [letter] = journey.of(case, "stage", other)
    assert journey.answer(letter, f"{PROSE}\n\nKind regards")["state"] == "filed"
    [proposed] = journey.of(case, "proposed", other)
    assert PROSE in words(proposed)
    assert proposed["answers"][0]["word"] == "YES"
    assert journey.of(case, "outcome") == []
    assert journey.view(case).case.stages[0].said == ()
    assert journey.answer(proposed, "YES")["state"] == "answered"
    [said] = journey.view(case).case.stages[0].said
    assert (said.outcome, said.text) == ("resolved", PROSE)
    [told] = journey.of(case, "outcome")
    assert PROSE in words(told)
    journey.sound(case)


def test_a_date_in_a_sentence_is_recorded_and_echoed_and_the_other_side_hears_of_it(tmp_path: Path) -> None:
    journey = Journey(tmp_path, FRIDAY)
    case = journey.raise_case(q_child_status="neither")
    other = journey.person("practitioner", RECEIVING)
    [letter] = journey.of(case, "stage", other)
    assert journey.answer(letter, "Thanks. I'll come back to you by Tuesday.")["state"] == "answered"
    [echo] = journey.of(case, "echo", other)
    assert "an answer will come by Tuesday 1 December 2026" in words(echo)
    [news] = journey.of(case, "news")
    assert "Tuesday 1 December 2026" in words(news)
    journey.sound(case)
