"""The directory is empty, changed, or loses somebody during an escalation (guarantees, E70)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from cases.case import Case
from cases.directory import edits
from cases.directory.directory import Closure, Person
from cases.directory.work import DirectoryWork
from cases.store import absences, case_rows, concerned, people
from cases.submission import Answer
from cases.tables import cases
from cases.verbs.decision import Decision, Draft, Moment
from cases.watching.recounting import Recounting
from tests.conftest import AGENCIES, ALICE, PEOPLE, World

DAN = "dan@hackney.example"
SECOND = replace(ALICE, starts_at="line_managers")


def change(world: World, edit: edits.Edit) -> None:
    DirectoryWork(world.casework).change("chscp", edit, "Bo Reed", world.clock())


def tasks(world: World) -> list[str]:
    return [task.words for task in world.reading.open_tasks("chscp")]


def number_of(world: World, email: str) -> int:
    with world.casework.database.read() as connection:
        return next(row.id for row in people.roster(connection, "chscp") if row.email == email)


def test_e70_who_is_deleted_during_an_escalation_is_written_to_at_the_last_address_and_flagged(world: World) -> None:
    """Register of managers changed or deleted during an escalation: last known address used and flagged."""
    view = world.open_case(SECOND)
    change(world, edits.end(number_of(world, DAN)))
    left = [words for words in tasks(world) if "is no longer in the directory" in words]
    assert len(left) == 1
    assert f"Dan Webb ({DAN}) is no longer in the directory as line manager of Hackney Children's Services" in left[0]
    assert "Letters go on to the last address known." in left[0]
    clock = view.case.running("timescale")[0]
    world.clock.time = clock.look_at
    world.casework.look(view.case.id, clock.key, world.clock())
    assert [(each.purpose, each.email) for each in world.letters(to="Dan Webb")][1:] == [("reminder", DAN)]


def test_e70_a_role_left_by_its_last_holder_is_a_task_on_each_case_that_it_concerns(world: World) -> None:
    """Never sent to nobody in silence: the task is on every case concerned, and on no other."""
    concerned = world.open_case(SECOND).case.reference
    other = world.open_case(replace(ALICE, other_email="ben@hackney.example")).case.reference
    change(world, edits.end(number_of(world, DAN)))
    found = [task.reference for task in world.reading.open_tasks("chscp") if "no longer in the directory" in task.words]
    assert found == [concerned]
    assert other != concerned


def test_e70_whoever_holds_the_role_next_is_written_to_at_once(world: World) -> None:
    """The case waits for nobody silently: the next holder gets the letter of the stage."""
    world.open_case(SECOND)
    change(world, edits.end(number_of(world, DAN)))
    change(world, edits.enter(Person("line_manager", "Pip Orr", "pip@hackney.example", "hackney")))
    assert [each.purpose for each in world.letters(to="Pip Orr")] == ["stage"]


def test_e70_the_whole_directory_is_emptied_and_every_case_still_has_somebody_to_write_to(world: World) -> None:
    """Register empty: last known addresses are used, and business support is told for each of them."""
    view = world.open_case(SECOND)
    world.casework.replace_directory("chscp", [], [], world.clock())
    left = [words for words in tasks(world) if "Letters go on to the last address known." in words]
    assert len(left) == 2  # both line managers
    clock = view.case.running("timescale")[0]
    world.clock.time = clock.look_at
    world.casework.look(view.case.id, clock.key, world.clock())
    assert {each.email for each in world.letters(to="Dan Webb")} == {DAN}
    world.casework.replace_directory("chscp", AGENCIES, PEOPLE, world.clock())
    assert {each.email for each in world.letters(to="Dan Webb")} == {DAN}


def test_e70_a_case_that_begins_with_an_empty_directory_is_a_named_task_for_each_role(world: World) -> None:
    """Never sent to nobody in silence: nobody known is a task at once, by the role's name."""
    world.casework.replace_directory("chscp", AGENCIES, [], world.clock())
    world.open_case(SECOND)
    missing = [words for words in tasks(world) if "Nobody is known as line manager" in words]
    assert len(missing) == 2


def lead(world: World, how: str) -> tuple[str, str]:
    """(case id, key of the receiving line manager) of a case at the managers' stage, which has come to this."""
    case = world.open_case(SECOND).case
    who = {party.part: party.key for party in case.parties if party.role == "line_manager"}
    mine = case.row.key if case.row else ""
    said = {"disputed": ("resolved", "not_resolved"), "closing": ("resolved", "resolved")}[how]
    for part, outcome in zip(("receiving", "raising"), said, strict=True):
        world.casework.hear(case.id, who[part], Answer(f"outcome:{outcome}", mine, "As we see it."), world.clock())  # type: ignore[index]
    assert world.view().case.status == how
    return case.id, who["receiving"]


