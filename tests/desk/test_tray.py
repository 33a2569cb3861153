from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.submission import Submission

if TYPE_CHECKING:
    from tests.conftest import World

WHOLE = Submission(
    email="alice@homerton.example",
    name="Alice Osei",
    agency="health",
    other_agency="hackney",
    other_name="Ben Carter",
    other_email="ben@hackney.example",
    concern="Nobody has visited.",
)


def case_path(world: "World") -> str:
    return f"/desk/chscp/cases/{world.view().case.reference}"


def pages(world: "World", mail: str) -> list[str]:
    here = case_path(world)
    return [f"/desk/chscp/tray/{mail}", here, f"{here}/answer/p2", f"{here}/answer/p2?mail={mail}", f"{here}/record"]


def filled_in(world: "World", browser: TestClient, path: str, **answers: str) -> dict[str, str]:
    return world.hidden(browser.get(path).text) | answers


def test_an_empty_tray_says_so(world: "World") -> None:
    assert "The tray is empty" in world.desk().get("/desk/chscp/tray").text


def test_a_mail_leads_to_the_case_of_its_sender_and_to_the_one_it_names(world: "World") -> None:
    world.open_case(WHOLE)
    first = world.view().case.reference
    desk = world.desk()
    assert "This looks like" in desk.get(f"/desk/chscp/tray/{world.put_in_tray('Hello')}").text
    world.clock.move(timedelta(minutes=1))
    world.open_case(WHOLE)
    named = desk.get(f"/desk/chscp/tray/{world.put_in_tray('Hello again', subject=f'Re: {first}')}").text
    assert named.index(first) < named.index(world.view().case.reference)
    chosen = desk.get(f"/desk/chscp/tray/{world.put_in_tray('Hello once more')}?case={first}").text
    assert f"/desk/chscp/cases/{first}/answer/p2" in chosen


@pytest.mark.parametrize("asked", ["CHSCP-2026-9999", "nonsense", "<b>", ""])
def test_a_case_that_is_not_there_is_said_not_to_be_there(world: "World", asked: str) -> None:
    page = world.desk().get(
        f"/desk/chscp/tray/{world.put_in_tray('Hello', sender='who@else.example')}", params={"case": asked}
    )
    assert page.status_code == 200
    assert "<b>" not in page.text.replace("</b>", "")
    assert ("There is no case" if asked else "We could not name a case") in page.text


def test_an_answer_in_a_mail_is_recorded_with_the_mail_and_the_reason(world: "World") -> None:
    world.open_case(WHOLE)
    mail, desk = world.put_in_tray("We are all fine now."), world.desk()
    path = f"{case_path(world)}/answer/p2?mail={mail}"
    assert "We are all fine now." in desk.get(path).text
    form = filled_in(world, desk, path, choice="outcome:resolved@s1", text="All fine", reason="It says so")
    world.press(desk, path.partition("?")[0], form)
    assert world.view().case.stage_row("s1").said[0].party == "p2"
    line = next(
        each
        for each in world.reading.written_log(world.view().case.id).lines
        if "It is resolved. All fine" in each.words
    )
    assert line.evidence == f"taken down at the desk, recorded by Business support, mail {mail[:8]}, It says so"
    assert world.reading.tray("chscp") == []
    found = world.reading.mail("chscp", mail)
    assert found is not None
    assert (found.state, found.case_id) == ("done", world.view().case.id)
    assert "This mail has been dealt with" in desk.get(f"/desk/chscp/tray/{mail}").text


def test_the_same_mail_is_not_recorded_twice(world: "World") -> None:
    world.open_case(WHOLE)
    mail, desk = world.put_in_tray("A question"), world.desk()
    path = f"{case_path(world)}/answer/p2"
    form = filled_in(world, desk, f"{path}?mail={mail}", choice="question@s1", text="What now?", reason="It asks")
    shown = desk.post(path, data=form)
    pressed = world.hidden(shown.text) | {"press": "do"}
    desk.post(path, data=pressed)
    before = world.everything()
    again = desk.post(path, data=pressed)
    assert (again.status_code, "Done: Ben Carter" in again.text) == (200, True)
    other = desk.post(path, data=form | {"text": "And what then?"})
    assert (other.status_code, "not in the tray any more" in other.text) == (404, True)
    assert "And what then?" in other.text
    assert desk.post(f"/desk/chscp/tray/{mail}/away", data=form | {"kind": "It needs no answer"}).status_code == 409
    assert world.everything() == before


