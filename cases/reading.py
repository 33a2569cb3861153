"""Everything that pages read of the cases, each in one steady view of the database. Changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, select

from cases import record
from cases.case import Case, Clock, Party
from cases.casework import Casework
from cases.mail import naming, sealing
from cases.record import Fault, Head, Link
from cases.reference import Reference, clean
from cases.stages import Source
from cases.standing import STATUS_WORDS, View, running, where_it_is
from cases.store import case_rows, inbox, listing, outbox
from cases.store.case_rows import NoSuchCase
from cases.store.outbox import Stored
from cases.tables import cases, codes, letters, messages, tasks
from cases.vault import Key, KeyDestroyed

_VIA: Mapping[str, str] = {
    "reply": "by reply to a letter",
    "page": "on the letter's page",
    "telephone": "by telephone",
    "desk": "taken down at the desk",
}


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in the desk's list. A closed case has no stage or due."""

    reference: str
    status: str
    opened_at: datetime
    stage: str = ""
    due: Clock | None = None


@dataclass(frozen=True, slots=True)
class Likely:
    """A case that a mail may belong to, and why."""

    reference: str
    why: str


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Something that business support must do. A task of an erased case has no words."""

    reference: str
    key: str
    opened_at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One entry of the written log as people read it. `fault` says why it cannot be trusted, where it cannot."""

    sequence: int
    at: datetime
    words: str
    cited: str
    evidence: str
    fault: str = ""
    by: str = ""  # the officer who did it


@dataclass(frozen=True, slots=True)
class WrittenLog:
    """A case's written log, and whether its chain verifies up to the head that the case's row holds."""

    lines: tuple[RecordLine, ...]
    faults: tuple[Fault, ...]
    head: Head


