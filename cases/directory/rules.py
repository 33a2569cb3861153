"""What an entry of the directory must be like, whether it comes from a file or from the desk. Pure."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from cases.directory.directory import Agency, Person
from cases.mail.domains import meant
from cases.policy import Policy

KEY = re.compile(r"[a-z0-9_-]{1,60}")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}$)({_LABEL}\.)+{_LABEL}")
_LOCAL = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x20\x7f]{1,64}")
LONGEST_AWAY = 366  # days: longer, and somebody else holds the role


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one column of an entry, and how to put it right."""

    column: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}"


def wrong_with_agency(agency: Agency) -> Iterator[Wrong]:
    if not KEY.fullmatch(agency.key):
        yield Wrong(
            "agency",
            f"“{agency.key}” cannot be the short name of an agency.",
            "Use small letters, digits, - and _, such as city_hospital.",
        )
    if not agency.name:
        yield Wrong("agency_name", f"The agency “{agency.key}” has no name.", "Write its name in full.")
    for domain in agency.domains:
        if not _DOMAIN.fullmatch(domain):
            remedy = "Write the part after the @ of its addresses, such as hospital.example; several with spaces."
            yield Wrong("domains", f"“{domain}” is not the domain of e-mail addresses.", remedy)


def wrong_with_person(
    person: Person, policy: Policy, agencies: Collection[Agency], own: Collection[str]
) -> Iterator[Wrong]:
    """`own` are the addresses that this service reads or sends from, in small letters."""
    role = policy.roles.get(person.role)
    if not role:
        remedy = f"Use one of: {', '.join(policy.roles)}."
        yield Wrong("role", f"The policy has no role “{person.role}”.", remedy)
    elif role.of == "agency" and not person.agency:
        yield Wrong("agency", f"The role “{person.role}” belongs to an agency, and none is given.", "Name the agency.")
    elif role.of == "partnership" and person.agency:
        what = f"The role “{person.role}” is one of the partnership as a whole, and an agency is given."
        yield Wrong("agency", what, "Leave the agency empty.")
    if not person.name:
        yield Wrong("name", "The person has no name.", "Write the name as letters should address them.")
    yield from wrong_with_address(person.email, agencies, own)


def wrong_with_address(email: str, agencies: Collection[Agency], own: Collection[str]) -> Iterator[Wrong]:
    """Whether mail can go there, and is meant to."""
    local, _, domain = email.lower().rpartition("@")
    domains = [each for agency in agencies for each in agency.domains]
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        yield Wrong("email", f"“{email}” is not an e-mail address.", "Write it as name@hospital.example.")
    elif f"{local.partition('+')[0]}@{domain}" in own:
        remedy = "Enter the person's own mailbox."
        yield Wrong("email", f"{email} is an address of this service itself, which never writes to itself.", remedy)
    elif like := meant(domain, domains):
        what = f"The domain of {email} looks like {like}, and is not."
        yield Wrong("email", what, f"Correct it; if it is right, add {domain} to the agency's domains.")


def wrong_with_days(first: date | None, last: date | None, columns: tuple[str, str]) -> Iterator[Wrong]:
    """Both days of an absence or closure, the first not after the last."""
    if first is None and last is None:
        return
    if first is None or last is None:
        lacking = columns[0] if first is None else columns[1]
        yield Wrong(lacking, "Only one of the two days is given.", "Give the first and the last day.")
    elif last < first:
        yield Wrong(columns[1], "The last day is before the first.", "Correct one of them.")
    elif (last - first).days > LONGEST_AWAY:
        what = "It is longer than a year."
        yield Wrong(columns[1], what, "Correct the year; if it is right, enter who holds the role meanwhile.")
