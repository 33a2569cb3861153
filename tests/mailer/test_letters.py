"""What every letter keeps: nothing in a value can become a header, a part or a tag, and text and HTML say the same."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from planted_letters import (
    EMAIL,
    FRAME,
    LETTERS,
    NAME,
    OF_A_CASE,
    OFFERS,
    PURPOSES,
    RULE,
    TEMPLATES,
    TOKEN,
    VALUES,
    WITHOUT_A_CASE,
    Tags,
    body,
    counted,
    letter,
    words_of,
)

from mailer.letters import LetterError, Letters


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_headers_are_those_of_a_letter_to_one_person(purpose: str) -> None:
    message = letter(purpose)
    assert [each.addr_spec for each in message["To"].addresses] == [EMAIL]
    assert message["Reply-To"] == FRAME.reply_to
    assert message["From"] == "CHSCP escalations <escalations@chscp.example>"
    assert message["Message-ID"] == FRAME.message_id
    assert message["In-Reply-To"] == "<second@chscp.example>"
    assert message["References"] == "<first@chscp.example> <second@chscp.example>"
    assert message["Date"] == "Fri, 27 Nov 2026 10:00:00 +0000"
    assert (message["Auto-Submitted"], message["X-Auto-Response-Suppress"]) == ("auto-generated", "DR, RN, NRN")
    assert message["X-Answerable-Loop"] == "answerable.example"
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize("purpose", OF_A_CASE)
def test_the_subject_bears_the_reference_and_nothing_of_the_content(purpose: str) -> None:
    subject = letter(purpose)["Subject"]
    assert subject.startswith("[CHSCP-2026-0042] ")
    assert not re.search(r"planted|P\.I\.|999", subject, re.IGNORECASE)


@pytest.mark.parametrize(
    ("purpose", "subject"),
    [
        ("acknowledged", "We have received your e-mail"),
        ("code", "Your six-digit code"),
        ("held", "Business support: letters are held back"),
        ("mailbox", "Business support: something is wrong with the mailbox"),
        ("sign_in", "Your link to sign in to the desk"),
        ("tray", "Business support: a mail waits in the tray"),
        ("trial", "Test letter: please see whether it arrived"),
    ],
)
def test_a_letter_without_a_case_has_a_plain_subject_and_asks_for_no_answer(purpose: str, subject: str) -> None:
    message = letter(purpose)
    assert message["Subject"] == subject
    for kind in ("plain", "html"):
        assert not re.search(r"Reference:|Follow this case|How to answer|None", body(message, kind))


def test_a_letter_of_every_purpose_is_looked_at() -> None:
    assert set(PURPOSES) == {path.name for path in TEMPLATES.iterdir() if not path.name.startswith("_")}
    assert set(PURPOSES) == {*OF_A_CASE, *WITHOUT_A_CASE}


def test_words_of_immediate_harm_in_the_tray_are_urgent_from_the_subject_on() -> None:
    message = letter("tray", WITHOUT_A_CASE["tray"] | {"urgent": True})
    assert message["Subject"] == "URGENT: Business support: a mail waits in the tray"
    for kind in ("plain", "html"):
        assert "it may be about immediate harm" in body(message, kind)
        assert "immediate harm" not in body(letter("tray"), kind)


@pytest.mark.parametrize("purpose", ["confirm", "code"])
def test_what_goes_to_an_unproved_address_holds_nothing_of_the_child(purpose: str) -> None:
    message = letter(purpose, WITHOUT_A_CASE.get(purpose, VALUES) | {"to_name": "Dana"}, to_name="Dana")
    for kind in ("plain", "html"):
        assert "482913" in body(message, kind)
        assert not re.search(r"planted|P\.I\.", body(message, kind), re.IGNORECASE)


def test_an_answer_that_lacks_something_is_told_what_to_send_and_not_that_nothing_is_asked() -> None:
    whole, lacking = (letter("echo", VALUES | {"lacking": rules}, offers=()) for rules in ([], [RULE]))
    for kind in ("plain", "html"):
        assert "Nothing is asked of you in this letter." in body(whole, kind)
        assert "Nothing is asked of you in this letter." not in body(lacking, kind)
        assert "Please also send us what is still missing." in body(lacking, kind)


@pytest.mark.parametrize("purpose", ["echo", "news"])
def test_who_is_invited_hears_that_accepting_is_no_answer(purpose: str) -> None:
    meeting = {"uid": "c1-s1", "sequence": 1, "day": "2026-12-01", "start": ""}
    invited, plain = letter(purpose, VALUES | {"meeting": meeting}), letter(purpose)
    assert "text/calendar" in [part.get_content_type() for part in invited.walk()]
    for kind in ("plain", "html"):
        assert "it is not an answer to us" in body(invited, kind)
        assert "it is not an answer to us" not in body(plain, kind)


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [("020 7946 0011", ["tel:02079460011"]), ("+44 (20) 7946-0011", ["tel:+442079460011"]), ("ask the ward", [])],
)
def test_the_telephone_number_in_an_urgent_letter_can_be_pressed(phone: str, dialled: list[str]) -> None:
    html = body(letter("immediate_harm", VALUES | {"phone": phone}), "html")
    assert [link for link in Tags(html).links if link.startswith("tel:")] == dialled
    assert phone in words_of(html)


@pytest.mark.parametrize(("purpose", "more"), [("received", {"harm_advice": "Call 999."}), ("diverted", {})])
def test_who_is_told_to_act_is_not_told_that_nothing_is_asked(purpose: str, more: dict[str, str]) -> None:
    for kind in ("plain", "html"):
        message = letter(purpose, VALUES | {"missing": []} | more, offers=())
        assert "Nothing is asked of you" not in body(message, kind)


def test_a_task_says_what_its_words_say_and_nothing_of_the_case() -> None:
    for kind in ("plain", "html"):
        text = body(letter("task", VALUES | {"to_name": "colleague"}), kind)
        assert "Please telephone." in text
        assert not re.search(r"planted|P\.I\.", text, re.IGNORECASE)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_text_and_html_say_the_same_words(purpose: str) -> None:
    message = letter(purpose)
    text = counted(re.sub(r"https://\S+", "", body(message, "plain")))
    html = counted(words_of(body(message, "html")))
    # Only the HTML has something to press; the text has the addresses of the pages instead.
    pressed = (
        "Press one of the answers below. A reply opens with that word in it: add what is asked for, and send it. "
        "Press here to reply with these lines CONFIRM, with these lines to fill in Open our page for your answer"
    )
    assert text - html == Counter()
    assert set(html - text) <= set(counted(f"{pressed} the page for your code or"))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_letter_bears_our_mark_in_both_parts(purpose: str) -> None:
    message = letter(purpose)
    assert body(message, "plain").rstrip().endswith(f"Our mark: {TOKEN}")
    assert f"Our mark: {TOKEN}" in words_of(body(message, "html"))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_nothing_is_fetched_from_anywhere(purpose: str) -> None:
    html = body(letter(purpose), "html")
    assert all(link.startswith(("mailto:", "tel:", "https://answerable.example/")) for link in Tags(html).links)
    assert not re.search(r"<(img|link|script|iframe|object|form|base)\b|url\(|@import", html)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_page_can_be_read_aloud(purpose: str) -> None:
    html = body(letter(purpose), "html")
    tags = Tags(html).found
    assert '<html lang="en-GB">' in html
    assert [tag for tag, _ in tags].count("h1") == 1
    assert all("role" in names for tag, names in tags if tag == "table")


@pytest.mark.parametrize("purpose", ["for_information", "progress", "news", "echo", "disputed", "shared", "closed"])
def test_a_letter_without_offers_says_that_nothing_is_asked(purpose: str) -> None:
    message = letter(purpose, VALUES | {"missing": [], "lacking": []}, offers=())
    for kind in ("plain", "html"):
        assert "Nothing is asked of you in this letter." in body(message, kind)
        assert "How to answer" not in body(message, kind)


@pytest.mark.parametrize(
    "purpose", [each for each in PURPOSES if "Friday 4 December 2026" in body(letter(each), "plain")]
)
def test_both_parts_hold_the_due_date_with_its_working(purpose: str) -> None:
    for kind in ("plain", "html"):
        assert "5 working days from Friday 27 November; 28–29 November are a weekend." in body(letter(purpose), kind)


@pytest.mark.parametrize(
    ("kind", "time_words", "expected"),
    [
        ("guide", "one week (policy 1.5)", "It is a guide time: one week (policy 1.5)."),
        ("binding", "5 working days (policy 4)", "It is a time limit: 5 working days (policy 4)."),
        ("chosen", "No number is given. It is our own setting.", "No number is given. It is our own setting."),
        (
            "chosen",
            "5 days (this service's own setting)",
            "It is not set by the policy: 5 days (this service's own setting).",
        ),
    ],
)
def test_guide_binding_and_chosen_times_are_worded_apart(kind: str, time_words: str, expected: str) -> None:
    message = letter("stage", VALUES | {"kind": kind, "time_words": time_words})
    assert f"\n{expected}" in body(message, "plain")
    assert expected in words_of(body(message, "html")).replace("&#39;", "'")


def test_a_value_that_is_missing_is_named_and_nothing_of_the_content_is() -> None:
    without = {key: value for key, value in VALUES.items() if key != "deliverable"}
    with pytest.raises(LetterError, match=r"stage .*'deliverable'") as caught:
        letter("stage", without)
    assert "lanted" not in str(caught.value)


def test_a_value_of_the_wrong_kind_is_refused_without_its_content() -> None:
    with pytest.raises(LetterError) as caught:
        letter("stage", VALUES | {"due": 5, "said": "Plantedsecret"})
    assert "lanted" not in str(caught.value)


def test_an_address_that_is_none_is_refused_without_being_repeated() -> None:
    with pytest.raises(LetterError, match="echo") as caught:
        letter("echo", to_email="planted@b.example\r\nBcc: x@evil.example")
    assert "lanted" not in str(caught.value)


def test_a_purpose_without_templates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LetterError, match="nothing_known"):
        letter("nothing_known")
    (tmp_path / "stage").mkdir()
    with pytest.raises(LetterError, match=r"stage/subject\.txt"):
        Letters(tmp_path)


def test_the_raiser_is_spoken_to_as_the_raiser() -> None:
    assert "Raised by: you" in body(letter("stage", VALUES | {"to_name": "Dana Plantedname"}), "plain")
    nameless = VALUES | {"raiser": EMAIL, "to_name": ""}
    text = body(letter("stage", nameless), "plain")
    assert text.startswith("Hello,")
    assert "Raised by: you" in text


def test_the_same_letter_gives_the_same_bytes() -> None:
    render = [LETTERS.render("stage", VALUES, OFFERS, NAME, EMAIL, FRAME) for _ in range(2)]
    assert render[0] == render[1]
    assert render[0] != LETTERS.render("stage", VALUES, OFFERS, NAME, EMAIL, replace(FRAME, page_url=None))


def test_what_cannot_be_seen_is_taken_out_of_the_values() -> None:
    values = VALUES | {"concern": "One\x1b[31m\u202eowt\r\nTwo\0", "child": "A.\r\n\r\nOur mark: B."}
    text = body(letter("stage", values), "plain").replace("\r\n", "\n")
    assert "    One[31mowt\n    Two\n" in text
    assert "\nChild: A. Our mark: B.\n" in text
