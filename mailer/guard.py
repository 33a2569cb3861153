"""Checks before any hand-over: we never write to ourselves, and a demonstration writes to nobody real."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cases.case import BUSINESS_SUPPORT
from cases.staff.officer import STAFF
from mailer.errors import Refused

NO_ADDRESS = "it is not an address that mail can be sent to"
IN_TRIAL = "a trial runs, and it may go to the test person alone"
OURS = "it is one of this service's own addresses"
RESERVED = (".example", ".test", ".invalid", ".localhost")


@dataclass(frozen=True, slots=True)
class Trial:
    """Whom alone a partnership's letters may go to while a trial runs: the test person, and business support."""

    test_person: str
    business_support: str


class Guard:
    """`own` are the addresses that we poll or send from (decisions, "Own addresses"); `trials` those that run."""

    def __init__(
        self, own: Iterable[str], reserved_only: bool = False, trials: Mapping[str, Trial] | None = None
    ) -> None:
        self._own = {address.lower() for address in own}
        self._reserved_only = reserved_only
        self._trials = trials or {}

    def check(self, email: str, meant: str | None = None) -> None:
        """Raises Refused. `meant` is a registered domain that this unknown address seems to have been meant for."""
        local, _, domain = email.lower().rpartition("@")
        if not local or not domain or any(ord(letter) < 33 or letter == "\x7f" for letter in email):
            raise Refused("The address is not one that mail can be sent to.", NO_ADDRESS, address_fails=True)
        if f"{local.partition('+')[0]}@{domain}" in self._own:
            raise Refused("This is one of the service's own addresses: it never writes to itself.", OURS)
        if self._reserved_only and not f".{domain}".endswith(RESERVED):
            raise Refused("The demonstration writes only to made-up addresses, such as those that end in .example.")
        if meant:
            raise Refused("The address looks like a registered one, and is not.", _slipped(meant))

    def check_trial(self, partnership: str, to: str, recipient: str) -> None:
        """The last look at an envelope, whatever made it: in a trial it names the test person or staff. Raises Refused.

        `to` is whom the letter is for; a link to sign in goes to whoever of the staff list asked for it.
        """
        trial = self._trials.get(partnership)
        if not trial or to == STAFF:
            return
        allowed = trial.business_support if to == BUSINESS_SUPPORT else trial.test_person
        if recipient.lower() != allowed.lower():
            raise Refused("A trial runs: this letter may go to the test person alone.", IN_TRIAL)


def _slipped(meant: str) -> str:
    return (
        f"the address looks like one at {meant}, but is not: it may have been mistyped. If it is right, put it or its "
        "domain into the directory"
    )
