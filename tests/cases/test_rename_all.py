"""No partnership in code: rename everything in a policy, and the journey is the same but for the names."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.policy import Policy
from cases.policy_files.reading import read_policies, read_policy
from cases.policy_files.yaml import read_yaml
from cases.rehearsals.rehearsal import Course, rehearse
from cases.rehearsals.scenario import Plot, Scenario, World, read_scenario

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests/policies/scenarios/chscp"
POLICY = ROOT / "policies/chscp.yaml"
JOURNEYS = [
    "4_the_whole_ladder",
    "1_7_lado_split",
    "2_15_resolution_panel",
    "silence_through_every_stage",
    "3_1_on_file_and_shared",
    "disputed_and_settled_as_resolved",
    "2_11_not_engaged_and_gone_on",
    "2_6_told_when_the_fact_comes",
]

# Places where the format has words of its own, whatever the partnership.
OF_THE_FORMAT = (
    "kind", "basis", "effect", "side", "at", "within_one_agency", "does", "on", "calendar", "agreed_by", "stated_by",
    "met_by",
    "clause", "time_zone", "review_by", "reference_prefix", "inbox", "reply_domain", "version",
)  # fmt: skip
SIDES = {"raising", "receiving", "decider", "agency", "partnership", "received", "stage_start"}  # in `of` and `starts`
KEYED = ("roles", "chases", "outcomes", "when", "limits")  # mappings whose keys the partnership chose


def chosen(place: str, name: str) -> bool:
    return place not in OF_THE_FORMAT and not (place in ("of", "starts") and name in SIDES)


def names_of(data: Any, at: str = "") -> Iterator[tuple[str, str]]:
    """Every name that the partnership chose, with the place it stands in."""
    if isinstance(data, dict):
        for key, value in data.items():
            if at in KEYED:
                yield "key", key
            yield from names_of(value, key)
    elif isinstance(data, list):
        for value in data:
            yield from names_of(value, at)
    elif isinstance(data, str) and chosen(at, data):
        yield at, data


def other_name(place: str, name: str, number: int) -> str:
    if place == "word":
        return f"ANSWER {number}"
    return f"name_{number}" if re.fullmatch(r"[a-z][a-z0-9_]*", name) else f"Wording {number}"


def mapping_of(data: Any) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for place, name in names_of(data):
        mapping.setdefault(name, other_name(place, name, len(mapping) + 100))
    return mapping


def renamed(data: Any, mapping: dict[str, str], at: str = "") -> Any:
    if isinstance(data, dict):
        own = at in KEYED
        return {mapping[key] if own else key: renamed(value, mapping, key) for key, value in data.items()}
    if isinstance(data, list):
        return [renamed(value, mapping, at) for value in data]
    return mapping.get(data, data) if isinstance(data, str) and chosen(at, data) else data


def both(path: Path) -> tuple[Course, Course, dict[str, str]]:
    """The journey as it is, and under the renamed policy."""
    data = read_yaml(POLICY.read_text(), str(POLICY)).data
    mapping = mapping_of(data)
    other = Policy.model_validate_json(json.dumps(renamed(data, mapping)))
    scenario = read_scenario(path)
    return rehearse(read_policy(POLICY), scenario), rehearse(other, renamed_scenario(scenario, mapping)), mapping


def renamed_scenario(scenario: Scenario, mapping: dict[str, str]) -> Scenario:
    """The same scenario in the other policy's words: roles, words, questions and their answers."""
    world, plot = scenario.world.model_dump(mode="json"), scenario.plot.model_dump(mode="json", exclude_unset=True)
    for each in world["people"] + [event["joins"] for event in plot.get("events", ()) if "joins" in event]:
        each["role"] = mapping[each["role"]]
    for form in (world["form"], plot.get("form", {})):
        form["answers"] = facts(form.get("answers", {}), mapping)
        form["diversions"] = [mapping[each] for each in form.get("diversions", ())]
        form["starts_at"] = mapping.get(form.get("starts_at", ""), "")
    for event in plot.get("events", ()):
        event["says"] = mapping.get(event.get("says", ""), event.get("says", ""))
        event["supplies"] = facts(event.get("supplies", {}), mapping)
    return Scenario(Plot.model_validate(plot), World.model_validate(world))


