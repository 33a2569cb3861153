import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from cases.submission import Submission
from cases.tables import agencies, cases

if TYPE_CHECKING:
    from tests.conftest import World

WHOLE = Submission(
    email="alice@homerton.example",
    agency="health",
    other_agency="hackney",
    other_name="Ben Carter",
    other_email="ben@hackney.example",
    concern="Nobody has visited.",
)


@pytest.fixture
def three(world: "World") -> "World":
    """An open case, one that waits for its raiser, and one that is confidential; a day lies between them."""
    world.open_case(WHOLE)
    world.clock.move(timedelta(days=1))
    world.open_case(replace(WHOLE, other_agency="police", other_email="", other_name=""), confirmed=False)
    world.clock.move(timedelta(days=1))
    world.open_case(replace(WHOLE, diversions=("lado",)))
    return world


def shown(world: "World", query: str = "") -> list[str]:
    """The last figures of the references, in the order of the list."""
    page = world.desk().get(f"/desk/chscp/cases{query}")
    assert page.status_code == 200
    return [part[:1] for part in page.text.split('<a class="reference" href="/desk/chscp/cases/CHSCP-2026-000')[1:]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["1", "2", "3"]),  # what is due first; without a date the references
        ("?sort=opened", ["3", "2", "1"]),
        ("?status=paused", ["3"]),
        ("?status=closed", []),
        ("?status=every", ["3", "2", "1"]),
        ("?agency=hackney", ["1"]),  # a filter does not tell what a confidential case keeps to itself
        ("?agency=health", ["1", "2"]),
        ("?agency=police", ["2"]),
        ("?stage=s1", []),
        ("?overdue=yes", []),
        ("?reference=0002", ["2"]),
        ("?reference=chscp-2026-0003", ["3"]),
        ("?reference=nothing", []),
    ],
)
def test_the_list_is_filtered_and_sorted(three: "World", query: str, found: list[str]) -> None:
    assert shown(three, query) == found


def test_the_stage_of_the_policy_filters_and_overdue_ones_are_told(three: "World") -> None:
    stage = three.reading.by_reference("chscp", "CHSCP-2026-0001", three.clock())
    assert stage is not None
    assert stage.case.row is not None
    assert shown(three, f"?stage={stage.case.row.stage}") == ["1"]
    three.clock.move(timedelta(days=9))
    assert shown(three, "?overdue=yes") == ["1"]
    assert "Overdue" in three.desk().get("/desk/chscp/cases").text


def test_the_number_of_results_is_announced(three: "World") -> None:
    page = " ".join(three.desk().get("/desk/chscp/cases?agency=health").text.split())
    assert '<p class="govuk-body" role="status"><strong>2 cases</strong>, 1 to 2 shown' in page
    assert "No case is like this" in three.desk().get("/desk/chscp/cases?agency=none").text


def test_a_confidential_case_shows_neither_stage_nor_agencies(three: "World") -> None:
    page = three.desk().get("/desk/chscp/cases?reference=0003").text
    line = page[page.index("<tbody") : page.index("</tbody")]
    assert line.count("Confidential") == 2
    assert "Hackney" not in line


@pytest.mark.parametrize("query", ["?status=odd", "?sort=odd", "?page=0", "?page=x", f"?reference={'x' * 61}"])
def test_a_filter_that_the_page_never_makes_is_not_found(world: "World", query: str) -> None:
    assert world.desk().get(f"/desk/chscp/cases{query}").status_code == 404


def test_fifty_cases_stand_on_a_page(world: "World") -> None:
    world.open_case(WHOLE)
    with world.casework.database.write() as connection:
        row = dict(connection.execute(select(cases)).one()._mapping)
        for number in range(60):
            connection.execute(
                cases.insert().values(**row | {"id": f"c{number}", "reference": f"CHSCP-2025-{number:04}"})
            )
    first = world.desk().get("/desk/chscp/cases?sort=opened").text
    assert first.count('<tr class="govuk-table__row"><th') + first.count('<tr class="govuk-table__row">\n') >= 50
    assert "1 to 50 of 61" in first
    assert 'href="?sort=opened&amp;page=2"' in first
    assert "51 to 61 of 61" in world.desk().get("/desk/chscp/cases?sort=opened&page=2").text


def test_the_file_holds_the_filtered_list_and_nothing_of_what_it_is_about(three: "World") -> None:
    with three.casework.database.write() as connection:
        renamed = agencies.update().where(agencies.c.key == "police").values(name="=HYPERLINK(1)")
        connection.execute(renamed)
    answer = three.desk().get("/desk/chscp/cases.csv?sort=opened")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="cases-chscp-2026-11-29.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [each["reference"][-1] for each in rows] == ["3", "2", "1"]
    assert (rows[0]["confidential"], rows[0]["receiving agency"], rows[0]["stage"]) == ("yes", "", "")
    assert rows[1]["receiving agency"] == "'=HYPERLINK(1)"
    assert (rows[2]["stage"], rows[2]["due"], rows[2]["overdue"]) == ("Stage 1", "2026-12-05 00:00", "no")
    for secret in ("Nobody has visited", "alice@", "Ben Carter"):
        assert secret not in answer.text
    assert len(three.desk().get("/desk/chscp/cases.csv?agency=police").text.splitlines()) == 2


def test_erased_cases_say_so_and_lead_nowhere(world: "World") -> None:
    case = world.open_case(WHOLE).case
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, case.id, world.clock())
    page = world.desk().get("/desk/chscp/cases").text
    assert "Erased" in page
    assert f"/desk/chscp/cases/{case.reference}" not in page
    assert "Erased" in world.desk().get("/desk/chscp/cases.csv").text


def test_the_tier_stands_with_the_stage(world: "World") -> None:
    world.open_case(WHOLE)
    with world.casework.database.write() as connection:
        connection.execute(update(cases).values(tier=1))
    assert "Stage 1, tier 2" in world.desk().get("/desk/chscp/cases").text
