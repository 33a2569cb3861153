"""Who is there to act: somebody away gives way to their registered delegate and comes back, on the record in words.

Nothing is rerouted in silence (decisions, "Deputy"): only a delegate whom business support has registered acts, only
while the registered absence lasts, and the raiser is told. Whoever is away without one, or has left a role that nobody
holds now, is a named task at once; letters go on to the last address known (guarantees, E70).
"""

from dataclasses import replace

from cases.case import Party
from cases.directory.directory import Person
from cases.verbs.decision import Draft
from cases.verbs.finding import in_role, named_by_raiser, successor
from cases.verbs.letters import for_support, staged, write
from cases.verbs.people import actors, distinct, today
from cases.verbs.telling import write_stage
from cases.working_time import spoken_date


def see_who_is_there(draft: Draft, row_key: str, *, begins: bool = False) -> list[Party]:
    """Look whether those who act in a stage, or note it on the child's file, still hold their role, are away, or are
    back. Gives who acts anew.

    A stage that `begins` writes its letters itself, after this; where one has ended, or is disputed, the caller does.
    """
    newly = []
    for party in _awaited(draft, row_key):
        newcomer = successor(draft, party)
        if newcomer:
            words = f"{newcomer.name} acts in place of {party.name} as {party.title}."
            draft.note("replaced", words, newcomer)
        there = _handed(draft, row_key, newcomer or party, begins)
        if newcomer or there != party:
            newly.append(there)
            if not begins and draft.case.running("timescale", row_key):
                write_stage(draft, draft.case.stage_row(row_key), there)
    return newly


def _awaited(draft: Draft, row_key: str) -> list[Party]:
    """Those from whom something is awaited."""
    to_file = (draft.case.party(clock.about) for clock in draft.case.running("on_file"))
    return distinct(*actors(draft, row_key), *to_file)


def _handed(draft: Draft, row_key: str, party: Party, begins: bool) -> Party:
    """The party as it is to act today: the holder, or the delegate for them."""
    holder = in_role(draft, party, party.holder or party.email)
    if not holder:
        _tell_left(draft, row_key, party)
        return party
    away = draft.moment.directory.away(holder.email, today(draft))
    delegate = _delegate(draft, party, holder)
    acts = replace(party, name=holder.name, email=holder.email, holder="")
    if delegate:
        acts = replace(party, name=delegate.name, email=delegate.email, holder=holder.email)
    if acts.email.lower() == party.email.lower():
        acts = party
    else:
        words = _of_delegate(draft, acts, holder) if delegate else _of_return(party, holder)
        draft.note("handed_to_delegate" if delegate else "handed_back", words, acts)
        if not begins:
            _tell_others(draft, row_key, party, acts, words)
    if away and not delegate:
        _tell_away(draft, row_key, acts, holder)
    return acts


def _delegate(draft: Draft, party: Party, holder: Person) -> Person | None:
    """Who is registered to act. Never for the raiser, for whom business support chose, or on a confidential case."""
    found = draft.moment.directory.stand_in(holder.email, today(draft))
    fixed = party.key == draft.case.raiser.key or party.by_hand or draft.case.confidential
    return None if not found or fixed or found.email.lower() in draft.case.barred else found


def _of_delegate(draft: Draft, acts: Party, holder: Person) -> str:
    return (
        f"{holder.name} ({acts.title}) is away until {_last_day(draft, holder)}. {acts.name}, the delegate whom "
        "business support has registered, acts for them until then."
    )


def _of_return(party: Party, holder: Person) -> str:
    return f"{party.name} acts for {holder.name} no longer. {holder.name} acts again as {party.title}."


def _tell_others(draft: Draft, row_key: str, before: Party, acts: Party, words: str) -> None:
    """The other side and the raiser hear who acts now; so does a delegate who does so no longer."""
    about, stage = f"e{draft.case.length}", staged(draft, draft.case.stage_row(row_key))
    others = [each for each in distinct(*actors(draft, row_key), draft.case.raiser) if each.key != acts.key]
    for party in (*others, *([before] if before.holder else [])):
        write(draft, "news", party, about, words=words, stage=stage)


def _tell_away(draft: Draft, row_key: str, party: Party, holder: Person) -> None:
    """Nobody acts for somebody who is away: a person at business support must see to it. The clock goes on."""
    mark = f"{party.key}:away:{_last_day(draft, holder)}"
    row = draft.case.stage_row(row_key)
    if mark in row.absent:
        return
    who = f"The {party.title}" if draft.case.confidential else f"{party.name} ({party.title})"
    away = f"{who} is away until {_last_day(draft, holder)}, as the directory has it."
    draft.note("away", f"{away} The date for an answer stands.", replace(row, absent=(*row.absent, mark)))
    why = _why_nobody(draft, party, holder)
    words = [f"{away} {why} The date for an answer stands.", _others_in_role(draft, party)]
    for_support(draft, f"away:{party.key}:{draft.case.length}", " ".join(filter(None, words)))


def _why_nobody(draft: Draft, party: Party, holder: Person) -> str:
    if draft.case.confidential:
        return "The case is confidential, so nobody else has been written to. Please decide by telephone who acts."
    if party.key == draft.case.raiser.key:
        return "They raised the case, so nobody acts for them by themselves. Please telephone their manager."
    if holder.delegate:
        return "Their delegate cannot act now. Please hand the case over, or register another delegate."
    return "No delegate is registered. Please register one in the directory, or hand the case over."


def _others_in_role(draft: Draft, party: Party) -> str:
    """Who else holds the role, as the directory has it; of a confidential case nobody is named."""
    holders = () if draft.case.confidential else draft.moment.directory.holders(party.role, party.agency)
    others = [f"{each.name} ({each.email})" for each in holders if each.email.lower() != party.email.lower()]
    return f"The directory also has in this role: {', '.join(others)}." if others else ""


def _tell_left(draft: Draft, row_key: str, party: Party) -> None:
    """A party is in the directory no longer, and nobody else holds the role: the last address known is used (E70)."""
    email = (party.holder or party.email).lower()
    named, directory = named_by_raiser(draft, email), draft.moment.directory
    if party.by_hand or party.key == draft.case.raiser.key or (named and not directory.has_left(email)):
        return  # whoever never stood in the directory cannot have left it
    mark = f"{party.key}:left:{email}"
    row = draft.case.stage_row(row_key)
    if mark in row.absent:
        return
    agency = directory.agency_name(party.agency)
    role = f"{party.title} of {agency}" if agency else party.title
    who = "The person whom this case has" if draft.case.confidential else f"{party.name} ({party.email})"
    gone = f"{who} is no longer in the directory"
    last = "Letters go on to the last address known."
    words = (
        f"{gone}. The person who raised the case named them as {role}. {last} Please find out who acts in their place, "
        "and hand the case over to that person."
        if named
        else f"{gone} as {role}, and nobody else is. {last} Please find out who holds the role and enter them in the "
        "directory."
    )
    draft.note("left", words, replace(row, absent=(*row.absent, mark)))
    for_support(draft, f"left:{party.key}:{draft.case.length}", words)


def _last_day(draft: Draft, holder: Person) -> str:
    away = draft.moment.directory.away(holder.email, today(draft))
    assert away is not None
    return spoken_date(away.last)
