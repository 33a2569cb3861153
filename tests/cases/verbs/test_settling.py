"""Settling and closing: goes to another stage, has no further stage, agrees twice, and is told by hand."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cases.case import BUSINESS_SUPPORT
from cases.holidays import england
from cases.policy import Policy
from cases.policy_files.yaml import read_yaml
from cases.rehearsals.rehearsal import Play
from cases.rehearsals.scenario import Scenario, read_scenario
from cases.submission import Answer
from cases.verbs.decision import Letter

ROOT = Path(__file__).parents[3]
WORLD = read_scenario(ROOT / "tests/policies/scenarios/chscp/2_6_plan.yaml")


def at(text: str) -> datetime:
    """A winter moment, when London keeps UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


def policy(*edits: Callable[[Any], None]) -> Policy:
    """The policy of City and Hackney, edited."""
    path = ROOT / "policies/chscp.yaml"
    data = read_yaml(path.read_text(), str(path)).data
    for edit in edits:
        edit(data)
    return Policy.model_validate_json(json.dumps(data))


def stage(data: Any, key: str) -> Any:
    return next(each for each in data["tracks"][0]["stages"] if each["key"] == key)


def begun(*edits: Callable[[Any], None], without: tuple[str, ...] = (), starts_at: str = "", **form: Any) -> Play:
    """A case raised and confirmed on Friday 27 November 2026 at 10:00."""
    world = Scenario(WORLD.plot.model_copy(update={"without": without}), WORLD.world)
    play = Play(policy(*edits), world.directory, england())
    play.receive(WORLD.world.form.model_copy(update={"starts_at": starts_at, **form}), at("2026-11-27 10:00"))
    play.confirm(at("2026-11-27 10:00"))
    return play


def say(play: Play, who: str, does: str, now: str, text: str = "because", about: str = "") -> None:
    """A person, by name, gives an answer about the stage that the case is in."""
    row = play.case.row
    key = (
        who
        if who == BUSINESS_SUPPORT
        else next(party.key for party in reversed(play.case.parties) if party.name == who)
    )
    play.hear(key, Answer(does, about or (row.key if row else "case"), text), at(now))


def purposes(play: Play, name: str) -> list[str]:
    """What the last verb wrote to somebody."""
    return [letter.purpose for step in play.steps[-1:] for letter in step.decision.letters if letter.name == name]


def goes_to(data: Any) -> None:
    data["outcomes"]["to_the_board"] = {
        "word": "TO THE BOARD",
        "title": "It goes to the Board",
        "effect": "goes_to",
        "to": "board_members",
    }
    stage(data, "practitioners")["outcomes"].append("to_the_board")


def last_stage_may_stay_unresolved(data: Any) -> None:
    stage(data, "secretary_of_state")["outcomes"].append("not_resolved")


def only_ends_elsewhere(data: Any) -> None:
    stage(data, "secretary_of_state")["outcomes"] = ["ended_outside", "not_resolved"]


def test_an_outcome_that_names_a_stage_goes_there() -> None:
    play = begun(goes_to)
    say(play, "Ben Cole", "outcome:to_the_board", "2026-11-30 09:00")
    assert [(row.stage, row.outcome) for row in play.case.stages] == [
        ("practitioners", "to_the_board"),
        ("board_members", None),
    ]


def at_the_end(*edits: Callable[[Any], None]) -> Play:
    play = begun(*edits, starts_at="board_members")
    say(play, "Kate Lund", "outcome:not_resolved", "2026-11-30 09:00")
    say(play, "Ruth Sayle", "outcome:not_resolved", "2026-11-30 10:00")
    say(play, "Ruth Sayle", "outcome:not_resolved", "2026-12-01 10:00")
    return play


