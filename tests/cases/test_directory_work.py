"""The directory is changed: only the cases that it concerns are looked at, and absences begin and end by themselves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from cases.directory import edits
from cases.directory.directory import Agency, Away, Closure, Person
from cases.directory.edits import Edit, Refused
from cases.directory.work import DirectoryWork, Preview
from cases.store import contacts, people
from cases.store.outbox import Stored
from cases.tables import absences, revisits, vacancies
from tests.conftest import AGENCIES, ALICE, PEOPLE, World

DAN = "dan@hackney.example"
ELLA = "ella@hackney.example"
SECOND = replace(ALICE, starts_at="line_managers")
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)


def number_of(world: World, email: str) -> int:
    with world.casework.database.read() as connection:
        return next(row.id for row in people.roster(connection, "chscp") if row.email == email)


def change(world: World, edit: Edit) -> None:
    DirectoryWork(world.casework).change("chscp", edit, "Bo Reed", world.clock())


def preview(world: World, edit: Edit) -> Preview:
    return DirectoryWork(world.casework).preview("chscp", edit, world.clock())


def look(world: World, at: datetime) -> int:
    world.clock.time = at
    return DirectoryWork(world.casework).look(at)


def away(world: World, email: str, first: date, last: date) -> None:
    change(world, edits.away(Away(email, first, last)))


def to(world: World, name: str) -> list[Stored]:
    return world.letters(to=name)


def test_a_delegate_acts_from_the_first_day_of_an_absence_in_sending_hours_and_it_goes_back(world: World) -> None:
    world.open_case(SECOND)
    change(world, edits.delegate(DAN, ELLA))
    away(world, DAN, date(2026, 11, 30), date(2026, 12, 1))
    assert to(world, "Ella Frost") == []
    assert look(world, datetime(2026, 11, 30, 7, tzinfo=UTC)) == 0
    assert look(world, MONDAY) == 1
    assert [each.purpose for each in to(world, "Ella Frost")] == ["stage"]
    assert look(world, MONDAY + timedelta(hours=1)) == 0
    assert look(world, MONDAY + timedelta(days=1)) == 0
    assert look(world, MONDAY + timedelta(days=2)) == 1
    assert [each.purpose for each in to(world, "Dan Webb")] == ["stage", "stage"]
    assert [each.purpose for each in to(world, "Ella Frost")] == ["stage", "news"]


def test_what_was_missed_while_the_service_did_not_run_is_made_up_for(world: World) -> None:
    world.open_case(SECOND)
    change(world, edits.delegate(DAN, ELLA))
    away(world, DAN, date(2026, 11, 30), date(2026, 12, 1))
    assert look(world, MONDAY + timedelta(days=1, hours=3)) == 1
    assert [each.purpose for each in to(world, "Ella Frost")] == ["stage"]
    assert look(world, MONDAY + timedelta(days=10)) == 1
    assert to(world, "Dan Webb")[-1].purpose == "stage"


def test_an_absence_that_began_and_ended_meanwhile_changes_nothing_and_is_seen_once(world: World) -> None:
    world.open_case(SECOND)
    change(world, edits.delegate(DAN, ELLA))
    away(world, DAN, date(2026, 11, 30), date(2026, 12, 1))
    assert look(world, MONDAY + timedelta(days=10)) == 1
    assert to(world, "Ella Frost") == []
    assert look(world, MONDAY + timedelta(days=11)) == 0


def test_an_absence_entered_during_it_counts_at_once_and_so_does_coming_back(world: World) -> None:
    world.open_case(SECOND)
    change(world, edits.delegate(DAN, ELLA))
    world.clock.time = MONDAY
    away(world, DAN, date(2026, 11, 27), date(2026, 12, 4))
    assert [each.purpose for each in to(world, "Ella Frost")] == ["stage"]
    with world.casework.database.read() as connection:
        number = connection.execute(select(absences.c.id)).scalar_one()
    change(world, edits.back(number))
    assert to(world, "Dan Webb")[-1].purpose == "stage"
    with world.casework.database.read() as connection:
        assert connection.execute(select(absences.c.last)).scalar_one() == date(2026, 11, 29)


def test_an_absence_of_the_future_is_taken_out_when_it_is_called_off(world: World) -> None:
    away(world, DAN, date(2026, 12, 7), date(2026, 12, 11))
    with world.casework.database.read() as connection:
        number = connection.execute(select(absences.c.id)).scalar_one()
    change(world, edits.back(number))
    with world.casework.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(absences)).scalar_one() == 0


def test_a_change_looks_only_at_the_cases_that_it_concerns(world: World) -> None:
    first = world.open_case(SECOND)
    world.clock.move(timedelta(minutes=1))
    other = world.open_case(replace(SECOND, other_agency="police", other_email="", other_name=""))
    lengths = {view.case.id: view.case.length for view in (first, other)}

    def length(case_id: str) -> int:
        return world.reading.case(case_id, world.clock()).case.length

    change(world, edits.enter(Person("line_manager", "Pip Orr", "pip@police.example", "police")))
    assert length(first.case.id) == lengths[first.case.id]
    assert length(other.case.id) > lengths[other.case.id]
    assert [each.purpose for each in to(world, "Pip Orr")] == ["stage"]
    with world.casework.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(revisits)).scalar_one() == 0


def test_a_gap_is_kept_with_its_agency_and_closed_when_somebody_is_known(world: World) -> None:
    world.open_case(replace(SECOND, other_agency="police", other_email="", other_name=""))

    def kept() -> list[tuple[str, str, str | None]]:
        with world.casework.database.read() as connection:
            found = select(vacancies.c.role, vacancies.c.part, vacancies.c.agency)
            return [tuple(row) for row in connection.execute(found)]

    assert ("line_manager", "receiving", "police") in kept()
    change(world, edits.enter(Person("line_manager", "Pip Orr", "pip@police.example", "police")))
    assert ("line_manager", "receiving", "police") not in kept()


def test_a_confidential_case_waits_for_the_named_person_whom_the_directory_lacks(world: World) -> None:
    without = [each for each in PEOPLE if each.role != "named_person"]
    world.casework.replace_directory("chscp", AGENCIES, without, world.clock())
    world.open_case(replace(ALICE, diversions=("lado",)))
    entered = edits.enter(Person("named_person", "Nia Bell", "nia@chscp.example"))
    assert preview(world, entered) == Preview((), 0), "not even their number is told"
    change(world, entered)
    assert [each.purpose for each in to(world, "Nia Bell")] == ["divert"]


def test_a_domain_that_is_registered_lets_the_letter_go_to_whom_the_raiser_named(world: World) -> None:
    world.open_case(replace(ALICE, other_agency="police", other_name="Kit Lowe", other_email="kit@met.example"))
    assert to(world, "Kit Lowe") == []
    change(world, edits.put_agency(Agency("police", "Central East Police", ("police.example", "met.example"))))
    assert [each.purpose for each in to(world, "Kit Lowe")] == ["stage"]


def test_a_preview_says_what_follows_and_changes_nothing(world: World) -> None:
    world.open_case(SECOND)
    before = world.everything()
    moved = edits.change(number_of(world, DAN), Person("", "Dan Webb", "d.webb@hackney.example"))
    found = preview(world, moved)
    assert [(each.purpose, each.name) for each in found.letters] == [("stage", "Dan Webb")]
    assert world.everything() == before
    change(world, moved)
    assert to(world, "Dan Webb")[-1].email == "d.webb@hackney.example"


def test_of_many_cases_a_preview_opens_some_and_counts_the_rest(world: World) -> None:
    world.open_case(SECOND)
    world.clock.move(timedelta(minutes=1))
    world.open_case(SECOND)
    work = DirectoryWork(world.casework, shown=1)
    found = work.preview("chscp", edits.end(number_of(world, DAN)), world.clock())
    assert (len(found.letters), found.more) == (1, 1)


def test_an_erased_case_holds_up_no_change(world: World) -> None:
    view = world.open_case(SECOND)
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, view.case.id, world.clock())
    ended = edits.end(number_of(world, DAN))
    assert preview(world, ended).letters == ()
    change(world, ended)
    assert look(world, world.clock()) == 0


def test_a_case_that_fails_waits_for_an_hour_and_the_others_go_on(world: World) -> None:
    world.open_case(SECOND)
    with world.casework.database.write() as connection:
        for case_id in ("a-ghost", "z-ghost"):
            row = {"case_id": case_id, "partnership_id": "chscp", "look_at": world.clock()}
            connection.execute(revisits.insert().values(**row))
    change(world, edits.end(number_of(world, DAN)))
    assert [each.purpose for each in to(world, "Business support")] == ["task"]
    assert look(world, world.clock() + timedelta(minutes=59)) == 0
    assert look(world, world.clock() + timedelta(minutes=61)) == 2


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda world: edits.enter(PEOPLE[0]), "is in the directory in this role already"),
        (lambda world: edits.end(999), "not in the directory any more"),
        (lambda world: edits.delegate(DAN, DAN), "Nobody can be their own delegate"),
        (lambda world: edits.delegate(DAN, "nobody@hackney.example"), "is not in the directory"),
        (lambda world: edits.away(Away(DAN, date(2026, 11, 1), date(2026, 11, 2))), "is over already"),
        (lambda world: edits.back(999), "is over or was taken out already"),
        (lambda world: edits.close(Closure(None, date(2026, 11, 1), date(2026, 11, 2), "Past")), "are over already"),
        (lambda world: edits.remove_agency("hackney"), "Somebody still holds a role there"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words_and_changes_nothing(
    world: World, edit: Callable[[World], Edit], says: str
) -> None:
    before = world.everything()
    with pytest.raises(Refused, match=says):
        change(world, edit(world))
    assert world.everything() == before


def test_every_change_is_kept_with_who_made_it(world: World) -> None:
    change(world, edits.put_agency(Agency("school", "Oak School", ("oak.example",))))
    change(world, edits.enter(Person("director", "Ana Lee", "ana@oak.example", "school", "1")))
    ana = number_of(world, "ana@oak.example")
    change(world, edits.change(ana, Person("", "Ana Leigh", "ana@oak.example", None, "2")))
    change(world, edits.delegate("ana@oak.example", DAN))
    change(world, edits.delegate("ana@oak.example", ""))
    change(world, edits.confirm("ana@oak.example"))
    change(world, edits.end(ana))
    change(world, edits.remove_agency("school"))
    change(world, edits.close(Closure("hackney", date(2026, 12, 24), date(2026, 12, 31), "Christmas")))
    change(world, edits.reopen(1))
    found = DirectoryWork(world.casework).changes("chscp", 20)
    assert {each.by for each in found} == {"Bo Reed"}
    assert [each.words for each in reversed(found)] == [
        "The agency school: Oak School, domains oak.example.",
        "Ana Lee, ana@oak.example, was entered as director of school.",
        "Ana Lee, ana@oak.example, is now Ana Leigh, telephone 2.",
        f"The delegate of ana@oak.example is {DAN}.",
        "ana@oak.example has no delegate any more.",
        "The entry of ana@oak.example was confirmed.",
        "Ana Leigh, ana@oak.example, is no longer director of school.",
        "The agency school was taken out.",
        "hackney is closed from Thursday 24 December 2026 to Thursday 31 December 2026: Christmas.",
        "A closure was taken out.",
    ]


def test_who_is_no_longer_in_the_directory_stays_dated_and_comes_back_without_old_doubts(world: World) -> None:
    with world.casework.database.write() as connection:
        contacts.flag(connection, "chscp", DAN, "no such address", date(2026, 11, 27))
    change(world, edits.end(number_of(world, DAN)))
    with world.casework.database.read() as connection:
        assert [(row.name, row.until) for row in people.before(connection, "chscp", 5)] == [
            ("Dan Webb", date(2026, 11, 27))
        ]
    change(world, edits.enter(Person("line_manager", "Dan Webb", DAN, "hackney")))
    with world.casework.database.read() as connection:
        assert contacts.flagged(connection, "chscp") == []
