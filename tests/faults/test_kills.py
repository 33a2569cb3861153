"""The process is killed at every commit and every external call, started again, and the world is compared with a model.

The points are found, not listed: each commit of any database engine (before and after), and each file opened for
writing or renamed outside the database, as Python's audit events show them. The world outside is kind to nobody: a form
that got no page is sent again, a mail that was not taken in is offered again, as browsers and mail servers do.
"""

import multiprocessing
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, Pool, event, select

from answerable import wiring
from answerable.settings import PartnershipSettings, Settings
from answerable.wiring import Service, build
from cases.directory.directory import Agency, Person
from cases.mail.dispatch import Due
from cases.policy_files.reading import read_policies
from cases.store import case_rows, outbox
from cases.store.database import Database
from cases.store.setup import migrate
from cases.submission import Submission
from cases.tables import cases, letters, messages
from cases.vault import MasterKeys
from mailer import outbox as mailer_outbox
from mailer.letters import Letters
from mailer.transports.folder import Folder
from mailer.transports.transport import Envelope

START = datetime(2026, 11, 27, 10, tzinfo=UTC)
KEY = MasterKeys.new_text()
CHASED = START + timedelta(days=6, hours=22)
BOUNDARY = "boundary.example"
SHARES = 4  # so that two cores work side by side
FORM = Submission(
    email="alice@homerton.example",
    name="Alice Osei",
    agency="homerton",
    other_agency="csc",
    other_name="Ben Carter",
    other_email="ben@csc.example",
    child="J.B.",
    concern="The referral was closed.",
    immediate_harm=True,
)


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates and policies are read by the first process; those forked from it have them, as they never change."""
    monkeypatch.setattr(wiring, "Letters", cache(Letters))
    monkeypatch.setattr(wiring, "read_policies", cache(read_policies))


@dataclass
class World:
    """What stands outside the process and survives it."""

    folder: Path

    @property
    def post_room(self) -> Folder:
        return Folder(self.folder / "post-room")

    def happened(self, step: str) -> bool:
        return (self.folder / f"{step}.done").exists()

    def happens(self, step: str) -> None:
        descriptor = os.open(self.folder / f"{step}.done", os.O_CREAT | os.O_RDONLY)
        os.close(descriptor)


def service(world: World, now: datetime) -> Service:
    settings = Settings(
        database=world.folder / "answerable.db",
        master_key=SecretStr(KEY),
        trust_anchor=BOUNDARY,
        partnerships={
            "chscp": PartnershipSettings(inbox="escalations@chscp.example", business_support="office@support.example")
        },
    )
    return build(settings, lambda: now, world.post_room)


def prepared(folder: Path) -> World:
    world = World(folder)
    migrate(Database(folder / "answerable.db"))
    agencies = [
        Agency("homerton", "Homerton Health", ("homerton.example",)),
        Agency("csc", "Social Care", ("csc.example",)),
    ]
    people = [
        Person("safeguarding_lead", "Dora Lea", "dora@homerton.example", "homerton"),
        Person("line_manager", "Lena Moss", "lena@homerton.example", "homerton"),
        Person("line_manager", "Carl Dean", "carl@csc.example", "csc"),
    ]
    service(world, START).casework.replace_directory("chscp", agencies, people, START)
    return world


def life(world: World) -> None:
    """A case's beginning: form, code, letters, reply, digest, chase. Each step is repeated until it was seen done."""
    steps: list[tuple[str, datetime, Callable[[Service, World, datetime], None]]] = [
        ("form", START, _form),
        ("sent", START, _send),
        ("code", START + timedelta(minutes=5), _confirm),
        ("sent again", START + timedelta(minutes=5), _send),
        # After a kill a letter waits for its lease and its one repeat; Alice can answer only what has reached her.
        *((f"sent after {minutes}", START + timedelta(minutes=minutes), _send) for minutes in (30, 60, 90)),
        ("reply", START + timedelta(hours=2), _reply),
        ("digest", CHASED, _digest),
        ("chase", CHASED, _chase),
        ("sent at last", CHASED, _send),
    ]
    running = service(world, START)
    for name, now, step in steps:
        if not world.happened(name):
            running.mailbox.judge_waiting(now)
            step(running, world, now)
            world.happens(name)


