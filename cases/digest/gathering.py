"""Gathers what the daily digest of a partnership is made of, in one steady view of the database.

No case is opened but the few overdue ones that are shown, to say who has not answered.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection

from cases.case import Party
from cases.casework import Casework
from cases.digest.composing import PRESSING, SOON
from cases.digest.findings import Chore, Down, Findings, Found, MailIn, Some, Step, Tray, Unsent
from cases.digest.words import MOST_LINES, when_between
from cases.directory.coverage import Missing, coverage
from cases.directory.stale import stale
from cases.policy import Policy
from cases.store import case_rows, digests
from cases.store.digests import Made
from cases.vault import KeyDestroyed
from cases.verbs.decision import Draft
from cases.verbs.moves import ASKED_WHY, DISPUTED
from cases.verbs.people import actors
from cases.verbs.timing import step_at
from cases.working_time import ONE_DAY, Calendar, late_after, spoken_date

MOST_STEPS = 500
MOST_CHORES = 50
MINUTES_OF_MAKING = timedelta(minutes=15)
ARRIVES_BY = 10  # o'clock, local: a digest that the mail server has not taken by then is missed


# Why an entry of the directory is doubted. What somebody said or wrote about it stands at the desk alone.
_DOUBTS: Mapping[str, str] = {
    "flag": "The address does not work",
    "says": "Somebody has written that the entry is not right",
    "instead": "An automatic reply named somebody else",
    "silent": "Several letters in a row were not answered",
}


class Gathering:
    """One look at one partnership. `now` is aware UTC; the connection stays the caller's."""

    def __init__(self, casework: Casework, connection: Connection, partnership: str, now: datetime) -> None:
        self._casework = casework
        self._connection = connection
        self._partnership = partnership
        self._now = now
        self._calendar = casework.calendar(connection, partnership)
        self._directory = casework.directory(partnership)
        self._last = digests.last(connection, partnership)

    def findings(self) -> Findings:
        """Everything for the digest of today."""
        connection, partnership, now, calendar = self._connection, self._partnership, self._now, self._calendar
        policy, today = self._casework.partnerships[partnership].loaded.policy, calendar.local_date(now)
        chores, pressing, fresh, lesser = digests.chores(connection, partnership, PRESSING, self._said, MOST_CHORES)
        steps, steps_in_all = digests.looked_at_by(connection, partnership, calendar.end_of(today), MOST_STEPS)
        ahead = digests.due_between(connection, partnership, now, None, 1)[0]
        soon_to = calendar.end_of(calendar.add_working_days(today, SOON))
        since, until, said = self.since, now, self._said or self.since
        gaps = digests.gaps_between(connection, partnership, since, until)
        stopped = [row for row in gaps if row.kind == "stopped"]
        return Findings(
            short_name=policy.partnership.short_name,
            now=now,
            since=since,
            calendar=calendar,
            said=self._said,
            chores=[Chore(row.reference, row.confidential, row.key, row.opened_at) for row in chores],
            pressing=pressing,
            fresh=fresh,
            lesser=lesser,
            tray=self._tray(),
            overdue=self._overdue(),
            soon=self._some(*digests.due_between(connection, partnership, now, soon_to, MOST_LINES), "due_at"),
            steps=[Step(row.reference, self._does(row)) for row in steps],
            steps_in_all=steps_in_all,
            opened=self._some(*digests.opened_between(connection, partnership, said, until, MOST_LINES)),
            closed=self._some(*digests.closed_between(connection, partnership, since, until, MOST_LINES)),
            unsent=Unsent(*digests.unsent(connection, partnership, said)),
            mailboxes=self._mailboxes(),
            downs=[Down(row.kind, row.since, row.noticed_at, row.seconds) for row in gaps],
            missed=self._some(*digests.missed_between(connection, partnership, since, until, stopped, MOST_LINES)),
            without_digest=self._without_digest(today),
            last_late=self._last_late(),
            contacts=self._contacts(policy, today),
            coverage=self._coverage(policy, today),
            witness=digests.witness(connection, partnership),
            statuses=digests.by_status(connection, partnership),
            next_due=self._found(ahead[0], "due_at") if ahead else None,
            review_by=policy.document.review_by,
        )

    @property
    def since(self) -> datetime:
        """Where the last digest ended; before the first one, the working morning before."""
        if self._last:
            return self._last.until
        day = self._calendar.add_working_days(self._calendar.local_date(self._now), -1)
        return self._calendar.next_sending_moment(self._calendar.end_of(day - ONE_DAY))

    @property
    def _said(self) -> datetime | None:
        """Up to when earlier digests have surely told what there was: what was written down in the very minutes in
        which the last one was made may not have been in it, and is rather named as new twice than never."""
        return self._last.until - MINUTES_OF_MAKING if self._last else None

    def _tray(self) -> Tray:
        came = digests.tray(self._connection, self._partnership)
        late = sum(late_after(self._calendar, each) <= self._now for each in came)
        return Tray(len(came), late, came[0] if came else None)

    def _some(self, rows: list[Any], count: int, at: str = "opened_at") -> Some:
        return Some([self._found(row, at) for row in rows], count)

    def _overdue(self) -> Some:
        """The longest overdue, and what has become so since the last digest. Only of the latter is it looked up who
        is silent: of the others an earlier digest has said it."""
        between = partial(digests.due_between, self._connection, self._partnership)
        old, before = between(None, self._said, MOST_LINES) if self._said else ([], 0)
        new, since = between(self._said, self._now, MOST_LINES)
        found = [self._found(row, "due_at") for row in old]
        return Some([*found, *(self._found(row, "due_at", self._silent(row)) for row in new)], before + since)

    def _found(self, row: Any, at: str, silent: str = "") -> Found:
        """A case in words; of a confidential one its reference and dates alone (chscp 1.7)."""
        moment = getattr(row, at, None)
        if row.confidential:
            return Found(row.reference, True, "", "", moment)
        policy = self._casework.policy(self._connection, row.policy)
        return Found(row.reference, False, _stage(policy, row), self._agencies(row), moment, silent)

    def _agencies(self, row: Any) -> str:
        known = self._directory.agencies
        raising = known[row.raising].name if row.raising in known else "an agency not known here"
        receiving = known[row.receiving].name if row.receiving in known else "an agency not known here"
        return f"{raising} with {receiving}"

    def _silent(self, row: Any) -> str:
        """Who has not answered what is overdue: roles and agencies, no names. A confidential case stays closed."""
        if row.confidential:
            return ""
        try:
            case = case_rows.load(self._connection, row.id, self._casework.keyring)
        except KeyDestroyed:
            return "its content was erased"
        late = [clock for clock in case.running("timescale") if clock.state == "running" and clock.due_at <= self._now]
        clock = min(late, key=lambda each: each.due_at, default=None)
        if clock is None or clock.about == DISPUTED:
            return "waits for business support to settle it"
        if clock.about == ASKED_WHY:
            return "the raising side has not said whether to go on"
        return self._silent_in(Draft(case, self._casework.moment(self._connection, case, self._now)), clock.about)

    def _silent_in(self, draft: Draft, row_key: str) -> str:
        row = draft.case.stage_row(row_key)
        silent = [self._role(party) for party in actors(draft, row_key) if not row.said_by(party.part)]
        unknown = [f"{draft.policy.roles[gap.split(':')[0]].title}, whom nobody knows" for gap in row.missing]
        words = [*silent, *unknown]
        return f"no answer from: {'; '.join(words)}" if words else ""

    def _role(self, party: Party) -> str:
        agency = self._directory.agencies.get(party.agency or "")
        return f"{party.title} of {agency.name}" if agency else party.title

    def _does(self, row: Any) -> tuple[str, ...]:
        if row.purpose != "timescale" or not row.ladder:
            return (row.purpose,)
        ladder = self._casework.policy(self._connection, row.policy).chases[row.ladder]
        return tuple(step_at(ladder, row.step).does)

    def _mailboxes(self) -> list[MailIn]:
        return [
            MailIn(
                known.name.rpartition(":")[2] if ":" in known.name else known.name,
                known.older,
                counts.stored,
                counts.judged,
                counts.in_tray,
                counts.to_move,
                known.polled_at,
                known.trouble,
            )
            for known, counts in digests.mail_in(self._connection, self._partnership)
        ]

    def _contacts(self, policy: Policy, today: date) -> list[str]:
        """Which entries of the directory may be wrong, by role and reason; how many were not confirmed for long."""
        found = stale(self._connection, self._partnership, today)
        lines = [
            f"{words}: {'; '.join(held)}."
            for kind, words in _DOUBTS.items()
            if (held := [self._held(policy, each.role, each.agency) for each in found if each.kind == kind])
        ]
        old = sum(each.kind not in _DOUBTS for each in found)
        entries = "1 entry has" if old == 1 else f"{old} entries have"
        return [*lines, f"{entries} not been confirmed for half a year."] if old else lines

    def _coverage(self, policy: Policy, today: date) -> list[str]:
        """The roles that live cases need now, and nobody fills on some of the days ahead."""
        missing = coverage(self._casework, self._connection, self._partnership, today)
        return [self._gap(policy, each) for each in missing if not each.ahead]

    def _gap(self, policy: Policy, gap: Missing) -> str:
        days = when_between(gap.days[0], gap.days[-1])
        count = "1 live case" if gap.cases == 1 else f"{gap.cases} live cases"
        held = self._held(policy, gap.role, gap.agency)
        return f"{held[:1].upper()}{held[1:]}: nobody {days} ({count})."

    def _held(self, policy: Policy, role: str, agency: str | None) -> str:
        title = policy.roles[role].title if role in policy.roles else role.replace("_", " ")
        of = f" of {self._directory.agencies[agency].name}" if agency in self._directory.agencies else ""
        return f"{title}{of}"

    def _without_digest(self, today: date) -> list[date]:
        """The working days between the last digest and today."""
        if not self._last:
            return []
        days: list[date] = []
        day = self._calendar.next_working_day(self._last.digest.day)
        while day < today and len(days) < MOST_LINES:
            days.append(day)
            day = self._calendar.next_working_day(day)
        return days

    def _last_late(self) -> str:
        if not self._last:
            return ""
        state, at = digests.letter_state(self._connection, self._last.letter_id)
        return _fate(self._calendar, self._last, state, at)


def _stage(policy: Policy, row: Any) -> str:
    stage = policy.stages.get(row.stage)
    if not stage:
        return "not in a stage yet"
    return f"{stage.label}{f', tier {row.tier + 1} of management' if row.tier else ''}"


def _fate(calendar: Calendar, made: Made, state: str, at: datetime | None) -> str:
    """What became of the letter of an earlier digest, where it did not come in time."""
    day = f"The digest of {spoken_date(made.digest.day).rpartition(' ')[0]}"
    if at is None:
        return f"{day} was not taken by the mail server. It is on the desk."
    if state == "bounced":
        return f"{day} came back undelivered. It is on the desk."
    if at <= arrives_by(calendar, made.digest.day):
        return ""
    when = f"{calendar.local(at):%H:%M} on {spoken_date(calendar.local_date(at))}"
    return f"{day} was taken by the mail server only at {when}."


def arrives_by(calendar: Calendar, day: date) -> datetime:
    """When a digest of this day must have been taken by the mail server, in UTC."""
    opens = calendar.next_sending_moment(calendar.end_of(day - ONE_DAY))
    return opens + timedelta(hours=ARRIVES_BY - calendar.sending_from.hour)