class Reading:
    def __init__(self, casework: Casework) -> None:
        self.casework = casework
        self.database = casework.database
        self.keyring = casework.keyring

    def case(self, case_id: str, now: datetime) -> View:
        """Raises NoSuchCase, KeyDestroyed."""
        with self.database.read() as connection:
            return self._view(connection, case_id, now)

    def find(self, case_id: str, now: datetime) -> View | None:
        """The case; nothing where there is none, or its content was erased."""
        try:
            return self.case(case_id, now)
        except (NoSuchCase, KeyDestroyed):
            return None

    def by_status_token(self, typed: str, now: datetime) -> tuple[View, Party] | None:
        """The case of a party's private link, and the party."""
        true = clean(typed)
        with self.database.read() as connection:
            found = case_rows.by_status_token(connection, true) if true else None
        view = self.find(found[0], now) if found else None
        return (view, view.case.party(found[1])) if view and found else None

    def by_page_token(self, typed: str, now: datetime) -> tuple[View, Stored] | None:
        """The letter of a page link with its case; nothing for letters that belong to no case."""
        true = clean(typed)
        with self.database.read() as connection:
            found = outbox.by_token(connection, "page_hash", true) if true else None
            case_id = self._case_of(connection, found) if found else None
        view = self.find(case_id, now) if case_id else None
        letter = next((each for each in view.letters if each.id == found), None) if view else None
        return (view, letter) if view and letter else None

    def by_reference(self, partnership: str, reference: str, now: datetime) -> View | None:
        true = Reference.parse(reference)
        with self.database.read() as connection:
            found = case_rows.by_reference(connection, partnership, str(true)) if true else None
        return self.find(found, now) if found else None

    def status_token(self, case_id: str, party: str, now: datetime) -> str:
        """The token of a party's private link."""
        with self.database.read() as connection:
            return case_rows.status_token(self.keyring.secret(connection, now), case_id, party)

    def page_token(self, letter_id: str, now: datetime) -> str:
        """The token of a letter's page."""
        with self.database.read() as connection:
            return outbox.tokens_of(self.keyring.secret(connection, now), letter_id)[1]

    def sent_as(self, case_id: str, mark: str) -> str | None:
        """The key of the offer that a form with this mark was heard as (`Casework.hear`); nothing if it was not yet."""
        before = f"form:{case_id}:{mark}:"
        with self.database.read() as connection:
            found = select(codes.c.subject).where(codes.c.subject.startswith(before, autoescape=True))
            subject = connection.execute(found).scalar() if mark else None
        return subject.removeprefix(before) if subject else None

    def list_cases(self, partnership: str, now: datetime) -> list[CaseLine]:
        """The newest first. Cases whose content was erased show their reference alone."""
        with self.database.read() as connection:
            return [self._line(connection, row, now) for row in case_rows.listed(connection, partnership)]

    def open_tasks(self, partnership: str) -> list[OpenTask]:
        """The newest first."""
        chosen = (tasks.c.partnership_id == partnership) & tasks.c.done_at.is_(None)
        wanted = select(tasks, cases.c.reference).join(cases, cases.c.id == tasks.c.case_id).where(chosen)
        with self.database.read() as connection:
            rows = connection.execute(wanted.order_by(tasks.c.opened_at.desc())).all()
            return [OpenTask(row.reference, row.key, row.opened_at, self._words(connection, row)) for row in rows]

    def open_task(self, case: Case, key: str) -> OpenTask | None:
        """One open task of a case."""
        chosen = (tasks.c.case_id == case.id) & (tasks.c.key == key) & tasks.c.done_at.is_(None)
        with self.database.read() as connection:
            row = connection.execute(select(tasks).where(chosen)).first()
            return OpenTask(case.reference, row.key, row.opened_at, self._words(connection, row)) if row else None

    def tray(self, partnership: str) -> list[inbox.Received]:
        """The mails that need a person, the oldest first."""
        with self.database.read() as connection:
            ids = inbox.waiting(connection, "tray", partnership)
            return [mail for each in ids if (mail := self._mail(connection, each))]

    def mail(self, partnership: str, message_id: str) -> inbox.Received | None:
        """One mail of this partnership, whatever became of it."""
        chosen = (messages.c.id == message_id) & (messages.c.partnership_id == partnership)
        with self.database.read() as connection:
            known = connection.execute(select(messages.c.id).where(chosen)).scalar()
            return self._mail(connection, known) if known else None

    def thread(self, mail: inbox.Received) -> list[inbox.Received]:
        """The mails of a thread: the first, and what its sender answered when business support asked."""
        with self.database.read() as connection:
            ids = inbox.thread(connection, mail.partnership, mail.root)
            return [found for each in ids if (found := self._mail(connection, each))]

    def asked_of_sender(self, mail: inbox.Received) -> list[Stored]:
        """The letters in which business support asked the sender of a thread something, the oldest first."""
        mine = (letters.c.purpose == "ask_sender") & (letters.c.subject == f"mail:{mail.root}")
        asking = select(letters.c.id).where(mine)
        with self.database.read() as connection:
            ids = connection.execute(asking.order_by(letters.c.planned_at)).scalars().all()
            return [outbox.opened(connection, each, self.keyring) for each in ids]

    def likely_cases(self, mail: inbox.Received, now: datetime) -> list[Likely]:
        """The cases that a mail may belong to, the likeliest first, each with the first reason. A sealed mail belongs
        to its confidential case alone; of another mail's sender nobody is told that they are on such a case."""
        with self.database.read() as connection:
            sealed = sealing.sealed_by(connection, mail, self.keyring, now)
            kept = [(mail.case_id, "it was kept with this case when it came")] if mail.case_id else []
            named = [(each, "it names this case") for each in sealing.named_in(connection, mail)]
            theirs = [(each, "its sender is on this case") for each in self._of_sender(connection, mail, now)]
            reasons = dict(reversed([*[(each, "it is confidential") for each in sealed], *kept, *named, *theirs]))
            known = listing.named(connection, reasons)
            ordered = dict.fromkeys(each for each, _ in [*kept, *named, *theirs] if each in known)
            may = sealed or [each for each in ordered if not known[each].confidential]
            return [Likely(known[each].reference, reasons[each]) for each in may]

    def confidential_cases(self, mail: inbox.Received, now: datetime) -> list[str]:
        """Ids of the confidential cases that a mail is on: it is sealed (`cases.mail.sealing`)."""
        return self.confidential_among([mail], now).get(mail.id, [])

    def confidential_among(self, mails: Iterable[inbox.Received], now: datetime) -> dict[str, list[str]]:
        """The same of several mails, by the mail's id; only of those that concern such a case."""
        with self.database.read() as connection:
            found = {each.id: sealing.sealed_by(connection, each, self.keyring, now) for each in mails}
        return {mail: case_ids for mail, case_ids in found.items() if case_ids}

    def confidential_mail(self, view: View, now: datetime) -> list[inbox.Received]:
        """The mails on a confidential case that wait in the tray: its named person must read them (chscp 1.7)."""
        return [mail for mail in self.tray(view.case.partnership) if view.case.id in self.confidential_cases(mail, now)]

    def written_log(self, case_id: str) -> WrittenLog:
        """The record of a case, opened entry by entry and verified."""
        with self.database.read() as connection:
            row = connection.execute(select(cases.c.length, cases.c.head).where(cases.c.id == case_id)).one()
            links, key = list(case_rows.links(connection, case_id)), self._key(connection, case_id)
        head = Head(case_id, row.length, row.head)
        faults = record.verify(links, key, head)
        broken = {fault.sequence: fault.what for fault in faults}
        return WrittenLog(tuple(_line(link, key, broken) for link in links), tuple(faults), head)

    def _view(self, connection: Connection, case_id: str, now: datetime) -> View:
        case = case_rows.load(connection, case_id, self.keyring)
        moment = self.casework.moment(connection, case, now)
        return View(case, moment.policy, moment.directory, tuple(outbox.of_case(connection, case_id, self.keyring)))

    def _line(self, connection: Connection, row: Any, now: datetime) -> CaseLine:
        word = STATUS_WORDS[row.status]
        if row.status == "closed":
            return CaseLine(row.reference, word, row.opened_at)
        try:
            view = self._view(connection, row.id, now)
        except KeyDestroyed:
            return CaseLine(row.reference, "Erased", row.opened_at)
        stage = "Confidential" if view.case.confidential else where_it_is(view)
        return CaseLine(row.reference, word, row.opened_at, stage, next(iter(running(view)), None))

    def _case_of(self, connection: Connection, letter_id: str) -> str | None:
        return connection.execute(select(letters.c.case_id).where(letters.c.id == letter_id)).scalar()

    def _mail(self, connection: Connection, message_id: str) -> inbox.Received | None:
        return inbox.readable(connection, message_id, self.keyring)

    def _words(self, connection: Connection, row: Any) -> str:
        key = self._key(connection, row.case_id)
        about = f"task:{row.case_id}:{row.key}"
        return cast(dict[str, str], key.open(row.sealed, about=about))["words"] if key else ""

    def _of_sender(self, connection: Connection, mail: inbox.Received, now: datetime) -> Iterable[str]:
        sender = next(iter(naming.senders(mail.raw)), "")
        whose = self.keyring.tokens(connection, now).lookup("sender", sender)
        return listing.of_sender(connection, mail.partnership, whose, 10)

    def _key(self, connection: Connection, case_id: str) -> Key | None:
        try:
            return self.keyring.case_key(connection, case_id)
        except KeyDestroyed:
            return None


