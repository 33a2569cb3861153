"""Checks before any hand-over: we never write to ourselves, and a demonstration writes to nobody real."""

from collections.abc import Iterable

from mailer.errors import Refused

NO_ADDRESS = "it is not an address that mail can be sent to"
OURS = "it is one of this service's own addresses"
RESERVED = (".example", ".test", ".invalid", ".localhost")


class Guard:
    """`own` are the addresses that we poll or send from (decisions, "Own addresses")."""

    def __init__(self, own: Iterable[str], reserved_only: bool = False) -> None:
        self._own = {address.lower() for address in own}
        self._reserved_only = reserved_only

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


def _slipped(meant: str) -> str:
    return (
        f"the address looks like one at {meant}, but is not: it may have been mistyped. If it is right, put it or its "
        "domain into the directory"
    )
