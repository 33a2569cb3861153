"""A form of the desk that is sent twice, or by somebody who is signed in no more (fault 66)."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

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
REASON = "Ben Carter to Kim Hale, on Friday at ten"
SAID = {"choice": "question@s1", "text": "Who holds the plan?", "via": "telephone", "reason": REASON}


@pytest.fixture
def path(world: "World") -> str:
    world.open_case(WHOLE)
    return f"/desk/chscp/cases/{world.view().case.reference}/answer/p2"


def recorded(world: "World") -> list[str]:
    lines = [line.words for line in world.reading.written_log(world.view().case.id).lines]
    return [line for line in lines if line.startswith("Ben Carter (practitioner) asks")]


def test_e66_a_double_click_is_recorded_once_and_the_second_is_shown_what_happened(world: "World", path: str) -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    desk = world.desk()
    shown = desk.post(path, data=world.hidden(desk.get(path).text) | SAID)
    form = world.hidden(shown.text) | {"press": "do"}
    for _ in range(2):
        done = desk.post(path, data=form)
        assert (done.status_code, "Done: Ben Carter (practitioner) asks: Who holds the plan?" in done.text) == (
            200,
            True,
        )
    assert len(recorded(world)) == 1


def test_e66_back_and_resubmit_with_other_words_keeps_them_and_says_that_they_are_not_recorded(
    world: "World", path: str
) -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    desk = world.desk()
    form = world.hidden(desk.get(path).text) | SAID
    world.press(desk, path, form)
    again = desk.post(path, data=form | {"text": "Who has the plan now?"})
    assert (again.status_code, "the change is not recorded" in again.text) == (409, True)
    assert "Who has the plan now?" in again.text
    assert recorded(world) == [line for line in recorded(world) if "Who holds the plan?" in line]
    renewed = world.press(desk, path, world.hidden(again.text) | SAID | {"text": "Who has the plan now?"})
    assert renewed.status_code == 200
    assert len(recorded(world)) == 2


def test_e66_a_task_open_in_two_tabs_is_done_once_and_the_words_of_the_second_are_shown(world: "World") -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    world.open_case(Submission(email="alice@homerton.example", agency="health", other_agency="police", concern="No."))
    [task, *_] = world.reading.open_tasks("chscp")
    path, desk = f"/desk/chscp/cases/{task.reference}/tasks/{task.key}", world.desk()
    tabs = [world.hidden(desk.get(path).text) for _ in range(2)]
    done = desk.post(path, data=tabs[0] | {"words": "Found Dana Lee by telephone"})
    late = desk.post(path, data=tabs[1] | {"words": "Found Dana Lee, second tab"})
    assert done.status_code == 200
    assert (late.status_code, "Somebody may have done it" in late.text) == (404, True)
    assert "Found Dana Lee, second tab" in late.text
    lines = [line.words for line in world.reading.written_log(world.view().case.id).lines]
    assert sum("Found Dana Lee" in line for line in lines) == 1


def test_e66_a_mail_open_in_two_tabs_leaves_the_tray_once_and_the_words_of_the_second_are_shown(world: "World") -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    mail, desk = world.put_in_tray("Thank you!", sender="who@else.example"), world.desk()
    path = f"/desk/chscp/tray/{mail}"
    tabs = [world.hidden(desk.get(path).text) for _ in range(2)]
    desk.post(f"{path}/away", data=tabs[0] | {"kind": "It needs no answer", "words": "Only thanks, I think"})
    late = desk.post(f"{path}/away", data=tabs[1] | {"kind": "It is unwanted mail", "words": "Never seen before"})
    assert (late.status_code, "Never seen before" in late.text) == (409, True)
    found = world.reading.mail("chscp", mail)
    assert found is not None
    assert found.why.startswith("It needs no answer")


def test_e66_a_session_that_expires_in_between_records_nothing_and_loses_no_text(world: "World", path: str) -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    desk = world.desk()
    form = world.hidden(desk.get(path).text) | SAID
    world.clock.move(timedelta(minutes=61))
    before = world.everything()
    out = desk.post(path, data=form)
    assert (out.status_code, "You are signed out" in out.text) == (403, True)
    assert f">{REASON}</textarea>" in out.text
    assert "Who holds the plan?" in out.text
    assert world.everything() == before

    again = world.hidden(out.text)
    assert {name: again[name] for name in SAID} == SAID
    world.sign_in(desk, "support@chscp.example")  # in another tab
    assert world.press(desk, path, again).status_code == 200
    assert desk.post(path, data=again).status_code == 409
    assert len(recorded(world)) == 1


def test_e66_after_signing_in_anew_one_lands_on_the_page_that_the_form_belonged_to(world: "World", path: str) -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    mail, desk = world.put_in_tray("Thank you!"), world.desk()
    form = world.hidden(desk.get(path).text)
    world.clock.move(timedelta(minutes=61))
    for sent_to, back in ((path, path), (f"/desk/chscp/tray/{mail}/away", "/desk/chscp")):
        out = desk.post(sent_to, data=form | SAID)
        assert f"/desk/chscp/sign-in?back={back.replace('/', '%2F')}" in out.text


def test_e66_what_another_site_sends_is_never_offered_to_be_sent_again(world: "World", path: str) -> None:
    """A browser leaves our cookies out of what another site makes it send: that looks as if one were signed out."""
    strange = world.browser().post(path, data=SAID, headers={"sec-fetch-site": "cross-site"})
    assert strange.status_code == 403
    assert "Send it again" not in strange.text
    assert "form_key" not in world.hidden(strange.text)


def test_e66_what_another_site_sends_never_stands_on_our_page_as_words_of_its_reader(world: "World", path: str) -> None:
    """Neither where one is signed out, nor on the page of a fault."""
    lure = {"urgent_message": "Your desk has moved: sign in at http://evil.example now"}
    elsewhere = {"sec-fetch-site": "cross-site", "origin": "http://evil.example"}
    desk, nowhere = world.desk(), "/desk/chscp/cases/CHSCP-2026-9999/tasks/x"
    for browser, sent_to in ((world.browser(), path), (desk, nowhere)):
        for headers in (elsewhere, {}):
            shown = browser.post(sent_to, data=lure, headers=headers)
            assert shown.status_code in (403, 404)
            assert "evil.example" not in shown.text
    ours = world.hidden(desk.get(path).text) | lure
    assert "evil.example" in desk.post(nowhere, data=ours).text
    assert "Back button" in world.browser().post(path, data=lure).text


def test_e66_the_button_of_a_link_pressed_twice_signs_in_once(world: "World") -> None:
    """One outcome; the second is shown what happened; no text is lost."""
    browser = world.browser()
    browser.post("/desk/chscp/sign-in", data=world.asked(browser) | {"email": "support@chscp.example"})
    link = world.sign_in_link()
    form = world.hidden(browser.get(link).text)
    first, second = (browser.post(link, data=form) for _ in range(2))
    assert first.url.path == "/desk/chscp"
    assert second.status_code == 410
    assert "In this browser you are signed in as Business support" in second.text
    assert browser.get("/desk/chscp").url.path == "/desk/chscp"
