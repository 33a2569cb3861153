"""What business support does at the desk: each action a form, what will happen, and a button that does it once."""

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Table, select

from cases.standing import offers_at_desk
from cases.submission import Answer, Submission
from cases.tables import cases, clocks, codes, entries, letters, tasks

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from tests.conftest import World

UNTIL = {"until-day": "14", "until-month": "12", "until-year": "2026"}
MEETING = {"day-day": "14", "day-month": "12", "day-year": "2026", "at": "10:30", "place": "Town Hall"}
NEWCOMER = {"who": "p2", "person": "", "name": "Nia Park", "email": "nia@hackney.example"}
ACTIONS = {
    "pause": UNTIL,
    "override": {"outcome": "resolved"},
    "take-on": {"target": "line_managers"},
    "meeting": MEETING,
    "hand-over": NEWCOMER,
    "breach": {"kind": "child", "to": "ben@hackney.example"},
    "end": {"kind": "withdrawn"},
}


def place(world: "World") -> str:
    return f"/desk/chscp/cases/{world.view().case.reference}/do"


def main(page: str) -> str:
    """The words of a page, without its frame."""
    inside = page.split("<main")[1].split("</main>")[0]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside)))


def form(world: "World", desk: "TestClient", key: str, **data: str) -> dict[str, str]:
    page = desk.get(f"{place(world)}/{key}")
    assert page.status_code == 200, page.text
    return world.hidden(page.text) | {"reason": "They asked for it."} | data


def preview(world: "World", desk: "TestClient", key: str, **data: str) -> tuple[str, dict[str, str]]:
    """The page that shows what will happen, and the form on it."""
    page = desk.post(f"{place(world)}/{key}", data=form(world, desk, key, **data))
    assert page.status_code == 200, main(page.text)
    return page.text, world.hidden(page.text)


def done(world: "World", desk: "TestClient", key: str, **data: str) -> None:
    _, hidden = preview(world, desk, key, **data)
    answer = desk.post(f"{place(world)}/{key}", data=hidden | {"press": "do"}, follow_redirects=False)
    assert answer.status_code == 303, main(answer.text)


@pytest.mark.parametrize("key", ACTIONS)
def test_a_preview_shows_every_letter_and_writes_nothing_and_the_button_does_it_once(world: "World", key: str) -> None:
    world.open_case()
    desk = world.desk()
    before, count = len(world.letters()), world.view().case.length
    page, hidden = preview(world, desk, key, **ACTIONS[key])
    assert (len(world.letters()), world.view().case.length) == (before, count)
    assert "Nothing has been done yet" in main(page)
    for _ in range(2):
        pressed = desk.post(f"{place(world)}/{key}", data=hidden | {"press": "do"}, follow_redirects=False)
        assert (pressed.status_code, pressed.headers["location"]) == (303, place(world).removesuffix("/do") + "?done=1")
        after = len(world.letters())
    written = world.letters()[before:]
    assert len(world.letters()) == after
    for letter in written:
        assert unescape(main(page)).count(letter.email) >= 1 or letter.to == "business_support"
    log = world.reading.written_log(world.view().case.id)
    assert any("Business support" in line.evidence or "recorded by" in line.evidence for line in log.lines[count:])
    assert any("They asked for it" in line.words for line in log.lines[count:])
    assert log.faults == ()


def rows_of(world: "World", *chosen: Table) -> list[list[object]]:
    with world.casework.database.read() as connection:
        return [[tuple(row) for row in connection.execute(select(table))] for table in chosen]


def test_a_preview_makes_no_token_and_writes_no_row(world: "World") -> None:
    world.open_case()
    desk = world.desk()
    data = form(world, desk, "pause", **UNTIL)
    before = rows_of(world, cases, clocks, codes, entries, letters, tasks)
    page = desk.post(f"{place(world)}/pause", data=data)
    assert "(given when it is sent)" in page.text
    assert rows_of(world, cases, clocks, codes, entries, letters, tasks) == before


