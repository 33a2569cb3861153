"""What has been said about how a stage ended, read as one: nobody yet, one side, both, or the two at odds."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from cases.case import Party, Said, StageRow
from cases.policy import Policy

Reading = Literal[
    "nothing",
    "resolved by both",
    "resolved by one",
    "at odds",
    "unresolved",
    "unresolved by the other side",
    "ends",
    "goes to",
]


def said(row: StageRow, party: Party, outcome: str, text: str, at: datetime) -> StageRow:
    """The stage row with what this party says; a later answer of the same side replaces its earlier one."""
    others = tuple(each for each in row.said if each.part != party.part)
    return replace(row, said=(*others, Said(party.part, outcome, text, at, party.key)))


def read(policy: Policy, row: StageRow) -> Reading:
    """How the answers of a stage stand together. A decider's answer stands alone, and business support overrides."""
    effects = {each.part: policy.outcomes[each.outcome].effect for each in row.said}
    decided = effects.get("partnership") or effects.get("decider")
    settled = "resolves" in effects.values()
    if "ends" in effects.values():
        return "ends"
    if "goes_to" in effects.values():
        return "goes to"
    if decided:
        return "resolved by one" if decided == "resolves" else "unresolved"
    if settled and len(effects) == 2:
        return "resolved by both" if set(effects.values()) == {"resolves"} else "at odds"
    if settled:
        return "resolved by one"
    return "unresolved" if "raising" in effects else "unresolved by the other side" if effects else "nothing"
