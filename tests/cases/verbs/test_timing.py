"""How the limits of a policy become dates, and what a letter says about them."""

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
from cases.submission import Answer

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


def limited(limit: dict[str, Any], starts: str = "stage_start") -> Callable[[Any], None]:
    def edit(data: Any) -> None:
        stage(data, "practitioners")["timescales"][0] |= {"limit": limit, "starts": starts}

    return edit


BY_ANSWER = {"by_answer": {"question": "urgency", "limits": {"high": {"hours": 24}}}}


@pytest.mark.parametrize(
    ("limit", "due", "words"),
    [
        # Day 0 is Friday 27 November 2026.
        ({"working_days": 2}, "2026-12-02 00:00", "2 working days (policy 1.5)"),
        ({"calendar_days": 7}, "2026-12-05 00:00", "7 days (policy 1.5)"),
        ({"calendar_days": 8}, "2026-12-08 00:00", "8 days (policy 1.5)"),
        ({"hours": 48, "said_as": "48 hours"}, "2026-11-29 10:00", "48 hours (policy 1.5)"),
        ({"hours": 3}, "2026-11-27 13:00", "3 hours (policy 1.5)"),
        ({"earliest_of": [{"working_days": 9}, {"calendar_days": 3}]}, "2026-12-01 00:00",
         "3 days, which is sooner than 9 working days (policy 1.5)"),
        (BY_ANSWER, "2026-11-28 10:00", "24 hours (policy 1.5)"),
    ],
)  # fmt: skip
def test_a_number_of_the_policy_is_kept(limit: dict[str, Any], due: str, words: str) -> None:
    play = begun(limited(limit), answers={"urgency": "high"})
    clock = play.case.running("timescale")[0]
    assert (clock.due_at, clock.kind) == (at(due), "guide")
    letter = next(letter for letter in play.letters if letter.purpose == "stage")
    assert letter.values["time_words"] == words


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"without_delay": "without delay"}, "The policy says “without delay” and gives no number."),
        ({"none": "The policy gives none."}, "The policy gives none."),
        ({"stated_in": "protects_by"}, "No time has been stated or agreed for this yet."),
        (BY_ANSWER, "No time has been stated or agreed for this yet."),
        ({"agreed_by": "both"}, "No time has been stated or agreed for this yet."),
    ],
)  # fmt: skip
def test_where_the_policy_gives_no_number_the_interval_is_this_services_own(limit: dict[str, Any], words: str) -> None:
    play = begun(limited(limit))
    clock = play.case.running("timescale")[0]
    assert (clock.due_at, clock.kind) == (at("2026-12-05 00:00"), "chosen")
    letter = next(letter for letter in play.letters if letter.purpose == "stage")
    assert letter.values["time_words"] == f"{words} This date is CHSCP's own setting in this service: 5 working days."


def test_a_date_told_later_turns_a_chosen_date_into_the_policys_own() -> None:
    play = begun(limited({"stated_in": "protects_by"}))
    play.supply({"protects_by": "2026-12-10"}, at("2026-11-30 10:00"))
    clock = play.case.running("timescale")[0]
    assert (clock.due_at, clock.kind, clock.look_at) == (at("2026-12-11 00:00"), "guide", at("2026-12-09 08:00"))


def test_the_working_week_runs_from_receipt_though_the_address_is_confirmed_later() -> None:
    play = Play(policy(), Scenario(WORLD.plot, WORLD.world).directory, england())
    play.receive(WORLD.world.form, at("2026-11-27 10:00"))
    play.confirm(at("2026-12-01 10:00"))
    assert play.case.running("timescale")[0].due_at == at("2026-12-05 00:00")