def test_a_case_that_changed_in_between_is_previewed_afresh_and_nothing_is_done(world: "World") -> None:
    world.open_case()
    desk = world.desk()
    _, hidden = preview(world, desk, "pause", **UNTIL)
    world.casework.hear(world.view().case.id, "p2", Answer("by", "s1", "", None), world.clock())
    again = desk.post(f"{place(world)}/pause", data=hidden | {"press": "do"})
    assert again.status_code == 409
    assert "has changed since you looked" in main(again.text)
    assert world.view().case.status == "open"
    desk.post(f"{place(world)}/pause", data=world.hidden(again.text) | {"press": "do"})
    assert world.view().case.status == "paused"


def test_change_shows_the_form_with_what_was_typed(world: "World") -> None:
    world.open_case()
    desk = world.desk()
    _, hidden = preview(world, desk, "pause", **UNTIL)
    page = desk.post(f"{place(world)}/pause", data=hidden | {"press": "change"}).text
    assert 'value="14"' in page
    assert "They asked for it." in page
    assert world.view().case.status == "open"


@pytest.mark.parametrize(
    ("key", "data", "says"),
    [
        ("pause", {**UNTIL, "until-year": "2020"}, "a later day than today"),
        ("pause", {**UNTIL, "reason": ""}, "Write why"),
        ("pause", {}, "Enter the day on which the case goes on"),
        ("override", {}, "How did this stage end"),
        ("meeting", {**MEETING, "at": "soon"}, "hours and minutes"),
        ("meeting", {**MEETING, "day-year": "2020"}, "today or later"),
        ("hand-over", {**NEWCOMER, "email": "nia@elsewhere.example"}, "Put this person into the directory"),
        ("hand-over", {**NEWCOMER, "name": ""}, "write both the name and the address"),
        ("hand-over", {**NEWCOMER, "person": "dan@hackney.example"}, "Choose somebody of the directory, or write"),
        ("merge", {"survivor": "CHSCP-2026-0999"}, "no other case with this reference"),
        ("breach", {"kind": "child", "to": "ben@hackney.example", "barred": "alice@homerton.example"}, "must be told"),
    ],
)
def test_a_form_that_is_not_right_comes_back_with_its_words(
    world: "World", key: str, data: dict[str, str], says: str
) -> None:
    world.open_case()
    desk = world.desk()
    answer = desk.post(f"{place(world)}/{key}", data=form(world, desk, key) | data)
    assert answer.status_code == 400
    assert says in main(answer.text)
    assert world.view().case.status == "open"


def test_somebody_of_the_directory_takes_a_place_by_choice_alone(world: "World") -> None:
    world.open_case()
    done(world, world.desk(), "hand-over", who="p2", person="dan@hackney.example", name="", email="")
    assert world.view().case.party("p2").name == "Dan Webb"


def test_what_can_be_done_is_what_applies(world: "World") -> None:
    world.open_case()
    desk = world.desk()
    assert "Pause it until a day" in desk.get(place(world)).text
    assert "Call the meeting off" not in desk.get(place(world)).text
    done(world, desk, "pause", **UNTIL)
    page = main(desk.get(place(world)).text)
    assert ["End the pause now" in page, "Pause it until a day" in page] == [True, False]
    done(world, desk, "resume")
    done(world, desk, "meeting", **MEETING)
    done(world, desk, "call-off")
    done(world, desk, "end", kind="should_not_be")
    page = main(desk.get(place(world)).text)
    assert ["End it" in page, "wrong child" in page] == [False, True]
    assert desk.get(f"{place(world)}/end").status_code == 409
    assert desk.get(f"{place(world)}/nothing").status_code == 404


def test_a_case_with_immediate_harm_ends_only_with_what_was_done_about_it(world: "World") -> None:
    world.open_case(Submission(email="alice@homerton.example", name="Alice Osei", agency="health",
                               other_agency="hackney", concern="Now.", immediate_harm=True))  # fmt: skip
    desk = world.desk()
    refused = desk.post(f"{place(world)}/end", data=form(world, desk, "end", kind="withdrawn"))
    assert "Write what was done about immediate harm" in main(refused.text)
    done(world, desk, "end", kind="withdrawn", harm="The lead has seen the child.")
    assert world.view().case.status == "closed"


