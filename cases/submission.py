"""What comes in: an escalation as it was sent, and an answer as it was given. Values only; nothing is judged here."""

from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

from cases.policy import Facts


@dataclass(frozen=True, slots=True)
class Submission:
    """An escalation as the raiser sent it. Only the e-mail address is needed; everything else may be asked for."""

    email: str
    name: str = ""
    job: str = ""
    phone: str = ""
    agency: str = ""  # key of the directory, or what the raiser wrote
    other_agency: str = ""
    other_name: str = ""
    other_email: str = ""
    child: str = ""  # initials
    child_numbers: str = ""  # the agencies' own case numbers
    concern: str = ""
    wanted: str = ""
    starts_at: str = ""  # stage key, where the first stages have been tried already
    track: str = ""
    immediate_harm: bool = False
    diversions: tuple[str, ...] = ()
    signposts: tuple[str, ...] = ()  # shown to the raiser, who goes on
    answers: Facts = field(default_factory=dict)  # the policy's own questions


@dataclass(frozen=True, slots=True)
class Unread:
    """An answer that does not fit its question: kept as it was written, and asked for again."""

    key: str  # of the fact that it would be
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """How an escalation came in, and what the program noticed about it. Without more: by our own form."""

    via: Literal["form", "lines", "words", "api"] = "form"
    message: str = ""  # id of the stored mail
    verified: bool = False  # our own mail server vouches for the sender
    harm_words: tuple[str, ...] = ()  # words of immediate harm that the program found in free text
    unread: tuple[Unread, ...] = ()
    attachments: tuple[str, ...] = ()  # names, for showing only
    left_out: bool = False  # it holds other people's mail that was not taken over
    also_to: tuple[str, ...] = ()  # names of other partnerships whose inbox the mail was addressed to
    entered_by: str = ""  # the officer who opened it from a mail of the tray
    spoken: bool = False  # the officer has spoken to the raiser, who means it as an escalation


BY_FORM = Arrival()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an answer came from: a message, a page, or a person who took it down."""

    via: str  # "reply", "page", "telephone", "desk"
    message: str | None = None  # id of the stored message
    by: str | None = None  # who recorded it, where it was not the party
    reason: str = ""
    read: str = ""  # "prose" where it was read from plain sentences and not from an offered word
    words: str = ""  # the very sentences that it was read from


@dataclass(frozen=True, slots=True)
class Answer:
    """What a party says: one of the offered answers, with the text and date that came with it."""

    does: str  # the offer's key, e.g. "outcome:resolved"
    about: str  # what it concerns: a stage row, a clock, something asked
    text: str = ""
    day: date | None = None
    evidence: Evidence = Evidence(via="page")
    at: time | None = None  # local time of a meeting, where one was named


@dataclass(frozen=True, slots=True)
class Deputy:
    """Whom an absence text names instead, as far as it does."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """What an automatic reply says of an absence. A proposal for a person at business support, never acted on alone."""

    words: str  # the text as it came, shortened
    back_on: date | None = None  # the first day back, where the text gives one
    deputies: tuple[Deputy, ...] = ()
