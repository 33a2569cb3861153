"""A directory as a CSV file (RFC 4180): read row by row, with an error for each row, and written so that it reads back.

Nothing is taken from a file that has an error. A cell that a spreadsheet would take for a formula is written with a
single quote before it, and read without (guarantees, D34).
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cases.directory.directory import Agency, Away, Person
from cases.directory.rules import Wrong, wrong_with_agency, wrong_with_days, wrong_with_person
from cases.policy import Policy

COLUMNS = ("agency", "agency_name", "domains", "role", "name", "email", "phone")
MORE = ("delegate", "away_from", "away_until")
LARGEST = 2_000_000  # bytes
_FORMULA = re.compile(r"'*[=+\-@\t\r\0]")
_GUARDED = re.compile(r"'+[=+\-@\t\r\0]")


class DirectoryError(Exception):
    """What is wrong with a directory file, a line for each row."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one row, and how to put it right. `line` is where the row begins, in the file."""

    line: int
    column: str
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"column {self.column}: " if self.column else ""
        return f"Line {self.line}: {where}{self.what} {self.remedy}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was read."""

    line: int
    cells: Mapping[str, str]
    away: Away | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file says. `delegates` are by address in small letters; none where the file has no such column."""

    agencies: tuple[Agency, ...]
    people: tuple[Person, ...]
    lines: tuple[int, ...]  # of the people, in their order
    delegates: Mapping[str, str] | None
    absences: tuple[Away, ...]
    errors: tuple[RowError, ...] = ()


def read_directory(path: Path, policy: Policy, own: Collection[str] = ()) -> Sheet:
    """The agencies and people of a file without an error. Raises DirectoryError, which names every wrong row."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DirectoryError(f"{path} cannot be read: {error.strerror}.") from error
    try:
        sheet = read_sheet(raw, policy, own)
    except DirectoryError as error:
        raise DirectoryError(f"{path} was not taken in: {error}") from None
    if sheet.errors:
        raise DirectoryError("\n".join([f"{path} was not taken in:", *map(str, sheet.errors)]))
    return sheet


def read_sheet(raw: bytes, policy: Policy, own: Collection[str] = ()) -> Sheet:
    """A file as it was uploaded, with everything that is wrong with it. Raises DirectoryError where it is no table."""
    text = _text(raw)
    rows, columns = _rows(text)
    read, errors = [], []
    for line, cells in rows:
        away, wrong = _away(line, cells)
        errors += wrong
        read.append(Row(line, cells, away))
    agencies, wrong = _agencies(read)
    errors += wrong
    errors += [error for row in read for error in _wrong_person(row, policy, tuple(agencies.values()), own)]
    errors += [*_twice(read), *_delegates(read)]
    held = [row for row in read if row.cells["role"]]
    if not held:
        errors.append(RowError(1, "", "The file holds no people.", "A directory without anybody is not taken in."))
    return Sheet(
        tuple(agencies.values()),
        tuple(_person(row.cells) for row in held),
        tuple(row.line for row in held),
        {row.cells["email"].lower(): row.cells["delegate"].lower() for row in held} if "delegate" in columns else None,
        tuple(dict.fromkeys(row.away for row in held if row.away)),
        tuple(sorted(errors, key=lambda each: each.line)),
    )


def write_sheet(agencies: Collection[Agency], people: Collection[Person], absences: Mapping[str, Away]) -> str:
    """The directory as a file, a row for each role and one for each agency in which nobody holds one.

    `absences` are by address in small letters.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow((*COLUMNS, *MORE))
    known = {agency.key: agency for agency in agencies}
    empty = [agency for agency in agencies if agency.key not in {person.agency for person in people}]
    for agency in empty:
        writer.writerow(map(_guarded, (*_of_agency(agency), "", "", "", "", "", "", "")))
    for person in people:
        away = absences.get(person.email.lower())
        days = (away.first.isoformat(), away.last.isoformat()) if away else ("", "")
        cells = (person.role, person.name, person.email, person.phone, person.delegate, *days)
        writer.writerow(map(_guarded, (*_of_agency(known.get(person.agency or "")), *cells)))
    return out.getvalue()


def _of_agency(agency: Agency | None) -> tuple[str, str, str]:
    return (agency.key, agency.name, " ".join(agency.domains)) if agency else ("", "", "")


def _guarded(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def _text(raw: bytes) -> str:
    """The words of a file: UTF-8, UTF-16 with its mark as spreadsheets save "Unicode text", else Windows-1252."""
    if len(raw) > LARGEST:
        raise DirectoryError("it is larger than 2 MB. Save the sheet alone as CSV.")
    if raw[:4] == b"PK\x03\x04" or raw[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise DirectoryError(
            "it is a spreadsheet, not a CSV file. In the spreadsheet choose “Save as”, then CSV UTF-8."
        )
    try:
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return raw.decode("utf-16")
        return _without_utf8(raw)
    except UnicodeDecodeError:
        raise DirectoryError("its letters cannot be read. Save it again as CSV UTF-8.") from None


def _without_utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def _rows(text: str) -> tuple[list[tuple[int, dict[str, str]]], list[str]]:
    """(line, cells by column) of each row that holds anything, and the columns. Raises DirectoryError."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in COLUMNS if name not in columns]
        if missing:
            raise DirectoryError(
                f"it has no column {', '.join(missing)}. The first row must name: {', '.join(COLUMNS)}; "
                f"and may name: {', '.join(MORE)}."
            )
        found, line = [], reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((line, _cells(columns, cells, line)))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DirectoryError(
            f"line {reader.line_num} cannot be read as CSV ({error}). Put text that holds a quotation mark into "
            "quotation marks, and double those inside it."
        ) from None
    return found, columns


