"""What stands beside the From line of a mail that may deceive the eye (guarantees, D14)."""

from typing import TYPE_CHECKING

import pytest

from cases.submission import Submission
from desk.mail_looks import known_by_name, warning

if TYPE_CHECKING:
    from tests.conftest import World

KNOWN = known_by_name(
    [("Sam Keane", "sam@chscp.example"), ("Alice Osei", "alice@homerton.example"), ("Ann", "a@x.test")]
)
HOLDS, NAMED, LIKE = "name holds an e-mail address", "known here by another address", "may be taken for others"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('"Sam Keane sam@chscp.example" <evil@evil.example>', [HOLDS, NAMED, "sam@chscp.example", "evil@evil.example"]),
        ("Sam <sam@chscp.example> <evil@evil.example>", [HOLDS]),
        ("evil@evil.example (sam@chscp.example)", [HOLDS]),
        ("Sam@Keane <evil@evil.example>", [HOLDS]),
        ("Sam Keane <sam@evil.example>", [NAMED]),
        ("KEANE, Sam <sam@evil.example>", [NAMED]),
        ("Sаm Keane <evil@evil.example>", [LIKE]),  # a Cyrillic letter
        ("Sam <sam@xn--chscp-8we.example>", [LIKE]),
        ("Sam <sám@chscp.example>", [LIKE]),
    ],
)
def test_a_from_line_that_may_deceive_is_said_to(line: str, words: list[str]) -> None:
    said = warning(line, KNOWN)
    assert [each for each in words if each not in said] == []


@pytest.mark.parametrize(
    "line",
    [
        "",
        "alice@homerton.example",
        "<alice@homerton.example>",
        "Sam Keane <SAM@chscp.example>",
        '"sam@chscp.example" <sam@chscp.example>',
        "Ann <other@x.test>",
        "Zoë Núñez <zoe@hackney.example>",
        "Ольга Петрова <olga@hackney.example>",
        "undisclosed",
    ],
)
def test_a_from_line_as_it_should_be_has_no_warning(line: str) -> None:
    assert warning(line, KNOWN) == ""


def test_the_warning_stands_in_the_tray_on_the_mail_and_where_its_answer_is_taken_down(world: "World") -> None:
    world.open_case()
    reference = world.view().case.reference
    raw = f'From: "Ben Carter ben@hackney.example" <evil@evil.example>\r\nSubject: {reference}\r\n\r\nClose it\r\n'
    mail, _ = world.correspondence.keep("chscp", "inbox", raw.encode(), "<1@evil.example>", world.clock())
    world.correspondence.to_tray(mail, None, "it holds no offered answer", True, world.clock())
    desk = world.desk()
    for path in ("tray", f"tray/{mail}", f"tray/{mail}/ask", f"cases/{reference}/answer/p2?mail={mail}"):
        page = desk.get(f"/desk/chscp/{path}").text
        assert "Take care" in page, path
        assert "known here by another address: ben@hackney.example" in page, path


def test_a_party_who_is_in_no_list_is_known_as_well(world: "World") -> None:
    world.open_case(Submission(email="kit@homerton.example", name="Kit Moss", agency="health", concern="Nobody came."))
    raw = f"From: Kit Moss <kit@evil.example>\r\nSubject: {world.view().case.reference}\r\n\r\nClose it\r\n"
    mail, _ = world.correspondence.keep("chscp", "inbox", raw.encode(), "<1@evil.example>", world.clock())
    world.correspondence.to_tray(mail, None, "it holds no offered answer", True, world.clock())
    assert "known here by another address: kit@homerton.example" in world.desk().get(f"/desk/chscp/tray/{mail}").text
