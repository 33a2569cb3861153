from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient

from cases.submission import Answer, Submission
from cases.tables import entries

if TYPE_CHECKING:
    from tests.conftest import World

HOLES = Submission(email="alice@homerton.example", name="Alice Osei", agency="health", concern="K.M. is not safe.")
WHOLE = replace(HOLES, other_agency="hackney", other_name="Ben Carter", other_email="ben@hackney.example", child="K.M.")


def as_party(world: "World", who: str = "p1") -> TestClient:
    """A browser on which a party of the newest case has entered the code."""
    browser, path = world.browser(), world.status(who)
    hidden = world.hidden(browser.get(path).text)
    browser.post(f"{path}/code", data=hidden)
    browser.post(f"{path}/open", data=hidden | {"code": world.code()})
    return browser


def test_the_link_alone_shows_how_it_stands_and_nothing_of_the_child(world: "World") -> None:
    world.open_case(WHOLE)
    page = world.browser().get(world.status()).text
    assert "Stage 1: Practitioners talk" in page
    assert "Ben Carter</strong>, practitioner, Hackney Children&#39;s Services" in page
    assert "Due Friday 4 December 2026: 5 working days from Friday 27 November; 28–29 November are a weekend" in page
    assert "If nobody answers: on Thursday 3 December 2026, 8:00am we remind those who have not answered." in page
    assert "K.M." not in page
    assert "written log</a>" not in page


@pytest.mark.parametrize("part", ["", "/code", "/details", "/record"])
def test_a_link_that_is_not_ours_leads_nowhere(world: "World", part: str) -> None:
    world.open_case(WHOLE)
    assert world.browser().get(f"/s/{'0' * 26}{part}").status_code == 404


@pytest.mark.parametrize("part", ["/details", "/record"])
def test_without_the_code_details_and_record_lead_back(world: "World", part: str) -> None:
    world.open_case(WHOLE)
    assert str(world.browser().get(f"{world.status()}{part}").url).endswith(world.status())


def test_looking_and_posting_without_the_form_changes_nothing(world: "World") -> None:
    world.open_case(HOLES)
    path, before = world.status(), world.everything()
    for part in ("", "/code", "/details", "/record"):
        world.browser().get(f"{path}{part}")
        world.browser().head(f"{path}{part}")
    for part in ("/code", "/open", "/details"):
        world.browser().post(f"{path}{part}", data={"child": "X.", "code": "000000"})
    assert world.everything() == before


def test_before_the_address_is_confirmed_it_says_what_it_waits_for(world: "World") -> None:
    world.open_case(WHOLE, confirmed=False)
    page = world.browser().get(world.status()).text
    assert "Waiting for the person who raised it to confirm" in page
    assert "Nobody besides the person who raised it" in page


def test_the_raiser_sees_what_it_is_about_and_what_can_be_answered(world: "World") -> None:
    world.open_case(WHOLE)
    browser = as_party(world)
    page = browser.get(world.status()).text
    assert "K.M. is not safe." in page
    letter = world.letters("stage", "Alice Osei")[0]
    assert f'href="{world.page(letter)}"' in page
    assert "Record this answer" in browser.get(f"{world.page(letter)}/answer").text


def test_the_raiser_adds_what_was_missing_and_the_right_people_are_written_to(world: "World") -> None:
    world.open_case(HOLES)
    browser, path = as_party(world), world.status()
    form = browser.get(f"{path}/details").text
    assert 'name="child"' in form
    assert 'name="concern"' not in form
    assert "practitioner: not known yet" in browser.get(path).text
    added = {
        "child": "K.M.",
        "other_agency": "hackney",
        "other_name": "Ben Carter",
        "other_email": "ben@hackney.example",
    }
    page = browser.post(f"{path}/details", data=world.hidden(form) | added | {"q_child_status": ["looked_after"]})
    assert str(page.url).endswith(path)
    facts = world.view().case.facts
    assert (facts["child"], facts["child_status"]) == ("K.M.", ("looked_after",))
    assert world.letters("stage", "Ben Carter")
    assert 'name="child"' not in browser.get(f"{path}/details").text


def test_details_that_are_wrong_are_shown_again_with_their_text(world: "World") -> None:
    world.open_case(HOLES)
    browser, path = as_party(world), world.status()
    hidden, before = world.hidden(browser.get(f"{path}/details").text), world.everything()
    page = browser.post(f"{path}/details", data=hidden | {"child": "K.M.", "other_email": "not an address"})
    assert (page.status_code, 'href="#other_email"' in page.text, 'value="K.M."' in page.text) == (400, True, True)
    assert browser.post(f"{path}/details", data={"child": "K.M."}).status_code == 403
    browser.post(f"{path}/details", data=hidden)
    assert world.everything() == before


