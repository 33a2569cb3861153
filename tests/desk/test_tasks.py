import re
from typing import TYPE_CHECKING

from cases.mail.correspondence import Traced
from cases.submission import Submission

if TYPE_CHECKING:
    from tests.conftest import World

NOBODY_THERE = Submission(email="alice@homerton.example", agency="health", other_agency="police", concern="Not safe.")


def links(page: str) -> list[str]:
    return re.findall(r'href="(/desk/chscp/cases/[^"]+/tasks/[^"]+)"', page)


def test_a_task_is_done_once_with_what_was_done_on_the_record(world: "World") -> None:
    world.open_case(NOBODY_THERE)
    desk = world.desk()
    link = links(desk.get("/desk/chscp").text)[0]
    page = desk.get(link)
    assert "Nobody is known as practitioner" in page.text
    form = world.hidden(page.text) | {"words": "Found <Dana Lee>."}
    for _ in range(2):  # the second press is shown that it is done
        done = desk.post(link, data=form)
        assert (done.status_code, "Done: Business support has done a task: Found &lt;Dana Lee" in done.text) == (
            200,
            True,
        )
    assert link not in links(desk.get("/desk/chscp").text)
    late = desk.post(link, data=form | {"words": "Found Dana Lee, other words"})
    assert (late.status_code, "Found Dana Lee, other words" in late.text) == (404, True)
    lines = [line.words for line in world.reading.written_log(world.view().case.id).lines]
    assert lines.count("Business support has done a task: Found <Dana Lee>.") == 1


def test_a_task_is_not_done_without_words_form_or_door(world: "World") -> None:
    world.open_case(NOBODY_THERE)
    desk = world.desk()
    link = links(desk.get("/desk/chscp").text)[0]
    hidden, before = world.hidden(desk.get(link).text), world.everything()
    assert 'href="#words"' in desk.post(link, data=hidden).text
    assert desk.post(link, data={"words": "Done"}).status_code == 403
    assert world.browser().post(link, data=hidden | {"words": "Done"}).status_code == 403
    assert desk.get(f"/desk/chscp/cases/{world.view().case.reference}/tasks/other").status_code == 404
    assert world.everything() == before


def test_the_task_of_a_mail_ends_with_the_mail(world: "World") -> None:
    world.open_case(NOBODY_THERE)
    desk, letter = world.desk(), world.letters("stage")[0]
    mail, _ = world.correspondence.keep(
        "chscp", "inbox", b"Subject: Hello\r\n\r\nWords\r\n", "<1@x.example>", world.clock()
    )
    traced = Traced("recipient", letter.id, world.view().case.id, letter.to, letter.email)
    world.correspondence.to_tray(mail, traced, "it is unclear", True, world.clock())
    case_page = f"/desk/chscp/cases/{world.view().case.reference}"
    assert f'href="/desk/chscp/tray/{mail}">Read a mail about the case' in desk.get(case_page).text
    assert f'href="/desk/chscp/tray/{mail}"' in desk.get("/desk/chscp").text  # one line for the mail and its task
    assert not any(mail in link for link in links(desk.get("/desk/chscp").text))
    hidden = world.hidden(desk.get(f"/desk/chscp/tray/{mail}").text)
    desk.post(f"/desk/chscp/tray/{mail}/away", data=hidden | {"kind": "It needs no answer", "words": "Only thanks"})
    assert "Read a mail about the case" not in desk.get(case_page).text
    lines = [line.words for line in world.reading.written_log(world.view().case.id).lines]
    assert any("It needs no answer. Only thanks" in words for words in lines)
