"""An outcome that was read from plain sentences: put to whoever wrote them, and recorded only if they say so."""

from datetime import datetime

from cases.case import Case
from cases.submission import Answer
from cases.verbs import answers, offers
from cases.verbs.answers import asdict_of
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import staged, write
from cases.verbs.messages import ask_again, asked_lately


def propose(case: Case, who: str, answer: Answer, moment: Moment) -> Decision:
    """A party's words seem to end the stage: they are asked whether they do (decisions, "Confirmation" b).

    Nothing is recorded but the words, the clock runs on, and nobody else is told. What comes late is heard as such.
    """
    row = case.stage_row(answer.about)
    begun = case.status == "open" or case.paused_at is not None
    if not (begun and row.running) or case.is_barred(case.party(who).email):
        return answers.hear(case, who, answer, moment)
    draft, party = Draft(case, moment), case.party(who)
    outcome = draft.policy.outcomes[answer.does.partition(":")[2]]
    draft.note(
        "outcome_proposed",
        f"{party.name} ({party.title}) wrote: {answer.text} It was read as: {outcome.title}. "
        "They are asked whether it is to be recorded so; until they say yes, it is not.",
        answer=asdict_of(answer),
    )
    ask_again(draft, _question(who, answer), f"{party.name} is asked whether to record: {outcome.title}.")
    write(
        draft,
        "proposed",
        party,
        row.key,
        rung=draft.case.length,
        offers=[
            offers.to_say_yes(outcome, answer.does, answer.about, answer.text),
            *offers.for_stage(draft.policy, row, party),
        ],
        wanted=f"stage:{row.key}",
        text=answer.text,
        outcome=outcome.title,
        stage=staged(draft, row),
    )
    return draft.decision()


def proposed_lately(case: Case, who: str, answer: Answer, now: datetime) -> bool:
    """Whether this party was asked the same about this stage within a week: then a person looks instead (E64)."""
    return asked_lately(case, _question(who, answer), now)


def _question(who: str, answer: Answer) -> str:
    return f"{who}:{answer.about}:{answer.does}"
