"""E64: two installations write to each other, because each stands in the other's directory. It stops by itself.

One is City and Hackney's, the other Havering's. Everybody at social care has the other's inbox as their address.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from pydantic import SecretStr

from answerable.demo.world import directory_of
from answerable.now import MovableTime
from answerable.settings import PartnershipSettings, Settings
from answerable.wiring import Service, build
from cases.store.database import Database
from cases.store.setup import migrate
from cases.submission import Submission
from cases.vault import MasterKeys
from mailer.transports.memory import Memory

BEGAN = datetime(2026, 11, 27, 9, 5, tzinfo=UTC)
OURS, THEIRS = "chscp", "hscp"
BOUNDARY = "mx.boundary.example"
MARKS = re.compile(rb"^(?:auto-submitted|x-[a-z-]+|precedence):.*\r\n(?:[ \t].*\r\n)*", re.IGNORECASE | re.MULTILINE)


class Installation:
    def __init__(self, folder: Path, partnership: str, time: MovableTime) -> None:
        folder.mkdir()
        self.partnership, self.inbox, self.time = partnership, f"inbox@{partnership}.example", time
        self.out = Memory()
        addresses = PartnershipSettings(inbox=self.inbox, business_support=f"office@{partnership}-office.example")
        settings = Settings(
            database=folder / "answerable.db",
            master_key=SecretStr(MasterKeys.new_text()),
            trust_anchor=BOUNDARY,
            partnerships={partnership: addresses},
        )
        migrate(Database(settings.database))
        self.service: Service = build(settings, time, self.out, steady=lambda: time().timestamp())
        self._read = 0

    def staffed(self, other: str) -> None:
        """Fill the directory; everybody at social care has this address."""
        policy = self.service.casework.partnerships[self.partnership].loaded.policy
        agencies, people = directory_of(policy)
        held = [replace(each, email=other) if each.agency == "social_care" else each for each in people]
        self.service.casework.replace_directory(self.partnership, agencies, held, self.time())

    def works(self) -> None:
        self.service.mailbox.judge_waiting(self.time())
        self.service.chasing.sweep(self.time())
        assert self.service.outbox
        self.service.outbox.drain(self.time())

    def new_mail_for(self, other: "Installation") -> Iterator[bytes]:
        """What has gone out to another's inbox since this was last asked."""
        fresh, self._read = self.out.sent[self._read :], len(self.out.sent)
        return (message for envelope, message in fresh if envelope.recipient == other.inbox)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Installation, Installation]]:
    time = MovableTime(BEGAN)
    ours, theirs = Installation(tmp_path / "ours", OURS, time), Installation(tmp_path / "theirs", THEIRS, time)
    ours.staffed(theirs.inbox)
    theirs.staffed(ours.inbox)
    yield ours, theirs
    for each in (ours, theirs):
        each.service.database.close()


def exchanged(ours: Installation, theirs: Installation, carried: Callable[[bytes], bytes]) -> list[str]:
    """Both work for a week, an hour at a time, each getting the other's mail. Gives the senders of what was carried."""
    senders = []
    for _ in range(7 * 24):
        for here, there in ((ours, theirs), (theirs, ours)):
            here.works()
            for message in here.new_mail_for(there):
                senders.append(here.partnership)
                there.service.mailbox.take_in(carried(message), there.partnership, there.time())
        ours.time.move_to(ours.time() + timedelta(hours=1))
    return senders


def stamped(message: bytes) -> bytes:
    """As the boundary of the one who gets it passes it on: a real sender, confirmed."""
    domain = str(message_from_bytes(message)["From"]).rpartition("@")[2].strip("<> ")
    return f"Authentication-Results: {BOUNDARY}; dmarc=pass header.from={domain}\r\n".encode() + message


def unmarked(message: bytes) -> bytes:
    """As some systems pass mail on: with every mark taken out that says that a program wrote it."""
    head, gap, body = message.partition(b"\r\n\r\n")
    return stamped(MARKS.sub(b"", head + b"\r\n") + b"\r\n" + body if gap else message)


def raise_case(ours: Installation) -> None:
    people = ours.service.casework.directory(ours.partnership).people
    raiser = next(each for each in people if (each.role, each.agency) == ("practitioner", "hospital"))
    submission = Submission(
        raiser.email, raiser.name, agency="hospital", other_agency="social_care", concern="No visit."
    )
    opened = ours.service.casework.receive(ours.partnership, submission, ours.time())
    ours.works()
    code = re.search(rb"\b\d{6}\b", ours.out.sent[0][1].split(b"\r\n\r\n", 1)[1])
    assert code
    ours.service.casework.confirm(opened.case_id, code[0].decode(), ours.time())


@pytest.mark.slow
def test_e64_what_a_program_wrote_is_never_answered(two: tuple[Installation, Installation]) -> None:
    """E64: two robots answer each other: stops at one answer (D1). Here it does not even begin."""
    ours, theirs = two
    raise_case(ours)
    senders = exchanged(ours, theirs, stamped)
    assert senders.count(OURS) >= 1, "they were written to, and later chased"
    assert senders.count(THEIRS) == 0, "nothing that a program wrote is answered"


@pytest.mark.slow
def test_e64_without_marks_it_stops_at_one_answer(two: tuple[Installation, Installation]) -> None:
    """E64: where every header was stripped on the way, the mark at the foot still tells that a program wrote it."""
    ours, theirs = two
    raise_case(ours)
    senders = exchanged(ours, theirs, unmarked)
    assert senders.count(THEIRS) <= 1, "one answer in a week"
    assert senders.count(OURS) <= 12, "what the clocks cause, and one reply to that answer"
