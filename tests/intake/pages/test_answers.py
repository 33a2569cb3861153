from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.case import BUSINESS_SUPPORT
from cases.submission import Submission
from web.limits import Limit

if TYPE_CHECKING:
    from tests.conftest import World

LATER = {"day-day": "7", "day-month": "12", "day-year": "2026"}
ALICE = Submission(
    email="alice@homerton.example",
    name="Alice Osei",
    agency="health",
    other_agency="hackney",
    other_name="Ben Carter",
    other_email="ben@hackney.example",
    concern="Nobody has visited.",
)


@pytest.fixture
def path(world: "World") -> str:
    """The page of the letter that asks Ben Carter to act."""
    world.open_case(ALICE)
    letter = world.letters("stage", "Ben Carter")[0]
    world.hand_over(letter)
    return world.page(letter)


def known(world: "World", name: str = "Ben Carter") -> tuple[TestClient, dict[str, str], str]:
    """A browser signed in as the reader of a letter, its form's hidden inputs, and the letter's page."""
    letter = world.letters("stage", name)[0]
    browser = world.signed_in(letter)
    return browser, world.hidden(browser.get(f"{world.page(letter)}/answer").text), world.page(letter)


def entries(world: "World") -> list[str]:
    return [line.words for line in world.reading.written_log(world.view().case.id).lines]


def test_the_link_alone_shows_what_the_letter_said_in_a_sealed_frame(world: "World", path: str) -> None:
    page = world.browser().get(path)
    assert "A letter to Ben Carter" in page.text
    assert f'src="{path}/letter"' in page.text
    assert "Nobody has visited" not in page.text
    frame = world.browser().get(f"{path}/letter")
    assert "<b>this is the letter</b>" in frame.text
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "default-src 'none'" in frame.headers["content-security-policy"]


def test_pages_of_links_are_not_stored_and_tell_nobody_where_one_came_from(world: "World", path: str) -> None:
    page = world.browser().get(path)
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("token", ["0" * 26, "short", "z" * 26, "%00" * 26, "../desk"])
def test_a_link_that_is_not_ours_leads_nowhere(world: "World", path: str, token: str) -> None:
    assert world.browser().get(f"/l/{token}").status_code == 404
    assert world.browser().get(f"/l/{token}/answer").status_code == 404


def test_a_scanner_that_follows_and_posts_everything_changes_nothing(world: "World", path: str) -> None:
    before = world.everything()
    scanner = world.browser()
    for _ in range(2):
        for part in ("", "/letter", "/code", "/answer", "/answered"):
            scanner.get(f"{path}{part}")
            scanner.head(f"{path}{part}")
    for part in ("/code", "/open", "/answer"):
        fresh = world.browser()
        fresh.post(f"{path}{part}", data={"choice": "outcome:resolved@s1", "text": "Done", "code": "000000"})
    assert world.everything() == before


def test_without_the_code_the_answer_page_leads_back_to_the_letter(world: "World", path: str) -> None:
    browser = world.browser()
    hidden = world.hidden(browser.get(path).text)
    assert str(browser.get(f"{path}/answer").url).endswith(path)
    before = world.everything()
    browser.post(f"{path}/answer", data=hidden | {"choice": "outcome:resolved@s1", "text": "Done"})
    assert world.everything() == before


def test_the_code_opens_the_answer_form_and_the_device_is_remembered(world: "World", path: str) -> None:
    browser, _, _ = known(world)
    page = browser.get(f"{path}/answer")
    assert "Record this answer" in page.text
    hidden, before = world.hidden(browser.get(path).text), world.everything()
    assert str(browser.post(f"{path}/code", data=hidden).url).endswith("/answer")
    assert world.everything() == before
    world.clock.move(timedelta(days=29))
    assert str(browser.get(f"{path}/answer").url).endswith("/answer")
    world.clock.move(timedelta(days=2))
    assert str(browser.get(f"{path}/answer").url).endswith(path)


def test_a_wrong_code_opens_nothing(world: "World", path: str) -> None:
    browser = world.browser()
    hidden = world.hidden(browser.get(path).text)
    browser.post(f"{path}/code", data=hidden)
    wrong = f"{(int(world.code()) + 1) % 1_000_000:06d}"
    page = browser.post(f"{path}/open", data=hidden | {"code": wrong})
    assert (page.status_code, "not the code we sent" in page.text) == (400, True)
    assert browser.post(f"{path}/open", data=hidden | {"code": ""}).status_code == 400
    assert str(browser.get(f"{path}/answer").url).endswith(path)


def test_a_code_of_one_reader_does_not_open_the_letter_of_another(world: "World", path: str) -> None:
    alice = world.letters("stage", "Alice Osei")[0]
    browser = world.signed_in(alice)
    assert "Record this answer" in browser.get(f"{world.page(alice)}/answer").text
    assert str(browser.get(f"{path}/answer").url).endswith(path)