def test_without_a_further_stage_a_person_must_settle_it_and_is_reminded() -> None:
    play = at_the_end(last_stage_may_stay_unresolved)
    assert (play.case.status, play.case.status_why) == ("disputed", "the policy has no further stage")
    play.run_to(at("2026-12-07 09:00"))
    reminded = [letter for letter in play.letters if letter.purpose == "task" and letter.offers]
    assert [[offer.word for offer in letter.offers] for letter in reminded] == [
        ["SETTLED RESOLVED", "SETTLED NOT RESOLVED"]
    ] * 2
    say(play, BUSINESS_SUPPORT, "settle:not_resolved", "2026-12-07 10:00", about="s3")
    assert play.case.status == "disputed"
    say(play, BUSINESS_SUPPORT, "settle:resolved", "2026-12-07 11:00", about="s3")
    assert (play.case.status, play.case.outcome) == ("closing", "resolved")


def test_a_stage_that_only_ends_elsewhere_closes_with_that_outcome_when_a_person_settles_it() -> None:
    play = at_the_end(only_ends_elsewhere)
    say(play, BUSINESS_SUPPORT, "settle:resolved", "2026-12-07 11:00", about="s3")
    assert (play.case.status, play.case.outcome) == ("closing", "ended_outside")


def test_a_dispute_about_the_end_outside_that_is_not_resolved_goes_back_to_a_person() -> None:
    play = begun(starts_at="board_members")
    say(play, "Kate Lund", "outcome:not_resolved", "2026-11-30 09:00")
    say(play, "Ruth Sayle", "outcome:not_resolved", "2026-11-30 10:00")
    say(play, "Ruth Sayle", "outcome:ended_outside", "2026-12-01 10:00")
    say(play, "Alice Osei", "object", "2026-12-02 10:00")
    say(play, BUSINESS_SUPPORT, "settle:not_resolved", "2026-12-03 10:00")
    assert (play.case.status, play.case.stages[-1].outcome) == ("disputed", None)
    assert any("no further stage" in task.words for step in play.steps for task in step.decision.tasks)


def test_agreeing_after_being_told_starts_no_second_time_for_objecting() -> None:
    play = begun()
    say(play, "Ben Cole", "outcome:resolved", "2026-11-30 09:00")
    play.run_to(at("2026-12-01 12:00"))
    say(play, "Alice Osei", "agree", "2026-12-01 13:00")
    assert len(play.case.running("objection")) == 1
    assert len([clock for clock in play.case.clocks if clock.purpose == "objection"]) == 1


def test_a_letter_that_tells_nothing_any_more_starts_no_clock() -> None:
    play = begun(starts_at="line_managers")
    say(play, "Dev Ellis", "outcome:resolved", "2026-11-30 09:00")
    outcome = next(letter for letter in play.letters if letter.purpose == "outcome")
    say(play, "Carol Dunn", "outcome:not_resolved", "2026-11-30 10:00")
    play.became(outcome, "accepted", at("2026-11-30 10:05"))
    assert play.case.running("told") == ()


def test_business_support_tells_a_raiser_of_an_outcome_that_no_longer_stands() -> None:
    play = begun(starts_at="line_managers")
    say(play, "Dev Ellis", "outcome:resolved", "2026-11-30 09:00")
    play.became(
        next(letter for letter in play.letters if letter.purpose == "outcome"), "bounced", at("2026-11-30 09:05")
    )
    say(play, "Carol Dunn", "outcome:not_resolved", "2026-11-30 10:00")
    say(play, BUSINESS_SUPPORT, "told:p1", "2026-11-30 11:00")
    assert not play.case.told
    assert play.case.running("told") == ()


def test_a_letter_that_bounces_after_the_case_closed_is_a_task_and_no_more() -> None:
    play = begun()
    say(play, "Alice Osei", "outcome:resolved", "2026-11-30 09:00")
    say(play, "Ben Cole", "outcome:resolved", "2026-11-30 09:00")
    play.run_to(at("2026-12-31 09:00"))
    play.became(
        next(letter for letter in reversed(play.letters) if letter.purpose == "outcome"),
        "bounced",
        at("2026-12-31 10:00"),
    )
    assert play.case.status == "closed"
    assert [clock for clock in play.case.clocks if clock.state == "running"] == []
    assert play.letters[-1].offers == ()


