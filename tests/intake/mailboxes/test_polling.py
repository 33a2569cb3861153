"""Polling an IMAP server: stored, judged, moved, in that order, and nothing lost whatever a person does meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from imap_server import ImapServer, free_port, running_pymap
from sqlalchemy import select
from structlog.testing import capture_logs

from cases.mail.mailboxes import Mailboxes
from cases.store import outbox
from cases.store.mailboxes import Counts, Known
from cases.tables import letters, messages
from intake.mail.message import MESSAGE_BYTES
from intake.mailbox import Mailbox
from intake.mailboxes.imap import Account, Folder, Listed, Trouble, opened
from intake.mailboxes.polling import Polling

if TYPE_CHECKING:
    from tests.conftest import World

pytest_plugins = ["imap_server"]

INBOX = "escalations@chscp.example"
MINUTE = timedelta(minutes=1)


class Polled:
    """A world whose inbox lies on an IMAP server, and one look at a time into it."""

    def __init__(self, world: "World", server: ImapServer, account: Account) -> None:
        self.world = world
        self.server = server
        self.account = account
        self.book = Mailboxes(world.casework)
        self.mailbox = Mailbox(world.correspondence, {"chscp": INBOX}, None)
        world.clock.time = datetime.now(UTC)  # noqa: TID251  # the server dates its mail by the computer's own clock
        self.look()  # sets the start mark

    def look(self) -> None:
        polling = Polling([self.account], self.mailbox, self.book, seconds=10)
        polling.poll(self.account, self.world.clock())
        polling.stop()

    def put(self, *subjects: str, **how: object) -> None:
        self.server.put(self.account.folder, *(mail(subject) for subject in subjects), **how)  # type: ignore[arg-type]

    def here(self) -> list[str]:
        return self.server.subjects(self.account.folder)

    def processed(self) -> list[str]:
        return self.server.subjects(self.account.processed)

    def tray(self) -> list[str]:
        return self.server.subjects(self.account.tray)

    def states(self) -> list[str]:
        with self.world.casework.database.read() as connection:
            return sorted(connection.execute(select(messages.c.state)).scalars())

    def known(self) -> Known:
        return self.book.meet("chscp", self.account.name, self.world.clock())

    def counts(self) -> Counts:
        return self.book.counts("chscp", self.account.name)


@pytest.fixture
def polled(world: "World", pymap: ImapServer) -> Polled:
    return Polled(world, pymap, pymap.account())


def mail(subject: str, *headers: str, body: str = "Good morning.") -> bytes:
    """One that says it is automatic is filed; any other needs a person."""
    automatic = ("Auto-Submitted: auto-replied",) if subject.startswith("auto") else ()
    body = "I am out of the office." if automatic else body
    lines = ("From: ben@hackney.example", f"To: {INBOX}", f"Subject: {subject}", *automatic, *headers)
    id_line = f"Message-ID: <{subject}@hackney.example>"
    return ("\r\n".join((*lines, id_line)) + f"\r\n\r\n{body}\r\n").encode()


def test_what_is_new_is_stored_judged_and_moved(polled: Polled) -> None:
    polled.put("auto one", "two")
    polled.look()
    assert polled.states() == ["filed", "tray"]
    assert (polled.here(), polled.processed(), polled.tray()) == ([], ["auto one"], ["two"])
    assert polled.counts() == Counts(older=0, stored=2, judged=2, in_tray=1, to_move=0)


def test_what_was_there_before_the_first_look_is_counted_and_never_judged(world: "World", pymap: ImapServer) -> None:
    account = pymap.account()
    pymap.put(account.folder, mail("old"), mail("older"))
    polled = Polled(world, pymap, account)
    polled.put("new")
    polled.look()
    assert (polled.here(), polled.tray()) == (["old", "older"], ["new"])
    assert polled.counts().older == 2
    assert polled.states() == ["tray"]


def test_bytes_are_stored_as_they_lie_there(polled: Polled) -> None:
    raw = mail("odd", body="Caf\u00e9 \u2013 na\u00efve").replace(b"Good", b"\xff\xfe")
    polled.server.put(polled.account.folder, raw)
    polled.look()
    [stored] = polled.world.correspondence.waiting("tray")
    assert polled.world.correspondence.message(stored).raw == raw


def test_whether_somebody_has_read_it_makes_no_difference_and_is_not_changed(polled: Polled) -> None:
    polled.put("read by a person", flags=r"\Seen")
    polled.put("unread")
    polled.look()
    found = {
        raw.split(b"Subject: ")[1].split(b"\r\n")[0].split(b"\n")[0]: flags
        for raw, flags in polled.server.lies_in(polled.account.tray).values()
    }
    assert found == {b"read by a person": (r"\Seen",), b"unread": ()}


def test_what_others_marked_as_deleted_is_not_expunged(world: "World", pymap: ImapServer) -> None:
    account = pymap.account()
    pymap.put(account.folder, mail("deleted by somebody"), flags=r"\Deleted")
    polled = Polled(world, pymap, account)
    polled.put("new")
    polled.look()
    assert (polled.here(), polled.tray()) == (["deleted by somebody"], ["new"])


def test_an_empty_look_changes_nothing_but_the_time(polled: Polled) -> None:
    before = polled.known()
    polled.world.clock.move(MINUTE)
    polled.look()
    assert polled.known() == replace(before, polled_at=polled.world.clock())


def test_more_than_one_batch_is_taken_in(polled: Polled) -> None:
    polled.put(*(f"auto {number}" for number in range(45)))
    polled.look()
    assert polled.states() == ["filed"] * 45
    assert len(polled.processed()) == 45


def test_a_message_above_25_megabytes_is_taken_in_by_its_headers_and_says_so(polled: Polled) -> None:
    huge = mail("huge") + b"x" * 76 + b"\r\n"
    huge += (b"x" * 998 + b"\r\n") * (MESSAGE_BYTES // 1000 + 1)
    polled.server.put(polled.account.folder, huge)
    polled.put("small")
    polled.look()
    kept = [polled.world.correspondence.message(each) for each in polled.world.correspondence.waiting("tray")]
    [large] = [each for each in kept if b"Subject: huge" in each.raw]
    assert len(large.raw) < 1000
    assert "larger than 25 MB" in large.why
    assert polled.tray() == ["huge", "small"]


def test_mail_is_moved_at_a_later_look_without_being_read_again(polled: Polled) -> None:
    """The process stopped between the commit and the move, or the server would not move."""
    polled.put("one")
    judged_first = replace(polled.account, tray=f"{polled.account.folder}%")  # is said to be there, and is not
    polling = Polling([judged_first], polled.mailbox, polled.book, seconds=10)
    polling.poll(judged_first, polled.world.clock())
    polling.stop()
    assert (polled.states(), polled.here()) == (["tray"], ["one"])
    assert polled.counts().to_move == 1
    assert polled.known().next_try_at is None  # it can be read, so nothing waits
    polled.look()
    assert (polled.states(), polled.here(), polled.tray()) == (["tray"], [], ["one"])
    with polled.world.casework.database.read() as connection:
        assert connection.execute(select(messages.c.seen)).scalar_one() == 1


def test_e34_a_message_that_a_person_moves_or_deletes_meanwhile_is_no_trouble(polled: Polled) -> None:
    """Message moved or deleted by a person between list and read: noticed, logged, and nothing else waits for it."""
    polled.put("first", *(f"auto {number}" for number in range(20)), "last")
    gone = ["first", "last"]

    class Meddled(Mailbox):
        """Somebody tidies the mailbox while the first batch is being stored."""

        def keep(self, *arguments: object, **more: object) -> str:
            if gone:
                with polled.server.client(polled.account.folder) as box:
                    box.delete([each.uid for each in box.fetch(mark_seen=False) if each.subject in gone and each.uid])
                gone.clear()
            return super().keep(*arguments, **more)  # type: ignore[arg-type]

    polling = Polling(
        [polled.account], Meddled(polled.world.correspondence, {"chscp": INBOX}, None), polled.book, seconds=10
    )
    with capture_logs() as lines:
        polling.poll(polled.account, polled.world.clock())
    polling.stop()
    # pymap still hands out what was deleted while we have the folder open; Dovecot does not: see test_dovecot.py.
    assert [line["event"] for line in lines] == ["removed by someone before it was moved"] * 2
    assert (polled.here(), len(polled.processed()), polled.tray()) == ([], 20, [])
    assert polled.states() == [*["filed"] * 20, *["tray"] * 2]
    assert (polled.counts().to_move, polled.known().trouble) == (0, "")


def test_e36_when_the_server_numbers_anew_everything_is_read_again_and_nothing_is_doubled(world: "World") -> None:
    """UIDVALIDITY changes; UIDs reused: full re-read, no duplicate cases. What came before the start mark stays so."""
    port = free_port()
    with running_pymap(port) as server:
        account = server.account()
        server.put(account.folder, mail("old"))
        polled = Polled(world, server, account)
        polled.put("one", "auto two")
        polled.look()
        first = polled.known()
    began = first.started_at
    with running_pymap(port) as server:  # it has forgotten everything, and numbers from the beginning
        with server.client("") as box:
            box.folder.create(account.folder)
        server.put(account.folder, mail("old"), arrived=began - timedelta(seconds=1))
        server.put(account.folder, mail("one"), mail("auto two"), mail("three"), arrived=began)
        polled.server = server
        polled.look()
        assert polled.known().validity != first.validity
        assert polled.states() == ["filed", "tray", "tray"]
        assert (polled.here(), polled.processed(), polled.tray()) == (["old"], ["auto two"], ["one", "three"])
        assert polled.counts().older == 1
        server.put(account.folder, mail("four"), arrived=began - timedelta(days=9))  # moved here by a person
        polled.look()
        assert "four" in polled.tray()


def elsewhere(polled: Polled, folder: str) -> Account:
    """The account with another folder, as after a correction of the settings."""
    with polled.server.client("") as box:
        box.folder.create(folder)
    return replace(polled.account, folder=folder)


def test_mail_that_came_before_the_folder_was_put_right_is_read(polled: Polled) -> None:
    polled.put("one")
    polled.look()
    began = polled.known().started_at
    polled.account = elsewhere(polled, f"{polled.account.folder}-right")
    polled.server.put(polled.account.folder, mail("old"), arrived=began - timedelta(days=1))
    polled.put("two", "auto three")
    polled.look()
    assert (polled.here(), polled.tray(), polled.processed()) == (["old"], ["one", "two"], ["auto three"])
    assert (polled.known().started_at, polled.counts().older) == (began, 1)


def test_two_folders_that_number_alike_hide_nothing_from_each_other(polled: Polled) -> None:
    polled.put("one")
    polled.look()
    known = polled.known()
    assert known.validity is not None
    polled.book.renumbered(polled.account.name, "somewhere else", known.validity, 1, polled.world.clock())
    assert polled.book.stored(polled.account.name, known.validity, 0) == set()


def test_a_user_that_is_put_right_after_the_first_trouble_leaves_nothing_of_the_meantime_alone(
    world: "World", pymap: ImapServer
) -> None:
    right = pymap.account()
    pymap.put(right.folder, mail("old"), arrived=datetime.now(UTC) - timedelta(days=1))  # noqa: TID251
    polled = Polled(world, pymap, replace(right, user="mistyped"))  # its look, the very first, is refused
    pymap.put(right.folder, mail("meanwhile"))
    world.clock.move(timedelta(days=3))
    polled.account = right
    polled.look()
    assert (polled.here(), polled.tray(), polled.counts().older) == (["old"], ["meanwhile"], 1)
    [told] = support_letters(world)
    assert "1 message that was there before it began" in str(told.values["words"])


def test_support_is_told_once_how_many_older_messages_are_left_alone(world: "World", pymap: ImapServer) -> None:
    account = pymap.account()
    pymap.put(account.folder, mail("old"), mail("older"))
    polled = Polled(world, pymap, account)
    polled.look()
    [told] = support_letters(world)
    assert "2 messages that were there before it began" in str(told.values["words"])
    assert told.values["begins"] is True


class Odd(Folder):
    """A server that does what pymap would not, once or always; everything else is pymap's."""

    leaves_out = 0
    refuses = ""

    def listed(self, uids: list[int]) -> list[Listed]:
        found = super().listed(uids)
        if self.refuses and any(self.refuses in subject for subject in self.subjects(uids)):
            raise Trouble("No.", cut_off=False)
        left_out, type(self).leaves_out = type(self).leaves_out, 0
        return found[left_out:]

    def subjects(self, uids: list[int]) -> list[str]:
        return [raw.decode() for raw in self.bytes_of(uids, "HEADER").values()]


