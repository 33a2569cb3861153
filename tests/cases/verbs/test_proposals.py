"""An outcome read from plain sentences is put back to its writer, and recorded only when they say yes."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from cases.case import Case
from cases.holidays import england
from cases.policy_files.reading import read_policy
from cases.rehearsals.rehearsal import Play
from cases.rehearsals.scenario import read_scenario
from cases.submission import Answer, Evidence
from cases.verbs import answers, messages, proposals
from cases.verbs.decision import Decision, Letter, Moment, Offer, with_words

ROOT = Path(__file__).parents[3]
WORLD = read_scenario(ROOT / "tests/policies/scenarios/chscp/2_6_plan.yaml")
POLICY = read_policy(ROOT / "policies/chscp.yaml")
WORDS = "We have met and this is now resolved. The plan stays open."
MAIL = "0123456789abcdef"


def at(text: str) -> datetime:
    """A winter moment, when London keeps UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


@dataclass
class Told:
    """A case in which Ben Cole, of the other side, is asked in stage 1; and what the last verb decided."""

    case: Case
    now: datetime
    decision: Decision | None = None

    @property
    def moment(self) -> Moment:
        return Moment(self.now, POLICY, WORLD.directory, england())

    @property
    def ben(self) -> str:
        return next(party.key for party in self.case.parties if party.name == "Ben Cole")

    def keep(self, decision: Decision) -> Decision:
        self.case, self.decision = decision.case, decision
        return decision

    def proposes(self, does: str = "outcome:resolved", text: str = WORDS) -> Decision:
        return self.keep(proposals.propose(self.case, self.ben, read_as(does, text), self.moment))

    def says(self, offer: Offer, text: str = "") -> Decision:
        answer = Answer(offer.does, offer.about, with_words(offer, text), evidence=Evidence("reply"))
        return self.keep(answers.hear(self.case, self.ben, answer, self.moment))


@pytest.fixture
def told() -> Told:
    play = Play(POLICY, WORLD.directory, england())
    play.receive(WORLD.world.form, at("2026-11-27 10:00"))
    play.confirm(at("2026-11-27 10:00"))
    return Told(play.case, at("2026-11-30 09:00"))


def read_as(does: str, text: str = WORDS) -> Answer:
    return Answer(does, "s1", text, evidence=Evidence("reply", message=MAIL, read="prose", words=text))


def offered(decision: Decision, word: str) -> Offer:
    [letter] = [letter for letter in decision.letters if letter.purpose == "proposed"]
    return next(offer for offer in letter.offers if offer.word == word)


def test_a_proposal_records_the_words_alone_and_the_clock_runs_on(told: Told) -> None:
    before = told.case
    decision = told.proposes()
    assert told.case.stages == before.stages
    assert told.case.clocks == before.clocks
    assert (told.case.status, decision.tasks) == ("open", ())
    entry = next(entry for entry in decision.entries if entry.kind == "outcome_proposed")
    assert WORDS in entry.words
    assert entry.evidence["answer"] == {
        "does": "outcome:resolved", "about": "s1", "via": "reply", "message": MAIL, "read": "prose", "words": WORDS
    }  # fmt: skip


def test_a_proposal_is_told_to_nobody_but_its_writer(told: Told) -> None:
    assert [(letter.purpose, letter.name) for letter in told.proposes().letters] == [("proposed", "Ben Cole")]


def test_the_letter_offers_yes_with_the_words_and_then_what_the_stage_offers(told: Told) -> None:
    [letter] = told.proposes().letters
    assert [offer.word for offer in letter.offers] == [
        "YES", "RESOLVED", "NOT RESOLVED", "MEETING", "BY", "NOT ME", "QUESTION"
    ]  # fmt: skip
    yes = letter.offers[0]
    assert (yes.does, yes.about, yes.needs, yes.words) == ("outcome:resolved", "s1", (), WORDS)
    assert (letter.values["text"], letter.values["outcome"]) == (WORDS, "It is resolved")
    assert letter.wanted == "stage:s1"


def test_yes_records_the_outcome_with_the_words_and_only_then_is_the_raiser_told(told: Told) -> None:
    decision = told.says(offered(told.proposes(), "YES"))
    [said] = told.case.stages[0].said
    assert (said.party, said.outcome, said.text) == (told.ben, "resolved", WORDS)
    written = {letter.purpose: letter for letter in decision.letters}
    assert written["outcome"].to == told.case.raiser.key
    assert written["echo"].values["lacking"] == []  # the words are there, so nothing is asked for


