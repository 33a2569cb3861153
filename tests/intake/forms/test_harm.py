"""Words of immediate harm: found where they stand, not where they are denied."""

import pytest

from intake.forms.harm import words_of_harm


@pytest.mark.parametrize(
    "text",
    [
        "He is in immediate danger.",
        "I believe there is an immediate risk of significant harm.",
        "at risk of imminent harm",
        "The baby is at\nimmediate\nrisk.",
        "She is not safe tonight.",
        "She isn't safe to go home",
        "He isn’t safe at home.",
        "We think the child is unsafe tonight",
        "They are at risk right now",
        "Her life is at risk",
        "There is a risk to life",
        "We called 999 an hour ago.",
        "Please call 999!",
        "He threatened to kill her",
        "No answer from the team. Immediate risk of harm.",
        "It is not only neglect: there is immediate danger",
        "There was no visit, but he is not safe tonight.",
        "IMMEDIATE DANGER",
        "They did not come, he is in immediate danger",
        "they did not come he is in immediate danger",
        "Nobody came and I have no reply and she is not safe tonight",
    ],
)
def test_plain_words_are_found(text: str) -> None:
    assert words_of_harm(text)


@pytest.mark.parametrize(
    "text",
    [
        "There is no immediate risk.",
        "He is not in immediate danger.",
        "I do not think that there is any immediate danger.",
        "We don't see an immediate risk of harm",
        "without any immediate risk",
        "She is safe tonight.",
        "In an emergency call 999.",
        "If you are worried, dial 999",
        "If you think a child is in immediate danger, please call 999.",
        "If a child is at risk of immediate harm contact the police",
        "There is no need to call 999",
        "Telephone 020 7946 999",
        "01632 960999",
        "999 000 pounds were spent",
        "Immediately after the visit we wrote.",
        "The plan addresses significant harm.",
        "",
    ],
)
def test_what_says_no_or_something_else_is_left_alone(text: str) -> None:
    assert words_of_harm(text) == ()


def test_each_is_named_once_as_it_stands_there() -> None:
    text = "Immediate danger! He is in immediate danger, and not safe  tonight."
    assert words_of_harm(text) == ("immediate danger", "not safe tonight")


@pytest.mark.parametrize("text", ["x" * 1_000_000, "no " * 300_000, "not safe " * 100_000, "immediate " * 100_000])
def test_a_long_text_is_read_to_a_limit(text: str) -> None:
    assert words_of_harm(text) == ()
