"""An escalation that came by mail or from another system: what stood in it, and whether its raiser meant it so."""

from cases.case import BUSINESS_SUPPORT, Fields, Party
from cases.submission import Answer, Arrival, Unread
from cases.verbs import offers, timing
from cases.verbs.decision import Draft
from cases.verbs.letters import cited, for_support, missing_labels, write
from cases.verbs.people import described

WITHDRAWN = "withdrawn"
NO_ESCALATION = (
    "The person who raised this case says that it was not meant as an escalation. Nobody on the other side has been "
    "written to. Please look whether anything follows from it: answer GO ON or END."
)
_HOW = {
    "form": "",
    "lines": ", by an e-mail with the lines of the form",
    "words": ", by an e-mail in their own words",
    "api": ", through another system",
}


def how(arrival: Arrival) -> str:
    """How it came, for the end of a sentence."""
    entered = f", which {arrival.entered_by} opened as a case" if arrival.entered_by else ""
    return f"{_HOW[arrival.via]}{entered}"


def look_through(draft: Draft, arrival: Arrival) -> None:
    """What the program could not take over from the mail is on the record, and a person looks at it."""
    note_unread(draft, arrival.unread)
    if arrival.attachments:
        named = ", ".join(f"“{name}”" for name in arrival.attachments)
        draft.note("attachments", f"The e-mail brought files, which are kept with it: {named}.")
        for_support(
            draft,
            "attachments",
            f"The e-mail that opened this case brought files that the program does not read{_shown(draft, named)}. "
            "Please look at them, and add what is missing.",
        )
    if arrival.left_out:
        draft.note(
            "left_out", "The e-mail holds older or forwarded mail, which is kept with it and was not taken over."
        )
        for_support(
            draft,
            "left_out",
            "The e-mail that opened this case holds older or forwarded mail, which the program did not take over. "
            "Please read it, and add what is missing.",
        )
    if arrival.also_to:
        others = ", ".join(arrival.also_to)
        draft.note("also_to", f"The e-mail was also addressed to: {others}.")
        for_support(
            draft,
            "also_to",
            f"The e-mail that opened this case was also addressed to: {others}. "
            "Please agree with them who takes it up.",
        )


def _shown(draft: Draft, names: str) -> str:
    """The names of files may say whom it is about: in a confidential matter they stay in the record."""
    return "" if draft.case.confidential else f": {names}"


def note_unread(draft: Draft, unread: tuple[Unread, ...]) -> None:
    """Answers that do not fit are on the record as they were written; the raiser is asked for them again."""
    for each in unread:
        draft.note("unread", f"“{each.label}” could not be taken over as it was written: {each.text}")


def harm_in_words(draft: Draft, words: tuple[str, ...]) -> None:
    """Nobody said Yes to the question about harm, but the program found words of it: support is told at once."""
    found = ", ".join(f"“{each}”" for each in words)
    draft.note(
        "harm_in_words",
        f"The program found words of immediate harm in the e-mail: {found}. Nobody has said Yes to the question.",
    )
    draft.task(
        "immediate_harm",
        f"The program found words of immediate harm in an e-mail: {found}. Please read it now. If a child may be in "
        "danger, telephone the raiser and the designated lead of their agency.",
    )


def ask_to_confirm(draft: Draft, arrival: Arrival, code: str) -> None:
    """The raiser is asked, in one word or on a page, before anybody else is written to."""
    harm = draft.policy.entry.immediate_harm
    said = draft.case.facts.get("immediate_harm") == "yes"
    write(
        draft,
        "confirm_raised",
        draft.case.raiser,
        "case",
        offers=offers.to_confirm(),
        urgent=True,
        code=code,
        in_words=arrival.via == "words",
        missing=missing_labels(draft) + (_never_asked(draft) if arrival.via == "words" else []),
        harm_advice=harm.advice if said else "",
        harm_cited=cited(harm.source),
    )


def _never_asked(draft: Draft) -> list[str]:
    """Whoever wrote in plain words has not seen the form's questions about confidential matters."""
    return [each.question for each in draft.policy.entry.diversions]


def withdraw(draft: Draft, party: Party, answer: Answer) -> None:
    """The raiser says that it was no escalation. Nobody else was told; only a person ends the case."""
    draft.note(
        WITHDRAWN,
        f"{party.name or party.email} says that it was not meant as an escalation. {answer.text}".strip(),
        Fields({"facts": dict(draft.case.facts) | {WITHDRAWN: "yes"}}),
    )
    timing.stop(draft, draft.case.running("confirmation"), "the raiser has answered")
    for_support(draft, WITHDRAWN, NO_ESCALATION, offers.to_end())
    timing.start_ladder(
        draft,
        "confirmation",
        WITHDRAWN,
        draft.case.raiser.key,
        draft.policy.closing.on_file_chase,
        "Business support to look whether anything follows",
    )


def end(draft: Draft, answer: Answer) -> None:
    """Business support ends a case that was no escalation; whoever raised it is told."""
    draft.set(
        "ended",
        f"Business support ended the case: it was no escalation. Reason: {answer.text}",
        status="closed",
        status_why="it was not meant as an escalation",
        closed_at=draft.now,
    )
    timing.stop(draft, draft.case.running("confirmation"), "the case is ended")
    write(
        draft,
        "echo",
        draft.case.raiser,
        f"e{draft.case.length}",
        recorded="it was not meant as an escalation, and business support has ended the case",
        text="",
        lacking=[],
    )


def tell_of_harm(draft: Draft, leads: list[Party], support: bool) -> None:
    """The urgent letters about immediate harm: to business support where it has none yet, and to these leads."""
    harm, facts = draft.policy.entry.immediate_harm, draft.case.facts
    recipients: list[str | Party] = [*([BUSINESS_SUPPORT] if support else []), *leads]
    for each in recipients:
        write(
            draft,
            "immediate_harm",
            each,
            "case",
            urgent=True,
            raised_by=described(draft, draft.case.raiser),
            phone=facts.get("phone", ""),
            harm_advice=harm.advice,
            harm_cited=cited(harm.source),
            leads=[described(draft, lead) for lead in leads],
            found=list(facts.get("harm_words", ())),
            confirmed=draft.case.confirmed,
        )
