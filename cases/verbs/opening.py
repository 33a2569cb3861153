"""How a case begins: an escalation received, and its raiser's address confirmed."""

from collections.abc import Callable, Mapping
from typing import Any

from cases.case import FIRST_FIELDS, Case, Clock, Fields, Party
from cases.policy import Facts
from cases.submission import BY_FORM, Arrival, Submission
from cases.verbs import arriving, closing, diversion, offers, timing
from cases.verbs.decision import Decision, Draft, Moment, Offer
from cases.verbs.letters import for_support, missing_labels, write
from cases.verbs.moves import begin, write_support
from cases.verbs.people import joined
from cases.verbs.presence import see_who_is_there
from cases.verbs.stages import fill_gaps, retime

CONFIRM_WITHIN_HOURS = 24
ADMIT = "admit"
STRANGER = (
    "Somebody whose address belongs to none of our agencies has raised an escalation, and nobody on the other side "
    "has been written to. Please find out who it is, and answer ADMIT if they may raise it."
)
SIMPLE_FACTS = (
    "name",
    "job",
    "phone",
    "agency",
    "other_agency",
    "other_name",
    "other_email",
    "child",
    "child_numbers",
    "concern",
    "wanted",
    "starts_at",
    "diversions",
    "signposts",
)


def receive(case: Case, submission: Submission, code: str, moment: Moment, arrival: Arrival = BY_FORM) -> Decision:
    """An escalation has come in. Immediate harm is acted on first, whatever is missing (design 6, mail in 9).

    Letters to others wait until the raiser has confirmed the own address: with `code`, or by a word from that mailbox.
    The lines of the form in a mail whose sender our own mail server vouches for are confirmed by that (D12).
    """
    draft = Draft(case, moment)
    raiser = _raiser(draft, submission)
    evidence: dict[str, Any] = {"message": arrival.message} if arrival.message else {}
    draft.note(
        "received",
        f"An escalation was received from {raiser.name or raiser.email}{arriving.how(arrival)}.",
        raiser,
        Fields(
            _first_fields(case)
            | {
                "facts": _facts(submission, arrival),
                "agencies": _agencies(draft, submission),
                "confidential": any(each.key in submission.diversions for each in moment.policy.entry.diversions),
            }
        ),
        **evidence,
    )
    if submission.immediate_harm:
        immediate_harm(draft)
    elif arrival.harm_words:
        arriving.harm_in_words(draft, arrival.harm_words)
        arriving.tell_of_harm(draft, [], support=True)
    arriving.look_through(draft, arrival)
    if arrival.via == "lines" and arrival.verified:
        _confirmed(draft, "Our own mail server vouches for the sender, so the e-mail address counts as confirmed.")
        return draft.decision()
    if arrival.spoken:
        who = raiser.name or raiser.email
        _confirmed(draft, f"{arrival.entered_by} has spoken to {who}, who means it as an escalation.")
        return draft.decision()
    if arrival.via == "form":
        _ask_for_code(draft, raiser, code)
    else:
        arriving.ask_to_confirm(draft, arrival, code)
    within = timing.hours_on(draft.now, CONFIRM_WITHIN_HOURS, moment.calendar.local_date)
    timing.start(draft, "confirmation", "address", raiser.key, within, "The raiser is asked to confirm the address")
    return draft.decision()


def _ask_for_code(draft: Draft, raiser: Party, code: str) -> None:
    harm = draft.policy.entry.immediate_harm
    write(
        draft,
        "confirm",
        raiser,
        "case",
        code=code,
        urgent=True,
        harm_advice=harm.advice if draft.case.facts.get("immediate_harm") == "yes" else "",
        harm_cited=harm.source.cited,
    )


def confirm(case: Case, moment: Moment) -> Decision:
    """The raiser has shown that the address is theirs: the case may now write to others. Twice is once."""
    draft = Draft(case, moment)
    if not case.confirmed:
        _confirmed(draft, "The raiser confirmed the e-mail address.")
    return draft.decision()


def confirmed_in_words(draft: Draft, party: Party) -> None:
    """The raiser, or business support for them, says that it is an escalation and theirs. Twice is once."""
    if not draft.case.confirmed:
        _confirmed(draft, f"{party.name or party.email} confirms that it is meant as an escalation.")


def _confirmed(draft: Draft, words: str) -> None:
    case = draft.case
    draft.set("confirmed", words, confirmed=True)
    timing.stop(draft, case.running("confirmation"), "the address is confirmed")
    known = draft.moment.directory.may_write_to(case.raiser.email)
    if case.facts.get("harm_words"):
        arriving.tell_of_harm(draft, leads(draft), support=False)
    tell_received(draft)
    diverted = diversion.chosen(draft)
    if diverted:
        diversion.divert(draft, diverted)
    elif known:
        begin(draft)
    else:
        _hold(draft)


def tell_received(draft: Draft, rung: int = 0) -> None:
    """The raiser hears that it was received, and what is still asked."""
    case, harm = draft.case, draft.policy.entry.immediate_harm
    write(
        draft,
        "received",
        case.raiser,
        "case",
        rung=rung,
        urgent=case.facts.get("immediate_harm") == "yes",
        held=not draft.moment.directory.may_write_to(case.raiser.email),
        missing=missing_labels(draft),
        signposts=_signposts(draft),
        harm_advice=harm.advice if case.facts.get("immediate_harm") == "yes" else "",
        harm_cited=harm.source.cited,
    )


