"""Letters that go out, messages that came in, and the mailboxes between."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from cases.tables.columns import Moment, metadata, partnership

letters = Table(
    "letters",
    metadata,
    Column("id", Text, primary_key=True),
    partnership(),
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
    Column("trial", Boolean, nullable=False, server_default="0"),  # for the test person alone
    Column("let_go", Boolean, nullable=False, server_default="0"),  # by a person: no cap holds it again
    Column("message_id", Text, nullable=False, unique=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("page_hash", Text, nullable=False, unique=True),
    Column("accepted_at", Moment),
    Column("lost_at", Moment),  # refused for good, or come back
    Column("key_subject", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # name, address, values, offers
    Column("message", LargeBinary),  # the bytes as handed over, sealed
    UniqueConstraint("purpose", "subject", "about", "rung", "recipient", "revision"),
    CheckConstraint("state IN ('planned','held','handing over','uncertain','accepted','refused','bounced','withheld')"),
    Index("letters_to_send", "next_try_at", sqlite_where=text("state IN ('planned','handing over','uncertain')")),
    Index("letters_of_case", "case_id"),
    Index("letters_accepted", "partnership_id", "accepted_at"),
    Index("letters_held", "partnership_id", "planned_at", sqlite_where=text("state = 'held'")),
    Index("letters_waiting", "partnership_id", "planned_at", sqlite_where=text("state = 'planned' AND attempts > 0")),
    Index("letters_uncertain", "partnership_id", "planned_at", sqlite_where=text("state = 'uncertain'")),
    Index("letters_without_case", "partnership_id", "recipient", "planned_at", sqlite_where=text("case_id IS NULL")),
    Index("letters_lost", "partnership_id", "planned_at", sqlite_where=text("state IN ('refused','bounced')")),
    Index("letters_lost_at", "partnership_id", "lost_at", sqlite_where=text("lost_at IS NOT NULL")),
)

brakes = Table(
    "brakes",
    metadata,
    partnership(),
    Column("about", Text, nullable=False),  # "all", or "case id:party" where one person's letters are held
    Column("pulled_at", Moment, nullable=False),  # letters are held from now until a person lets them go
    Column("released_at", Moment),
    PrimaryKeyConstraint("partnership_id", "about"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    partnership(),
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
    Column("urgent", Boolean, nullable=False, server_default="0"),  # words of immediate harm were found in it
    Column("follows", Text),  # the mail of whose sender business support asked something: this one answers that
    Column("awaits", Text),  # the party whose word is awaited that the mail is theirs
    Column("owned_by", Text),  # the party who has said on the page that it is
    Column("sealed_by", Text),  # the confidential case that the mail was found to be on: for its two people alone
    Column("reminded_on", Date),  # the local day on which business support was last reminded of it
    Column("key_subject", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("mailbox", "same_as"),
    CheckConstraint("state IN ('stored','opened','answered','filed','tray','done')"),
    Index("messages_by_id", "mailbox", "id_token"),
    Index("messages_waiting", "partnership_id", "received_at", sqlite_where=text("state IN ('stored','tray')")),
    Index("messages_in_tray", "partnership_id", "urgent", "received_at", sqlite_where=text("state = 'tray'")),
    Index("messages_of_case", "case_id", "received_at", sqlite_where=text("case_id IS NOT NULL")),
    Index("messages_that_follow", "follows", sqlite_where=text("follows IS NOT NULL")),
)

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("name", Text, primary_key=True),  # such as "imap:chscp"
    partnership(),
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
    partnership(),
    Column("message_id", Text, nullable=False),  # of the stored message
    Column("moved_at", Moment),
    PrimaryKeyConstraint("mailbox", "validity", "uid"),
    Index("receipts_to_move", "mailbox", sqlite_where=text("moved_at IS NULL")),
)