def test_an_answer_told_by_telephone_is_recorded_with_who_said_it_once(world: "World") -> None:
    world.open_case(WHOLE)
    desk, path = world.desk(), f"{case_path(world)}/answer/p2"
    form = filled_in(
        world, desk, path, choice="question@s1", text="Who is it?", via="telephone", reason="Ben to Kim, 10am"
    )
    assert str(world.press(desk, path, form).url).endswith(f"{case_path(world)}?done=1")
    again = desk.post(path, data=form | {"text": "And where does she live?"})
    assert "This form was sent before, and was recorded then as: I have a question" in again.text
    assert "And where does she live?" in again.text
    lines = [each for each in world.reading.written_log(world.view().case.id).lines if "asks: Who is it?" in each.words]
    assert [each.evidence for each in lines if each.evidence] == [
        "by telephone, recorded by Business support, Ben to Kim, 10am"
    ]


@pytest.mark.parametrize(
    ("lacking", "at_fault"), [("choice", "choice"), ("text", "text"), ("via", "via"), ("reason", "reason")]
)
def test_an_answer_is_not_taken_down_without_what_it_needs(world: "World", lacking: str, at_fault: str) -> None:
    world.open_case(WHOLE)
    desk, path = world.desk(), f"{case_path(world)}/answer/p2"
    whole = filled_in(world, desk, path, choice="question@s1", text="Who?", via="telephone", reason="Ben to Kim")
    before = world.everything()
    page = desk.post(path, data={key: value for key, value in whole.items() if key != lacking})
    assert (page.status_code, f'href="#{at_fault}"' in page.text) == (400, True)
    assert desk.post(path, data=whole | {"form_key": "x"}).status_code == 403
    assert world.everything() == before


def test_nobody_outside_the_case_gives_an_answer(world: "World") -> None:
    world.open_case(WHOLE)
    desk = world.desk()
    assert desk.get(f"{case_path(world)}/answer/p99").status_code == 404
    assert desk.get(f"{case_path(world)}/answer/p2?mail={'0' * 32}").status_code == 404
    assert desk.get("/desk/chscp/cases/CHSCP-2026-9999").status_code == 404
    assert desk.get("/desk/chscp/tray/none").status_code == 404
    assert "There is no open answer" in desk.get(f"{case_path(world)}/answer/business_support").text


def test_a_mail_from_which_nothing_follows_leaves_the_tray_with_a_reason(world: "World") -> None:
    mail, desk = world.put_in_tray("Thank you!", sender="who@else.example"), world.desk()
    path = f"/desk/chscp/tray/{mail}"
    hidden = world.hidden(desk.get(path).text)
    assert 'href="#kind"' in desk.post(f"{path}/away", data=hidden).text
    assert desk.post(f"{path}/away", data={"kind": "It needs no answer"}).status_code == 403
    assert len(world.reading.tray("chscp")) == 1
    page = desk.post(f"{path}/away", data=hidden | {"kind": "It needs no answer", "words": "Only thanks"})
    assert "The tray is empty" in page.text
    found = world.reading.mail("chscp", mail)
    assert found is not None
    assert (found.state, found.why) == ("done", "It needs no answer. By Business support.")


def test_the_case_page_shows_people_stages_clocks_and_letters(world: "World") -> None:
    world.open_case(WHOLE)
    page = world.desk().get(case_path(world)).text
    for words in (
        "ben@hackney.example",
        "Hackney Children&#39;s Services",
        "Stage 1: Practitioners talk",
        "About to be sent",
    ):
        assert words in page
    assert "due Friday 4 December 2026: 5 working days from Friday 27 November" in page
    assert f"{case_path(world)}/answer/p2" in page


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=300), subject=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40))
def test_whatever_a_mail_holds_is_shown_inert(world: "World", raw: bytes, subject: str) -> None:
    world.clock.move(timedelta(hours=1))
    head = (
        b"From: <script>x</script>\r\nSubject: <img src=x>" + subject.encode() + b"\r\nContent-Type: text/html\r\n\r\n"
    )
    whole = b"From: " + raw.partition(b"\n")[0] + b"\r\n" + head + b"<script>alert(1)</script><p>Words</p>" + raw
    mail, _ = world.correspondence.keep("chscp", "inbox", whole, "", world.clock())
    world.correspondence.to_tray(mail, None, "strange", False, world.clock())
    desk = world.desk()
    for path in ("/desk/chscp/tray", f"/desk/chscp/tray/{mail}", f"/desk/chscp/tray/{mail}/original"):
        page = desk.get(path)
        assert page.status_code == 200
        assert "<script" not in page.text
        assert "<img src=x" not in page.text
