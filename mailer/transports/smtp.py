"""Hands letters to a mail server over one kept, encrypted connection (RFC 5321).

The encryption is verified or there is none of the letter: a server that does not offer STARTTLS, or shows a wrong
certificate, is one that cannot be reached. Plain connections go to this machine alone.
"""

import contextlib
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Literal

from mailer.errors import Refused, Unavailable, Uncertain, Unreachable
from mailer.headers import HeaderError, address
from mailer.transports.smtp_replies import error
from mailer.transports.transport import Envelope

Security = Literal["starttls", "tls", "none"]
LOOPBACK = ("localhost", "127.0.0.1", "::1")
MOST_LETTERS = 100  # over one connection: mail servers limit it, and a fresh one is cheap beside a hundred letters


@dataclass(frozen=True, slots=True)
class Server:
    """The mail server that takes our letters. Without a user there is no log-in."""

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None  # instead of the machine's own list of authorities
    hello: str | None = None  # who we are (EHLO); nothing: the machine's own name


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait. RFC 5321 section 4.5.3.2 asks for ten minutes after the final dot: whoever gives up sooner
    sends letters twice. It comes to less than the lease of a claim."""

    connect: float = 30
    reply: float = 60
    content: float = 60
    final_dot: float = 12 * 60


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a mail server offers on the connection as it will be used."""

    host: str
    encryption: str  # "TLSv1.3", or empty
    largest: int | None  # octets; nothing where it names no limit
    reports: bool  # DSN, RFC 3461
    pipelining: bool  # RFC 2920


class _Stale(Unavailable):
    """The kept connection had been given up by the other end before anything of the letter was said."""


class Smtp:
    def __init__(self, server: Server, patience: Patience = Patience()) -> None:
        """Raises ValueError for an unencrypted connection to another machine, OSError for a CA file without any."""
        if server.security == "none" and server.host.lower() not in LOOPBACK:
            raise ValueError(f"{server.host} is another machine: letters go to it over an encrypted connection alone.")
        self._server = server
        self._patience = patience
        self._context = ssl.create_default_context(cafile=server.ca_file)
        self._connection: smtplib.SMTP | None = None
        self._sent = 0
        self._lock = Lock()  # one conversation at a time

    def send(self, envelope: Envelope, message: bytes) -> None:
        _check(envelope)
        with self._lock:
            try:
                self._address_it(envelope, len(message))
                self._hand_over(message)
            except Refused:
                self._forget_letter()
                raise
            except BaseException:  # whatever it was, what the two ends think of the conversation may differ
                self._close()
                raise
            self._sent += 1
            if self._sent >= MOST_LETTERS:
                self._leave()

    def rest(self) -> None:
        with self._lock:
            self._leave()

    def abilities(self) -> Abilities:
        """Connect, and say what the server offers. Raises Unreachable."""
        with self._lock:
            connection = self._connected()
            features = connection.esmtp_features
            largest = features.get("size", "").strip()
            sock = connection.sock
            return Abilities(
                host=f"{self._server.host}:{self._server.port}",
                encryption=sock.version() or "" if isinstance(sock, ssl.SSLSocket) else "",
                largest=int(largest) if largest.isdigit() and int(largest) else None,
                reports="dsn" in features,
                pipelining="pipelining" in features,
            )

    def _address_it(self, envelope: Envelope, size: int) -> None:
        """MAIL and RCPT. A kept connection that turns out to be dead is opened anew, once."""
        kept = self._connection is not None
        try:
            self._mail_and_rcpt(self._connected(), envelope, size)
        except _Stale:
            self._close()
            if not kept:
                raise
            self._mail_and_rcpt(self._connected(), envelope, size)

    def _mail_and_rcpt(self, connection: smtplib.SMTP, envelope: Envelope, size: int) -> None:
        mail, rcpt = _commands(connection, envelope, size)
        together = connection.has_extn("pipelining")
        try:
            connection.send(f"{mail}\r\n{rcpt}\r\n" if together else f"{mail}\r\n")
            code, text = connection.getreply()
        except (OSError, smtplib.SMTPException) as lost:
            raise _Stale(f"The connection was lost at MAIL: {type(lost).__name__}.") from None
        if code == 421:
            raise _Stale("The mail server gave the connection up at MAIL (421).")
        try:
            answered = connection.getreply() if together else None
            if code != 250:
                raise error("MAIL", code, text)
            code, text = answered or connection.docmd(rcpt)
        except (OSError, smtplib.SMTPException) as lost:
            raise Unavailable(f"The connection was lost at RCPT: {type(lost).__name__}.") from None
        if code not in (250, 251):
            raise error("RCPT", code, text)

    def _hand_over(self, message: bytes) -> None:
        """DATA, the letter and the final dot. Until the dot leaves, the letter has certainly not gone."""
        connection = self._connected()
        try:
            code, text = connection.docmd("DATA")
            if code != 354:
                raise error("DATA", code, text)
            self._wait(self._patience.content)
            connection.send(_dotted(message))
            self._wait(self._patience.final_dot)
            connection.send(b".\r\n")
        except (OSError, smtplib.SMTPException) as lost:
            raise Unavailable(f"The connection was lost in DATA: {type(lost).__name__}.") from None
        self._final_reply(connection)

    def _final_reply(self, connection: smtplib.SMTP) -> None:
        try:
            code, text = connection.getreply()
            self._wait(self._patience.reply)
        except (OSError, smtplib.SMTPException) as lost:
            raise Uncertain(f"No reply came to the end of DATA: {type(lost).__name__}.") from None
        if not 200 <= code <= 599 or 300 <= code <= 399:
            raise Uncertain("The reply to the end of DATA cannot be understood.")
        if code > 299:
            raise error("the end of DATA", code, text)

    def _connected(self) -> smtplib.SMTP:
        """The kept connection, or a new one. Raises Unreachable."""
        if self._connection is None:
            self._connection, self._sent = self._opened(), 0
        return self._connection

    def _opened(self) -> smtplib.SMTP:
        step = "connecting"
        connection: smtplib.SMTP | None = None
        try:
            connection = self._dialled()
            step = "EHLO"
            if connection.sock:  # the dot is a packet of its own, and must not wait for the answer to the one before
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.sock.settimeout(self._patience.reply)
            if self._server.security == "starttls":
                step = "STARTTLS"
                connection.starttls(context=self._context)
                step = "EHLO"
            connection.ehlo_or_helo_if_needed()
            if self._server.user:
                step = "the log-in"
                connection.login(self._server.user, self._server.password)
        except (OSError, smtplib.SMTPException) as trouble:
            if connection:
                connection.close()
            raise Unreachable(_trouble(step, trouble)) from None
        return connection

    def _dialled(self) -> smtplib.SMTP:
        server, seconds = self._server, self._patience.connect
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, server.hello, timeout=seconds, context=self._context)
        return smtplib.SMTP(server.host, server.port, server.hello, timeout=seconds)

    def _wait(self, seconds: float) -> None:
        """How long the next words of the conversation may take."""
        if self._connection and self._connection.sock:
            self._connection.sock.settimeout(seconds)

    def _forget_letter(self) -> None:
        """After a refusal the connection serves the next letter."""
        try:
            if self._connection and self._connection.rset()[0] != 250:
                self._close()
        except (OSError, smtplib.SMTPException):
            self._close()

    def _leave(self) -> None:
        if self._connection:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._wait(self._patience.connect)
                self._connection.quit()
            self._close()

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None


