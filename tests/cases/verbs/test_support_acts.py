"""What business support does to a case: outcomes set, cases taken on, places handed over, meetings, and their end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from cases.case import BUSINESS_SUPPORT, Case, Meeting
from cases.directory.directory import Agency, Directory, Person
from cases.holidays import england
from cases.policy import Policy
from cases.policy_files.reading import read_policy
from cases.rehearsals.rehearsal import Play
from cases.rehearsals.scenario import read_scenario
from cases.submission import Answer
from cases.verbs import ending, handing_over, meetings, moving_on, overriding, pausing, under_way
from cases.verbs.decision import Decision, Letter, Moment
from cases.verbs.orders import Order, Refused
from cases.verbs.under_way import UnderWay

ROOT = Path(__file__).parents[3]
SCENARIO = read_scenario(ROOT / "tests/policies/scenarios/chscp/2_6_plan.yaml")
POLICIES = {path.stem: read_policy(path) for path in sorted((ROOT / "policies").glob("*.yaml"))}
POLICY = POLICIES["chscp"]
ORDER = Order("Sal Okoro", "both told us by telephone")
NOW = datetime.fromisoformat("2026-11-30 11:00+00:00")

Verb = Callable[[Case, Moment], Decision]


def begun(starts_at: str = "", *, policy: Policy = POLICY, directory: Directory | None = None) -> Play:
    play = Play(policy, directory or SCENARIO.directory, england())
    update = {"starts_at": starts_at}
    play.receive(SCENARIO.form.model_copy(update=update), datetime.fromisoformat("2026-11-27 10:00+00:00"))
    play.confirm(datetime.fromisoformat("2026-11-27 10:00+00:00"))
    return play


def everybody(policy: Policy) -> Directory:
    """Somebody in every role of a policy."""
    people = [
        Person(key, f"{role.title} {agency or ''}".strip(), f"{key}@{agency or 'office'}.example", agency)
        for key, role in policy.roles.items()
        for agency in (("homerton", "mare_street") if role.of == "agency" else (None,))
    ]
    agencies = [Agency(each.key, each.name, each.domains) for each in SCENARIO.world.agencies]
    return Directory(agencies, people, "support@chscp.example")


def do(play: Play, verb: Verb, now: datetime = NOW) -> list[Letter]:
    """The letters that it wrote."""
    count = len(play.letters)
    play._did(now, "support", verb(play.case, play._moment(now)))
    return play.letters[count:]


def override(outcome: str) -> Verb:
    return lambda case, moment: overriding.override(case, outcome, ORDER, moment)


def take_on(target: str) -> Verb:
    return lambda case, moment: moving_on.take_on(case, target, ORDER, moment)


def hand_over(who: str, name: str = "Nia Park", email: str = "nia.park@marestreet.example") -> Verb:
    return lambda case, moment: handing_over.hand_over(case, who, name, email, ORDER, moment)


def pause(case: Case, moment: Moment) -> Decision:
    return pausing.pause(case, date(2026, 12, 14), ORDER, moment)


def end(harm: str = "", harm_open: bool = False) -> Verb:
    return lambda case, moment: ending.end_by_hand(case, "withdrawn", ORDER, harm, harm_open, moment)


def say(play: Play, who: str, does: str) -> None:
    assert play.case.row
    play.hear(who, Answer(does, play.case.row.key, "because"), NOW)


def purposes(letters: list[Letter], who: str) -> set[str]:
    return {letter.purpose for letter in letters if letter.name == who}


def stopped(case: Case) -> bool:
    return all(clock.state == "stopped" for clock in case.clocks)


def test_an_outcome_that_is_set_resolves_the_stage_over_what_was_said() -> None:
    play = begun("line_managers")
    say(play, "p2", "outcome:not_resolved") if play.case.party("p2").part == "receiving" else None
    letters = do(play, override("resolved"))
    assert (play.case.status, play.case.outcome) == ("closing", "resolved")
    assert {"outcome"} <= purposes(letters, "Alice Osei")
    [entry] = [entry for _, entry in play.course().entries if entry.kind == "overridden"]
    assert (entry.evidence["by"], "both told us" in entry.words) == ("Sal Okoro", True)


def test_an_unresolved_outcome_that_is_set_takes_the_case_on_and_the_raiser_hears_the_reason() -> None:
    play = begun("line_managers")
    letters = do(play, override("not_resolved"))
    assert [row.stage for row in play.case.stages] == ["line_managers", "senior_managers"]
    [news] = [letter for letter in letters if letter.purpose == "news" and letter.name == "Alice Osei"]
    assert "both told us by telephone" in news.values["words"]


def test_an_outcome_that_goes_to_a_named_stage_takes_the_reason_for_what_did_not_come_first() -> None:
    policy = begun_policy_that_goes_to("commissioner")
    play = begun("line_managers", policy=policy)
    do(play, override("straight_on"))
    assert [row.stage for row in play.case.stages] == ["line_managers", "commissioner"]
    assert any(entry.kind == "gone_on" for _, entry in play.course().entries)


def begun_policy_that_goes_to(stage: str) -> Policy:
    outcome = POLICY.outcomes["not_resolved"].model_copy(update={"effect": "goes_to", "to": stage, "word": "STRAIGHT"})
    [track] = POLICY.tracks
    stages = tuple(
        each.model_copy(update={"outcomes": (*each.outcomes, "straight_on")}) if each.key == "line_managers" else each
        for each in track.stages
    )
    tracks = (track.model_copy(update={"stages": stages}),)
    outcomes = {**POLICY.outcomes, "straight_on": outcome}
    edited = POLICY.model_copy(update={"outcomes": outcomes, "tracks": tracks})
    return Policy.model_validate_json(edited.model_dump_json())  # afresh, without what it has worked out before


def test_a_disputed_outcome_is_set_with_any_outcome_of_its_stage() -> None:
    play = begun()
    say(play, "p2", "outcome:resolved")
    say(play, "p1", "outcome:not_resolved")
    assert play.case.status == "disputed"
    do(play, override("resolved"))
    assert (play.case.status, play.case.running("timescale")) == ("closing", ())


def test_a_recorded_outcome_is_corrected_and_what_followed_from_it_is_taken_back() -> None:
    play = begun()
    for who in ("p1", "p2"):
        say(play, who, "outcome:resolved")
    assert play.case.status == "closing"
    do(play, override("not_resolved"))
    assert (play.case.status, play.case.outcome, play.case.stages[0].outcome) == ("open", None, "not_resolved")
    assert not play.case.running("on_file")
    assert not play.case.running("told")
    assert len(play.case.stages) == 2


def test_setting_the_outcome_of_a_paused_case_ends_the_pause() -> None:
    play = begun()
    do(play, pause)
    do(play, override("resolved"))
    assert (play.case.status, play.case.paused_at, play.case.running("pause")) == ("closing", None, ())


def test_an_outcome_that_the_stage_does_not_have_or_a_closed_case_is_refused() -> None:
    play = begun()
    with pytest.raises(Refused):
        do(play, override("no_such_outcome"))
    do(play, end())
    with pytest.raises(Refused):
        do(play, override("resolved"))


def test_leaving_the_tiers_is_there_only_while_there_is_a_further_one() -> None:
    play = begun("senior_managers")
    leaves = {key for key, outcome in POLICY.outcomes.items() if outcome.effect == "leaves_tiers"}
    assert leaves & set(overriding.open_outcomes(play.case, POLICY))
    while moving_on.NEXT_TIER in moving_on.targets(play.case, POLICY):
        do(play, take_on(moving_on.NEXT_TIER))
    assert not leaves & set(overriding.open_outcomes(play.case, POLICY))


def test_leaving_the_tiers_by_business_support_goes_to_the_next_stage() -> None:
    play = begun("senior_managers")
    [leaves] = [key for key, outcome in POLICY.outcomes.items() if outcome.effect == "leaves_tiers"]
    do(play, override(leaves))
    assert play.case.stages[-1].stage == "board_members"


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_lets_business_support_set_each_outcome_of_each_stage(name: str) -> None:
    policy = POLICIES[name]
    for stage in policy.stages.values():
        for outcome in stage.outcomes:
            play = entered(policy, stage.key)
            if outcome in overriding.open_outcomes(play.case, policy):
                do(play, override(outcome))
                assert play.case.status in ("closing", "open", "disputed")


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_lets_business_support_pause_take_on_hand_over_meet_and_end(name: str) -> None:
    policy = POLICIES[name]
    for stage in policy.stages.values():
        play = entered(policy, stage.key)
        do(play, pause)
        play.run_to(datetime.fromisoformat("2026-12-14 09:00+00:00"))
        assert play.case.paused_at is None
        later = datetime.fromisoformat("2026-12-14 10:00+00:00")
        do(
            play,
            lambda case, moment: meetings.arrange(case, Meeting(date(2026, 12, 16), time(10, 30)), ORDER, moment),
            later,
        )
        do(play, hand_over(play.case.parties[-1].key), later)
        for target in moving_on.targets(play.case, policy):
            further = entered(policy, stage.key)
            do(further, take_on(target))
            assert further.case.stages[-1] != play.case.stages[-1]
        do(play, end(), later)
        assert stopped(play.case)


def entered(policy: Policy, stage: str) -> Play:
    """A case that has come to a stage; to one that no case is opened at, by hand."""
    play = Play(policy, everybody(policy), england())
    track = policy.track_of(stage)
    if not track.opened_by:
        day = date(2026, 11, 27)
        raiser = ("Alice Osei", "alice.osei@homerton.example", "homerton", "mare_street")
        known = UnderWay(*raiser, "J.B.", "", "", stage, 0, day, day)
        case = Case("c1", policy.partnership.key, "X-2026-0001", "h", NOW, under_way.track_of(policy, stage).key)
        play._did(NOW, "entered", under_way.enter(case, known, ORDER, play._moment(NOW)))
        return play
    form = SCENARIO.form.model_copy(update={"starts_at": stage, "track": track.key, "answers": {}})
    play.receive(form, datetime.fromisoformat("2026-11-27 10:00+00:00"))
    play.confirm(datetime.fromisoformat("2026-11-27 10:00+00:00"))
    if play.case.stages[-1].stage != stage:
        play.hear("p1", Answer(f"go_on:{stage}", play.case.stages[-1].key, "because"), NOW)
    return play


def test_a_case_is_taken_on_from_a_pause_and_from_a_dispute() -> None:
    for before in ("paused", "disputed"):
        play = begun()
        if before == "paused":
            do(play, pause)
        else:
            say(play, "p2", "outcome:resolved")
            say(play, "p1", "outcome:not_resolved")
        assert play.case.status == before
        do(play, take_on("line_managers"))
        assert [row.stage for row in play.case.stages] == ["practitioners", "line_managers"]
        assert play.case.stages[0].outcome == "not_resolved"


def test_what_comes_next_is_suggested_and_nothing_where_there_is_nothing() -> None:
    moment = begun()._moment(NOW)
    assert moving_on.suggested(begun().case, moment) == "line_managers"
    assert moving_on.suggested(begun("senior_managers").case, moment) == moving_on.NEXT_TIER
    assert moving_on.suggested(entered(POLICY, "secretary_of_state").case, moment) == ""
    waiting = Play(POLICY, SCENARIO.directory, england())
    waiting.receive(SCENARIO.form, NOW)
    assert moving_on.suggested(waiting.case, moment) == ""


def test_a_case_that_has_not_begun_is_taken_nowhere() -> None:
    play = Play(POLICY, SCENARIO.directory, england())
    play.receive(SCENARIO.form, NOW)
    with pytest.raises(Refused):
        do(play, take_on("line_managers"))
    with pytest.raises(Refused):
        do(play, override("resolved"))


def straight_to_the_commissioner() -> Policy:
    """City and Hackney's policy, but that the first stage is followed by the one that expects others before it."""
    [track] = POLICY.tracks
    first = track.stages[0].model_copy(update={"then": "commissioner"})
    edited = POLICY.model_copy(update={"tracks": (track.model_copy(update={"stages": (first, *track.stages[1:])}),)})
    return Policy.model_validate_json(edited.model_dump_json())


