"""What the journeys share: the demonstration driven by JSON, and a few words for what is looked at in it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from demo_client import Script

from answerable.demo.demo import Demo
from answerable.now import MovableTime
from cases.directory.directory import Person
from cases.standing import View

Letter = dict[str, Any]
RAISING, RECEIVING = "hospital", "social_care"


class Journey(Script):
    """One demonstration, begun at a moment of its own choice (aware UTC)."""

    def __init__(self, folder: Path, began: datetime) -> None:
        super().__init__(Demo(folder, MovableTime(began), 8000))

    def person(self, role: str, agency: str | None = None, partnership: str = "chscp") -> Person:
        people = self.demo.service.casework.directory(partnership).people
        return next(each for each in people if (each.role, each.agency) == (role, agency))

    def raise_case(self, partnership: str = "chscp", raiser: Person | None = None, **fields: Any) -> str:
        """The form, sent by somebody of the hospital about social care, and confirmed. Gives the reference."""
        reference = self.send_form(partnership, raiser, **fields)
        self.confirm(partnership, (raiser or self.person("practitioner", RAISING, partnership)).email)
        return reference

    def send_form(self, partnership: str = "chscp", raiser: Person | None = None, **fields: Any) -> str:
        who = raiser or self.person("practitioner", RAISING, partnership)
        other = self.person("practitioner", RECEIVING, partnership)
        usual = {
            "harm": "no", "name": who.name, "email": who.email, "agency": RAISING, "other_agency": RECEIVING,
            "other_name": other.name, "other_email": other.email, "child": "K.M.", "wanted": "A visit this week",
            "concern": "Nobody has visited for three weeks.",
        }  # fmt: skip
        self.press(f"/{partnership}/raise", {key: value for key, value in (usual | fields).items() if value})
        self.demo.settle()
        return str(self.letters(to=who.email)[0]["case"])

    def confirm(self, partnership: str, email: str) -> None:
        code = next(letter["code"] for letter in self.letters(to=email) if letter["code"])
        self.press(f"/{partnership}/confirm", {"code": code})
        self.demo.settle()

    def view(self, case: str) -> View:
        partnership = case.partition("-")[0].lower()
        found = self.demo.service.reading.by_reference(partnership, case, self.demo.time())
        assert found
        return found

    def of(self, case: str, purpose: str = "", who: Person | None = None) -> list[Letter]:
        """Letters of a case, the oldest first."""
        found = self.letters(case=case) if who is None else self.letters(case=case, to=who.email)
        return [letter for letter in reversed(found) if purpose in ("", letter["purpose"])]

    def says(self, case: str, who: Person, word: str, text: str = "") -> dict[str, Any]:
        """Somebody replies to the newest letter that offers this word."""
        offering = [each for each in self.of(case, who=who) if word in [one["word"] for one in each["answers"]]]
        assert offering, f"{who.name} was never offered {word}"
        became = self.answer(offering[-1], f"{word}\n\n{text}".strip())
        assert became["state"] == "answered", became
        return became

    def sound(self, case: str) -> None:
        """The record verifies and gives the case again, and no message went out twice."""
        ledger, view = self.demo.service.ledger, self.view(case)
        assert ledger.faults(view.case.partnership) == []
        assert ledger.rebuilt(view.case.id) == view.case
        assert len({letter["id"] for letter in self.letters()}) == len(self.letters())
        assert {letter.state for letter in view.letters} <= {"accepted", "withheld"}


def words(letter: Mapping[str, Any]) -> str:
    """What a letter says, in one line."""
    return " ".join(str(letter["text"]).split())


def days(letters: Iterable[Mapping[str, Any]]) -> list[date]:
    """The days on which letters went out, in winter time, which is UTC."""
    return [datetime.fromisoformat(letter["at"]).date() for letter in letters]


def names(letters: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(letter["name"]) for letter in letters]