def facts(answers: dict[str, Any], mapping: dict[str, str]) -> dict[str, Any]:
    def of(value: Any) -> Any:
        return [mapping.get(each, each) for each in value] if isinstance(value, list) else value

    return {mapping.get(key, key): of(value) for key, value in answers.items()}


def skeleton(course: Course, name: Callable[[str], str]) -> list[Any]:
    """What happened, without a word of prose: who got which letter with which answers, entries, clocks, state."""
    letters = [
        (at, each.purpose, each.name, each.rung, tuple(name(offer.word) for offer in each.offers))
        for at, each in course.letters
    ]
    entries = [(at, each.kind, each.source and (each.source.clause, each.source.basis)) for at, each in course.entries]
    clocks = [(at, each.purpose, each.due_at, each.look_at, each.kind) for at, each in course.clocks]
    stages = [
        (name(row.stage), row.tier, row.outcome and name(row.outcome), row.ended_at) for row in course.case.stages
    ]
    return [*letters, *entries, *clocks, *stages, course.case.status, course.case.outcome and name(course.case.outcome)]


@pytest.mark.parametrize("journey", JOURNEYS)
def test_the_course_is_the_same_but_for_the_names(journey: str) -> None:
    old, new, mapping = both(FOLDER / f"{journey}.yaml")
    assert skeleton(old, lambda name: mapping.get(name, name)) == skeleton(new, lambda name: name)
    assert len(old.letters) > 10


def test_no_name_of_the_partnership_is_left_in_what_is_written() -> None:
    old, new, mapping = both(FOLDER / "4_the_whole_ladder.yaml")
    titles = [name for name in mapping if len(name) > 12 and " " in name]
    assert len(titles) > 50
    for written, there in ((old, True), (new, False)):
        text = written.text() + "".join(json.dumps(letter.values, default=str) for _, letter in written.letters)
        assert any(title in text for title in titles) is there


def test_everything_that_a_partnership_chooses_was_renamed() -> None:
    data = read_yaml(POLICY.read_text(), str(POLICY)).data
    mapping = mapping_of(data)
    left = {name for _, name in names_of(renamed(data, mapping))} & set(mapping)
    assert left == set()
    policy = read_policy(POLICY)
    assert {*policy.stages, *policy.roles, *policy.outcomes, *policy.chases, policy.partnership.key} <= set(mapping)
    assert {stage.label for stage in policy.stages.values()} <= set(mapping)
    assert {outcome.word for outcome in policy.outcomes.values()} <= set(mapping)


def own_names() -> set[str]:
    """Every partnership key, title of a role and stage key of the policies."""
    found: set[str] = set()
    for loaded in read_policies(ROOT / "policies").values():
        policy = loaded.policy
        found |= {policy.partnership.key, policy.partnership.name, policy.partnership.short_name}
        found |= {role.title for role in policy.roles.values()} | set(policy.stages)
        found |= {stage.label for stage in policy.stages.values()}
    return found


def literals(path: Path) -> Iterator[str]:
    """The string literals of a file, without its docstrings."""
    tree = ast.parse(path.read_text())
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def code() -> list[Path]:
    packages = ("answerable", "cases", "desk", "intake", "mailer", "scheduler", "web")
    found = [path for package in packages for path in (ROOT / package).rglob("*.py")]
    return [path for path in found if ROOT / "answerable/demo" not in path.parents]


def test_no_name_of_a_partnership_is_in_the_code() -> None:
    names = own_names()
    assert {"chscp", "line manager", "board_members", "Stage 1"} <= names
    found = {(str(path.relative_to(ROOT)), text) for path in code() for text in literals(path) if text in names}
    assert found == set()
