"""Who may come in: other systems by a key, people by a code, a remembered device."""

from sqlalchemy import Column, Integer, Table, Text

from cases.tables.columns import Moment, metadata, partnership

api_keys = Table(
    "api_keys",
    metadata,
    Column("hash", Text, primary_key=True),
    partnership(),
    Column("made_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

api_calls = Table(
    "api_calls",
    metadata,
    Column("mark", Text, primary_key=True),  # token over the partnership and the Idempotency-Key
    partnership(),
    Column("body", Text, nullable=False),  # token over what was sent: another body under the same key is refused
    Column("case_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

codes = Table(
    "codes",
    metadata,
    Column("subject", Text, primary_key=True),  # which case and party, or which desk
    partnership(),
    Column("hash", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
)

devices = Table(
    "devices",
    metadata,
    Column("hash", Text, primary_key=True),
    partnership(),
    Column("address_token", Text, nullable=False),  # whose mailbox was shown to be theirs
    Column("expires_at", Moment, nullable=False),
)
