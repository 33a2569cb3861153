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


def test_nobody_comes_in_without_the_code(world: "World") -> None:
    world.open_case(WHOLE)
    mail = world.put_in_tray("Hello")
    stranger, before = world.browser(), world.everything()
    door = stranger.get("/desk/chscp")
    assert "Send a code" in door.text
    assert world.view().case.reference not in door.text
    hidden = world.hidden(door.text)
    for path in pages(world, mail):
        assert stranger.get(path).status_code == 403
    assert (
        stranger.post(f"/desk/chscp/tray/{mail}/away", data=hidden | {"kind": "It needs no answer"}).status_code == 403
    )
    assert stranger.post(f"{case_path(world)}/answer/p2", data=hidden).status_code == 403
    assert world.everything() == before


def test_a_party_of_the_case_does_not_come_in_either(world: "World") -> None:
    world.open_case(WHOLE)
    ben = world.signed_in(world.letters("stage", "Ben Carter")[0])
    assert [ben.get(path).status_code for path in pages(world, world.put_in_tray("Hello"))] == [403] * 5


def test_an_unknown_partnership_has_no_desk(world: "World") -> None:
    assert [world.browser().get(f"/desk/nobody{part}").status_code for part in ("", "/code")] == [404, 404]


def test_the_code_goes_to_business_support_and_opens_the_desk(world: "World") -> None:
    world.open_case(WHOLE)
    browser = world.browser()
    hidden = world.hidden(browser.get("/desk/chscp").text)
    asked = browser.post("/desk/chscp/code", data=hidden)
    assert "s…@chscp.example" in asked.text
    wrong = f"{(int(world.code()) + 1) % 1_000_000:06d}"
    assert browser.post("/desk/chscp/open", data=hidden | {"code": wrong}).status_code == 400
    assert browser.post("/desk/chscp/open", data=hidden | {"code": ""}).status_code == 400
    assert browser.post("/desk/chscp/open", data={"code": world.code()}).status_code == 403
    page = browser.post("/desk/chscp/open", data=hidden | {"code": world.code()})
    assert world.view().case.reference in page.text
    assert "Stage 1: Practitioners talk" in page.text
    assert "Friday 4 December 2026" in page.text


def test_codes_of_the_desk_are_not_sent_without_end_nor_without_the_form(world: "World") -> None:
    browser = world.browser()
    hidden = world.hidden(browser.get("/desk/chscp").text)
    assert browser.post("/desk/chscp/code", data={}).status_code == 403
    assert [browser.post("/desk/chscp/code", data=hidden).status_code for _ in range(6)] == [200] * 5 + [429]
    assert [browser.post("/desk/chscp/open", data=hidden | {"code": "1"}).status_code for _ in range(13)][-1] == 429


def test_nobody_else_can_lock_business_support_out(world: "World") -> None:
    support, stranger = world.browser(), world.browser()
    mine, theirs = (world.hidden(each.get("/desk/chscp").text) for each in (support, stranger))
    support.post("/desk/chscp/code", data=mine)
    code = world.code()
    stranger.post("/desk/chscp/code", data=theirs)
    tried = [stranger.post("/desk/chscp/open", data=theirs | {"code": code}).status_code for _ in range(12)]
    assert tried == [400] * 12
    elsewhere = world.browser("198.51.100.7")
    elsewhere.cookies.update(support.cookies)
    assert elsewhere.post("/desk/chscp/open", data=mine | {"code": code}).status_code == 200


def test_signing_out_closes_the_desk_on_this_device(world: "World") -> None:
    desk = world.desk()
    hidden = world.hidden(desk.get("/desk/chscp").text)
    assert "Mail that needs a person" in desk.post("/desk/chscp/leave", data={}).text
    assert "Send a code" in desk.post("/desk/chscp/leave", data=hidden).text


def test_the_desk_lists_mail_tasks_and_cases(world: "World") -> None:
    world.open_case(
        Submission(email="alice@homerton.example", agency="health", other_agency="police", concern="He is not safe.")
    )
    world.put_in_tray("Words", subject="About our call")
    world.clock.move(timedelta(days=10))
    page = world.desk().get("/desk/chscp").text
    assert "About our call" in page
    assert "Why it is here: it holds no offered answer." in page
    assert "Nobody is known as practitioner of Central East Police" in page
    assert "Overdue" in page


def test_an_empty_desk_says_so(world: "World") -> None:
    page = world.desk().get("/desk/chscp").text
    assert [words in page for words in ("The tray is empty", "There are no open tasks", "There are no cases yet")] == [
        True
    ] * 3


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
    desk.post(path.partition("?")[0], data=form)
    assert world.view().case.stage_row("s1").said[0].party == "p2"
    line = next(
        each
        for each in world.reading.written_log(world.view().case.id).lines
        if "It is resolved. All fine" in each.words
    )
    assert line.evidence == f"taken down at the desk, recorded by business support, mail {mail[:8]}, It says so"
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
    desk.post(path, data=form)
    before = world.everything()
    again = desk.post(path, data=form)
    assert (again.status_code, "not in the tray any more" in again.text) == (404, True)
    assert desk.post(f"/desk/chscp/tray/{mail}/away", data=form | {"kind": "It needs no answer"}).status_code == 200
    assert world.everything() == before


def test_an_answer_told_by_telephone_is_recorded_with_who_said_it_once(world: "World") -> None:
    world.open_case(WHOLE)
    desk, path = world.desk(), f"{case_path(world)}/answer/p2"
    form = filled_in(
        world, desk, path, choice="question@s1", text="Who is it?", via="telephone", reason="Ben to Kim, 10am"
    )
    assert str(desk.post(path, data=form).url).endswith(case_path(world))
    again = desk.post(path, data=form | {"text": "And where does she live?"})
    assert "This form was sent before, and was recorded then as: I have a question" in again.text
    assert "And where does she live?" in again.text
    lines = [each for each in world.reading.written_log(world.view().case.id).lines if "asks: Who is it?" in each.words]
    assert [each.evidence for each in lines if each.evidence] == [
        "by telephone, recorded by business support, Ben to Kim, 10am"
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
    assert (found.state, found.why) == ("done", "It needs no answer")


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
    for path in ("/desk/chscp", f"/desk/chscp/tray/{mail}"):
        page = desk.get(path)
        assert page.status_code == 200
        assert "<script" not in page.text
        assert "<img src=x" not in page.text
