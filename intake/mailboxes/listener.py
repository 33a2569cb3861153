"""The built-in SMTP listener (RFC 5321): takes in mail for our inboxes, and answers 250 only once it is stored.

It relays nothing. Only CRLF.CRLF ends a message (guarantees, D25): a bare CR or LF is kept as it came and ends nothing.
Whatever is wrong on our side is a 451: the sending server keeps the message and offers it again.
"""

import asyncio
import logging
import os
import re
import secrets
import socket
import ssl
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from intake.mail.message import MESSAGE_BYTES

log = structlog.get_logger()
logging.getLogger("mail.log").setLevel(logging.CRITICAL + 1)  # aiosmtpd would log addresses

CONNECTIONS = 20  # at once; more are asked to come again
RECIPIENTS = 100
LINE_BYTES = 1024 * 1024  # far above RFC 5321 section 4.5.3.1.6: a long line is bad form, but no reason to lose a mail
SESSION_SECONDS = 600.0  # since the last command: long enough for the largest message on a slow line
PARTING_SECONDS = 2.0
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_NOT_OF_A_HOST = re.compile(r"[^0-9A-Za-z.:\[\]_-]")

Network = IPv4Network | IPv6Network
Keep = Callable[[bytes, str, datetime], object]


class CannotListen(Exception):
    """The address to listen on cannot be had. Says what to do."""


@dataclass(frozen=True, slots=True)
class Door:
    """How the listener is set up. `anchor` is believed only in mail that comes from a `trusted` network."""

    host: str
    port: int  # 0 picks a free one
    inboxes: Mapping[str, str]  # by partnership
    trusted: tuple[Network, ...]
    anchor: str | None = None
    tls: ssl.SSLContext | None = None
    require_tls: bool = True  # of every peer but this computer itself
    itself: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class Listener:
    """Runs in a thread of its own. `keep` stores a message for a partnership, durably, or raises."""

    def __init__(self, door: Door, keep: Keep, now: Callable[[], datetime]) -> None:
        self._door = door
        self._keep = keep
        self._now = now
        # A domain's postmaster must be reachable (RFC 5321 section 4.5.1): such mail waits in the tray.
        postmasters = {f"postmaster@{inbox.rpartition('@')[2].lower()}": key for key, inbox in door.inboxes.items()}
        self._by_address = postmasters | {inbox.lower(): key for key, inbox in door.inboxes.items()}
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sessions: set[_Session] = set()
        self._storing: set[asyncio.Future[None]] = set()
        self._workers: ThreadPoolExecutor | None = None

    def bind(self) -> int:
        """Take the port, so that a port that cannot be had is known before anything else starts. Gives its number."""
        if self._socket is None:
            family = socket.AF_INET6 if ":" in self._door.host else socket.AF_INET
            try:
                self._socket = socket.create_server((self._door.host, self._door.port), family=family, backlog=100)
            except OSError as error:
                why = os.strerror(error.errno or 0)
                raise CannotListen(
                    f"Mail cannot be taken in on {self._door.host}, port {self._door.port}: {why}. "
                    "Correct listen_host and listen_port, or stop what uses them."
                ) from error
        return int(self._socket.getsockname()[1])

    def start(self) -> None:
        """Take mail in until `stop`. Raises CannotListen."""
        self.bind()
        started = threading.Event()
        self._workers = ThreadPoolExecutor(4, "mail in")
        self._thread = threading.Thread(target=self._run, args=(started,), name="listener")
        self._thread.start()
        started.wait()

    def stop(self) -> None:
        """Take no more mail; what is being stored is stored and answered first."""
        if self._thread and self._loop:
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
            self._thread = None
        if self._workers:
            self._workers.shutdown()
            self._workers = None
        if self._socket:
            self._socket.close()
            self._socket = None

    def _run(self, started: threading.Event) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(self._serve(started))
        self._loop = None

    async def _serve(self, started: threading.Event) -> None:
        self._stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        assert self._socket
        server = await loop.create_server(lambda: _Session(self._door, self._sessions, self), sock=self._socket)
        started.set()
        await self._stopping.wait()
        server.close()
        while self._storing:
            await asyncio.wait(self._storing)
            await asyncio.sleep(0)  # the answer is written when the session comes round
        await self._hang_up(loop.time() + PARTING_SECONDS)
        await server.wait_closed()

    async def _hang_up(self, until: float) -> None:
        """End every session once what was said has been sent; those that will not end are cut off."""
        for session in tuple(self._sessions):
            session.leave()
        while self._sessions and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.01)
        for session in tuple(self._sessions):
            session.cut_off()
        await asyncio.sleep(0)

    # The hooks of aiosmtpd, by the names that it looks for.

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [each for each in responses if not each.startswith("250-AUTH")]  # nobody signs in here

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if isinstance(server, _Session) and server.one_too_many:
            return "421 4.3.2 Too many connections at once; please come again."
        if _CONTROLS.search(address):
            return "553 5.1.7 That is no address."
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if _CONTROLS.search(address) or _without_tag(address) not in self._by_address:
            return "550 5.1.1 There is no such mailbox here."
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return "452 4.5.3 Too many recipients."
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        storing = asyncio.get_running_loop().run_in_executor(self._workers, self._store, session, envelope)
        self._storing.add(storing)
        storing.add_done_callback(self._storing.discard)
        await asyncio.shield(storing)  # a peer that goes away meanwhile stops nothing
        return "250 2.0.0 Stored"

    async def handle_exception(self, error: Exception) -> str:
        log.error("a message could not be stored and was put off", error=type(error).__name__)
        return "451 4.3.0 It cannot be stored now; please send it again later."

    def _store(self, session: Session, envelope: Envelope) -> None:
        """Once for each partnership that it is for. A repeat after a failure half-way is the same message again."""
        now = self._now()
        content = envelope.original_content or b""
        for partnership in dict.fromkeys(self._by_address[_without_tag(each)] for each in envelope.rcpt_tos):
            recipients = [each for each in envelope.rcpt_tos if self._by_address[_without_tag(each)] == partnership]
            self._keep(self._trace(session, envelope, recipients, now) + content, partnership, now)

    def _trace(self, session: Session, envelope: Envelope, recipients: Collection[str], now: datetime) -> bytes:
        """The lines that a last server puts on top (RFC 5321 section 4.4): they alone tell of the envelope.

        Mail from elsewhere than our own boundary may carry a made-up verdict in the boundary's name. A topmost
        "none" of ours stands over it (RFC 8601 section 5).
        """
        door, sender = self._door, "" if envelope.mail_from == "<>" else envelope.mail_from or ""
        peer = _peer(session)
        helo = _NOT_OF_A_HOST.sub("", session.host_name or "")[:255]
        protocol = ("ESMTP" if session.extended_smtp else "SMTP") + ("S" if session.ssl else "")
        lines = [f"Return-Path: <{sender}>", *(f"Delivered-To: {each}" for each in recipients)]
        lines.append(f"Received: from {helo} ([{peer}])\r\n by {socket.gethostname()} (Answerable) with {protocol}")
        lines.append(f" id {secrets.token_hex(8)}; {format_datetime(now)}")
        if door.anchor and not _within(peer, door.trusted):
            lines.append(f"Authentication-Results: {door.anchor}; none")
        return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


