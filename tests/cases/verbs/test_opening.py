"""How a case begins, is diverted, and finds its people."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from cases.case import BUSINESS_SUPPORT, Case
from cases.holidays import england
from cases.policy import Policy
from cases.policy_files.yaml import read_yaml
from cases.rehearsals.rehearsal import Play
from cases.rehearsals.scenario import Scenario, read_scenario
from cases.submission import Answer, Arrival, Submission
from cases.verbs import messages, opening
from cases.verbs.decision import Moment

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


def test_confirming_twice_is_confirming_once() -> None:
    play = begun()
    before = play.case
    play.confirm(at("2026-11-27 10:10"))
    assert play.steps[-1].decision.entries == ()
    assert play.case == before


def test_the_directory_changes_while_a_confidential_case_waits_for_somebody_known() -> None:
    play = begun(diversions=("lado",))
    play.enter(play.directory, at("2026-11-27 11:00"))
    assert play.steps[-1].decision.entries == ()
    assert sum(letter.purpose == "divert" for letter in play.letters) == 1


def test_a_second_decision_about_a_confidential_case_changes_nothing() -> None:
    play = begun(diversions=("lado",))
    say(play, "Vera West", "divert:go_on", "2026-11-30 09:00", about="case")
    say(play, "Vera West", "divert:split", "2026-11-30 10:00", about="case")
    assert len(play.case.stages) == 1
    assert not play.case.confidential
    assert purposes(play, "Alice Osei") == []


def test_a_matter_that_the_policy_does_not_know_diverts_nothing() -> None:
    play = begun(diversions=("weather",))
    assert (play.case.status, play.case.confidential) == ("open", False)


def test_nothing_supplied_is_recorded_as_nothing() -> None:
    play = begun()
    play.supply({"child": ""}, at("2026-11-27 11:00"))
    assert play.steps[-1].decision.entries[0].words == "The raiser supplied details: nothing new."


def test_details_that_come_before_the_case_is_in_a_stage_are_kept() -> None:
    play = begun(diversions=("lado",))
    play.supply({"child": "K.L."}, at("2026-11-27 11:00"))
    assert play.case.facts["child"] == "K.L."
    assert play.case.stages == ()


def test_a_proxy_of_the_role_acts_where_nobody_holds_the_role() -> None:
    def proxy(data: Any) -> None:
        data["roles"]["line_manager"]["proxy"] = "head_of_service"

    play = begun(proxy, without=("Carol Dunn",), starts_at="line_managers")
    assert [(party.name, party.role) for party in play.case.parties if party.part == "raising"][1:] == [
        ("Gail Hunt", "line_manager")
    ]


def test_somebody_missing_is_reported_once_though_called_for_twice() -> None:
    play = begun(without=("Femi Grant",), starts_at="board_members")
    say(play, "Kate Lund", "outcome:not_resolved", "2026-11-30 09:00")
    say(play, "Ruth Sayle", "way:panel", "2026-11-30 10:00")
    told = [
        letter
        for letter in play.letters
        if letter.purpose == "task" and "senior manager of Mare Street" in letter.values["words"]
    ]
    assert len(told) == 1


def test_a_missing_side_gets_the_letters_it_would_have_had_when_somebody_is_entered() -> None:
    play = begun(without=("Edie Frost",), starts_at="board_members")
    say(play, "Kate Lund", "outcome:not_resolved", "2026-11-30 09:00")
    say(play, "Ruth Sayle", "way:panel", "2026-11-30 10:00")
    play.enter(Scenario(WORLD.plot, WORLD.world).directory, at("2026-11-30 11:00"))
    found = [letter.purpose for letter in play.letters if letter.name == "Edie Frost"]
    assert sorted(found) == ["for_information", "request", "request", "request", "way"]


def test_a_request_may_be_made_of_a_role_of_the_partnership_or_of_the_decider() -> None:
    def of_others(data: Any) -> None:
        stage(data, "commissioner")["requests"][0]["of"] = ["iro", "decider"]

    def of_nobody(data: Any) -> None:
        stage(data, "line_managers")["requests"] = [stage(data, "commissioner")["requests"][0] | {"of": ["decider"]}]

    play = begun(of_others, starts_at="board_members")
    say(play, "Kate Lund", "outcome:not_resolved", "2026-11-30 09:00")
    asked = [
        letter.name
        for letter in play.letters
        if letter.purpose == "request" and letter.values["thing"] == "the actions taken so far"
    ]
    assert asked == ["Paul Quill", "Ruth Sayle"]
    assert begun(of_others, of_nobody, starts_at="line_managers").case.asked == ()


def test_a_mail_that_changes_nothing_is_kept_and_writes_to_nobody() -> None:
    play = begun()
    decision = messages.filed(play.case, "m7", "It is an automatic reply.", play_moment(play))
    assert [entry.words for entry in decision.entries] == [
        "A mail was kept with the case and changes nothing. It is an automatic reply."
    ]
    assert decision.letters == ()


def test_a_strangers_mail_goes_to_a_person_and_the_stranger_hears_nothing() -> None:
    play = begun()
    play.file(next(letter for letter in play.letters if letter.purpose == "confirm"), "unclear", at("2026-11-27 11:00"))
    decision = messages.put_to_a_person(play.case, "m8", "the sender is not known", None, (), play_moment(play))
    assert [letter.to for letter in decision.letters] == [BUSINESS_SUPPORT]


def play_moment(play: Play) -> Moment:
    return Moment(at("2026-11-27 12:00"), play.policy, play.directory, play.calendar)


def test_a_mail_that_an_officer_opened_says_so_and_goes_on_once_they_have_spoken_to_its_writer() -> None:
    for spoken in (True, False):
        play = Play(policy(), WORLD.directory, england())
        case = Case("c1", "chscp", "CHSCP-2026-0001", "hash", at("2026-11-26 10:00"), play.policy.tracks[0].key)
        form = Submission(**WORLD.world.form.model_dump())
        arrival = Arrival("words", "m1", entered_by="Sal Okoro", spoken=spoken)
        moment = Moment(at("2026-11-27 10:00"), play.policy, WORLD.directory, england())
        decision = opening.receive(case, form, "000000", moment, arrival)
        assert decision.entries[0].words.endswith("by an e-mail in their own words, which Sal Okoro opened as a case.")
        assert decision.case.confirmed is spoken
        assert ("confirm_raised" in [each.purpose for each in decision.letters]) is not spoken
        said = [each.words for each in decision.entries if each.kind == "confirmed"]
        assert said == (["Sal Okoro has spoken to Alice Osei, who means it as an escalation."] if spoken else [])
