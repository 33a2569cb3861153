"""`answerable directory`: a file in place of a directory, and a directory as a file."""

from collections.abc import Iterator
from pathlib import Path

from answerable.wiring import Service
from cases.directory.file import read_directory
from cases.directory.intake import Difference, agency_changes, as_file, differences, take_in
from cases.directory.work import DirectoryWork

BY = "the command line"


def taken_in(service: Service, partnership: str, file: Path, dry_run: bool) -> Iterator[str]:
    """Take a file in, and say what it changed; in a dry run, what it would. Raises DirectoryError, Refused."""
    casework, now = service.casework, service.now()
    sheet = read_directory(file, casework.partnerships[partnership].loaded.policy, casework.own_addresses())
    before = casework.directory(partnership)
    yield from (f"Agency {line}" for line in agency_changes(before, sheet))
    yield from map(_line, differences(before, sheet))
    if dry_run:
        preview = DirectoryWork(casework).preview(partnership, take_in(sheet), now)
        yield from (f"{each.reference}: the letter “{each.purpose}” to {each.name}" for each in preview.letters)
        yield from ([f"{preview.more} more open cases would be looked at"] if preview.more else [])
        yield "Confidential cases are not shown here."
        yield "Nothing was changed: this was a dry run."
        return
    DirectoryWork(casework).change(partnership, take_in(sheet), BY, now)
    while casework.look_again(now):
        pass
    yield f"{len(sheet.agencies)} agencies and {len(sheet.people)} people are in the directory of {partnership}."


def written_out(service: Service, partnership: str) -> str:
    """The directory as a file."""
    with service.database.read() as connection:
        today = service.casework.calendar(connection, partnership).local_date(service.now())
        return as_file(service.casework.directory_in(connection, partnership), today)


def _line(each: Difference) -> str:
    where = f"Line {each.line}" if each.line else "Not in the file"
    of = f" of {each.person.agency}" if each.person.agency else ""
    return f"{where}: {each.kind}: {each.person.name}, {each.person.role}{of}. {each.what}"
