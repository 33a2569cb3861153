"""Words of immediate harm in free text. Pure, linear.

The program only looks for plain words, and says which it found; a person at business support reads the mail at once.
A false alarm costs a telephone call, so only what plainly says "no" is left out.
"""

import re

LONGEST = 100_000  # letters that are looked at
_SOON = r"(?:tonight|today|now|right now|this (?:evening|weekend|afternoon))"
_HURT = r"(?:harm(?:ed)?|hurt|kill(?:ed)?|attack(?:ed)?|injured?)"
_UNSAFE = r"(?:not safe|not be safe|\w{1,8}n['’]t safe|\w{1,8}n['’]t be safe|isnt safe|no longer safe|unsafe)"
# Everything that counts, in one place: in lower case, with any space between the words.
PHRASES: tuple[str, ...] = (
    r"(?:immediate|imminent|grave)(?: and \w+)? (?:danger|harm|risk|threat)",
    r"(?:risk|danger) of (?:immediate|imminent) (?:\w+ )?(?:harm|danger|injury|abuse)",
    rf"{_UNSAFE} (?:at home|to go home|{_SOON})",
    rf"(?:in danger|at risk) {_SOON}",
    rf"{_HURT} (?:him |her |them |the child |the baby )?(?:tonight|today|right now)",
    r"(?:life|lives)(?: is| are|'s|’s)? (?:at risk|in danger)",
    r"risk to (?:life|\w+ life)",
    r"life[- ]threatening",
    r"(?:fears?|afraid|worried) for (?:his|her|their|the child['’]s|the baby['’]s) life",
    r"threat(?:s|ened|ening)? to kill",
    r"999(?! \d)",
)
_FOUND = re.compile("|".join(rf"(?<!\w)(?<!\d )(?:{each})(?!\w)" for each in PHRASES))
_SENTENCE_ENDS = re.compile(r"[.;!?\n]")
_CLAUSE_ENDS = re.compile(r"[.,;:!?\n(]|\b(?:but|however|and|so|because|since)\b")
_NOT = r"(?:\bno\b(?! longer)|\bnot\b(?! only)|n['’]t\b|\b(?:never|without|nor|neither|none)\b)"
_WHO = r"(?:he|she|they|it|we|i|who|child|baby|mother|father|is|are|was)\b"
# What turns a phrase round stands shortly before it in the same clause, and is about it: "no immediate risk" and "I do
# not think that he is in immediate danger" deny it, "they did not come he is in immediate danger" does not.
_NEGATED = re.compile(
    rf"{_NOT}(?:(?:\W+(?!{_WHO})\w+){{0,4}}"
    r"|\W+(?:think|thinks|believe|feel|consider|see|find|suggest|say|know)\b(?:\W+\w+){0,6})\W*$"
)
_IN_CASE = re.compile(r"\b(?:if|in case|in an emergency|in emergencies|for emergencies|always)\b")
# What footers say of anybody, with whom to call: "If you think a child is in immediate danger, call 999".
_OF_ANYBODY = re.compile(
    r"\bif (?:you (?:think|believe|suspect|know|feel|consider|are (?:worried|concerned)) (?:that )?)?"
    r"(?:you|someone|somebody|anyone|anybody|(?:a|an|any|your) (?:child|adult|person|young person))\b[\w ,/]{0,40}$"
)
_WHOM_TO_CALL = re.compile(r"[^.!?\n]{0,80}\b(?:999|police|emergency services)\b")
_NO_NEED = re.compile(r"\b(?:no need|not need|no reason)\b|n['’]t need\b")


def words_of_harm(text: str) -> tuple[str, ...]:
    """The words of immediate harm in a text, as they stand there, each once; none where it plainly denies them."""
    plain = re.sub(r"[^\S\n]+", " ", text[:LONGEST].lower())
    joined = re.sub(r"(?<![.!?:\n])\n(?!\n)", " ", plain)  # a line end within a sentence says nothing
    found = (each for each in _FOUND.finditer(joined) if not _denied(joined, each))
    return tuple(dict.fromkeys(each[0].strip() for each in found))


def _denied(text: str, found: re.Match[str]) -> bool:
    before = text[max(0, found.start() - 200) : found.start()]
    if found[0].startswith("999"):
        sentence = _SENTENCE_ENDS.split(before)[-1]
        return bool(_IN_CASE.search(sentence) or _NO_NEED.search(sentence))
    if _OF_ANYBODY.search(before) and _WHOM_TO_CALL.match(text, found.end()):
        return True
    return bool(_NEGATED.search(_CLAUSE_ENDS.split(before)[-1]))
