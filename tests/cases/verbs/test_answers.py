"""Answers: who may say what, and what comes too late."""

import json
from collections.abc import Callable
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
from cases.submission import Answer, Evidence

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


def wrote(play: Play, name: str, purpose: str) -> int:
    return sum((letter.name, letter.purpose) == (name, purpose) for letter in play.letters)


def said(play: Play, kind: str) -> list[str]:
    return [entry.words for step in play.steps for entry in step.decision.entries if entry.kind == kind]


def straight_to_the_commissioner(data: Any) -> None:
    stage(data, "senior_managers")["then"] = "commissioner"


def branches(data: Any) -> None:
    stage(data, "practitioners")["branches"] = [
        {"when": {"area": ["plans"]}, "to": "senior_managers", "source": {"clause": "1.3", "basis": "R"}},
        {"when": {"area": ["roles"]}, "to": "board_members", "source": {"clause": "1.3", "basis": "R"}},
    ]


def test_business_support_may_record_how_a_stage_ended_and_gets_no_echo() -> None:
    play = begun()
    say(play, BUSINESS_SUPPORT, "outcome:resolved", "2026-11-30 09:00", "They agreed on the telephone")
    assert [offer.word for letter in play.letters if letter.purpose == "outcome" for offer in letter.offers] == [
        "OBJECT",
        "AGREE",
    ]
    assert wrote(play, "Business support", "echo") == 0
    outcome = next(letter for letter in play.letters if letter.purpose == "outcome")
    assert outcome.values["said"] == [
        {"who": "Business support", "outcome": "It is resolved", "text": "They agreed on the telephone"}
    ]


def test_business_support_overrides_what_one_side_said() -> None:
    play = begun(starts_at="line_managers")
    say(play, "Dev Ellis", "outcome:resolved", "2026-11-30 09:00")
    say(play, BUSINESS_SUPPORT, "outcome:not_resolved", "2026-11-30 10:00")
    assert [(row.stage, row.outcome) for row in play.case.stages] == [
        ("line_managers", "not_resolved"),
        ("senior_managers", None),
    ]


def test_a_second_settlement_comes_too_late() -> None:
    play = begun(starts_at="line_managers")
    say(play, "Dev Ellis", "outcome:resolved", "2026-11-30 09:00")
    say(play, "Carol Dunn", "outcome:not_resolved", "2026-11-30 10:00")
    say(play, BUSINESS_SUPPORT, "settle:resolved", "2026-11-30 11:00", about="s1")
    say(play, BUSINESS_SUPPORT, "settle:not_resolved", "2026-11-30 12:00", about="s1")
    assert play.case.status == "closing"
    assert said(play, "came_late") == ["Business support answered after this had ended: settle not_resolved. because"]
    assert wrote(play, "Business support", "too_late") == 0


def test_not_yet_leaves_the_case_where_it_is() -> None:
    play = begun()
    play.run_to(at("2026-12-07 09:00"))
    say(play, "Alice Osei", "stay", "2026-12-07 10:00")
    assert said(play, "stays") == ["Alice Osei (practitioner) leaves it at this stage for now. because"]
    assert play.case.row is not None
    assert play.case.row.running


def test_a_case_between_two_stages_may_take_the_one_that_was_passed_over() -> None:
    play = begun(straight_to_the_commissioner, starts_at="senior_managers")
    say(play, "Edie Frost", "outcome:no_further_tier", "2026-11-30 09:00")
    asked = next(letter for letter in play.letters if letter.purpose == "ask_why")
    assert [offer.word for offer in asked.offers] == ["BOARD MEMBERS", "GO ON"]
    say(play, "Edie Frost", "move:board_members", "2026-11-30 10:00")
    say(play, "Alice Osei", "move:board_members", "2026-11-30 11:00", about="s1")
    assert [row.stage for row in play.case.stages] == ["senior_managers", "board_members"]
    assert wrote(play, "Alice Osei", "too_late") == 1