def test_a_case_that_waits_between_two_stages_is_paused_there_and_taken_on() -> None:
    play = begun(policy=straight_to_the_commissioner())
    say(play, "p1", "outcome:not_resolved")
    assert [(row.stage, row.running) for row in play.case.stages] == [("practitioners", False)]
    do(play, pause)
    count = len(play.letters)
    play.run_to(datetime.fromisoformat("2026-12-13 12:00+00:00"))
    assert play.letters[count:] == [], "nobody is asked why while it is paused"
    play.run_to(datetime.fromisoformat("2026-12-14 09:00+00:00"))
    assert play.case.running("timescale")[0].state == "running"
    do(play, take_on("board_members"), datetime.fromisoformat("2026-12-14 10:00+00:00"))
    assert play.case.stages[-1].stage == "board_members"


def test_a_newcomer_gets_the_stages_letter_and_the_one_before_is_told_so() -> None:
    play = begun("line_managers")
    dev = next(party for party in play.case.parties if party.name == "Dev Ellis")
    letters = do(play, hand_over(dev.key))
    assert purposes(letters, "Nia Park") == {"stage"}
    assert purposes(letters, "Dev Ellis") == {"handed_over"}
    assert purposes(letters, "Alice Osei") == purposes(letters, "Carol Dunn") == {"news"}
    assert play.case.party(dev.key).by_hand