@pytest.mark.parametrize("became", ["uncertain", "repeated", "withheld"])
def test_what_became_of_a_letter_is_recorded_and_changes_nothing_else(became: str) -> None:
    play = begun()
    before = play.case
    play.became(play.letters[0], became, at("2026-11-27 11:00"))
    assert [entry.kind for entry in play.steps[-1].decision.entries] == [f"letter_{became}"]
    assert replace(play.case, length=before.length) == before


def test_taking_it_further_ends_the_time_for_objecting_and_the_next_outcome_is_told_afresh() -> None:
    play = begun(starts_at="line_managers")
    say(play, "Dev Ellis", "outcome:resolved", "2026-11-30 09:00")
    play.run_to(at("2026-12-01 12:00"))
    told = [(play.case.told, len(play.case.running("objection")))]
    say(play, "Carol Dunn", "move", "2026-12-01 13:00")
    told.append((play.case.told, len(play.case.running("objection"))))
    say(play, "Femi Grant", "outcome:resolved", "2026-12-02 09:00")
    play.run_to(at("2026-12-03 09:00"))
    told.append((play.case.told, len(play.case.running("objection"))))
    assert told == [(True, 1), (False, 0), (True, 1)]


class Held(Play):
    """A rehearsal in which letters of one purpose never leave."""

    held = ""

    def _still_wanted(self, letter: Letter) -> bool:
        return letter.purpose != self.held and super()._still_wanted(letter)


@pytest.mark.parametrize(("held", "status"), [("outcome", "closing"), ("shared", "closing"), ("echo", "closed")])
def test_a_case_stays_open_while_what_tells_or_shares_it_has_not_left(held: str, status: str) -> None:
    play = Held(policy(), Scenario(WORLD.plot.model_copy(update={"without": ()}), WORLD.world).directory, england())
    play.held = held
    play.receive(WORLD.world.form, at("2026-11-27 10:00"))
    play.confirm(at("2026-11-27 10:00"))
    say(play, "Alice Osei", "outcome:not_resolved", "2026-11-30 09:00")
    say(play, "Carol Dunn", "outcome:resolved", "2026-11-30 10:00")
    say(play, "Dev Ellis", "outcome:resolved", "2026-11-30 10:00")
    say(play, "Carol Dunn", "on_file", "2026-12-01 10:00", about="case")
    say(play, "Dev Ellis", "on_file", "2026-12-01 10:00", about="case")
    play.run_to(at("2026-12-31 10:00"))
    assert play.case.status == status


def test_a_side_that_takes_its_answer_back_ends_the_time_for_objecting() -> None:
    play = begun(starts_at="line_managers")
    say(play, "Dev Ellis", "outcome:resolved", "2026-11-30 09:00")
    play.run_to(at("2026-12-01 12:00"))
    say(play, "Dev Ellis", "outcome:not_resolved", "2026-12-01 13:00")
    assert (play.case.told, play.case.running("told"), play.case.running("objection")) == (False, (), ())


def test_a_raiser_who_notes_it_on_file_but_was_never_told_keeps_the_case_open() -> None:
    play = Held(policy(), Scenario(WORLD.plot, WORLD.world).directory, england())
    play.held = "outcome"
    play.receive(WORLD.world.form, at("2026-11-27 10:00"))
    play.confirm(at("2026-11-27 10:00"))
    say(play, "Alice Osei", "outcome:resolved", "2026-11-30 09:00")
    say(play, "Ben Cole", "outcome:resolved", "2026-11-30 10:00")
    say(play, "Alice Osei", "on_file", "2026-12-01 10:00", about="case")
    say(play, "Ben Cole", "on_file", "2026-12-01 10:00", about="case")
    play.run_to(at("2026-12-31 10:00"))
    assert (play.case.status, play.case.told) == ("closing", False)


def told_of_a_dispute(play: Play) -> set[str]:
    return {letter.name for letter in play.letters if letter.purpose == "disputed"}