def afterwards(world: World) -> None:
    """What the service does by itself once it runs again: leases run out, uncertain letters are repeated once."""
    running = service(world, CHASED)
    for hours in range(1, 4):
        now = CHASED + timedelta(hours=hours)
        running.mailbox.judge_waiting(now)
        _send(running, world, now)


def _form(running: Service, world: World, now: datetime) -> None:
    running.casework.receive("chscp", FORM, now, once="the form's mark")


def _send(running: Service, world: World, now: datetime) -> None:
    assert running.outbox
    running.outbox.drain(now)


def _digest(running: Service, world: World, now: datetime) -> None:
    running.digests.make("chscp", now)


def _chase(running: Service, world: World, now: datetime) -> None:
    running.chasing.sweep(now)


def _confirm(running: Service, world: World, now: datetime) -> None:
    with running.database.read() as connection:
        case_id = connection.execute(select(cases.c.id)).scalar_one()
        if case_rows.load(connection, case_id, running.casework.keyring).confirmed:
            return
        stored = outbox.of_case(connection, case_id, running.casework.keyring)
    code = next(letter.values["code"] for letter in stored if letter.purpose == "confirm")
    running.casework.confirm(case_id, code, now)


def _reply(running: Service, world: World, now: datetime) -> None:
    """Alice answers her letter about stage 1, as her mail program and our mail server would put it."""
    for posted in world.post_room.letters():
        letter = message_from_bytes(posted.message, policy=policy.default)
        text = letter.get_body(("plain",))
        if posted.recipient == FORM.email and text and "NOT RESOLVED" in text.get_content():
            raw = (
                f"Authentication-Results: {BOUNDARY}; dmarc=pass header.from=homerton.example\r\n"
                f"From: Alice Osei <{FORM.email}>\r\nTo: {letter['Reply-To']}\r\nSubject: Re: {letter['Subject']}\r\n"
                f"Message-ID: <reply@homerton.example>\r\nIn-Reply-To: {letter['Message-ID']}\r\n"
                "Content-Type: text/plain; charset=utf-8\r\n\r\nNOT RESOLVED\r\nThey will not look at it again.\r\n"
            )
            running.mailbox.take_in(raw.encode(), None, now)
            return
    raise AssertionError("Alice never had a letter that she could answer")


def _process(work: Callable[[World], None], world: World, kill_at: int | None, count: Any) -> None:
    """Run in a process of its own; killed without warning at the point of this number."""
    passed = 0

    def point(*_: object) -> None:
        nonlocal passed
        passed += 1
        count.value = passed
        if passed == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "commit", point)
    event.listen(Pool, "checkin", point)
    inside = str(world.folder)

    def audited(name: str, arguments: tuple[Any, ...]) -> None:
        written = name == "open" and isinstance(arguments[0], str) and arguments[1] not in (None, "r", "rb")
        if (written or name == "os.rename") and str(arguments[0]).startswith(inside):
            point()

    sys.addaudithook(audited)
    work(world)


def run(work: Callable[[World], None], world: World, kill_at: int | None = None) -> tuple[int | None, int]:
    """(exit status, points passed) of one process."""
    context = multiprocessing.get_context("fork")
    count = context.Value("i", 0)
    process = context.Process(target=_process, args=(work, world, kill_at, count))
    process.start()
    process.join()
    return process.exitcode, count.value


