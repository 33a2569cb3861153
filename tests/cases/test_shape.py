"""A case as plain JSON and back; every step of every scenario is rebuilt in test_scenarios."""

import json
from pathlib import Path

import pytest

from cases.case import Case, Fields
from cases.policy_files.reading import read_policy
from cases.rehearsals.rehearsal import rehearse
from cases.rehearsals.scenario import read_scenario
from cases.shape import PART_PLACES, case_from, own_fields, plain, plain_change, rebuilt

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def case() -> Case:
    ladder = ROOT / "tests/policies/scenarios/chscp/4_the_whole_ladder.yaml"
    return rehearse(read_policy(ROOT / "policies/chscp.yaml"), read_scenario(ladder)).case


def test_a_case_comes_back_from_its_fields_and_parts(case: Case) -> None:
    parts = {place: [plain(part) for part in getattr(case, place)] for place in PART_PLACES}
    fields, kept = json.loads(json.dumps([own_fields(case), parts]))
    assert not set(fields) & set(PART_PLACES)
    assert case_from(fields, kept) == case


def test_changes_are_plain(case: Case) -> None:
    assert plain_change(Fields({"opened_at": case.opened_at})) == {"fields": {"opened_at": "2026-11-27T10:00:00Z"}}
    assert plain_change(case.raiser)["place"] == "parties"
    assert plain_change(case.raiser)["part"]["name"] == "Alice Osei"


def test_a_record_that_lacks_its_beginning_gives_no_case() -> None:
    with pytest.raises(ValueError, match="opened_at"):
        rebuilt("c1", [{"changes": [{"fields": {"status": "closed"}}]}])
