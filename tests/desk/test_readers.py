"""What the desk shows to somebody whose role is to read: all there is, and nothing that they may not do."""

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import pytest
from fastapi.testclient import TestClient

from cases.submission import Submission

if TYPE_CHECKING:
    from tests.conftest import World

NOBODY_THERE = Submission(email="alice@homerton.example", agency="health", other_agency="police", concern="Not safe.")


def task_links(page: str) -> list[str]:
    return re.findall(r'href="(/desk/chscp/cases/[^"]+/tasks/[^"]+)"', page)


def walk(browser: TestClient) -> dict[str, tuple[int, str]]:
    """Every page that links lead to from Today on, with its status and its HTML."""
    waiting, seen = ["/desk/chscp"], {}
    while waiting:
        path = waiting.pop()
        answer = browser.get(path)
        seen[path] = answer.status_code, answer.text if "html" in answer.headers["content-type"] else ""
        links = {unescape(each).partition("#")[0] for each in re.findall(r'href="([^"]+)"', seen[path][1])}
        whole = {urljoin(path, each) for each in links}
        waiting += [each for each in whole if each.startswith("/desk/") and each not in seen and each not in waiting]
    return seen


@pytest.mark.slow
def test_a_reader_is_led_to_every_page_and_offered_nothing_that_they_may_not_do(world: "World") -> None:
    world.open_case(NOBODY_THERE)
    world.open_case()
    world.put_in_tray("Thank you!", subject=f"Re: {world.view().case.reference}")
    found = walk(world.desk("reader"))
    assert {path: status for path, (status, _) in found.items() if status != 200} == {}
    assert any("/tasks/" in path for path in found)
    assert any("/tray/" in path and path.endswith("/original") for path in found)
    forms = {action for _, page in found.values() for action in re.findall(r'<form[^>]* method="post"[^>]*', page)}
    assert forms == {'<form class="nav__who" method="post" action="/desk/chscp/sign-out"'}


def test_a_reader_sees_a_task_with_its_words_and_without_its_form(world: "World") -> None:
    world.open_case(NOBODY_THERE)
    reader = world.desk("reader")
    link = task_links(reader.get("/desk/chscp").text)[0]
    page = reader.get(link)
    assert "Nobody is known as practitioner" in page.text
    assert "It is done" not in page.text
    assert "It is done" in world.desk("support").get(link).text


def test_business_support_is_offered_what_a_reader_is_not(world: "World") -> None:
    world.open_case()
    case = f"/desk/chscp/cases/{world.view().case.reference}"
    mail = f"/desk/chscp/tray/{world.put_in_tray('Thank you!')}"
    offered = {
        case: ("Do something about this case", "Record an answer"),
        "/desk/chscp/cases": ("Enter a case that is under way",),
        mail: ("Open it as a case", "Take it out of the tray", "Go to what can be done"),
    }
    reader, support = world.desk("reader"), world.desk("support")
    for path, words in offered.items():
        for each in words:
            assert (each in reader.get(path).text, each in support.get(path).text) == (False, True), each
