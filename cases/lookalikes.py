"""Words made to be taken for others: letters of one alphabet that look like another's (UTS 39, RFC 5891). Pure."""

import re
import unicodedata

LONGEST = 300
# Letters of other scripts that look like Latin ones in most typefaces.
_LIKE_LATIN = frozenset("аеорсухіјѕԁһӏԛԝАВЕКМНОРСТУХІЈЅονυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_LATIN, _OTHERS = "LATIN", ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "FULLWIDTH", "MATHEMATICAL")


def mixed(words: str) -> bool:
    """Whether one word mixes Latin with letters that look like it, or is made of such letters alone."""
    return any(_misleads(word) for word in re.split(r"[\s.@_-]+", words[:LONGEST]) if word and not word.isascii())


def _misleads(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in letters}
    others = scripts & set(_OTHERS)
    if _LATIN in scripts and others:
        return True
    return (
        bool(others) and all(letter in _LIKE_LATIN for letter in letters if not letter.isascii()) and len(letters) > 1
    )


def as_seen(address: str) -> str:
    """An address with its domain as people would see it (RFC 5890); as it is where that cannot be read."""
    local, _, domain = address.rpartition("@")
    labels = []
    for label in domain.split(".")[:20]:
        try:
            labels.append(label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label)
        except (UnicodeError, ValueError):
            labels.append(label)
    return f"{local}@{'.'.join(labels)}"