@pytest.fixture
def odd() -> Iterator[type[Odd]]:
    yield Odd
    Odd.leaves_out, Odd.refuses = 0, ""


def look_at(polled: Polled, folder: type[Folder]) -> None:
    with opened(polled.account, 10) as plain:
        polling = Polling([polled.account], polled.mailbox, polled.book)
        odd = object.__new__(folder)
        odd.__dict__.update(plain.__dict__)
        assert "1 of the messages" in polling._read(polled.account, polled.known(), odd, polled.world.clock())
        polling.stop()


def test_what_the_servers_list_left_out_is_read_at_the_next_look(polled: Polled, odd: type[Odd]) -> None:
    polled.put("one", "two", "three")
    odd.leaves_out = 1
    look_at(polled, odd)
    assert len(polled.states()) == 2
    polled.look()
    assert (polled.here(), sorted(polled.tray())) == ([], ["one", "three", "two"])


def test_one_message_that_the_server_will_not_list_keeps_no_other_back(polled: Polled, odd: type[Odd]) -> None:
    polled.put("one", "two", "broken", "four", "five")
    odd.refuses = "Subject: broken"
    look_at(polled, odd)
    assert len(polled.states()) == 4
    polled.look()
    assert len(polled.states()) == 5


def test_two_mailboxes_one_in_trouble_and_the_other_is_read(polled: Polled) -> None:
    down = replace(polled.account, port=free_port(), partnership="hscp")
    polled.put("one")
    polling = Polling([down, polled.account], polled.mailbox, polled.book, seconds=10)
    with capture_logs() as lines:
        polling.look(polled.world.clock())
        wait(polling._running.values())
        polling.stop()
    assert [line["trouble"] for line in lines] == ["The mail server cannot be reached, or hung up."]
    assert polled.tray() == ["one"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda account: replace(account, password="wrong"), "The mail server refused the user name or the password."),
        (lambda account: replace(account, port=free_port()), "The mail server cannot be reached, or hung up."),
        (lambda account: replace(account, folder="Nowhere"), "There is no folder of the name that is set, or"),
        (lambda account: replace(account, security="starttls"), "The mail server cannot be reached"),
        (lambda account: replace(account, security="tls"), "No secure connection to the mail server could be made."),
    ],
    ids=["password", "port", "folder", "no STARTTLS", "no TLS"],
)
def test_trouble_is_told_in_plain_words_without_secrets(
    polled: Polled, change: Callable[[Account], Account], words: str
) -> None:
    account = change(polled.account)
    polling = Polling([account], polled.mailbox, polled.book, seconds=10)
    with capture_logs() as lines:
        polling.poll(account, polled.world.clock())
    polling.stop()
    trouble = polled.book.meet("chscp", account.name, polled.world.clock()).trouble
    assert trouble.startswith(words)
    assert not any(secret in str(lines) + trouble for secret in ("demouser", "demopass", "wrong"))