def test_what_is_added_to_yes_stands_below_the_words(told: Told) -> None:
    told.says(offered(told.proposes(), "YES"), "Dan will visit weekly.")
    assert told.case.stages[0].said[0].text == f"{WORDS}\n\nDan will visit weekly."


def test_another_answer_to_a_proposal_is_recorded_as_it_is(told: Told) -> None:
    told.says(offered(told.proposes(), "NOT RESOLVED"), "You misread me.")
    assert [(said.outcome, said.text) for said in told.case.stages[0].said] == [("not_resolved", "You misread me.")]


def test_yes_after_the_stage_has_ended_comes_too_late_and_a_person_sees_it(told: Told) -> None:
    yes = offered(told.proposes(), "YES")
    raiser = told.case.raiser.key
    told.keep(answers.hear(told.case, raiser, Answer("outcome:not_resolved", "s1", "No."), told.moment))
    decision = told.says(yes)
    assert [entry.kind for entry in decision.entries][0] == "came_late"
    assert decision.tasks
    assert all(said.party != told.ben for said in told.case.stages[0].said)


@pytest.mark.parametrize("how", ["disputed", "ended"])
def test_prose_that_comes_after_the_stage_has_ended_is_heard_as_late_and_not_proposed(told: Told, how: str) -> None:
    ended = replace(told.case.stages[0], ended_at=told.now)
    told.case = replace(told.case, status="disputed") if how == "disputed" else replace(told.case, stages=(ended,))
    decision = told.proposes()
    assert [letter.purpose for letter in decision.letters if letter.to == told.ben] == ["too_late"]
    assert decision.entries[0].evidence["answer"]["read"] == "prose"


def test_a_second_proposal_replaces_nothing(told: Told) -> None:
    first = offered(told.proposes(), "YES")
    second = offered(told.proposes("outcome:not_resolved", "We remain of the view that it is not met."), "YES")
    assert (first.does, second.does) == ("outcome:resolved", "outcome:not_resolved")
    told.says(first)
    assert told.case.stages[0].said[0].outcome == "resolved"


def test_e64_the_same_is_proposed_to_the_same_person_once_a_week(told: Told) -> None:
    """E64: two robots answer each other: stops at one answer."""
    told.proposes()
    again, other = read_as("outcome:resolved"), read_as("outcome:not_resolved")
    assert proposals.proposed_lately(told.case, told.ben, again, told.now)
    assert not proposals.proposed_lately(told.case, told.ben, other, told.now)
    assert not proposals.proposed_lately(told.case, told.case.raiser.key, again, told.now)
    assert not proposals.proposed_lately(told.case, told.ben, again, told.now + timedelta(days=7))


@pytest.mark.parametrize(("hour", "recorded"), [(time(14, 30), "4 December 2026 at 14:30"), (None, "4 December 2026")])
def test_a_meeting_is_recorded_and_echoed_with_its_time_where_it_has_one(
    told: Told, hour: time | None, recorded: str
) -> None:
    answer = Answer("meeting", "s1", "See you then", date(2026, 12, 4), Evidence("reply"), hour)
    decision = told.keep(answers.hear(told.case, told.ben, answer, told.moment))
    assert f"{recorded}. See you then" in decision.entries[0].words
    [echo] = [letter for letter in decision.letters if letter.purpose == "echo"]
    assert echo.values["recorded"].endswith(recorded)


def unclear(told: Told, who: str, mail: str) -> list[Letter]:
    """What is written to a person whose mail cannot be read."""
    party = told.case.party(who)
    decision = told.keep(messages.put_to_a_person(told.case, mail, "It is not clear.", party, (), told.moment))
    assert len(decision.tasks) == 1
    return [letter for letter in decision.letters if letter.to == who]


def test_e64_who_is_not_understood_is_told_so_once_a_week_and_a_person_reads_every_mail(told: Told) -> None:
    """E64: two robots answer each other: stops at one answer. D3: at most one per sender and case per 7 days."""
    raiser = told.case.raiser.key
    assert [letter.purpose for letter in unclear(told, told.ben, "m1")] == ["unclear"]
    told.now += timedelta(days=6, hours=23)
    assert unclear(told, told.ben, "m2") == []
    assert [letter.purpose for letter in unclear(told, raiser, "m3")] == ["unclear"]
    told.now += timedelta(hours=1)
    assert [letter.purpose for letter in unclear(told, told.ben, "m4")] == ["unclear"]
