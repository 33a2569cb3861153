"""Nothing more of a case reaches whom it must not: an address barred after a breach, or whose place another took."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from cases.casework import WrongCode
from cases.standing import View
from cases.store import outbox
from cases.store.outbox import Stored
from cases.submission import Answer
from cases.support import Act
from cases.tables import letters, tasks
from cases.verbs import breach, handing_over, pausing
from cases.verbs.orders import Order

if TYPE_CHECKING:
    from tests.conftest import World

ORDER = Order("Sal Okoro", "the other Ben had the letter")
BEN = "ben@hackney.example"


def bar(world: "World", view: View) -> None:
    act = Act(lambda case, moment: breach.open_breach(case, "Wrong address.", (), (BEN,), ORDER, moment))
    assert world.act(view.case.id, act) == "done"


def replaced(world: "World", view: View, who: str, name: str, email: str) -> None:
    act = Act(lambda case, moment: handing_over.hand_over(case, who, name, email, ORDER, moment))
    assert world.act(view.case.id, act) == "done"


def uncertain(world: "World", letter: Stored) -> Stored:
    held = world.dispatch.handing_over(letter, b"Subject: x\r\n\r\nx\r\n", world.clock())
    assert held
    world.dispatch.uncertain(held, world.clock())
    with world.casework.database.read() as connection:
        return outbox.opened(connection, letter.id, world.casework.keyring)


def written_codes(world: "World") -> int:
    with world.casework.database.read() as connection:
        wanted = select(func.count()).select_from(letters).where(letters.c.purpose == "code")
        return int(connection.execute(wanted).scalar_one())


def test_a_letter_of_which_nobody_knows_whether_it_arrived_is_not_repeated_to_a_barred_address(world: "World") -> None:
    view = world.open_case()
    letter = uncertain(world, world.letters("stage", "Ben Carter")[0])
    bar(world, view)
    world.clock.move(timedelta(minutes=16))
    assert world.dispatch.look(letter.id, world.clock()) is None
    assert world.dispatch.repeating(letter, world.clock()) is None
    [words] = [
        line.words for line in world.reading.written_log(view.case.id).lines if "handed over again" in line.words
    ]
    assert "may or may not have been accepted" in words


def test_a_barred_address_gets_no_code_and_no_page_and_a_device_that_is_known_sees_nothing(world: "World") -> None:
    view = world.open_case()
    letter = world.letters("stage", "Ben Carter")[0]
    world.hand_over(letter)
    known = world.signed_in(letter)
    status = world.status("p2")
    assert "Nobody has visited" in known.get(status).text
    count = written_codes(world)
    bar(world, view)
    for path in (world.page(letter), f"{world.page(letter)}/letter", f"{world.page(letter)}/answer", status):
        for browser in (known, world.browser()):
            page = browser.get(path, follow_redirects=True)
            assert (page.status_code, "K.M." in page.text, "visited" in page.text) == (403, False, False)
            assert "telephone business support" in page.text
    world.casework.send_code(view.case.id, "p2", world.clock())
    assert written_codes(world) == count


def test_a_code_that_was_sent_before_opens_nothing_to_a_barred_address(world: "World") -> None:
    view = world.open_case()
    world.casework.send_code(view.case.id, "p2", world.clock())
    code = world.code()
    bar(world, view)
    with pytest.raises(WrongCode, match="telephone business support"):
        world.casework.use_code(view.case.id, "p2", code, world.clock())


def test_nothing_that_waits_goes_to_whoever_gave_up_a_place_but_the_letter_that_says_so(world: "World") -> None:
    view = world.open_case()
    doubtful = uncertain(world, world.letters("stage", "Ben Carter")[0])
    replaced(world, view, "p2", "Nia Park", "nia@hackney.example")
    replaced(world, view, "p2", "Dan Webb", "dan@hackney.example")
    still = {letter.purpose for letter in world.letters() if letter.email == BEN and letter.state == "planned"}
    assert still == {"handed_over"}
    waits = [letter.purpose for letter in world.letters(to="Nia Park") if letter.state == "planned"]
    assert waits == ["handed_over"]
    assert world.dispatch.repeating(doubtful, world.clock()) is None
    assert "stage" in {letter.purpose for letter in world.letters(to="Dan Webb") if letter.state == "planned"}


def test_the_outcome_goes_to_the_new_raiser_alone(world: "World") -> None:
    view = world.open_case()
    for who in ("p1", "p2"):
        world.casework.hear(view.case.id, who, Answer("outcome:resolved", "s1", "Visited."), world.clock())
    replaced(world, view, "p1", "Nia Park", "nia@homerton.example")
    waits = {letter.email for letter in world.letters("outcome") if letter.state == "planned"}
    assert waits == {"nia@homerton.example"}
    told = [letter for letter in world.letters() if letter.tells and letter.state == "planned"]
    assert [letter.name for letter in told] == ["Nia Park"]


def open_tasks(world: "World", case_id: str) -> set[str]:
    with world.casework.database.read() as connection:
        chosen = (tasks.c.case_id == case_id) & tasks.c.done_at.is_(None)
        return set(connection.execute(select(tasks.c.key).where(chosen)).scalars())


def look_on(world: "World", days: int) -> None:
    for _ in range(days):
        world.clock.move(timedelta(days=1))
        while due := world.casework.due_clocks(world.clock(), 100):
            for case_id, key in due:
                world.casework.look(case_id, key, world.clock())


def test_a_pause_ends_no_task_to_telephone_and_the_next_about_the_same_takes_its_place(world: "World") -> None:
    view = world.open_case()
    look_on(world, 14)
    [before] = [key for key in open_tasks(world, view.case.id) if key.startswith("k")]
    until = (world.clock() + timedelta(days=2)).date()
    world.act(view.case.id, Act(lambda case, moment: pausing.pause(case, until, ORDER, moment)))
    world.clock.move(timedelta(hours=1))
    world.act(view.case.id, Act(lambda case, moment: pausing.resume(case, ORDER, moment)))
    assert before in open_tasks(world, view.case.id)
    look_on(world, 21)
    [after] = [key for key in open_tasks(world, view.case.id) if key.startswith("k")]
    assert after.partition(":")[0] != before.partition(":")[0]