class _Session(SMTP):
    """One connection."""

    line_length_limit = LINE_BYTES

    def __init__(self, door: Door, sessions: "set[_Session]", hooks: Listener) -> None:
        super().__init__(
            hooks,
            data_size_limit=MESSAGE_BYTES,
            enable_SMTPUTF8=True,
            hostname=socket.gethostname(),
            ident="Answerable",
            tls_context=door.tls,
            timeout=SESSION_SECONDS,
            auth_exclude_mechanism=("PLAIN", "LOGIN"),
            loop=asyncio.get_running_loop(),
        )
        self._door = door
        self._sessions = sessions
        self.one_too_many = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self not in self._sessions:
            self.one_too_many = len(self._sessions) >= CONNECTIONS
            self._sessions.add(self)
        assert self.session
        outside = not _within(_peer(self.session), self._door.itself)
        self.require_starttls = self._door.tls if self._door.require_tls and outside else None

    def connection_lost(self, error: Exception | None) -> None:
        self._sessions.discard(self)
        super().connection_lost(error)

    def leave(self) -> None:
        """Hang up, once what was said has been sent."""
        if self.transport:
            self.transport.close()

    def cut_off(self) -> None:
        line = self._original_transport or self.transport
        if isinstance(line, asyncio.WriteTransport):
            line.abort()


def _peer(session: Session) -> str:
    """The network address of the other side, an IPv4 one in its own form."""
    address = ip_address(str(session.peer[0]).partition("%")[0] if session.peer else "::")
    return str(getattr(address, "ipv4_mapped", None) or address)


def _within(address: str, networks: Collection[Network]) -> bool:
    return any(ip_address(address) in network for network in networks)


def _without_tag(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
