"""Every list of the desk is served by an index: it touches no row beyond its page, and sorts nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from cases.store import letter_lists, listing
from cases.store.database import Database
from cases.store.listing import EVERY, Wanted
from cases.tables import metadata

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
KEY = "chscp"


def plan(folder: Path, query: Callable[[Connection], object]) -> list[str]:
    """What SQLite says of each statement that a query runs."""
    database, asked = Database(folder / "plans.sqlite"), []
    with database.write() as connection:
        metadata.create_all(connection)
    with database.read() as connection:
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        query(connection)
        found = [
            row[3]
            for statement, values in list(asked)
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    database.close()
    return found


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "cases_due"),
        (Wanted(order="opened"), "cases_open"),
        (Wanted(status="paused"), "cases_due"),
        (Wanted(status="closed"), "cases_closed"),
        (Wanted(status=EVERY), "cases_opened"),
        (Wanted(stage="s2", agency="health"), "cases_due"),
        (Wanted(overdue=True), "cases_due"),
        (Wanted(reference="0042"), "cases_due"),
    ],
)
def test_a_page_of_cases_is_read_from_one_index_in_its_order(tmp_path: Path, wanted: Wanted, index: str) -> None:
    steps = plan(tmp_path, lambda connection: listing.page(connection, KEY, wanted, NOW, 1))
    assert any(f"INDEX {index}" in step or (index == "cases_open" and "INDEX cases_opened" in step) for step in steps)
    assert not [step for step in steps if step.startswith("SCAN cases") or "TEMP B-TREE" in step]


@pytest.mark.parametrize(
    "query",
    [
        lambda connection: listing.count(connection, KEY, Wanted(agency="health"), NOW),
        lambda connection: listing.totals(connection, KEY, NOW),
        lambda connection: listing.waiting(connection, KEY, NOW, 1),
        lambda connection: listing.count_waiting(connection, KEY, NOW),
        lambda connection: listing.in_tray(connection, KEY, 1),
        lambda connection: listing.next_look(connection, KEY),
        lambda connection: listing.kept_mail(connection, "c1"),
        *(
            lambda connection, group=group: letter_lists.page(connection, KEY, group, NOW, 1)
            for group in letter_lists.GROUPS
        ),
    ],
)
def test_nothing_else_on_the_desk_is_looked_for_row_by_row(
    tmp_path: Path, query: Callable[[Connection], object]
) -> None:
    steps = plan(tmp_path, query)
    assert steps
    assert not [
        step for step in steps if step.startswith(("SCAN cases", "SCAN tasks", "SCAN letters", "SCAN messages"))
    ]
    assert not [step for step in steps if "TEMP B-TREE" in step]
