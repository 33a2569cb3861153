"""What business support does to a case, one transaction each, and the same without a trace: how it would come out.

An action is a pure verb of `cases.verbs` with an order in it. What is done is what the officer was shown: if the case
or the directory has changed since so that something else would come of it, nothing is done, and they look again.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from sqlalchemy import Connection, select

from cases.case import Case
from cases.casework import Casework, Partnership, Verb
from cases.mail.dispatch import became
from cases.reference import Reference
from cases.store import access, case_rows, outbox
from cases.tables import codes, tasks
from cases.verbs import ending, under_way
from cases.verbs.decision import Decision
from cases.verbs.orders import Order, Refused
from cases.verbs.under_way import UnderWay

Became = Literal["done", "done before", "changed"]
NOT_NUMBERED = "(given when it is entered)"
_TELLS_LEAVER = "handed_over"
_WAITS = {"planned": "withheld", "held": "withheld", "uncertain": "given up"}  # and what is said of it then
_OF_HARM = ("immediate_harm", "harm")


@dataclass(frozen=True, slots=True)
class Act:
    """An action that is about to be done: the verb; for a merge the case that goes on, and the order for it."""

    verb: Verb
    survivor: str = ""  # the reference of the case that another is merged into
    order: Order | None = None


class _Changed(Exception):
    """It would not come out as the officer was shown; what was begun is undone."""


class Support:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database
        self._keyring = casework.keyring

    def preview(self, case_id: str, act: Act, now: datetime) -> list[tuple[Case, Decision]]:
        """How each case stands before, and what would be decided. Nothing is written. Raises Refused."""
        with self._database.read() as connection:
            return self._decided(connection, case_rows.load(connection, case_id, self._keyring), act, now)

    def do(self, case_id: str, act: Act, shown: str, once: str, now: datetime) -> Became:
        """Do what was `shown` (`fingerprint`), and nothing else. `once` is the form's own mark. Raises Refused."""
        try:
            with self._database.write() as connection:
                case = case_rows.load(connection, case_id, self._keyring)
                if not access.is_first(connection, case.partnership, _mark(case_id, once), now):
                    return "done before"
                if fingerprint(self._decided(connection, case, act, now)) != shown:
                    raise _Changed
                self._do(connection, case, act, now)
                return "done"
        except _Changed:
            return "changed"

    def enter(self, partnership: str, known: UnderWay, order: Order, now: datetime, once: str) -> str:
        """Enter a case that is under way. The same form sent twice is one case. Gives its reference. Raises Refused."""
        case_id = hashlib.sha256(f"under way:{partnership}:{once}".encode()).hexdigest()[:32]
        with self._database.write() as connection:
            if reference := case_rows.reference_of(connection, case_id):
                return reference
            office = self._casework.partnerships[partnership]
            year = self._casework.calendar(connection, partnership).local_date(now).year
            number = case_rows.next_number(connection, partnership, year)
            reference = str(Reference(office.loaded.policy.partnership.reference_prefix, year, number))
            case = self._entered(connection, office, case_id, reference, known)
            case_rows.create(connection, case, self._keyring.new_case_key(connection, partnership, case_id, now), now)
            self._casework.apply(connection, case, now, _entering(known, order))
            return reference

    def preview_entry(self, partnership: str, known: UnderWay, order: Order, now: datetime) -> Decision:
        """What entering it would come to. Raises Refused."""
        with self._database.read() as connection:
            office = self._casework.partnerships[partnership]
            case = self._entered(connection, office, "preview", NOT_NUMBERED, known)
            return _entering(known, order)(case, self._casework.moment(connection, case, now))

    def done_before(self, case_id: str, once: str) -> bool:
        """Whether the form with this mark was acted on."""
        with self._database.read() as connection:
            chosen = codes.c.subject == _mark(case_id, once)
            return connection.execute(select(codes.c.subject).where(chosen)).first() is not None

    def harm_open(self, case_id: str) -> bool:
        """Whether a task about immediate harm is not done."""
        with self._database.read() as connection:
            chosen = (tasks.c.case_id == case_id) & tasks.c.done_at.is_(None)
            keys = connection.execute(select(tasks.c.key).where(chosen)).scalars()
            return any(key.partition(":")[0] in _OF_HARM for key in keys)

    def _decided(self, connection: Connection, case: Case, act: Act, now: datetime) -> list[tuple[Case, Decision]]:
        decision = act.verb(case, self._casework.moment(connection, case, now))
        if not act.survivor:
            return [(case, decision)]
        survivor = self._survivor(connection, case, act)
        moment = self._casework.moment(connection, survivor, now)
        return [(case, decision), (survivor, ending.take_in(survivor, case, _order(act), moment))]

    def _do(self, connection: Connection, case: Case, act: Act, now: datetime) -> None:
        decision = self._casework.apply(connection, case, now, act.verb)
        if act.survivor:
            survivor, order = self._survivor(connection, case, act), _order(act)
            taking = partial(ending.take_in, duplicate=case, order=order)
            self._casework.apply(connection, survivor, now, lambda case, moment: taking(case, moment=moment))
        self._withhold(connection, case, decision.case, now)

    def _withhold(self, connection: Connection, before: Case, after: Case, now: datetime) -> None:
        """What has not left goes neither to an address that is barred now, nor to one whose place another took."""
        barred = set(after.barred) - set(before.barred)
        gone = {(each.key, each.email) for each in before.parties if after.party(each.key).email != each.email}
        for letter in outbox.of_case(connection, before.id, self._keyring) if barred or gone else ():
            left_place = (letter.to, letter.email) in gone and letter.purpose != _TELLS_LEAVER
            if letter.state in _WAITS and (left_place or letter.email.lower() in barred):
                outbox.mark(connection, letter, "withheld", now)
                became(self._casework, connection, letter, _WAITS[letter.state], now)

    def _survivor(self, connection: Connection, case: Case, act: Act) -> Case:
        found = case_rows.by_reference(connection, case.partnership, act.survivor)
        if not found or found == case.id:
            raise Refused("There is no other case with this reference.")
        return case_rows.load(connection, found, self._keyring)

    def _entered(
        self, connection: Connection, office: Partnership, case_id: str, reference: str, known: UnderWay
    ) -> Case:
        policy = office.loaded.policy
        began = under_way.opened_at(self._casework.calendar(connection, office.key), known.received)
        track = under_way.track_of(policy, known.stage).key
        return Case(case_id, office.key, reference, office.loaded.sha256, began, track, office.in_trial)


def fingerprint(decisions: Sequence[tuple[Case, Decision]]) -> str:
    """A hash of what an officer is shown: how each case stands, who is written to and what about, and what is due when.

    Moments are left out: they move on while somebody reads, and days do not.
    """
    told = [
        {
            "case": [case.id, case.length],
            "letters": [(each.purpose, each.to, each.name, each.email, each.about) for each in decision.letters],
            "due": [(each.key, each.purpose, each.state, each.due_day) for each in decision.case.clocks],
        }
        for case, decision in decisions
    ]
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def _entering(known: UnderWay, order: Order) -> Callable[..., Decision]:
    return lambda case, moment: under_way.enter(case, known, order, moment)


def _mark(case_id: str, once: str) -> str:
    return f"support:{case_id}:{once}"


def _order(act: Act) -> Order:
    assert act.order is not None
    return act.order
