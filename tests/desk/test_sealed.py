"""A mail on a confidential case stays closed, wherever it is put and however it names the case (chscp 1.7); and no
mail shows the keys of the letter that it quotes."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from cases.mail.by_hand import ByHand
from cases.mail.correspondence import Traced
from cases.mail.sealing import Sealed
from cases.submission import Answer, Evidence
from cases.tables import messages
from tests.desk.test_confidential import WHOLE

if TYPE_CHECKING:
    from tests.conftest import World

SECRET = "SECRETWORDS about our colleague"
HIDDEN = replace(WHOLE, diversions=("lado",))


def arrived(world: "World", subject: str, sender: str, words: str = SECRET, *, kept: Traced | None = None) -> str:
    raw = f"From: <{sender}>\r\nSubject: {subject}\r\n\r\n{words}\r\n".encode()
    mail = world.correspondence.keep("chscp", "inbox", raw, f"<{subject}@x.example>", world.clock())[0]
    world.correspondence.to_tray(mail, kept, "it holds no offered answer", False, world.clock())
    return mail


def closed(world: "World", mail: str) -> bool:
    desk, place = world.desk(), f"/desk/chscp/tray/{mail}"
    page, original = desk.get(place), desk.get(f"{place}/original")
    assert page.status_code == 200
    assert ("SECRETWORDS" in page.text) == (original.status_code == 200)
    return "SECRETWORDS" not in page.text


def other_case(world: "World") -> str:
    """A confidential case is open; another, open to all, is raised by the same person."""
    world.open_case(HIDDEN)
    world.clock.move(timedelta(hours=1))
    world.open_case(WHOLE)
    return world.view().case.reference


def kept_with_it(world: "World") -> Traced:
    """A way to the case that is the newest now: a mail comes in answer to its first letter."""
    letter = next(each for each in world.view().letters if each.to == "p1")
    return Traced("recipient", letter.id, world.view().case.id, "p1", letter.email)


@pytest.mark.parametrize("encoded", ["b", "q", ""])
def test_a_reference_in_an_encoded_subject_or_in_the_words_seals_a_mail(world: "World", encoded: str) -> None:
    world.open_case(HIDDEN)
    named = world.view().case.reference
    subjects = {
        "b": f"=?utf-8?B?{b64encode(f'Re: {named} –'.encode()).decode()}?=",
        "q": f"=?utf-8?Q?Re=3A_{named.replace('-', '=2D')}_=E2=80=93?=",
        "": "About our colleague",
    }
    words = SECRET if encoded else f"{SECRET} in {named}"
    assert closed(world, arrived(world, subjects[encoded], "alice.private@mail.example", words))


def test_a_mail_of_somebody_on_a_confidential_case_is_sealed_however_many_other_cases_they_have(world: "World") -> None:
    world.open_case(HIDDEN)
    mails = [arrived(world, "Our colleague", "alice@homerton.example")]
    for number in range(11):
        world.clock.move(timedelta(minutes=30))
        world.open_case(replace(WHOLE, concern=f"Another concern, {number}."))
    mails.append(arrived(world, "Our colleague again", "alice@homerton.example"))
    assert [closed(world, each) for each in mails] == [True, True]


@pytest.mark.parametrize("by_sender", [True, False])
def test_a_sealed_mail_is_filed_with_no_other_case_and_stays_sealed(world: "World", by_sender: bool) -> None:
    world.open_case(HIDDEN)
    traced = None if by_sender else kept_with_it(world)
    first = world.view().case
    world.clock.move(timedelta(hours=1))
    world.open_case(WHOLE)
    other = world.view().case
    mail = arrived(world, "Re", "alice@homerton.example" if by_sender else "x@else.example", kept=traced)
    desk, place = world.desk("support"), f"/desk/chscp/tray/{mail}"
    page = desk.get(f"{place}?case={other.reference}").text
    assert other.reference not in page
    refused = desk.get(f"/desk/chscp/cases/{other.reference}/answer/p1?mail={mail}")
    assert refused.status_code == 403
    assert "on a confidential case" in refused.text
    now, answer = world.clock(), Answer("question", "case", "x", evidence=Evidence(via="desk", message=mail))
    with pytest.raises(Sealed):
        ByHand(world.correspondence).put_away(mail, "It needs no answer", "", "Kim", now, other.id)
    with pytest.raises(Sealed):
        world.correspondence.taken_down(mail, other.id, "p1", answer, now)
    with pytest.raises(Sealed):
        ByHand(world.correspondence).open(mail, WHOLE, True, "Kim", now)
    form = world.hidden(page) | {"kind": "It needs no answer", "keep": other.reference, "case": other.reference}
    desk.post(f"{place}/away", data=form)
    found = world.reading.mail("chscp", mail)
    assert found
    assert found.case_id in (None, first.id)
    assert closed(world, mail)


def test_a_seal_is_written_down_and_holds_for_a_mail_that_nothing_else_tells_any_more(world: "World") -> None:
    reference = other_case(world)
    other = world.reading.by_reference("chscp", reference, world.clock())
    assert other
    mail = arrived(world, "Our colleague", "alice@homerton.example")
    with world.casework.database.write() as connection:  # as if it had been put to the other case all the same
        connection.execute(update(messages).where(messages.c.id == mail).values(case_id=other.case.id))
        assert connection.execute(select(messages.c.sealed_by).where(messages.c.id == mail)).scalar()
    assert closed(world, mail)


def test_nobody_is_told_that_the_sender_of_another_mail_is_on_a_confidential_case(world: "World") -> None:
    world.open_case(HIDDEN)
    hidden = world.view().case.reference
    world.clock.move(timedelta(hours=1))
    world.open_case(WHOLE)
    mail = arrived(world, f"Re: {world.view().case.reference}", "alice@homerton.example", "Hello.")
    page = world.desk("reader").get(f"/desk/chscp/tray/{mail}").text
    assert world.view().case.reference in page
    assert hidden not in page


def test_a_case_is_opened_from_a_thread_without_its_sealed_mails(world: "World") -> None:
    world.open_case(HIDDEN)
    first = arrived(world, "Hello", "alice.private@mail.example", "Please ring me about Q.")
    sealed = arrived(world, f"Re: {world.view().case.reference}", "alice.private@mail.example")
    with world.casework.database.write() as connection:
        connection.execute(update(messages).where(messages.c.id == sealed).values(follows=first))
    page = world.desk("support").get(f"/desk/chscp/tray/{first}/open").text
    assert "Please ring me about Q." in page
    assert "SECRETWORDS" not in page
    ByHand(world.correspondence).put_away(first, "It needs no answer", "", "Kim", world.clock())
    assert closed(world, sealed)


@pytest.mark.parametrize("html", [False, True])
def test_a_mail_shows_no_key_of_the_letter_that_it_quotes(world: "World", html: bool) -> None:
    world.open_case(WHOLE)
    link = world.status("p2")
    key = link.rsplit("/", 1)[1]
    letter = f"> Follow this case:\r\n> http://answerable.example{link}\r\n> Our mark: {key}\r\n"
    wrapped = f"> http://answerable.example/s/{key[:14]}\r\n> {key[14:]}\r\n"
    mark = f"To: escalations+{key}@chscp.example\r\nContent-Type: text/{'html' if html else 'plain'}"
    body = f"Another child may be at risk.\r\n\r\nOn Monday we wrote:\r\n{letter}{'' if html else wrapped}"
    raw = f"From: Ben Carter <ben@hackney.example>\r\nSubject: New\r\n{mark}\r\n\r\n{body}".encode()
    mail = world.correspondence.keep("chscp", "inbox", raw, "<k@x.example>", world.clock())[0]
    world.correspondence.to_tray(mail, None, "x", True, world.clock())
    place, desk, reader = f"/desk/chscp/tray/{mail}", world.desk("support"), world.desk("reader")
    shown = ("", "/original", "/original/html") if html else ("", "/original")
    pages = [reader.get(f"{place}{each}").text for each in shown]
    pages.append(desk.get(f"{place}/open").text)
    assert not [page for page in pages if key in page or key[14:] in page]
    assert all("[a private link]" in page for page in pages[: len(shown)])
    assert reader.get(f"{place}/original/mail.eml").status_code == 403
    assert "Save the whole mail" not in pages[1]
    assert key in desk.get(f"{place}/original/mail.eml").text
    if not html:
        concern = re.search(r'<textarea[^>]*name="concern"[^>]*>(.*?)</textarea>', pages[-1], re.DOTALL)
        assert concern
        assert unescape(concern[1]).strip() == "Another child may be at risk."
