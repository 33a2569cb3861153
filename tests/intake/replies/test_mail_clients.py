"""E46 and E47: whatever mail program answers a letter of ours, only the new words are read, and none is lost."""

from datetime import UTC, date, datetime
from email.message import EmailMessage

import pytest
from mail_clients import CLIENTS, html_only, reply

from cases.verbs.decision import Offer
from intake.mail.message import Understood, understand
from intake.replies.new_text import new_text
from intake.replies.reply import read

WHEN = datetime(2026, 12, 3, 10, 2, tzinfo=UTC)
JO = "Jo Smith <jo.smith@health.example>"
OFFERS = (
    Offer("outcome:resolved", "RESOLVED", "It is resolved", "s1", ("text",)),
    Offer("agree", "AGREE", "I agree", "s1"),
)
OURS = (
    "Dear Jo Smith,\n\nPlease say by Friday 4 December 2026 how the plan for the child will change.\n\n"
    "Answer with one of these words on the first line of a reply:\n\nRESOLVED  It is resolved\nAGREE  I agree\n\n"
    "See it all at https://escalations.answerable.example/l/abcdef\n\nCity and Hackney escalations\n"
    "Mark: 0123456789abcdefghjkmnpqrs\n"
)
OUTCOME = "The plan now names a new social worker, who visits each week."
WORDS = f"RESOLVED\n\n{OUTCOME}\nWe told the family on Monday."


def letter() -> bytes:
    message = EmailMessage()
    message["From"] = "City and Hackney escalations <inbox@answerable.example>"
    message["Reply-To"] = "inbox+0123456789abcdefghjkmnpqrs@answerable.example"
    message["To"] = JO
    message["Subject"] = "CHSCP-2026-0042: an answer is needed"
    message["Date"] = datetime(2026, 12, 2, 9, tzinfo=UTC)
    message["Message-ID"] = "<0123456789abcdef0123456789abcdef@answerable.example>"
    message.set_content(OURS)
    rows = "".join(f"<p>{each}</p>" for each in OURS.strip().split("\n\n"))
    message.add_alternative(f"<html><body>{rows}</body></html>", subtype="html")
    return message.as_bytes()


def answered(client: str, words: str, *, only_html: bool) -> Understood:
    raw = reply(client, letter(), words, JO, WHEN)
    return understand(html_only(raw) if only_html else raw)


@pytest.mark.parametrize("only_html", [False, True])
@pytest.mark.parametrize("client", CLIENTS)
def test_e46_the_outcome_comes_from_new_words_only(client: str, only_html: bool) -> None:
    """E46: top, bottom, inline reply; reply above a 40-mail thread; HTML-only; phone signature: outcome only from new
    words."""
    understood = answered(client, WORDS, only_html=only_html)
    assert understood.references[0] == "<0123456789abcdef0123456789abcdef@answerable.example>"
    for ours in (None, OURS):
        new = new_text(understood.text, ours)
        for line in WORDS.split("\n"):
            assert line in new.words
        for theirs in (
            "Please say by",
            "escalations",
            "Mark:",
            "Answer with",
            "Sent from",
            "Get Outlook",
            "wrote",
            "Original",
        ):
            assert theirs not in new.words
        answer = read(new.words, OFFERS, date(2026, 12, 3)).answer
        assert answer is not None
        assert answer.offer.word == "RESOLVED"
        assert answer.text.startswith(OUTCOME)


@pytest.mark.parametrize("client", CLIENTS)
def test_e47_an_outcome_word_in_the_quoted_menu_is_no_outcome(client: str) -> None:
    """E47: outcome word only in the quoted menu, or in a disclaimer: no outcome."""
    understood = answered(client, "Thank you, I am looking into it.", only_html=False)
    for ours in (None, OURS):
        assert read(new_text(understood.text, ours).words, OFFERS, date(2026, 12, 3)).answer is None


@pytest.mark.parametrize("ours", [None, OURS])
@pytest.mark.parametrize("client", CLIENTS)
def test_e47_a_reply_without_words_is_no_outcome(client: str, ours: str | None) -> None:
    understood = answered(client, "", only_html=False)
    assert read(new_text(understood.text, ours).words, OFFERS, date(2026, 12, 3)).answer is None


def test_e46_words_above_a_thread_of_forty_mails_are_the_only_new_ones() -> None:
    thread = letter()
    for number in range(40):
        client = list(CLIENTS)[number % len(CLIENTS)]
        thread = reply(client, thread, f"We wrote {number} times about it.", JO, WHEN)
    assert new_text(understand(reply("outlook_desktop", thread, WORDS, JO, WHEN)).text).words.startswith(WORDS)
    assert "times about it" not in new_text(understand(reply("outlook_web", thread, WORDS, JO, WHEN)).text).words


def test_e46_words_between_the_lines_of_our_letter_are_the_senders() -> None:
    """Outlook marks nothing where somebody answers within the quoted letter: our own text tells it apart."""
    understood = answered("outlook_desktop", "See my words below.", only_html=False)
    within = understood.text.replace(
        "Answer with one of", "We shall name a new social worker next week.\n\nAnswer with one of"
    )
    assert new_text(within).words == "See my words below.\n\nKind regards\nJo Smith"
    assert new_text(within, OURS).words.split("\n")[-1] == "We shall name a new social worker next week."


def test_our_letter_below_without_any_mark_is_taken_out_and_words_below_it_stay() -> None:
    new = new_text(f"We differ.\n\n{OURS}\n\nWe shall write again on Monday.", OURS)
    assert new.words.split() == ["We", "differ.", "We", "shall", "write", "again", "on", "Monday."]


def test_an_offered_word_above_our_letter_is_never_taken_for_ours() -> None:
    assert new_text(f"RESOLVED\n\n{OUTCOME}\n\n{OURS}", OURS).words == f"RESOLVED\n\n{OUTCOME}"
