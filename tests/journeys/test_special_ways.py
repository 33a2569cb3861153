"""Immediate harm, confidential matters, and mail that only a person can read."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from journeys import RAISING, RECEIVING, Journey, names

pytestmark = pytest.mark.slow

FRIDAY = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
SUNDAY_NIGHT = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)
HOLES: dict[str, Any] = dict.fromkeys(
    ("name", "other_agency", "other_name", "other_email", "child", "wanted", "concern"), ""
)


def test_immediate_harm_at_three_in_the_night_is_acted_on_at_once_whatever_is_missing(tmp_path: Path) -> None:
    """1.6: the designated safeguarding lead of the raiser's own agency is told at once; business support too."""
    journey = Journey(tmp_path, SUNDAY_NIGHT)
    raiser, lead = journey.person("practitioner", RAISING), journey.person("safeguarding_lead", RAISING)
    case = journey.send_form(harm="yes", **HOLES)
    first = journey.of(case)
    assert sorted((each["purpose"], each["name"] or each["to"]) for each in first) == sorted(
        [("immediate_harm", "Business support"), ("immediate_harm", lead.name), ("confirm", raiser.email)]
    )
    assert {each["at"][:16] for each in first} <= {"2026-11-29T03:00", "2026-11-29T03:01"}
    assert "999" in journey.of(case, "confirm")[0]["text"]
    assert "policy 1.6" in journey.of(case, "immediate_harm", lead)[0]["text"]
    journey.confirm("chscp", raiser.email)
    [received] = journey.of(case, "received", raiser)
    assert "999" in received["text"]
    assert "The other agency" in received["text"], "what is missing is asked for"
    assert any("nobody" in each["text"].lower() for each in journey.of(case, "task")), (
        "the other side is unknown: a task"
    )
    journey.sound(case)


def test_immediate_harm_from_an_agency_that_nobody_knows_still_reaches_business_support(tmp_path: Path) -> None:
    journey = Journey(tmp_path, SUNDAY_NIGHT)
    case = journey.send_form(harm="yes", agency="", **HOLES)
    [told] = journey.of(case, "immediate_harm")
    assert told["name"] == "Business support"
    tasks = [each.words for each in journey.demo.service.reading.open_tasks("chscp")]
    assert any("nobody is known in that role" in words for words in tasks)


def test_a_lado_matter_reaches_nobody_on_the_other_side_until_the_named_person_lets_it(tmp_path: Path) -> None:
    """1.7: a confidential diversion; a letter may alert the person concerned."""
    journey = Journey(tmp_path, FRIDAY)
    case = journey.raise_case(aside_lado="yes", advised="yes", concern="About a care worker called Quill.")
    raiser, named = journey.person("practitioner", RAISING), journey.person("named_person")
    journey.move(days=30)
    received = set(names(journey.of(case)))
    assert received == {raiser.name, named.name, "Business support"}
    assert journey.view(case).case.status == "paused"
    asked = journey.of(case, "divert", named)
    assert len(asked) > 1, "the named person is asked again"
    assert "Quill" in asked[0]["text"]
    for letter in journey.of(case):
        assert letter["name"] == named.name or "Quill" not in letter["text"], letter["purpose"]
    journey.says(case, named, "GO ON")
    other = journey.person("practitioner", RECEIVING)
    assert len(journey.of(case, "stage", other)) == 1
    journey.sound(case)


def test_of_a_split_lado_matter_only_the_words_of_the_named_person_go_on(tmp_path: Path) -> None:
    journey = Journey(tmp_path, FRIDAY)
    case = journey.raise_case(aside_lado="yes", advised="yes", concern="About a care worker called Quill.")
    journey.says(case, journey.person("named_person"), "SPLIT", "The missed visits can go on.")
    [letter] = journey.of(case, "stage", journey.person("practitioner", RECEIVING))
    assert "The missed visits can go on." in letter["text"]
    assert "Quill" not in letter["text"]


@pytest.fixture
def tray(tmp_path: Path) -> tuple[Journey, str]:
    """A case in whose stage 1 somebody has answered in words of their own."""
    journey = Journey(tmp_path, FRIDAY)
    case = journey.raise_case(q_child_status="neither")
    [letter] = journey.of(case, "stage", journey.person("practitioner", RECEIVING))
    became = journey.answer(letter, "Hello, we talked this morning and I think that is that now.\nBest wishes")
    assert became["state"] == "tray", became
    return journey, case


def test_an_answer_in_prose_is_put_to_a_person_and_its_writer_is_told_so(tray: tuple[Journey, str]) -> None:
    journey, case = tray
    other = journey.person("practitioner", RECEIVING)
    [unclear] = journey.of(case, "unclear", other)
    assert {"RESOLVED", "NOT RESOLVED"} <= {answer["word"] for answer in unclear["answers"]}
    assert any("tray" in each["text"] for each in journey.of(case, "task"))
    assert journey.view(case).case.stages[0].said == (), "nothing is guessed"


def test_a_person_at_the_desk_records_what_the_mail_says(tray: tuple[Journey, str]) -> None:
    journey, case = tray
    other = journey.person("practitioner", RECEIVING)
    desk = journey.page("/demo/desk/chscp")
    mails = re.findall(r'href="(/desk/chscp/tray/[^"]+)"', desk)
    assert len(mails) == 1
    item = journey.page(mails[0])
    assert "I think that is that now." in item
    [place] = re.findall(rf'href="(/desk/chscp/cases/{case}/answer/[^"]+)">{other.name}', item)
    path, mail = place.split("?mail=")
    answer = {
        "choice": "outcome:resolved@s1",
        "text": "We talked this morning",
        "reason": "The mail says so",
        "mail": mail,
    }
    shown = journey.press(path, answer, shown_at=place)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown))
    journey.press(path, hidden | {"press": "do"}, shown_at=place)
    journey.demo.settle()
    [said] = journey.view(case).case.stages[0].said
    assert said.outcome == "resolved"
    assert len(journey.of(case, "echo", other)) == 1
    log = journey.demo.service.reading.written_log(journey.view(case).case.id)
    [line] = [line for line in log.lines if "It is resolved" in line.words and other.name in line.words]
    assert "recorded by Business support" in line.evidence
    assert "The mail says so" in line.evidence
    assert journey.demo.service.correspondence.waiting("tray", "chscp") == []
    assert "The tray is empty" in journey.page("/desk/chscp/tray")
    journey.sound(case)
