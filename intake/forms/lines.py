"""The lines of the form in a mail, such as "The other agency: …" → an escalation, or what was missing. Pure.

What does not fit its question, such as an unknown agency or a date that is none, is kept as it was written and asked
for again.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from cases.directory.directory import Directory
from cases.policy import Facts, Policy
from cases.submission import Submission, Unread
from intake.forms.blank import blank_lines
from intake.forms.harm import LONGEST
from intake.forms.labels import alike, plain, written
from intake.pages import questions
from intake.replies.dates import UnclearDate, read_date
from web.fields import Field

ENOUGH = 2  # labels by which a mail is known as the form
# Labels that people write instead, or that letters of ours bear.
_OTHER_WORDS = {
    "What the concern is": "concern",
    "The concern": "concern",
    "Child's initials": "child",
    "Your work e-mail address": "email",
    "Your e-mail address": "email",
    "E-mail address": "email",
    "E-mail": "email",
    "Email": "email",
    "Telephone": "phone",
    "Telephone number": "phone",
    "Phone": "phone",
}
_NOTHING = {"", "na", "n a", "none", "nil", "unknown", "not known", "dont know", "do not know", "not applicable", "tbc"}
_YES = re.compile(r"(?:yes|y|yeah|yep|true|definitely|(?:it|he|she) is(?! not)|they are(?! not))\b", re.IGNORECASE)
_NO = re.compile(r"(?:no|n|nope|none|false|n/a|not (?:at|now|currently|immediately|that))\b", re.IGNORECASE)
# A whole answer that says no and nothing else, in plain form: "No longer safe" and "No, but …" are none.
_NO_ALONE = re.compile(
    r"(?:(?:no|n|nope|nil|none|false|n a|not applicable"
    r"|not (?:now|yet|currently|immediately|right now|at (?:present|the moment|this time|all))"
    r"|not that (?:i|we) (?:know|know of|am aware of|are aware of)"
    r"|(?:he|she|it|they) (?:is|are) not|(?:he|she|it) isnt|they arent|thanks|thank you)(?: |$))+"
)
_YES_AND_NO = {"yes no", "y n", "no yes", "n y"}  # neither was struck out
_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\".]+(?:\.[^\s@<>()\[\],;:\".]+)+")
_HARM = "harm"
_SHOWN = 300  # letters of an answer that does not fit, as the record shows it; the whole mail is kept

Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """What a mail's lines say. `values` are by the name of the form's field; `unread` do not fit."""

    names: frozenset[str]  # of the fields whose label was found
    values: Mapping[str, Value]
    unread: tuple[Unread, ...]

    @property
    def is_form(self) -> bool:
        """Whether the mail is the form, and not prose with a colon in it."""
        said = {name for name in self.names if self.values.get(name) or any(each.key == name for each in self.unread)}
        return len(said) >= ENOUGH or "concern" in said


def read_lines(text: str, policy: Policy, directory: Directory, today: date, same_line: bool = False) -> Lines:
    """The form's lines in a mail's new words. `today` is the local date, for dates without a year."""
    known = _fields(policy, directory)
    said = written(text, *_labels(policy), same_line)
    values: dict[str, Value] = {}
    unread: list[Unread] = []
    for name, words in said.items():
        value = _value(known[name], words, today)
        if value is None or (name in questions.AGENCIES and value and value not in directory.agencies):
            unread.append(Unread(_fact(name), known[name].label, words[:_SHOWN]))
        if value:
            values[name] = value
    return _fitting(policy, Lines(frozenset(said), values, tuple(unread)), known)


def _fields(policy: Policy, directory: Directory) -> dict[str, Field]:
    """What may be written to, by the name of the form's field."""
    fields = [each for part in questions.sections(policy, directory) for each in part.fields]
    known = {each.name: each for each in fields if not each.name.endswith("_written")}
    return known | {name: known.get(name) or Field(name, label, "select") for name, label in questions.AGENCIES.items()}


@lru_cache(maxsize=64)
def _labels(policy: Policy) -> tuple[Mapping[str, str], frozenset[str]]:
    """The policy's labels → names of fields, and the lines of its blank form that say nothing, in plain form."""
    labels = _OTHER_WORDS | {each.label: name for name, each in _fields(policy, Directory([], [], "")).items()}
    known = {plain(label): name for label, name in labels.items()}
    return known, frozenset(plain(line) for line in blank_lines(policy)) - frozenset(known)


def submission(policy: Policy, lines: Lines, email: str, name: str, directory: Directory) -> Submission:
    """The escalation that the lines make, from this address. What they leave out is what the directory knows."""

    def said(field: str) -> str:
        value = lines.values.get(field, "")
        return value if isinstance(value, str) else ", ".join(value)

    stage = said("starts_at")
    return Submission(
        email=email,
        name=said("name") or directory.name_of(email) or name,
        job=said("job"),
        phone=said("phone"),
        agency=said("agency") or directory.agency_of(email) or "",
        other_agency=said("other_agency"),
        other_name=said("other_name"),
        other_email=said("other_email"),
        child=said("child"),
        child_numbers=said("child_numbers"),
        concern=said("concern"),
        wanted=said("wanted"),
        starts_at=stage,
        track=said("track") or (policy.track_of(stage).key if stage else ""),
        immediate_harm=said(_HARM) == "yes",
        diversions=tuple(each.key for each in policy.entry.diversions if said(f"aside_{each.key}") == "yes"),
        signposts=tuple(each.key for each in policy.entry.signposts if said(f"aside_{each.key}") == "yes"),
        answers=_answers(policy, lines),
    )


