"""What a change of the directory concerns: told from how it stood before and how it stands after it."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from cases.directory.directory import Directory
from cases.policy import Policy
from cases.store import concerned
from cases.store.concerned import Seat
from cases.vault import Tokens

HIDDEN_FOR = timedelta(hours=1)


def cases_concerned(
    connection: Connection, partnership: str, policy: Policy, tokens: Tokens, before: Directory, after: Directory
) -> set[str]:
    """Ids of the open cases that miss somebody who is known now, or on which somebody acts whose entry is another."""
    changed = [tokens.lookup("sender", email) for email in _changed(before, after)]
    found = concerned.with_party(connection, partnership, changed)
    return found | _lacking(connection, partnership, policy, before, after)


def _lacking(connection: Connection, partnership: str, policy: Policy, before: Directory, after: Directory) -> set[str]:
    """Ids of the open cases that miss somebody who is known now."""
    found = concerned.lacking(connection, partnership, _filled(before, after, policy))
    return found | concerned.lacking_in_agencies(connection, partnership, _other_domains(before, after))


def put_up(
    connection: Connection,
    partnership: str,
    policy: Policy,
    tokens: Tokens,
    before: Directory,
    after: Directory,
    now: datetime,
) -> None:
    """Put up the cases that a change concerns to be looked at, in the transaction that makes the change.

    A confidential case is looked at an hour later where somebody on it has another entry: what the desk sees of it
    right after a change about one person would say that this person is on it (chscp 1.7). Where a role was empty it is
    looked at at once.
    """
    found = cases_concerned(connection, partnership, policy, tokens, before, after)
    lacking = _lacking(connection, partnership, policy, before, after)
    hidden = concerned.confidential(connection, found - lacking)
    concerned.put_up(connection, partnership, found - hidden, now)
    concerned.put_up(connection, partnership, hidden, now + HIDDEN_FOR)


def _changed(before: Directory, after: Directory) -> set[str]:
    """The addresses of those who came or left, whose name is another, or who are away, or have a delegate, anew."""
    return {email for email, _ in _entries(before) ^ _entries(after)}


def _entries(directory: Directory) -> set[tuple[str, tuple[object, ...]]]:
    held: set[tuple[str, tuple[object, ...]]] = {
        (person.email.lower(), ("holds", person.role, person.agency, person.name, person.delegate.lower()))
        for person in directory.people
    }
    return held | {(away.email.lower(), ("away", away.first, away.last)) for away in directory.absences}


def _filled(before: Directory, after: Directory, policy: Policy) -> set[Seat]:
    """The roles in which somebody is new, and those for which they stand where nobody holds them."""
    seats = {(person.role, person.agency, person.email.lower()) for person in after.people}
    seats -= {(person.role, person.agency, person.email.lower()) for person in before.people}
    new = {(role, agency) for role, agency, _ in seats}
    return new | {(key, agency) for role, agency in new for key, each in policy.roles.items() if each.proxy == role}


def _other_domains(before: Directory, after: Directory) -> set[str]:
    """The agencies with a domain that was not registered before: letters may go there now."""
    old = {key: agency.domains for key, agency in before.agencies.items()}
    return {key for key, agency in after.agencies.items() if set(agency.domains) - set(old.get(key, ()))}
