"""What a policy answers when a decision asks it."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from cases.policy import Policy, applies
from cases.policy_files.reading import read_policy
from cases.stages import Limit, Source

SMALL = Path(__file__).parents[1] / "policies/small.yaml"


@pytest.fixture
def policy() -> Policy:
    return read_policy(SMALL)


def test_stages_are_found_by_key_with_their_track(policy: Policy) -> None:
    assert list(policy.stages) == ["talk", "panel", "outside"]
    assert policy.track_of("panel").key == "main"


def test_an_unresolved_case_goes_to_the_next_stage_of_the_track(policy: Policy) -> None:
    following = policy.after("talk")
    assert following is not None
    assert following.key == "panel"
    assert policy.after("outside") is None


def test_the_stage_that_is_named_comes_before_the_next_one(policy: Policy) -> None:
    track = policy.tracks[0]
    first = track.stages[0].model_copy(update={"then": "outside"})
    changed = policy.model_copy(update={"tracks": (track.model_copy(update={"stages": (first, *track.stages[1:])}),)})
    following = changed.after("talk")
    assert following is not None
    assert following.key == "outside"


def test_tier_nought_is_the_stage_itself_and_each_tier_has_its_own_people(policy: Policy) -> None:
    talk = policy.stages["talk"]
    assert (talk.acts_at(0).raising, talk.acts_at(1).raising) == ("worker", "manager")


def test_a_way_is_found_by_its_key(policy: Policy) -> None:
    assert policy.stages["panel"].way("meeting").word == "MEETING"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"urgency": "high", "told": "yes"}, True),
        ({"urgency": ("low", "high"), "told": ("yes",)}, True),
        ({"urgency": "high", "told": "no"}, False),
        ({"urgency": "high"}, False),
        ({}, False),
    ],
)
def test_a_condition_applies_when_each_question_has_one_of_its_answers(
    facts: dict[str, str | tuple[str, ...]], expected: bool
) -> None:
    assert applies({"urgency": ("high", "higher"), "told": ("yes",)}, facts) is expected


def test_no_condition_always_applies() -> None:
    assert applies({}, {"urgency": "high"})


@pytest.mark.parametrize(
    ("basis", "cited"), [("S", "policy 2.6"), ("R", "as we read 2.6"), ("C", "this service's own setting")]
)
def test_only_what_the_policy_says_is_cited_as_policy(basis: str, cited: str) -> None:
    assert Source.model_validate({"clause": "2.6", "basis": basis}).cited == cited


def test_a_limit_is_of_exactly_one_kind() -> None:
    assert Limit(working_days=5, said_as="one working week").working_days == 5
    with pytest.raises(ValidationError, match="this one has hours and stated_by"):
        Limit(hours=4, stated_by="raising")
    with pytest.raises(ValidationError, match="this one has none of them"):
        Limit(said_as="soon")


def test_every_source_comes_with_the_path_to_it(policy: Policy) -> None:
    sources = dict(policy.sources())
    assert len(sources) == 26
    assert sources["entry.immediate_harm.tells[0].source"] == Source(clause="1", basis="S")
    assert sources["tracks[main].stages[talk].branches[0].source"] == Source(clause="3", basis="R")
    assert sources["closing.objection_source"] == Source(clause="6", basis="C")


def test_a_policy_cannot_be_changed(policy: Policy) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        policy.document.title = "Another"
