"""What a mail system says became of a letter: delivered, delayed, or failed for good, and at which addresses.

The fields for machines (RFC 3464) decide alone where a report has them (guarantees D17). Older reports are read by
flufl.bounce, and what it does not know by how mail systems word them. A person's mail is never read for this: a report
comes from a mail system, or returns a letter under a subject that only mail systems write. Pure, linear; never raises.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from itertools import islice
from typing import Protocol

from flufl.bounce import all_failures

from intake.mail import header
from intake.mail.bounce_words import (
    ABSENT_SUBJECT,
    COPY_FOLLOWS,
    DELAYED,
    DELAYED_SUBJECT,
    FAILED_SUBJECT,
    HEADER_LINE,
    MAIL_SYSTEM,
    MAIL_SYSTEM_NAME,
    NAMED,
    PASSED_SUBJECT,
    PERMANENT,
    REPLIED,
)

_OTHER_REPORTS = ("message/disposition-notification", "message/feedback-report")
_FOLD = re.compile(r"\r?\n[ \t]+")
_RECIPIENTS = ("original-recipient", "final-recipient")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}")
_STATUS_CLASS = re.compile(r"\s*([245])\.\d{1,3}\.\d{1,3}")
_PROSE_LINES = 400
_PROSE_LINE = 300
_LONGEST = 20_000  # letters of a report in which words are looked for
_FOR_LIBRARY = 100_000  # letters of a report that the library may look through with each of its patterns
_NAMED_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class Report:
    """Addresses are in lower case. `final` is a failure for good, also where the report names no address."""

    failed: tuple[str, ...] = ()
    delayed: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()  # delivered, relayed or expanded
    final: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """All of a message that may say what became of a letter."""

    message: Message
    headers: Sequence[tuple[str, str]]
    sender: str
    sender_name: str
    subject: str
    recipients: Sequence[str]
    types: Sequence[str]
    text: str
    statuses: str  # the fields of its parts for machines
    returned: str  # headers of the letter that it returns


def read_report(notice: Notice) -> Report:
    """What a message reports. A person's message, and an automatic reply, report nothing."""
    if notice.statuses and comes_of_machines(notice):
        found = _of_fields(notice.statuses)
        if found.failed or found.delayed or found.passed:
            return found
        return _of_words(notice, known_final=found.final)
    return _of_words(notice) if _may_report(notice) else Report()


def _of_fields(statuses: str) -> Report:
    """The fate of each recipient (RFC 3464 section 2.3)."""
    fates: dict[str, dict[str, None]] = {"failed": {}, "delayed": {}, "passed": {}}
    final = False
    for fields in _by_recipient(statuses):
        fate = _fate(fields)
        final = final or fate == "failed"
        if fate:
            fates[fate].update(dict.fromkeys(filter(None, (_address(fields.get(name, "")) for name in _RECIPIENTS))))
    failed, delayed, passed = (tuple(islice(fates[fate], _NAMED_AT_MOST)) for fate in ("failed", "delayed", "passed"))
    return Report(failed, delayed, passed, final)


def _by_recipient(statuses: str) -> Iterator[Mapping[str, str]]:
    fields: dict[str, str] = {}
    for line in _FOLD.sub(" ", statuses).splitlines():
        name, _, value = line.partition(":")
        name = name.strip().lower()
        if name in _RECIPIENTS and (name in fields or "action" in fields or "status" in fields):
            yield fields
            fields = {}
        fields.setdefault(name, value.strip())
    yield fields


def _fate(fields: Mapping[str, str]) -> str:
    """The action decides: "failed" is final whatever the status, since with 4.x the server tried until it gave up.
    Without an action the class of the status does (RFC 3463 section 3.1)."""
    action = fields.get("action", "").lower()
    if action.startswith(("fail", "error", "expired")):
        return "failed"
    if action.startswith("delay"):
        return "delayed"
    if action.startswith(("delivered", "relayed", "expanded")):
        return "passed"
    status = _STATUS_CLASS.match(fields.get("status", ""))
    return {"2": "passed", "4": "delayed", "5": "failed"}[status[1]] if status and not action else ""


def _address(value: str) -> str:
    """Of `rfc822; jo@health.example` the address; a name without a domain says nothing about ours."""
    found = _ADDRESS.search(value.rpartition(";")[2][:400])
    return found[0].lower().rstrip(".") if found else ""


def _may_report(notice: Notice) -> bool:
    subject = notice.subject[:200]
    if any(kind in notice.types for kind in _OTHER_REPORTS) or ABSENT_SUBJECT.match(subject) or REPLIED.match(subject):
        return False
    if _from_mail_system(notice) or _has(notice, "x-failed-recipients"):
        return True
    # Some systems write from an ordinary address or without one: then the subject must be theirs as well.
    if not FAILED_SUBJECT.match(subject) and not DELAYED_SUBJECT.match(subject):
        return _no_sender(notice) and bool(_by_library(notice)[1])
    return _no_sender(notice) or bool(PERMANENT.search(notice.text[:_LONGEST]) and _by_words(notice, notice.text))


