"""Who holds which role in which agency, who is away, what is closed, and what is known of each address."""

from sqlalchemy import Column, Date, Index, Integer, PrimaryKeyConstraint, Table, Text, text

from cases.tables.columns import Moment, metadata, partnership

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
    Index("people_of", "partnership_id", sqlite_where=text("until IS NULL")),
    Index("people_before", "partnership_id", "email", sqlite_where=text("until IS NOT NULL")),
)

# What is known of an address, whatever roles its owner holds. The address is in small letters.
contacts = Table(
    "contacts",
    metadata,
    partnership(),
    Column("email", Text, nullable=False),
    Column("delegate", Text),  # the address of whoever acts while they are away
    Column("flagged_on", Date),  # when the address was last found not to work
    Column("flag", Text),
    Column("silences", Integer, nullable=False, server_default="0"),  # chases in a row that were not answered
    Column("chased_on", Date),
    Column("instead", Text),  # whom an automatic reply named
    Column("instead_on", Date),
    Column("confirmed_on", Date),  # when they last said that the entry is right
    Column("asked_on", Date),  # when they were last asked whether it is
    Column("says", Text),  # what they said about the entry, where it is not right
    Column("said_on", Date),
    PrimaryKeyConstraint("partnership_id", "email"),
    Index("contacts_by_delegate", "delegate", sqlite_where=text("delegate IS NOT NULL")),
)

absences = Table(
    "absences",
    metadata,
    Column("id", Integer, primary_key=True),
    partnership(),
    Column("email", Text, nullable=False),
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("began_at", Moment),  # when the cases of this person were put up to be looked at because of it
    Column("ended_at", Moment),
    Index("absences_of", "partnership_id", "last"),
)

closures = Table(
    "closures",
    metadata,
    Column("id", Integer, primary_key=True),
    partnership(),
    Column("agency", Text),  # none: the partnership as a whole
    Column("first", Date, nullable=False),
    Column("last", Date, nullable=False),
    Column("name", Text, nullable=False),
    Index("closures_of", "partnership_id", "first"),
)

directory_changes = Table(
    "directory_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    partnership(),
    Column("at", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("words", Text, nullable=False),
    Index("directory_changes_of", "partnership_id", "at"),
)

# The roles that nobody holds on an open case: the case is looked at again when somebody does.
vacancies = Table(
    "vacancies",
    metadata,
    Column("case_id", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("part", Text, nullable=False),  # "raising", "receiving", "decider", "partnership"
    partnership(),
    Column("agency", Text),  # key of the agency, where it is known
    PrimaryKeyConstraint("case_id", "role", "part"),
    Index("vacancies_of", "partnership_id", "role", "agency"),
)

# Cases that a change of the directory, or an absence, concerns: looked at one by one, each once.
revisits = Table(
    "revisits",
    metadata,
    Column("case_id", Text, primary_key=True),
    partnership(),
    Column("look_at", Moment, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),  # how often a look at it has failed
    Index("revisits_to_look_at", "look_at"),
)
