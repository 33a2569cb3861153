"""`answerable staff`: the staff list from the server, where no manager can sign in any more (E71)."""

from collections.abc import Iterator

from answerable.wiring import Service
from cases.staff.officer import TITLES
from cases.staff.staff_list import NotOnList, StaffList

BY = "the command line"


def listed(service: Service, partnership: str) -> Iterator[str]:
    """Who is on the list, a line each."""
    for each in StaffList(service.casework).now(partnership):
        yield f"{each.email}  {each.name}  {each.role}  since {each.at:%Y-%m-%d}  by {each.by}"
    yield f"{service.casework.partnerships[partnership].business_support}  can always sign in, as manager."


def put(service: Service, partnership: str, email: str, name: str, role: str) -> str:
    """Put somebody on the list, or give them another name or role. Raises NotOnList."""
    known = next((each for each in TITLES if each == role), None)
    if known is None:
        raise NotOnList(f"{role} is not a role. The roles are: {', '.join(TITLES)}.")
    StaffList(service.casework).put(partnership, email, name, known, BY, service.now())
    return f"{email} may sign in to the desk of {partnership}, as {known}."


def take_off(service: Service, partnership: str, email: str) -> str:
    """Raises NotOnList."""
    StaffList(service.casework).take_off(partnership, email, BY, service.now())
    return f"{email} may no longer sign in to the desk of {partnership}."
