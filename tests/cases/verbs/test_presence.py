"""Who is there to act: delegates while somebody is away, and people who have left their role (decisions, "Deputy")."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest

from cases.case import Changed, Fields, changed
from cases.directory.directory import Away, Directory, Person
from cases.rehearsals.rehearsal import Play
from cases.verbs.decision import Decision
from tests.cases.verbs.test_opening import at, begun, say

MONDAY, NEXT = "2026-11-30 09:00", "2026-12-07 09:00"


def second() -> Play:
    """A case in the stage of line managers since Friday 27 November 2026."""
    play = begun(starts_at="line_managers")
    assert play.case.row
    assert play.case.row.stage == "line_managers"
    return play


def receiver(play: Play) -> Person:
    party = next(each for each in play.case.parties if each.role == "line_manager" and each.part == "receiving")
    return Person(party.role, party.name, party.email, party.agency)


def deputy(play: Play) -> Person:
    return Person("practitioner", "Dee Putty", "dee@marestreet.example", receiver(play).agency)


def with_delegate(play: Play, *, absences: Iterable[Away] = (), delegate: str = "dee@marestreet.example") -> Directory:
    """The directory, with a delegate for the receiving line manager, and absences."""
    email = receiver(play).email
    people = [replace(each, delegate=delegate) if each.email == email else each for each in play.directory.people]
    return Directory(
        play.directory.agencies.values(), [*people, deputy(play)], play.directory.business_support, absences
    )


def away(email: str, first: str = "2026-11-30", last: str = "2026-12-04") -> Away:
    return Away(email, date.fromisoformat(first), date.fromisoformat(last))


def made(play: Play) -> Decision:
    """What was decided last, before the letters of it left."""
    return next(step.decision for step in reversed(play.steps) if not step.what.startswith("accepted"))


def kinds(play: Play) -> list[str]:
    return [entry.kind for entry in made(play).entries]


def tasks(play: Play) -> list[str]:
    return [task.words for task in made(play).tasks]


def purposes(play: Play, name: str) -> list[str]:
    return [letter.purpose for letter in made(play).letters if letter.name == name]


def put(play: Play, change: Changed) -> None:
    """The case is as it is, but for this."""
    step = play.steps[-1]
    play.steps.append(replace(step, decision=replace(step.decision, case=changed(play.case, [change]))))


def acts(play: Play) -> tuple[str, str]:
    party = next(each for each in play.case.parties if each.role == "line_manager" and each.part == "receiving")
    return party.name, party.holder


def test_a_delegate_acts_from_the_first_day_and_everybody_concerned_hears_of_it() -> None:
    play = second()
    holder = receiver(play)
    play.enter(with_delegate(play, absences=[away(holder.email)]), at(MONDAY))
    assert acts(play) == ("Dee Putty", holder.email)
    assert purposes(play, "Dee Putty") == ["stage"]
    assert purposes(play, play.case.raiser.name) == ["news"]
    letter = next(each for each in made(play).letters if each.name == "Dee Putty")
    assert letter.values["acting_for"] == {"name": holder.name, "until": "Friday 4 December 2026"}
    words = next(entry.words for entry in made(play).entries if entry.kind == "handed_to_delegate")
    assert words == (
        f"{holder.name} (line manager) is away until Friday 4 December 2026. Dee Putty, the delegate whom business "
        "support has registered, acts for them until then."
    )


def test_it_is_done_once_and_goes_back_the_same_way() -> None:
    play = second()
    holder = receiver(play)
    directory = with_delegate(play, absences=[away(holder.email)])
    play.enter(directory, at(MONDAY))
    play.enter(directory, at(MONDAY))
    assert kinds(play) == []
    play.enter(directory, at(NEXT))
    assert acts(play) == (holder.name, "")
    assert "handed_back" in kinds(play)
    assert purposes(play, holder.name) == ["stage"]
    assert purposes(play, "Dee Putty") == ["news"]
    assert purposes(play, play.case.raiser.name) == ["news"]


def test_absences_that_follow_each_other_are_one() -> None:
    play = second()
    holder = receiver(play)
    both = [away(holder.email), away(holder.email, "2026-12-05", "2026-12-11")]
    play.enter(with_delegate(play, absences=both), at(MONDAY))
    letter = next(each for each in made(play).letters if each.name == "Dee Putty")
    assert letter.values["acting_for"]["until"] == "Friday 11 December 2026"


def test_a_stage_that_begins_meanwhile_begins_with_the_delegate() -> None:
    play = begun()
    party = next(each for each in play.directory.people if each.role == "line_manager" and each.agency == "mare_street")
    people = [replace(each, delegate="dee@x.example") if each == party else each for each in play.directory.people]
    people.append(Person("practitioner", "Dee Putty", "dee@x.example", party.agency))
    play.directory = Directory(
        play.directory.agencies.values(), people, play.directory.business_support, [away(party.email, "2026-11-27")]
    )
    say(play, play.case.raiser.name, "outcome:not_resolved", MONDAY)
    say(play, play.case.raiser.name, "move", MONDAY)
    assert acts(play) == ("Dee Putty", party.email)
    assert [each.purpose for each in play.letters if each.name == "Dee Putty"][0] == "stage"
    assert party.name not in [each.name for each in play.letters]
    told = [each.values["actors"] for each in play.letters if each.purpose == "progress"]
    assert f"line manager, for {party.name}" in [actor["title"] for actors in told for actor in actors]


def test_somebody_away_without_a_delegate_is_a_task_once_and_the_letters_stay_where_they_are() -> None:
    play = second()
    holder = receiver(play)
    directory = with_delegate(play, absences=[away(holder.email)], delegate="")
    play.enter(directory, at(MONDAY))
    assert acts(play) == (holder.name, "")
    assert len(tasks(play)) == 1
    assert "is away until Friday 4 December 2026" in tasks(play)[0]
    assert "No delegate is registered" in tasks(play)[0]
    assert purposes(play, "Business support") == ["task"]
    play.enter(directory, at(MONDAY))
    assert tasks(play) == []


def test_others_in_the_role_are_named_in_the_task() -> None:
    play = second()
    holder = receiver(play)
    directory = with_delegate(play, absences=[away(holder.email)], delegate="")
    other = Person("line_manager", "Otto Her", "otto@marestreet.example", holder.agency)
    people = [*directory.people, other]
    play.enter(
        Directory(directory.agencies.values(), people, directory.business_support, directory.absences), at(MONDAY)
    )
    assert "The directory also has in this role: Otto Her (otto@marestreet.example)." in tasks(play)[0]


def test_a_delegate_who_is_away_as_well_does_not_act() -> None:
    play = second()
    holder = receiver(play)
    play.enter(with_delegate(play, absences=[away(holder.email), away("dee@marestreet.example")]), at(MONDAY))
    assert acts(play) == (holder.name, "")
    assert "Their delegate cannot act now" in tasks(play)[0]


def test_a_delegate_who_is_taken_out_meanwhile_gives_the_case_back_and_a_person_is_told() -> None:
    play = second()
    holder = receiver(play)
    without = with_delegate(play, absences=[away(holder.email)], delegate="")
    play.enter(with_delegate(play, absences=[away(holder.email)]), at(MONDAY))
    play.enter(without, at(MONDAY))
    assert acts(play) == (holder.name, "")
    assert len(tasks(play)) == 1


def test_a_letter_to_a_delegate_whose_absence_was_shortened_says_for_whom_without_a_day() -> None:
    play = second()
    holder = receiver(play)
    play.enter(with_delegate(play, absences=[away(holder.email)]), at(MONDAY))
    play.directory = with_delegate(play)
    party = next(each for each in play.case.parties if each.holder)
    say(play, party.name, "question", MONDAY, "Where?")
    letter = next(each for each in made(play).letters if each.purpose == "echo")
    assert letter.values["acting_for"] == {"name": holder.name, "until": ""}


def test_nobody_acts_for_the_raiser_by_themselves() -> None:
    play = begun()
    raiser = play.case.raiser
    mine = Person(raiser.role, raiser.name, raiser.email, raiser.agency, delegate="dee@x.example")
    people = [*play.directory.people, mine]
    people.append(Person("practitioner", "Dee Putty", "dee@x.example", raiser.agency))
    directory = Directory(
        play.directory.agencies.values(), people, play.directory.business_support, [away(raiser.email)]
    )
    play.enter(directory, at(MONDAY))
    assert play.case.raiser == raiser
    assert "They raised the case, so nobody acts for them" in tasks(play)[0]


def test_on_a_confidential_case_nobody_else_is_written_to_and_nobody_is_named() -> None:
    play = second()
    holder = receiver(play)
    put(play, Fields({"confidential": True}))
    play.enter(with_delegate(play, absences=[away(holder.email)]), at(MONDAY))
    assert acts(play) == (holder.name, "")
    assert "The case is confidential" in tasks(play)[0]
    assert holder.name not in tasks(play)[0]
    assert purposes(play, "Dee Putty") == []


def test_whom_business_support_put_there_stays() -> None:
    play = second()
    holder = receiver(play)
    party = next(each for each in play.case.parties if each.email == holder.email)
    put(play, replace(party, by_hand=True))
    play.enter(with_delegate(play, absences=[away(holder.email)]), at(MONDAY))
    assert acts(play) == (holder.name, "")
    assert len(tasks(play)) == 1
    gone = [each for each in play.directory.people if each.email != holder.email]
    play.enter(Directory(play.directory.agencies.values(), gone, play.directory.business_support), at(MONDAY))
    assert kinds(play) == []


def test_nothing_goes_to_an_address_that_is_barred() -> None:
    play = second()
    holder = receiver(play)
    put(play, Fields({"barred": ("dee@marestreet.example", "new@marestreet.example")}))
    play.enter(with_delegate(play, absences=[away(holder.email)]), at(MONDAY))
    assert acts(play) == (holder.name, "")
    people = [each for each in play.directory.people if each.email != holder.email]
    people.append(Person("line_manager", "New One", "new@marestreet.example", holder.agency))
    play.enter(Directory(play.directory.agencies.values(), people, play.directory.business_support), at(MONDAY))
    assert acts(play) == (holder.name, "")
    assert "left" in kinds(play)


@pytest.mark.parametrize("confidential", [False, True])
def test_a_role_left_by_its_last_holder_is_a_task_once_and_the_last_address_is_used(confidential: bool) -> None:
    play = second()
    holder = receiver(play)
    put(play, Fields({"confidential": confidential}))
    gone = [each for each in play.directory.people if each.email != holder.email]
    without = Directory(play.directory.agencies.values(), gone, play.directory.business_support)
    play.enter(without, at(MONDAY))
    assert acts(play) == (holder.name, "")
    assert len(tasks(play)) == 1
    assert "Letters go on to the last address known" in tasks(play)[0]
    assert (holder.email in tasks(play)[0]) is not confidential
    play.enter(without, at(MONDAY))
    assert tasks(play) == []


def test_a_holder_who_leaves_while_away_is_followed_by_whoever_holds_the_role_then() -> None:
    play = second()
    holder = receiver(play)
    play.enter(with_delegate(play, absences=[away(holder.email)]), at(MONDAY))
    people = [each for each in play.directory.people if each.email != holder.email]
    people.append(Person("line_manager", "New One", "new@marestreet.example", holder.agency))
    play.enter(Directory(play.directory.agencies.values(), people, play.directory.business_support), at(MONDAY))
    assert acts(play) == ("New One", "")
    assert purposes(play, "New One") == ["stage"]


def test_somebody_who_is_found_while_away_gives_way_at_once() -> None:
    play = begun(starts_at="line_managers", without=("Dev Ellis",))
    found = Person(
        "line_manager", "Late Found", "late@marestreet.example", "mare_street", delegate="dee@marestreet.example"
    )
    people = [
        *play.directory.people,
        found,
        Person("practitioner", "Dee Putty", "dee@marestreet.example", "mare_street"),
    ]
    play.enter(
        Directory(play.directory.agencies.values(), people, play.directory.business_support, [away(found.email)]),
        at(MONDAY),
    )
    assert acts(play) == ("Dee Putty", "late@marestreet.example")