def test_a_case_between_two_stages_takes_no_outcome_and_no_objection_for_the_last_one() -> None:
    play = begun(straight_to_the_commissioner, starts_at="senior_managers")
    say(play, "Edie Frost", "outcome:no_further_tier", "2026-11-30 09:00")
    say(play, "Femi Grant", "outcome:resolved", "2026-11-30 10:00")
    say(play, "Alice Osei", "object", "2026-11-30 11:00")
    assert len(said(play, "came_late")) == 2
    assert play.case.status == "open"


def test_go_on_ends_a_stage_that_still_runs_and_takes_the_case_further() -> None:
    play = begun(starts_at="commissioner")
    say(play, "Alice Osei", "go_on:commissioner", "2026-11-30 09:00", about="case")
    say(play, "Alice Osei", "go_on:commissioner", "2026-11-30 10:00", about="case")
    assert [(row.stage, row.running) for row in play.case.stages] == [("board_members", False), ("commissioner", True)]


@pytest.mark.parametrize(
    ("area", "to"), [("plans", "senior_managers"), ("roles", "board_members"), ("action", "line_managers")]
)
def test_the_branch_that_the_facts_suggest_is_proposed_and_a_person_chooses(area: str, to: str) -> None:
    play = begun(branches, answers={"area": (area,)})
    play.run_to(at("2026-12-07 09:00"))
    proposed = next(letter for letter in play.letters if letter.purpose == "move_proposed")
    label = play.policy.stages[to].label
    assert proposed.values["target"].startswith(label)
    others = {"senior_managers", "board_members"} - {to}
    assert {offer.does for offer in proposed.offers} == {"move", "stay", *(f"move:{key}" for key in others)}
    say(play, "Alice Osei", "move", "2026-12-07 10:00")
    assert play.case.stages[-1].stage == to


def test_a_branch_that_is_chosen_by_hand() -> None:
    play = begun(branches)
    say(play, "Alice Osei", "move:board_members", "2026-12-07 10:00")
    assert [(row.stage, row.outcome) for row in play.case.stages] == [
        ("practitioners", "not_resolved"),
        ("board_members", None),
    ]


def test_what_was_asked_for_is_too_late_once_its_stage_has_ended() -> None:
    play = begun(starts_at="board_members")
    say(play, "Kate Lund", "outcome:not_resolved", "2026-11-30 09:00")
    say(play, "Ruth Sayle", "outcome:not_resolved", "2026-11-30 10:00")
    say(play, "Edie Frost", "give:rationale", "2026-11-30 11:00", about="a2")
    assert wrote(play, "Edie Frost", "too_late") == 1
    assert play.case.asked_thing("a2").answer is None


def test_a_closed_case_is_not_opened_again_by_an_objection_and_a_person_sees_it() -> None:
    play = begun()
    say(play, "Alice Osei", "outcome:resolved", "2026-11-30 09:00")
    say(play, "Ben Cole", "outcome:resolved", "2026-11-30 09:00")
    play.run_to(at("2026-12-31 09:00"))
    assert play.case.status == "closed"
    say(play, "Alice Osei", "object", "2027-01-04 09:00", about="s1")
    assert play.case.status == "closed"
    assert wrote(play, "Alice Osei", "too_late") == 1


def test_an_answer_taken_down_on_the_telephone_says_so_in_the_record() -> None:
    play = begun()
    letter = next(letter for letter in play.letters if letter.name == "Ben Cole")
    play.hear(
        letter.to,
        Answer("outcome:resolved", "s1", "Yes", evidence=Evidence("telephone", by="Bea", reason="He rang")),
        at("2026-11-30 09:00"),
    )
    entry = next(entry for step in play.steps for entry in step.decision.entries if entry.kind == "outcome_said")
    assert entry.evidence == {
        "answer": {"does": "outcome:resolved", "about": "s1", "via": "telephone", "by": "Bea", "reason": "He rang"}
    }