def test_only_the_raiser_adds_details(world: "World") -> None:
    world.open_case(WHOLE)
    browser = as_party(world, "p2")
    assert str(browser.get(f"{world.status('p2')}/details").url).endswith(world.status("p2"))
    hidden, before = world.hidden(browser.get("/chscp/raise").text), world.everything()
    browser.post(f"{world.status('p2')}/details", data=hidden | {"child": "Z."})
    assert world.everything() == before


def test_a_party_reads_the_written_log_after_the_code(world: "World") -> None:
    world.open_case(WHOLE)
    page = as_party(world, "p2").get(f"{world.status('p2')}/record").text
    assert "An escalation was received from Alice Osei." in page
    assert "policy 2.1-2.2" in page
    assert "The log verifies: its" in page
    assert "Friday 27 November 2026, 9:05am" in page


def test_a_log_that_was_altered_is_named_as_such(world: "World") -> None:
    world.open_case(WHOLE)
    browser = as_party(world)
    with world.casework.database.write() as connection:
        connection.execute(entries.update().where(entries.c.sequence == 2).values(kind="other"))
    page = browser.get(f"{world.status()}/record").text
    assert "This log does not verify" in page
    assert "Entry 2: the entry was altered" in page
    assert "This entry cannot be trusted" in page


def test_a_confidential_case_is_shown_to_the_raiser_and_the_named_person_alone(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",), immediate_harm=True))
    case = world.view().case
    lead = next(party for party in case.parties if party.role == "safeguarding_lead")
    named = next(party for party in case.parties if party.role == "named_person")
    for part in ("", "/record", "/details", "/code"):
        assert world.browser().get(f"{world.status(lead.key)}{part}").status_code == 403
    assert world.browser().get(world.status(named.key)).status_code == 200
    assert "An escalation was received" in as_party(world, named.key).get(f"{world.status(named.key)}/record").text
    assert "The case is confidential" in as_party(world).get(f"{world.status()}/record").text


def test_after_go_on_the_record_still_stays_with_the_raiser_and_the_named_person(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",)))
    named = next(party for party in world.view().case.parties if party.role == "named_person")
    world.casework.hear(world.view().case.id, named.key, Answer("divert:go_on", "case"), world.clock())
    ben = next(party for party in world.view().case.parties if party.name == "Ben Carter")
    shown = {who: as_party(world, who).get(f"{world.status(who)}/record").text for who in ("p1", named.key, ben.key)}
    assert {who for who, page in shown.items() if "An escalation was received" in page} == {"p1", named.key}
    assert "/record" not in as_party(world, ben.key).get(world.status(ben.key)).text


def test_the_raiser_says_that_it_is_not_settled(world: "World") -> None:
    world.open_case(WHOLE)
    ben = world.letters("stage", "Ben Carter")[0]
    browser = world.signed_in(ben)
    form = world.hidden(browser.get(f"{world.page(ben)}/answer").text)
    browser.post(f"{world.page(ben)}/answer", data=form | {"choice": "outcome:resolved@s1", "text": "We visited."})
    raiser = as_party(world)
    page = raiser.get(world.status()).text
    assert "I do not agree that it is settled, because" in page
    outcome = world.page(world.letters("outcome")[0])
    assert f'href="{outcome}"' in page
    form = world.hidden(raiser.get(f"{outcome}/answer").text)
    raiser.post(f"{outcome}/answer", data=form | {"choice": "object@s1", "text": "Nobody came."})
    assert "I do not agree" not in raiser.get(world.status()).text
    assert "Take it to Stage 2: Line managers" in raiser.get(world.status()).text


def test_an_overdue_clock_is_named_overdue(world: "World") -> None:
    world.open_case(WHOLE)
    world.clock.move(timedelta(days=10))
    assert "Overdue" in world.browser().get(world.status()).text


def test_once_a_key_is_destroyed_the_link_leads_nowhere(world: "World") -> None:
    world.open_case(WHOLE)
    path, letter = world.status(), world.page(world.letters("stage")[0])
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, world.view().case.id, world.clock())
    assert world.browser().get(path).status_code == 404
    assert world.browser().get(letter).status_code == 404


def test_the_named_person_reads_the_log_and_the_mail_that_waits(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",)))
    letter = world.letters("divert", "Yusuf Amin")[0]
    page = world.page(letter)
    subject = f"Re: {world.view().case.reference}"
    world.put_in_tray("It is about our colleague.", subject, "alice@homerton.example")
    assert "It is about our colleague." not in world.browser().get(f"{page}/record").text
    browser = world.signed_in(letter)
    assert f'href="{page}/record"' in browser.get(f"{page}/answer").text
    found = browser.get(f"{page}/record").text
    assert "An escalation was received" in found
    assert "It is about our colleague." in found
