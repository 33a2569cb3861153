"""Who works at a partnership's desk, and what each may do there. Values only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Right = Literal["see", "work", "manage"]
Role = Literal["reader", "support", "manager"]

STAFF = "staff"  # whom a letter to an officer goes to, as BUSINESS_SUPPORT is the partnership's own address
TITLES: dict[Role, str] = {"reader": "Reader", "support": "Business support", "manager": "Manager"}
_MAY: dict[Role, tuple[Right, ...]] = {
    "reader": ("see",),
    "support": ("see", "work"),
    "manager": ("see", "work", "manage"),
}


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody of the staff list. `name` is what the record says of who did a thing."""

    name: str
    email: str
    role: Role

    def may(self, right: Right) -> bool:
        """Read; work on cases, mail and the directory; or manage the staff list as well."""
        return right in _MAY[self.role]

    @property
    def title(self) -> str:
        return TITLES[self.role]


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the staff list: from `at` on somebody has this role, or none any more."""

    email: str
    name: str
    role: Role | None
    at: datetime
    by: str
    id: int = 0  # of the line, once it is stored


def on_list(changes: Iterable[Change]) -> list[Change]:
    """The list as it stands after these changes (oldest first): each officer's last line, by name."""
    last = {each.email: each for each in changes}
    return sorted((each for each in last.values() if each.role), key=lambda each: (each.name.lower(), each.email))


def same(email: str) -> str:
    """An address in the one spelling in which addresses of the list are compared."""
    return email.strip().lower()
