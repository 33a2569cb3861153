"""A pause: clocks keep what is left of them, answers are kept for afterwards, and nobody is left waiting for good."""

from datetime import date, datetime
from pathlib import Path

import pytest

from cases.case import Clock
from cases.holidays import england
from cases.policy_files.reading import read_policy
from cases.rehearsals.rehearsal import Play
from cases.rehearsals.scenario import read_scenario
from cases.submission import Answer
from cases.verbs import pausing, proposals
from cases.verbs.decision import Decision, Letter
from cases.verbs.orders import Order, Refused
from cases.working_time import WorkingDays, due

ROOT = Path(__file__).parents[3]
SCENARIO = read_scenario(ROOT / "tests/policies/scenarios/chscp/2_6_plan.yaml")
POLICY = read_policy(ROOT / "policies/chscp.yaml")
ORDER = Order("Sal Okoro", "the court sits")
EVERYBODY = {"Carol Dunn", "Dev Ellis", "Olive Pratt", "Alice Osei"}
FRIDAY, MONDAY = date(2026, 12, 11), date(2026, 12, 14)


def at(text: str) -> datetime:
    """A winter moment, when London keeps UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


def begun(starts_at: str = "", **answers: str) -> Play:
    """A case in a stage since Friday 27 November 2026 at 10:00."""
    play = Play(POLICY, SCENARIO.directory, england())
    form = SCENARIO.form
    update = {"starts_at": starts_at, "answers": {**form.answers, **answers}}
    play.receive(form.model_copy(update=update), at("2026-11-27 10:00"))
    play.confirm(at("2026-11-27 10:00"))
    return play


def did(play: Play, decision: Decision, now: str) -> list[Letter]:
    """The letters that it wrote."""
    count = len(play.letters)
    play._did(at(now), "support", decision)
    return play.letters[count:]


def pause(play: Play, now: str, until: date = MONDAY) -> list[Letter]:
    return did(play, pausing.pause(play.case, until, ORDER, play._moment(at(now))), now)


def resume(play: Play, now: str) -> list[Letter]:
    return did(play, pausing.resume(play.case, ORDER, play._moment(at(now))), now)


def say(play: Play, who: str, does: str, now: str, text: str = "because") -> list[Letter]:
    count = len(play.letters)
    play.hear(who, Answer(does, "s1", text), at(now))
    return play.letters[count:]


def purposes(letters: list[Letter]) -> set[str]:
    return {letter.purpose for letter in letters}


def clock_of(play: Play) -> Clock:
    [clock] = play.case.running("timescale", "s1")
    return clock


def test_everybody_in_the_stage_is_told_of_the_pause_and_that_it_is_over() -> None:
    play = begun("line_managers")
    told = pause(play, "2026-11-30 11:00")
    assert {letter.purpose for letter in told} == {"paused"}
    assert {letter.name for letter in told} == EVERYBODY
    assert all("the court sits" in letter.values["reason"] for letter in told)
    assert "until Monday 14 December 2026" in play.case.status_why
    told = resume(play, "2026-12-03 09:00")
    assert {letter.name for letter in told} == EVERYBODY
    assert (play.case.status, play.case.paused_at, play.case.paused_until) == ("open", None, None)


def test_the_record_names_the_officer_and_the_reason() -> None:
    play = begun()
    pause(play, "2026-11-30 11:00")
    [entry] = [entry for _, entry in play.course().entries if entry.kind == "paused"]
    assert entry.evidence == {"by": "Sal Okoro"}
    assert entry.words.endswith("Reason: the court sits.")


def test_a_clock_keeps_its_working_days_through_the_pause() -> None:
    """Due on Friday 4 December; on Monday four working days are left, and Monday 14 December is day 0 again."""
    play = begun()
    assert clock_of(play).due_day == date(2026, 12, 4)
    pause(play, "2026-11-30 11:00")
    assert clock_of(play).state == "paused"
    play.run_to(at("2026-12-14 08:00"))
    assert (clock_of(play).state, clock_of(play).due_day) == ("running", date(2026, 12, 18))
    assert clock_of(play).due_at == due(england(), WorkingDays(4), at("2026-12-14 08:00")).at


def test_a_day_that_is_no_working_day_means_the_morning_of_the_next() -> None:
    play = begun()
    pause(play, "2026-11-30 11:00", date(2026, 12, 12))
    play.run_to(at("2026-12-14 07:59"))
    assert play.case.paused_at is not None
    play.run_to(at("2026-12-14 08:00"))
    assert play.case.paused_at is None


def test_a_stated_date_stands_through_a_pause_and_is_chased_on_the_first_morning_after_it() -> None:
    play = begun(protects_by="2026-12-02")
    assert clock_of(play).fixed
    pause(play, "2026-11-30 11:00")
    play.run_to(at("2026-12-14 08:00"))
    assert clock_of(play).due_day == date(2026, 12, 2)
    assert clock_of(play).look_at == at("2026-12-15 08:00")


def test_new_facts_after_a_pause_do_not_take_back_what_it_gave_unless_they_change_the_date() -> None:
    play = begun()
    pause(play, "2026-11-30 11:00")
    play.run_to(at("2026-12-14 08:00"))
    play.supply({"child_numbers": "H 1"}, at("2026-12-14 09:00"))
    assert clock_of(play).due_day == date(2026, 12, 18)
    play.supply({"protects_by": "2026-12-15"}, at("2026-12-14 09:30"))
    assert clock_of(play).due_day == date(2026, 12, 15)


def test_a_childs_own_date_is_never_made_later_by_a_pause() -> None:
    """The week would have ended before it; with what the pause adds it would end after it."""
    play = begun(protects_by="2026-12-16")
    assert clock_of(play).due_day == date(2026, 12, 4)
    pause(play, "2026-11-30 11:00")
    play.run_to(at("2026-12-14 08:00"))
    assert clock_of(play).due_day == date(2026, 12, 16)


def test_the_end_may_be_moved_and_the_first_day_does_nothing_then() -> None:
    play = begun()
    pause(play, "2026-11-30 11:00", FRIDAY)
    assert all(letter.values["moved"] for letter in pause(play, "2026-12-01 11:00"))
    play.run_to(at("2026-12-11 18:00"))
    assert play.case.status == "paused"
    assert clock_of(play).paused_at == at("2026-11-30 11:00")


@pytest.mark.parametrize("until", [date(2026, 11, 30), date(2026, 11, 27)])
def test_a_pause_must_end_later_than_today(until: date) -> None:
    with pytest.raises(Refused, match="later day"):
        pause(begun(), "2026-11-30 11:00", until)


def test_only_a_case_that_is_open_and_has_begun_is_paused_and_only_a_paused_one_resumed() -> None:
    play = begun()
    with pytest.raises(Refused, match="not paused"):
        resume(play, "2026-11-30 11:00")
    for who in ("p1", "p2"):
        say(play, who, "outcome:resolved", "2026-11-30 11:00")
    assert play.case.status == "closing"
    with pytest.raises(Refused, match="open and has begun"):
        pause(play, "2026-11-30 12:00")


def test_an_answer_while_it_is_paused_is_recorded_and_takes_effect_when_it_goes_on() -> None:
    play = begun()
    pause(play, "2026-11-30 11:00")
    assert purposes(say(play, "p1", "outcome:resolved", "2026-12-01 09:00")) == {"echo", "task"}
    letters = say(play, "p2", "outcome:resolved", "2026-12-01 09:00")
    assert purposes(letters) == {"echo", "task", "news"}
    [news] = [letter for letter in letters if letter.purpose == "news"]
    assert (news.name, "takes effect when the case goes on" in news.values["words"]) == ("Alice Osei", True)
    assert play.case.paused_at is not None
    told = resume(play, "2026-12-03 09:00")
    assert play.case.status == "closing"
    assert "outcome" in {letter.purpose for letter in told if letter.to == "p1"}


def test_what_was_said_before_the_pause_is_not_weighed_again() -> None:
    play = begun()
    say(play, "p2", "outcome:resolved", "2026-11-30 09:00")
    pause(play, "2026-11-30 11:00")
    assert {letter.purpose for letter in resume(play, "2026-12-03 09:00")} == {"resumed"}


def test_what_moves_the_case_waits_for_a_person_while_it_is_paused() -> None:
    play = begun()
    say(play, "p2", "outcome:not_resolved", "2026-11-30 09:00")
    pause(play, "2026-11-30 11:00")
    letters = say(play, "p1", "move", "2026-12-01 09:00", "it cannot wait")
    assert {letter.purpose for letter in letters} == {"echo", "task"}
    assert (play.case.status, len(play.case.stages)) == ("paused", 1)
    assert any("it cannot wait" in task.words for _, task in play.course().tasks)


def test_an_objection_while_it_is_paused_counts_at_once_and_is_put_to_a_person() -> None:
    play = begun()
    say(play, "p2", "outcome:resolved", "2026-11-30 09:00")
    pause(play, "2026-12-01 11:00")
    letters = say(play, "p1", "object", "2026-12-01 12:00", "nobody came")
    assert {letter.purpose for letter in letters} == {"echo", "task"}
    assert clock_of(play).state == "paused"
    assert play.case.stages[0].said == ()
    assert not play.case.running("objection")


def test_the_time_to_object_stands_still_too_and_one_sides_word_settles_nothing_meanwhile() -> None:
    play = begun()
    say(play, "p2", "outcome:resolved", "2026-11-30 09:00")
    play.run_to(at("2026-12-01 10:00"))
    [objection] = play.case.running("objection")
    assert objection.due_day == date(2026, 12, 4)
    pause(play, "2026-12-03 11:00")
    play.run_to(at("2026-12-11 12:00"))
    assert play.case.status == "paused"
    play.run_to(at("2026-12-14 08:00"))
    [objection] = play.case.running("objection")
    assert objection.due_day == date(2026, 12, 15)  # one working day was left


def test_a_letter_with_the_outcome_that_arrives_after_the_pause_began_is_told_all_the_same() -> None:
    play = begun()
    pause(play, "2026-11-30 11:00")
    say(play, "p2", "outcome:resolved", "2026-12-01 09:00")
    resume(play, "2026-12-03 09:00")
    pause(play, "2026-12-03 09:30")
    [letter] = [each for each in play.letters if each.purpose == "outcome"]
    play.became(letter, "accepted", at("2026-12-03 10:00"))
    assert {clock.state for clock in play.case.running("told")} == {"paused"}
    play.run_to(at("2026-12-15 12:00"))
    assert play.case.told


def test_sentences_that_seem_to_end_a_paused_stage_are_put_back_to_their_writer_first() -> None:
    play = begun()
    pause(play, "2026-11-30 11:00")
    answer = Answer("outcome:resolved", "s1", "all sorted")
    letters = did(
        play, proposals.propose(play.case, "p2", answer, play._moment(at("2026-12-01 09:00"))), "2026-12-01 09:00"
    )
    assert [letter.purpose for letter in letters] == ["proposed"]


def test_a_pause_before_the_diversion_is_replaced_by_it() -> None:
    play = begun()
    pause(play, "2026-11-30 11:00", FRIDAY)
    play.supply({"aside_lado": "yes"}, at("2026-12-01 09:00"))
    play.run_to(at("2026-12-15 12:00"))
    assert (play.case.status, play.case.paused_until) == ("paused", None)
    told = resume(play, "2026-12-16 09:00")
    assert not play.case.running("diversion")
    assert {letter.values["concern"] for letter in told} == {""}
