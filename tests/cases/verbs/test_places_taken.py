"""Another person takes a place: what the one before was told counts for nothing, and the newcomer hears everything."""

from datetime import timedelta

import pytest

from cases.case import Case
from cases.holidays import england
from cases.rehearsals.rehearsal import Play
from cases.submission import Answer
from cases.verbs import breach, ending
from cases.verbs.decision import Decision, Letter, Moment
from cases.verbs.orders import Refused
from tests.cases.verbs.test_support_acts import NOW, ORDER, POLICY, SCENARIO, begun, do, hand_over, purposes, say

ANN = ("p1", "Ann New", "ann.new@homerton.example")


def closing() -> Play:
    play = begun()
    for who in ("p1", "p2"):
        say(play, who, "outcome:resolved")
    assert play.case.status == "closing"
    return play


def to(letters: list[Letter], name: str) -> list[str]:
    return [letter.purpose for letter in letters if letter.name == name]


def test_in_a_dispute_the_newcomer_hears_who_they_are_and_what_it_waits_for() -> None:
    for who, name in (("p2", "Nia Park"), ("p1", "Ann New")):
        play = begun()
        say(play, "p2", "outcome:resolved")
        say(play, "p1", "outcome:not_resolved")
        assert play.case.status == "disputed"
        letters = do(play, hand_over(*ANN) if who == "p1" else hand_over("p2"))
        [news] = [letter for letter in letters if letter.name == name]
        assert (news.purpose, "You act as" in news.values["words"]) == ("news", True)
        assert play.case.status_why in news.values["words"]


def test_a_new_raiser_of_a_closing_case_is_told_how_it_ended_before_it_closes() -> None:
    play = closing()
    play.run_to(NOW + timedelta(hours=25))  # Alice was told, and may object until Friday
    assert play.case.told
    later = NOW + timedelta(hours=26)
    letters = do(play, hand_over(*ANN), later)
    [outcome] = [letter for letter in letters if letter.purpose == "outcome"]
    assert (outcome.name, outcome.tells, play.case.told) == ("Ann New", True, False)
    assert [offer.does for offer in outcome.offers] == ["object", "agree"]
    [told] = play.case.running("told", "p1")
    assert told.started_at == later
    assert not play.case.running("objection")
    play.run_to(NOW + timedelta(days=40))
    assert play.case.status == "closed"


def test_a_new_raiser_whom_no_letter_reaches_keeps_the_case_open() -> None:
    play = closing()
    do(play, hand_over(*ANN))
    [letter] = [letter for letter in play.letters if (letter.name, letter.purpose) == ("Ann New", "outcome")]
    play.became(letter, "bounced", NOW + timedelta(hours=1))
    play.run_to(NOW + timedelta(days=40))
    assert play.case.status == "closing"


def test_where_one_side_has_answered_the_new_raiser_may_object() -> None:
    play = begun()
    say(play, "p2", "outcome:resolved")
    letters = do(play, hand_over(*ANN))
    assert {"outcome", "stage"} <= set(to(letters, "Ann New"))


def test_somebody_who_has_it_on_file_already_is_followed_by_one_who_is_told_how_it_ended() -> None:
    play = closing()
    play.hear("p2", Answer("on_file", "case", ""), NOW)
    assert not play.case.running("on_file", "p2")
    letters = do(play, hand_over("p2"))
    assert purposes(letters, "Nia Park") == {"news", "shared"}


def test_whom_a_barred_address_is_followed_by_is_told_before_the_case_closes() -> None:
    play = closing()
    do(play, lambda case, moment: breach.open_breach(case, "Wrong.", (), (case.party("p2").email,), ORDER, moment))
    do(play, hand_over("p2"))
    assert "p2" in play.case.to_share


def test_a_letter_that_did_not_reach_the_raiser_leaves_the_others_to_be_told() -> None:
    play = closing()
    for purpose, name in (("on_file", "Ben Cole"), ("outcome", "Alice Osei")):
        letter = [each for each in play.letters if (each.purpose, each.name) == (purpose, name)][-1]
        play.became(letter, "bounced", NOW + timedelta(hours=1))
    assert {clock.about for clock in play.case.running("told")} == {"p1", "p2"}


def test_before_a_stage_has_begun_a_new_raiser_gets_the_letter_that_says_it_was_received() -> None:
    play = Play(POLICY, SCENARIO.directory, england())
    play.receive(SCENARIO.form.model_copy(update={"diversions": ("lado",)}), NOW)
    play.confirm(NOW)
    assert (play.case.status, play.case.row) == ("paused", None)
    letters = do(play, hand_over(*ANN))
    assert to(letters, "Ann New") == ["received"]
    named = play.case.parties[1]
    letters = do(play, hand_over(named.key))
    assert to(letters, "Nia Park") == []
    assert [letter.about.partition(":")[0] for letter in letters if letter.purpose == "task"] == ["newcomer"]


@pytest.mark.parametrize("stage", ["practitioners", "commissioner"])
def test_nobody_acts_for_both_sides_or_decides_for_a_side_of_theirs(stage: str) -> None:
    play = begun(stage if stage != "practitioners" else "")
    other = next(party for party in play.case.parties if party.part in ("receiving", "decider"))
    with pytest.raises(Refused, match=r"acts in this case already, as .* \(the raising side\)"):
        do(play, hand_over(other.key, "Alice Osei", "Alice.Osei@homerton.example"))


def test_one_person_may_act_twice_for_the_same_side() -> None:
    play = begun("line_managers")
    manager = next(party for party in play.case.parties if (party.role, party.part) == ("line_manager", "raising"))
    do(play, hand_over(manager.key, "Alice Osei", "alice.osei@homerton.example"))
    assert play.case.party(manager.key).email == "alice.osei@homerton.example"


def merged(duplicate: Case, barred: str = "") -> tuple[Play, list[Letter]]:
    play = begun()
    if barred:
        do(play, lambda case, moment: breach.open_breach(case, "Wrong.", (), (barred,), ORDER, moment))

    def take_in(case: Case, moment: Moment) -> Decision:
        return ending.take_in(case, duplicate, ORDER, moment)

    return play, do(play, take_in)


def raised(email: str, *, confirmed: bool = True) -> Case:
    other = Play(POLICY, SCENARIO.directory, england(), number=2)
    other.receive(SCENARIO.form.model_copy(update={"email": email, "name": "Not Checked"}), NOW)
    if confirmed:
        other.confirm(NOW)
    return other.case


@pytest.mark.parametrize(
    ("email", "confirmed", "barred", "joins"),
    [
        ("noor@homerton.example", True, "", True),
        ("noor@homerton.example", False, "", False),
        ("stranger@elsewhere.example", True, "", False),
        ("noor@homerton.example", True, "noor@homerton.example", False),
    ],
)
def test_the_raiser_of_a_merged_case_joins_only_where_letters_may_go(
    email: str, confirmed: bool, barred: str, joins: bool
) -> None:
    play, letters = merged(raised(email, confirmed=confirmed), barred)
    assert (email in {party.email for party in play.case.parties}) == joins
    [task] = [letter for letter in letters if letter.about.startswith("took_in:")]
    assert (ending.STAYS_OUT in task.values["words"]) != joins
