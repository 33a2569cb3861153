"""What the daily digest is made of, as found, and what it comes to: values only, the same for the letter and the page.

Nothing in them says whom a case is about (guarantees, D36). Moments are aware UTC, days local days of the partnership.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from cases.working_time import Calendar


@dataclass(frozen=True, slots=True)
class Found:
    """A case as its plain columns show it, in words. `silent` says who has not answered, where that was looked up."""

    reference: str
    confidential: bool
    stage: str
    agencies: str
    at: datetime | None = None  # when it is due, was opened, or was closed
    silent: str = ""


@dataclass(frozen=True, slots=True)
class Chore:
    """An open task."""

    reference: str
    confidential: bool
    key: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A clock that is looked at today, and what that does."""

    reference: str
    does: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tray:
    count: int = 0
    late: int = 0  # waits for longer than to the end of the next working day
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unsent:
    """What of the letters has not left; lost are those refused or returned since the last digest."""

    held: int = 0
    waiting: int = 0
    uncertain: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class MailIn:
    """The daily reconciliation of one mailbox."""

    name: str
    older: int
    stored: int
    judged: int
    in_tray: int
    to_move: int
    polled_at: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class Down:
    """A time in which the service did not run, or by which the computer's clock was changed."""

    kind: str  # "stopped", "jumped"
    since: datetime
    until: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class Witness:
    """The checkpoint of the record: whoever has this letter can show that no case was changed or removed since."""

    day: date
    hash: str
    cases: int


@dataclass(frozen=True, slots=True)
class Some:
    """The first few of what was found, and how many there are in all."""

    first: Sequence[Found] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that the digest of one day is made of."""

    short_name: str
    now: datetime
    since: datetime
    calendar: Calendar
    said: datetime | None = None  # up to when earlier digests have told; nothing where there is none
    chores: Sequence[Chore] = ()  # the pressing ones: the worst first, and then the new ones
    pressing: int = 0  # how many of those there are in all
    fresh: int = 0  # how many of them no digest has named yet
    lesser: int = 0
    tray: Tray = Tray()
    overdue: Some = Some()
    soon: Some = Some()
    steps: Sequence[Step] = ()
    steps_in_all: int = 0
    opened: Some = Some()
    closed: Some = Some()
    unsent: Unsent = Unsent()
    mailboxes: Sequence[MailIn] = ()
    downs: Sequence[Down] = ()
    missed: Some = Some()
    without_digest: Sequence[date] = ()  # working days since the last one
    last_late: str = ""  # what became of the last digest, where it did not arrive in time
    contacts: Sequence[str] = ()
    coverage: Sequence[str] = ()
    witness: Witness | None = None
    statuses: Mapping[str, int] | None = None  # cases that are not closed, by status
    next_due: Found | None = None
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line; the reference is empty where it is about no case."""

    words: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: str
    lines: tuple[Line, ...] = ()
    more: int = 0  # further ones, at the desk
    note: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """What the letter and the page show. `needs` counts what needs a person today, `urgent` what of
    it cannot wait; `top` says the most important."""

    short_name: str
    day: date
    needs: int
    urgent: int
    top: tuple[str, ...]
    sections: tuple[Section, ...]