def test_e49_two_managers_who_answer_differently_within_a_second_make_a_dispute() -> None:
    """E49: both recorded in arrival order; case "conflicting"; neither applied; both and the partnership told."""
    play = begun(starts_at="line_managers")
    say(play, "Dev Ellis", "outcome:resolved", "2026-11-30 09:00:00.2", "Visited.")
    say(play, "Carol Dunn", "outcome:not_resolved", "2026-11-30 09:00:00.9", "Nobody came.")
    recorded = [entry.words for step in play.steps for entry in step.decision.entries if entry.kind == "outcome_said"]
    assert ["Visited." in recorded[0], "Nobody came." in recorded[1], len(recorded)] == [True, True, 2]
    assert [(said.outcome, said.text) for said in play.case.stages[-1].said] == [
        ("resolved", "Visited."),
        ("not_resolved", "Nobody came."),
    ]
    assert (play.case.status, play.case.outcome, play.case.told) == ("disputed", None, False)
    assert (play.case.stages[-1].outcome, play.case.stages[-1].stage) == (None, "line_managers")
    assert told_of_a_dispute(play) == {"Dev Ellis", "Carol Dunn", "Alice Osei"}
    [task] = [letter for letter in play.letters if letter.purpose == "task" and letter.offers]
    assert {offer.word for offer in task.offers} == {"SETTLED RESOLVED", "SETTLED NOT RESOLVED"}
    assert (task.to, play.case.running("timescale", "s1")) == (BUSINESS_SUPPORT, ())


def test_e50_the_other_side_answers_again_differently_and_nothing_moves_until_the_raising_side_agrees() -> None:
    """E50: later one recorded as a change, earlier kept; open timers follow the later only after a person agrees."""
    play = begun(starts_at="line_managers")
    say(play, "Dev Ellis", "outcome:resolved", "2026-11-30 09:00", "Visited.")
    [clock] = play.case.running("timescale", "s1")
    say(play, "Dev Ellis", "outcome:not_resolved", "2026-11-30 11:00", "I was wrong.")
    recorded = [entry.words for step in play.steps for entry in step.decision.entries if entry.kind == "outcome_said"]
    assert ["Visited." in recorded[0], "I was wrong." in recorded[1]] == [True, True]
    assert [said.text for said in play.case.stages[-1].said] == ["I was wrong."]
    assert play.case.running("timescale", "s1") == (clock,)
    assert play.case.stages[-1].running
    assert "Carol Dunn" in {letter.name for letter in play.letters if letter.purpose == "move_proposed"}
    say(play, "Carol Dunn", "move", "2026-11-30 12:00")
    assert [row.stage for row in play.case.stages] == ["line_managers", "senior_managers"]


def test_e50_a_changed_answer_after_the_stage_was_settled_waits_for_a_person() -> None:
    """E50: later one recorded as a change, earlier kept; open timers follow the later only after a person agrees."""
    play = begun(starts_at="line_managers")
    say(play, "Dev Ellis", "outcome:resolved", "2026-11-30 09:00")
    say(play, "Carol Dunn", "outcome:resolved", "2026-11-30 10:00")
    before = play.case
    say(play, "Dev Ellis", "outcome:not_resolved", "2026-11-30 11:00", "I take it back.", about="s1")
    [late] = [entry for step in play.steps for entry in step.decision.entries if entry.kind == "came_late"]
    assert "I take it back." in late.words
    assert (
        "answered after the matter had ended" in [task.words for step in play.steps for task in step.decision.tasks][-1]
    )
    assert (play.case.status, play.case.stages, play.case.clocks) == ("closing", before.stages, before.clocks)


def test_e50_the_raising_side_ends_its_own_stage_when_it_takes_resolved_back() -> None:
    """E50 holds for the clocks of others: that it is not resolved is the raising side's own to say, and is acted on."""
    play = begun(starts_at="line_managers")
    say(play, "Carol Dunn", "outcome:resolved", "2026-11-30 09:00", "They agreed.")
    say(play, "Carol Dunn", "outcome:not_resolved", "2026-11-30 11:00", "They did not.")
    recorded = [entry.words for step in play.steps for entry in step.decision.entries if entry.kind == "outcome_said"]
    assert ["They agreed." in recorded[0], "They did not." in recorded[1]] == [True, True]
    assert [(row.stage, row.outcome) for row in play.case.stages] == [
        ("line_managers", "not_resolved"),
        ("senior_managers", None),
    ]