def test_a_newcomer_who_was_chosen_by_hand_stays_when_the_directory_changes() -> None:
    play = begun("line_managers")
    dev = next(party for party in play.case.parties if party.name == "Dev Ellis")
    do(play, hand_over(dev.key))
    play.enter(SCENARIO.directory, NOW)
    assert play.case.party(dev.key).name == "Nia Park"


def test_a_newcomer_who_holds_the_role_in_the_directory_is_replaced_like_anybody() -> None:
    play = begun("line_managers")
    dev = next(party for party in play.case.parties if party.name == "Dev Ellis")
    play.directory = with_person(Person("line_manager", "Nia Park", "nia.park@marestreet.example", "mare_street"))
    do(play, hand_over(dev.key))
    assert not play.case.party(dev.key).by_hand


def with_person(person: Person) -> Directory:
    old = SCENARIO.directory
    return Directory(old.agencies.values(), [*old.people, person], old.business_support)


@pytest.mark.parametrize(
    ("email", "says"),
    [("nia@elsewhere.example", "Put this person into the directory"), ("DEV.ELLIS@marestreet.example", "whose place")],
)
def test_a_place_goes_only_to_somebody_whom_letters_may_reach(email: str, says: str) -> None:
    play = begun("line_managers")
    dev = next(party for party in play.case.parties if party.name == "Dev Ellis")
    with pytest.raises(Refused, match=says):
        do(play, hand_over(dev.key, email=email))