def test_a_confidential_case_shows_nothing_of_itself_in_an_action(world: "World") -> None:
    world.open_case()
    world.casework.complete(world.view().case.id, {"aside_lado": "yes"}, world.clock())
    desk = world.desk()
    page = main(desk.get(place(world)).text)
    assert ["End the pause now" in page, "Put somebody else" in page] == [True, False]
    shown, _ = preview(world, desk, "resume")
    assert "Nobody has visited" not in shown
    assert not any(party.name in shown or party.email in shown for party in world.view().case.parties)
    done(world, desk, "resume")
    assert world.view().case.status == "open"


def test_a_letter_that_waits_is_withheld_from_a_barred_address(world: "World") -> None:
    world.open_case()
    desk = world.desk()
    done(world, desk, "breach", kind="address", to="ben@hackney.example", barred="ben@hackney.example")
    states = {letter.state for letter in world.letters() if letter.email == "ben@hackney.example"}
    assert states == {"withheld"}
    [task] = [letter for letter in world.letters("task") if letter.about.startswith("breach:")]
    assert "ben@hackney.example" in task.values["words"]
    assert task.urgent


def test_another_partnerships_case_is_not_there(world: "World") -> None:
    world.open_case()
    desk = world.desk()
    assert desk.get("/desk/chscp/cases/CHSCP-2026-0999/do").status_code == 404
    assert desk.get(place(world).replace("chscp", "hscp", 1)).status_code == 404


def test_an_action_needs_its_forms_key(world: "World") -> None:
    world.open_case()
    desk = world.desk()
    assert desk.post(f"{place(world)}/pause", data={**UNTIL, "reason": "x", "press": "do"}).status_code == 403
    assert world.view().case.status == "open"


def test_an_answer_is_taken_down_for_somebody_whom_no_letter_ever_reached(world: "World") -> None:
    """Entered by hand, so that nobody was written to: the telephone is enough."""
    desk = world.desk()
    enter(world, desk)
    assert world.letters() == []
    manager = next(party for party in world.view().case.parties if party.part == "receiving")
    assert "outcome:resolved" in {offer.does for offer in offers_at_desk(world.view(), manager.key)}
    path = f"/desk/chscp/cases/{world.view().case.reference}/answer/{manager.key}"
    page = desk.get(path).text
    data = {"choice": "outcome:resolved@s1", "via": "telephone", "reason": "She said so", "text": "Visits begin"}
    assert world.press(desk, path, world.hidden(page) | data).status_code == 200
    assert [each.outcome for each in world.view().case.stages[0].said] == ["resolved"]


def test_e49_two_contradictory_answers_taken_down_at_the_desk_are_both_recorded_and_only_a_person_settles(
    world: "World",
) -> None:
    """E49, E50: both recorded in arrival order; neither applied; a person settles it."""
    world.open_case(ALREADY_AT_MANAGERS)
    desk = world.desk()
    sides = {str(party.part): party.key for party in world.view().case.parties if party.role == "line_manager"}
    for part, outcome in (("receiving", "resolved"), ("raising", "not_resolved")):
        taken_down(world, desk, sides[part], outcome)
    case = world.view().case
    assert (case.status, [each.outcome for each in case.stages[0].said]) == ("disputed", ["resolved", "not_resolved"])
    assert case.stages[0].outcome is None
    done(world, desk, "override", outcome="resolved")
    assert world.view().case.status == "closing"
    said = [line.words for line in world.reading.written_log(case.id).lines]
    assert sum("says: " in words for words in said) == 2


def test_e50_a_changed_answer_taken_down_at_the_desk_is_recorded_beside_the_first(world: "World") -> None:
    """E50: later one recorded as a change, earlier kept; open timers follow the later only after a person agrees."""
    world.open_case(ALREADY_AT_MANAGERS)
    desk = world.desk()
    who = next(party.key for party in world.view().case.parties if party.part == "receiving")
    before = [(clock.key, clock.due_at) for clock in world.view().case.running("timescale")]
    taken_down(world, desk, who, "resolved")
    taken_down(world, desk, who, "not_resolved")
    case = world.view().case
    assert ([each.outcome for each in case.stages[0].said], len(case.stages)) == (["not_resolved"], 1)
    assert [(clock.key, clock.due_at) for clock in case.running("timescale")] == before
    said = [line.words for line in world.reading.written_log(case.id).lines if "says: " in line.words]
    assert len(said) == 2


