from pathlib import Path

import pytest
from golden_letters import COMMON, LETTERS

from cases.verbs.decision import Letter
from mailer.drawing import Drawing
from mailer.letters import Letters
from mailer.outbox import Sender

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def drawing() -> Drawing:
    sender = Sender("City and Hackney", "escalations@chscp.example")
    return Drawing(Letters(ROOT / "templates/letters"), {"chscp": sender}, "http://answerable.example")


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_can_be_seen_before_it_goes(name: str, drawing: Drawing) -> None:
    purpose, to, values, offers, more = LETTERS[name]
    given = {**COMMON, "to_name": to, **values}
    drawn = drawing.draw("chscp", Letter(purpose, "p1", to, more["email"], "case", given, tuple(offers)))
    assert drawn.subject
    assert drawn.text.strip()
    assert "<html" in drawn.html


def test_what_it_lacks_is_said_and_it_has_no_token(drawing: Drawing) -> None:
    with pytest.raises(ValueError, match="lacks a value"):
        drawing.draw("chscp", Letter("code", "p1", "Ann", "ann@x.example", "case", {}))
    purpose, to, values, offers, more = LETTERS["code"]
    drawn = drawing.draw("chscp", Letter(purpose, "p1", to, more["email"], "case", values, tuple(offers)))
    assert "given when it is sent" in drawn.text
