"""A form of the desk that is sent twice (fault 66): the second press finds it done, and says so.

A form is the same one where the same officer sends the same words, with the same mark, to the same address. Other words
under the same mark are another form: its page says itself what became of them.
"""

import hashlib
import json
import secrets

from fastapi import Request
from sqlalchemy import select

from cases.casework import Casework
from cases.staff.officer import Officer
from cases.store import access
from cases.tables import codes
from web.csrf import FIELD
from web.posted import Posted
from web.site import Site

MARK = "mark"  # the hidden input; a form without it is never taken for one that was sent before


class Once:
    def __init__(self, site: Site, casework: Casework) -> None:
        self._site = site
        self._database = casework.database

    def new_mark(self) -> str:
        """For a page with a form on it; each page has its own."""
        return secrets.token_hex(16)

    def done_before(self, request: Request, officer: Officer, posted: Posted) -> bool:
        """Whether this officer sent this very form before, and it was acted on."""
        chosen = select(codes.c.subject).where(codes.c.subject == _subject(request, officer, posted))
        with self._database.read() as connection:
            return bool(posted.first(MARK)) and connection.execute(chosen).first() is not None

    def done(self, request: Request, partnership: str, officer: Officer, posted: Posted) -> None:
        """The form was acted on. Written down afterwards: what a fault kept from being done is never taken for done."""
        if posted.first(MARK):
            with self._database.write() as connection:
                access.is_first(connection, partnership, _subject(request, officer, posted), self._site.now())


def _subject(request: Request, officer: Officer, posted: Posted) -> str:
    sent = sorted((name, list(texts)) for name, texts in posted.fields.items() if name != FIELD)
    whole = json.dumps([officer.email.lower(), request.url.path, sent])
    return f"desk form:{hashlib.sha256(whole.encode()).hexdigest()}"
