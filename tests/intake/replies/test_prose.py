"""Replies in plain sentences: what a person would understand is read, and whatever could be taken two ways is not."""

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.policy_files.yaml import read_yaml
from cases.verbs.decision import Offer
from intake.replies.days import FURTHEST
from intake.replies.new_text import new_text
from intake.replies.prose import Prose, answer_of, read

TABLE: Any = read_yaml((Path(__file__).parent / "replies.yaml").read_text(), "replies.yaml").data
TODAY = date.fromisoformat(str(TABLE["today"]))
OFFERS = (
    Offer("outcome:resolved", "RESOLVED", "It is resolved", "s1", ("remark",), effect="resolves"),
    Offer("outcome:not_resolved", "NOT RESOLVED", "It is not resolved, and has to go further", "s1", ("remark",),
          effect="unresolved"),
    Offer("meeting", "MEETING", "We will meet or talk on this date", "s1", ("date",)),
    Offer("by", "BY", "I will answer by this date", "s1", ("date",)),
    Offer("hand_over", "NOT ME", "I am not the right person: it should go to", "s1", ("text",)),
    Offer("question", "QUESTION", "I have a question", "s1", ("text",)),
)  # fmt: skip
ROWS = [(word, row if isinstance(row, dict) else {"they write": row}) for word, rows in TABLE.items()
        if word != "today" for row in rows]  # fmt: skip


def said(words: str, offers: tuple[Offer, ...] = OFFERS) -> Prose:
    return read(words, offers, TODAY)


@pytest.mark.parametrize(("word", "row"), ROWS, ids=[f"{word}: {row['they write'][:60]}" for word, row in ROWS])
def test_a_reply_is_read_as_a_person_would_understand_it(word: str, row: dict[str, Any]) -> None:
    meaning = said(row["they write"]).meaning
    found = (meaning.offer.word, meaning.day, meaning.at) if meaning else ("nothing", None, None)
    day, at = row.get("day"), row.get("at")
    assert found == (word, day and date.fromisoformat(str(day)), at and time.fromisoformat(at))
    if meaning:
        assert meaning.words in " ".join(row["they write"].split())


def test_the_table_is_large_enough_to_trust() -> None:
    assert len(ROWS) >= 120
    assert sum(word == "nothing" for word, _ in ROWS) >= 40


@pytest.mark.parametrize("words", ["not agreed", "agreed?", "agreed / rejected"])
def test_e48_words_of_agreeing_that_are_denied_asked_or_doubled_say_nothing(words: str) -> None:
    """E48: "not agreed", "agreed?", "agreed / rejected": a person decides."""
    assert said(words).meaning is None


READABLE = st.sampled_from([row["they write"] for word, row in ROWS if word != "nothing"])
FOOTERS = st.sampled_from(
    [
        "-- \nDan Webb\nThis is resolved.",
        "Kind regards\nDan\nWe hope to resolve all queries. I will respond by 4 December.",
        "Regards,\nDan Webb\nI no longer work on Mondays. What do you think of our service?",
        "This e-mail is confidential and intended for the addressee. It is not resolved.",
        "Many thanks\n\nDan\n\nMeeting booked for 3 December 2026",
    ]
)
MENU = "NOT RESOLVED\n    It is not resolved, and has to go further"
QUOTATIONS = st.sampled_from(
    [
        "On Mon, 23 Nov 2026 at 09:00, <escalations@chscp.example> wrote:\n> RESOLVED\n>     It is resolved",
        "-----Original Message-----\nFrom: Escalations\nThis is not resolved. What do you say?",
        f"From: Escalations <escalations@chscp.example>\nSent: 23 November 2026\nTo: Dan\nSubject: Please\n\n{MENU}",
    ]
)


@given(READABLE, FOOTERS)
def test_what_stands_below_the_words_never_counts(words: str, footer: str) -> None:
    own = words.split("\n\n")[-1] if "regards" in words.lower() else ""  # a reply that has a signature has had it
    assert own or said(f"{words}\n\n{footer}").meaning == said(words).meaning


@given(FOOTERS)
def test_a_footer_alone_is_no_answer(footer: str) -> None:
    meaning = said(f"Noted.\n\n{footer}").meaning
    assert meaning is None


@given(READABLE, QUOTATIONS)
def test_a_quotation_changes_nothing(words: str, quotation: str) -> None:
    assert said(new_text(f"{words}\n\n{quotation}").words) == said(new_text(words).words)


@given(READABLE, st.sampled_from(["Unless Health object.", "However, the plan must be updated first.", "Agreed?"]))
def test_a_further_sentence_that_takes_it_back_leaves_no_outcome_and_no_date(words: str, more: str) -> None:
    body = words.split("\n\n")
    at = next(
        (at for at, part in enumerate(body) if part.lower().startswith(("kind", "regards", "best", "thanks"))),
        len(body),
    )
    changed = "\n\n".join([*body[:at], more, *body[at:]])
    meaning = said(changed).meaning
    assert meaning is None or (meaning.day is None and meaning.offer.effect != "resolves")


@settings(max_examples=300)
@given(
    st.text(max_size=300)
    | st.lists(st.sampled_from(" ".join(row["they write"] for _, row in ROWS).split())).map(" ".join)
)
def test_whatever_is_written_nothing_raises_and_what_is_meant_was_offered_and_written(words: str) -> None:
    meaning = said(words).meaning
    if meaning:
        assert meaning.offer in OFFERS
        assert meaning.words
        assert ("date" in meaning.offer.needs) == (meaning.day is not None)
        assert meaning.day is None or TODAY <= meaning.day <= TODAY + FURTHEST