class Headed(Protocol):
    """What of a message says who sent it, and as what."""

    @property
    def headers(self) -> Sequence[tuple[str, str]]: ...
    @property
    def sender(self) -> str: ...
    @property
    def sender_name(self) -> str: ...
    @property
    def types(self) -> Sequence[str]: ...


def comes_of_machines(message: Headed) -> bool:
    """Whether parts for machines may be believed: a person may enclose the report of what came back to them."""
    return message.types[:1] == ("multipart/report",) or _from_mail_system(message) or _no_sender(message)


def _from_mail_system(notice: Headed) -> bool:
    return bool(MAIL_SYSTEM.match(notice.sender) or MAIL_SYSTEM_NAME.match(notice.sender_name[:100]))


def _no_sender(notice: Headed) -> bool:
    """The null reverse path (RFC 5321 section 4.5.5)."""
    paths = [value.replace(" ", "") for name, value in notice.headers if name == "return-path"]
    return paths[:1] == ["<>"] or not notice.sender


def _of_words(notice: Notice, known_final: bool = False) -> Report:
    """A report without fields for machines, or whose fields name nobody."""
    words = notice.text[:_LONGEST]
    flat = _of_fields(words) if "final-recipient:" in words.lower() else Report()
    if flat.failed or flat.delayed:
        return flat
    final = known_final or _says_final(notice, words)
    delay = not final and bool(DELAYED_SUBJECT.match(notice.subject[:200]) or DELAYED.search(words))
    if not final and not delay:
        return Report()
    temporary, permanent = _by_library(notice)
    named = permanent or _by_header(notice) or _by_words(notice, words) or _by_returned_letter(notice)
    if delay:
        return Report(delayed=temporary or named)
    return Report(failed=named, final=True)


def _says_final(notice: Notice, words: str) -> bool:
    if DELAYED_SUBJECT.match(notice.subject[:200]) or PASSED_SUBJECT.match(notice.subject[:200]):
        return False
    if _has(notice, "x-failed-recipients") or FAILED_SUBJECT.match(notice.subject[:200]):
        return not (DELAYED.search(words) and not PERMANENT.search(words))
    return bool(PERMANENT.search(words))


def _by_library(notice: Notice) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses that failed for now and for good, as flufl.bounce reads them."""
    if len(notice.text) > _FOR_LIBRARY:
        return (), ()
    try:
        temporary, permanent = all_failures(notice.message)
    except Exception:  # its detectors raise whatever they like on messages that are badly made
        return (), ()
    return _only_addresses(temporary, notice), _only_addresses(permanent, notice)


def _only_addresses(found: frozenset[bytes], notice: Notice) -> tuple[str, ...]:
    words = (raw.decode("ascii", "replace").strip().lower() for raw in sorted(found))
    return tuple(each for each in words if _ADDRESS.fullmatch(each) and each not in notice.recipients)


def _by_header(notice: Notice) -> tuple[str, ...]:
    lines = " ".join(value for name, value in notice.headers if name == "x-failed-recipients")
    return header.addresses(lines)[:_NAMED_AT_MOST]


def _by_words(notice: Notice, words: str) -> tuple[str, ...]:
    """The addresses above the copy of the letter: those on lines that name a recipient, or else the first ones."""
    ours = {*notice.recipients, notice.sender}
    surely: dict[str, None] = {}
    perhaps: dict[str, None] = {}
    for line in words.splitlines()[:_PROSE_LINES]:
        seen = line[:_PROSE_LINE]
        if COPY_FOLLOWS.match(seen):
            break
        if HEADER_LINE.match(seen):
            continue
        found = [each.lower().rstrip(".") for each in _ADDRESS.findall(seen)]
        here = dict.fromkeys(each for each in found if each not in ours and "." in each.partition("@")[2])
        (surely if NAMED.search(seen) else perhaps).update(here)
    return tuple(surely)[:_NAMED_AT_MOST] or tuple(perhaps)[:1]


def _by_returned_letter(notice: Notice) -> tuple[str, ...]:
    """Whom the letter that came back was for, if for one person only: ours have one recipient each."""
    to = re.search(r"^to:(.*(?:\n[ \t].*)*)", notice.returned, re.IGNORECASE | re.MULTILINE)
    found = header.addresses(to[1][:2000] if to else _to_of_enclosed(notice.message))
    return found if len(found) == 1 else ()


def _to_of_enclosed(message: Message) -> str:
    parts = islice(message.walk(), 1, 50)
    letters = (part for part in parts if part.get_content_type() == "text/plain" and part.get("To"))
    enclosed = (
        part.get_payload() for part in islice(message.walk(), 50) if part.get_content_type() == "message/rfc822"
    )
    inner = (each[0] for each in enclosed if isinstance(each, list) and each and isinstance(each[0], Message))
    return next((str(each.get("To", ""))[:2000] for each in (*inner, *letters)), "")


def _has(notice: Notice, name: str) -> bool:
    return any(known == name for known, _ in notice.headers)
