"""A real installation in a folder of its own: the service with its pages on a port, and a mail server that keeps all.

Nothing of the product is replaced; the time is moved by hand, and the jobs of its timetable are called one by one.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Thread
from typing import Any, cast

import uvicorn
from aiosmtpd.controller import Controller
from exim import wait_until
from imap_server import free_port
from pydantic import SecretStr

from answerable.app import create_app
from answerable.now import MovableTime
from answerable.settings import PartnershipSettings, Settings
from answerable.wiring import Service, build
from cases.store.database import Database
from cases.store.setup import migrate
from cases.vault import MasterKeys
from scheduler.clock import Ticker

PARTNERSHIP, INBOX = "chscp", "escalations@chscp.example"
SUPPORT = "business.support@office.example"


@dataclass
class Kept:
    """What the mail server was given: to whom, and the message."""

    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        read = cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default))
        self.mails += [(to, read) for to in envelope.rcpt_tos]
        return "250 kept"


class Office:
    """One partnership with nothing in it yet."""

    def __init__(self, folder: Path, began: datetime, mail_port: int, kept: Kept) -> None:
        self.time = MovableTime(began)
        self.kept = kept
        self._folder, self._mail_port, self._key = folder, mail_port, MasterKeys.new_text()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @contextmanager
    def running(self, **of_partnership: Any) -> Iterator[Service]:
        """Run the service with these settings of the partnership; twice in turn is a restart."""
        service = build(self._settings(of_partnership), self.time, steady=lambda: self.time().timestamp())
        server = uvicorn.Server(
            uvicorn.Config(create_app(service, Ticker((), self.time)), log_level="warning", access_log=False)
        )
        thread = Thread(target=server.run, kwargs={"sockets": [self._listener.dup()]})
        thread.start()
        try:
            wait_until(lambda: server.started, "the service to start")
            yield service
        finally:
            server.should_exit = True
            thread.join()
            service.database.close()

    def settle(self, service: Service) -> None:
        """Do what the timetable's jobs do until nothing is left to do now."""
        busy = True
        while busy:
            busy = any(bool(job.run(self.time())) for job in service.jobs())

    def moves_to(self, service: Service, moment: datetime) -> None:
        """Go through everything that is due on the way."""
        while (following := service.casework.next_thing()) and following <= moment:
            self.time.move_to(following)
            self.settle(service)
        self.time.move_to(moment)
        self.settle(service)

    def to(self, email: str) -> list[EmailMessage]:
        """What the mail server was given for this address, the oldest first."""
        return [mail for to, mail in self.kept.mails if to == email]

    def newest(self, email: str, words: str = "") -> EmailMessage:
        """The newest to this address with these words in its subject."""
        return [mail for mail in self.to(email) if words in str(mail["Subject"])][-1]

    def close(self) -> None:
        self._listener.close()

    def _settings(self, of_partnership: dict[str, Any]) -> Settings:
        office = PartnershipSettings(inbox=INBOX, business_support=SUPPORT, **of_partnership)
        settings = Settings(
            database=self._folder / "answerable.db",
            master_key=SecretStr(self._key),
            base_url=self.address,
            transport="smtp",
            smtp_host="127.0.0.1",
            smtp_port=self._mail_port,
            smtp_security="none",
            partnerships={PARTNERSHIP: office},
        )
        migrate(Database(settings.database))
        return settings


@contextmanager
def new_office(folder: Path, began: datetime) -> Iterator[Office]:
    kept = Kept()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port(), ready_timeout=30)
    controller.start()
    office = Office(folder, began, controller.port, kept)
    try:
        yield office
    finally:
        office.close()
        controller.stop()


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return " ".join(body.get_content().split())
