"""A date that was given stands, whatever the calendar becomes: through a pause, an absence, or a new detail."""

from dataclasses import replace
from datetime import date

import pytest

from cases.case import Clock
from cases.danger import is_over
from cases.holidays import england
from cases.policy import Policy
from cases.rehearsals.rehearsal import Play
from cases.submission import Answer
from cases.verbs import recounting
from tests.cases.verbs import test_pausing as pauses
from tests.cases.verbs import test_timing as timings
from tests.cases.verbs import test_under_way as under_ways
from tests.cases.verbs.test_pausing import at, begun, clock_of, pause, resume

SNOW = england(dict.fromkeys((date(2026, 12, day) for day in (1, 2, 3)), "Snow"))
FAR = date(2027, 1, 11)


def news(play: Play, since: int) -> list[str]:
    return [letter.values["words"] for letter in play.letters[since:] if letter.purpose == "news"]


def recount(play: Play, now: str) -> None:
    before, play.calendar = play.calendar, SNOW
    play._did(at(now), "recounted", recounting.recount(play.case, before, play._moment(at(now))))


def test_a_day_off_that_is_entered_in_a_pause_takes_nothing_of_what_was_left() -> None:
    """Four working days were left on 30 November; three of them became days off while the clock stood still."""
    play = begun()
    pause(play, "2026-11-30 11:00", FAR)
    recount(play, "2026-11-30 12:00")
    count = len(play.letters)
    play.run_to(at("2027-01-11 09:00"))
    assert (clock_of(play).due_day, clock_of(play).days_left) == (date(2027, 1, 15), None)
    assert news(play, count) == []
    told = [letter.values["due"] for letter in play.letters[count:] if letter.purpose == "resumed"]
    assert told
    assert all("15 January 2027" in due for due in told)


def test_a_closure_that_is_taken_back_makes_no_date_earlier_when_the_case_is_looked_at_again() -> None:
    play = begun()
    recount(play, "2026-11-30 11:00")
    promised = clock_of(play)
    assert promised.due_day > date(2026, 12, 4)
    play.calendar = england()
    play.enter(play.directory, at("2026-11-30 12:00"))
    play.supply({"child_numbers": "H 1"}, at("2026-11-30 13:00"))
    assert clock_of(play) == promised
    play.supply({"protects_by": "2026-12-20"}, at("2026-11-30 14:00"))  # later than the week: it changes nothing
    assert clock_of(play) == promised
    play.supply({"protects_by": "2026-12-03"}, at("2026-11-30 15:00"))
    assert clock_of(play).due_day == date(2026, 12, 3)


def entered() -> Play:
    return under_ways.entered(replace(under_ways.KNOWN, stage="practitioners", due=date(2026, 12, 18)))


def only(play: Play) -> Clock:
    [clock] = play.case.running("timescale")
    return clock


def test_a_date_that_a_person_entered_stands_whatever_the_working_days_become() -> None:
    play = entered()
    before, play.calendar = play.calendar, england({date(2026, 11, 27): "Snow", date(2026, 12, 1): "Snow"})
    now = at("2026-12-01 09:00")
    play._did(now, "recounted", recounting.recount(play.case, before, play._moment(now)))
    play.enter(play.directory, now)
    assert (only(play).due_day, only(play).entered, play.letters) == (date(2026, 12, 18), True, [])


@pytest.mark.parametrize(("stated", "due"), [("2026-12-30", date(2026, 12, 18)), ("2026-12-11", date(2026, 12, 11))])
def test_only_a_date_that_protects_the_child_takes_its_place(stated: str, due: date) -> None:
    play = entered()
    play.supply({"protects_by": stated}, at("2026-12-01 09:00"))
    assert (only(play).due_day, only(play).entered) == (due, due == date(2026, 12, 18))


def by_urgency() -> Policy:
    limits = {"high": {"hours": 24}, "low": {"working_days": 9}}
    return timings.policy(timings.limited({"by_answer": {"question": "urgency", "limits": limits}}))


def urgent(answer: str) -> Play:
    play = Play(by_urgency(), pauses.SCENARIO.directory, england())
    form = pauses.SCENARIO.form.model_copy(update={"answers": {"urgency": answer}})
    play.receive(form, at("2026-11-27 10:00"))
    play.confirm(at("2026-11-27 10:00"))
    return play


def test_a_date_that_stands_as_the_policy_gave_it_follows_a_new_answer_both_ways() -> None:
    play = urgent("low")
    assert clock_of(play).due_day == date(2026, 12, 10)
    play.supply({"urgency": "high"}, at("2026-11-27 11:00"))
    assert clock_of(play).due_at == at("2026-11-28 10:00")
    play.supply({"urgency": "low"}, at("2026-11-27 12:00"))
    assert clock_of(play).due_day == date(2026, 12, 10)


def test_an_answer_alone_makes_no_date_earlier_that_a_pause_has_moved() -> None:
    play = urgent("low")
    pause(play, "2026-11-30 11:00", FAR)
    play.supply({"urgency": "high"}, at("2026-12-01 11:00"))
    play.run_to(at("2027-01-11 09:00"))
    assert clock_of(play).due_day > FAR


def test_what_is_supplied_in_a_pause_counts_when_the_case_goes_on() -> None:
    play = begun()
    pause(play, "2026-11-30 11:00")
    play.supply({"protects_by": "2026-12-15"}, at("2026-12-01 09:00"))
    play.run_to(at("2026-12-14 08:00"))
    assert clock_of(play).due_day == date(2026, 12, 15)


def test_e14_the_service_is_down_over_the_end_of_a_pause_and_no_date_is_made_later() -> None:
    """No date is made later: what was left of a clock is counted from the morning on which the pause was over."""
    up, down = begun(), begun()
    for play in (up, down):
        pause(play, "2026-11-30 11:00", FAR)
    down.down_until = at("2027-01-14 09:00")
    up.run_to(at("2027-01-11 08:00"))
    down.run_to(at("2027-01-14 09:00"))
    assert clock_of(down).due_day == clock_of(up).due_day == date(2027, 1, 15)


def test_a_clock_that_began_while_the_service_had_not_noticed_the_end_keeps_all_of_its_days() -> None:
    play = begun()
    pause(play, "2026-11-30 11:00", FAR)
    say = Answer("outcome:resolved", "s1", "Visited.")
    play.hear("p2", say, at("2027-01-12 10:00"))  # the pause was over on the day before, and nobody has looked yet
    resume(play, "2027-01-13 09:00")
    assert clock_of(play).due_day == date(2027, 1, 15)


def overdue() -> tuple[Play, str]:
    """A case in which business support is to telephone, since nobody has answered; and the key of that task."""
    play = begun()
    play.run_to(at("2026-12-11 12:00"))
    [*_, key] = [task.key for _, task in play.course().tasks if task.key.startswith("k")]
    return play, key


def test_the_task_to_telephone_stands_while_another_clock_is_in_the_place_of_its_own() -> None:
    play, key = overdue()
    pause(play, "2026-12-11 13:00")
    resume(play, "2026-12-11 14:00")
    assert play.case.clock(key.partition(":")[0]).state == "stopped"
    assert not is_over(play.case, key)
    for who in ("p1", "p2"):
        play.hear(who, Answer("outcome:resolved", "s1", "Visited."), at("2026-12-11 15:00"))
    assert is_over(play.case, key)