def test_a_code_is_too_old_after_half_an_hour(world: "World", path: str) -> None:
    browser = world.browser()
    hidden = world.hidden(browser.get(path).text)
    browser.post(f"{path}/code", data=hidden)
    world.clock.move(timedelta(minutes=31))
    assert browser.post(f"{path}/open", data=hidden | {"code": world.code()}).status_code == 400


def test_codes_are_not_sent_or_tried_without_end(world: "World", path: str) -> None:
    browser = world.browser()
    hidden = world.hidden(browser.get(path).text)
    assert [browser.post(f"{path}/code", data=hidden).status_code for _ in range(6)] == [200] * 5 + [429]
    tried = [browser.post(f"{path}/open", data=hidden | {"code": "12"}).status_code for _ in range(13)]
    assert tried == [400] * 12 + [429]


def test_an_outcome_with_its_words_is_recorded_and_shown_as_recorded(world: "World", path: str) -> None:
    browser, hidden, _ = known(world)
    page = browser.post(f"{path}/answer", data=hidden | {"choice": "outcome:resolved@s1", "text": "We visited."})
    assert "Recorded as: It is resolved" in page.text
    said = world.view().case.stage_row("s1").said
    assert [(each.outcome, each.text, each.party) for each in said] == [("resolved", "We visited.", "p2")]
    assert world.reading.written_log(world.view().case.id).lines[-1].fault == ""
    assert any("Ben Carter (practitioner) says: It is resolved. We visited." in words for words in entries(world))


def asked(world: "World", question: str) -> int:
    """How often the record says that this was asked."""
    return sum(f"asks: {question}" in words and "For business" not in words for words in entries(world))


def test_a_form_sent_again_is_not_said_to_be_recorded_and_keeps_its_words(world: "World", path: str) -> None:
    browser, hidden, _ = known(world)
    form = hidden | {"choice": "question@s1", "text": "Which child?"}
    assert "Recorded as: I have a question" in browser.post(f"{path}/answer", data=form).text
    again = browser.post(f"{path}/answer", data=form | {"choice": "outcome:not_resolved@s1", "text": "Nobody came."})
    assert "This form was sent before, and was recorded then as: I have a question" in again.text
    assert "Your answer is recorded" not in again.text
    assert "Nobody came." in again.text
    assert (asked(world, "Which child?"), world.view().case.stage_row("s1").said) == (1, ())
    form = world.hidden(again.text) | {"choice": "outcome:not_resolved@s1", "text": "Nobody came."}
    assert "Your answer is recorded" in browser.post(f"{path}/answer", data=form).text
    assert [each.text for each in world.view().case.stage_row("s1").said] == ["Nobody came."]


def test_a_code_counts_only_in_the_browser_that_asked_for_it(world: "World", path: str) -> None:
    ben, stranger = world.browser(), world.browser("198.51.100.7")
    mine, theirs = (world.hidden(each.get(path).text) for each in (ben, stranger))
    ben.post(f"{path}/code", data=mine)
    code = world.code()
    stranger.post(f"{path}/code", data=theirs)
    tried = [stranger.post(f"{path}/open", data=theirs | {"code": code}).status_code for _ in range(13)]
    assert tried == [400] * 12 + [429]
    assert ben.post(f"{path}/open", data=mine | {"code": code}).status_code == 200


def test_no_other_letter_opens_the_log(world: "World", path: str) -> None:
    browser, _, _ = known(world)
    assert browser.get(f"{path}/record").status_code == 403


@pytest.mark.parametrize(
    ("answer", "at_fault"),
    [
        ({}, "choice"),
        ({"choice": "nonsense"}, "choice"),
        ({"choice": "settle:resolved@s1"}, "choice"),
        ({"choice": "question@s1"}, "text"),
        ({"choice": "meeting@s1"}, "day-day"),
        ({"choice": "meeting@s1", "day-day": "31", "day-month": "2", "day-year": "2027"}, "day-day"),
        ({"choice": "by@s1", "day-day": "26", "day-month": "11", "day-year": "2026"}, "day-day"),
    ],
)
def test_an_answer_that_lacks_something_is_asked_for_just_that(
    world: "World", path: str, answer: dict[str, str], at_fault: str
) -> None:
    browser, hidden, _ = known(world)
    before = world.everything()
    page = browser.post(f"{path}/answer", data=hidden | {"text": "", **answer})
    assert (page.status_code, f'href="#{at_fault}"' in page.text) == (400, True)
    assert world.everything() == before


def test_a_date_is_recorded_today_included(world: "World", path: str) -> None:
    browser, hidden, _ = known(world)
    today = {"day-day": "27", "day-month": "11", "day-year": "2026"}
    page = browser.post(f"{path}/answer", data=hidden | {"choice": "meeting@s1"} | today)
    assert "Recorded as: We will meet" in page.text
    assert any("Friday 27 November 2026" in words and "meet or talk" in words for words in entries(world))


