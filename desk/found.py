"""A case that a page of the desk is about: found by its reference, and who looked at it written down."""

from fastapi import HTTPException, Request

from cases.casework import Casework
from cases.reading import Reading
from cases.staff.looks import Looks
from cases.staff.officer import Officer, Right
from cases.standing import View
from desk.entry import Door
from web.site import Site

DONE = "?done=1"  # after the address of a case: its page says what this officer did there last


class CaseDoor:
    """The desk's door, and behind it one case."""

    def __init__(self, site: Site, casework: Casework, reading: Reading) -> None:
        self._site = site
        self._reading = reading
        self._looks = Looks(casework)
        self._door = Door(site, casework)

    def enter(self, request: Request, partnership: str, reference: str, right: Right = "see") -> tuple[Officer, View]:
        """Who it is, and the case; that they looked at it is written down, except where it shows nothing of itself.

        Raises HTTPException(404) for a case that is not there, was erased, or is another partnership's.
        """
        officer = self._door.enter(request, partnership, right)
        view = self._reading.by_reference(partnership, reference, self._site.now())
        if not view:
            raise HTTPException(404)
        if not view.case.confidential:
            self._looks.note(view.case, officer, self._site.now())
        return officer, view
