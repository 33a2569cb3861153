"""Whole cases of City and Hackney by JSON alone. Expectations are worked out from the clauses, not from the output.

Every journey begins on Friday 27 November 2026 at 09:05, so that one working week (1.5) ends with Friday 4 December.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from journeys import RAISING, RECEIVING, Journey, days, names, words

pytestmark = pytest.mark.slow

FRIDAY = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
LADDER = ("practitioner", "line_manager", "senior_manager", "head_of_service", "director")
PANEL = ("panel_local_authority", "panel_police", "panel_icb")


@pytest.fixture
def journey(tmp_path: Path) -> Journey:
    return Journey(tmp_path, FRIDAY)


def test_one_case_goes_through_all_five_stages(journey: Journey) -> None:
    case = journey.raise_case(q_child_status="protection_plan")
    commissioner, chair = journey.person("commissioner"), journey.person("cp_chair")
    senior, other_senior = (journey.person("senior_manager", side) for side in (RAISING, RECEIVING))
    for role in LADDER:
        asked = [journey.person(role, side) for side in (RAISING, RECEIVING)]
        for person in asked:
            assert len(journey.of(case, "stage", person)) == 1, f"2.1-2.10: {role} acts on both sides"
        journey.says(case, asked[0], "NOT RESOLVED", "We talked and still differ.")
    told_of_plan = journey.of(case, "for_information", chair)
    assert len(told_of_plan) == 1, "2.6: the Child Protection Chair is told, once"
    assert "as we read 2.6" in told_of_plan[0]["text"]
    assert journey.of(case, who=journey.person("iro")) == [], "2.6: nobody said that the child is looked after"
    board = [journey.person("board_member", side) for side in (RAISING, RECEIVING)]
    assert [len(journey.of(case, "stage", member)) for member in board] == [1, 1], "2.11"
    assert journey.of(case, who=commissioner) == [], "2.11: Board members come before the Commissioner"
    journey.says(case, board[0], "NOT RESOLVED", "The Board members met and could not agree.")
    assert journey.of(case, "ask_why") == [], "2.11 is on record, so nobody is asked why"

    [referral] = journey.of(case, "stage", commissioner)
    assert {"DIRECTLY", "PANEL"} <= {answer["word"] for answer in referral["answers"]}, "2.13: two ways"
    requests = journey.of(case, "request", senior)
    assert len(requests) == 2, "2.14: the actions so far, and the rationale"
    awaited = "Asked for, and not here yet * The actions taken so far * Why the Commissioner should be involved"
    assert awaited in words(referral), "2.14: passed on meanwhile, marked incomplete"
    [actions] = [each for each in requests if "actions taken so far" in words(each)]
    assert journey.answer(actions, "HERE IT IS\n\nThree meetings, two letters.")["state"] == "answered"
    journey.says(case, commissioner, "PANEL")
    members = [journey.person(role) for role in PANEL]
    for member in (*members, senior, other_senior):
        assert len(journey.of(case, "way", member)) == 1, "2.15: senior officers of partners and of the agencies"
    assert len(journey.of(case, "request", other_senior)) == 1
    [asked_own] = journey.of(case, "request", senior)[2:]
    assert "what you wish the panel to know" in words(asked_own), "2.16: representations are asked of both sides"
    assert journey.answer(asked_own, "HERE IT IS\n\nThe visits must begin again.")["state"] == "answered"
    for member in members:
        assert "The visits must begin again." in journey.of(case, "given", member)[-1]["text"], "2.16: the panel has it"

    # Three working days from Friday end with Wednesday 2 December: asked again on Thursday at 08:00.
    journey.move(to="2026-12-03T09:00:00Z")
    again = journey.of(case, "request", other_senior)[1:]
    assert days(again) == [date(2026, 12, 3)]
    rationale = [each for each in journey.of(case, "request", senior) if each["standing"] == "waits"]
    assert len(rationale) == 1, "what was given is not asked for again; the rationale is"
    assert journey.answer(rationale[0], "HERE IT IS\n\nNobody else can decide it.")["state"] == "answered"
    assert journey.answer(again[0], "HERE IT IS\n\nWe kept to the plan.")["state"] == "answered"
    for member in members:
        assert "We kept to the plan." in journey.of(case, "given", member)[-1]["text"]

    journey.says(case, commissioner, "NOT RESOLVED", "The panel could not settle it.")
    stage_5 = journey.of(case, "stage", commissioner)[-1]
    assert "Secretary of State" in stage_5["text"], "2.18"
    journey.says(case, commissioner, "ENDED OUTSIDE", "A direction was given.")
    raiser = journey.person("practitioner", RAISING)
    [outcome] = journey.of(case, "outcome", raiser)
    assert "decided outside the partnership" in outcome["text"]
    for person in (senior, other_senior):
        journey.says(case, person, "ON FILE")
    for person in (chair, commissioner, *members, *board):
        assert len(journey.of(case, "shared", person)) == 1, "3.1: shared with those concerned"
    # Told on Friday 4 December; three working days to object end with Wednesday 9 December.
    journey.move(to="2026-12-09T23:00:00Z")
    assert journey.view(case).case.status == "closing"
    journey.move(days=1)
    assert journey.view(case).case.status == "closed"
    assert set(names(journey.of(case, "closed"))) == {raiser.name, senior.name, other_senior.name}
    journey.sound(case)


def test_one_side_settles_it_and_it_closes_only_when_the_raiser_was_told_and_did_not_object(journey: Journey) -> None:
    case = journey.raise_case(q_child_status="neither")
    raiser = journey.person("practitioner", RAISING)
    journey.says(case, raiser, "NOT RESOLVED", "We talked and differ.")
    manager, other = (journey.person("line_manager", side) for side in (RAISING, RECEIVING))
    journey.says(case, other, "RESOLVED", "We will visit twice a week.")
    assert "We will visit twice a week." in journey.of(case, "outcome", raiser)[0]["text"]
    assert len(journey.of(case, "other_side", manager)) == 1
    assert journey.of(case, "on_file") == []
    # Told on Saturday; three working days end with Wednesday 2 December. Until then it is open.
    journey.move(to="2026-12-02T23:30:00Z")
    assert journey.view(case).case.status == "open"
    journey.move(hours=1)
    assert journey.view(case).case.status == "closing"
    journey.says(case, other, "ON FILE")
    assert journey.of(case, "closed") == []
    journey.says(case, manager, "ON FILE")
    assert journey.view(case).case.status == "closed"
    assert set(names(journey.of(case, "closed"))) == {raiser.name, manager.name, other.name}
    assert journey.of(case, "chase") == []
    journey.sound(case)


def test_an_objection_of_the_raiser_in_time_keeps_it_from_closing(journey: Journey) -> None:
    case = journey.raise_case(q_child_status="neither")
    raiser, other = journey.person("practitioner", RAISING), journey.person("line_manager", RECEIVING)
    journey.says(case, raiser, "NOT RESOLVED", "We talked and differ.")
    journey.says(case, other, "RESOLVED", "We will visit twice a week.")
    journey.move(to="2026-12-02T12:00:00Z")
    journey.says(case, raiser, "OBJECT", "Nobody has come.")
    journey.move(days=30)
    assert journey.of(case, "closed") == []
    assert journey.view(case).case.status == "open"
    assert journey.view(case).case.stages[-1].stage != "practitioners"
    journey.sound(case)


def test_nobody_ever_answers_and_for_eight_weeks_nothing_is_silent_and_nothing_repeated(journey: Journey) -> None:
    """1.5, and the ladder beside it: a reminder the day before, then every second working day at eight.

    25 and 28 December (for Boxing Day, a Saturday) and 1 January are no working days.
    """
    case = journey.raise_case(q_child_status="neither")
    journey.move(to="2027-01-22T09:00:00Z")
    chased = [date(2026, 12, day) for day in (7, 9, 11, 15, 17, 21, 23, 29, 31)]
    chased += [date(2027, 1, day) for day in (5, 7, 11, 13, 15, 19, 21)]
    raiser, other = (journey.person("practitioner", side) for side in (RAISING, RECEIVING))
    for person in (raiser, other):
        assert days(journey.of(case, "reminder", person)) == [date(2026, 12, 3)]
        assert days(journey.of(case, "chase", person)) == chased
    told = [each for each in journey.of(case, "task") if other.name in each["text"]]
    assert days(told) == chased, "business support is told each time, by name"
    assert all(raiser.name in each["text"] for each in told)
    assert days(journey.of(case, "move_proposed")) == [date(2026, 12, 7)]
    assert names(journey.of(case, "move_proposed")) == [raiser.name]
    caused = [each for each in journey.of(case) if days([each])[0] > FRIDAY.date()]
    assert {datetime.fromisoformat(each["at"]).strftime("%H:%M") for each in caused} == {"08:00"}
    once = [(each["to"], each["purpose"], days([each])[0]) for each in caused]
    assert len(once) == len(set(once)), "nobody has the same letter twice on a day"
    assert [row.stage for row in journey.view(case).case.stages] == ["practitioners"], (
        "a person moves it, never a clock"
    )
    assert set(names(journey.of(case))) == {raiser.name, other.name, "Business support"}
    journey.sound(case)


def test_after_a_standstill_each_clock_fires_once(journey: Journey) -> None:
    """Design 5: after downtime each overdue clock fires once, with its true due date."""
    case = journey.raise_case(q_child_status="neither")
    journey.demo.time.move_to(FRIDAY + timedelta(days=35))  # nobody looked meanwhile
    journey.demo.settle()
    other = journey.person("practitioner", RECEIVING)
    assert journey.of(case, "reminder", other) == []
    [chase] = journey.of(case, "chase", other)
    assert "Friday 4 December 2026" in chase["text"]
    journey.sound(case)
