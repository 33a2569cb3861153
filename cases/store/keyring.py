"""Case and tray keys in the database, wrapped by the master key. Nothing outside here and `cases.vault` sees a key."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from cases.store.database import Database
from cases.tables import keys
from cases.vault import Key, MasterKeys, Tokens, new_key

INSTALLATION = "installation"
_WRAPPED = select(keys.c.wrapped).where(keys.c.subject == bindparam("subject"))


class Keyring:
    """Opens keys for one transaction at a time, so that a destroyed key is gone at once everywhere."""

    def __init__(self, master: MasterKeys) -> None:
        self._master = master
        self._installation: bytes | None = None

    def case_key(self, connection: Connection, case_id: str) -> Key:
        """The key of a case. Raises KeyDestroyed once the case has been erased."""
        return self.key(connection, f"case:{case_id}")

    def key(self, connection: Connection, subject: str) -> Key:
        return self._master.open(connection.execute(_WRAPPED, {"subject": subject}).scalar(), subject)

    def new_case_key(self, connection: Connection, partnership: str, case_id: str, now: datetime) -> Key:
        return self._make(connection, partnership, f"case:{case_id}", now)

    def tray_key(self, connection: Connection, partnership: str, now: datetime) -> tuple[str, Key]:
        """This month's key for mail and letters that belong to no case, with its subject."""
        subject = f"tray:{partnership}:{now:%Y-%m}"
        known = connection.execute(select(keys.c.subject).where(keys.c.subject == subject)).scalar()
        return subject, self.key(connection, subject) if known else self._make(connection, partnership, subject, now)

    def secret(self, connection: Connection, now: datetime) -> bytes:
        """The installation's secret for tokens and look-ups: made once, kept through a change of the master key."""
        if self._installation:
            return self._installation
        wrapped = connection.execute(_WRAPPED, {"subject": INSTALLATION}).scalar()
        if wrapped is None:
            return self._store(connection, "", INSTALLATION, now)
        raw = self._master.unwrap(wrapped, INSTALLATION)
        if not Database.is_writing(connection):  # a writer may see its own new secret, and be rolled back
            self._installation = raw
        return raw

    def tokens(self, connection: Connection, now: datetime) -> Tokens:
        return Tokens(self.secret(connection, now))

    def destroy(self, connection: Connection, case_id: str, now: datetime, why: str = "") -> None:
        """Erase a case: its key is gone, its chain still verifies. `why` is kept in plain words."""
        gone = {"wrapped": None, "destroyed_at": now, "destroyed_why": why}
        connection.execute(update(keys).where(keys.c.subject == f"case:{case_id}").values(**gone))

    def _make(self, connection: Connection, partnership: str, subject: str, now: datetime) -> Key:
        return Key(self._store(connection, partnership, subject, now))

    def _store(self, connection: Connection, partnership: str, subject: str, now: datetime) -> bytes:
        raw = new_key()
        row = {"subject": subject, "partnership_id": partnership, "made_at": now}
        connection.execute(insert(keys), row | {"wrapped": self._master.wrap(raw, subject)})
        return raw
