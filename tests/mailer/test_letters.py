"""What every letter keeps: nothing in a value can become a header, a part or a tag, and text and HTML say the same."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from cases.verbs.decision import Offer
from mailer.letters import Frame, LetterError, Letters

ROOT = Path(__file__).parents[2]
LETTERS = Letters(ROOT / "templates/letters")
TOKEN = "0f7k2m9qx4wz8r3tvb6hcdjn5p"
PAGE = f"https://answerable.example/answer/{TOKEN}"
FRAME = Frame(
    message_id="<5d0c1f7a93be4e6f8a2b7c9d0e1f2a3b@chscp.example>",
    sender_name="CHSCP escalations",
    sender="escalations@chscp.example",
    reply_to=f"escalations+{TOKEN}@chscp.example",
    token=TOKEN,
    page_url=PAGE,
    status_url="https://answerable.example/case/x",
    date=datetime(2026, 11, 27, 10, 0, tzinfo=UTC),
    references=("<first@chscp.example>", "<second@chscp.example>"),
    automatic="auto-generated",
    suppress="DR, RN, NRN",
    loop_mark="answerable.example",
)
NAME = "Priya Plantedname"
EMAIL = "priya@homerton.example"
PERSON = {"name": "Tom Plantedname", "title": "line manager", "email": "tom@hackney.example", "agency": "Plantedagency"}
STAGE = {"label": "Stage 2", "title": "Line managers", "cited": "policy 2.3"}
RULE = {"says": "Consider a meeting.", "cited": "policy 2.5"}
SAID = {"who": "Tom Plantedname, line manager", "outcome": "It is resolved", "text": "We met.\nPlantedconcern."}
DUE = "Friday 4 December 2026: 5 working days from Friday 27 November; 28–29 November are a weekend"
OFFERS = (
    Offer("outcome:resolved", "RESOLVED", "It is resolved", "s1", ("text",)),
    Offer("meeting", "MEETING", "We will meet or talk on this date", "s1", ("date",)),
    Offer("agree", "AGREE", "I agree", "s1"),
)
# Every value that any letter asks for; which letter has which is held against the engine in test_letters_engine.
VALUES: dict[str, Any] = {
    "reference": "CHSCP-2026-0042", "partnership": "A Partnership", "short_name": "CHSCP", "policy_title": "A Policy",
    "policy_dated": "July 2024", "advice": [RULE], "to_name": NAME, "to_title": "line manager", "child": "P.I.",
    "child_numbers": "Planted 123", "raising_agency": "Plantedagency", "receiving_agency": "Otherplanted",
    "concern": "Plantedconcern.\nSecond line.", "wanted": "Plantedwish.", "raiser": "Dana Plantedname",
    "actors": [PERSON], "asks": "Talk to the other side.", "cited": "policy 2.6", "code": "482913",
    "considers": [RULE], "days": 3, "decider": "named person", "deciding": False, "deliverable": "talk it through",
    "due": DUE, "full_concern": "Plantedconcern in full.", "harm_advice": "Call 999.", "harm_cited": "policy 1.6",
    "history": [STAGE | {"ended": "It is not resolved"}], "incomplete": ["the actions so far"], "kind": "guide",
    "encloses_record": True, "held": True, "handling": RULE, "lacking": [RULE],
    "leads": [PERSON], "member": True, "members": [PERSON], "minutes": 15, "most": 300,
    "inbox": "escalations@chscp.example",
    "missing": ["The child's initials", "Why?"],
    "not_filed": ["Tom Plantedname"], "others": [PERSON], "outcome": "It is resolved", "phone": "020 7946 0011",
    "outside": {"to": "the Secretary of State", "hands_over": "the record", "comes_back": "We are told."},
    "procedure": "Contact the LADO.", "purpose_words": "to open a page", "raised_by": PERSON,
    "recorded": "It is resolved", "records": [RULE], "said": [SAID], "says": "Board members come first.",
    "signposts": [RULE],
    "silent": ["Tom Plantedname, line manager"], "stage": STAGE, "target": "Stage 3: Senior managers",
    "text": "Plantedtext.", "thing": "the actions so far", "time_words": "one working week (policy 1.5)",
    "title": "the actions so far", "told": ["Anna Plantedname, chair"], "unknown": ["director"],
    "who": "Tom Plantedname", "why": "policy 2.6", "words": "Please telephone.",
}  # fmt: skip
PURPOSES = sorted(LETTERS.purposes())


class Tags(HTMLParser):
    """The elements of a page with their attributes' names, and its links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.found.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "background")]