def _check(envelope: Envelope) -> None:
    """An address that is not one could smuggle a command (RFC 5321 section 4.1.2)."""
    try:
        address("", envelope.sender)
        address("", envelope.recipient)
    except HeaderError as fault:
        raise Refused(str(fault), "the address is not well formed", address_fails=True) from None


def _commands(connection: smtplib.SMTP, envelope: Envelope, size: int) -> tuple[str, str]:
    """MAIL and RCPT with what the server offers: the size (RFC 1870), and reports that name the letter (RFC 3461)."""
    mail, rcpt = f"MAIL FROM:<{envelope.sender}>", f"RCPT TO:<{envelope.recipient}>"
    if connection.has_extn("size"):
        mail += f" SIZE={size}"
    if connection.has_extn("dsn"):
        mail += " RET=HDRS" + (f" ENVID={_xtext(envelope.mark)}" if envelope.mark else "")
        rcpt += f" NOTIFY=FAILURE,DELAY ORCPT=rfc822;{_xtext(envelope.recipient)}"
    return mail, rcpt


def _xtext(text: str) -> str:
    """RFC 3461 section 4: a plus, an equals sign and what cannot be printed are written as +HH."""
    return "".join(letter if "!" <= letter <= "~" and letter not in "+=" else f"+{ord(letter):02X}" for letter in text)


def _dotted(message: bytes) -> bytes:
    """The letter as it crosses the line (RFC 5321 section 4.5.2); it has CRLF only, which `headers.check` saw to."""
    lines = message if message.endswith(b"\r\n") else message + b"\r\n"
    return (b"." if lines.startswith(b".") else b"") + lines.replace(b"\r\n.", b"\r\n..")


def _trouble(step: str, trouble: Exception) -> str:
    """What went wrong, in words without a mail server's own."""
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return f"The mail server's certificate is not good: {trouble.verify_message}. Nothing is sent."
    if step == "STARTTLS":
        return f"The mail server gives no encryption ({type(trouble).__name__}). Nothing is sent."
    code = f", {trouble.smtp_code}" if isinstance(trouble, smtplib.SMTPResponseException) else ""
    return f"The mail server cannot be used, at {step}: {type(trouble).__name__}{code}."