def test_a_form_that_stood_open_too_long_keeps_its_text(world: "World", path: str) -> None:
    browser, hidden, _ = known(world)
    page = browser.post(f"{path}/answer", data=hidden | {"form_key": "x", "choice": "question@s1", "text": "Keep <me>"})
    assert page.status_code == 403
    assert "Keep &lt;me&gt;" in page.text
    assert not world.view().case.stage_row("s1").heard


def test_a_letter_whose_stage_has_ended_says_so(world: "World", path: str) -> None:
    alice, hidden, page = known(world, "Alice Osei")
    ben, bens, _ = known(world)
    alice.post(f"{page}/answer", data=hidden | {"choice": "outcome:not_resolved@s1", "text": "No answer came."})
    assert "has been answered, or has ended" in world.browser().get(path).text
    assert "Answer this letter" not in world.browser().get(path).text
    assert "has been answered, or has ended" in ben.get(f"{path}/answer").text
    late = ben.post(f"{path}/answer", data=bens | {"choice": "outcome:resolved@s1", "text": "We did it."})
    assert (late.status_code, "answered or has ended meanwhile" in late.text, "We did it." in late.text) == (
        409,
        True,
        True,
    )
    assert not any("We did it." in words for words in entries(world))


def test_a_letter_that_asks_nothing_says_so(world: "World", path: str) -> None:
    assert "Nothing is asked of you" in world.browser().get(world.page(world.letters("received")[0])).text


def test_the_link_in_a_letter_that_belongs_to_no_case_leads_nowhere(world: "World", path: str) -> None:
    browser = world.browser()
    browser.post(f"{path}/code", data=world.hidden(browser.get(path).text))
    waiting = world.dispatch.due(world.clock(), 100)
    codes = [each for each in waiting if (due := world.dispatch.look(each, world.clock())) and not due.letter.case_id]
    assert codes
    for letter_id in codes:
        assert browser.get(f"/l/{world.reading.page_token(letter_id, world.clock())}").status_code == 404


def test_business_support_settles_a_dispute_from_its_letter(world: "World", path: str) -> None:
    for name, key in (("Alice Osei", "resolved"), ("Ben Carter", "not_resolved")):
        browser, hidden, page = known(world, name)
        if name == "Ben Carter":
            browser.post(f"{page}/answer", data=hidden | {"choice": f"outcome:{key}@s1", "text": "So I say."})
        else:
            browser.post(f"{page}/answer", data=hidden | {"choice": f"outcome:{key}@s1", "text": "So it is."})
    assert world.view().case.status == "disputed"
    letter = next(each for each in world.view().letters if each.to == BUSINESS_SUPPORT and each.offers)
    support, page = world.desk("support"), world.page(letter)
    assert "at the desk" in support.get(page).text
    at_desk = support.get(f"{page}/answer")
    form = world.hidden(at_desk.text) | {"choice": "settle:resolved@s1", "text": "Both agree now."}
    told = {"via": "telephone", "reason": "Both said so on the telephone"}
    world.press(support, at_desk.url.path, form | told)
    assert world.view().case.status == "closing"
    before = world.everything()
    for part in ("code", "open", "answer"):  # the link alone leads to the desk, and there one signs in
        assert "Sign in to the desk" in world.browser().post(f"{page}/{part}", data={"code": "000000"}).text
    assert world.everything() == before


def test_answers_are_counted(make_world: "Callable[..., World]") -> None:
    world = make_world({"answer": Limit(1, timedelta(minutes=10))})
    world.open_case(replace(ALICE, name="Alice Osei"))
    browser, hidden, page = known(world)
    form = hidden | {"choice": "by@s1"} | LATER
    assert [browser.post(f"{page}/answer", data=form).status_code for _ in range(2)] == [200, 429]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda text: text.strip() != "")
)
def test_any_words_are_recorded_as_they_are_and_shown_inert(world: "World", words: str) -> None:
    hostile = f"<script>alert(1)</script>{words}"
    world.clock.move(timedelta(hours=1))
    world.open_case(replace(ALICE, concern=hostile))
    browser, hidden, path = known(world)
    page = browser.post(f"{path}/answer", data=hidden | {"choice": "question@s1", "text": hostile})
    log = browser.get(f"{world.status('p2')}/record").text
    status = browser.get(world.status("p2")).text
    assert page.status_code == 200
    assert "&lt;script&gt;alert(1)" in log
    assert "&lt;script&gt;alert(1)" in status
    assert "<script" not in page.text + log + status
    assert any(hostile.strip(" \t\n\u00a0") in entry for entry in entries(world))
