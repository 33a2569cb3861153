"""What clocks cause when they are looked at."""

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
from cases.rehearsals.scenario import Scenario, ScenarioError, read_scenario
from cases.submission import Answer
from cases.verbs import clocks
from cases.verbs.decision import Decision, Moment

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


def moves_by_itself(data: Any) -> None:
    data["chases"]["guide"]["steps"] = [{"working_days": 0, "does": ["move"]}]


def proposes_at_once(data: Any) -> None:
    data["chases"]["decision"]["steps"] = [{"working_days": 0, "does": ["propose_move", "tell_business_support"]}]


def no_later_step(data: Any) -> None:
    data["chases"]["guide"]["steps"] = [{"working_days": -2, "does": ["remind"]}]


def test_a_clock_is_not_looked_at_before_its_time() -> None:
    play = begun()
    clock = play.next_clock()
    assert clock is not None
    decision = clocks.look(
        play.case, clock.key, Moment(at("2026-11-30 09:00"), play.policy, play.directory, play.calendar)
    )
    assert (decision.case, decision.entries, decision.letters) == (play.case, (), ())


def test_a_stopped_clock_does_nothing() -> None:
    play = begun()
    key = play.case.clocks[0].key
    assert play.case.clock(key).state == "stopped"
    decision = clocks.look(play.case, key, Moment(at("2026-12-30 09:00"), play.policy, play.directory, play.calendar))
    assert decision.entries == ()


def test_where_the_policy_says_so_the_case_moves_when_the_time_is_over() -> None:
    play = begun(moves_by_itself)
    play.run_to(at("2026-12-07 09:00"))
    assert [(row.stage, row.outcome) for row in play.case.stages] == [
        ("practitioners", "not_resolved"),
        ("line_managers", None),
    ]


def test_nothing_is_proposed_over_a_decision_that_the_raiser_is_being_told_of() -> None:
    play = begun(proposes_at_once, starts_at="board_members")
    say(play, "Kate Lund", "outcome:not_resolved", "2026-11-30 09:00")
    say(play, "Ruth Sayle", "outcome:resolved", "2026-12-14 09:00")
    before = len(play.letters)
    play.run_to(at("2026-12-15 08:30"))
    assert any(entry.kind == "clock_looked" for entry in play.steps[-1].decision.entries)
    assert [letter.purpose for letter in play.letters[before:] if letter.purpose in ("move_proposed", "task")] == [
        "task"
    ] * 2
    assert all("has not sent" in letter.values["words"] for letter in play.letters[before:] if letter.purpose == "task")


def test_a_ladder_that_only_reminds_and_a_case_overdue_from_the_start() -> None:
    play = begun(no_later_step, answers={"protects_by": "2026-11-26"})
    play.run_to(at("2026-11-30 09:00"))
    assert "reminder" in [letter.purpose for letter in play.letters if letter.name == "Ben Cole"]


def test_a_clock_that_neither_stops_nor_moves_ends_the_rehearsal(monkeypatch: pytest.MonkeyPatch) -> None:
    play = begun()
    monkeypatch.setattr("cases.rehearsals.rehearsal.clocks.look", lambda case, key, moment: Decision(case, (), (), ()))
    with pytest.raises(ScenarioError, match="neither stopped nor moved"):
        play.run_to(at("2026-12-07 09:00"))
