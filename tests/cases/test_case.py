"""A case as values, and the one way in which they change."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cases.case import Asked, Case, Clock, Fields, Party, Said, StageRow, changed

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
RAISER = Party("p1", "raising", "practitioner", "practitioner", "Alice Osei", "alice@homerton.example", "homerton")
CASE = Case("c1", "chscp", "CHSCP-2026-0001", "hash", NOW, "main", parties=(RAISER,))
ROW = StageRow("s1", "main", "practitioners", 0, NOW)
CLOCK = Clock("k1", "timescale", "discussion", "s1", NOW, NOW, date(2026, 12, 4), "5 working days", NOW)


def test_a_change_adds_a_part_or_replaces_the_one_of_its_key_and_counts_one_entry() -> None:
    added = changed(CASE, (ROW, CLOCK))
    assert (added.stages, added.clocks, added.length) == ((ROW,), (CLOCK,), 1)
    ended = replace(ROW, ended_at=NOW, outcome="resolved")
    second = replace(CLOCK, key="k2")
    again = changed(added, (ended, second, replace(CLOCK, state="stopped")))
    assert again.stages == (ended,)
    assert [(clock.key, clock.state) for clock in again.clocks] == [("k1", "stopped"), ("k2", "running")]
    assert again.length == 2
    assert added.stages == (ROW,)


def test_fields_change_the_case_itself() -> None:
    paused = changed(CASE, (Fields({"status": "paused"}), Fields({"confidential": True})))
    assert (paused.status, paused.confidential, paused.length) == ("paused", True, 1)


def test_looking_up_parts() -> None:
    asked = Asked("a1", "rationale", "why", "Say why.", "s1", "p1", NOW)
    case = changed(CASE, (ROW, CLOCK, asked))
    assert case.raiser == RAISER == case.party("p1")
    assert case.row == ROW == case.stage_row("s1")
    assert case.clock("k1") == CLOCK
    assert case.asked_thing("a1") == asked
    with pytest.raises(StopIteration):
        case.party("p9")


def test_a_case_in_no_stage_has_no_row() -> None:
    assert CASE.row is None


def test_running_clocks_of_a_kind_or_about_one_thing() -> None:
    other = replace(CLOCK, key="k2", about="s2")
    stopped = replace(CLOCK, key="k3", state="stopped")
    told = replace(CLOCK, key="k4", purpose="told")
    case = changed(CASE, (CLOCK, other, stopped, told))
    assert case.running("timescale") == (CLOCK, other)
    assert case.running("timescale", "s2") == (other,)
    assert case.running("objection") == ()


def test_what_a_part_said_about_a_stage() -> None:
    said = Said("raising", "resolved", "Yes", NOW, "p1")
    row = replace(ROW, said=(said,))
    assert row.said_by("raising") == said
    assert row.said_by("receiving") is None
    assert row.running
    assert not replace(row, ended_at=NOW).running
