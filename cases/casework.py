"""The verbs of a case, one transaction each: load it, decide, write the record, the state, the letters and the clocks.

Everything that changes a case goes through here. `now` is aware UTC and always an argument.
"""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, insert, select

from cases.case import BUSINESS_SUPPORT, Case
from cases.directory import effects as directory_effects
from cases.directory.directory import Agency, Directory, Person
from cases.holidays import england, working_days
from cases.policy import Facts, Policy
from cases.policy_files.reading import LoadedPolicy, parse_policy
from cases.reference import Reference
from cases.store import absences, access, case_rows, concerned, contacts, outbox, people, tasks
from cases.store.database import Database
from cases.store.keyring import Keyring
from cases.submission import BY_FORM, Answer, Arrival, Submission
from cases.tables import policies
from cases.vault import KeyDestroyed
from cases.verbs import answers, clocks, failing, messages, opening, supplying
from cases.verbs.decision import Decision, Letter, Moment
from cases.working_time import Calendar

log = structlog.get_logger()

Verb = Callable[[Case, Moment], Decision]
CONFIRM_HOURS = 14 * 24
AGAIN = timedelta(hours=1)
TOLD_AFTER = 3
NO_PAGE = "This page is open no longer. If you think that it should be, please telephone business support."


class WrongCode(ValueError):
    """The code is not right, is too old, or was tried too often."""


@dataclass(frozen=True, slots=True)
class Partnership:
    """A partnership as this installation runs it. Addresses come from the settings, the rest from the policy."""

    loaded: LoadedPolicy
    inbox: str
    reply_domain: str
    business_support: str
    most_letters_an_hour: int = 300
    shadow: str = ""  # the test person of a trial, to whom alone its letters go; empty: no trial runs

    @property
    def in_trial(self) -> bool:
        return bool(self.shadow)

    @property
    def key(self) -> str:
        return self.loaded.policy.partnership.key


@dataclass(frozen=True, slots=True)
class Opened:
    """A case just opened: its id, its reference, and the raiser's private link."""

    case_id: str
    reference: str
    status_token: str