def directory_changed(case: Case, moment: Moment) -> Decision:
    """The directory has changed, or somebody is away or back from today: whoever is to act now is written to."""
    draft = Draft(case, moment)
    if case.status == "paused" and not case.paused_until:
        diversion.ask_newcomer(draft)
    if case.row and (case.status in ("disputed", "closing") or (case.row.running and case.status == "open")):
        newly = see_who_is_there(draft, case.row.key)
        for party in newly if case.status != "open" else ():
            closing.tell_newcomer(draft, party)
    look_again(draft)
    return draft.decision()


def unconfirmed(draft: Draft, clock: Clock) -> None:
    """The address is not confirmed after a day: a person looks, again and again, so that nothing waits in silence."""
    words = (
        "The person who raised this case has not confirmed their e-mail address, so no letter has gone to anybody "
        "on the other side. Please telephone them."
    )
    if clock.name in _WAITS_FOR_SUPPORT:
        asks, offered = _WAITS_FOR_SUPPORT[clock.name]
        write_support(draft, clock, asks, offered=offered())
        return
    if clock.ladder:
        write_support(draft, clock, words)
        return
    timing.stop(draft, (clock,), "business support was told")
    for_support(draft, "unconfirmed", words)
    timing.start_ladder(
        draft,
        "confirmation",
        "telephone",
        draft.case.raiser.key,
        draft.policy.closing.on_file_chase,
        "Business support to telephone the raiser",
    )


def admit(draft: Draft, party: Party) -> None:
    """Business support knows the person who raised it: the case goes on."""
    draft.set("admitted", f"{party.name} admits the escalation.", status="open", status_why="")
    timing.stop(draft, draft.case.running("confirmation"), "business support knows the person")
    begin(draft)


def _hold(draft: Draft) -> None:
    """Nobody here knows the raiser's address: a person looks before anybody else is written to (decisions, Web)."""
    draft.set(
        "held",
        "The raiser's address is of none of the agencies: the case waits for business support.",
        status="paused",
        status_why="waiting until business support knows who raised it",
    )
    for_support(draft, ADMIT, STRANGER, offers.to_admit())
    timing.start_ladder(
        draft,
        "confirmation",
        ADMIT,
        draft.case.raiser.key,
        draft.policy.closing.on_file_chase,
        "Business support to find out who raised it",
    )


def look_again(draft: Draft) -> None:
    row = draft.case.row
    if row and row.running and draft.case.status == "open":
        fill_gaps(draft, row.key)
        retime(draft, row.key)


def _first_fields(case: Case) -> dict[str, Any]:
    """What the case began with, so that the record alone gives it again."""
    return {name: getattr(case, name) for name in FIRST_FIELDS}


def _raiser(draft: Draft, submission: Submission) -> Party:
    role = next(track for track in draft.policy.tracks if track.key == draft.case.track).opened_by[0]
    return Party(
        "p1",
        "raising",
        role,
        draft.policy.roles[role].title,
        submission.name,
        submission.email,
        submission.agency or None,
    )


def _facts(submission: Submission, arrival: Arrival) -> Facts:
    simple = {name: getattr(submission, name) for name in SIMPLE_FACTS}
    harm = {"immediate_harm": "yes"} if submission.immediate_harm or arrival.harm_words else {}
    found = {} if submission.immediate_harm else {"harm_words": arrival.harm_words}
    facts = {key: value for key, value in (simple | harm | found | dict(submission.answers)).items() if value}
    return with_unread(facts, [each.key for each in arrival.unread])


def with_unread(facts: dict[str, Any], keys: list[str]) -> Facts:
    """The facts, and which of them could not be read as they were written."""
    kept = {key: value for key, value in facts.items() if key != "unread"}
    return kept | ({"unread": tuple(dict.fromkeys(keys))} if keys else {})


def _agencies(draft: Draft, submission: Submission) -> dict[str, str]:
    sides = {"raising": submission.agency, "receiving": submission.other_agency}
    return {side: agency for side, agency in sides.items() if agency}


def immediate_harm(draft: Draft) -> None:
    """Business support and the designated leads of the named agency are written to at once, at any hour."""
    harm = draft.policy.entry.immediate_harm
    draft.note("immediate_harm", "The raiser says that the child is at risk of immediate harm.", source=harm.source)
    known = leads(draft)
    draft.task(
        "immediate_harm",
        "The raiser says that the child is at risk of immediate harm. Please make sure now, by telephone, "
        "that the designated lead of the raiser's own agency knows: "
        f"{_names(known) or 'nobody is known in that role'}.",
    )
    arriving.tell_of_harm(draft, known, support=True)


def leads(draft: Draft) -> list[Party]:
    """The designated leads whom the policy names for immediate harm, as far as somebody is known."""
    tells = draft.policy.entry.immediate_harm.tells
    return [lead for tell in tells if (lead := joined(draft, tell.role, tell.side or "partnership"))]


def _names(parties: list[Party]) -> str:
    return ", ".join(f"{party.name} ({party.title})" for party in parties)


def _signposts(draft: Draft) -> list[dict[str, str]]:
    shown = draft.case.facts.get("signposts", ())
    return [
        {"says": each.advice, "cited": each.source.cited} for each in draft.policy.entry.signposts if each.key in shown
    ]


# What a person at business support is asked again and again about a case that has not begun.
_WAITS_FOR_SUPPORT: Mapping[str, tuple[str, Callable[[], list[Offer]]]] = {
    ADMIT: (STRANGER, offers.to_admit),
    arriving.WITHDRAWN: (arriving.NO_ESCALATION, offers.to_end),
}
