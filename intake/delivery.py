"""What a delivery report says in its fields for machines (RFC 3464). Its prose is never read."""

import re
from collections.abc import Iterator, Mapping

from intake.message import Understood

_FOLD = re.compile(r"\r?\n[ \t]+")
_RECIPIENTS = ("original-recipient", "final-recipient")


def failed_for_good(understood: Understood) -> frozenset[str]:
    """The addresses, in lower case, at which delivery has failed for good; a delay is no failure (section 2.3.3)."""
    if "message/delivery-status" not in understood.types:
        return frozenset()
    failed = (fields for fields in _by_recipient(understood.enclosed) if _for_good(fields))
    return frozenset(_address(fields[name]) for fields in failed for name in _RECIPIENTS if name in fields)


def _by_recipient(enclosed: str) -> Iterator[Mapping[str, str]]:
    """The fields about each recipient (RFC 3464 section 2.3). A field counts once: returned headers come after."""
    fields: dict[str, str] = {}
    for line in _FOLD.sub(" ", enclosed).splitlines():
        name, _, value = line.partition(":")
        name = name.strip().lower()
        if name in _RECIPIENTS and (name in fields or "action" in fields or "status" in fields):
            yield fields
            fields = {}
        fields.setdefault(name, value.strip())
    yield fields


def _for_good(fields: Mapping[str, str]) -> bool:
    """ "Failed" is final whatever the status: with 4.x the server tried until it gave up."""
    return fields.get("action", "").lower().startswith("failed")


def _address(value: str) -> str:
    """Of `rfc822; jo@health.example` the address."""
    return value.rpartition(";")[2].strip().strip("<>").lower()
