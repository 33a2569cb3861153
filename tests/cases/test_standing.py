from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cases.case import Case, Clock
from cases.standing import still_open
from cases.verbs.decision import Offer

NOW = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
CASE = Case("c", "chscp", "CHSCP-2026-0001", "hash", NOW, "main")
TOLD = Offer("told:p2", "TOLD", "I have told Ben Carter", "case")


def waiting(about: str) -> Clock:
    return Clock("k1", "told", "to_share", about, NOW, NOW, date(2026, 11, 28), "", NOW)


def test_a_person_still_to_be_told_can_be_recorded_as_told_after_the_raiser_was() -> None:
    closing = replace(CASE, status="closing", told=True, clocks=(waiting("p2"),))
    assert still_open(closing, "support", TOLD)
    assert not still_open(replace(closing, clocks=(waiting("p3"),)), "support", TOLD)
    assert not still_open(replace(closing, clocks=(replace(waiting("p2"), state="stopped"),)), "support", TOLD)


@pytest.mark.parametrize("does", ["divert:go_on", "admit"])
def test_only_a_paused_case_waits_for_somebody_to_let_it_go_on(does: str) -> None:
    held = replace(waiting("p1"), purpose="confirmation")
    offer = Offer(does, "", "", "case")
    assert still_open(replace(CASE, status="paused", clocks=(held,)), "p2", offer)
    assert not still_open(CASE, "p2", offer)


def test_a_case_that_waits_for_the_named_person_no_longer_waits_for_business_support() -> None:
    diverted = replace(CASE, status="paused", clocks=(replace(waiting("p1"), purpose="diversion"),))
    assert not still_open(diverted, "support", Offer("admit", "", "", "case"))
