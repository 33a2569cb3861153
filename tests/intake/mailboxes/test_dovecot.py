"""Polling a server as agencies run it: verified TLS, MOVE, folders below INBOX with another mark between levels."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme
from dovecot import running_dovecot
from imap_server import ImapServer
from structlog.testing import capture_logs

from intake.mailbox import Mailbox
from intake.mailboxes.imap import Account
from intake.mailboxes.polling import Polling
from tests.intake.mailboxes.test_polling import INBOX, Polled, mail

if TYPE_CHECKING:
    from tests.conftest import World

pytest_plugins = ["dovecot"]
pytestmark = pytest.mark.slow


@pytest.fixture
def polled(world: "World", dovecot: tuple[ImapServer, int]) -> Polled:
    return Polled(world, dovecot[0], dovecot[0].account())


def test_mail_is_read_over_verified_tls_and_moved(polled: Polled) -> None:
    polled.put("auto one", flags=r"\Seen")
    polled.put("two")
    polled.server.put(polled.account.folder, mail("deleted by somebody"), flags=r"\Deleted")
    polled.look()
    assert polled.known().trouble == ""
    assert (polled.here(), polled.processed(), polled.tray()) == ([], ["auto one"], ["deleted by somebody", "two"])
    processed = f"INBOX.{polled.account.processed.replace('/', '.')}"
    assert [flags for _, flags in polled.server.lies_in(processed).values()] == [(r"\Seen",)]


def test_mail_is_read_over_starttls(polled: Polled, dovecot: tuple[ImapServer, int]) -> None:
    polled.put("one")
    polled.account = replace(polled.account, security="starttls", port=dovecot[1])
    polled.look()
    assert (polled.known().trouble, polled.tray()) == ("", ["one"])


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("wrong", ["authority", "name"])
def test_without_a_valid_certificate_nothing_is_said_to_the_server(
    polled: Polled, dovecot: tuple[ImapServer, int], tmp_path: Path, security: str, wrong: str
) -> None:
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    port = dovecot[0].port if security == "tls" else dovecot[1]
    account: Account = replace(polled.account, security=security, port=port)  # type: ignore[arg-type]
    if wrong == "authority":
        polled.account = replace(account, ca_file=tmp_path / "other.pem")
    else:
        polled.account = replace(account, host="127.0.0.1")
    polled.put("one")
    polled.look()
    assert polled.known().trouble == "The mail server's certificate is not trusted, or is not for its name."
    assert polled.here() == ["one"]


@pytest.mark.parametrize("offered", ["UIDPLUS", ""])
def test_without_move_messages_are_copied_and_never_is_anything_else_expunged(world: "World", offered: str) -> None:
    """An EXPUNGE would take along what a person marked as deleted; without UIDPLUS ours stay marked beside it."""
    more = f"imap_capability = IMAP4rev1 NAMESPACE {offered}\n"
    with running_dovecot(more) as (server, _):
        account = server.account()
        server.put(account.folder, mail("deleted by somebody"), flags=r"\Deleted")
        polled = Polled(world, server, account)
        polled.put("one")
        for _ in range(2):
            polled.look()
            left = ["deleted by somebody"] if offered else ["deleted by somebody", "one"]
            assert (polled.here(), polled.tray()) == (left, ["one"])
            assert (polled.known().trouble, polled.counts().to_move) == ("", 0)


def test_e34_what_is_gone_between_the_list_and_the_reading_is_passed_over(polled: Polled) -> None:
    """Message moved or deleted by a person between list and read: logged "removed by someone before reading"."""
    polled.put(*(f"auto {number}" for number in range(20)), "goes")
    gone = ["goes"]

    class Meddled(Mailbox):
        """Somebody tidies the mailbox while the first batch is being stored."""

        def keep(self, *arguments: object, **more: object) -> str:
            if gone:
                with polled.server.client(polled.account.folder) as box:
                    box.delete([each.uid for each in box.fetch(mark_seen=False) if each.subject in gone and each.uid])
                gone.clear()
            return super().keep(*arguments, **more)  # type: ignore[arg-type]

    mailbox = Meddled(polled.world.correspondence, {"chscp": INBOX}, None)
    polling = Polling([polled.account], mailbox, polled.book, seconds=10)
    with capture_logs() as lines:
        polling.poll(polled.account, polled.world.clock())
    polling.stop()
    assert [line["event"] for line in lines] == ["removed by someone before it was read"]
    assert (polled.states(), polled.here(), polled.known().trouble) == (["filed"] * 20, [], "")
