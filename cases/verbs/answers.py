"""What a party says: recorded, echoed, and acted on. Nothing is guessed; what is late goes to a person."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from cases.case import BUSINESS_SUPPORT, Case, Meeting, Party, StageRow
from cases.stages import Rule
from cases.submission import Answer
from cases.verbs import arriving, breach, closing, diversion, in_pause, offers, opening, settling, timing
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import for_support, ruled, staged, write
from cases.verbs.meetings import invitation
from cases.verbs.messages import ask_again, asked_lately, tell_closed
from cases.verbs.moves import leave, move_on, move_to
from cases.verbs.outcomes import said
from cases.verbs.people import SIDES, acting, actors, distinct, row_acts
from cases.verbs.stages import convene, request
from cases.verbs.telling import announce, convened
from cases.working_time import spoken_date

DESK = Party(BUSINESS_SUPPORT, "partnership", BUSINESS_SUPPORT, "business support", "Business support", "")


def hear(case: Case, who: str, answer: Answer, moment: Moment) -> Decision:
    """One of the offered answers was given by a party (or taken down by business support). Recorded and echoed."""
    draft = Draft(case, moment)
    party = DESK if who == BUSINESS_SUPPORT else case.party(who)
    does, _, what = answer.does.partition(":")
    if case.is_barred(party.email) and not answer.evidence.by:
        breach.not_taken(draft, party, answer, asdict_of(answer))
    elif (case.status == "closed" and does != "on_file") or _over(case, does, answer):
        _too_late(draft, party, answer)
    elif case.paused_at and does in in_pause.WAITING:
        in_pause.held(draft, party, answer, asdict_of(answer))
        echo(draft, party, f"your answer{in_pause.later(draft)}", answer.text)
    else:
        _HEARD[does](draft, party, answer, what)
    return draft.decision()


def echo(
    draft: Draft,
    party: Party,
    recorded: str,
    text: str = "",
    lacking: Iterable[Rule] = (),
    meeting: Mapping[str, Any] | None = None,
) -> None:
    """Tell a party how the answer was recorded, so that it can be corrected."""
    if party is not DESK:
        write(
            draft,
            "echo",
            party,
            f"e{draft.case.length}",
            recorded=recorded,
            text=text,
            lacking=[ruled(rule) for rule in lacking],
            meeting=meeting,
        )


def _over(case: Case, does: str, answer: Answer) -> bool:
    """Whether the stage or request that the answer concerns has ended already."""
    if does == "settle":
        return case.status != "disputed"
    if does in ("divert", "admit"):  # who is held waits for business support, who is diverted for the named person
        return case.status != "paused" or bool(case.stages) or not case.running(_WAITS_FOR[does])
    if does in ("withdraw", "end"):
        return case.confirmed
    if does in ("object", "agree"):
        row = case.stages[-1]
        return answer.about != row.key or not (row.running or case.status in ("closing", "disputed"))
    goes = case.status == "open" or case.paused_at is not None
    if does in ("go_on", "move", "stay") and goes:
        return _gone_on(case, answer.about)
    if does in ("outcome", "way", "move", "go_on", "stay"):
        return not goes or not case.stage_row(answer.about).running
    return does == "give" and not case.stage_row(case.asked_thing(answer.about).row).running


def _gone_on(case: Case, about: str) -> bool:
    """Whether a later stage has begun since this was asked. A case that waits between two stages may still go on."""
    return about != case.stages[-1].key if about != "case" else len(case.stages) > 1


def _too_late(draft: Draft, party: Party, answer: Answer) -> None:
    draft.note(
        "came_late",
        f"{party.name} answered after this had ended: {answer.does.replace(':', ' ')}. {answer.text}".strip(),
        answer=asdict_of(answer),
    )
    for_support(
        draft,
        f"late:{draft.case.length}",
        f"{party.name} answered after the matter had ended. The answer is on the "
        f"record; please see whether anything follows from it{_there(draft)}.",
    )
    if party is not DESK:
        _tell_too_late(draft, party, answer)


def _there(draft: Draft) -> str:
    """Where to look, for a case that was merged into another (E52)."""
    return f" in {draft.case.merged_into}, which this case was merged into" if draft.case.merged_into else ""


def _tell_too_late(draft: Draft, party: Party, answer: Answer) -> None:
    """Once a case is closed its people are told so once: what they write further is read by a person all the same."""
    if draft.case.status == "closed":
        tell_closed(draft, party, answer.text)
    elif not asked_lately(draft.case, f"late:{party.key}", draft.now):
        ask_again(draft, f"late:{party.key}", f"{party.name or party.email} is told that it came too late.")
        write(draft, "too_late", party, f"e{draft.case.length}", text=answer.text)


def _outcome(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    title = draft.policy.outcomes[what].title
    row = _heard(draft, party, answer)
    draft.note(
        "outcome_said",
        f"{party.name} ({party.title}) says: {title}. {answer.text}".strip(),
        said(row, party, what, answer.text, draft.now),
        answer=asdict_of(answer),
    )
    settles = draft.policy.outcomes[what].effect == "resolves"
    lacking = draft.policy.closing.records if settles and not answer.text else ()
    if draft.case.paused_at:
        echo(draft, party, title + in_pause.later(draft), answer.text, lacking)
        in_pause.tell(draft, row, party, title, answer.text)
        return
    echo(draft, party, title, answer.text, lacking)
    settling.weigh(draft, row.key)


def _way(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    """The decider chooses a way: people are brought in, and what it needs is asked for (chscp 2.13-2.16)."""
    row = _heard(draft, party, answer)
    way = draft.policy.stages[row.stage].way(what)
    draft.note(
        "way_chosen",
        f"{party.name} ({party.title}): {way.title}.",
        replace(row, way=what),
        source=way.source,
        answer=asdict_of(answer),
    )
    echo(draft, party, way.title, answer.text)
    convene(draft, row.key, way)
    sides = [side for part in SIDES if (side := acting(draft.case, row_acts(draft, row), part))]
    announce(draft, row.key, way, distinct(*convened(draft, way), *sides, draft.case.raiser))
    request(draft, row.key, list(way.requests))


def _dated(kind: str, words: str) -> Callable[[Draft, Party, Answer, str], None]:
    def heard(draft: Draft, party: Party, answer: Answer, what: str) -> None:
        row = _heard(draft, party, answer)
        day = spoken_date(answer.day or date.max) + (f" at {answer.at:%H:%M}" if answer.at else "")
        held = Meeting(answer.day, answer.at) if kind == "meeting" and answer.day else None
        row = replace(row, meeting=held or row.meeting)
        draft.note(
            kind,
            f"{party.name} ({party.title}) says: {words} {day}. {answer.text}".strip(),
            row,
            answer=asdict_of(answer),
        )
        meeting = invitation(draft, row, held) if held else None
        echo(draft, party, f"{words} {day}", answer.text, meeting=meeting)
        _pass_on(draft, party, row, f"{party.name} says: {words} {day}.", meeting)

    return heard


def _pass_on(draft: Draft, party: Party, row: StageRow, words: str, meeting: Mapping[str, Any] | None = None) -> None:
    """The others in the stage, and the raiser, hear what was said. The clock goes on."""
    for other in distinct(*actors(draft, row.key), draft.case.raiser):
        if other.key == party.key:
            continue
        write(draft, "news", other, f"e{draft.case.length}", words=words, stage=staged(draft, row), meeting=meeting)


def _hand_over(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    """Somebody else is named: a proposal for business support, never a silent reroute (decisions, Deputy)."""
    row = _heard(draft, party, answer)
    draft.note(
        "handed_over",
        f"{party.name} says that somebody else should answer: {answer.text}",
        row,
        answer=asdict_of(answer),
    )
    for_support(
        draft,
        f"hand_over:{draft.case.length}",
        f"{party.name} ({party.title}) says that it should go to somebody else: "
        f"{draft.not_shown(answer.text)}. The date for an answer stands; please put the right person in the directory.",
    )
    echo(draft, party, "you are not the right person; business support will find out who is", answer.text)


def _question(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    row = _heard(draft, party, answer)
    draft.note("question", f"{party.name} ({party.title}) asks: {answer.text}", row, answer=asdict_of(answer))
    asks = f"{party.name} ({party.title}) asks: {draft.not_shown(answer.text)}"
    for_support(draft, f"question:{draft.case.length}", asks)
    echo(draft, party, "a question for business support", answer.text)


def _move(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    """The raising side takes the proposal to move on: an unresolved stage ends (design 5: proposed, with one press)."""
    row = _heard(draft, party, answer)
    draft.note(
        "moved", f"{party.name} ({party.title}) takes it further. {answer.text}".strip(), row, answer=asdict_of(answer)
    )
    echo(draft, party, "take it further", answer.text)
    if row.running:
        leave(draft, row.key, settling.unresolved(draft, row), "not resolved, and taken further.")
    if what:
        move_to(draft, draft.policy.stages[what], None)
    else:
        move_on(draft, row.key)


def _go_on(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    """A named person goes on although something that should come first is not on record, with a reason (chscp 2.11)."""
    row = draft.case.row
    draft.note("reason", f"{party.name} ({party.title}) goes on, and says why: {answer.text}", answer=asdict_of(answer))
    echo(draft, party, "go on all the same", answer.text)
    if row and row.running:
        leave(draft, row.key, settling.unresolved(draft, row), "not resolved, and taken further with a reason.")
    move_to(draft, draft.policy.stages[what], answer.text)


def _stay(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    row = _heard(draft, party, answer)
    draft.note("stays", f"{party.name} ({party.title}) leaves it at this stage for now. {answer.text}".strip(), row)
    echo(draft, party, "leave it at this stage for now", answer.text)


def _give(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    asked = replace(draft.case.asked_thing(answer.about), answer=answer.text, answered_at=draft.now)
    draft.note(
        "given", f"{party.name} ({party.title}) sent {asked.title}: {answer.text}", asked, answer=asdict_of(answer)
    )
    timing.stop(draft, draft.case.running("asked", asked.key), "it has come")
    echo(draft, party, f"you sent {asked.title}", answer.text)
    row = draft.case.stage_row(asked.row)
    way = draft.policy.stages[row.stage].way(row.way) if row.way else None
    for actor in distinct(*actors(draft, row.key), *(convened(draft, way) if way else ())):
        if actor.key != party.key:
            write(
                draft,
                "given",
                actor,
                asked.key,
                rung=draft.case.length,
                who=party.name,
                title=asked.title,
                text=answer.text,
                stage=staged(draft, row),
            )


def _divert(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    chosen = next(offer.title for offer in offers.to_divert() if offer.does == answer.does)
    diversion.decide(draft, party, answer, what)
    echo(draft, party, chosen, answer.text)


def _admit(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    opening.admit(draft, party)
    echo(draft, party, "this person may raise it", answer.text)


def _withdraw(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    arriving.withdraw(draft, party, answer)
    echo(draft, party, "it was not meant as an escalation; business support will look at it", answer.text)


def _heard(draft: Draft, party: Party, answer: Answer) -> StageRow:
    """The stage row, with this party among those who answered something."""
    row = draft.case.stage_row(answer.about)
    return row if party.key in row.heard or party is DESK else replace(row, heard=(*row.heard, party.key))


def asdict_of(answer: Answer) -> dict[str, str]:
    """The answer as evidence in the record: how it came, from which message, and who took it down."""
    kept = {"does": answer.does, "about": answer.about} | asdict(answer.evidence)
    return {key: value for key, value in kept.items() if value}


_WAITS_FOR = {"divert": "diversion", "admit": "confirmation"}
_HEARD: Mapping[str, Callable[[Draft, Party, Answer, str], None]] = {
    "outcome": _outcome,
    "way": _way,
    "meeting": _dated("meeting", "we will meet or talk on"),
    "by": _dated("date_given", "an answer will come by"),
    "hand_over": _hand_over,
    "question": _question,
    "move": _move,
    "stay": _stay,
    "go_on": _go_on,
    "give": _give,
    "divert": _divert,
    "admit": _admit,
    "confirm": lambda draft, party, answer, what: opening.confirmed_in_words(draft, party),
    "withdraw": _withdraw,
    "end": lambda draft, party, answer, what: arriving.end(draft, answer),
    "object": lambda draft, party, answer, what: _closing(draft, party, answer, settling.objected),
    "agree": lambda draft, party, answer, what: _closing(draft, party, answer, closing.agreed),
    "on_file": lambda draft, party, answer, what: _closing(draft, party, answer, closing.filed),
    "told": lambda draft, party, answer, what: closing.told_by_hand(draft, what),
    "settle": lambda draft, party, answer, what: settling.settle(draft, answer, what),
}


def _closing(draft: Draft, party: Party, answer: Answer, verb: Callable[[Draft, Party, Answer], str]) -> None:
    recorded = verb(draft, party, answer)
    echo(draft, party, recorded, answer.text)