def test_the_raiser_may_be_handed_over_too_and_before_a_case_has_begun() -> None:
    play = Play(POLICY, SCENARIO.directory, england())
    play.receive(SCENARIO.form, NOW)
    letters = do(play, hand_over("p1", "Ann New", "ann.new@homerton.example"))
    assert [(letter.purpose, letter.email) for letter in letters] == [
        ("handed_over", "alice.osei@homerton.example"),
        ("task", "support@chscp.example"),  # who is to telephone the newcomer: no stage has begun
    ]
    assert play.case.raiser.name == "Ann New"


def test_what_was_asked_of_the_one_before_is_asked_of_the_newcomer() -> None:
    play = entered(POLICY, "commissioner")
    asked = play.case.asked[0]
    letters = do(play, hand_over(asked.party))
    assert "request" in purposes(letters, "Nia Park")
    assert {offer.word for letter in letters if letter.purpose == "request" for offer in letter.offers} == {
        "HERE IT IS"
    }


def test_a_newcomer_in_a_closing_case_is_asked_to_put_it_on_file() -> None:
    play = begun()
    for who in ("p1", "p2"):
        say(play, who, "outcome:resolved")
    letters = do(play, hand_over("p2"))
    assert purposes(letters, "Nia Park") == {"news", "on_file"}


def test_a_newcomer_in_a_paused_case_hears_that_the_date_does_not_count_yet() -> None:
    play = begun()
    do(play, pause)
    letters = do(play, hand_over("p2"))
    assert purposes(letters, "Nia Park") == {"stage", "news"}


def test_nobody_takes_a_place_in_a_closed_case() -> None:
    play = begun()
    do(play, end())
    with pytest.raises(Refused, match="closed"):
        do(play, hand_over("p2"))


def arrange(day: date, at: time | None = None, place: str = "") -> Verb:
    return lambda case, moment: meetings.arrange(case, Meeting(day, at, place), ORDER, moment)


def call_off(case: Case, moment: Moment) -> Decision:
    return meetings.call_off(case, ORDER, moment)


def test_everybody_in_the_stage_is_invited_to_a_meeting_that_is_moved_and_called_off() -> None:
    play = begun("line_managers")
    first = do(play, arrange(date(2026, 12, 2), time(10, 30), "Town Hall"))
    assert {letter.name for letter in first} == {"Carol Dunn", "Dev Ellis", "Olive Pratt", "Alice Osei"}
    assert first[0].values["meeting"]["start"] == "2026-12-02T10:30:00+00:00"
    moved = do(play, arrange(date(2026, 12, 3)))
    assert "It was to be on Wednesday 2 December 2026 at 10:30, Town Hall" in moved[0].values["words"]
    off = do(play, call_off)
    invitations = [letters[0].values["meeting"] for letters in (first, moved, off)]
    assert len({each["uid"] for each in invitations}) == 1
    assert invitations[0]["sequence"] < invitations[1]["sequence"] < invitations[2]["sequence"]
    assert [each.get("cancelled", False) for each in invitations] == [False, False, True]
    with pytest.raises(Refused, match="No meeting"):
        do(play, call_off)