def letter(purpose: str, values: Mapping[str, Any] = VALUES, **more: Any) -> EmailMessage:
    given: dict[str, Any] = {"offers": OFFERS, "to_name": NAME, "to_email": EMAIL, "frame": FRAME} | more
    raw = LETTERS.render(purpose, values, **given)
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def words_of(html: str) -> str:
    page = re.sub(r"(?s)<head>.*?</head>|<!--.*?-->", "", html)
    shown = re.sub(r"<[^>]*>", " ", page)
    for entity, letter in {"&nbsp;": " ", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&amp;": "&"}.items():
        shown = shown.replace(entity, letter)
    return shown


def counted(text: str) -> Counter[str]:
    return Counter(re.findall(r"[\w.’'@/+-]*\w", text.lower()))


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


@pytest.mark.parametrize("purpose", PURPOSES)
def test_the_subject_bears_the_reference_and_nothing_of_the_content(purpose: str) -> None:
    subject = letter(purpose)["Subject"]
    assert subject.startswith("[CHSCP-2026-0042] ")
    assert not re.search(r"planted|P\.I\.|999", subject, re.IGNORECASE)


@pytest.mark.parametrize("purpose", ["confirm", "code"])
def test_what_goes_to_an_unproved_address_holds_nothing_of_the_child(purpose: str) -> None:
    message = letter(purpose, VALUES | {"to_name": "Dana"}, to_name="Dana")
    for kind in ("plain", "html"):
        assert "482913" in body(message, kind)
        assert not re.search(r"planted|P\.I\.", body(message, kind), re.IGNORECASE)


def test_a_code_can_be_sent_without_a_case() -> None:
    message = letter("code", {"code": "482913", "purpose_words": "to open the desk", "minutes": 15}, offers=())
    assert message["Subject"] == "Your six-digit code"
    assert "482913" in body(message, "plain")


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
        "Press one of the answers below, and a reply opens that is ready to send. Press here to reply with these lines"
    )
    assert text - html == Counter()
    assert set(html - text) <= set(counted(f"{pressed} the page for your code or"))


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_letter_bears_our_mark_in_both_parts(purpose: str) -> None:
    message = letter(purpose)
    assert body(message, "plain").rstrip().endswith(f"Our mark: {TOKEN}")
    assert f"Our mark: {TOKEN}" in words_of(body(message, "html"))


@pytest.mark.parametrize("purpose", [each for each in PURPOSES if "RESOLVED" in body(letter(each), "plain")])
def test_each_offered_answer_is_in_both_parts_with_a_reply_that_is_ready(purpose: str) -> None:
    message = letter(purpose)
    ready = [link for link in Tags(body(message, "html")).links if "subject=" in link]
    for offer in OFFERS:
        assert f"\n{offer.word}\n    {offer.title}" in body(message, "plain").replace("\r\n", "\n")
        reply = next(link for link in ready if f"&body={offer.word}%0D%0A" in link)
        assert reply.startswith(f"mailto:escalations%2B{TOKEN}@chscp.example?subject=Re%3A%20%5BCHSCP-2026-0042%5D%20")
        assert "+" not in reply
        fields = parse_qs(urlsplit(reply).query)
        assert fields["subject"] == [f"Re: {message['Subject']}"]
        assert fields["body"][0].splitlines()[0] == offer.word
        assert fields["body"][0].endswith(f"Our mark: {TOKEN}")


def test_a_reply_with_what_is_missing_opens_with_its_lines() -> None:
    links = Tags(body(letter("received", offers=()), "html")).links
    reply = next(link for link in links if "body=The" in link)
    assert unquote(reply).partition("body=")[2].startswith("The child's initials:\r\nWhy?\r\n")


def reply_link(missing: list[str]) -> tuple[str, str]:
    """The link that opens a reply with the missing lines, as the page's source has it and as a browser reads it."""
    html = body(letter("received", VALUES | {"missing": missing}, offers=()), "html")
    [source] = [each for each in re.findall(r'href="([^"]+)"', html) if "subject=" in each]
    [read] = [each for each in Tags(html).links if "subject=" in each]
    return source, read


def test_a_ready_reply_opens_alike_in_outlook_on_an_iphone_and_in_gmail() -> None:
    """RFC 6068: lines end in %0D%0A, a space is %20, and the page's source writes the ampersand as &amp;."""
    source, link = reply_link(["Is it “urgent” & why – 100 % sure?", "Café"])
    assert "&amp;body=" in source
    assert source.replace("&amp;", "&") == link
    assert re.fullmatch(r"mailto:[!-~]+", link)
    assert not re.search(r"[+\"'<> ]|%22|%0A(?<!%0D%0A)|%0D(?!%0A)", link)
    written = unquote(link.partition("body=")[2])
    assert written.startswith("Is it 'urgent' & why - 100 % sure?\r\nCafé:\r\n")
    assert "&" not in link.partition("body=")[2]


def test_a_ready_reply_is_never_longer_than_outlook_takes_and_keeps_our_mark() -> None:
    labels = [f"A long question with the number {number}, asked in many words" for number in range(60)]
    source, link = reply_link(labels)
    assert len(source) < 2_000
    written = unquote(link.partition("body=")[2])
    assert written.endswith(f"Our mark: {TOKEN}")
    kept = [line for line in written.split("\r\n") if line.startswith("A long")]
    assert kept == [f"{label}:" for label in labels[: len(kept)]]
    assert len(kept) > 10


@pytest.mark.parametrize("purpose", PURPOSES)
def test_nothing_is_fetched_from_anywhere(purpose: str) -> None:
    html = body(letter(purpose), "html")
    assert all(link.startswith(("mailto:", "https://answerable.example/")) for link in Tags(html).links)
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
    message = letter(purpose, VALUES | {"missing": []}, offers=())
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
