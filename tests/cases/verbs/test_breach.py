"""A breach: what went where is in one task, 72 hours run, and nothing more goes to the wrong address."""

from datetime import datetime, timedelta

import pytest

from cases.case import BUSINESS_SUPPORT
from cases.danger import rank_of
from cases.submission import Answer, Evidence
from cases.verbs import breach, messages, proposals
from cases.verbs.orders import Order, Refused
from tests.cases.verbs.test_support_acts import begun, do

NOW = datetime.fromisoformat("2026-11-30 11:00+00:00")
ORDER = Order("Sal Okoro", "the other Ben Cole had the letter")
LINE = (
    "“Your answer is needed” to Ben Cole <ben.cole@marestreet.example>, written Friday 27 November 2026 at 10:00: sent"
)


def opened(barred: tuple[str, ...] = ()):  # type: ignore[no-untyped-def]
    play = begun()
    do(play, lambda case, moment: breach.open_breach(case, "Letters went wrong.", (LINE,), barred, ORDER, moment), NOW)
    [(_, task)] = [each for each in play.course().tasks if each[1].key.startswith("breach:")]
    return play, task


def test_the_task_says_what_went_where_and_what_to_do_and_stands_before_everything_else() -> None:
    play, task = opened(("Ben.Cole@marestreet.example",))
    assert rank_of(task.key) == 0
    assert LINE in task.words
    assert "The 72 hours are over on Thursday 3 December 2026 at 11:00." in task.words
    assert "data protection lead" in task.words
    assert "nothing of this case goes to ben.cole@marestreet.example" in task.words
    [letter] = [letter for letter in play.letters if letter.about == task.key]
    assert (letter.to, letter.urgent) == (BUSINESS_SUPPORT, True)


def test_business_support_is_told_a_day_before_the_72_hours_are_over_and_when_they_are() -> None:
    play, _ = opened()
    count = len(play.letters)
    play.run_to(NOW + timedelta(hours=72))
    told = [letter for letter in play.letters[count:] if letter.about.startswith("breach:")]
    assert ["24 hours are left" in told[0].values["words"], "are over" in told[1].values["words"]] == [True, True]


def test_nobody_is_reminded_of_a_breach_that_is_done() -> None:
    play, task = opened()
    do(play, lambda case, moment: messages.task_done(case, task.key, "The letter is deleted.", moment), NOW)
    assert not play.case.running("breach")


def test_nothing_more_is_written_to_the_wrong_address() -> None:
    play, _ = opened(("ben.cole@marestreet.example",))
    count = len(play.letters)
    play.hear("p1", Answer("outcome:resolved", "s1", "Visited."), NOW)
    play.hear(BUSINESS_SUPPORT, Answer("outcome:resolved", "s1", "They agree."), NOW)
    play.run_to(NOW + timedelta(days=21))
    assert "Ben Cole" not in {letter.name for letter in play.letters[count:]}
    assert any(entry.kind == "not_written" for _, entry in play.course().entries)


def test_a_case_with_a_barred_address_closes_all_the_same() -> None:
    play, _ = opened(("ben.cole@marestreet.example",))
    by_telephone = Evidence("telephone", by="Sal Okoro")
    for who in ("p1", "p2"):
        play.hear(who, Answer("outcome:resolved", "s1", "Visited.", evidence=by_telephone), NOW)
    play.run_to(NOW + timedelta(days=40))
    assert play.case.status == "closed"


def test_the_raisers_own_address_is_not_barred() -> None:
    with pytest.raises(Refused, match="must be told"):
        opened(("alice.osei@homerton.example",))


def test_a_breach_without_a_letter_that_has_left_says_so() -> None:
    play = begun()
    do(play, lambda case, moment: breach.open_breach(case, "Wrong child.", (), (), ORDER, moment), NOW)
    [(_, task)] = [each for each in play.course().tasks if each[1].key.startswith("breach:")]
    assert "No letter had left." in task.words


def test_a_closing_case_waits_no_longer_for_somebody_who_is_barred() -> None:
    """Everything else is done: only that one address was still to be told, and now nothing goes to it."""
    play = begun()
    for who in ("p1", "p2"):
        play.hear(who, Answer("outcome:resolved", "s1", "Visited."), NOW)
    [letter] = [each for each in play.letters if (each.purpose, each.to) == ("on_file", "p2")]
    play.became(letter, "bounced", NOW)
    for who in ("p1", "p2"):
        play.hear(who, Answer("on_file", "case", ""), NOW)
    play.run_to(NOW + timedelta(days=40))
    assert (play.case.status, {clock.about for clock in play.case.running("told")}) == ("closing", {"p2"})
    barred = (play.case.party("p2").email,)
    later = NOW + timedelta(days=40)
    do(play, lambda case, moment: breach.open_breach(case, "Letters went wrong.", (), barred, ORDER, moment), later)
    assert play.case.status == "closed"


def test_what_comes_from_a_barred_address_is_kept_and_put_to_a_person_and_settles_nothing() -> None:
    play, _ = opened(("ben.cole@marestreet.example",))
    count = len(play.letters)
    answer = Answer("outcome:resolved", "s1", "All is well.", evidence=Evidence("reply"))
    play.hear("p2", answer, NOW)
    play._did(NOW, "proposed", proposals.propose(play.case, "p2", answer, play._moment(NOW)))
    assert play.case.stages[0].said == ()
    assert [letter.about.partition(":")[0] for letter in play.letters[count:]] == ["barred", "barred"]
    kept = [entry for _, entry in play.course().entries if entry.kind == "came_from_barred"]
    assert "outcome resolved. All is well." in kept[0].words
