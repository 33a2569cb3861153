"""Finding who acts: the raiser's words first, then the directory; whoever nobody knows is a named task at once."""

from dataclasses import replace

from cases.case import Part, Party, StageRow
from cases.directory.directory import Person
from cases.verbs.decision import Draft
from cases.verbs.letters import for_support
from cases.verbs.people import SIDES, join, joined, next_key, row_acts, today


def found(draft: Draft, row: StageRow, role: str, part: Part) -> Party | None:
    acts = row_acts(draft, row)
    named = _named_by_raiser(draft, row, part) if (role, part) == (acts.receiving, "receiving") else None
    return named or joined(draft, role, part)


def _named_by_raiser(draft: Draft, row: StageRow, part: Part) -> Party | None:
    """Where the raiser acts at the first stage, the other side is whom the raiser named, if letters may go there."""
    facts, track = draft.case.facts, next(track for track in draft.policy.tracks if track.key == row.track)
    first = track.stages[0]
    if first.acts.raising not in track.opened_by:
        return None
    email = str(facts.get("other_email", ""))
    if part != "receiving" or row.stage != first.key or not email or not draft.moment.directory.may_write_to(email):
        return None
    role = first.acts.receiving
    known = next((party for party in draft.case.parties if (party.role, party.part) == (role, part)), None)
    return known or join(
        draft,
        Party(
            next_key(draft.case),
            part,
            role,
            draft.policy.roles[role].title,
            str(facts.get("other_name", email)),
            email,
            draft.case.agencies.get(part),
        ),
    )


def report_missing(draft: Draft, row_key: str, role: str, part: Part) -> None:
    row = draft.case.stage_row(row_key)
    if f"{role}:{part}" in row.missing:
        return
    title = draft.policy.roles[role].title
    agency = draft.moment.directory.agency_name(draft.case.agencies.get(part)) or "the agency, which is not known yet"
    where = f" of {agency}" if part in SIDES else ""
    words = f"Nobody is known as {title}{where}. Please find out who it is and enter them in the directory."
    draft.note("missing", words, replace(row, missing=(*row.missing, f"{role}:{part}")))
    for_support(draft, f"missing:{row_key}:{role}:{part}", words)


def part_of(gap: str) -> Part:
    parts: dict[str, Part] = {"raising": "raising", "receiving": "receiving", "decider": "decider"}
    return parts.get(gap.split(":")[1], "partnership")


def successor(draft: Draft, party: Party) -> Party | None:
    """Who holds a party's role now, where that party has left it; the raiser, whom they named, and whom business
    support chose by hand stay, and so does everybody while nobody else holds the role. For somebody whom the raiser
    named, a person chooses: others in the same role may have nothing to do with the child."""
    email = (party.holder or party.email).lower()
    if party.by_hand or named_by_raiser(draft, email):
        return None
    for role in _roles_of(draft, party):
        holders = draft.moment.directory.holders(role, party.agency)
        if any(each.email.lower() == email for each in holders):
            return None
        there = draft.moment.directory.who(role, party.agency, today(draft))
        if there and there.email.lower() not in draft.case.barred:
            return replace(party, name=there.name, email=there.email, holder="")
    return None


def in_role(draft: Draft, party: Party, email: str) -> Person | None:
    """Somebody of the directory who holds a party's role, or the one that stands for it; by address."""
    low = email.lower()
    holders = (each for role in _roles_of(draft, party) for each in draft.moment.directory.holders(role, party.agency))
    named = draft.moment.directory.person(email) if party.by_hand or named_by_raiser(draft, low) else None
    return next((each for each in holders if each.email.lower() == low), named)


def named_by_raiser(draft: Draft, email: str) -> bool:
    """Whether it is the raiser's own address, or the one that the raiser gave for the other side."""
    return email in (str(draft.case.facts.get("other_email", "")).lower(), draft.case.raiser.email.lower())


def _roles_of(draft: Draft, party: Party) -> list[str]:
    """The role, and the one that stands for it where nobody holds it."""
    role = draft.policy.roles.get(party.role)
    return [party.role, *([role.proxy] if role and role.proxy else [])]
