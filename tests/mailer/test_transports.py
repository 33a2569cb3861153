"""What every transport keeps, held against each of them: memory, a folder, and two real mail servers."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from smtp_faults import Faulty

from mailer.errors import Unreachable
from mailer.transports.folder import Folder
from mailer.transports.memory import Memory
from mailer.transports.smtp import Server, Smtp
from mailer.transports.transport import Envelope, Transport

LETTER = b"Subject: Please answer\r\n\r\nDear Ben,\r\n.a line with a dot\r\n..two\r\n.\r\n\r\nthe end =E2=82=AC\r\n"
ENVELOPE = Envelope("escalations+b-0f7k2m9qx4wz8r3tvb6hcdjn5p@chscp.example", "ben@hackney.example", "0f7k")
PASSWORD = "correct horse"
KINDS = ("memory", "folder", "aiosmtpd with a log-in", "aiosmtpd, implicit", "our own server")


class Inbox:
    """Takes every letter, as aiosmtpd's handler."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, bytes]] = []
        self.options: list[tuple[list[str], list[str]]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken += [(each, envelope.original_content) for each in envelope.rcpt_tos]
        self.options.append((envelope.mail_options, envelope.rcpt_options))
        return "250 2.0.0 taken"


@dataclass
class Stand:
    """A transport, and what has arrived at its other end: (recipient, bytes)."""

    transport: Transport
    arrived: Callable[[], list[tuple[str, bytes]]]


@pytest.fixture(params=KINDS)
def stand(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stand]:
    with ExitStack() as stack:
        made = _made(request.param, tmp_path, stack)
        yield made
        made.transport.rest()


def _made(kind: str, folder: Path, stack: ExitStack) -> Stand:
    if kind == "memory":
        memory = Memory()
        return Stand(memory, lambda: [(envelope.recipient, message) for envelope, message in memory.sent])
    if kind == "folder":
        kept = Folder(folder / "post-room")
        return Stand(kept, lambda: [(each.recipient, each.message) for each in kept.letters()])
    if kind == "our own server":
        server = stack.enter_context(Faulty())
        return Stand(
            Smtp(Server("127.0.0.1", server.port, "none")),
            lambda: [(each.rcpt.split("<")[1].split(">")[0], each.message) for each in server.taken],
        )
    return _aiosmtpd(folder, stack, implicit=kind.endswith("implicit"))


def _aiosmtpd(folder: Path, stack: ExitStack, implicit: bool) -> Stand:
    authority, inbox, port = trustme.CA(), Inbox(), _free_port()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    tls: dict[str, Any] = {"ssl_context": context} if implicit else {
        "tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": _log_in
    }  # fmt: skip
    controller = Controller(inbox, hostname="localhost", port=port, **tls)
    controller.start()
    stack.callback(controller.stop)
    server = Server("localhost", port, "tls" if implicit else "starttls", ca_file=folder / "ca.pem")
    if not implicit:
        server = replace(server, user="escalations", password=PASSWORD)
    return Stand(Smtp(server), lambda: inbox.taken)


def _log_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data == LoginPassword(b"escalations", PASSWORD.encode())
    return AuthResult(success=right, handled=right)


def _free_port() -> int:
    with closing(socket.create_server(("localhost", 0))) as listener:
        return int(listener.getsockname()[1])


def test_a_letter_arrives_byte_for_byte_at_the_address_of_its_envelope(stand: Stand) -> None:
    stand.transport.send(ENVELOPE, LETTER)
    assert stand.arrived() == [("ben@hackney.example", LETTER)]


def test_letters_arrive_in_the_order_of_hand_over_each_once(stand: Stand) -> None:
    wanted = [(f"p{number}@hackney.example", LETTER + b"%d\r\n" % number) for number in range(12)]
    for recipient, letter in wanted:
        stand.transport.send(replace(ENVELOPE, recipient=recipient), letter)
    assert stand.arrived() == wanted


def test_a_rest_between_letters_changes_nothing(stand: Stand) -> None:
    stand.transport.rest()
    for _ in range(2):
        stand.transport.send(ENVELOPE, LETTER)
        stand.transport.rest()
        stand.transport.rest()
    assert stand.arrived() == [("ben@hackney.example", LETTER)] * 2


def test_a_letter_of_a_megabyte_arrives_whole(stand: Stand) -> None:
    large = LETTER + (b"x" * 70 + b"\r\n") * 15_000
    stand.transport.send(ENVELOPE, large)
    assert stand.arrived() == [("ben@hackney.example", large)]


def test_a_wrong_password_hands_nothing_over_and_is_not_the_letters_fault(tmp_path: Path) -> None:
    with ExitStack() as stack:
        stand = _made("aiosmtpd with a log-in", tmp_path, stack)
        assert isinstance(stand.transport, Smtp)
        wrong = Smtp(replace(stand.transport._server, password="wrong"))
        with pytest.raises(Unreachable, match="at the log-in: SMTPAuthenticationError, 535"):
            wrong.send(ENVELOPE, LETTER)
        assert stand.arrived() == []
