"""Checks before any hand-over: we never write to ourselves, and a demonstration writes to nobody real."""

from collections.abc import Iterable

from mailer.errors import Refused

RESERVED = (".example", ".test", ".invalid", ".localhost")


class Guard:
    """`own` are the addresses that we poll or send from (decisions, "Own addresses")."""

    def __init__(self, own: Iterable[str], reserved_only: bool = False) -> None:
        self._own = {address.lower() for address in own}
        self._reserved_only = reserved_only

    def check(self, email: str) -> None:
        """Raises Refused."""
        local, _, domain = email.lower().rpartition("@")
        if not local or not domain or any(ord(letter) < 33 or letter == "\x7f" for letter in email):
            raise Refused("The address is not one that mail can be sent to.")
        if f"{local.partition('+')[0]}@{domain}" in self._own:
            raise Refused("This is one of the service's own addresses: it never writes to itself.")
        if self._reserved_only and not f".{domain}".endswith(RESERVED):
            raise Refused("The demonstration writes only to made-up addresses, such as those that end in .example.")
