"""Whole cases, driven from outside: the form as a browser sends it, everything else by JSON."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from demo_client import Script

pytestmark = pytest.mark.slow

pytest_plugins = ["demo_client"]
# What is answered first, so that a case goes the longest way.
ORDER = ("HERE IT IS", "PANEL", "NOT RESOLVED", "ENDED OUTSIDE", "ON FILE", "MOVE ON")


def test_case_is_settled_at_once_and_closes_when_the_raiser_was_told_and_both_have_it_on_file(script: "Script") -> None:
    case = script.escalate()
    asked = [letter for letter in script.waiting(case=case) if letter["purpose"] == "stage"]
    assert len(asked) == 2
    for letter in asked:
        became = script.answer(letter, "RESOLVED\n\nWe met and agreed a visit on Monday.")
        assert became["state"] == "answered", became
    for letter in script.letters(case=case):
        if letter["purpose"] == "on_file" and letter["standing"] == "waits":
            assert script.answer(letter, "ON FILE")["state"] == "answered"
    assert not any(letter["purpose"] == "closed" for letter in script.letters(case=case))
    words = []
    while (journey := script.move(to="next"))["happened"]:
        words += [each["words"] for each in journey["happened"]]
    assert words[0] == "The raiser has been told how it ended."
    assert words[-1] == "The case closed."
    # Told on Saturday; three working days to object end with Wednesday 2 December.
    assert journey["start"].startswith("2026-12-03T00:00")
    assert {letter["purpose"] for letter in script.letters(case=case)[:2]} == {"closed"}
    assert journey["next"] is None


def test_nobody_answers_and_the_clock_alone_chases_and_proposes_but_never_moves_the_case(script: "Script") -> None:
    case = script.escalate()
    journey = script.move(days=30)
    purposes = {letter["purpose"] for letter in script.letters(case=case)}
    assert {"reminder", "chase", "move_proposed", "task"} <= purposes
    assert [each["at"] for each in journey["happened"]] == sorted(each["at"] for each in journey["happened"])
    assert not any("Stage 2" in each["words"] and "began" in each["words"] for each in journey["happened"])


def test_a_case_goes_through_every_stage_to_the_end_outside(script: "Script") -> None:
    case = script.escalate(q_child_status="protection_plan")
    labels = []
    for _ in range(40):
        waiting = script.waiting(case=case)
        if not waiting:
            break
        letter = next((each for each in waiting if each["purpose"] != "on_file"), waiting[0])
        words = {answer["word"]: answer for answer in letter["answers"]}
        word = next(each for each in (*ORDER, *words) if each in words)
        text = f"{word}\n\nWe see it differently." if "text" in words[word]["needs"] else word
        assert script.answer(letter, text)["state"] == "answered", letter["text"]
        labels.append(word)
    while script.move(to="next")["next"]:
        pass
    assert "ENDED OUTSIDE" in labels
    assert "PANEL" in labels
    assert script.letters(case=case)[0]["purpose"] == "closed"
    kinds = {letter["title"] for letter in script.letters(case=case)}
    assert {"Child Protection Chair", "CHSCP Board member", "Independent Child Safeguarding Commissioner"} <= kinds
    assert script.demo.service.ledger.faults("chscp") == []
