"""A case that is under way is entered by hand: its dates and history are on the record, and nobody is written to."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from cases.case import Case
from cases.directory.directory import Directory
from cases.holidays import england
from cases.policy_files.reading import read_policy
from cases.rehearsals.rehearsal import Play
from cases.rehearsals.scenario import read_scenario
from cases.verbs import under_way
from cases.verbs.orders import Order, Refused
from cases.verbs.under_way import Acting, UnderWay

ROOT = Path(__file__).parents[3]
SCENARIO = read_scenario(ROOT / "tests/policies/scenarios/chscp/2_6_plan.yaml")
POLICIES = {path.stem: read_policy(path) for path in sorted((ROOT / "policies").glob("*.yaml"))}
NOW = datetime.fromisoformat("2026-11-30 11:00+00:00")
ORDER = Order("Sal Okoro", "it began before this service did")
KNOWN = UnderWay(
    raiser="Alice Osei", email="alice.osei@homerton.example", agency="homerton", other_agency="mare_street",
    child="J.B.", child_numbers="Homerton 4711", concern="The visits were stopped.", stage="line_managers", tier=0,
    received=date(2026, 11, 16), began=date(2026, 11, 25),
    history=((date(2026, 11, 16), "Raised by telephone."), (date(2026, 11, 25), "Both managers were written to.")),
)  # fmt: skip


def entered(known: UnderWay = KNOWN, policy: str = "chscp", *, gone: str = "") -> Play:
    chosen = POLICIES[policy]
    people = [person for person in SCENARIO.directory.people if person.name != gone]
    play = Play(chosen, Directory(SCENARIO.directory.agencies.values(), people, "support@chscp.example"), england())
    opened = under_way.opened_at(england(), known.received)
    case = Case("c1", policy, "CHSCP-2026-0009", "hash", opened, under_way.track_of(chosen, known.stage).key)
    play._did(NOW, "entered", under_way.enter(case, known, ORDER, play._moment(NOW)))
    return play


def test_nobody_is_written_to_and_the_record_says_who_entered_it_and_what_came_before() -> None:
    play = entered()
    assert play.letters == []
    first, *others = play.course().entries
    assert (first[1].kind, first[1].evidence) == ("entered_by_hand", {"by": "Sal Okoro"})
    history = [entry.words for _, entry in others if entry.kind == "history"]
    assert history == [
        "Before it was entered here, Monday 16 November 2026: Raised by telephone.",
        "Before it was entered here, Wednesday 25 November 2026: Both managers were written to.",
    ]
    assert (play.case.status, play.case.confirmed) == ("open", True)
    assert play.case.opened_at == datetime.fromisoformat("2026-11-16 12:00+00:00")


def test_the_date_is_the_policys_from_the_day_on_which_the_stage_began() -> None:
    [clock] = entered().case.running("timescale")
    assert clock.due_day == date(2026, 12, 2)  # 5 working days from Wednesday 25 November
    assert clock.started_at == datetime.fromisoformat("2026-11-25 12:00+00:00")


def test_a_date_that_was_agreed_stands_and_new_facts_do_not_take_it_back() -> None:
    play = entered(replace(KNOWN, due=date(2026, 12, 9)))
    [clock] = play.case.running("timescale")
    assert (clock.due_day, clock.kind) == (date(2026, 12, 9), "chosen")
    play.supply({"child_numbers": "H 1"}, NOW)
    [clock] = play.case.running("timescale")
    assert clock.due_day == date(2026, 12, 9)


def test_a_case_that_is_overdue_is_chased_on_the_next_working_morning_and_not_before() -> None:
    play = entered(replace(KNOWN, received=date(2026, 10, 5), began=date(2026, 10, 12)))
    play.run_to(datetime.fromisoformat("2026-12-01 07:59+00:00"))
    assert play.letters == []
    play.run_to(datetime.fromisoformat("2026-12-01 08:00+00:00"))
    assert {"chase", "task"} <= {letter.purpose for letter in play.letters}


def test_the_people_are_those_whom_business_support_names_else_those_of_the_directory() -> None:
    nia = Acting("receiving", "Nia Park", "nia.park@marestreet.example")
    parties = {party.part: party for party in entered(replace(KNOWN, people=(nia,))).case.parties[1:]}
    assert (parties["receiving"].name, parties["receiving"].by_hand) == ("Nia Park", True)
    assert (parties["raising"].name, parties["raising"].by_hand) == ("Carol Dunn", False)


def test_somebody_named_who_holds_the_role_in_the_directory_is_replaced_like_anybody() -> None:
    dev = Acting("receiving", "Dev Ellis", "DEV.ELLIS@marestreet.example")
    assert not any(party.by_hand for party in entered(replace(KNOWN, people=(dev,))).case.parties)


def test_a_raiser_who_acts_is_on_the_case_once() -> None:
    alice = Acting("raising", "Alice Osei", "alice.osei@homerton.example")
    play = entered(replace(KNOWN, stage="practitioners", people=(alice,)))
    assert [party.name for party in play.case.parties].count("Alice Osei") == 1


def test_whoever_nobody_knows_is_a_task_and_is_written_to_once_somebody_is_found() -> None:
    play = entered(gone="Dev Ellis")
    assert [task.key for _, task in play.course().tasks] == ["missing:s1:line_manager:receiving"]
    assert play.letters == []
    play.enter(SCENARIO.directory, NOW)
    assert {letter.purpose for letter in play.letters if letter.name == "Dev Ellis"} == {"stage"}


def test_an_address_that_no_letter_may_go_to_is_refused() -> None:
    with pytest.raises(Refused, match="elsewhere.example is neither"):
        entered(replace(KNOWN, email="alice@elsewhere.example"))


@pytest.mark.parametrize(
    ("received", "began"), [(date(2026, 11, 26), date(2026, 11, 25)), (date(2026, 11, 30), date(2026, 12, 1))]
)
def test_its_days_are_in_order_and_not_to_come(received: date, began: date) -> None:
    with pytest.raises(Refused, match="before its stage began"):
        entered(replace(KNOWN, received=received, began=began))


@pytest.mark.parametrize("name", POLICIES)
def test_a_case_is_entered_at_every_stage_and_tier_of_every_policy(name: str) -> None:
    for stage, tier, label in under_way.stages_of(dict(POLICIES[name].stages)):
        play = entered(replace(KNOWN, stage=stage, tier=tier), name)
        assert play.case.row
        assert (play.case.row.stage, play.case.row.tier, bool(label)) == (stage, tier, True)
        assert play.case.running("timescale")
        assert play.letters == []
