"""A mail that a page of the desk is about: found by its id, with the others of its thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import HTTPException, Request
from starlette.responses import Response

from cases.case import Party
from cases.casework import Casework
from cases.reading import Reading
from cases.staff.looks import Looks
from cases.staff.officer import Officer, Right
from cases.store.inbox import Received
from cases.working_time import late_after
from desk.entry import Door
from desk.mail_looks import known_at, warning
from desk.mail_shown import in_list, shown
from web.site import Site

GONE = "This mail has left the tray meanwhile, and now says: {}. Nothing was recorded of what you pressed."

MINE = "You have dealt with this mail, and that stands. It now says: {}. What you pressed now was not recorded as well."


@dataclass(frozen=True, slots=True)
class MailLine:
    """A mail in the tray: as it may be seen, and until when a person is to have read it."""

    mail: Received
    read: Mapping[str, str]
    due: datetime
    late: bool


class MailDoor:
    """The desk's door, and behind it one mail."""

    def __init__(self, site: Site, casework: Casework, reading: Reading) -> None:
        self._site = site
        self._casework = casework
        self._reading = reading
        self._looks = Looks(casework)
        self._door = Door(site, casework)

    def enter(self, request: Request, partnership: str, mail_id: str, right: Right = "see") -> tuple[Officer, Received]:
        """Who it is, and the mail. Raises HTTPException(404) for one that is not there or is another partnership's.

        Of a mail that was kept with a case it is written down who looked at the case.
        """
        officer = self._door.enter(request, partnership, right)
        mail = self._reading.mail(partnership, mail_id)
        if not mail:
            raise HTTPException(404)
        view = self._reading.find(mail.case_id, self._site.now()) if mail.case_id else None
        if view and not view.case.confidential:
            self._looks.note(view.case, officer, self._site.now())
        return officer, mail

    def open(self, request: Request, partnership: str, mail_id: str, right: Right = "see") -> tuple[Officer, Received]:
        """As `enter`, for what shows or uses the words of a mail: those on a confidential case stay closed (403)."""
        officer, mail = self.enter(request, partnership, mail_id, right)
        if self._reading.confidential_cases(mail, self._site.now()):
            raise HTTPException(403, "This mail is on a confidential case: the named person alone reads it.")
        return officer, mail

    def lines(self, partnership: str, mails: Sequence[Received], *, whole: bool = True) -> list[MailLine]:
        """The mails as they may be seen; in a list without their words (not `whole`)."""
        now = self._site.now()
        with self._casework.database.read() as connection:
            calendar = self._casework.calendar(connection, partnership)
        seen = [shown(self._reading, each, now) for each in mails] if whole else in_list(self._reading, mails, now)
        known = known_at(self._casework, partnership, self._parties(mails[0]) if whole and mails else ())
        seen = [read | {"warning": warning(read["From"], known)} for read in seen]
        both = zip(mails, seen, strict=True)
        return [_line(each, read, late_after(calendar, each.received_at), now) for each, read in both]

    def _parties(self, mail: Received) -> Sequence[Party]:
        """Who is on the case that a mail is most likely about; nobody where that is confidential."""
        likely = self._reading.likely_cases(mail, self._site.now())[:1]
        views = [self._reading.by_reference(mail.partnership, each.reference, self._site.now()) for each in likely]
        return [party for view in views if view and not view.case.confidential for party in view.case.parties]

    def about(self, mail: Received) -> dict[str, Any]:
        """What every page about one mail is given."""
        return {
            "partnership": self._door.office(mail.partnership).loaded.policy.partnership.name,
            "key": mail.partnership,
            "here": "Tray",
            "mail": mail,
            "line": self.lines(mail.partnership, [mail])[0],
        }

    def gone(self, request: Request, mail: Received, officer: Officer) -> Response:
        """The page that says that somebody else was faster, or the officer themselves on another page."""
        now_it_says = self._reading.mail(mail.partnership, mail.id)
        said = (now_it_says.why if now_it_says else "").rstrip(".") or "it was dealt with"
        mine = said.endswith(f". By {officer.name}")
        values = self.about(now_it_says or mail) | {"said": (MINE if mine else GONE).format(said), "mine": mine}
        return self._site.page(request, "desk/tray_gone", values, 409)


def _line(mail: Received, read: Mapping[str, str], due: datetime, now: datetime) -> MailLine:
    return MailLine(mail, read, due, mail.state == "tray" and due <= now)