def without_question(text: str, policy: Policy) -> str:
    """A mail's words without the question about immediate harm and the blank form's own lines, which are ours."""
    asked = r"\W+".join(map(re.escape, re.findall(r"\w+", policy.entry.immediate_harm.question)))
    left = re.sub(rf"(?<!\w){asked}\b", ".", text[:LONGEST], flags=re.IGNORECASE)
    _, ours = _labels(policy)
    return "\n".join("" if plain(line[:_SHOWN]) in ours else line for line in left.split("\n"))


def supplied(policy: Policy, lines: Lines) -> Facts:
    """What somebody adds to a case with such lines, as facts of it."""
    names = ("phone", "job", "agency", "other_agency", "other_name", "other_email", "child", "child_numbers", "concern")
    simple = {name: lines.values[name] for name in (*names, "wanted") if lines.values.get(name)}
    harm = {"immediate_harm": "yes"} if lines.values.get(_HARM) == "yes" else {}
    keys = [*(each.key for each in policy.entry.diversions), *(each.key for each in policy.entry.signposts)]
    asides = [f"aside_{key}" for key in keys]
    return (
        harm | simple | {name: lines.values[name] for name in asides if name in lines.values} | _answers(policy, lines)
    )


def _answers(policy: Policy, lines: Lines) -> dict[str, Value]:
    found = {each.key: lines.values.get(f"q_{each.key}") for each in policy.entry.questions}
    return {key: value for key, value in found.items() if value}


def _fitting(policy: Policy, lines: Lines, known: Mapping[str, Field]) -> Lines:
    """Without a stage that belongs to another track than the one named."""
    stage, track = lines.values.get("starts_at"), lines.values.get("track")
    if not (isinstance(stage, str) and track) or policy.track_of(stage).key == track:
        return lines
    odd = Unread("starts_at", known["starts_at"].label, policy.stages[stage].title)
    values = {name: value for name, value in lines.values.items() if name != "starts_at"}
    return Lines(lines.names, values, (*lines.unread, odd))


def _value(field: Field, words: str, today: date) -> Value | None:
    """What was written, as the field holds it; empty where nothing was; None where it does not fit."""
    if field.kind not in ("textarea", "radios") and plain(words) in _NOTHING:
        return ""
    return _READ[field.kind](field, words, today) if words else ""


def _line(field: Field, words: str, today: date) -> Value | None:
    """One line: what stands up to the first blank line."""
    return " ".join(words.split("\n\n")[0].split())[: field.limit]


def _email(field: Field, words: str, today: date) -> Value | None:
    found = _ADDRESS.findall(words)
    return found[0][: field.limit] if len(set(found)) == 1 else None


def _choice(field: Field, words: str, today: date) -> Value | None:
    first = words.split("\n\n")[0]
    if field.choices == {"yes", "no"}:
        return _yes_or_no(field, first)
    found = _chosen(field, first)
    return found[0] if len(found) == 1 else None if found or plain(first) not in _NOTHING else ""


def _yes_or_no(field: Field, words: str) -> Value | None:
    grave = field.name == _HARM or field.name.startswith("aside_")
    if _NO_ALONE.fullmatch(plain(words)) if grave else _NO.match(words.strip()):
        return "no"
    if _YES.match(words.strip()) and plain(words) not in _YES_AND_NO:
        return "yes"
    # Whoever is not sure whether a child is in danger is answered as if they were.
    return "yes" if field.name == _HARM else None


def _agency(field: Field, words: str, today: date) -> Value | None:
    found = _chosen(field, words.split("\n\n")[0])
    return found[0] if len(found) == 1 else _line(field, words, today)


def _several(field: Field, words: str, today: date) -> Value | None:
    found = _chosen(field, words)
    return tuple(found) if found else None


def _day(field: Field, words: str, today: date) -> Value | None:
    try:
        return read_date(" ".join(words.split("\n\n")[0].split()), today).isoformat()
    except UnclearDate:
        return None


def _chosen(field: Field, words: str) -> list[str]:
    """The options that are named, by title or key; where one title lies within another, the longer one."""
    said = {plain(option.label): option.value for option in field.options}
    said |= {plain(option.value): option.value for option in field.options}
    text = f" {plain(words)} "
    found: list[tuple[int, str]] = []
    for title in sorted((each for each in said if each), key=len, reverse=True):
        while (at := text.find(f" {title} ")) >= 0:
            found.append((at, said[title]))
            text = f"{text[: at + 1]}{'#' * len(title)}{text[at + 1 + len(title) :]}"
    if not found:
        pieces: Sequence[str] = [each for each in re.split(r"[\n;]", words) if each.strip()]
        meant = [alike(each, said) for each in pieces]
        found = [(place, said[title]) for place, title in enumerate(meant) if title]
    order = [value for _, value in sorted(found)]
    return list(dict.fromkeys(order))


def _fact(name: str) -> str:
    return name.removeprefix("q_")


_READ: Mapping[str, Callable[[Field, str, date], Value | None]] = {
    "text": _line,
    "textarea": lambda field, words, today: words,
    "email": _email,
    "radios": _choice,
    "select": _agency,
    "checkboxes": _several,
    "date": _day,
}