def faults(world: World, expected: Counter[tuple[str, str]] | None) -> Iterator[str]:
    """The model: what must be so at the end, whatever happened on the way."""
    running = service(world, START + timedelta(days=8))
    with running.database.read() as connection:
        found = list(connection.execute(select(cases.c.id)).scalars())
        mails = connection.execute(select(messages.c.state)).scalars().all()
        unsent = (
            connection.execute(select(letters.c.purpose).where(letters.c.state.not_in(("accepted", "withheld"))))
            .scalars()
            .all()
        )
        digests = connection.execute(select(letters.c.purpose).where(letters.c.purpose == "digest")).all()
        stored = outbox.of_case(connection, found[0], running.casework.keyring) if found else []
        state = case_rows.load(connection, found[0], running.casework.keyring) if found else None
    if len(found) != 1:
        yield f"{len(found)} cases instead of one"
        return
    if mails != ["answered"]:
        yield f"the reply went nowhere: {mails}"
    if len(digests) != 1:
        yield f"{len(digests)} digests instead of one"
    if unsent:
        yield f"letters never sent: {unsent}"
    yield from (f"the record is broken: {fault.what}" for fault in running.ledger.faults("chscp"))
    if running.ledger.rebuilt(found[0]) != state:
        yield "the record does not give the case again"
    if expected is not None and wanted(stored) != expected:
        yield f"other letters than in an undisturbed life: {wanted(stored) - expected} {expected - wanted(stored)}"
    yield from _sent_twice(world, stored, [entry.kind for entry in running.ledger.record(found[0]).entries])


def _sent_twice(world: World, stored: list[outbox.Stored], kinds: list[str]) -> Iterator[str]:
    sent = Counter(str(message_from_bytes(each.message)["Message-ID"]).strip() for each in world.post_room.letters())
    for letter in stored:
        times = sent[letter.message_id]
        if letter.state == "accepted" and times == 0:
            yield f"{letter.purpose} is called accepted and never went"
        if times > 1 and not letter.repeated:
            yield f"{letter.purpose} went {times} times and nothing says so"
        if times > 2:
            yield f"{letter.purpose} went {times} times"
        if letter.repeated and "letter_repeated" not in kinds:
            yield f"{letter.purpose} was repeated and the record does not say so"


def wanted(stored: list[outbox.Stored]) -> Counter[tuple[str, str]]:
    return Counter((letter.purpose, letter.to) for letter in stored)


def undisturbed(folder: Path) -> tuple[int, Counter[tuple[str, str]]]:
    """How many points an undisturbed life has, and its letters."""
    world = prepared(folder)
    status, points = run(life, world)
    assert status == 0
    assert run(afterwards, world)[0] == 0
    assert list(faults(world, None)) == []
    running = service(world, START + timedelta(days=8))
    with running.database.read() as connection:
        case_id = connection.execute(select(cases.c.id)).scalar_one()
        return points, wanted(outbox.of_case(connection, case_id, running.casework.keyring))


def killed_and_restarted(folder: Path, kill_at: int, expected: Counter[tuple[str, str]]) -> list[str]:
    world = prepared(folder)
    assert run(life, world, kill_at)[0] == -signal.SIGKILL
    assert run(life, world)[0] == 0
    assert run(afterwards, world)[0] == 0
    return list(faults(world, expected))


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_e1_e2_e3_e4_a_kill_at_any_point_loses_and_doubles_nothing(tmp_path: Path, share: int) -> None:
    """E1-E4: intake, answer, digest, chase and send, at every commit and external call."""
    (tmp_path / "whole").mkdir()
    points, expected = undisturbed(tmp_path / "whole")
    assert points > 50
    found = {}
    for kill_at in range(1 + share, points + 1, SHARES):
        folder = tmp_path / str(kill_at)
        folder.mkdir()
        if bad := killed_and_restarted(folder, kill_at, expected):
            found[kill_at] = bad
    assert found == {}


@pytest.mark.slow
def test_a_planted_send_before_the_commit_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The harness itself is proved: a sender that hands over first and writes down afterwards must not pass."""

    def send_first(self: Any, due: Due, message: bytes, now: datetime) -> None:
        envelope = Envelope(self._senders[due.letter.partnership].inbox, due.letter.email)
        self._transport.send(envelope, message)
        held = self._dispatch.handing_over(due.letter, message, now)
        self._dispatch.accepted(held, now)

    monkeypatch.setattr(mailer_outbox.Outbox, "_hand_over", send_first)
    (tmp_path / "whole").mkdir()
    points, expected = undisturbed(tmp_path / "whole")
    for kill_at in range(1, points + 1):
        folder = tmp_path / str(kill_at)
        folder.mkdir()
        if any("nothing says so" in fault for fault in killed_and_restarted(folder, kill_at, expected)):
            return
    raise AssertionError("a letter sent before it was written down went unnoticed")
