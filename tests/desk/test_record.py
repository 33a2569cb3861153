from typing import TYPE_CHECKING

from sqlalchemy import delete

from cases.submission import Submission
from cases.tables import entries

if TYPE_CHECKING:
    from tests.conftest import World

WHOLE = Submission(
    email="alice@homerton.example",
    name="Alice Osei",
    agency="health",
    other_agency="hackney",
    other_name="Ben Carter",
    other_email="ben@hackney.example",
    concern="Nobody has visited.",
)


def record(world: "World") -> str:
    return world.desk().get(f"/desk/chscp/cases/{world.view().case.reference}/record").text


def test_every_entry_is_shown_with_time_words_and_clause(world: "World") -> None:
    world.open_case(WHOLE)
    page, log = record(world), world.reading.written_log(world.view().case.id)
    assert page.count('class="timeline__entry"') == len(log.lines) == log.head.length
    assert f"its {log.head.length} entries are what was written" in page
    assert log.head.hash in page
    assert "Stage 1: Practitioners talk began." in page
    assert "· policy 2.1-2.2" in page
    assert "Friday 27 November 2026, 9:05am" in page


def test_the_time_shown_is_local(world: "World") -> None:
    world.clock.time = world.clock.time.replace(month=6, day=26, hour=23, minute=30)
    world.open_case(WHOLE)
    assert "Saturday 27 June 2026, 12:30am" in record(world)


def test_a_log_whose_end_was_cut_does_not_verify(world: "World") -> None:
    world.open_case(WHOLE)
    length = world.reading.written_log(world.view().case.id).head.length
    with world.casework.database.write() as connection:
        connection.execute(delete(entries).where(entries.c.sequence == length))
    page = record(world)
    assert "This log does not verify" in page
    assert f"Entry {length}: the record was cut" in page


def test_an_erased_case_keeps_a_log_that_verifies(world: "World") -> None:
    world.open_case(WHOLE)
    case = world.view().case
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, case.id, world.clock())
    log = world.reading.written_log(case.id)
    assert log.faults == ()
    assert {line.words for line in log.lines} == {"The content of this entry was erased."}
    desk = world.desk()
    assert "Erased" in desk.get("/desk/chscp/cases").text
    assert desk.get(f"/desk/chscp/cases/{case.reference}/record").status_code == 404
