"""A mail server that does what a test wants of it: replies as told, hangs up, says nothing, answers late.

Real sockets and real TLS; one thread for each connection. `says[verb]` are the things to do in turn when that verb
comes, a reply as text or one of the words below; after them it is an ordinary mail server.
"""

import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

DROP = "drop"  # hang up
RESET = "reset"  # hang up so that the other end's next write fails at once
SILENCE = "silence"  # say nothing until the server is closed
ACCEPT_AND_DROP = "accept and drop"  # take the letter, then hang up without a word
Action = str | Callable[[], str]


@dataclass
class Taken:
    """A letter that the server took: as the envelope had it."""

    mail: str
    rcpt: str
    message: bytes


@dataclass
class Faulty:
    says: Mapping[str, Iterable[Action]] = field(default_factory=dict)
    offers: tuple[str, ...] = ("SIZE 33554432", "8BITMIME", "DSN", "PIPELINING")
    tls: ssl.SSLContext | None = None
    implicit: bool = False  # TLS from the first byte
    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self._turns = {verb: deque(actions) for verb, actions in self.says.items()}
        self._closing = threading.Event()
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def hang_up(self) -> None:
        """End every open connection, as a mail server does with those that have been quiet for long."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _start(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._start(self._talk, connection)

    def _talk(self, connection: socket.socket) -> None:
        self._open.append(connection)
        conversation = _Conversation(self, connection)
        try:
            conversation.run()
        except (OSError, _HungUp):
            pass
        finally:
            conversation.connection.close()

    def _encrypted(self, connection: socket.socket) -> socket.socket:
        assert self.tls
        self._open.remove(connection)
        wrapped = self.tls.wrap_socket(connection, server_side=True)
        self._open.append(wrapped)
        return wrapped

    def _next(self, verb: str) -> Action | None:
        turns = self._turns.get(verb)
        return turns.popleft() if turns else None


class _HungUp(Exception):
    """The conversation is over."""


class _Conversation:
    def __init__(self, server: Faulty, connection: socket.socket) -> None:
        self._server = server
        self.connection = connection
        self._buffer = bytearray()
        self._mail = self._rcpt = ""

    def run(self) -> None:
        if self._server.implicit:
            self.connection = self._server._encrypted(self.connection)
        self._reply("connect", "220 faulty.example ESMTP")
        while True:
            verb, space, rest = self._line().partition(" ")
            verb = verb.upper()  # any case will do (RFC 5321 section 2.4)
            line = verb + space + rest
            self._server.commands.append(line)
            if verb == "EHLO":
                self._ehlo()
            elif verb == "STARTTLS":
                self._reply(verb, "220 go ahead")
                self.connection, self._buffer = self._server._encrypted(self.connection), bytearray()
            elif verb == "DATA":
                self._data()
            elif verb == "QUIT":
                self._reply(verb, "221 bye")
                return
            else:
                self._mail = line if verb == "MAIL" else self._mail
                self._rcpt = line if verb == "RCPT" else self._rcpt
                self._reply(verb, "250 ok")

    def _ehlo(self) -> None:
        can = list(self._server.offers)
        if self._server.tls and not isinstance(self.connection, ssl.SSLSocket):
            can.append("STARTTLS")
        lines = ["faulty.example", *can]
        text = "\r\n".join(f"250{'-' if number < len(lines) else ' '}{line}" for number, line in enumerate(lines, 1))
        self._reply("EHLO", text)

    def _data(self) -> None:
        if not self._reply("DATA", "354 go on").startswith("354"):
            return
        if action := self._server._next("content"):
            self._receive()  # the first piece of it has come
            self._reply_with(action)
        lines = [self._take(b"\n")]
        while lines[-1] != b".\r\n":
            lines.append(self._take(b"\n"))
        message = b"".join(line.removeprefix(b".") for line in lines[:-1])
        action = self._server._next("dot")
        if action is None or action == ACCEPT_AND_DROP or callable(action):
            self._server.taken.append(Taken(self._mail, self._rcpt, message))
        self._reply_with(DROP if action == ACCEPT_AND_DROP else action or "250 2.0.0 taken")

    def _reply(self, verb: str, usual: str) -> str:
        return self._reply_with(self._server._next(verb) or usual)

    def _reply_with(self, action: Action) -> str:
        text = action() if callable(action) else action
        if text in (DROP, RESET):
            if text == RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            raise _HungUp
        if text == SILENCE:
            self._server._closing.wait()
            raise _HungUp
        self.connection.sendall(f"{text}\r\n".encode())
        if text.startswith("421"):
            raise _HungUp
        return text

    def _line(self) -> str:
        return self._take(b"\r\n").decode().rstrip("\r\n")

    def _take(self, end: bytes) -> bytes:
        while (place := self._buffer.find(end)) < 0:
            self._receive()
        found = bytes(self._buffer[: place + len(end)])
        del self._buffer[: place + len(end)]
        return found

    def _receive(self) -> None:
        piece = self.connection.recv(65_536)
        if not piece:
            raise _HungUp
        self._buffer += piece
