from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from cases.mail.correspondence import Traced
from cases.submission import Answer, Submission
from cases.tables import entries, looks

if TYPE_CHECKING:
    from tests.conftest import World

WHOLE = Submission(
    email="alice@homerton.example",
    name="Alice Osei",
    agency="health",
    other_agency="hackney",
    other_name="Ben Carter",
    other_email="ben@hackney.example",
    child="K.M.",
    concern="Nobody has <visited>.",
    wanted="A visit",
    answers={"child_status": ("protection_plan",)},
)


def path(world: "World") -> str:
    return f"/desk/chscp/cases/{world.view().case.reference}"


def seen(world: "World") -> list[tuple[str, str]]:
    with world.casework.database.read() as connection:
        return [(row.officer, f"{row.day}") for row in connection.execute(select(looks).order_by(looks.c.at))]


def test_where_it_is_is_drawn_and_said(world: "World") -> None:
    world.open_case(WHOLE)
    page = " ".join(world.desk().get(path(world)).text.split())
    assert page.count('aria-current="step"') == 1
    here = page[page.index('aria-current="step"') :]
    assert here.index("Stage 1") < here.index("It is here") < here.index("Ahead")
    world.casework.hear(world.view().case.id, "p1", Answer("outcome:resolved", "s1", "Done"), world.clock())
    world.casework.hear(world.view().case.id, "p2", Answer("outcome:resolved", "s1", "Done"), world.clock())
    assert "It is resolved" in world.desk().get(path(world)).text


def test_each_clock_says_its_working_and_what_happens_if_nobody_answers(world: "World") -> None:
    world.open_case(WHOLE)
    page = " ".join(world.desk().get(path(world)).text.split())
    assert "<strong>Stage 1: an answer</strong>: due Friday 4 December 2026: 5 working days from" in page
    assert "If nobody answers: on Thursday 3 December 2026, 8:00am we remind those who have not answered." in page


def test_what_waits_from_each_person_and_whether_they_can_be_reached(world: "World") -> None:
    world.open_case(WHOLE)
    letter = world.letters("stage", "Ben Carter")[0]
    world.hand_over(letter)
    raw = b"Subject: Undelivered\r\n\r\nNo such user\r\n"
    mail, _ = world.correspondence.keep("chscp", "inbox", raw, "<1@x.example>", world.clock())
    traced = Traced("recipient", letter.id, world.view().case.id, letter.to, letter.email)
    world.correspondence.bounced(mail, traced, "It came back.", world.clock())
    page = world.desk().get(path(world)).text
    assert "The address does not work: a letter came back." in page
    assert "Your answer is needed: came back undelivered" in page
    assert page.count("How Stage 1 ended") == 2
    assert f'href="/desk/chscp/tray/{mail}"' in page


def test_what_the_raiser_wrote_is_shown_by_question(world: "World") -> None:
    world.open_case(WHOLE)
    page = world.desk().get(path(world)).text
    for words in ("The child&#39;s initials", "K.M.", "Nobody has &lt;visited&gt;.", "A visit"):
        assert words.replace("&#39;", "'") in page.replace("&#39;", "'")
    assert "protection_plan" not in page  # the answer's own words stand there


def test_what_happened_stands_newest_first_with_who_and_how(world: "World") -> None:
    world.open_case(WHOLE)
    page = world.desk().get(path(world)).text
    timeline = page[page.index('id="happened"') :]
    assert timeline.index("Stage 1: Practitioners talk began") < timeline.index("An escalation was received")
    assert "policy 2.1-2.2" in timeline


def test_who_looked_at_a_case_is_known_once_a_day_and_to_managers_alone(world: "World") -> None:
    world.open_case(WHOLE)
    reader, manager = world.desk("reader"), world.desk()
    for _ in range(2):
        assert "Who looked at it" not in reader.get(path(world)).text
    assert len(seen(world)) == 1
    page = manager.get(path(world)).text
    assert "Who looked at it" in page
    assert "Robin Reed" in page
    world.clock.move(timedelta(minutes=50))
    manager.get(f"{path(world)}/record")
    world.clock.move(timedelta(hours=23))
    world.desk("reader").get(f"{path(world)}/record")
    assert [day for _, day in seen(world)] == ["2026-11-27", "2026-11-27", "2026-11-28"]


def test_of_a_confidential_case_nobody_is_noted_since_nobody_sees_it(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",)))
    page = world.desk().get(path(world)).text
    assert "This case is confidential" in page
    assert "K.M." not in page
    assert seen(world) == []


def test_the_page_leads_to_the_letters_the_log_and_what_can_be_done(world: "World") -> None:
    world.open_case(WHOLE)
    desk, here = world.desk(), path(world)
    page = desk.get(here).text
    for link in (f"{here}/do", f"{here}/record", *(f"/desk/chscp/letters/{each.id}" for each in world.view().letters)):
        assert f'href="{link}"' in page
        assert desk.get(link).status_code == 200


def test_a_log_that_does_not_verify_is_said_on_the_page(world: "World") -> None:
    case = world.open_case(WHOLE).case
    with world.casework.database.write() as connection:
        connection.execute(delete(entries).where(entries.c.case_id == case.id, entries.c.sequence == 3))
    assert "The written log does not verify" in world.desk().get(path(world)).text
