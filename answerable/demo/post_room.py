"""The post room's pages: every letter that went out, and a reply to any of them as the person who got it."""

import html
import re
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from answerable.demo import replies
from answerable.demo.demo import Demo
from answerable.demo.letters import Letters, PostedLetter
from answerable.demo.site_pages import bar
from cases.holidays import LONDON
from cases.verbs.decision import Offer
from web.csrf import MESSAGE
from web.fields import DATE_PARTS, Field
from web.forms import Filled, Form
from web.security import letter_page
from web.site import Sent, Site, see

OWN = "own"
# Words to begin with, so that a newcomer can answer with one press; anybody may write others.
READY_WORDS = {
    "hand_over": "My colleague in the next team holds this case now.",
    "question": "Who else has been told about this?",
    "give": "We visited twice, rang three times, and wrote on both occasions. The notes are on the child's file.",
    "object": "What was agreed has not been done.",
    "go_on": "They could not be reached, and the child cannot wait.",
    "divert": "The part about the missed visits can go on.",
    "settle": "Both managers confirmed it by telephone.",
}
READY_OUTCOMES = {
    "resolves": "We talked it through, and agreed a joint visit this week and a review after a month.",
    "ends": "The decision came in writing today.",
}
OTHER_OUTCOME = "We talked it through and still see it differently: the child's plan leaves too much to chance."
_MAILTO = re.compile(r'href="mailto:([^"]*)"')


def routes(demo: Demo, site: Site, letters: Letters) -> APIRouter:
    pages = _PostRoom(demo, site, letters)
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/demo/post-room", pages.all, methods=["GET"])
    router.add_api_route("/demo/post-room/{id}", pages.one, methods=["GET"])
    router.add_api_route("/demo/post-room/{id}/html", pages.html, methods=["GET"])
    router.add_api_route("/demo/post-room/{id}", pages.answer, methods=["POST"])
    return router


class _PostRoom:
    def __init__(self, demo: Demo, site: Site, letters: Letters) -> None:
        self._demo = demo
        self._site = site
        self._letters = letters

    def all(self, request: Request, case: str = "", to: str = "", waits: str = "") -> Response:
        everything = self._letters.all()
        chosen = [each for each in everything if case in ("", each.reference) and to in ("", each.sent.recipient)]
        shown = [each for each in chosen if not waits or each.standing == "waits"]
        values = {
            "days": _by_day(shown),
            "chosen": {"case": case, "to": to, "waits": waits},
            "counts": {"all": len(chosen), "waits": sum(each.standing == "waits" for each in chosen)},
            "cases": sorted({each.reference for each in everything if each.reference}),
            "people": sorted({(each.stored.name, each.sent.recipient) for each in everything}),
            "none_yet": not everything,
        }
        return self._site.page(request, "demo/post_room", bar(self._demo, everything) | values)

    def one(self, request: Request, id: str, write: str = "", mail: str = "") -> Response:
        own = _form(OWN, None).blank({f"text-{OWN}": write})
        return self._shown(request, self._letter(id), {OWN: own}, OWN if write else "", mail)

    def html(self, id: str) -> Response:
        return letter_page(_framed(self._letter(id)))

    def answer(self, request: Request, id: str, posted: Sent) -> Response:
        letter, choice = self._letter(id), posted.first("choice")
        offer = letter.choices.get(choice)
        if offer is None and choice != OWN:
            raise HTTPException(400, "This answer is not open any more. Open the letter again to see which ones are.")
        filled = _form(choice, offer).read(posted)
        if not self._site.csrf.check(request, posted):
            filled = filled.with_problem(MESSAGE)
        if not filled.ok:
            return self._shown(request, letter, {choice: filled}, choice, status=400)
        mail = replies.answer(self._demo, letter, _words(choice, offer, filled))
        return see(f"/demo/post-room/{id}?mail={mail.id}#main")

    def _shown(
        self,
        request: Request,
        letter: PostedLetter,
        forms: Mapping[str, Filled],
        opened: str,
        mail: str = "",
        status: int = 200,
    ) -> Response:
        blank = {choice: self._ready(letter, choice, offer) for choice, offer in letter.choices.items()}
        values: dict[str, Any] = {
            "letter": letter,
            "forms": {OWN: _form(OWN, None).blank()} | blank | dict(forms),
            "opened": opened,
            "mail": self._demo.service.reading.mail(letter.stored.partnership, mail) if mail else None,
        }
        return self._site.page(request, "demo/letter", bar(self._demo, self._letters.all()) | values, status)

    def _ready(self, letter: PostedLetter, choice: str, offer: Offer) -> Filled:
        day = self._demo.time().astimezone(LONDON).date() + timedelta(days=2)
        parts = {f"day-{choice}-{part}": str(getattr(day, part)) for part in DATE_PARTS}
        return _form(choice, offer).blank({f"text-{choice}": self._ready_words(letter, offer)} | parts)

    def _ready_words(self, letter: PostedLetter, offer: Offer) -> str:
        does, _, what = offer.does.partition(":")
        if not {"text", "remark"} & set(offer.needs):
            return ""
        if does != "outcome":
            return READY_WORDS.get(does, "")
        policy = self._demo.service.casework.partnerships[letter.stored.partnership].loaded.policy
        return READY_OUTCOMES.get(policy.outcomes[what].effect, OTHER_OUTCOME)

    def _letter(self, id: str) -> PostedLetter:
        letter = self._letters.one(id)
        if not letter:
            raise HTTPException(404, "There is no such letter. The post room lists all of them.")
        return letter


def _by_day(letters: list[PostedLetter]) -> list[tuple[date, list[PostedLetter]]]:
    days = groupby(letters, key=lambda each: each.sent.at.astimezone(LONDON).date())
    return [(day, list(found)) for day, found in days]


def _form(choice: str, offer: Offer | None) -> Form:
    """The fields that an answer needs, named apart from those of the other answers; own words need only words."""
    if offer is None:
        return Form([Field(f"text-{choice}", "Your reply", "textarea", required=True, missing="Write the reply first")])
    needed = [Field(f"day-{choice}", "Which date?", "date", required=True)] if "date" in offer.needs else []
    words = Field(f"text-{choice}", "In a few words", "textarea", required="text" in offer.needs, rows=3)
    return Form([*needed, words])


def _words(choice: str, offer: Offer | None, filled: Filled) -> str:
    text = filled.text(f"text-{choice}")
    if offer is None:
        return text
    return replies.offered(offer, text, filled.day(f"day-{choice}") if "date" in offer.needs else None)


def _framed(letter: PostedLetter) -> str:
    """The HTML as sent, but for its links: they open in the whole window, and a ready-written reply opens here."""
    here = _MAILTO.sub(lambda found: _link(letter, html.unescape(found[1])), letter.sent.html)
    return here.replace("<head>", '<head><base target="_top">', 1)


def _link(letter: PostedLetter, mailto: str) -> str:
    body = parse_qs(urlsplit(f"mailto:{mailto}").query).get("body", [""])[0]
    if not body:
        return ""
    written = body.replace("\r\n", "\n")
    return f'href="/demo/post-room/{letter.sent.id}?write={quote(written, safe="")}#own"'
