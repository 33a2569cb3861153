"""The directory is empty, changed, or loses somebody during an escalation (guarantees, E70)."""

from dataclasses import replace

from cases.directory import edits
from cases.directory.directory import Person
from cases.directory.work import DirectoryWork
from cases.store import people
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
