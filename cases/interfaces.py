"""Escalations from other systems: the keys that they show, and each call taken once (RFC draft, Idempotency-Key)."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from cases import reference
from cases.casework import Casework
from cases.directory.directory import Directory
from cases.policy import Policy
from cases.store import case_rows
from cases.submission import Arrival, Submission
from cases.tables import api_calls, api_keys


class OtherBody(ValueError):
    """The same Idempotency-Key came before with another body."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An escalation that is a case now: its reference, and whether this call opened it."""

    reference: str
    new: bool


class Interfaces:
    def __init__(self, casework: Casework) -> None:
        self._casework = casework
        self._database = casework.database
        self._keyring = casework.keyring

    def new_key(self, partnership: str, now: datetime) -> str:
        """A key for another system's form. Only its hash is kept: it is shown this once."""
        key = secrets.token_urlsafe(32)
        with self._database.write() as connection:
            row = {"hash": reference.token_hash(key), "partnership_id": partnership, "made_at": now}
            connection.execute(insert(api_keys).values(**row))
        return key

    def revoke_keys(self, partnership: str, now: datetime) -> int:
        """Every key of a partnership stops working. Gives how many there were."""
        valid = (api_keys.c.partnership_id == partnership) & api_keys.c.revoked_at.is_(None)
        with self._database.write() as connection:
            return connection.execute(update(api_keys).where(valid).values(revoked_at=now)).rowcount

    def admits(self, partnership: str, key: str) -> bool:
        """Whether this is a key of the partnership that works. Looked up by its hash: no time tells how near it was."""
        chosen = (api_keys.c.hash == reference.token_hash(key)) & (api_keys.c.partnership_id == partnership)
        with self._database.read() as connection:
            found = connection.execute(select(api_keys.c.hash).where(chosen, api_keys.c.revoked_at.is_(None)))
            return found.first() is not None

    def form_of(self, partnership: str) -> tuple[Policy, Directory]:
        """The policy and the directory of a partnership as they stand."""
        return self._casework.partnerships[partnership].loaded.policy, self._casework.directory(partnership)

    def policies(self) -> list[Policy]:
        return [office.loaded.policy for office in self._casework.partnerships.values()]

    def take(self, partnership: str, call: str, body: bytes, submission: Submission, now: datetime) -> Taken:
        """Open a case for a call. The same call again gives the same case. Raises OtherBody.

        `call` is the Idempotency-Key that came with it.
        """
        with self._database.write() as connection:
            tokens = self._keyring.tokens(connection, now)
            mark, sent = tokens.lookup("call", f"{partnership}\0{call}"), tokens.lookup("body", body.hex())
            known = connection.execute(select(api_calls).where(api_calls.c.mark == mark)).first()
            if known and known.body != sent:
                raise OtherBody
            if known:
                return Taken(case_rows.reference_of(connection, known.case_id) or "", False)
            case_id = secrets.token_hex(16)
            opened = self._casework.open(connection, partnership, case_id, submission, Arrival(via="api"), now)
            row = {"mark": mark, "partnership_id": partnership, "body": sent, "case_id": case_id, "at": now}
            connection.execute(insert(api_calls).values(**row))
            return Taken(opened.reference, True)