ALREADY_AT_MANAGERS = Submission(
    email="alice@homerton.example", name="Alice Osei", agency="health", other_agency="hackney", concern="Not safe.",
    starts_at="line_managers",
)  # fmt: skip


def taken_down(world: "World", desk: "TestClient", who: str, outcome: str) -> None:
    path = f"/desk/chscp/cases/{world.view().case.reference}/answer/{who}"
    data = {"choice": f"outcome:{outcome}@s1", "via": "telephone", "reason": "They rang.", "text": "So they say"}
    answer = world.press(desk, path, world.hidden(desk.get(path).text) | data)
    assert answer.status_code == 200, main(answer.text)


ENTRY = {
    "raiser": "Alice Osei", "email": "alice@homerton.example", "agency": "health", "other_agency": "hackney",
    "child": "K.M.", "stage": "line_managers:0", "received-day": "2", "received-month": "11", "received-year": "2026",
    "began-day": "9", "began-month": "11", "began-year": "2026", "reason": "It began before.",
    "history": "2 November 2026: raised by telephone\n9/11/2026 the managers were written to\n\n3 Nov 2026: a call",
}  # fmt: skip
UNDER_WAY = "/desk/chscp/under-way"


def enter(world: "World", desk: "TestClient", **data: str) -> str:
    """A case entered by hand. Gives the page that showed what would happen."""
    page = desk.post(UNDER_WAY, data=world.hidden(desk.get(UNDER_WAY).text) | ENTRY | data)
    assert page.status_code == 200, main(page.text)
    hidden = world.hidden(page.text) | {"press": "do"}
    for _ in range(2):
        assert desk.post(UNDER_WAY, data=hidden, follow_redirects=False).status_code == 303
    return page.text


def test_a_case_under_way_is_entered_once_without_a_letter_and_its_page_says_what_goes_later(world: "World") -> None:
    page = enter(world, world.desk())
    assert len(world.reading.list_cases("chscp", world.clock())) == 1
    assert world.letters() == []
    assert "Nobody is written to." in main(page)
    assert "we write again to those who have not answered" in main(page)
    assert "raised by telephone" in main(page)
    log = world.reading.written_log(world.view().case.id)
    assert "entered a case that was under way" in log.lines[0].words
    assert "recorded by" in log.lines[0].evidence
    assert log.faults == ()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"history": "they met"}, "Begin each line of the history with its date"),
        ({"history": "31 November 2026: they met"}, "Begin each line of the history with its date"),
        ({"history": "3 13 2026: they met"}, "Begin each line of the history with its date"),
        ({"email": "alice@elsewhere.example"}, "neither in the directory"),
        ({"receiving_name": "Nia Park"}, "write both the name and the address"),
        ({"began-day": "1"}, "before its stage began"),
        ({"raiser": ""}, "Who raised it"),
    ],
)
def test_an_entry_that_is_not_right_comes_back_with_its_words(world: "World", data: dict[str, str], says: str) -> None:
    desk = world.desk()
    answer = desk.post(UNDER_WAY, data=world.hidden(desk.get(UNDER_WAY).text) | ENTRY | data)
    assert answer.status_code == 400
    assert says in main(answer.text)
    assert world.reading.list_cases("chscp", world.clock()) == []


def test_an_entry_can_be_changed_and_needs_its_forms_key(world: "World") -> None:
    desk = world.desk()
    page = desk.post(UNDER_WAY, data=world.hidden(desk.get(UNDER_WAY).text) | ENTRY)
    changed = desk.post(UNDER_WAY, data=world.hidden(page.text) | {"press": "change"})
    assert "raised by telephone" in changed.text
    assert desk.post(UNDER_WAY, data=ENTRY | {"press": "do"}).status_code == 403


def test_somebody_whom_the_officer_names_acts_in_the_case(world: "World") -> None:
    enter(world, world.desk(), receiving_name="Nia Park", receiving_email="nia@hackney.example")
    assert "Nia Park" in {party.name for party in world.view().case.parties}
