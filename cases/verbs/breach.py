"""A wrong child, or letters to the wrong address: a task that says what went where, and a clock of 72 hours."""

from cases.case import Case, Clock, Fields, Party
from cases.submission import Answer
from cases.verbs import closing, timing
from cases.verbs.decision import Decision, Draft, Moment
from cases.verbs.letters import for_support
from cases.verbs.orders import Order, Refused
from cases.working_time import spoken_date

HOURS = 72  # UK GDPR Article 33(1): from becoming aware of it
WARNED_AFTER_HOURS = 48
TO_DO = (
    "If a child may be in danger because of it, act on that first, by telephone.",
    "Tell the partnership's data protection lead now, and the data protection lead of the agency whose record it is.",
    "Ask whoever had a letter in error to delete it, to pass nothing on, and to say so in writing.",
    "Decide with the data protection lead whether the Information Commissioner and the family must be told.",
    "If it was the wrong child, tell everybody on the case, and end the case or put the record right.",
    "If it was the wrong address, put the right person on the case: hand over their place.",
    "Write here what was done, and by whom.",
)


def open_breach(
    case: Case, what: str, gone: tuple[str, ...], barred: tuple[str, ...], order: Order, moment: Moment
) -> Decision:
    """Open the task. `gone`: a line for each letter; `barred`: addresses to which nothing more goes. Raises Refused."""
    addresses = tuple(each.lower() for each in barred)
    if case.raiser.email.lower() in addresses:
        raise Refused("The raiser must be told how their case goes on. Hand over the raiser’s place, or end the case.")
    draft = Draft(case, moment)
    key = f"breach:{case.length + 1}"
    draft.note("breach", f"{what} {order.why}", Fields({"barred": _joined(case.barred, addresses)}), by=order.by)
    limit = timing.hours_on(draft.now, HOURS, moment.calendar.local_date)
    for name, hours in (("warning", WARNED_AFTER_HOURS), ("limit", HOURS)):
        when = timing.hours_on(draft.now, hours, moment.calendar.local_date)
        timing.start(draft, "breach", name, key, when, f"Hours since a breach was found: {hours}")
    local = moment.calendar.local(limit.at)
    by = f"{spoken_date(local.date())} at {local:%H:%M}"
    for_support(draft, key, _task(what, gone, addresses, by, order), urgent=True)
    _wait_no_longer(draft, addresses)
    return draft.decision()


def _wait_no_longer(draft: Draft, barred: tuple[str, ...]) -> None:
    """A closing case does not wait until somebody is told to whom nothing more goes."""
    for party in draft.case.parties:
        if party.email.lower() in barred:
            timing.stop(draft, draft.case.running("told", party.key), "nothing more goes to that address")
    closing.try_to_close(draft)


def look(draft: Draft, clock: Clock) -> None:
    """The task is not done: business support is told, a day before the time is over and when it is."""
    timing.stop(draft, (clock,), "business support is told")
    left = "24 hours are left of the 72" if clock.name == "warning" else "The 72 hours are over"
    for_support(
        draft,
        f"breach:{clock.key}",
        f"{left} that UK GDPR Article 33 gives to tell the Information Commissioner of a breach, and the task about it "
        "is not done. Please speak to the data protection lead now.",
        urgent=True,
    )


def not_taken(draft: Draft, party: Party, answer: Answer, kept: dict[str, str]) -> None:
    """An answer from an address to which nothing more of the case goes: kept, not acted on, and a person looks."""
    words = (
        f"An answer came from the address of {party.name or party.title}, to which nothing more of this case goes. It "
        "is on the record and was not acted on. Its sender has not been told."
    )
    said = f"It said: {answer.does.replace(':', ' ')}. {answer.text}".strip()
    draft.note("came_from_barred", f"{words} {said}", answer=kept)
    for_support(draft, f"barred:{draft.case.length}", f"{words} Please find out who wrote it.")


def done(draft: Draft, key: str) -> None:
    """The task is done: nobody is reminded of it."""
    timing.stop(draft, draft.case.running("breach", key), "the task is done")


def _task(what: str, gone: tuple[str, ...], barred: tuple[str, ...], by: str, order: Order) -> str:
    went = gone or ("No letter had left.",)
    nothing_more = [f"From now on nothing of this case goes to {', '.join(barred)}."] if barred else []
    lines = [
        f"{what} {order.why}",
        *nothing_more,
        f"The 72 hours are over on {by}.",
        "What went where:",
        *(f"- {line}" for line in went),
        "What to do:",
        *(f"{number}. {each}" for number, each in enumerate(TO_DO, start=1)),
    ]
    return "\n".join(lines)


def _joined(before: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*before, *more]))