def _cells(columns: list[str], cells: list[str], line: int) -> dict[str, str]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        raise DirectoryError(
            f"line {line} has more cells than there are columns. Put text that holds a comma into quotation marks."
        )
    unguarded = (_unguarded(cell.strip()) for cell in cells)
    named = dict.fromkeys((*COLUMNS, *MORE), "") | dict(zip(columns, unguarded, strict=False))
    return {name: cell.strip() for name, cell in named.items()}


def _delimiter(text: str) -> str:
    """What stands between the names of the columns: a comma, or what a spreadsheet puts in its place."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _away(line: int, cells: Mapping[str, str]) -> tuple[Away | None, list[RowError]]:
    days: list[date | None] = []
    errors: list[RowError] = []
    for column in MORE[1:]:
        day = _day(cells[column])
        if cells[column] and not day:
            remedy = "Write it as 2026-12-04 or 04/12/2026."
            errors.append(RowError(line, column, f"“{cells[column]}” is not a date.", remedy))
        days.append(day)
    if errors:
        return None, errors
    wrong = wrong_with_days(days[0], days[1], (MORE[1], MORE[2]))
    errors = [_error(line, each) for each in wrong]
    whole = days[0] and days[1] and not errors
    return (Away(cells["email"].lower(), days[0], days[1]) if whole and days[0] and days[1] else None), errors


def _day(typed: str) -> date | None:
    """A day as ISO 8601 has it, or as Britain writes it."""
    british = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", typed)
    try:
        return date(*map(int, reversed(british.groups()))) if british else date.fromisoformat(typed)
    except ValueError:
        return None


def _agencies(rows: list[Row]) -> tuple[dict[str, Agency], list[RowError]]:
    """The agencies by key. One that several rows name differently is an error at the later row."""
    found: dict[str, tuple[Agency, int]] = {}
    errors: list[RowError] = []
    for row in rows:
        key = row.cells["agency"]
        if not key:
            continue
        agency = Agency(key, row.cells["agency_name"], tuple(row.cells["domains"].lower().split()))
        if key not in found:
            found[key] = (agency, row.line)
            errors += [_error(row.line, wrong) for wrong in wrong_with_agency(agency)]
        elif found[key][0] != agency and (agency.name or agency.domains):
            what = f"The agency “{key}” has another name or other domains than in line {found[key][1]}."
            errors.append(RowError(row.line, "agency_name", what, "Write the same in both rows, or leave these empty."))
    return {key: agency for key, (agency, _) in found.items()}, errors


def _wrong_person(row: Row, policy: Policy, agencies: Collection[Agency], own: Collection[str]) -> Iterator[RowError]:
    cells = row.cells
    if cells["role"]:
        yield from (_error(row.line, each) for each in wrong_with_person(_person(cells), policy, agencies, own))
    elif cells["name"] or cells["email"]:
        yield RowError(row.line, "role", "The person has no role.", f"Use one of: {', '.join(policy.roles)}.")
    elif not cells["agency"]:
        yield RowError(row.line, "agency", "The row names neither an agency nor a role.", "Fill it in, or remove it.")


def _twice(rows: list[Row]) -> Iterator[RowError]:
    seen: dict[tuple[str, str, str], int] = {}
    for row in (row for row in rows if row.cells["role"]):
        seat = (row.cells["role"], row.cells["agency"], row.cells["email"].lower())
        if seat in seen:
            what = f"The same person stands in this role in line {seen[seat]} already."
            yield RowError(row.line, "email", what, "Remove one of the rows.")
        seen.setdefault(seat, row.line)


def _delegates(rows: list[Row]) -> Iterator[RowError]:
    known = {row.cells["email"].lower() for row in rows if row.cells["role"]}
    said: dict[str, tuple[str, int]] = {}
    for row in (row for row in rows if row.cells["role"]):
        email, to = row.cells["email"].lower(), row.cells["delegate"].lower()
        first, line = said.setdefault(email, (to, row.line))
        if to and to not in known:
            remedy = "Give the delegate a row as well, or correct the address."
            yield RowError(row.line, "delegate", f"{row.cells['delegate']} is nobody in this file.", remedy)
        elif to and to == email:
            yield RowError(row.line, "delegate", "Nobody can be their own delegate.", "Name somebody else.")
        elif to != first:
            what = f"{row.cells['email']} has another delegate in line {line}."
            yield RowError(row.line, "delegate", what, "A person has one delegate, whatever roles they hold.")


def _person(cells: Mapping[str, str]) -> Person:
    return Person(
        cells["role"], cells["name"], cells["email"], cells["agency"] or None, cells["phone"], cells["delegate"].lower()
    )


def _error(line: int, wrong: Wrong) -> RowError:
    return RowError(line, wrong.column, wrong.what, wrong.remedy)
