from pathlib import Path

import pytest

from cases.directory.directory import Agency, Directory
from cases.policy_files.reading import load_policy
from intake.pages import questions
from web.posted import Posted

POLICIES = sorted((Path(__file__).parents[3] / "policies").glob("*.yaml"))


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_every_policy_gives_a_form_whose_answers_reach_the_submission(path: Path) -> None:
    policy = load_policy(path).policy
    directory = Directory([Agency("one", "One"), Agency("two", "Two")], [], "support@one.example")
    form = questions.form_of(questions.sections(policy, directory))
    stage = policy.tracks[-1].stages[-1]
    typed = {"email": ("a@one.example",), "concern": ("Words",), "agency": ("one",), "starts_at": (stage.key,)}
    asides = {f"aside_{each.key}": ("yes",) for each in policy.entry.diversions}
    asides |= {f"aside_{each.key}": ("yes",) for each in policy.entry.signposts}
    chosen = {f"q_{each.key}": (each.options[0].key,) for each in policy.entry.questions if each.options}
    filled = questions.checked(policy, form.read(Posted(typed | asides | chosen)))
    assert filled.ok, filled.problems
    sent = questions.submission(policy, filled)
    assert (sent.starts_at, sent.track, sent.agency) == (stage.key, policy.tracks[-1].key, "one")
    assert set(sent.answers) == {each.key for each in policy.entry.questions if each.options}
    assert (len(sent.diversions), len(sent.signposts)) == (len(policy.entry.diversions), len(policy.entry.signposts))


def test_a_stage_of_another_track_is_refused() -> None:
    policy = next(found for path in POLICIES if len((found := load_policy(path).policy).tracks) > 1)
    form = questions.form_of(questions.sections(policy, Directory([], [], "")))
    stage = policy.tracks[-1].stages[0].key
    typed = {
        "email": ("a@one.example",),
        "concern": ("Words",),
        "starts_at": (stage,),
        "track": (policy.tracks[0].key,),
    }
    assert "starts_at" in questions.checked(policy, form.read(Posted(typed))).problems
    right = form.read(Posted(typed | {"track": (policy.tracks[-1].key,)}))
    assert questions.checked(policy, right).ok


def test_a_date_is_a_fact_in_figures() -> None:
    policy = load_policy(next(path for path in POLICIES if path.stem == "chscp")).policy
    form = questions.form_of(questions.sections(policy, Directory([], [], "")))
    typed = {"q_protects_by-day": ("4",), "q_protects_by-month": ("12",), "q_protects_by-year": ("2026",)}
    facts = questions.facts(form.read(Posted(typed)), policy.entry.questions)
    assert facts == {"protects_by": "2026-12-04"}