def test_after_trouble_the_waits_double_up_to_half_an_hour_and_support_is_told_once(polled: Polled) -> None:
    working, polled.account = polled.account, replace(polled.account, port=free_port())
    waits = []
    for _ in range(8):
        polled.look()
        polled.look()  # too early: nothing happens
        next_try_at = polled.known().next_try_at
        assert next_try_at
        waits.append((next_try_at - polled.world.clock()) / MINUTE)
        polled.world.clock.time = next_try_at
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    [letter] = support_letters(polled.world)
    assert letter.values["words"] == "The mail server cannot be reached, or hung up."
    assert letter.email == "support@chscp.example"
    polled.account = working
    polled.put("one")
    polled.look()
    assert (polled.tray(), polled.known().failures, polled.known().trouble) == (["one"], 0, "")
    assert len(support_letters(polled.world)) == 1


def test_the_next_outage_is_told_again(polled: Polled) -> None:
    working, down = polled.account, replace(polled.account, port=free_port())
    for account in (down, down, down, working, down, down, down, down):
        polled.account = account
        polled.world.clock.move(timedelta(hours=1))
        polled.look()
    assert len(support_letters(polled.world)) == 2


def support_letters(world: "World") -> list[outbox.Stored]:
    with world.casework.database.read() as connection:
        found = connection.execute(select(letters.c.id).where(letters.c.purpose == "mailbox")).scalars().all()
        return [outbox.opened(connection, each, world.casework.keyring) for each in found]
