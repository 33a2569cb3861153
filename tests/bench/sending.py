"""S10: letters over one kept connection, with claim, rendering and "sent" written down, beside smtplib alone.

Both talk to the same sink, a process of its own, in turns. smtplib sends bytes of the same length on one kept
connection and keeps no record: what the ratio shows is the cost of never losing and never doubling a letter.
"""

import smtplib
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from threading import Thread

from answerable.settings import ROOT
from cases.casework import Casework
from cases.ledger import Ledger
from cases.mail.dispatch import Dispatch
from cases.submission import Submission
from mailer.guard import Guard
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender
from mailer.transports.memory import Memory
from mailer.transports.smtp import Server, Smtp

ROUNDS = 5
CASES = 40
INBOX = "in@chscp.example"


def measure(casework: Casework, now: datetime) -> dict[str, float]:
    """Letters a second of ours, of smtplib alone, and their ratio, medians of rounds taken in turns."""
    office = replace(casework.partnerships["chscp"], most_letters_an_hour=1_000_000)
    casework = Casework(casework.database, casework.keyring, {office.key: office})
    with _sink() as port:
        transport = Smtp(Server("127.0.0.1", port, "none"))
        box = outbox_of(casework, transport)
        box.drain(now, 100_000)  # what the other measurements left behind
        sample = _sample(casework, now)
        pairs = [
            (rate(lambda: box.drain(now, 100_000), lambda: plan(casework, now)), _smtplib(port, sample))
            for _ in range(ROUNDS)
        ]
        transport.rest()
    return {
        "bytes": len(sample),
        "per_second": round(statistics.median(pair[0] for pair in pairs), 1),
        "smtplib_per_second": round(statistics.median(pair[1] for pair in pairs), 1),
        "of_smtplib": round(statistics.median(pair[0] / pair[1] for pair in pairs), 4),
    }


def outbox_of(casework: Casework, transport: Smtp | Memory) -> Outbox:
    return Outbox(
        Dispatch(casework),
        Letters(ROOT / "templates" / "letters"),
        transport,
        Guard([INBOX]),
        {"chscp": Sender("City and Hackney", INBOX)},
        "https://escalations.chscp.example",
        Ledger(casework.database, casework.keyring).text,
    )


def plan(casework: Casework, now: datetime) -> None:
    """Cases with their first letters, which wait to be sent."""
    for _ in range(CASES):
        casework.receive(
            "chscp",
            Submission("alice@agency1.example", "Alice", agency="agency1", other_agency="agency2", concern="x" * 500),
            now,
        )


def rate(send: Callable[[], int], prepare: Callable[[], None]) -> float:
    prepare()
    began = time.perf_counter()
    sent = send()
    return sent / (time.perf_counter() - began)


def _sample(casework: Casework, now: datetime) -> bytes:
    memory = Memory()
    plan(casework, now)
    outbox_of(casework, memory).drain(now, 100_000)
    return sorted((raw for _, raw in memory.sent), key=len)[len(memory.sent) // 2]


def _smtplib(port: int, sample: bytes) -> float:
    assert message_from_bytes(sample)["To"]
    with smtplib.SMTP("127.0.0.1", port) as connection:
        if connection.sock:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began = time.perf_counter()
        for _ in range(CASES * 2):
            connection.sendmail(INBOX, ["alice@agency1.example"], sample)
        return CASES * 2 / (time.perf_counter() - began)


@contextmanager
def _sink() -> Iterator[int]:
    """The port of a mail server that takes everything and keeps nothing, in a process of its own."""
    process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def _serve() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            connection, _ = listener.accept()
            Thread(target=_talk, args=(connection,), daemon=True).start()


def _talk(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection, connection.makefile("rb") as lines:
        connection.sendall(b"220 sink\r\n")
        for line in lines:
            verb = line[:4].upper()
            if verb == b"EHLO":
                connection.sendall(b"250-sink\r\n250-PIPELINING\r\n250-DSN\r\n250 SIZE\r\n")
            elif verb == b"DATA":
                connection.sendall(b"354 go on\r\n")
                while next(lines) != b".\r\n":
                    pass
                connection.sendall(b"250 taken\r\n")
            else:
                connection.sendall(b"221 bye\r\n" if verb == b"QUIT" else b"250 ok\r\n")


if __name__ == "__main__":
    _serve()
