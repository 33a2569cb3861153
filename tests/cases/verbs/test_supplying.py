"""What is supplied later may be immediate harm, or a confidential matter: whoever must know hears, and nobody else."""

from datetime import datetime
from pathlib import Path

from cases.case import BUSINESS_SUPPORT
from cases.directory.directory import Directory
from cases.holidays import england
from cases.policy_files.reading import read_policy
from cases.rehearsals.rehearsal import Play
from cases.rehearsals.scenario import read_scenario
from cases.submission import Answer
from cases.verbs import adding
from cases.verbs.decision import Letter, Moment

ROOT = Path(__file__).parents[3]
SCENARIO = read_scenario(ROOT / "tests/policies/scenarios/chscp/2_6_plan.yaml")
POLICY = read_policy(ROOT / "policies/chscp.yaml")
ALLEGED = {"aside_lado": "yes"}


def at(minute: int) -> datetime:
    return datetime.fromisoformat(f"2026-11-27 10:{minute:02}+00:00")


def raised(*, confirmed: bool = True, known: bool = True, gone: str = "") -> Play:
    people = [person for person in SCENARIO.directory.people if person.role != gone]
    directory = Directory(SCENARIO.directory.agencies.values(), people, SCENARIO.directory.business_support)
    play = Play(POLICY, directory, england())
    update = {} if known else {"email": "somebody@elsewhere.example"}
    play.receive(SCENARIO.world.form.model_copy(update=update), at(0))
    if confirmed:
        play.confirm(at(1))
    return play


def after(play: Play, count: int) -> list[Letter]:
    return play.letters[count:]


def test_a_case_held_for_a_stranger_is_diverted_instead_and_business_support_can_not_let_it_go_on() -> None:
    play = raised(known=False)
    play.supply(ALLEGED, at(2))
    assert (play.case.status, play.case.confidential) == ("paused", True)
    play.hear(BUSINESS_SUPPORT, Answer("admit", "case"), at(3))
    assert play.case.status == "paused"
    assert not play.case.stages
    assert "diverted" in {letter.purpose for letter in play.letters}
    decider = next(party for party in play.case.parties if party.role == "named_person")
    play.hear(decider.key, Answer("divert:go_on", "case"), at(4))
    assert play.case.stages


def test_a_confidential_matter_named_with_immediate_harm_keeps_the_concern_out_of_the_letters_about_harm() -> None:
    play = raised()
    count = len(play.letters)
    play.supply({"immediate_harm": "yes", **ALLEGED}, at(2))
    told = [letter for letter in after(play, count) if letter.purpose == "immediate_harm"]
    assert told
    assert {letter.values["concern"] for letter in told} == {""}


def test_a_case_that_has_begun_is_paused_without_the_concern_and_two_people_are_told() -> None:
    play = raised()
    count = len(play.letters)
    play.supply(ALLEGED, at(2))
    assert (play.case.status, play.case.paused_until) == ("paused", None)
    assert {clock.state for clock in play.case.running("timescale")} == {"paused"}
    assert play.case.running("diversion"), "the named person is asked again until somebody ends the pause"
    sent = {letter.purpose: letter for letter in after(play, count)}
    assert set(sent) == {"task", "divert"}
    assert "has been written to" in sent["task"].values["words"]
    assert "Vera West" not in sent["task"].values["words"], "of the people on it only their roles are named"
    assert (sent["divert"].name, sent["divert"].offers, sent["divert"].urgent) == ("Vera West", (), True)


def test_a_late_diversion_waits_for_a_person_and_nobody_else_is_written_to_meanwhile() -> None:
    play = raised()
    play.supply(ALLEGED, at(2))
    count = len(play.letters)
    play.run_to(datetime.fromisoformat("2026-12-18 12:00+00:00"))
    assert {letter.purpose for letter in after(play, count)} == {"divert", "task"}
    decider = next(party for party in play.case.parties if party.role == "named_person")
    play.hear(decider.key, Answer("divert:go_on", "case"), play.steps[-1].at)
    assert (play.case.status, len(play.case.stages)) == ("paused", 1), "it began long ago, and does not begin again"


def test_a_late_diversion_of_a_closing_case_does_not_pause_it() -> None:
    play = raised()
    for who in ("p1", "p2"):
        play.hear(who, Answer("outcome:resolved", "s1", "Visited."), at(2))
    count = len(play.letters)
    play.supply(ALLEGED, at(3))
    assert (play.case.status, play.case.paused_at) == ("closing", None)
    assert "The stage is paused" not in next(
        letter.values["words"] for letter in after(play, count) if letter.purpose == "task"
    )


def test_where_nobody_is_the_named_person_business_support_hears_so() -> None:
    play = raised(gone="named_person")
    count = len(play.letters)
    play.supply(ALLEGED, at(2))
    [letter] = after(play, count)
    assert "Nobody is known as" in letter.values["words"]


def test_several_choices_are_echoed_by_their_titles() -> None:
    play = raised()
    question = next(each for each in POLICY.entry.questions if each.kind == "choices")
    facts = {question.key: tuple(option.key for option in question.options[:2])}
    decision = adding.added(play.case, "m1", "p1", facts, (), Moment(at(2), POLICY, play.directory, england()))
    [letter] = decision.letters
    assert letter.values["added"][0]["text"] == "; ".join(option.title for option in question.options[:2])


def test_a_confirmation_said_twice_is_one() -> None:
    play = raised()
    count = len(play.letters)
    play.hear("p1", Answer("confirm", "case"), at(2))
    assert not after(play, count)
