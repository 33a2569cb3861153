"""How a case stands, in plain words: for the pages that show it. Pure."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cases.case import Case, Clock, Party, StageRow
from cases.directory.directory import Directory
from cases.policy import Policy
from cases.store.outbox import Stored
from cases.submission import Answer, Evidence
from cases.verbs import offers
from cases.verbs.decision import Offer, with_words
from cases.verbs.people import acting, parts_of

STATUS_WORDS: Mapping[str, str] = {
    "open": "Open",
    "paused": "Paused",
    "disputed": "The outcome is disputed",
    "closing": "Closing",
    "closed": "Closed",
}
_STEPS: Mapping[str, str] = {
    "remind": "we remind those who have not answered",
    "chase": "we write again to those who have not answered",
    "propose_move": "we propose the next stage to the side that raised it",
    "tell_business_support": "we ask business support to telephone",
    "move": "the case moves to the next stage",
}


@dataclass(frozen=True, slots=True)
class View:
    """A case with everything that its pages say about it."""

    case: Case
    policy: Policy
    directory: Directory
    letters: tuple[Stored, ...]

    @property
    def partnership(self) -> str:
        return self.policy.partnership.name


def stage_name(policy: Policy, row: StageRow) -> str:
    """A stage as people name it, with its tier of management."""
    stage = policy.stages[row.stage]
    tier = f", tier {row.tier + 1} of management" if row.tier else ""
    return f"{stage.label}{tier}: {stage.title}"


def where_it_is(view: View) -> str:
    """The stage that the case is in; before the first one, why not."""
    row = view.case.row
    if row:
        return stage_name(view.policy, row)
    if not view.case.confirmed:
        return "Waiting for the person who raised it to confirm their e-mail address"
    return "Not in a stage yet"


def running(view: View, purpose: str = "timescale") -> list[Clock]:
    """The running clocks of a purpose, the one that comes due first at the head."""
    return sorted(view.case.running(purpose), key=lambda clock: clock.due_at)


def next_steps(view: View, clock: Clock) -> str:
    """What happens at the clock's next look if nobody answers before it."""
    if not clock.ladder:
        return "business support looks at it"
    steps = view.policy.chases[clock.ladder].steps
    return _listed([_STEPS[does] for does in steps[min(clock.step, len(steps) - 1)].does])


def clock_state(clock: Clock, now: datetime) -> tuple[str, str]:
    """A clock's state, and the same for people."""
    if clock.state == "stopped":
        return "stopped", "Stopped"
    if clock.state == "paused":
        return "paused", "Paused: the date moves by as long as the pause lasts"
    return ("overdue", "Overdue") if clock.due_at <= now else ("running", "Running")


def may_see_all(view: View, party: Party) -> bool:
    """A confidential case is for the raiser and the named person alone (chscp 1.7)."""
    return not view.case.confidential or party == view.case.raiser or decides(view, party)


def may_read_record(view: View, party: Party) -> bool:
    """The record of a case that was ever diverted stays with those two, even when the case goes on (chscp 1.7)."""
    return not view.case.facts.get("diversions") or party == view.case.raiser or decides(view, party)


def decides(view: View, party: Party) -> bool:
    """Whether somebody is the named person of the case's diversion."""
    chosen = view.case.facts.get("diversions", ())
    return party.role in {each.decides for each in view.policy.entry.diversions if each.key in chosen}


def written_to(view: View) -> list[tuple[Party, str]]:
    """Each party besides the raiser who has a letter, with how far the newest one has come."""
    states = {letter.to: letter.state for letter in view.letters}
    others = [party for party in view.case.parties[1:] if party.key in states]
    return [(party, letter_word(states[party.key])) for party in others]


def unknown(view: View) -> list[str]:
    """The roles of the stage that nobody is known to hold."""
    row = view.case.row
    gaps = row.missing if row and row.running else ()
    return [view.policy.roles[gap.split(":")[0]].title for gap in gaps]


def letter_word(state: str) -> str:
    """What became of a letter, for people."""
    return {
        "planned": "about to be sent",
        "held": "held back until business support lets it go",
        "handing over": "about to be sent",
        "uncertain": "sent, not confirmed by the mail server",
        "accepted": "sent",
        "refused": "not accepted by the mail server",
        "bounced": "came back undelivered",
        "withheld": "not sent, since the case had moved on",
    }[state]


def offers_to(view: View, who: str) -> list[Offer]:
    """Every answer that was offered to somebody and is still open, each once, the newest letters first."""
    found = [offer for letter in reversed(view.letters) if letter.to == who for offer in letter.offers]
    return open_offers(view.case, who, found)


