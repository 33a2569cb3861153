"""Who holds which role in which agency, who is away and what is closed: a snapshot that a decision looks at.

Days are local dates of the partnership, first and last day included. Addresses are compared in small letters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Agency:
    key: str
    name: str
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """A holder of a role. `agency` is empty for a role of the partnership as a whole.

    `delegate` is the address of whoever business support has registered to act for them.
    """

    role: str
    name: str
    email: str
    agency: str | None = None
    phone: str = ""
    delegate: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody is away, in every role that they hold."""

    email: str
    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which an agency (none: the partnership) does not work, such as a school's holidays."""

    agency: str | None
    first: date
    last: date
    name: str

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


class Directory:
    """One partnership's directory at one moment."""

    def __init__(
        self,
        agencies: Iterable[Agency],
        people: Iterable[Person],
        business_support: str,
        absences: Iterable[Away] = (),
        closures: Iterable[Closure] = (),
        former: Iterable[str] = (),
    ) -> None:
        """`former` are the addresses, in small letters, of those who once held a role here."""
        self.agencies = {agency.key: agency for agency in agencies}
        self.people = tuple(people)
        self.business_support = business_support
        self.absences = tuple(absences)
        self.closures = tuple(closures)
        self._former = frozenset(former)
        self._holders: dict[tuple[str, str | None], list[Person]] = {}
        for person in self.people:
            self._holders.setdefault((person.role, person.agency), []).append(person)
        self._people = {person.email.lower(): person for person in reversed(self.people)}
        self._domains = {domain.lower() for agency in self.agencies.values() for domain in agency.domains}

    def who(self, role: str, agency: str | None, day: date | None = None) -> Person | None:
        """The person to write to for a role; of several the first one entered, on a day the first who is there."""
        holders = self.holders(role, agency)
        there = (each for each in holders if day is None or not self.away(each.email, day))
        return next(there, None) or next(iter(holders), None)

    def holders(self, role: str, agency: str | None) -> tuple[Person, ...]:
        """Everybody who holds a role, in the order in which they were entered."""
        return tuple(self._holders.get((role, agency), ()))

    def person(self, email: str) -> Person | None:
        """Somebody by their address, in one of their roles."""
        return self._people.get(email.lower())

    def has_left(self, email: str) -> bool:
        """Whether somebody with this address stood here and holds no role any more."""
        return email.lower() in self._former and email.lower() not in self._people

    def away(self, email: str, day: date) -> Away | None:
        """The absence that somebody is in on a day; where another begins as it ends, to the end of that one."""
        theirs = [each for each in self.absences if each.email.lower() == email.lower()]
        found = next((each for each in theirs if each.covers(day)), None)
        while found:
            longer = next((each for each in theirs if _goes_on(found, each)), None)
            if not longer:
                return found
            found = Away(found.email, found.first, longer.last)
        return None

    def closed(self, agency: str | None, day: date) -> Closure | None:
        """The closure that an agency is in on a day."""
        return next((each for each in self.closures if each.agency == agency and each.covers(day)), None)

    def stand_in(self, email: str, day: date) -> Person | None:
        """Who acts for somebody on a day of their absence: the registered delegate, unless away as well."""
        holder = self.person(email)
        delegate = self.person(holder.delegate) if holder and holder.delegate else None
        absent = delegate is None or not self.away(email, day) or self.away(delegate.email, day)
        return None if absent else delegate

    def may_write_to(self, email: str) -> bool:
        """Letters go only to people of the directory or to registered domains of partner agencies."""
        return email.lower() in self._people or email.lower().rpartition("@")[2] in self._domains

    def agency_of(self, email: str) -> str | None:
        """The agency of a person of the directory, else the one whose registered domain it is."""
        low = email.lower()
        person = next((each for each in self.people if each.email.lower() == low and each.agency), None)
        domain = low.rpartition("@")[2]
        owner = (each.key for each in self.agencies.values() if domain in [known.lower() for known in each.domains])
        return person.agency if person else next(owner, None)

    def name_of(self, email: str) -> str:
        """The name of the person with this address; empty where nobody has it."""
        found = self.person(email)
        return found.name if found else ""

    def agency_name(self, key: str | None) -> str:
        return self.agencies[key].name if key in self.agencies else key or ""


def _goes_on(found: Away, other: Away) -> bool:
    return other.first <= found.last + timedelta(days=1) and other.last > found.last
