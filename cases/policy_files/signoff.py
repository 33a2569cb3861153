"""What a partnership confirms before its policy goes live, and the report of a check in words and as data."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel

from cases.policy import Policy
from cases.policy_files.check import check
from cases.policy_files.fault import Fault
from cases.policy_files.reading import LoadedPolicy
from cases.policy_files.warnings import warnings
from cases.stages import Branch, Limit, Tell, Timescale

BASES = {"R": "Our readings of the policy", "C": "Choices of the partnership in this service"}
SAYS = ("says", "advice", "asks", "question", "label", "title")
SAID_BY_SETTING = {
    "objection_source": "The raiser may object for {closing.objection_working_days} working days after being told.",
    "on_file_source": "{closing.on_file}",
}


@dataclass(frozen=True, slots=True)
class Matter:
    """One rule that the policy itself does not say: our reading (R) or the partnership's choice (C)."""

    path: str
    basis: Literal["R", "C"]
    clause: str
    says: str

    def __str__(self) -> str:
        clause = f"as we read {self.clause}" if self.basis == "R" else self.clause
        return f"{clause}: {self.says} [{self.path}]"


def signoff(policy: Policy) -> tuple[Matter, ...]:
    """Every reading and every choice, in the order of the policy."""
    return tuple(
        Matter(path, source.basis, source.clause, _says(policy, path))
        for path, source in policy.sources()
        if source.basis != "S"
    )


def report(loaded: LoadedPolicy, today: date) -> str:
    """One policy's check as plain text: its stages, faults, warnings, and what is to be signed off."""
    return "\n".join(_lines(loaded, today)) + "\n"


def report_data(loaded: LoadedPolicy, today: date) -> dict[str, Any]:
    """The same as data that JSON can hold."""
    policy = loaded.policy
    return {
        "policy": policy.partnership.key,
        "file": loaded.file,
        "sha256": loaded.sha256,
        "version": policy.document.version,
        "stages": [{"track": track.key, "stage": stage.key} for track in policy.tracks for stage in track.stages],
        "faults": [asdict(fault) for fault in check(policy, loaded.file, loaded.lines)],
        "warnings": [asdict(fault) for fault in warnings(policy, loaded.file, loaded.lines, today)],
        "signoff": [asdict(matter) for matter in signoff(policy)],
    }


def _lines(loaded: LoadedPolicy, today: date) -> Iterator[str]:
    policy = loaded.policy
    faults = check(policy, loaded.file, loaded.lines)
    yield f"{policy.partnership.name} ({policy.partnership.key})"
    yield f"  {policy.document.title}, {policy.document.dated}; {loaded.file}, SHA-256 {loaded.sha256[:12]}"
    yield f"  {'NOT SOUND' if faults else 'Sound'}: {len(policy.stages)} stages, {len(list(policy.sources()))} rules"
    for track in policy.tracks:
        yield f"  {track.title}: {', '.join(stage.label for stage in track.stages)}"
    yield from _block("Faults", faults)
    yield from _block("Warnings", warnings(policy, loaded.file, loaded.lines, today))
    matters = signoff(policy)
    for basis, title in BASES.items():
        yield from _block(title, [str(each) for each in matters if each.basis == basis])


def _block(title: str, entries: Sequence[Fault | str]) -> Iterator[str]:
    if entries:
        yield f"  {title}: {len(entries)}"
        yield from (f"    {entry}" for entry in entries)


def _says(policy: Policy, path: str) -> str:
    steps = re.findall(r"[^.\[\]]+", path)
    owner: Any = policy
    for step in steps[:-1]:
        owner = _below(owner, step)
    if steps[-1] in SAID_BY_SETTING:
        return SAID_BY_SETTING[steps[-1]].format(closing=owner)
    return _described(policy, owner)


def _below(node: Any, step: str) -> Any:
    if isinstance(node, BaseModel):
        return getattr(node, step)
    if isinstance(node, Mapping):
        return node[step]
    return next(each for index, each in enumerate(node) if getattr(each, "key", str(index)) == step)


def _described(policy: Policy, owner: BaseModel) -> str:
    match owner:
        case Tell():
            what = f" of {owner.encloses}" if owner.encloses else ""
            return f"The {policy.roles[owner.role].title} is told{what}{_side(owner)}{_when(owner.when)}."
        case Branch():
            return f"“{policy.stages[owner.to].title}” is proposed{_when(owner.when)}."
        case Timescale():
            return f"{owner.deliverable[0].upper()}{owner.deliverable[1:]}: {_limit(policy, owner.limit, owner.chase)}."
    return str(next(getattr(owner, name) for name in SAYS if hasattr(owner, name)))


def _side(tell: Tell) -> str:
    return f" on the {tell.side} side" if tell.side else ""


def _when(when: Mapping[str, Sequence[str]]) -> str:
    said = " and ".join(f"{question} is {' or '.join(answers)}" for question, answers in when.items())
    return f", when {said}".replace("_", " ") if said else ""


def _limit(policy: Policy, limit: Limit, chase: str) -> str:
    unnumbered = limit.none or limit.without_delay
    if unnumbered:
        return f"{unnumbered.rstrip('.')}; chased after {policy.chases[chase].interval} working days"
    given = limit.model_dump(exclude_none=True)
    return limit.said_as or ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in given.items())
