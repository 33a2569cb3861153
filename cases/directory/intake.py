"""Taking in a file of the directory: what it would change, row by row, and the change itself."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from cases.directory.directory import Away, Directory, Person
from cases.directory.edits import Edit
from cases.directory.file import Sheet, write_sheet
from cases.store import absences, contacts, people


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of one row. `line` is that of the file; none for somebody whom the file does not hold."""

    line: int | None
    kind: str  # "new", "changed", "ended"
    person: Person
    what: str


def differences(directory: Directory, sheet: Sheet) -> list[Difference]:
    """What taking in a file would change: rows first, then those whom it does not hold and whose roles end."""
    held = {people.seat_of(person): person for person in directory.people}
    found: list[Difference] = []
    for person, line in zip(sheet.people, sheet.lines, strict=True):
        old = held.pop(people.seat_of(person), None)
        if old is None:
            found.append(Difference(line, "new", person, "Enters the directory in this role."))
        elif changes := _changes(old, person, sheet, directory):
            found.append(Difference(line, "changed", person, "; ".join(changes)))
    ended = [Difference(None, "ended", person, "Not in the file: the role ends.") for person in held.values()]
    return [*found, *ended]


def agency_changes(directory: Directory, sheet: Sheet) -> list[str]:
    """What a file changes of the agencies, in words."""
    listed = {agency.key: agency for agency in sheet.agencies}
    new = [f"{each.name}: new." for key, each in listed.items() if key not in directory.agencies]
    gone = [
        f"{each.name}: not in the file, and taken out." for key, each in directory.agencies.items() if key not in listed
    ]
    other = [
        f"{each.name}: domains {' '.join(each.domains) or 'none'}."
        for key, each in listed.items()
        if key in directory.agencies and directory.agencies[key] != each
    ]
    return [*new, *other, *gone]


def take_in(sheet: Sheet) -> Edit:
    """Put the file in place of the directory. An absence that the file does not name stays as it was entered."""

    def edit(connection: Connection, partnership: str, today: date) -> str:
        people.replace(connection, partnership, sheet.agencies, sheet.people, today)
        for email, to in (sheet.delegates or {}).items():
            if (contacts.contact(connection, partnership, email).delegate or "") != to:
                contacts.delegate(connection, partnership, email, to)
        entered = absences.entered(connection, partnership)
        for away in sheet.absences:
            if away not in entered and away.last >= today:
                absences.enter(connection, partnership, away)
        return f"A file was taken in: {len(sheet.agencies)} agencies, {len(sheet.people)} roles."

    return edit


def as_file(directory: Directory, today: date) -> str:
    """The directory as a file, with the absence that somebody is in, or the next one."""
    ahead = sorted(
        (away for away in directory.absences if away.last >= today), key=lambda away: away.first, reverse=True
    )
    return write_sheet(
        list(directory.agencies.values()), directory.people, {away.email.lower(): away for away in ahead}
    )


def _changes(old: Person, new: Person, sheet: Sheet, directory: Directory) -> list[str]:
    found = [f"name: {new.name} (was {old.name})"] if new.name != old.name else []
    found += [f"telephone: {new.phone or 'none'} (was {old.phone or 'none'})"] if new.phone != old.phone else []
    if sheet.delegates is not None and new.delegate != old.delegate:
        found.append(f"delegate: {new.delegate or 'none'} (was {old.delegate or 'none'})")
    mine = [away for away in sheet.absences if away.email == new.email.lower() and away not in directory.absences]
    return found + [_words(away) for away in mine]


def _words(away: Away) -> str:
    return f"away from {away.first.isoformat()} to {away.last.isoformat()}"
