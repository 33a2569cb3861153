"""A directory as a CSV file: every wrong row named at once, and nothing taken from a file that has one."""

import csv
from collections.abc import Iterator
from pathlib import Path

from cases.directory import Agency, Person
from cases.policy import Policy

COLUMNS = ("agency", "agency_name", "domains", "role", "name", "email", "phone")


class DirectoryError(Exception):
    """What is wrong with a directory file, a line for each row."""


def read_directory(path: Path, policy: Policy) -> tuple[list[Agency], list[Person]]:
    """The agencies and people of a CSV file (RFC 4180, UTF-8). A row without a role is an agency alone."""
    rows = list(_rows(path))
    problems = [problem for line, row in rows for problem in _problems(line, row, policy)]
    if problems:
        raise DirectoryError("\n".join([f"{path} was not taken in:", *problems]))
    agencies = {
        row["agency"]: Agency(row["agency"], row["agency_name"], tuple(row["domains"].lower().split()))
        for _, row in rows
        if row["agency"]
    }
    people = [
        Person(row["role"], row["name"], row["email"], row["agency"] or None, row["phone"])
        for _, row in rows
        if row["role"]
    ]
    return list(agencies.values()), people


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise DirectoryError(
                    f"{path} has no column {', '.join(sorted(missing))}. It needs: {', '.join(COLUMNS)}."
                )
            for row in reader:
                yield reader.line_num, {column: (row[column] or "").strip() for column in COLUMNS}
    except (OSError, UnicodeDecodeError) as error:
        raise DirectoryError(f"{path} cannot be read as UTF-8 text: {error}.") from error


def _problems(line: int, row: dict[str, str], policy: Policy) -> Iterator[str]:
    role = policy.roles.get(row["role"])
    if row["role"] and not role:
        yield f"Line {line}: the policy has no role {row['role']!r}. It has: {', '.join(policy.roles)}."
    if role and role.of == "agency" and not row["agency"]:
        yield f"Line {line}: a {role.title} belongs to an agency, and none is given."
    if row["role"] and "@" not in row["email"]:
        yield f"Line {line}: {row['email']!r} is not an e-mail address."
    if row["agency"] and not row["agency_name"]:
        yield f"Line {line}: the agency {row['agency']!r} has no name."