class Casework:
    def __init__(self, database: Database, keyring: Keyring, partnerships: Mapping[str, Partnership]) -> None:
        self.database = database
        self.keyring = keyring
        self.partnerships = partnerships
        self._policies = {each.loaded.sha256: each.loaded.policy for each in partnerships.values()}

    def take_policies(self, now: datetime) -> None:
        """Store the policies' texts once by hash, so that a case stays on the version that it began under."""
        with self.database.write() as connection:
            self.keyring.secret(connection, now)
        with self.database.read() as connection:  # it stands now, and the keyring may keep it
            self.keyring.secret(connection, now)
        with self.database.write() as connection:
            known = set(connection.execute(select(policies.c.hash)).scalars())
            for each in self.partnerships.values():
                if each.loaded.sha256 not in known:
                    row = {"hash": each.loaded.sha256, "partnership_id": each.key, "text": each.loaded.text}
                    connection.execute(insert(policies).values(**row, taken_at=now))

    def replace_directory(self, partnership: str, agencies: list[Agency], holders: list[Person], now: datetime) -> None:
        """Put a new directory in place of the old one. Whoever was missing on an open case is written to now."""
        with self.database.write() as connection:
            before = self.directory_in(connection, partnership)
            people.replace(connection, partnership, agencies, holders, england().local_date(now))
            self.directory_changed(connection, partnership, before, now)
        while self.look_again(now):
            pass

    def directory_changed(self, connection: Connection, partnership: str, before: Directory, now: datetime) -> None:
        """Put up the open cases that a change concerns, in the transaction that makes the change."""
        policy, after = self.partnerships[partnership].loaded.policy, self.directory_in(connection, partnership)
        tokens = self.keyring.tokens(connection, now)
        directory_effects.put_up(connection, partnership, policy, tokens, before, after, now)

    def look_again(self, now: datetime, limit: int = 50) -> int:
        """Look at open cases that a change of the directory concerns, each in a transaction of its own, once.

        One that fails waits for an hour. Gives how many were looked at.
        """
        with self.database.read() as connection:
            waiting = concerned.waiting(connection, now, limit)
        for case_id in waiting:
            try:
                self._look_again(case_id, now)
            except Exception as error:
                log.error("a case could not be looked at again", case=case_id, error=type(error).__name__)
                with self.database.write() as connection:
                    failed = concerned.later(connection, case_id, now + AGAIN)
                self.tell_stuck(case_id, "directory", failed, now)
        return len(waiting)

    def own_addresses(self) -> frozenset[str]:
        """The addresses that this service reads and sends from, in small letters: it never writes to them."""
        return frozenset(office.inbox.lower() for office in self.partnerships.values())

    def directory(self, partnership: str) -> Directory:
        with self.database.read() as connection:
            return self.directory_in(connection, partnership)

    def receive(self, partnership: str, submission: Submission, now: datetime, once: str = "") -> Opened:
        """An escalation has come in: the case is open from now, whatever is missing.

        `once` is the form's own random mark: the same form sent twice is one case.
        """
        case_id = hashlib.sha256(once.encode()).hexdigest()[:32] if once else secrets.token_hex(16)
        with self.database.write() as connection:
            if once and (reference := case_rows.reference_of(connection, case_id)):
                return self._opened(connection, case_id, reference, now)
            return self.open(connection, partnership, case_id, submission, BY_FORM, now)

    def open(
        self,
        connection: Connection,
        partnership: str,
        case_id: str,
        submission: Submission,
        arrival: Arrival,
        now: datetime,
        began: datetime | None = None,
    ) -> Opened:
        """Open a case, in a transaction that the caller has begun. It begins now, or when its mail came."""
        office = self.partnerships[partnership]
        policy, year = office.loaded.policy, england().local_date(now).year
        number = case_rows.next_number(connection, office.key, year)
        reference = str(Reference(policy.partnership.reference_prefix, year, number))
        track = submission.track or policy.tracks[0].key
        case = Case(case_id, office.key, reference, office.loaded.sha256, began or now, track, office.in_trial)
        case_rows.create(connection, case, self.keyring.new_case_key(connection, office.key, case_id, now), now)
        code = access.new_code(connection, office.key, f"confirm:{case_id}", self.keyring, now, CONFIRM_HOURS)
        self._apply(
            connection, case, now, lambda case, moment: opening.receive(case, submission, code, moment, arrival)
        )
        return self._opened(connection, case_id, reference, now)

    def letter_code(self, connection: Connection, case: Case, party: str, now: datetime) -> str:
        """A code that a letter brings along with its link: good for 14 days, in any browser."""
        subject = _page_of(case.id, party, "")
        return access.new_code(connection, case.partnership, subject, self.keyring, now, CONFIRM_HOURS)

    def confirm(self, case_id: str, code: str, now: datetime) -> str:
        """The raiser shows by a code that the address is theirs. Gives the cookie of the device. Raises WrongCode."""
        with self.database.write() as connection:
            case = case_rows.load(connection, case_id, self.keyring)
            subjects = (f"confirm:{case_id}", _page_of(case_id, case.raiser.key, ""))  # the first, or one sent since
            if any(access.use_code(connection, subject, code, self.keyring, now) for subject in subjects):
                self._apply(connection, case, now, opening.confirm)
                return access.remember(connection, case.partnership, case.raiser.email, self.keyring, now)
        raise WrongCode("That is not the code we sent, or it is too old.")

    def complete(self, case_id: str, facts: Facts, now: datetime) -> None:
        """The raiser supplies what was missing."""
        self._decide(case_id, now, lambda case, moment: supplying.complete(case, facts, moment))

    def hear(self, case_id: str, who: str, answer: Answer, now: datetime, once: str = "") -> bool:
        """A party gives one of the offered answers, or business support takes one down. Says whether it was recorded.

        `once` is the form's own random mark: of the same form sent twice the first is recorded, the second is not.
        """
        mark = f"form:{case_id}:{once}"
        with self.database.write() as connection:
            case = case_rows.load(connection, case_id, self.keyring)
            if once and not access.is_first(connection, case.partnership, mark, now):
                return False
            self._apply(connection, case, now, lambda case, moment: answers.hear(case, who, answer, moment))
            if answer.evidence.via == "page" and who != BUSINESS_SUPPORT:
                contacts.answered(connection, case.partnership, case.party(who).email)
            if once:  # kept, so that whoever sends the form again can be told what it said
                access.is_first(connection, case.partnership, f"{mark}:{answer.does}@{answer.about}", now)
        return True

    def task_done(self, case_id: str, key: str, words: str, now: datetime, by: str = "") -> None:
        """Business support has done a task; what was done goes into the record. Done twice is once."""
        with self.database.write() as connection:
            if tasks.end(connection, case_id, key, now):
                case = case_rows.load(connection, case_id, self.keyring)
                self._apply(
                    connection, case, now, lambda case, moment: messages.task_done(case, key, words, moment, by)
                )

    def look(self, case_id: str, clock: str, now: datetime) -> None:
        """A clock's time has come: the current step of its ladder, once."""
        self._decide(case_id, now, lambda case, moment: clocks.look(case, clock, moment))

    def due_clocks(self, now: datetime, limit: int) -> list[tuple[str, str]]:
        """(case id, clock key) of the clocks whose time has come, the oldest first."""
        with self.database.read() as connection:
            return case_rows.due_clocks(connection, now, limit)

    def next_thing(self) -> datetime | None:
        """When the next clock is to be looked at, or the next waiting letter tried."""
        with self.database.read() as connection:
            moments = (case_rows.next_look(connection), outbox.next_try(connection))
            return min((moment for moment in moments if moment), default=None)

    def set_aside(self, case_id: str, clock: str, until: datetime) -> int:
        """A look failed: this clock waits, the others go on. Gives how often it has failed."""
        with self.database.write() as connection:
            return case_rows.set_aside(connection, case_id, clock, until)

    def tell_failing(self, case_id: str, clock: str, now: datetime) -> None:
        """A clock's look fails again and again: business support is told, once for each step."""
        with self.database.write() as connection:
            case = case_rows.load(connection, case_id, self.keyring)
            if not tasks.has(connection, case_id, failing.task_key(case, clock)):
                self._apply(connection, case, now, lambda case, moment: failing.failing(case, clock, moment))

    def tell_stuck(self, case_id: str, about: str, failed: int, now: datetime) -> None:
        """What follows from a change cannot be found out: from the third failure on business support is told, once.

        Of a case that cannot be read the daily audit tells them.
        """
        try:
            with self.database.write() as connection:
                if failed >= TOLD_AFTER and not tasks.has(connection, case_id, failing.stuck_key(about)):
                    case = case_rows.load(connection, case_id, self.keyring)
                    self._apply(connection, case, now, lambda case, moment: failing.stuck(case, about, moment))
        except Exception as error:
            log.error("a failing look could not be reported", case=case_id, error=type(error).__name__)

    def send_code(self, case_id: str, party: str, now: datetime, asker: str = "") -> None:
        """Mail a six-digit code to a party, which opens the record and lets them answer.

        `asker` is the mark of the browser that asks: the code counts with the same mark alone.
        """
        with self.database.write() as connection:
            case = case_rows.load(connection, case_id, self.keyring)
            to = case.party(party)
            if case.is_barred(to.email):
                return
            office = self.partnerships[case.partnership]
            words = "to open your page about an escalation"
            subject = _page_of(case_id, party, asker)
            self._code_letter(connection, office, subject, to.name, to.email, words, now, case.trial)

    def use_code(self, case_id: str, party: str, code: str, now: datetime, asker: str = "") -> str:
        """Gives the cookie of the device from now on. Raises WrongCode."""
        with self.database.write() as connection:
            subjects = [_page_of(case_id, party, asker), _page_of(case_id, party, "")]  # asked for, or from a letter
            subjects += [f"confirm:{case_id}"] if party == "p1" else []
            case = case_rows.load(connection, case_id, self.keyring)
            if case.is_barred(case.party(party).email):
                raise WrongCode(NO_PAGE)
            if any(access.use_code(connection, subject, code, self.keyring, now) for subject in subjects):
                return access.remember(connection, case.partnership, case.party(party).email, self.keyring, now)
        raise WrongCode("That is not the code we sent, or it is too old.")

    def remembers(self, partnership: str, email: str, cookie: str, now: datetime) -> bool:
        """Whether a device has shown that this mailbox is its user's."""
        with self.database.read() as connection:
            return access.is_remembered(connection, partnership, email, cookie, self.keyring, now)

    def moment(self, connection: Connection, case: Case, now: datetime) -> Moment:
        """What a decision about this case may look at: the policy is the one that the case began under."""
        policy, directory = self.policy(connection, case.policy), self.directory_in(connection, case.partnership)
        return Moment(now, policy, directory, working_days(directory.closures))

    def calendar(self, connection: Connection, partnership: str) -> Calendar:
        """A partnership's working days, less the days on which it is closed."""
        return working_days(absences.closures(connection, partnership))

    def policy(self, connection: Connection, sha256: str) -> Policy:
        """The policy whose text has this hash, as it was stored when it was taken."""
        if sha256 not in self._policies:
            text = connection.execute(select(policies.c.text).where(policies.c.hash == sha256)).scalar_one()
            self._policies[sha256] = parse_policy(text, sha256)
        return self._policies[sha256]

    def apply(self, connection: Connection, case: Case, now: datetime, verb: Verb) -> Decision:
        """Decide and write, in a transaction that the caller has begun."""
        return self._apply(connection, case, now, verb)

    def _decide(self, case_id: str, now: datetime, verb: Verb) -> Decision:
        with self.database.write() as connection:
            return self._apply(connection, case_rows.load(connection, case_id, self.keyring), now, verb)

    def _look_again(self, case_id: str, now: datetime) -> None:
        with self.database.write() as connection:
            concerned.looked_at(connection, case_id)
            try:
                case = case_rows.load(connection, case_id, self.keyring)
            except KeyDestroyed:  # erased: there is nobody to write to
                return
            self._apply(connection, case, now, opening.directory_changed)

    def _apply(self, connection: Connection, case: Case, now: datetime, verb: Verb) -> Decision:
        decision = verb(case, self.moment(connection, case, now))
        case_rows.save(connection, case, decision, self.keyring, now)
        office = self.partnerships[case.partnership]
        for letter in decision.letters:
            outbox.plan(connection, office, case.id, letter, self.keyring, now)
        return decision

    def _opened(self, connection: Connection, case_id: str, reference: str, now: datetime) -> Opened:
        secret = self.keyring.secret(connection, now)
        return Opened(case_id, reference, case_rows.status_token(secret, case_id, "p1"))

    def _code_letter(
        self,
        connection: Connection,
        office: Partnership,
        subject: str,
        name: str,
        email: str,
        words: str,
        now: datetime,
        of_trial: bool,
    ) -> None:
        code = access.new_code(connection, office.key, subject, self.keyring, now)
        values = {
            "code": code,
            "minutes": access.CODE_MINUTES,
            "purpose_words": words,
            "partnership": office.loaded.policy.partnership.name,
            "to_name": name,
        }
        whose = self.keyring.tokens(connection, now).lookup("sender", email)
        letter = Letter("code", whose, name, email, secrets.token_hex(8), values, urgent=True)
        outbox.plan(connection, office, None, letter, self.keyring, now, of_trial)

    def directory_in(self, connection: Connection, partnership: str) -> Directory:
        """The directory as it stands, in a transaction that the caller has begun."""
        return people.directory(connection, partnership, self.partnerships[partnership].business_support)


def _page_of(case_id: str, party: str, asker: str) -> str:
    """What a party's code is kept under; without an asker it is the one that confirms the raiser's address too."""
    return f"page:{case_id}:{party}:{asker}" if asker else f"page:{case_id}:{party}"
