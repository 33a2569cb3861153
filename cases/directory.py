"""Who holds which role in which agency: a snapshot that a decision looks at."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Agency:
    key: str
    name: str
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A holder of a role. `agency` is empty for a role of the partnership as a whole."""

    role: str
    name: str
    email: str
    agency: str | None = None
    phone: str = ""


class Directory:
    """One partnership's directory at one moment."""

    def __init__(self, agencies: Iterable[Agency], people: Iterable[Person], business_support: str) -> None:
        self.agencies = {agency.key: agency for agency in agencies}
        self.people = tuple(people)
        self.business_support = business_support
        self._holders = {(person.role, person.agency): person for person in reversed(self.people)}
        self._emails = {person.email.lower() for person in self.people}
        self._domains = {domain.lower() for agency in self.agencies.values() for domain in agency.domains}

    def who(self, role: str, agency: str | None) -> Person | None:
        """The person to write to for a role; the first one entered where several hold it."""
        return self._holders.get((role, agency))

    def may_write_to(self, email: str) -> bool:
        """Letters go only to people of the directory or to registered domains of partner agencies."""
        return email.lower() in self._emails or email.lower().rpartition("@")[2] in self._domains

    def agency_of(self, email: str) -> str | None:
        """The agency of a person of the directory, else the one whose registered domain it is."""
        low = email.lower()
        person = next((each for each in self.people if each.email.lower() == low and each.agency), None)
        domain = low.rpartition("@")[2]
        owner = (each.key for each in self.agencies.values() if domain in [known.lower() for known in each.domains])
        return person.agency if person else next(owner, None)

    def name_of(self, email: str) -> str:
        """The name of the person with this address; empty where nobody has it."""
        return next((each.name for each in self.people if each.email.lower() == email.lower()), "")

    def agency_name(self, key: str | None) -> str:
        return self.agencies[key].name if key in self.agencies else key or ""