def _line(link: Link, key: Key | None, broken: Mapping[int, str]) -> RecordLine:
    cited = Source(clause=link.clause, basis=cast(Any, link.basis)).cited if link.clause and link.basis else ""
    fault = broken.get(link.sequence, "")
    if fault or key is None:
        words = "" if fault else "The content of this entry was erased."
        return RecordLine(link.sequence, link.at, words, cited, "", fault)
    content: Mapping[str, Any] = record.read(link, key).content
    evidence = content.get("evidence", {})
    by = evidence.get("answer", evidence).get("by") or ""
    return RecordLine(link.sequence, link.at, content["words"], cited, _evidence(evidence), by=by)


def _evidence(evidence: Mapping[str, Any]) -> str:
    """Where an entry comes from: how the answer came, which message or letter it rests on, who took it down."""
    answer = evidence.get("answer", evidence)
    parts = [_VIA.get(answer.get("via", ""), "")]
    parts += ["read from plain sentences"] if answer.get("read") == "prose" else []
    parts += [f"recorded by {answer['by']}"] if answer.get("by") else []
    parts += [f"mail {answer['message'][:8]}"] if answer.get("message") else []
    parts += [f"letter {answer['letter'][:8]}"] if answer.get("letter") else []
    parts += [answer["reason"]] if answer.get("reason") else []
    return ", ".join(part for part in parts if part)
