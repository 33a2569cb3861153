"""Who may come in: other systems by a key, people by a code, a remembered device, officers by a mailed link; and which
officer looked at which case."""

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text

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

# The staff list as it was changed, line by line: who is on it now is the last line of each address.
staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True),
    partnership(),
    Column("email", Text, nullable=False),  # in lower case
    Column("name", Text, nullable=False),
    Column("role", Text),  # from now on; none: taken off the list
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),  # who changed it
    Index("staff_of", "partnership_id"),
)

links = Table(
    "links",
    metadata,
    Column("hash", Text, primary_key=True),  # of the token in a mailed link
    partnership(),
    Column("email", Text, nullable=False),  # of the officer whom it signs in
    Column("back", Text, nullable=False),  # the page of the desk that they were on the way to
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("hash", Text, primary_key=True),  # of the random value in the browser's cookie
    partnership(),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),  # as it was at sign-in: with another one the session ends
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),  # to the minute
    Column("ended_at", Moment),
    Index("sessions_of", "partnership_id", "email"),
)

# Which officer opened the content of which case, once a local day.
looks = Table(
    "looks",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("officer", Text, nullable=False),  # the address
    partnership(),
    Column("name", Text, nullable=False),
    Column("at", Moment, nullable=False),  # the first time on that day
    PrimaryKeyConstraint("case_id", "day", "officer"),
)
