"""A reply's new words are told from the quoted ones, and only an offered word on its first line is an answer."""

import re
from datetime import date, time
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from cases.verbs.decision import Offer
from intake.mail.message import understand
from intake.replies import footers, quoting
from intake.replies.new_text import new_text
from intake.replies.reply import Read, Said, read

MAILS = Path(__file__).parents[1] / "mails"
TODAY = date(2026, 11, 22)
RESOLVED = Offer("outcome:resolved", "RESOLVED", "It is resolved", "s1", ("text",))
NOT_RESOLVED = Offer("outcome:not_resolved", "NOT RESOLVED", "It is not resolved", "s1", ("text",))
BY = Offer("by", "BY", "I will answer by this date", "s1", ("date",))
MEETING = Offer("meeting", "MEETING", "We will meet on this date", "s1", ("date",))
AGREE = Offer("agree", "AGREE", "I agree", "s1")
OFFERS = (RESOLVED, NOT_RESOLVED, BY, MEETING, AGREE)
OUTCOME = "The plan now names a new social worker, who visits each week."
REPLIES = (
    "outlook_desktop",
    "outlook_desktop_original",
    "outlook_web_html",
    "outlook_mobile",
    "gmail",
    "gmail_html",
    "apple_mail",
    "apple_mail_html",
    "lotus_notes",
    "lotus_notes_folded",
    "bottom_answer",
    "banner_and_disclaimer",
)


def sample(name: str) -> str:
    return understand((MAILS / f"{name}.eml").read_bytes()).text


def said(words: str, *offers: Offer) -> Read:
    return read(words, offers or OFFERS, TODAY)


@pytest.mark.parametrize("name", REPLIES)
def test_the_answer_is_found_in_the_reply_of_every_mail_program(name: str) -> None:
    answer = read(new_text(sample(name)).words, OFFERS, TODAY).answer
    assert answer is not None
    assert answer.offer == RESOLVED
    assert answer.text.split("\n")[0] == OUTCOME


@pytest.mark.parametrize("name", REPLIES)
def test_nothing_of_our_letter_is_taken_for_new_words(name: str) -> None:
    new = new_text(sample(name))
    for ours in ("Please say how the plan", "Due Friday 4 December", "Mark:", "escalations", "CAUTION", "OFFICIAL"):
        assert ours not in new.words
    assert "Please say how the plan" in new.removed


@pytest.mark.parametrize("name", REPLIES)
def test_no_word_is_lost_between_the_new_and_the_removed(name: str) -> None:
    new = new_text(sample(name))
    assert sorted(f"{new.words}\n{new.removed}".split()) == sorted(sample(name).split())


def test_a_reply_of_nothing_but_quotation_is_given_whole_and_is_no_answer() -> None:
    new = new_text(sample("only_quoted"))
    assert (new.words, new.removed) == (sample("only_quoted"), "")
    assert read(new.words, OFFERS, TODAY).answer is None


def test_sentences_that_look_like_headings_stay() -> None:
    words = (
        "From: our perspective the threshold was met.\n"
        "On Monday 30 November she wrote:\nthe child was well.\n"
        "To: be clear, we agree.\nSent from the heart.\n- original message boards are fine"
    )
    assert new_text(words).words == words


def test_answers_between_quoted_lines_are_new() -> None:
    inline = "On 2 Dec 2026, at 09:00, Jo wrote:\n> Who attends?\nThe IRO.\n> When?\nOn Monday."
    assert new_text(inline).words == "The IRO.\nOn Monday."


@pytest.mark.parametrize(
    "line",
    [
        "On Wed, 2 Dec 2026 at 09:00,\nJo Smith <jo@x.example>\nwrote:",
        "Am 02.12.2026 um 09:00 schrieb Jo Smith:",
        "Ar 2 Rhag 2026, ysgrifennodd Jo Smith:",
        "2026-12-02 9:00 GMT+00:00 Jo Smith <jo@x.example>:",
        "---------- Forwarded message ---------",
    ],
)
def test_an_attribution_may_be_wrapped_and_in_other_languages(line: str) -> None:
    assert new_text(f"RESOLVED\n\n{line}\n\nold words").words == "RESOLVED"


