"""A letter as it is sent: the templates of its purpose, filled with the values of a case, as bytes for a transport.

`templates/letters/<purpose>/` holds `subject.txt`, `body.txt` and `body.html`. A template that asks for a value which
was not given is an error, so that no letter goes out with a hole in it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.utils import format_datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, UndefinedError
from markupsafe import Markup, escape

from cases.verbs.decision import Offer
from mailer import mime
from mailer.headers import HeaderError, address, check, display_name, header, identifier, references
from mailer.invitation import invitation

FILES = ("subject.txt", "body.txt", "body.html")
OF_SEVERAL_LINES = frozenset({"concern", "wanted", "text", "full_concern", "words"})
TRIAL = "[Trial] "
LONGEST_LINK = 1_900  # Outlook and Windows cut a link off a little above two thousand characters
_PLAIN_MARKS = str.maketrans({'"': "'", "“": "'", "”": "'", "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})
JOINERS = "\u200c\u200d"


class LetterError(ValueError):
    """A letter that cannot be made. Names the purpose and what is missing, nothing of its content."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What sending adds to a letter. `date` is aware; `reply_to` carries the token where the inbox allows it."""

    message_id: str
    sender_name: str
    sender: str
    reply_to: str
    token: str
    page_url: str | None
    status_url: str | None
    site_url: str  # where our pages are, without a slash at its end
    date: datetime
    references: tuple[str, ...]
    automatic: Literal["auto-generated", "auto-replied"]
    suppress: str
    loop_mark: str
    trial: str = ""  # what it says at its top while a trial runs
    goes_to: str = ""  # the address that it goes to in a trial; empty: its reader's own


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A text that goes with a letter, as an attached file."""

    name: str
    text: str


class Letters:
    """The letters of a folder of templates. Every template is read at once, so that a broken one is known at start."""

    def __init__(self, folder: Path) -> None:
        self._environment = _environment(folder)
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
        places = (path.name for path in folder.iterdir() if path.is_dir())
        self._purposes = frozenset(name for name in places if not name.startswith("_"))
        for purpose in self._purposes:
            self._templates(purpose)

    def purposes(self) -> frozenset[str]:
        return self._purposes

    def render(
        self,
        purpose: str,
        values: Mapping[str, Any],
        offers: Sequence[Offer],
        to_name: str,
        to_email: str,
        frame: Frame,
        enclosed: Enclosure | None = None,
    ) -> bytes:
        """The letter as MIME bytes with CRLF, to one person. Raises LetterError."""
        with _said_of(purpose):
            subject, text, html = self._parts(purpose, values, offers, to_name, to_email, frame)
            goes_to = frame.goes_to or to_email
            calendar = _invitation(values, to_name, goes_to, frame)
            return _message(subject, text, html, to_name, goes_to, frame, enclosed, calendar)

    def drawn(
        self,
        purpose: str,
        values: Mapping[str, Any],
        offers: Sequence[Offer],
        to_name: str,
        to_email: str,
        frame: Frame,
    ) -> tuple[str, str, str]:
        """Subject, text and HTML alone, for somebody who looks at a letter before it is sent. Raises LetterError."""
        with _said_of(purpose):
            return self._parts(purpose, values, offers, to_name, to_email, frame)

    def _parts(
        self,
        purpose: str,
        values: Mapping[str, Any],
        offers: Sequence[Offer],
        to_name: str,
        to_email: str,
        frame: Frame,
    ) -> tuple[str, str, str]:
        if purpose not in self._purposes:
            raise LetterError(f"There is no letter {purpose}.")
        subject, text, html = self._templates(purpose)
        given = {"to_name": to_name} | dict(values)
        context = _cleaned(given) | {
            "offers": [replace(offer, word=_line(offer.word), title=_line(offer.title)) for offer in offers],
            "yours": given.get("raiser") in (given["to_name"], to_email),
            "page_url": frame.page_url,
            "status_url": frame.status_url,
            "site_url": frame.site_url,
            "trial": frame.trial,
            "token": frame.token,
        }
        context["subject"] = f"{TRIAL if frame.trial else ''}{_line(subject.render(context))}"
        context["mailto"] = partial(_mailto, frame, context["subject"])
        return context["subject"], _tidy(text.render(context)), self._inliner.inline(html.render(context))

    def _templates(self, purpose: str) -> list[Any]:
        try:
            return [self._environment.get_template(f"{purpose}/{file}") for file in FILES]
        except TemplateNotFound as error:
            raise LetterError(f"The letter {purpose} has no template {error.name}.") from None


@contextmanager
def _said_of(purpose: str) -> Iterator[None]:
    """Whatever is wrong with a letter is said of its purpose, without its content."""
    try:
        yield
    except UndefinedError as error:
        raise LetterError(f"The letter {purpose} lacks a value: {error.message}.") from None
    except HeaderError as error:
        raise LetterError(f"The letter {purpose} cannot be sent: {error}.") from None
    except (AttributeError, KeyError, TypeError) as error:
        raise LetterError(f"The letter {purpose} has a value of the wrong kind: {type(error).__name__}.") from None


def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= _FILTERS
    return environment


def _invitation(values: Mapping[str, Any], to_name: str, to_email: str, frame: Frame) -> str:
    """The invitation to a meeting that the letter tells of; empty where it tells of none."""
    meeting = values.get("meeting")
    if not meeting:
        return ""
    organiser, reader = (display_name(frame.sender_name), frame.sender), (display_name(to_name), to_email)
    return invitation(meeting, values["reference"], organiser, reader, frame.date)


def _message(
    subject: str,
    text: str,
    html: str,
    to_name: str,
    to_email: str,
    frame: Frame,
    enclosed: Enclosure | None,
    calendar: str,
) -> bytes:
    headers = list(_headers(subject, to_name, to_email, frame))
    head = "".join(header(name, value) for name, value in headers)
    raw = head.encode("ascii") + b"MIME-Version: 1.0\r\n" + _content(text, html, calendar, enclosed, frame.token)
    check(raw, {name: value if isinstance(value, str) else value.addr_spec for name, value in headers})
    return raw


def _content(text: str, html: str, calendar: str, enclosed: Enclosure | None, token: str) -> bytes:
    """The parts. "=_" cannot stand in quoted-printable text or in base64, so none of them can hold the boundary."""
    parts = [mime.text("plain", text), mime.text("html", html)]
    if calendar:
        parts.append(mime.calendar(calendar))
    shown = mime.together("alternative", f"=_{token}", parts)
    if not enclosed:
        return shown
    return mime.together("mixed", f"=_{token}_mixed", [shown, mime.attached(enclosed.name, enclosed.text)])


def _headers(subject: str, to_name: str, to_email: str, frame: Frame) -> Iterable[tuple[str, str | Address]]:
    yield "From", address(frame.sender_name, frame.sender)
    yield "To", address(to_name, to_email)
    yield "Reply-To", address("", frame.reply_to)
    yield "Subject", subject
    yield "Date", format_datetime(frame.date.astimezone(UTC))
    yield "Message-ID", identifier(frame.message_id)
    before = references(frame.references)
    if before:
        yield "In-Reply-To", before[-1]
        yield "References", " ".join(before)
    yield "Auto-Submitted", frame.automatic
    yield "X-Auto-Response-Suppress", frame.suppress
    yield "X-Answerable-Loop", frame.loop_mark


def _mailto(frame: Frame, subject: str, first_lines: str) -> str:
    """A link that opens a reply (RFC 6068). It bears our mark, since a new message has neither quote nor threading.

    Of lines too many for a mail program the last are left out: the letter names them all.
    """
    lines = first_lines.split("\n")
    while len(link := _reply_link(frame, subject, lines)) > LONGEST_LINK and len(lines) > 1:
        lines.pop()
    return link


def _reply_link(frame: Frame, subject: str, lines: Sequence[str]) -> str:
    body = "\r\n".join([*lines, "", "", "", f"Our mark: {frame.token}"])
    return f"{_address_link(frame.reply_to)}?subject={_in_link(f'Re: {subject}')}&body={_in_link(body)}"


def _in_link(text: str) -> str:
    """Percent-encoded whole, a space as %20: a plus would stay a plus. Old Outlooks end a link at a double quotation
    mark however it is written, and read what is not ASCII in the machine's own code page."""
    return quote(text.translate(_PLAIN_MARKS), safe="")


