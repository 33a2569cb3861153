"""What does not stop a policy from being used, and should be known: it is old, or holds what nothing uses."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cases.policy import Policy
from cases.policy_files import paths
from cases.policy_files.fault import Fault
from cases.policy_files.proof import Proof

NAMED_IN = {
    "roles": ("role", "raising", "receiving", "decides", "through", "proxy", "opened_by", "of"),
    "chases": ("chase", "on_file_chase"),
    "outcomes": ("outcomes",),
}


def warnings(policy: Policy, file: str, lines: Mapping[str, int], today: date) -> list[Fault]:
    """Every warning, in the order of the file; `today` is the partnership's local date."""
    proof = Proof(policy, file, lines)
    _age(proof, today)
    _unused(proof)
    for track in policy.tracks:
        for stage in track.stages:
            if (stage.then or stage.branches) and not paths.goes_on(policy, stage):
                at = f"tracks[{track.key}].stages[{stage.key}]"
                proof.fault(at, "It names a next stage, but none of its outcomes leaves it unresolved.")
    return sorted(set(proof.faults))


def _age(proof: Proof, today: date) -> None:
    document = proof.policy.document
    if document.review_by and document.review_by < today:
        what = f"Its review date has passed: {document.review_by:%-d %B %Y}."
        proof.fault("document.review_by", what, "Ask the partnership whether it still holds.")
    if document.superseded:
        proof.fault("document.superseded", document.superseded)


def _unused(proof: Proof) -> None:
    text = proof.policy.model_dump()
    for kind, fields in NAMED_IN.items():
        used = set(_values(text, fields))
        for key in text[kind]:
            if key not in used:
                proof.fault(f"{kind}.{key}", f"Nothing in the policy uses `{key}`.", "Take it out, or use it.")


def _values(node: Any, fields: tuple[str, ...]) -> Iterator[str]:
    """The texts that stand under any of these fields, one or a list of them."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            texts = value if isinstance(value, tuple) else (value,)
            yield from (text for text in texts if name in fields and isinstance(text, str))
            yield from _values(value, fields)
    elif isinstance(node, tuple):
        for value in node:
            yield from _values(value, fields)