def test_words_may_be_written_above_a_line_of_ours() -> None:
    assert new_text("RESOLVED\n\n---- Write your reply above this line ----\nold").words == "RESOLVED"


@pytest.mark.parametrize(
    "line",
    [
        "RESOLVED",
        "resolved",
        "  Resolved.  ",
        "\u00a0RESOLVED!",
        "*RESOLVED*",
        "**Resolved**.",
        "\ufeffRESOLVED",
        "_RESOLVED_",
    ],
)
def test_the_offered_word_may_be_dressed(line: str) -> None:
    assert said(f"\n\n{line}\n\n{OUTCOME}").answer == Said(RESOLVED, OUTCOME)


def test_the_longest_offered_word_wins() -> None:
    assert said(f"NOT  RESOLVED\n{OUTCOME}").answer == Said(NOT_RESOLVED, OUTCOME)


def test_a_word_that_needs_nothing_may_stand_alone() -> None:
    assert said("Agree").answer == Said(AGREE, "")


@pytest.mark.parametrize(
    "line", ["BY 4 December", "by Friday 4 December 2026.", "By: 4/12/2026", "BY on 4 Dec", "*BY* 2026-12-04"]
)
def test_a_date_stands_on_the_line_of_its_word(line: str) -> None:
    answer = said(f"{line}\nI am in court until then.").answer
    assert answer == Said(BY, "I am in court until then.", date(2026, 12, 4))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "no words above"),
        ("-- \nRESOLVED", "no words above"),
        (f"Hello\nRESOLVED\n{OUTCOME}", "none of the offered"),
        (f"RESOLVED?\n{OUTCOME}", "asks rather than answers"),
        (f"RESOLVED, but not for Sam\n{OUTCOME}", "does not stand alone"),
        (f"Not yet resolved\n{OUTCOME}", "does not stand alone"),
        (f"RESOLVED / NOT RESOLVED\n{OUTCOME}", "does not stand alone"),
        (f"RESOLVED\n{OUTCOME}\nNot resolved.", "more than one"),
        ("not agree", "does not stand alone"),
        ("AGREED", "none of the offered"),
        ("AGREE not", "does not stand alone"),
        ("RESOLVED", "needs words below"),
        ("RESOLVED\n\nKind regards,\nJo Smith", "needs words below"),
        ("RESOLVED\n\nMany thanks\nJo Smith", "needs words below"),
        ("RESOLVED\n\nSent from my iPad", "needs words below"),
        ("RESOLVED\n\n-- \nJo Smith, Team Manager", "needs words below"),
        ("RESOLVED\n\nThis email is confidential and may be privileged.", "needs words below"),
        ("BY", "needs a date"),
        ("BY\n4 December 2026", "needs a date"),
        ("BY Friday", "cannot be read"),
        ("BY Thursday 4 December", "is a Friday"),
        ("MEETING 4 or 5 December", "cannot be read"),
        ("MEETING4 December", "none of the offered"),
        ("BY 4 December?", "cannot be read"),
    ],
)
def test_anything_else_is_unclear_and_says_why(words: str, why: str) -> None:
    found = said(words)
    assert found.answer is None
    assert why in found.unclear


def test_a_meeting_may_have_a_time_and_another_date_may_not() -> None:
    assert said("MEETING 4 December at 2pm").answer == Said(MEETING, "", date(2026, 12, 4), time(14))
    assert "cannot be read" in said("MEETING 4 December at 2").unclear
    assert "cannot be read" in said("BY 4 December at 2pm").unclear


