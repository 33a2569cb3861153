"""The six-digit code that shows whose mailbox it is: sent by a button, typed on a page, the device then remembered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from fastapi import HTTPException, Request
from starlette.responses import Response

from cases.case import Case
from cases.casework import NO_PAGE, Casework, WrongCode
from cases.standing import View
from web.codes import CODE_FIELD, CODE_FORM, asker, keep_asker
from web.csrf import MESSAGE
from web.forms import Filled
from web.limits import Limit
from web.posted import Posted
from web.site import Site, masked, see, visitor

LIMITS: Mapping[str, Limit] = {
    "code sent": Limit(5, timedelta(minutes=30)),
    "code sent to one reader": Limit(20, timedelta(minutes=30)),
    "code sent to one visitor": Limit(30, timedelta(minutes=30)),
    "code tried": Limit(12, timedelta(minutes=30)),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a link is meant for: a party of a case. `link` is the link's path."""

    view: View
    who: str
    link: str

    @property
    def case(self) -> Case:
        return self.view.case

    @property
    def email(self) -> str:
        """The address that must be shown to be theirs."""
        return self.case.party(self.who).email


def is_known(site: Site, casework: Casework, request: Request, partnership: str, email: str) -> bool:
    """Whether this browser's user has shown that the mailbox is theirs."""
    now = site.now()
    return any(casework.remembers(partnership, email, each, now) for each in site.mailboxes(request))


def brake_sending(site: Site, request: Request, reader: str) -> None:
    """Counted for the visitor first: nobody alone comes to the limit that a reader has for everybody together."""
    site.brake("code sent", f"{reader}:{visitor(request)}")
    site.brake("code sent to one visitor", visitor(request))
    site.brake("code sent to one reader", reader)


def refuse_barred(view: View, email: str) -> None:
    """Nothing more of a case is shown to an address that business support has barred from it. Raises a 403."""
    if view.case.is_barred(email):
        raise HTTPException(403, NO_PAGE)


class Codes:
    """The steps between a link and what only its reader may see or do."""

    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._casework = casework

    def knows(self, request: Request, reader: Reader) -> bool:
        return is_known(self._site, self._casework, request, reader.case.partnership, reader.email)

    def send(self, request: Request, posted: Posted, reader: Reader, onward: str) -> Response:
        """A button asks for a code. On a device that is known already none is needed."""
        if not self._site.csrf.check(request, posted):
            return self._page(request, reader, CODE_FORM.blank().with_problem(MESSAGE), 403)
        if self.knows(request, reader):
            return see(onward)
        brake_sending(self._site, request, f"{reader.case.id}:{reader.who}")
        mark = asker(self._site, request)
        self._casework.send_code(reader.case.id, reader.who, self._site.now(), mark)
        response = see(f"{reader.link}/code")
        keep_asker(self._site, response, mark)
        return response

    def ask(self, request: Request, reader: Reader) -> Response:
        return self._page(request, reader, CODE_FORM.blank())

    def use(self, request: Request, posted: Posted, reader: Reader, onward: str) -> Response:
        """The code was typed. Right: the device is remembered; wrong: said so, and counted."""
        filled = CODE_FORM.read(posted)
        if not self._site.csrf.check(request, posted):
            return self._page(request, reader, filled.with_problem(MESSAGE), 403)
        if not filled.ok:
            return self._page(request, reader, filled, 400)
        self._site.brake("code tried", f"{reader.case.id}:{reader.who}:{visitor(request)}")
        try:
            code, mark = filled.text(CODE_FIELD), asker(self._site, request)
            device = self._casework.use_code(reader.case.id, reader.who, code, self._site.now(), mark)
        except WrongCode as error:
            return self._page(request, reader, filled.with_problem(str(error), CODE_FIELD), 400)
        response = see(onward)
        self._site.remember(request, response, device)
        return response

    def _page(self, request: Request, reader: Reader, filled: Filled, status: int = 200) -> Response:
        values = {
            "partnership": reader.view.partnership,
            "filled": filled,
            "to": masked(reader.email),
            "link": reader.link,
        }
        return self._site.page(request, "code", values, status)
