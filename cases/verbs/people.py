"""Who is who on a case: the parties that a stage needs, from the raiser's words and the directory."""

from datetime import date

from cases.case import Case, Part, Party, StageRow
from cases.stages import Acts
from cases.verbs.decision import Draft

SIDES: tuple[Part, ...] = ("raising", "receiving")


def role_of(acts: Acts, part: Part) -> str | None:
    """The role that acts for a side, or decides."""
    return {"raising": acts.raising, "receiving": acts.receiving, "decider": acts.decides}[part]


def parts_of(acts: Acts) -> tuple[Part, ...]:
    """Who answers for how the stage ends: the decider where there is one, else both sides."""
    return ("decider",) if acts.decides else SIDES


def acting(case: Case, acts: Acts, part: Part) -> Party | None:
    """The party that acts for a part in a stage, where somebody is known."""
    role = role_of(acts, part)
    return next((party for party in case.parties if party.role == role and party.part == part), None)


def joined(draft: Draft, role: str, part: Part) -> Party | None:
    """The party in a role, entered on the case from the directory when new; None where nobody is known."""
    known = next((party for party in draft.case.parties if (party.role, party.part) == (role, part)), None)
    if known:
        return known
    holder = draft.policy.roles[role]
    agency = draft.case.agencies.get(part) if holder.of == "agency" else None
    return _from_directory(draft, role, part, agency) if agency or holder.of == "partnership" else None


def join(draft: Draft, party: Party) -> Party:
    draft.note("party", f"{party.name} joined the case as {party.title}{_of(draft, party)}.", party)
    return party


def next_key(case: Case) -> str:
    return f"p{len(case.parties) + 1}"


def distinct(*parties: Party) -> list[Party]:
    """Each party once, in order: one person gets one letter."""
    return list({party.key: party for party in parties}.values())


def row_acts(draft: Draft, row: StageRow) -> Acts:
    return draft.policy.stages[row.stage].acts_at(row.tier)


def today(draft: Draft) -> date:
    """The local day of the partnership."""
    return draft.moment.calendar.local_date(draft.now)


def described(draft: Draft, party: Party) -> dict[str, str]:
    """A party as a letter names it."""
    stands_for = f", for {draft.moment.directory.name_of(party.holder) or party.holder}" if party.holder else ""
    return {
        "name": party.name,
        "title": party.title + stands_for,
        "email": party.email,
        "agency": draft.moment.directory.agency_name(party.agency),
    }


def _from_directory(draft: Draft, role: str, part: Part, agency: str | None) -> Party | None:
    holder = draft.policy.roles[role]
    for each in (role, holder.proxy):
        person = draft.moment.directory.who(each, agency, today(draft)) if each else None
        if person:
            key = next_key(draft.case)
            return join(draft, Party(key, part, role, holder.title, person.name, person.email, agency))
    return None


def _of(draft: Draft, party: Party) -> str:
    agency = draft.moment.directory.agency_name(party.agency)
    return f" ({agency})" if agency else ""


def actors(draft: Draft, row_key: str) -> list[Party]:
    """Those who answer for how the stage ends: the decider where there is one, else both sides."""
    acts = row_acts(draft, draft.case.stage_row(row_key))
    found = (acting(draft.case, acts, part) for part in parts_of(acts))
    return [party for party in found if party]
