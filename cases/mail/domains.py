"""Domains that look like a registered one and are not: a typing slip, or somebody who wishes it were one.

Compared as a reader sees them (guarantees D14; Unicode TS 39 calls it a skeleton). Pure.
"""

import unicodedata
from collections.abc import Iterable

# Letters of other scripts, and groups of Latin ones, that pass for a Latin letter in common typefaces.
_ALIKE = str.maketrans(
    dict(zip("аеіјкмнорстухѕһӏԁԛԝ", "aeijkmhopctyxshldqw", strict=True))  # Cyrillic
    | dict(zip("αεικνορτυχ", "aeiknoptux", strict=True))  # Greek
    | dict(zip("ɑɡı0135", "agioles", strict=True))
)
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("i", "l"))


def meant(domain: str, registered: Iterable[str]) -> str | None:
    """The registered domain that this one may have been meant for; nothing where it is one, or is like none."""
    domain, known = _shown(domain), [each.lower() for each in registered]
    if any(domain == each or domain.endswith(f".{each}") for each in known):
        return None
    return next((each for each in known if _skeleton(domain) == _skeleton(each) or _one_slip(domain, each)), None)


def _shown(domain: str) -> str:
    """The domain as a reader sees it: without the encoding of internationalised names (RFC 5891)."""
    try:
        return domain.lower().encode("ascii").decode("idna")
    except UnicodeError:
        return domain.lower()


def _skeleton(domain: str) -> str:
    plain = unicodedata.normalize("NFKD", domain).translate(_ALIKE)
    text = "".join(letter for letter in plain if not unicodedata.combining(letter))
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter too many, too few or wrong, or two in the wrong order, make the one of the other."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    if start is None:
        return len(one) != len(other)
    rest, of = one[start:], other[start:]
    swapped = rest[:2] == of[1::-1] and rest[2:] == of[2:]
    return swapped or rest[1:] == of[1:] or rest[1:] == of or rest == of[1:]
