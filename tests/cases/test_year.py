"""A year of a busy partnership, day by day: fifty cases, people who answer or do not, and nothing left silent."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random

from cases.case import BUSINESS_SUPPORT
from cases.holidays import england
from cases.policy_files.reading import read_policy
from cases.rehearsals.rehearsal import Play
from cases.rehearsals.scenario import read_scenario
from cases.submission import Answer

ROOT = Path(__file__).parents[2]
CASES = 50
FIRST, LAST = date(2026, 4, 1), date(2027, 3, 31)
LONGEST_SILENCE = timedelta(days=21)  # ten working days with the Commissioner, or five over Christmas and New Year
CALENDAR = england()


def morning(day: date) -> datetime:
    return CALENDAR.next_sending_moment(CALENDAR.end_of(day - timedelta(days=1))) + timedelta(minutes=30)


def working_days() -> list[date]:
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    return [day for day in days if CALENDAR.is_working_day(day)]


def somebody_answers(play: Play, chance: Random, now: datetime) -> None:
    """One of the latest letters is answered with one of its answers; most days nobody does anything."""
    recent = [letter for letter in play.letters[-12:] if letter.offers]
    if recent and chance.random() < 0.3:
        letter = chance.choice(recent)
        offer = chance.choice(letter.offers)
        play.hear(letter.to, Answer(offer.does, offer.about, "As we discussed.", now.date()), now)


@cache
def year() -> tuple[list[Play], list[tuple[datetime, str, timedelta, bool]]]:
    """The cases at the end of the year; and for each morning and open case how long it has been silent."""
    chance = Random(2026)
    policy = read_policy(ROOT / "policies/chscp.yaml")
    sample = read_scenario(ROOT / "tests/policies/scenarios/chscp/2_6_plan.yaml")
    days = working_days()
    begins = sorted(chance.sample(range(len(days)), CASES))
    plays: list[Play] = []
    seen = []
    for number, day in enumerate(days):
        now = morning(day)
        for play in plays:
            play.run_to(now)
            seen.append(state_of(play, now))
            if play.case.status != "closed":
                somebody_answers(play, chance, now)
        if number in begins:
            play = Play(policy, sample.directory, CALENDAR, number=len(plays) + 1)
            play.receive(sample.world.form.model_copy(update={"immediate_harm": chance.random() < 0.1}), now)
            play.confirm(now + timedelta(minutes=5))
            plays.append(play)
    return plays, seen


def state_of(play: Play, now: datetime) -> tuple[datetime, str, timedelta, bool]:
    last = max(step.at for step in play.steps[-40:] if step.decision.letters)
    waits = any(clock.state == "running" and clock.look_at > now for clock in play.case.clocks)
    return now, play.case.status, now - last, waits


def test_every_open_case_has_a_clock_running_every_morning() -> None:
    _, seen = year()
    assert len(seen) > CASES * 100
    assert [each for each in seen if each[1] != "closed" and not each[3]] == []


def test_no_open_case_is_silent_for_long() -> None:
    _, seen = year()
    assert max(each[2] for each in seen if each[1] != "closed") <= LONGEST_SILENCE


def test_a_year_holds_cases_of_every_kind() -> None:
    plays, _ = year()
    assert len(plays) == CASES
    ended = Counter(play.case.status for play in plays)
    assert ended["closed"] >= 20
    reached = {row.stage for play in plays for row in play.case.stages}
    assert reached == set(plays[0].policy.stages)
    assert any("disputed" in (step.decision.case.status for step in play.steps) for play in plays)


def test_no_case_closed_without_its_raiser_being_told() -> None:
    plays, _ = year()
    closed = [play.case for play in plays if play.case.status == "closed"]
    assert all(case.told and set(case.to_share) <= set(case.shared) for case in closed)


def test_no_chase_leaves_outside_the_sending_hours() -> None:
    plays, _ = year()
    chases = [
        step.at
        for play in plays
        for step in play.steps
        for letter in step.decision.letters
        if letter.purpose in ("chase", "reminder")
    ]
    assert len(chases) > 100
    assert [at for at in chases if CALENDAR.next_sending_moment(at) != at.astimezone(UTC)] == []


def test_references_are_of_the_year_and_run_on() -> None:
    plays, _ = year()
    assert plays[0].case.reference == "CHSCP-2026-0001"
    assert len({play.case.reference for play in plays}) == CASES


def test_every_letter_of_the_year_is_one_of_its_kind_and_goes_to_one_person() -> None:
    plays, _ = year()
    for play in plays:
        kinds = Counter((each.purpose, each.about, each.rung, each.to, each.revision) for each in play.letters)
        assert max(kinds.values()) == 1
        assert all(
            letter.to == BUSINESS_SUPPORT or play.case.party(letter.to).email == letter.email for letter in play.letters
        )