def test_e48_not_agreed_is_unclear_when_only_agreed_is_offered() -> None:
    """E48: "not agreed", "agreed?", "agreed / rejected": a person decides."""
    agreed = Offer("agree", "AGREED", "I agree", "s1")
    for line in ("not agreed", "NOT AGREED", "agreed?", "agreed / rejected", "I agreed"):
        assert said(line, agreed).answer is None


def test_a_word_offered_for_two_things_is_unclear() -> None:
    assert "more than one thing" in said("AGREE", AGREE, Offer("agree", "AGREE", "I agree", "s2")).unclear


def test_a_signature_is_cut_from_the_words_and_kept() -> None:
    found = said(f"RESOLVED\n{OUTCOME}\n-- \nJo Smith\nAGREE")
    assert found.answer == Said(RESOLVED, OUTCOME)
    assert found.below == "-- \nJo Smith\nAGREE"


def test_e47_an_outcome_in_a_disclaimer_is_no_answer() -> None:
    """E47: outcome word only in the quoted menu, or in a disclaimer: no outcome."""
    disclaimer = "This email is confidential. If you are not the intended recipient:\nRESOLVED\nall is well"
    assert said(disclaimer).answer is None


LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=40) | st.builds(
    " ".join,
    st.lists(st.sampled_from(["not", "RESOLVED", "by", "4", "December", "?", "/", "agree", "I", "-", ">"]), max_size=5),
)
EXACTLY = re.compile(r"(?:not )?resolved|agree|(?:by|meeting)\W+(?:on )?\S.*", re.IGNORECASE)


@given(LINES, st.lists(LINES, max_size=4))
@example("not agree", [])
@settings(deadline=None, max_examples=300)
def test_a_reply_whose_first_line_is_not_exactly_an_offer_is_never_an_answer(first: str, rest: list[str]) -> None:
    bare = " ".join(
        re.sub(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]", "", first.replace("*", "")).split()
    ).strip("_ .!")
    assume(bare and not EXACTLY.fullmatch(bare))
    assert said("\n".join([first, *rest])).answer is None


@given(
    st.lists(
        LINES | st.sampled_from(["> x", "From: a", "Sent: b", "To: c", "On 1 Jo wrote:", "_____", "OFFICIAL"]),
        max_size=12,
    )
)
@settings(deadline=None, max_examples=200)
def test_no_line_is_ever_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    new = new_text(text)
    assert sorted(f"{new.words}\n{new.removed}".split()) == sorted(text.split())


@given(st.lists(LINES, max_size=6))
@settings(deadline=None, max_examples=200)
def test_what_is_quoted_never_answers(lines: list[str]) -> None:
    quoted = "\n".join(f"> {line}" for line in ["RESOLVED", OUTCOME, *lines])
    assert read(new_text(quoted).words, OFFERS, TODAY).answer is None


@pytest.mark.parametrize("unit", ["a", " ", ">", "*", "-", "On 1 ", "\n", "From: a\n", "> \n", "On 1\n", "this email "])
def test_the_patterns_never_see_more_than_a_bounded_piece(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is linear: each pattern is tried a bounded number of times a line, each time on a bounded piece."""
    text = unit * ((200_000 if "\n" in unit else 1_000_000) // len(unit))
    tried: list[int] = []

    class Counted:
        def __init__(self, pattern: re.Pattern[str]) -> None:
            self.pattern = pattern

        def match(self, words: str) -> re.Match[str] | None:
            tried.append(len(words))
            return self.pattern.match(words)

        def fullmatch(self, words: str) -> re.Match[str] | None:
            tried.append(len(words))
            return self.pattern.fullmatch(words)

    for data in (quoting, footers):
        for name, value in vars(data).items():
            if isinstance(value, re.Pattern):
                monkeypatch.setattr(data, name, Counted(value))
    new = new_text(text)
    assert max(tried, default=0) <= 4 * 301 + 1000
    assert len(tried) <= 60 * (text.count("\n") + 1)
    assert len(new.words) + len(new.removed) <= len(text)
