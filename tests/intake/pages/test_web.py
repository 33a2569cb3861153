import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from web.limits import Limit

if TYPE_CHECKING:
    from tests.conftest import World

RAISE = "/chscp/raise"
WHOLE = {
    "email": "alice@homerton.example",
    "name": "Alice Osei",
    "agency": "health",
    "other_agency": "hackney",
    "other_name": "Ben Carter",
    "other_email": "ben@hackney.example",
    "child": "K.M.",
    "concern": "Nobody has visited\nfor three weeks.",
    "q_child_status": "protection_plan",
    "q_protects_by-day": "4",
    "q_protects_by-month": "12",
    "q_protects_by-year": "2026",
    "harm": "no",
}


class Inside(HTMLParser):
    """The text of a page's textareas and the values of its inputs, by name, and all its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: dict[str, str] = {}
        self.tags: list[str] = []
        self._open = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = dict(attrs)
        self.tags.append(tag)
        if tag == "textarea":
            self._open = have["name"] or ""
            self.texts[self._open] = ""
        elif tag == "input" and have.get("type") not in ("radio", "checkbox"):
            self.texts[have["name"] or ""] = have.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open] += data


def begun(browser: TestClient) -> dict[str, str]:
    """The hidden inputs of a blank form."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', browser.get(RAISE).text)
    return dict(found)


def cases_of(world: "World") -> int:
    return len(world.reading.list_cases("chscp", world.clock()))


def test_with_one_partnership_one_goes_straight_to_its_start_page(world: "World") -> None:
    page = world.browser().get("/")
    assert str(page.url).endswith("/chscp/")
    policy = world.casework.partnerships["chscp"].loaded.policy
    for stage in policy.stages.values():
        assert stage.title.replace("'", "&#39;") in page.text
    assert page.text.index("call 999. Do not wait") < page.text.index(f'href="{RAISE}"')


@pytest.mark.parametrize("path", ["/nobody/", "/nobody/raise", "/nobody/confirm", "/chscp/confirm", "/chscp/received"])
def test_what_is_not_there_is_not_found(world: "World", path: str) -> None:
    assert world.browser().get(path).status_code == 404


def test_an_empty_form_says_what_is_needed_and_opens_nothing(world: "World") -> None:
    browser = world.browser()
    page = browser.post(RAISE, data=begun(browser) | {"child": "K.M.", "wanted": "A visit"})
    assert page.status_code == 400
    assert 'href="#email"' in page.text
    assert 'href="#concern"' in page.text
    inside = Inside(page.text)
    assert (inside.texts["child"], inside.texts["wanted"]) == ("K.M.", "A visit")
    assert cases_of(world) == 0


def test_immediate_harm_without_an_address_says_what_to_do_now(world: "World") -> None:
    browser = world.browser()
    page = browser.post(RAISE, data=begun(browser) | {"harm": "yes"})
    assert page.status_code == 400
    assert "This has not been sent yet. Do not wait for it: Tell your agency" in page.text
    assert 'href="#concern"' not in page.text


def test_immediate_harm_needs_the_address_alone_and_is_acted_on_before_it_is_confirmed(world: "World") -> None:
    browser = world.browser()
    page = browser.post(
        RAISE, data=begun(browser) | {"harm": "yes", "email": "alice@homerton.example", "agency": "health"}
    )
    assert str(page.url).endswith("/chscp/confirm")
    assert "In an emergency call 999" in page.text
    assert {each.name for each in world.letters("immediate_harm")} == {"Business support", "Rosa Lind"}


def test_a_form_with_holes_opens_a_case(world: "World") -> None:
    browser = world.browser()
    browser.post(RAISE, data=begun(browser) | {"email": "alice@homerton.example", "concern": "He is not safe."})
    case = world.view().case
    assert (case.raiser.email, case.facts["concern"], case.confirmed) == (
        "alice@homerton.example",
        "He is not safe.",
        False,
    )


