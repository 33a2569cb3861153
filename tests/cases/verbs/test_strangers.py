"""Whose address nobody knows waits for a person; who has left a role is not written to any more."""

from datetime import datetime
from pathlib import Path

from cases.case import BUSINESS_SUPPORT
from cases.directory.directory import Directory, Person
from cases.holidays import england
from cases.policy_files.reading import read_policy
from cases.rehearsals.rehearsal import Play
from cases.rehearsals.scenario import read_scenario
from cases.submission import Answer
from cases.verbs import opening
from cases.verbs.decision import Decision, Moment

ROOT = Path(__file__).parents[3]
SCENARIO = read_scenario(ROOT / "tests/policies/scenarios/chscp/2_6_plan.yaml")
POLICY = read_policy(ROOT / "policies/chscp.yaml")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def raised(**form: str) -> Play:
    play = Play(POLICY, SCENARIO.directory, england())
    play.receive(SCENARIO.world.form.model_copy(update=form), at("2026-11-27 10:00"))
    play.confirm(at("2026-11-27 10:00"))
    return play


def written(play: Play) -> dict[str, set[str]]:
    """Who had which letters so far."""
    people = {letter.name for letter in play.letters}
    return {name: {letter.purpose for letter in play.letters if letter.name == name} for name in people}


def test_an_unknown_address_is_acknowledged_and_nobody_else_is_written_to() -> None:
    play = raised(email="somebody@elsewhere.example")
    assert play.case.status == "paused"
    assert written(play) == {play.case.raiser.name: {"confirm", "received"}, "Business support": {"task"}}
    assert next(letter for letter in play.letters if letter.purpose == "received").values["held"]


def test_business_support_is_asked_again_until_it_admits_the_stranger() -> None:
    play = raised(email="somebody@elsewhere.example")
    play.run_to(at("2026-12-20 10:00"))
    tasks = [letter for letter in play.letters if letter.purpose == "task"]
    assert len(tasks) > 2
    assert all(offer.does == "admit" for letter in tasks for offer in letter.offers)
    play.hear(BUSINESS_SUPPORT, Answer("admit", "case"), at("2026-12-21 10:00"))
    assert play.case.status == "open"
    assert "stage" in written(play)[play.case.raiser.name]
    assert not play.case.running("confirmation")


def test_a_known_address_waits_for_nobody() -> None:
    assert raised().case.status == "open"


def changed(play: Play, gone: str, newcomer: Person) -> Decision:
    """What follows when somebody has left the directory and somebody else holds the role."""
    old = SCENARIO.directory
    people = [person for person in old.people if person.name != gone]
    new = Directory(old.agencies.values(), [*people, newcomer], old.business_support)
    return opening.directory_changed(play.case, Moment(at("2026-11-30 09:00"), POLICY, new, england()))


def line_managers() -> tuple[Play, Person]:
    """A case at stage 2, and the line manager of the other side."""
    play = raised()
    play.hear("p1", Answer("outcome:not_resolved", "s1"), at("2026-11-27 11:00"))
    party = next(each for each in play.case.parties if (each.role, each.part) == ("line_manager", "receiving"))
    return play, Person(party.role, party.name, party.email, party.agency)


def test_who_takes_over_a_role_is_written_to_and_acts_from_now_on() -> None:
    play, old = line_managers()
    newcomer = Person("line_manager", "New Manager", "new.manager@hackney.example", old.agency)
    decision = changed(play, old.name, newcomer)
    assert [(letter.purpose, letter.email) for letter in decision.letters] == [("stage", newcomer.email)]
    assert old.email not in {party.email for party in decision.case.parties}
    assert any(old.name in entry.words and "New Manager" in entry.words for entry in decision.entries)


def test_who_stays_in_the_directory_is_not_replaced_by_a_second_holder_of_the_role() -> None:
    play, old = line_managers()
    newcomer = Person("line_manager", "New Manager", "new.manager@hackney.example", old.agency)
    assert changed(play, "nobody", newcomer).letters == ()
