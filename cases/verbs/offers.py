"""The answers that a letter offers: each a word for the first line of a reply, and a button on its page."""

from cases.case import Asked, Party, StageRow
from cases.policy import Policy
from cases.stages import Expectation, Outcome, Stage
from cases.verbs.decision import Draft, Offer

ALWAYS = (
    ("meeting", "MEETING", "We will meet or talk on this date", ("date",)),
    ("by", "BY", "I will answer by this date", ("date",)),
    ("hand_over", "NOT ME", "I am not the right person: it should go to", ("text",)),
    ("question", "QUESTION", "I have a question", ("text",)),
)


def for_stage(policy: Policy, row: StageRow, party: Party) -> list[Offer]:
    """What a party who acts in a stage may answer."""
    stage = policy.stages[row.stage]
    ways = [Offer(f"way:{way.key}", way.word, way.title, row.key) for way in stage.ways]
    offered_ways = ways if party.part == "decider" and not row.way else []
    return (
        offered_ways
        + outcomes(policy, row, party)
        + [Offer(does, word, title, row.key, needs) for does, word, title, needs in ALWAYS]
    )


def outcomes(policy: Policy, row: StageRow, party: Party) -> list[Offer]:
    """How the party may say that the stage ended."""
    stage = policy.stages[row.stage]
    known = [(key, policy.outcomes[key]) for key in stage.outcomes]
    return [
        Offer(f"outcome:{key}", outcome.word, outcome.title, row.key, ("remark",), effect=outcome.effect)
        for key, outcome in known
        if _open_to(outcome, stage, row, party)
    ]


def to_say_yes(outcome: Outcome, does: str, about: str, words: str) -> Offer:
    """The outcome that a party's own words were read as: YES records it, with those words."""
    return Offer(does, "YES", f"Yes, record it as: {outcome.title}", about, effect=outcome.effect, words=words)


def to_move(draft: Draft, row: StageRow, target: Stage) -> list[Offer]:
    """A proposal to move on, for the raising side to take with one press."""
    branches = {branch.to for branch in draft.policy.stages[row.stage].branches} - {target.key}
    moves = [Offer("move", "MOVE ON", f"Take it to {target.label}: {target.title}", row.key)]
    moves += [_move_to(draft.policy.stages[key], row.key) for key in sorted(branches)]
    return [*moves, Offer("stay", "NOT YET", "Leave it at this stage for now", row.key)]


def to_go_on(draft: Draft, target: Stage, expectation: Expectation, about: str) -> list[Offer]:
    """What the raising side may do when something that should come first is not on record."""
    first = draft.policy.stages[expectation.stage]
    entered = any(row.stage == first.key for row in draft.case.stages)
    go_on = Offer(
        f"go_on:{target.key}", "GO ON", f"Go on to {target.label} all the same, for this reason", about, ("text",)
    )
    return [go_on] if entered or not draft.case.row else [_move_to(first, about), go_on]


def to_object(row_key: str) -> list[Offer]:
    return [
        Offer("object", "OBJECT", "I do not agree that it is settled, because", row_key, ("remark",)),
        Offer("agree", "AGREE", "I agree", row_key),
    ]


def to_settle(row_key: str) -> list[Offer]:
    return [
        Offer("settle:resolved", "SETTLED RESOLVED", "It is resolved, for this reason", row_key, ("text",)),
        Offer(
            "settle:not_resolved",
            "SETTLED NOT RESOLVED",
            "It is not resolved and goes on, for this reason",
            row_key,
            ("text",),
        ),
    ]


def to_admit() -> list[Offer]:
    return [Offer("admit", "ADMIT", "This person works for one of our agencies: go on", "case")]


def words_of(policy: Policy) -> frozenset[str]:
    """Every word that a letter may offer as an answer, in capitals: a mail that begins with one is a lost answer."""
    told = [*to_object(""), *to_settle(""), *to_admit(), *to_confirm(), *to_end(), *to_divert(), on_file()]
    stages = policy.stages.values()
    named = [outcome.word for outcome in policy.outcomes.values()] + [stage.word for stage in stages]
    ways = [way.word for stage in stages for way in stage.ways]
    fixed = [word for _, word, _, _ in ALWAYS] + [offer.word for offer in told]
    return frozenset(word.upper() for word in (*named, *ways, *fixed, "MOVE ON", "NOT YET", "HERE IT IS", "TOLD"))


def to_confirm() -> list[Offer]:
    """For the raiser of what came by mail or from another system: is it theirs, and meant as an escalation?"""
    return [
        Offer("confirm", "CONFIRM", "Yes, this is from me, and it is an escalation: go on", "case"),
        Offer("withdraw", "NOT AN ESCALATION", "I did not mean it as an escalation", "case", ("remark",)),
    ]


def to_end() -> list[Offer]:
    """For business support, when the raiser says that it was no escalation."""
    return [
        Offer("confirm", "GO ON", "It is an escalation after all: go on", "case"),
        Offer("end", "END", "It is no escalation: end this case, for this reason", "case", ("text",)),
    ]


def to_divert() -> list[Offer]:
    return [
        Offer("divert:pause", "KEEP PAUSED", "Keep this escalation paused", "case"),
        Offer("divert:go_on", "GO ON", "Go on with this escalation", "case"),
        Offer("divert:split", "SPLIT", "Go on with this part only, in these words", "case", ("text",)),
    ]


def told(party: Party) -> Offer:
    """For business support, when a letter did not reach somebody who must know how it ended."""
    return Offer(f"told:{party.key}", "TOLD", f"I have told {party.name}, by telephone or in person", "case")


def give(asked: Asked) -> Offer:
    return Offer(
        f"give:{asked.request}", "HERE IT IS", f"This is what you asked for: {asked.title}", asked.key, ("text",)
    )


def on_file() -> Offer:
    return Offer("on_file", "ON FILE", "It is on the child's file", "case")


def _move_to(stage: Stage, about: str) -> Offer:
    return Offer(f"move:{stage.key}", stage.word, f"Take it to {stage.label}: {stage.title}", about)


def _open_to(outcome: Outcome, stage: Stage, row: StageRow, party: Party) -> bool:
    """Leaving the tiers is the raising side's to say, and only while there is a further tier."""
    return outcome.effect != "leaves_tiers" or (party.part == "raising" and row.tier < len(stage.tiers))