def test_every_answer_of_the_form_reaches_the_case(world: "World") -> None:
    browser = world.browser()
    browser.post(RAISE, data=begun(browser) | WHOLE | {"starts_at": "line_managers", "aside_lado": "no"})
    facts = world.view().case.facts
    assert facts["concern"] == "Nobody has visited\nfor three weeks."
    assert facts["child_status"] == ("protection_plan",)
    assert facts["protects_by"] == "2026-12-04"
    assert facts["starts_at"] == "line_managers"
    assert world.view().case.agencies == {"raising": "health", "receiving": "hackney"}
    assert "diversions" not in facts


def test_an_agency_is_chosen_or_written_but_not_both(world: "World") -> None:
    browser = world.browser()
    both = browser.post(RAISE, data=begun(browser) | WHOLE | {"other_agency_written": "St Mary School"})
    assert (both.status_code, 'href="#other_agency"' in both.text) == (400, True)
    browser.post(RAISE, data=begun(browser) | WHOLE | {"other_agency": "", "other_agency_written": "St Mary School"})
    assert world.view().case.agencies["receiving"] == "St Mary School"


def test_a_signpost_is_shown_and_everything_is_kept_until_the_person_goes_on(world: "World") -> None:
    browser = world.browser()
    hidden = begun(browser)
    page = browser.post(RAISE, data=hidden | WHOLE | {"aside_wrongdoing": "yes", "aside_lado": "yes"})
    assert "such as whistle-blowing" in page.text
    assert "Local Authority Designated Officer" in page.text
    assert "This stays confidential" in page.text
    assert cases_of(world) == 0
    kept = Inside(page.text).texts
    browser.post(RAISE, data=kept)
    case = world.view().case
    assert (case.facts["signposts"], case.facts["diversions"]) == (("wrongdoing",), ("lado",))
    assert case.facts["concern"] == WHOLE["concern"]
    assert case.facts["protects_by"] == "2026-12-04"


def test_from_the_signposts_one_can_go_back_with_everything_kept(world: "World") -> None:
    browser = world.browser()
    kept = Inside(browser.post(RAISE, data=begun(browser) | WHOLE | {"aside_wrongdoing": "yes"}).text).texts
    page = browser.post(RAISE, data=kept | {"change": "yes"})
    again = Inside(page.text).texts
    assert again["concern"].strip() == WHOLE["concern"]
    assert (again["name"], again["mark"]) == ("Alice Osei", kept["mark"])
    assert cases_of(world) == 0


def test_immediate_harm_is_not_held_up_by_a_signpost(world: "World") -> None:
    browser = world.browser()
    page = browser.post(RAISE, data=begun(browser) | WHOLE | {"harm": "yes", "aside_wrongdoing": "yes"})
    assert str(page.url).endswith("/chscp/confirm")
    assert world.view().case.facts["signposts"] == ("wrongdoing",)


def test_the_same_form_sent_twice_is_one_case_and_the_second_is_told(world: "World") -> None:
    browser = world.browser()
    form = begun(browser) | WHOLE
    browser.post(RAISE, data=form)
    world.clock.move(timedelta(seconds=1))
    page = browser.post(RAISE, data=form | {"concern": "Something else"})
    assert "We have this form already" in page.text
    assert cases_of(world) == 1
    assert world.view().case.facts["concern"] == WHOLE["concern"]


def test_two_forms_are_two_cases(world: "World") -> None:
    browser = world.browser()
    browser.post(RAISE, data=begun(browser) | WHOLE)
    browser.post(RAISE, data=begun(browser) | WHOLE)
    assert cases_of(world) == 2


@pytest.mark.parametrize("mark", ["", "short", "Z" * 32, "<script>"])
def test_a_broken_mark_is_replaced_and_the_form_still_counts(world: "World", mark: str) -> None:
    browser = world.browser()
    browser.post(RAISE, data=begun(browser) | WHOLE | {"mark": mark})
    browser.post(RAISE, data=begun(browser) | WHOLE | {"mark": mark})
    assert cases_of(world) == 2


