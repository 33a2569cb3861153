"""How the answers about a stage are read as one."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cases.case import Part, Party, StageRow
from cases.policy_files.reading import read_policy
from cases.verbs.outcomes import read, said

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
POLICY = read_policy(Path(__file__).parents[3] / "policies/chscp.yaml")


def row(*answers: tuple[Part, str]) -> StageRow:
    found = StageRow("s1", "main", "line_managers", 0, NOW)
    for part, outcome in answers:
        found = said(found, Party("p1", part, "role", "title", "name", "a@b.example"), outcome, "", NOW)
    return found


@pytest.mark.parametrize(
    ("answers", "reading"),
    [
        ((), "nothing"),
        ((("raising", "resolved"),), "resolved by one"),
        ((("receiving", "resolved"),), "resolved by one"),
        ((("raising", "resolved"), ("receiving", "resolved")), "resolved by both"),
        ((("raising", "not_resolved"),), "unresolved"),
        ((("raising", "no_further_tier"),), "unresolved"),
        ((("receiving", "not_resolved"),), "unresolved by the other side"),
        ((("raising", "not_resolved"), ("receiving", "not_resolved")), "unresolved"),
        ((("raising", "resolved"), ("receiving", "not_resolved")), "at odds"),
        ((("receiving", "resolved"), ("raising", "not_resolved")), "at odds"),
        ((("decider", "resolved"),), "resolved by one"),
        ((("decider", "not_resolved"),), "unresolved"),
        ((("decider", "ended_outside"),), "ends"),
        ((("receiving", "resolved"), ("partnership", "not_resolved")), "unresolved"),
        ((("receiving", "not_resolved"), ("partnership", "resolved")), "resolved by one"),
        ((("decider", "resolved"), ("partnership", "not_resolved")), "unresolved"),
    ],
)
def test_reading(answers: tuple[tuple[Part, str], ...], reading: str) -> None:
    assert read(POLICY, row(*answers)) == reading


def test_a_later_answer_of_a_side_replaces_its_earlier_one() -> None:
    changed = row(("raising", "resolved"), ("receiving", "resolved"), ("raising", "not_resolved"))
    assert [(each.part, each.outcome) for each in changed.said] == [
        ("receiving", "resolved"),
        ("raising", "not_resolved"),
    ]
