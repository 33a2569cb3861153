"""Whatever people do, in whatever order and after whatever time: what must always hold, holds."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.case import BUSINESS_SUPPORT
from cases.holidays import england
from cases.policy_files.reading import read_policy
from cases.rehearsals.rehearsal import Play, Step
from cases.rehearsals.scenario import Scenario, read_scenario
from cases.shape import plain_change, rebuilt
from cases.submission import Answer

ROOT = Path(__file__).parents[3]
POLICY = read_policy(ROOT / "policies/chscp.yaml")
SAMPLE = read_scenario(ROOT / "tests/policies/scenarios/chscp/2_6_plan.yaml")
CALENDAR = england()
RAISED = datetime(2026, 11, 27, 10, tzinfo=UTC)
STAGES = ["", *POLICY.stages]
ABSENT = ["Ben Cole", "Carol Dunn", "Dev Ellis", "Femi Grant", "Edie Frost", "Kate Lund", "Ruth Sayle", "Vera West"]

forms = st.fixed_dictionaries(
    {
        "starts_at": st.sampled_from(STAGES),
        "diversions": st.sampled_from([(), (), (), ("lado",)]),
        "immediate_harm": st.booleans(),
        "other_agency": st.sampled_from(["mare_street", "mare_street", ""]),
        "answers": st.sampled_from([{}, {"child_status": ("protection_plan",)}, {"protects_by": "2026-11-28"}]),
    }
)
deeds = st.tuples(
    st.sampled_from(["answer"] * 8 + ["confirm", "supply", "directory", "bounce", "down"]),
    st.integers(0, 500),
    st.sampled_from([0, 0, 1, 5, 24, 30, 70, 170, 400]),
)


def holds(play: Play, step: Step) -> None:
    case = step.decision.case
    assert step.decision.entries or not step.decision.letters
    if case.status == "closed" and step.decision.letters:
        assert not [letter for letter in step.decision.letters if letter.tells]
    if not case.confirmed or case.status == "paused":
        receiving = [party.key for party in case.parties if party.part == "receiving"]
        assert not [letter for letter in step.decision.letters if letter.to in receiving], step.what


def stands(play: Play) -> None:
    """What must hold when nothing is being handed over."""
    case = play.case
    assert case.status == "closed" or any(clock.state == "running" for clock in case.clocks), case.status
    if case.status == "closed":
        assert case.told
        assert case.outcome
        assert set(case.to_share) <= set(case.shared)
        assert [clock for clock in case.clocks if clock.state == "running"] == []
    assert len([row for row in case.stages if row.running]) <= 1


def do(play: Play, deed: str, number: int, now: datetime) -> None:
    offered = [(letter, offer) for letter in play.letters for offer in letter.offers]
    if deed == "confirm" or not play.case.confirmed:
        play.confirm(now)
    elif deed == "answer" and offered:
        letter, offer = offered[-1 - number % min(len(offered), 60)]
        play.hear(letter.to, Answer(offer.does, offer.about, "because", now.date()), now)
    elif deed == "supply":
        facts: list[dict[str, Any]] = [
            {"other_agency": "mare_street"}, {"child_status": ("looked_after",)}, {"protects_by": "2026-12-20"},
            {"other_email": "ben.cole@marestreet.example", "other_name": "Ben Cole"},
        ]  # fmt: skip
        play.supply(facts[number % len(facts)], now)
    elif deed == "directory":
        play.enter(SAMPLE.directory, now)
    elif deed == "bounce":
        play.became(play.letters[number % len(play.letters)], "bounced", now)
    elif deed == "down":
        play.down_until = now + timedelta(hours=number)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    form=forms, absent=st.sets(st.sampled_from(ABSENT), max_size=3), course=st.lists(deeds, min_size=10, max_size=50)
)
def test_what_must_always_hold(form: dict[str, Any], absent: set[str], course: list[tuple[str, int, int]]) -> None:
    without = Scenario(SAMPLE.plot.model_copy(update={"without": tuple(absent)}), SAMPLE.world)
    play = Play(POLICY, without.directory, CALENDAR)
    play.receive(SAMPLE.world.form.model_copy(update=form), RAISED)
    now = RAISED
    for deed, number, hours in course:
        now += timedelta(hours=hours)
        play.run_to(now)
        now = max(now, play.down_until or now)
        play.run_to(now)
        do(play, deed, number, now)
        stands(play)
    play.run_to(now + timedelta(days=40))
    stands(play)
    for step in play.steps:
        holds(play, step)
    kinds = Counter((each.purpose, each.about, each.rung, each.to, each.revision) for each in play.letters)
    assert [kind for kind, count in kinds.items() if count > 1] == []
    assert_never_closed_untold(play)
    entries = [entry for step in play.steps for entry in step.decision.entries]
    contents = [
        json.loads(json.dumps({"changes": [plain_change(change) for change in entry.changes]})) for entry in entries
    ]
    assert rebuilt(play.case.id, contents) == play.case


def assert_never_closed_untold(play: Play) -> None:
    """Before it closed, the raiser was told by an accepted letter or by a person, and nothing undid that since."""
    kinds = [entry.kind for step in play.steps for entry in step.decision.entries]
    if "closed" in kinds:
        before = kinds[: kinds.index("closed")]
        told = max(place for place, kind in enumerate(before) if kind == "raiser_told")
        assert "untold" not in before[told:]
        assert "disputed" not in before[told:]


def test_business_support_is_a_name_that_no_party_has() -> None:
    assert BUSINESS_SUPPORT not in POLICY.roles