def test_a_meeting_that_a_party_named_is_called_off_as_well() -> None:
    play = begun("line_managers")
    say_day = Answer("meeting", "s1", "", date(2026, 12, 2))
    play.hear("p2", say_day, NOW)
    assert play.case.stages[0].meeting == Meeting(date(2026, 12, 2))
    assert do(play, call_off)


def test_a_meeting_in_the_past_or_of_a_closed_case_is_refused() -> None:
    play = begun()
    with pytest.raises(Refused, match="today or later"):
        do(play, arrange(date(2026, 11, 29)))
    do(play, end())
    with pytest.raises(Refused, match="closed"):
        do(play, arrange(date(2026, 12, 2)))


def test_a_withdrawn_case_ends_for_everybody_and_keeps_no_clock() -> None:
    play = begun("line_managers")
    letters = do(play, end())
    assert {letter.name for letter in letters} == {party.name for party in play.case.parties}
    assert (play.case.status, play.case.outcome, play.case.closed_at) == ("closed", None, NOW)
    assert stopped(play.case)
    assert play.case.stages[0].ended_at
    with pytest.raises(Refused, match="already"):
        do(play, end())


def test_a_paused_case_and_one_that_nobody_has_confirmed_end_too() -> None:
    play = begun()
    do(play, pause)
    do(play, end())
    assert (play.case.status, play.case.paused_at, stopped(play.case)) == ("closed", None, True)
    waiting = Play(POLICY, SCENARIO.directory, england())
    waiting.receive(SCENARIO.form, NOW)
    letters = do(waiting, end())
    assert [letter.name for letter in letters] == ["Alice Osei"]


def test_a_case_with_immediate_harm_open_ends_only_with_what_was_done() -> None:
    play = begun()
    with pytest.raises(Refused, match="immediate harm"):
        do(play, end(harm_open=True))
    do(play, end("The designated lead has seen the child.", harm_open=True))
    assert any("has seen the child" in entry.words for _, entry in play.course().entries)


def test_a_merged_case_ends_and_its_raiser_hears_how_the_other_ends() -> None:
    play, other = begun(), begun()
    raised = replace(other.case.raiser, email="zoe@homerton.example")
    seventh = replace(other.case, reference="CHSCP-2026-0007", parties=(raised, *other.case.parties[1:]))
    other.steps[-1] = replace(other.steps[-1], decision=replace(other.steps[-1].decision, case=seventh))
    letters = do(play, lambda case, moment: ending.merge(case, "CHSCP-2026-0007", ORDER, moment))
    assert (play.case.status, play.case.merged_into) == ("closed", "CHSCP-2026-0007")
    assert all(letter.values["survivor"] == "CHSCP-2026-0007" for letter in letters)
    told = do(other, lambda case, moment: ending.take_in(case, play.case, ORDER, moment))
    assert [letter.to for letter in told] == [BUSINESS_SUPPORT]
    joined = other.case.parties[-1]
    assert (joined.email, joined.title) == (play.case.raiser.email, ending.SAME_RAISER)
    for who in ("p1", "p2"):
        say(other, who, "outcome:resolved")
    assert [letter for letter in other.letters if letter.purpose == "shared" and letter.to == joined.key]
    again = do(other, lambda case, moment: overriding.override(case, "resolved", ORDER, moment))
    assert again


def test_whoever_is_on_the_other_case_already_does_not_join_it_twice() -> None:
    play, other = begun(), begun()
    count = len(other.case.parties)
    do(other, lambda case, moment: ending.take_in(case, play.case, ORDER, moment))
    assert len(other.case.parties) == count


def test_only_an_open_case_takes_another_in_and_a_closed_one_is_merged_into_none() -> None:
    play, other = begun(), begun()
    do(other, end())
    with pytest.raises(Refused, match="must be open"):
        do(play, lambda case, moment: ending.take_in(other.case, case, ORDER, moment))
    with pytest.raises(Refused, match="closed already"):
        do(other, lambda case, moment: ending.merge(case, "CHSCP-2026-0007", ORDER, moment))
