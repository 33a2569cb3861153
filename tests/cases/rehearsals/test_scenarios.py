"""The scenarios: what each clause asks for comes true, and the record alone gives the state at every step."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from cases.case import Fields
from cases.policy import Policy
from cases.policy_files.reading import read_policy
from cases.rehearsals.expectations import unmet
from cases.rehearsals.rehearsal import Course, rehearse
from cases.rehearsals.scenario import Expected, ScenarioError, read_scenario
from cases.shape import plain_change, rebuilt

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "tests/policies/scenarios/chscp"
FILES = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "world.yaml")

# The clauses of the policy's own paper, as far as something happens under them.
CLAUSES = {
    "1.2", "1.3", "1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8",
    "2.9", "2.10", "2.11", "2.13", "2.14", "2.15", "2.16", "2.17", "2.18", "3.1", "4",
}  # fmt: skip


@cache
def chscp() -> Policy:
    return read_policy(ROOT / "policies/chscp.yaml")


@cache
def course_of(path: Path) -> Course:
    return rehearse(chscp(), read_scenario(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_the_clause_asks_for_comes_true(path: Path) -> None:
    assert unmet(course_of(path), read_scenario(path).plot.expect) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_record_alone_gives_the_state_after_every_step(path: Path) -> None:
    contents = []
    for step in course_of(path).steps:
        for entry in step.decision.entries:
            contents.append(json.loads(json.dumps({"changes": [plain_change(change) for change in entry.changes]})))
        assert rebuilt(step.decision.case.id, contents) == step.decision.case


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_letter_is_one_of_its_kind(path: Path) -> None:
    kinds = Counter(
        (each.purpose, each.about, each.rung, each.to, each.revision) for _, each in course_of(path).letters
    )
    assert [kind for kind, count in kinds.items() if count > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_letter_without_an_entry_and_no_open_case_without_a_clock(path: Path) -> None:
    for step in course_of(path).steps:
        assert step.decision.entries or not step.decision.letters
        running = [clock for clock in step.decision.case.clocks if clock.state == "running"]
        waits = any(letter.tells or letter.shares for letter in step.decision.letters)  # being handed over this moment
        assert running or waits or step.decision.case.status == "closed", step.what


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_letter_only_cites_a_choice_as_this_services_own(path: Path) -> None:
    choices = {source.clause for _, source in chscp().sources() if source.basis == "C"}
    said = {source.clause for _, source in chscp().sources() if source.basis != "C"}
    for _, letter in course_of(path).letters:
        cited = {cite.removeprefix("policy ") for cite in course_of(path).cites(letter)}
        assert not cited & (choices - said)


def test_every_clause_has_a_scenario() -> None:
    assert {clause for path in FILES for clause in read_scenario(path).plot.clauses} == CLAUSES


def test_the_course_reads_as_text_by_day() -> None:
    text = course_of(FOLDER / "2_6_plan.yaml").text()
    monday = text.split("Monday 30 November 2026\n")[1].split("\n\n")[0]
    assert text.startswith("Friday 27 November 2026\n  10:00  record  An escalation was received from Alice Osei.")
    assert "09:00  letter  for information to Olive Pratt <olive.pratt@chscp.example> [as we read 2.6" in monday
    assert "09:00  record  Olive Pratt, Child Protection Chair, is told. [as we read 2.6]" in monday
    assert "was accepted by the mail server" not in text


def test_the_course_reads_as_json() -> None:
    course = json.loads(course_of(FOLDER / "2_6_plan.yaml").json())
    letter = next(each for each in course["letters"] if each["purpose"] == "for_information")
    assert letter == {
        "at": "2026-11-30T09:00:00+00:00", "purpose": "for_information", "to": "Olive Pratt",
        "email": "olive.pratt@chscp.example",
        "cites": ["as we read 2.6", "policy 1.8", "policy 2.3-2.5"], "answers": [],
    }  # fmt: skip
    assert course["status"] == "open"
    assert course["clocks"][1]["due"] == "2026-12-05T00:00:00+00:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"letter": "stage", "to": "Olive Pratt"},
        {"letter": "stage", "to": "Ben Cole", "times": 2},
        {"letter": "stage", "to": "Ben Cole", "cites": "policy 2.6"},
        {"letter": "stage", "to": "Ben Cole", "offers": ("PANEL",)},
        {"letter": "stage", "to": "Ben Cole", "without": "bruises"},
        {"letter": "stage", "to": "Ben Cole", "on": "2026-11-30"},
        {"letter": "stage", "to": "Ben Cole", "before": "2026-11-27"},
        {"letter": "stage", "to": "Ben Cole", "at": "10:06"},
        {"no_letter": "any", "to": "Ben Cole"},
        {"clock": "timescale", "due": "2026-12-03"},
        {"entry": "It snowed"},
        {"entry": "stage_began", "cites": "policy 2.6"},
        {"entry": "stage_began", "times": 7},
        {"no_entry": "stage_began"},
        {"task": "Feed the cat"},
        {"stage": "Stage 2", "on": "2026-11-27"},
        {"status": "closed", "on": "2026-11-27"},
    ],
    ids=str,
)
def test_an_expectation_that_does_not_come_true_is_named(wrong: dict[str, object]) -> None:
    kind = next(iter(wrong))
    found = unmet(course_of(FOLDER / "2_6_plan.yaml"), (Expected.model_validate(wrong),))
    assert len(found) == 1
    assert f"{kind}: {wrong[kind]}" in found[0]


def test_a_case_that_is_in_no_stage_is_said_to_be_in_none() -> None:
    wrong = Expected.model_validate({"stage": "Stage 1", "on": "2026-11-27"})
    assert "it was in no stage" in unmet(course_of(FOLDER / "1_7_lado_stays_paused.yaml"), (wrong,))[0]


def write(tmp_path: Path, text: str) -> Path:
    (tmp_path / "world.yaml").write_text((FOLDER / "world.yaml").read_text())
    path = tmp_path / "scenario.yaml"
    path.write_text(text)
    return path


HEAD = 'title: A title\nclauses: ["1.5"]\nraised: 2026-11-27 10:00\nuntil: 2026-11-28 10:00\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("tittle: A title\n", 5, "there is no key `tittle` here"),
        ("events:\n  - {at: 2026-11-27 10:05}\n", 6, "an event is exactly one of: confirms, says"),
        ("events:\n  - {at: 2026-11-27 10:05, says: RESOLVED}\n", 6, "`who` goes with `says` or `mail`"),
        ("events:\n  - {at: 2026-11-27 10:05, resumes: true}\n", 6, "needs its reason as `text`"),
        ("expect:\n  - {on: 2026-11-27}\n", 6, "an expectation is exactly one of: letter, no_letter"),
        ("expect:\n  - {stage: Stage 1}\n", 6, "need `on`"),
        ("form: {name: A, name: B}\n", 5, "given twice"),
        ("form: {chld: J.B.}\n", 5, "there is no key `chld` here"),
    ],
)
def test_a_scenario_that_is_wrong_says_where(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = write(tmp_path, HEAD + text)
    with pytest.raises(ScenarioError) as raised:
        read_scenario(path)
    assert f"{path}:{line}: " in str(raised.value)
    assert said in str(raised.value)


def test_a_scenario_without_its_keys_names_them_all(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as raised:
        read_scenario(write(tmp_path, "title: A title\n"))
    assert [each in str(raised.value) for each in ("clauses", "raised", "until")] == [True, True, True]


def test_a_scenario_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_scenario(tmp_path / "none.yaml")


def test_an_answer_that_no_letter_offered_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "events:\n  - {at: 2026-11-27 10:05, who: Ruth Sayle, says: PANEL}\n")
    with pytest.raises(ScenarioError, match="no letter to Ruth Sayle has offered the answer PANEL"):
        rehearse(chscp(), read_scenario(path))


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("resumes: true", "the case is not paused"),
        ("takes_on: Stage 9", "cannot be taken there"),
        ("overrides: NONSENSE", "outcome cannot be set"),
        (
            "hands_over: {place_of: Nobody, name: N. N., email: n@marestreet.example}",
            "nobody on the case is called Nobody",
        ),
    ],
)
def test_what_business_support_cannot_do_then_is_refused(tmp_path: Path, does: str, says: str) -> None:
    path = write(tmp_path, HEAD + f"events:\n  - {{at: 2026-11-27 10:05, text: because, {does}}}\n")
    with pytest.raises(ScenarioError, match=rf"(?i){says}"):
        rehearse(chscp(), read_scenario(path))


def test_a_bounce_of_a_letter_that_never_went_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + "events:\n  - {at: 2026-11-27 10:05, bounces: {letter: closed, to: raiser}}\n")
    with pytest.raises(ScenarioError, match="no letter closed has gone to raiser"):
        rehearse(chscp(), read_scenario(path))


def test_what_a_case_began_with_is_in_its_first_entry() -> None:
    first = course_of(FOLDER / "2_6_plan.yaml").steps[0].decision.entries[0]
    fields = next(change for change in first.changes if isinstance(change, Fields)).values
    assert {"partnership", "reference", "policy", "opened_at", "track", "facts", "agencies"} <= set(fields)
