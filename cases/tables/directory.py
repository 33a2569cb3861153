"""Who holds which role in which agency."""

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text

from cases.tables.columns import metadata, partnership

agencies = Table(
    "agencies",
    metadata,
    partnership(),
    Column("key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("domains", Text, nullable=False),
    PrimaryKeyConstraint("partnership_id", "key"),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    partnership(),
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