def offers_at_desk(view: View, who: str) -> list[Offer]:
    """What business support may take down for somebody: what was offered, and whatever the stage asks of them, also
    where no letter has gone to them."""
    row = view.case.row
    acting_now = row and row.running and who in {party.key for party in _acting(view, row)}
    asked = offers.for_stage(view.policy, row, view.case.party(who)) if row and acting_now else []
    return open_offers(view.case, who, [*offers_to(view, who), *asked])


def open_offers(case: Case, who: str, offers: Iterable[Offer]) -> list[Offer]:
    """Those of the offers that can still be answered, each once."""
    return list({key_of(each): each for each in offers if still_open(case, who, each)}.values())


def still_open(case: Case, who: str, offer: Offer) -> bool:
    """Whether an offered answer still does something: its stage runs, its question is not settled yet."""
    does = offer.does.partition(":")[0]
    return (case.status != "closed" or does == "on_file") and _OPEN[does](case, who, offer)


def key_of(offer: Offer) -> str:
    """What tells an offer from the others that somebody was made. The same answer with other words is another."""
    words = f"~{hashlib.sha256(offer.words.encode()).hexdigest()[:16]}" if offer.words else ""
    return f"{offer.does}@{offer.about}{words}"


def chosen(key: str, offers: Iterable[Offer]) -> Offer:
    """The offer with this key; it must be there."""
    return next(offer for offer in offers if key_of(offer) == key)


def title_of(key: str, offers: Iterable[Offer]) -> str:
    """The words of the offer with this key; empty where there is none."""
    return next((offer.title for offer in offers if key_of(offer) == key), "")


def answer_of(offer: Offer, values: Mapping[str, object], evidence: Evidence) -> Answer:
    """An answer as it goes to the case, from a form's values, after the words that were offered with it.

    A date goes along only where the offer needs one.
    """
    text, day = values.get("text"), values.get("day")
    dated = day if isinstance(day, date) and "date" in offer.needs else None
    words = with_words(offer, text if isinstance(text, str) else "")
    return Answer(offer.does, offer.about, words, dated, evidence)


def _acting(view: View, row: StageRow) -> list[Party]:
    acts = view.policy.stages[row.stage].acts_at(row.tier)
    found = (acting(view.case, acts, part) for part in parts_of(acts))
    return [party for party in found if party]


def _in_stage(case: Case, who: str, offer: Offer) -> bool:
    """Also while it is paused: what is answered then is recorded, and takes effect afterwards."""
    begun = case.status == "open" or case.paused_at is not None
    return begun and case.stage_row(offer.about).running


def _way(case: Case, who: str, offer: Offer) -> bool:
    row = case.stage_row(offer.about)
    return case.status == "open" and row.running and row.way is None


def _moving(case: Case, who: str, offer: Offer) -> bool:
    """A case that waits between two stages may still go on; one that has gone on already may not."""
    newest = case.stages[-1].key if case.stages else "case"
    first = offer.about == "case" and len(case.stages) <= 1
    return case.status == "open" and (first or offer.about == newest)


def _given(case: Case, who: str, offer: Offer) -> bool:
    asked = case.asked_thing(offer.about)
    return asked.answer is None and case.stage_row(asked.row).running


def _objecting(case: Case, who: str, offer: Offer) -> bool:
    row = case.stage_row(offer.about)
    said = bool(row.said) if row.running else case.status == "closing"
    return case.status in ("open", "closing") and row is case.row and said


_OPEN: Mapping[str, Callable[[Case, str, Offer], bool]] = {
    **dict.fromkeys(("outcome", "meeting", "by", "hand_over", "question"), _in_stage),
    **dict.fromkeys(("move", "stay", "go_on"), _moving),
    "way": _way,
    "give": _given,
    "object": _objecting,
    "agree": _objecting,
    "divert": lambda case, who, offer: case.status == "paused" and not case.stages,
    "admit": lambda case, who, offer: case.status == "paused" and bool(case.running("confirmation")),
    "on_file": lambda case, who, offer: case.status in ("closing", "closed") and who not in case.filed,
    "confirm": lambda case, who, offer: not case.confirmed,
    "withdraw": lambda case, who, offer: not case.confirmed and "withdrawn" not in case.facts,
    "end": lambda case, who, offer: not case.confirmed and "withdrawn" in case.facts,
    "told": lambda case, who, offer: bool(case.running("told", offer.does.partition(":")[2])),
    "settle": lambda case, who, offer: case.status == "disputed",
}


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