def _address_link(email: str) -> str:
    # The plus is written %2B: web mail reads a bare one as a space.
    return f"mailto:{quote(email, safe='@')}"


def _cleaned(value: Any, name: str = "") -> Any:
    """The value without characters that are not seen; of several lines only where a person wrote at length."""
    if isinstance(value, str):
        return _lines(value) if name in OF_SEVERAL_LINES else _line(value)
    if isinstance(value, Mapping):
        return {key: _cleaned(each, key) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(each, name) for each in value]
    return value


def _line(text: str) -> str:
    return " ".join(_seen(" ".join(text.split())).split())


def _lines(text: str) -> str:
    return "\n".join(_line(line) for line in text.splitlines()).strip()


def _seen(text: str) -> str:
    if text.isprintable():  # then none of these is in it
        return text
    hidden = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return "".join(letter for letter in text if letter in JOINERS or unicodedata.category(letter) not in hidden)


def _tidy(text: str) -> str:
    """Without trailing spaces, and never more than one empty line."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _due_day(due: str) -> str:
    return due.partition(": ")[0]


def _working(due: str) -> str:
    return _capital(due.partition(": ")[2])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _with_colon(label: str) -> str:
    return label if label.endswith(("?", ":")) else f"{label}:"


def _cite(words: str, cited: str) -> str:
    """The words with their clause in brackets, before the full stop."""
    return f"{words[:-1]} ({cited})." if words.endswith(".") else f"{words} ({cited})"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


def _broken(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


_FILTERS: Mapping[str, Callable[..., Any]] = {
    "due_day": _due_day,
    "working": _working,
    "capital": _capital,
    "with_colon": _with_colon,
    "cite": _cite,
    "indented": _indented,
    "broken": _broken,
    "address_link": _address_link,
}