@pytest.mark.parametrize("letter", ["a", " ", "\n", "9", "?", ".", "'", "\u201c", "this is ", "i will ", "the 1st "])
def test_a_megabyte_of_one_thing_is_read_in_linear_time(letter: str) -> None:
    """Were any of it quadratic, this would take hours and not a moment."""
    assert said(letter * (1_000_000 // len(letter))).meaning is None
    said(letter * (2_900 // len(letter)))


UPHELD = Offer("outcome:upheld", "UPHELD", "I uphold the decision", "s1", ("remark",), effect="resolves")
SENT_BACK = Offer("outcome:sent_back", "SENT BACK", "It goes back to the chair", "s1", ("remark",), effect="resolves")
OVER = Offer("outcome:over", "OVER", "The process that I chose is over", "s1", ("remark",), effect="ends")
UPHELD_NOT = Offer("outcome:not_upheld", "NOT UPHELD", "I do not uphold it", "s1", ("remark",), effect="unresolved")


def test_the_words_of_a_policy_of_ones_own_are_known_by_their_effect() -> None:
    only = said("We have met and this is now resolved.", (UPHELD, OVER)).meaning
    assert only
    assert only.offer == UPHELD


def test_where_two_outcomes_resolve_it_a_general_word_is_for_neither() -> None:
    assert said("We have met and this is now resolved.", (UPHELD, SENT_BACK)).meaning is None


@pytest.mark.parametrize(
    ("words", "offer"),
    [
        ("I uphold the decision.", UPHELD),
        ("My answer is UPHELD.", UPHELD),
        ("My answer is NOT UPHELD.", UPHELD_NOT),
        ("The process that I chose is over.", OVER),
        ("The process that I chose is over. It took two weeks.", None),
        ("It goes back to the chair if she is free.", None),
        ("I am minded to put UPHELD, should she agree.", None),
        ("I uphold the decision. It goes back to the chair.", None),
        ("My colleague is upheld at the station.", None),
    ],
)
def test_an_outcome_is_known_by_its_title_or_by_its_word_in_capitals(words: str, offer: Offer | None) -> None:
    meaning = said(words, (UPHELD, SENT_BACK, OVER, UPHELD_NOT)).meaning
    assert (meaning and meaning.offer) == offer


def test_an_outcome_without_an_effect_is_never_read_from_prose() -> None:
    """As in letters that were written before offers bore one."""
    assert said("This is resolved.", (replace(OFFERS[0], effect=""),)).meaning is None


@pytest.mark.parametrize("words", ["I'll come back to you by Friday.", "What do you need?", "I have left this post."])
def test_what_the_letter_did_not_offer_is_not_read(words: str) -> None:
    assert said(words, OFFERS[:2]).meaning is None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("I will respond by Friday.", None),
        ("I'll reply tomorrow.", None),
        ("I will respond by 4 December.", date(2026, 12, 4)),
    ],
)
def test_a_reply_of_another_day_may_give_a_date_and_no_name_of_a_day(words: str, day: date | None) -> None:
    meaning = read(words, OFFERS, TODAY, written_today=False).meaning
    assert (meaning and meaning.day) == day


def test_a_date_far_ahead_is_more_likely_one_that_has_passed() -> None:
    last = TODAY + FURTHEST
    meaning = said(f"I will respond by {last:%-d %B %Y}.").meaning
    assert meaning
    assert meaning.day == last
    assert said(f"I will respond by {last + timedelta(days=1):%-d %B %Y}.").meaning is None


@pytest.mark.parametrize(
    ("words", "at"),
    [
        ("at noon", time(12)),
        ("at 12am", time(0)),
        ("at 12.30pm", time(12, 30)),
        ("at 8:15", time(8, 15)),
        ("at 2:15", None),
        ("at 13pm", None),
        ("at 9:75", None),
        ("2-3pm", None),
        ("at about 2pm", None),
        ("at 2", None),
        ("", None),
    ],
)
def test_a_time_is_read_where_it_can_mean_but_one(words: str, at: time | None) -> None:
    meaning = said(f"We are meeting on Thursday {words}").meaning
    assert meaning
    assert (meaning.day, meaning.at) == (date(2026, 11, 26), at)


def test_the_same_said_twice_is_said_once_and_both_sentences_are_kept() -> None:
    meaning = said("We are meeting on Thursday. I'm meeting Dan on 26 November at 2pm. Thanks.").meaning
    assert meaning
    assert (meaning.day, meaning.at) == (date(2026, 11, 26), time(14))
    assert meaning.words == "We are meeting on Thursday. I'm meeting Dan on 26 November at 2pm."


@pytest.mark.parametrize("words", ["We are meeting on Thursday at 2pm. We are meeting on Thursday at 3pm."])
def test_two_times_are_none(words: str) -> None:
    meaning = said(words).meaning
    assert meaning
    assert meaning.at is None


def test_an_afterthought_below_the_name_is_for_a_person() -> None:
    assert said("This is resolved.\n\nKind regards\nDan\n\nPS only if the plan is updated").meaning is None


def test_thanks_at_the_top_are_no_end_of_the_words() -> None:
    assert said("Many thanks\n\nThis is resolved.").meaning


def test_a_very_long_reply_is_for_a_person() -> None:
    assert said("This is resolved. " + "We visited them. " * 200).meaning is None


def test_the_answer_bears_the_very_words_as_evidence() -> None:
    meaning = said("Thanks.\nI'll come back to you by Friday.\nDan").meaning
    assert meaning
    answer = answer_of(meaning, "m1")
    assert (answer.does, answer.about, answer.day) == ("by", "s1", date(2026, 11, 27))
    assert (answer.evidence.via, answer.evidence.message, answer.evidence.read) == ("reply", "m1", "prose")
    assert answer.evidence.words == "I'll come back to you by Friday."
    assert answer.text == "Thanks.\nI'll come back to you by Friday.\nDan"
