"""Every table. Rows are found by plain columns; what is personal is in `sealed` columns, under one key a case.

Times are aware UTC. `partnership_id` stands on every row. Mail and letters that belong to no case yet are sealed under
the partnership's tray key of the month (decisions, "Personal content and keys").
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime; databases without zones hold it as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and not value.tzinfo else value


metadata = MetaData()


def _partnership() -> Column[str]:
    return Column("partnership_id", Text, nullable=False)


keys = Table(
    "keys",
    metadata,
    Column("subject", Text, primary_key=True),  # "case:…", "tray:chscp:2026-11", "installation"
    _partnership(),
    Column("wrapped", LargeBinary),  # empty once destroyed
    Column("made_at", Moment, nullable=False),
    Column("destroyed_at", Moment),
)

policies = Table(
    "policies",
    metadata,
    Column("hash", Text, primary_key=True),
    _partnership(),
    Column("text", Text, nullable=False),
    Column("taken_at", Moment, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    _partnership(),
    Column("year", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("partnership_id", "year"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Text, primary_key=True),
    _partnership(),
    Column("reference", Text, nullable=False, unique=True),
    Column("policy", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("length", Integer, nullable=False),
    Column("head", Text, nullable=False),  # hash of the last entry of the record
    Column("sealed", LargeBinary, nullable=False),
    Index("cases_open", "partnership_id", "opened_at", sqlite_where=text("status != 'closed'")),
)


def _part(name: str, *columns: Column[Any] | Index) -> Table:
    return Table(
        name,
        metadata,
        Column("case_id", Text, nullable=False),
        Column("key", Text, nullable=False),
        _partnership(),
        *columns,
        Column("sealed", LargeBinary, nullable=False),
        PrimaryKeyConstraint("case_id", "key"),
    )


parties = _part(
    "parties",
    Column("address_token", Text, nullable=False),
    Column("page_hash", Text, nullable=False, unique=True),  # of the private link to the case's state
    Index("parties_by_address", "address_token"),
)
stages = _part("stages", Column("stage", Text, nullable=False), Column("ended_at", Moment))
asked = _part("asked", Column("answered_at", Moment))
clocks = _part(
    "clocks",
    Column("purpose", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("look_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Index("clocks_to_look_at", "look_at", sqlite_where=text("state = 'running'")),
)

tasks = Table(
    "tasks",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    _partnership(),
    Column("opened_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("case_id", "key"),
    Index("tasks_open", "partnership_id", "opened_at", sqlite_where=text("done_at IS NULL")),
)

entries = Table(
    "entries",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    _partnership(),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("clause", Text),
    Column("basis", Text),
    Column("previous", Text, nullable=False),
    Column("commitment", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("case_id", "sequence"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    _partnership(),
    Column("day", Date, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("heads", Text, nullable=False),  # JSON: [[case id, length, hash], …]
    PrimaryKeyConstraint("partnership_id", "day"),
)

letters = Table(
    "letters",
    metadata,
    Column("id", Text, primary_key=True),
    _partnership(),
    Column("case_id", Text),
    Column("subject", Text, nullable=False),  # the case, or what else the letter belongs to
    Column("purpose", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("rung", Integer, nullable=False),
    Column("recipient", Text, nullable=False),  # a party's key, business support, or a hashed address
    Column("revision", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("wanted", Text),
    Column("tells", Boolean, nullable=False),
    Column("shares", Boolean, nullable=False),
    Column("planned_at", Moment, nullable=False),
    Column("next_try_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("fence", Integer, nullable=False, server_default="0"),  # how often the row was written
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("repeated", Boolean, nullable=False),  # the one marked repeat of an uncertain letter has been used
    Column("let_go", Boolean, nullable=False, server_default="0"),  # by a person: no cap holds it again
    Column("message_id", Text, nullable=False, unique=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("page_hash", Text, nullable=False, unique=True),
    Column("accepted_at", Moment),
    Column("key_subject", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # name, address, values, offers
    Column("message", LargeBinary),  # the bytes as handed over, sealed
    UniqueConstraint("purpose", "subject", "about", "rung", "recipient", "revision"),
    CheckConstraint("state IN ('planned','held','handing over','uncertain','accepted','refused','bounced','withheld')"),
    Index("letters_to_send", "next_try_at", sqlite_where=text("state IN ('planned','handing over','uncertain')")),
    Index("letters_of_case", "case_id"),
    Index("letters_accepted", "partnership_id", "accepted_at"),
    Index("letters_held", "partnership_id", sqlite_where=text("state = 'held'")),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    _partnership(),
    Column("mailbox", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("same_as", Text, nullable=False),  # token over Message-ID and content: the same message twice is one
    Column("id_token", Text),  # token over the Message-ID alone: the same with other content is another message
    Column("sha256", Text, nullable=False),
    Column("state", Text, nullable=False),  # stored, opened, answered, filed, tray, done
    Column("why", Text),
    Column("seen", Integer, nullable=False, server_default="1"),
    Column("case_id", Text),
    Column("letter_id", Text),
    Column("awaits", Text),  # the party whose word is awaited that the mail is theirs
    Column("owned_by", Text),  # the party who has said on the page that it is
    Column("reminded_on", Date),  # the local day on which business support was last reminded of it
    Column("key_subject", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("mailbox", "same_as"),
    CheckConstraint("state IN ('stored','opened','answered','filed','tray','done')"),
    Index("messages_by_id", "mailbox", "id_token"),
    Index("messages_waiting", "partnership_id", "received_at", sqlite_where=text("state IN ('stored','tray')")),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", Text, primary_key=True),  # such as "imap:chscp"
    _partnership(),
    Column("place", Text),  # the account and folder that its numbers belong to
    Column("started_at", Moment, nullable=False),  # the start mark: what came before is counted, never judged
    Column("older", Integer, nullable=False, server_default="0"),
    Column("validity", BigInteger),  # UIDVALIDITY (RFC 9051 section 2.3.1.1)
    Column("last_uid", BigInteger, nullable=False, server_default="0"),  # everything up to here has been seen to
    Column("dated_to", BigInteger, nullable=False, server_default="0"),  # up to here the date says what is older
    Column("polled_at", Moment),  # the last time that all went well
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("next_try_at", Moment),
    Column("trouble", Text),  # what went wrong last, in words without personal content
)

receipts = Table(
    "receipts",
    metadata,
    Column("mailbox", Text, nullable=False),
    Column("validity", BigInteger, nullable=False),
    Column("uid", BigInteger, nullable=False),
    _partnership(),
    Column("message_id", Text, nullable=False),  # of the stored message
    Column("moved_at", Moment),
    PrimaryKeyConstraint("mailbox", "validity", "uid"),
    Index("receipts_to_move", "mailbox", sqlite_where=text("moved_at IS NULL")),
)

brakes = Table(
    "brakes",
    metadata,
    _partnership(),
    Column("about", Text, nullable=False),  # "all", or "case id:party" where one person's letters are held
    Column("pulled_at", Moment, nullable=False),  # letters are held from now until a person lets them go
    Column("released_at", Moment),
    PrimaryKeyConstraint("partnership_id", "about"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("hash", Text, primary_key=True),
    _partnership(),
    Column("made_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

api_calls = Table(
    "api_calls",
    metadata,
    Column("mark", Text, primary_key=True),  # token over the partnership and the Idempotency-Key
    _partnership(),
    Column("body", Text, nullable=False),  # token over what was sent: another body under the same key is refused
    Column("case_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

codes = Table(
    "codes",
    metadata,
    Column("subject", Text, primary_key=True),  # which case and party, or which desk
    _partnership(),
    Column("hash", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
)

devices = Table(
    "devices",
    metadata,
    Column("hash", Text, primary_key=True),
    _partnership(),
    Column("address_token", Text, nullable=False),  # whose mailbox was shown to be theirs
    Column("expires_at", Moment, nullable=False),
)

agencies = Table(
    "agencies",
    metadata,
    _partnership(),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("domains", Text, nullable=False),
    PrimaryKeyConstraint("partnership_id", "key"),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    _partnership(),
    Column("role", Text, nullable=False),
    Column("agency", Text),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("since", Date, nullable=False),  # addresses are dated
    Column("until", Date),
    Column("flagged_on", Date),  # when the address was last found not to work
    Column("flag", Text),
    Index("people_of", "partnership_id"),
)

APPEND_ONLY = (entries, checkpoints)
