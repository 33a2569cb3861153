from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from cases.store import outbox
from cases.store.outbox import Stored
from cases.submission import Submission
from cases.tables import letters

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


def shown(world: "World", letter: Stored, part: str = "") -> str:
    answer = world.desk().get(f"/desk/chscp/letters/{letter.id}{part}")
    assert answer.status_code == 200
    return answer.text


def keys_of(world: "World", letter: Stored) -> list[str]:
    """What opens the page of a letter's reader."""
    reading = world.reading
    status = reading.status_token(letter.case_id or "", letter.to, world.clock())
    with world.casework.database.read() as connection:
        secret = world.casework.keyring.secret(connection, world.clock())
    return [*outbox.tokens_of(secret, letter.id), status, str(letter.values.get("code") or status)]


def newest(world: "World", purpose: str) -> str:
    with world.casework.database.read() as connection:
        return str(connection.execute(select(letters.c.id).where(letters.c.purpose == purpose)).scalars().all()[-1])


def test_a_letter_is_shown_as_it_was_sent(world: "World") -> None:
    world.open_case(WHOLE)
    letter = world.letters("stage", "Ben Carter")[0]
    world.hand_over(letter)
    page = shown(world, letter)
    assert "This is what was handed over" in page
    assert "Dear Ben Carter, this is the letter." in page
    frame = world.desk().get(f"/desk/chscp/letters/{letter.id}/html")
    assert "<b>this is the letter</b>" in frame.text
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "default-src 'none'" in frame.headers["content-security-policy"]


@pytest.mark.parametrize(("purpose", "to"), [("stage", "Ben Carter"), ("confirm", "Alice Osei"), ("received", "")])
def test_a_letter_that_has_not_gone_is_shown_as_it_will_go_without_its_keys(
    world: "World", purpose: str, to: str
) -> None:
    world.open_case(WHOLE)
    letter = world.letters(purpose, to)[0]
    page = shown(world, letter)
    assert "If it goes, it will read like this" in page
    for key in keys_of(world, letter):
        assert key not in page
        assert key not in shown(world, letter, "/html")


def test_of_a_sent_letter_the_links_marks_and_codes_are_left_out(world: "World") -> None:
    world.open_case(WHOLE)
    letter = world.letters("confirm")[0]
    reply, page_token, status, code = keys_of(world, letter)
    message = (
        f"Subject: Please confirm\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Code {code}, page /l/{page_token.upper()}, /s/{status}, mark {reply}\r\n"
    )
    held = world.dispatch.handing_over(letter, message.encode(), world.clock())
    assert held is not None
    page = shown(world, letter)
    assert "Code (left out here), page /l/(left out here), /s/(left out here), mark (left out here)" in page
    assert code not in page


def test_a_letter_that_is_nothing_but_a_key_is_shown_to_nobody(world: "World") -> None:
    desk = world.desk()
    letter_id = newest(world, "sign_in")
    page = desk.get(f"/desk/chscp/letters/{letter_id}")
    assert "nothing but a key to sign in with" in page.text
    assert world.sign_in_link() not in page.text
    assert desk.get(f"/desk/chscp/letters/{letter_id}/html").status_code == 403


def test_letters_of_a_confidential_case_stay_closed(world: "World") -> None:
    world.open_case(replace(WHOLE, diversions=("lado",)))
    desk = world.desk()
    for letter in world.view().letters:
        page = desk.get(f"/desk/chscp/letters/{letter.id}")
        assert "This letter is on a confidential case" in page.text
        assert "Nobody has visited" not in page.text
        assert letter.email not in page.text
        assert desk.get(f"/desk/chscp/letters/{letter.id}/html").status_code == 403


def test_a_letter_that_is_not_there_or_was_erased_is_not_found(world: "World") -> None:
    case = world.open_case(WHOLE).case
    letter, desk = world.letters("stage")[0], world.desk()
    assert desk.get("/desk/chscp/letters/none").status_code == 404
    with world.casework.database.write() as connection:
        world.casework.keyring.destroy(connection, case.id, world.clock())
    assert desk.get(f"/desk/chscp/letters/{letter.id}").status_code == 404


def test_what_has_not_arrived_is_listed_by_what_became_of_it(world: "World") -> None:
    world.open_case(WHOLE)
    desk, made = world.desk(), world.view().letters
    assert "No letter is held, waits, or was lost" in desk.get("/desk/chscp/letters").text
    states = ["refused", "uncertain", "held", "planned"]
    with world.casework.database.write() as connection:
        for letter, state in zip(made, states, strict=False):
            changed = update(letters).where(letters.c.id == letter.id)
            connection.execute(changed.values(state=state, attempts=1))
    page = desk.get("/desk/chscp/letters").text
    heads = ("Did not arrive, in the last seven days: 1", "Perhaps sent: 1", "Letters held: 1", "Not taken yet: ")
    places = [page.find(each) for each in heads[: len(made)]]
    assert places == sorted(places)
    assert -1 not in places
    for letter in made[:3]:
        assert f'href="/desk/chscp/letters/{letter.id}"' in page
    assert "Perhaps sent" not in desk.get("/desk/chscp/letters?group=held").text
    assert desk.get("/desk/chscp/letters?group=odd").status_code == 404
