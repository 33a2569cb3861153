"""Letters made from values that are easily found again: each name, place and concern holds "planted"."""

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

from digests import BUSY

from cases.digest.composing import compose
from cases.digest.daily import values_of
from cases.verbs.decision import Offer
from mailer.letters import Frame, Letters

TEMPLATES = Path(__file__).parents[2] / "templates/letters"
LETTERS = Letters(TEMPLATES)
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
    site_url="https://answerable.example",
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
# Every value that any letter of a case asks for; which has which is held against the engine in test_letters_engine.
VALUES: dict[str, Any] = {
    "path": "/desk/x", "reference": "CHSCP-2026-0042", "partnership": "A Partnership", "short_name": "CHSCP",
    "policy_title": "A Policy",
    "policy_dated": "July 2024", "advice": [RULE], "to_name": NAME, "to_title": "line manager", "child": "P.I.",
    "child_numbers": "Planted 123", "raising_agency": "Plantedagency", "receiving_agency": "Otherplanted",
    "concern": "Plantedconcern.\nSecond line.", "wanted": "Plantedwish.", "raiser": "Dana Plantedname",
    "actors": [PERSON], "asks": "Talk to the other side.", "cited": "policy 2.6", "code": "482913",
    "considers": [RULE], "days": 3, "decider": "named person", "deciding": False, "deliverable": "talk it through",
    "added": [{"label": "The child's initials", "text": "P.I."}], "confirmed": False, "in_words": True,
    "due": DUE, "full_concern": "Plantedconcern in full.", "harm_advice": "Call 999.", "harm_cited": "policy 1.6",
    "history": [STAGE | {"ended": "It is not resolved"}], "incomplete": ["the actions so far"], "kind": "guide",
    "encloses_record": True, "found": ["Plantedword"], "held": True, "handling": RULE, "lacking": [RULE],
    "leads": [PERSON], "meeting": None, "member": True, "members": [PERSON],
    "mine": True, "missing": ["The child's initials", "Why?"], "moved": False, "newcomer": PERSON,
    "not_filed": ["Tom Plantedname"], "others": [PERSON], "outcome": "It is resolved", "phone": "020 7946 0011",
    "outside": {"to": "the Secretary of State", "hands_over": "the record", "comes_back": "We are told."},
    "procedure": "Contact the LADO.", "raised_by": PERSON,
    "reason": "Plantedtext.", "recorded": "It is resolved", "records": [RULE],
    "said": [SAID], "says": "Board members come first.",
    "signposts": [RULE],
    "silent": ["Tom Plantedname, line manager"], "stage": STAGE, "target": "Stage 3: Senior managers",
    "survivor": "CHSCP-2026-0007", "text": "Plantedtext.", "thing": "the actions so far",
    "time_words": "one working week (policy 1.5)",
    "title": "the actions so far", "told": ["Anna Plantedname, chair"], "unknown": ["director"],
    "until": "Monday 14 December 2026", "unread": [{"label": "Why?", "text": "Plantedtext."}],
    "who": "Tom Plantedname", "why": "policy 2.6", "words": "Please telephone.",
}  # fmt: skip
OFFICE = {"partnership": "A Partnership", "to_name": "colleague"}
# Letters without a case have these values and no others: neither a reference nor anything of a child.
WITHOUT_A_CASE: dict[str, dict[str, Any]] = {
    "acknowledged": OFFICE | {"to_name": NAME, "by": "Monday 30 November 2026"},
    "code": OFFICE | {"to_name": NAME, "code": "482913", "minutes": 15, "purpose_words": "to open a page"},
    "ask_sender": OFFICE
    | {"to_name": NAME, "by": "Sal Okoro", "day": "Friday 27 November 2026", "asks": ["Which child?"], "words": ""},
    "audit": OFFICE
    | {"findings": [{"reference": "CHSCP-2026-0042", "what": "A letter."}], "more": 3, "path": "/desk/x"},
    "clock_changed": OFFICE | {"way": "forward", "length": "1 day", "path": "/desk/x"},
    "digest": values_of(compose(BUSY), name="A Partnership", key="chscp"),
    "held": OFFICE | {"most": 300},
    "mailbox": OFFICE | {"words": "The server does not answer."},
    "not_ours": OFFICE
    | {"to_name": NAME, "by": "Sal Okoro", "day": "Friday 27 November 2026", "words": "", "reason": "It is not."},
    "sign_in": OFFICE | {"to_name": NAME, "address": EMAIL, "path": "/desk/chscp/sign-in/0f7k", "minutes": 10},
    "contact": OFFICE
    | {
        "short_name": "CHSCP",
        "name": NAME,
        "phone": "020 7946 0011",
        "delegate": "Tom Plantedname",
        "entries": ["Line manager, Plantedagency"],
    },
    "tray": OFFICE | {"words": "Please read it.", "urgent": False, "path": "/desk/chscp/tray"},
    "trial": {"partnership": "CHSCP escalations", "to_name": "", "inbox": "escalations@chscp.example"},
}
PURPOSES = sorted(LETTERS.purposes())
OF_A_CASE = sorted(LETTERS.purposes() - WITHOUT_A_CASE.keys())


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


def letter(purpose: str, values: Mapping[str, Any] | None = None, **more: Any) -> EmailMessage:
    """A letter with every value that it may ask for. One without a case offers nothing and leads to no case."""
    alone = purpose in WITHOUT_A_CASE
    frame = replace(FRAME, status_url=None) if alone else FRAME
    given: dict[str, Any] = {"offers": () if alone else OFFERS, "to_name": NAME, "to_email": EMAIL, "frame": frame}
    raw = LETTERS.render(purpose, values or WITHOUT_A_CASE.get(purpose, VALUES), **given | more)
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
