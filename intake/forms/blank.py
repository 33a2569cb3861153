"""The blank form as plain text, for copying into a mail. Pure."""

import textwrap
from collections.abc import Iterator

from cases.directory.directory import Directory
from cases.policy import Policy
from intake.pages import questions
from web.fields import Field

_WIDTH = 72
_SENDER = "email"  # the address that the mail comes from counts
_NO_DIRECTORY = Directory([], [], "")


def blank_form(policy: Policy) -> str:
    """The whole form with instructions at the top; a person copies it into a mail and fills it in."""
    partnership = policy.partnership
    lines = [
        partnership.name,
        "",
        *_wrapped("How to use this form", ""),
        *_wrapped(f"1. Copy everything below the line into a new e-mail to {partnership.inbox}.", ""),
        *_wrapped("2. Write your answer after each label. Leave out what you do not know: we ask for it later.", ""),
        *_wrapped("3. Send it from your own work address: we answer to that one.", ""),
        *_wrapped("4. Use the child's initials, never the full name.", ""),
        *_wrapped("5. If a child is in immediate danger, call 999 first. Do not wait for this form.", ""),
        "",
        "-" * _WIDTH,
        "",
        *_asked(policy),
    ]
    return "\n".join(lines).rstrip() + "\n"


def blank_lines(policy: Policy) -> frozenset[str]:
    """The lines of the blank form that are ours and say nothing when they come back."""
    return frozenset(line for line in blank_form(policy).splitlines() if line.strip())


def _asked(policy: Policy) -> Iterator[str]:
    for part in questions.sections(policy, _NO_DIRECTORY):
        yield part.title.upper()
        yield ""
        for field in part.fields:
            if field.name == _SENDER:
                continue
            yield from _field(field)
            yield ""


def _field(field: Field) -> Iterator[str]:
    """A label that a program finds again, and below it in brackets what may be answered."""
    yield field.label if field.label.endswith("?") else f"{field.label}:"
    for words in filter(None, (field.hint, _choices(field))):
        yield from _wrapped(f"({words})", "    ")


def _choices(field: Field) -> str:
    if field.kind == "date":
        return "such as 4 December 2026"
    if field.kind == "email" or not field.options:
        return ""
    how = "one or more of" if field.kind == "checkboxes" else "one of"
    titles = "; ".join(option.label for option in field.options)
    return f"{how}: {titles}"


def _wrapped(words: str, indent: str) -> list[str]:
    return textwrap.wrap(words, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)
