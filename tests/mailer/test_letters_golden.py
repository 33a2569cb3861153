"""The letters as people read them. Each golden file was read through against its values, not only stored.

`REGENERATE_LETTERS=1 pytest tests/mailer/test_letters_golden.py` writes them anew: then read the difference.
"""

import os
from email.message import EmailMessage
from pathlib import Path

import pytest
from golden_letters import LETTERS, rendered

from cases.letter_titles import LETTER_TITLES
from mailer.letters import Letters

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests/letters/golden"


@pytest.fixture(scope="module")
def letters() -> Letters:
    return Letters(ROOT / "templates/letters")


@pytest.mark.parametrize("name", LETTERS)
def test_the_letter_reads_as_its_golden_file(name: str, letters: Letters) -> None:
    message = rendered(name, letters)
    _compare(GOLDEN / f"{name}.txt", f"Subject: {message['Subject']}\n\n{_part(message, 'plain')}")
    _compare(GOLDEN / f"{name}.html", _part(message, "html"))


def test_every_golden_file_belongs_to_a_letter_and_every_purpose_has_one(letters: Letters) -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == set(LETTERS)
    assert {purpose for purpose, *_ in LETTERS.values()} == letters.purposes() == set(LETTER_TITLES)


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def _compare(path: Path, found: str) -> None:
    if os.environ.get("REGENERATE_LETTERS") == "1":
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")