def test_a_form_without_its_key_changes_nothing_and_keeps_the_text(world: "World") -> None:
    browser = world.browser()
    form = begun(browser) | WHOLE
    before = world.everything()
    page = world.browser().post(RAISE, data=form)
    assert page.status_code == 403
    assert "Nothing has been sent yet" in page.text
    assert Inside(page.text).texts["concern"].strip() == WHOLE["concern"]
    assert browser.post(RAISE, data=form | {"form_key": "0" * 64}).status_code == 403
    assert browser.post(RAISE, data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert world.everything() == before


def test_too_many_forms_are_refused_for_a_while(make_world: "Callable[..., World]") -> None:
    world = make_world({"raise": Limit(1, timedelta(minutes=10))})
    browser = world.browser()
    browser.post(RAISE, data=begun(browser) | WHOLE)
    assert browser.post(RAISE, data=begun(browser) | WHOLE).status_code == 429
    assert cases_of(world) == 1
    world.clock.move(timedelta(minutes=11))
    assert browser.post(RAISE, data=begun(browser) | WHOLE).status_code == 200


def test_immediate_harm_is_never_refused(make_world: "Callable[..., World]") -> None:
    world = make_world({"raise": Limit(1, timedelta(minutes=10))})
    browser = world.browser()
    for _ in range(3):
        assert browser.post(RAISE, data=begun(browser) | WHOLE | {"harm": "yes"}).status_code == 200
    assert cases_of(world) == 3


def test_forms_of_others_that_name_an_address_do_not_lock_its_owner_out(world: "World") -> None:
    stranger, alice = world.browser("198.51.100.7"), world.browser()
    for _ in range(12):
        stranger.post(RAISE, data=begun(stranger) | WHOLE)
    assert alice.post(RAISE, data=begun(alice) | WHOLE).status_code == 200
    assert cases_of(world) == 13


def test_while_the_database_cannot_be_used_the_form_keeps_its_words(world: "World") -> None:
    browser = world.browser()
    form, engine = begun(browser) | WHOLE, world.casework.database.engine
    with patch.object(engine, "connect", side_effect=OperationalError("", {}, Exception("database is locked"))):
        page = browser.post(RAISE, data=form)
        start = browser.get("/s/7zzzzzzzzzzzzzzzzzzzzzzzzz")
    assert page.status_code == 503
    assert "The service is not available just now" in page.text
    assert Inside(page.text).texts["concern"].strip() == WHOLE["concern"]
    assert browser.post(RAISE, data=world.hidden(page.text) | WHOLE).status_code == 200
    assert cases_of(world) == 1
    assert start.status_code == 503
    assert "The service is not available just now" in start.text


def test_a_body_that_is_too_long_or_not_utf8_is_refused_and_nothing_changes(world: "World") -> None:
    browser = world.browser()
    before = world.everything()
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert browser.post(RAISE, content=b"concern=" + b"a" * 10_000_000, headers=kind).status_code == 413
    assert browser.post(RAISE, content=b"concern=%ff%fe", headers=kind).status_code == 400
    assert browser.post(RAISE, content=b"&".join(b"a%d=1" % n for n in range(1000)), headers=kind).status_code == 400
    assert world.everything() == before


def raised(world: "World") -> TestClient:
    browser = world.browser()
    browser.post(RAISE, data=begun(browser) | WHOLE)
    return browser


def test_the_code_confirms_the_address_and_only_then_are_others_written_to(world: "World") -> None:
    browser = raised(world)
    asking = browser.get("/chscp/confirm")
    assert "a…@homerton.example" in asking.text
    assert "CHSCP-2026" not in asking.text
    assert not world.letters("stage")
    page = browser.post("/chscp/confirm", data=world.hidden(asking.text) | {"code": world.code()})
    assert str(page.url).endswith("/chscp/received")
    assert world.view().case.reference in page.text
    assert f"http://answerable.example{world.status()}" in page.text
    assert world.letters("stage", "Ben Carter")


def test_a_wrong_code_is_said_to_be_wrong_and_after_five_a_new_one_is_needed(world: "World") -> None:
    browser = raised(world)
    hidden, right = world.hidden(browser.get("/chscp/confirm").text), world.code()
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    for _ in range(5):
        page = browser.post("/chscp/confirm", data=hidden | {"code": wrong})
        assert (page.status_code, "not the code we sent" in page.text) == (400, True)
    assert browser.post("/chscp/confirm", data=hidden | {"code": right}).status_code == 400
    browser.post("/chscp/confirm/again", data=hidden)
    assert str(browser.post("/chscp/confirm", data=hidden | {"code": world.code()}).url).endswith("/received")


def test_an_empty_code_is_asked_for_and_not_counted(world: "World") -> None:
    browser = raised(world)
    hidden = world.hidden(browser.get("/chscp/confirm").text)
    for _ in range(20):
        assert browser.post("/chscp/confirm", data=hidden | {"code": " "}).status_code == 400
    assert browser.post("/chscp/confirm", data=hidden | {"code": world.code()}).status_code == 200


def test_codes_cannot_be_asked_for_without_end_nor_without_the_key(world: "World") -> None:
    browser = raised(world)
    hidden = world.hidden(browser.get("/chscp/confirm").text)
    assert browser.post("/chscp/confirm/again", data={}).status_code == 403
    assert browser.post("/chscp/confirm", data={"code": world.code()}).status_code == 403
    sent = [browser.post("/chscp/confirm/again", data=hidden).status_code for _ in range(6)]
    assert sent == [200] * 5 + [429]


def test_the_link_in_the_mail_leads_to_the_confirm_page_in_another_browser(world: "World") -> None:
    raised(world)
    letter = world.letters("confirm")[0]
    other = world.browser()
    page = other.get(world.page(letter))
    assert str(page.url).endswith("/chscp/confirm")
    assert world.code() not in page.text
    assert other.get(f"{world.page(letter)}/letter").status_code == 404
    done = other.post("/chscp/confirm", data=world.hidden(page.text) | {"code": world.code()})
    assert world.view().case.reference in done.text


def test_a_browser_that_did_not_enter_the_code_sees_no_reference(world: "World") -> None:
    first = raised(world)
    world.casework.confirm(world.view().case.id, world.code(), world.clock())
    page = first.get("/chscp/received")
    assert "confirmed already" in page.text
    assert world.view().case.reference not in page.text
    assert str(first.get("/chscp/confirm").url).endswith("/chscp/received")


def test_looking_changes_nothing(world: "World") -> None:
    browser = raised(world)
    before = world.everything()
    for path in ("/", "/chscp/", RAISE, "/chscp/confirm", "/chscp/received"):
        for _ in range(2):
            browser.get(path)
            browser.head(path)
    assert world.everything() == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(
        lambda text: text == text.strip() != ""
    )
)
def test_any_text_comes_back_as_it_was_and_inert(world: "World", words: str) -> None:
    browser = world.browser()
    plain = Inside(browser.post(RAISE, data=begun(browser)).text)
    page = browser.post(
        RAISE, data=begun(browser) | {"concern": words, "wanted": f"\n{words}", "name": words[:200], "harm": words}
    )
    inside = Inside(page.text)
    assert page.status_code == 400
    assert inside.texts["wanted"].lstrip("\n").rstrip("\n") == words
    assert inside.texts["name"] == words[:200].strip(" \t\n\u00a0")
    assert set(inside.tags) == set(plain.tags)
    assert inside.tags.count("script") == plain.tags.count("script")
