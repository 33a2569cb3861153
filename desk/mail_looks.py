"""What in the From line of a mail may deceive whoever reads it (guarantees, D14): said in words beside the line.

The line is what the mail says of itself. Each warning is a caution, no reason to disbelieve by itself.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from cases.case import Party
from cases.casework import Casework
from cases.lookalikes import as_seen, mixed
from cases.staff.staff_list import StaffList

_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"'@]+@[^\s<>()\[\]\\,;:\"'@]+")
_LONGEST = 1_000
_Key = tuple[str, ...]
Known = Mapping[_Key, frozenset[str]]  # by the words of a name: the addresses of those who bear it


def known_at(casework: Casework, partnership: str, parties: Iterable[Party] = ()) -> Known:
    """Officers and people of the directory, and the parties of a case that is not confidential."""
    officers = [(each.name, each.email) for each in StaffList(casework).now(partnership)]
    listed = [(each.name, each.email) for each in casework.directory(partnership).people]
    return known_by_name([*officers, *listed, *((each.name, each.email) for each in parties)])


def known_by_name(people: Iterable[tuple[str, str]]) -> Known:
    """People whom the desk knows, each by name and address."""
    found: dict[_Key, frozenset[str]] = {}
    for name, email in people:
        if len(key := _key(name)) > 1 and email:  # a first name alone says nothing
            found[key] = found.get(key, frozenset()) | {email.lower()}
    return found


def warning(from_line: str, known: Known) -> str:
    """What to look out for in a decoded From line; nothing where it is as it should be."""
    name, address = _parts(from_line[:_LONGEST])
    found = [
        _another_address(name, address),
        _of_another(name, address, known),
        _not_plain(name, address),
    ]
    return " ".join(filter(None, found))


def _parts(from_line: str) -> tuple[str, str]:
    """The name and the address, which stands last in angle brackets, or alone."""
    name, bracket, rest = from_line.rpartition("<")
    if bracket:
        return name, rest.partition(">")[0].strip().lower()
    address = next(iter(_ADDRESS.findall(from_line)), "")
    return from_line.replace(address, "", 1), address.lower()


def _another_address(name: str, address: str) -> str:
    others = {each.lower() for each in _ADDRESS.findall(name)} - {address}
    if not others and "@" not in _ADDRESS.sub("", name):
        return ""
    return f"The sender’s name holds an e-mail address that is not the sender’s own: {address or 'it has none'}."


def _of_another(name: str, address: str, known: Known) -> str:
    theirs = known.get(_key(_ADDRESS.sub("", name)), frozenset())
    if not theirs or address in theirs:
        return ""
    return f"Somebody of this name is known here by another address: {', '.join(sorted(theirs))}."


def _not_plain(name: str, address: str) -> str:
    if address.isascii() and "xn--" not in address and not mixed(name):
        return ""
    plain = as_seen(address)
    seen = f" The address reads {plain}." if plain != address else ""
    return f"The sender’s name or address holds letters that may be taken for others.{seen}"


def _key(name: str) -> _Key:
    """The words of a name in any order: "Keane, Sam" is Sam Keane."""
    return tuple(sorted(re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold())))