@pytest.mark.parametrize("how", ["disputed", "closing"])
def test_e70_who_leaves_while_a_case_waits_for_its_end_is_a_task_too(world: World, how: str) -> None:
    """Last known address used and flagged: in a disputed or closing case as in any other."""
    lead(world, how)
    change(world, edits.end(number_of(world, DAN)))
    assert len([words for words in tasks(world) if "Letters go on to the last address known." in words]) == 1


@pytest.mark.parametrize(("how", "written"), [("disputed", ["news"]), ("closing", ["news", "on_file"])])
def test_e70_whoever_comes_after_them_then_hears_what_is_awaited(world: World, how: str, written: list[str]) -> None:
    """The next holder acts, and is asked for what the one before was asked for."""
    _, key = lead(world, how)
    change(world, edits.end(number_of(world, DAN)))
    change(world, edits.enter(Person("line_manager", "Pip Orr", "pip@hackney.example", "hackney")))
    assert world.view().case.party(key).email == "pip@hackney.example"
    assert sorted(each.purpose for each in world.letters(to="Pip Orr")) == written


def test_e70_whom_the_raiser_named_and_who_left_the_directory_is_a_task(world: World) -> None:
    """Named on the form, and in the directory until today: a person hands the case over, nobody else gets it."""
    world.open_case()
    change(world, edits.end(number_of(world, "ben@hackney.example")))
    change(world, edits.enter(Person("practitioner", "Zoe New", "zoe@hackney.example", "hackney")))
    left = [
        words for words in tasks(world) if "Ben Carter (ben@hackney.example) is no longer in the directory" in words
    ]
    assert len(left) == 1
    assert "Letters go on to the last address known. Please find out who acts in their place" in left[0]
    assert world.letters(to="Zoe New") == []


def test_e70_whom_the_raiser_named_and_who_never_was_in_the_directory_is_none(world: World) -> None:
    """They cannot have left it."""
    world.open_case(replace(ALICE, other_name="Kit Lowe", other_email="kit@hackney.example"))
    change(world, edits.end(number_of(world, DAN)))
    assert [words for words in tasks(world) if "no longer in the directory" in words] == []


def broken(world: World, case_id: str) -> None:
    """A case of which nothing can be decided, though it can be read: its stage is none of the policy's."""

    def verb(case: Case, moment: Moment) -> Decision:
        draft = Draft(case, moment)
        assert case.row
        draft.note("fault", "A fault.", replace(case.row, stage="nowhere"))
        return draft.decision()

    with world.casework.database.write() as connection:
        case = case_rows.load(connection, case_id, world.casework.keyring)
        world.casework.apply(connection, case, world.clock(), verb)


def unreadable(world: World, case_id: str) -> None:
    with world.casework.database.write() as connection:
        connection.execute(update(cases).where(cases.c.id == case_id).values(sealed=b"damaged" * 10))


def stuck(world: World, about: str) -> list[str]:
    return [words for words in tasks(world) if f"a change of the {about} means" in words]


def test_e21_a_look_for_the_directory_that_always_fails_is_told_after_three_times(world: World) -> None:
    """Set aside, the others go on, and a person hears of it; of a case that cannot be read the audit tells."""
    bad, worse = world.open_case(SECOND).case.id, world.open_case(SECOND).case.id
    broken(world, bad)
    unreadable(world, worse)
    with world.casework.database.write() as connection:
        concerned.put_up(connection, "chscp", [bad, worse], world.clock())
    with capture_logs() as logs:
        for number in range(1, 5):
            assert world.casework.look_again(world.clock()) == 2
            world.clock.move(timedelta(minutes=61))
            assert len(stuck(world, "directory")) == int(number >= 3)
    assert {each["case"] for each in logs if "could not be looked at again" in each["event"]} == {bad, worse}
    assert {each["case"] for each in logs if "could not be reported" in each["event"]} == {worse}


def test_e21_a_case_that_cannot_be_counted_anew_holds_up_no_other_and_is_told(world: World) -> None:
    """Set aside, the others go on; one that was erased meanwhile is dropped."""
    recounting = Recounting(world.casework)
    recounting.look(world.clock())
    good, bad, worse, gone = (world.open_case().case.id for _ in range(4))
    broken(world, bad)
    unreadable(world, worse)
    with world.casework.database.write() as connection:
        absences.close(connection, "chscp", Closure(None, date(2026, 12, 1), date(2026, 12, 1), "Snow"))
    recounting.notice("chscp", world.clock())
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, gone, world.clock())
    for number in range(1, 5):
        assert recounting.look(world.clock()) == (4 if number == 1 else 2)
        assert recounting.look(world.clock()) == 0
        world.clock.move(timedelta(minutes=61))
        assert len(stuck(world, "working days")) == int(number >= 3)
    moved = world.reading.case(good, world.clock()).case
    assert moved.running("timescale")[0].due_day == date(2026, 12, 7)
