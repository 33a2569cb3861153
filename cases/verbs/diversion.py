"""Confidential diversion: only the raiser and a named person are written to, until that person decides (chscp 1.7)."""

from cases.case import BUSINESS_SUPPORT, Fields, Party
from cases.policy import Diversion
from cases.submission import Answer
from cases.verbs import offers, timing
from cases.verbs.decision import Draft
from cases.verbs.letters import for_support, ruled, write
from cases.verbs.moves import begin
from cases.verbs.people import joined


def divert(draft: Draft, diverted: list[Diversion]) -> None:
    """Pause the case, and ask the named person what can go on. A letter to the other side could alert somebody."""
    for each in diverted:
        draft.set(
            "diverted",
            "The case is confidential and waits for a named person's decision.",
            source=each.source,
            status="paused",
            status_why="waiting for the named person's decision",
            confidential=True,
        )
        decider = joined(draft, each.decides, "partnership")
        role = draft.policy.roles[each.decides].title
        _tell_raiser(draft, each)
        if not decider:
            words = (
                f"Nobody is known as {role}, and a confidential case waits for that person. Please enter them "
                "in the directory."
            )
            for_support(draft, f"missing:{each.key}", words)
        timing.start_ladder(
            draft, "diversion", each.key, each.decides, each.chase, f"The {role} to decide what can go on"
        )
        ask_decider(draft, each, 0)


def divert_begun(draft: Draft, diverted: list[Diversion]) -> None:
    """The raiser says so after letters have gone to the other side: what went out cannot be called back, so two people
    are told at once, and the stage is paused. The concern is in no further letter; what becomes of the stage those two
    decide together, and business support ends the pause."""
    if draft.case.status == "open" or draft.case.paused_at:
        _pause(draft, diverted[0])
    paused = "The stage is paused: nobody is reminded, and when it can go on, end the pause at the desk. "
    for each in diverted:
        role = draft.policy.roles[each.decides].title
        decider = joined(draft, each.decides, "partnership")
        known = f"The {role} has been written to." if decider else f"Nobody is known as {role}."
        for_support(
            draft,
            f"diverted_late:{each.key}",
            "The raiser says only now that it is a matter of another procedure, and confidential. Letters with the "
            f"concern have gone out already. {paused if draft.case.paused_at else ''}No letter holds the concern any "
            "more. "
            f"{known} Please telephone at once and agree what happens; write to nobody on the other side before.",
            urgent=True,
        )
        if draft.case.paused_at:
            timing.start_ladder(draft, "diversion", each.key, each.decides, each.chase, f"The {role} to be telephoned")
        ask_decider(draft, each, 0)


def _pause(draft: Draft, each: Diversion) -> None:
    """Until a person says so: there is no day on which it goes on by itself."""
    draft.set(
        "diverted",
        "The case turns out to be confidential: it is paused, and waits for the named person and business support.",
        source=each.source,
        status="paused",
        status_why="waiting for the named person and business support",
        paused_at=draft.case.paused_at or draft.now,
        paused_until=None,
    )
    timing.pause(draft)
    timing.stop(draft, draft.case.running("pause"), "the case waits for the named person")


def chosen(draft: Draft) -> list[Diversion]:
    """The confidential matters that the raiser named."""
    named = draft.case.facts.get("diversions", ())
    return [each for each in draft.policy.entry.diversions if each.key in named]


def ask_decider(draft: Draft, each: Diversion, rung: int) -> None:
    """Where it has begun, letters have gone to the other side: nothing to hold back, and no answer to choose."""
    begun = bool(draft.case.stages)
    decider = joined(draft, each.decides, "partnership")
    if decider:
        write(
            draft,
            "divert",
            decider,
            each.key,
            rung=rung,
            offers=() if begun else offers.to_divert(),
            urgent=begun,
            begun=begun,
            paused=draft.case.paused_at is not None,
            procedure=each.advice,
            cited=each.source.cited,
            full_concern=draft.case.facts.get("concern", ""),
        )


def ask_newcomer(draft: Draft) -> None:
    """The named person was not known when the case was paused: asked as soon as somebody is."""
    for each in chosen(draft):
        if not any(party.role == each.decides for party in draft.case.parties):
            ask_decider(draft, each, 0)


def chase_decider(draft: Draft, key: str, rung: int) -> None:
    """The named person has not decided: ask again, and tell business support that a case waits, nothing more."""
    each = next(each for each in draft.policy.entry.diversions if each.key == key)
    ask_decider(draft, each, rung)
    write(
        draft,
        "task",
        BUSINESS_SUPPORT,
        f"diversion:{key}",
        rung=rung,
        words="A confidential case still waits for the "
        f"decision of the {draft.policy.roles[each.decides].title}. Please telephone that person.",
    )


def decide(draft: Draft, party: Party, answer: Answer, what: str) -> None:
    """The named person decides: pause, go on, or split off what can go on."""
    if what == "pause":
        draft.note("diversion_kept", f"{party.name} decided: the case stays as it is. {answer.text}".strip())
        for each in chosen(draft):
            _tell_raiser(draft, each)
        return
    timing.stop(draft, draft.case.running("diversion"), "the named person has decided")
    facts = dict(draft.case.facts) | ({"shareable": answer.text} if what == "split" else {})
    words = "only the part that the named person wrote goes on" if what == "split" else "the case goes on"
    draft.note(
        "diversion_decided",
        f"{party.name} decided: {words}.",
        Fields({"status": "open", "status_why": "", "facts": facts, "confidential": what == "split"}),
    )
    begin(draft)


def _tell_raiser(draft: Draft, each: Diversion) -> None:
    """The raiser hears that the case is confidential and with whom it waits: at first, and when it stays so."""
    write(
        draft,
        "diverted",
        draft.case.raiser,
        each.key,
        rung=draft.case.length,
        procedure=each.advice,
        cited=each.source.cited,
        handling=ruled(each.handling) if each.handling else None,
        decider=draft.policy.roles[each.decides].title,
    )
