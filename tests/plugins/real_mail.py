"""The whole service on real mail: letters leave by SMTP to Exim, and what people answer comes in by the listener.

Nothing of the product is replaced; only the time is moved by hand, and the jobs of its timetable are called one by one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast

from exim import BOUNDARY, Exim, running_exim, wait_until
from imap_server import free_port
from mail_clients import read_letter, reply
from pydantic import SecretStr
from sqlalchemy import func, select

from answerable.demo.world import directory_of
from answerable.now import MovableTime
from answerable.settings import PartnershipSettings, Settings
from answerable.wiring import Service, build
from cases.directory.directory import Person
from cases.standing import View
from cases.store.database import Database
from cases.store.setup import migrate
from cases.tables import messages
from cases.vault import MasterKeys

PARTNERSHIP, INBOX = "chscp", "escalations@chscp.example"
SUPPORT = "business.support@office.example"


class RealMail:
    """One partnership with made-up people, whose mail Exim keeps."""

    def __init__(self, service: Service, time: MovableTime, exim: Exim) -> None:
        self.service, self.time, self.exim = service, time, exim
        self.directory = service.casework.directory(PARTNERSHIP)

    def person(self, role: str, agency: str | None = None) -> Person:
        return next(each for each in self.directory.people if (each.role, each.agency) == (role, agency))

    def mail_of(self, email: str) -> list[EmailMessage]:
        """What has arrived at an address, the oldest first."""
        found = self.exim.mail_of(email.partition("@")[0])
        return [cast(EmailMessage, message_from_bytes(raw, policy=policy.default)) for raw in found]

    def raw_mail_of(self, email: str) -> list[bytes]:
        return self.exim.mail_of(email.partition("@")[0])

    def arrives(self, email: str, count: int) -> EmailMessage:
        """Wait until so many letters have come to an address in all. Gives the last."""
        wait_until(lambda: len(self.mail_of(email)) >= count, f"letter {count} to {email}")
        assert len(self.mail_of(email)) == count, f"more than {count} letters came to {email}"
        return self.mail_of(email)[-1]

    def sends(self, sender: str, raw: bytes, *, to: str = INBOX) -> None:
        """Somebody sends a mail, and the service takes it in and works on it."""
        before = self.stored()
        self.exim.submit(sender, to, raw)
        self.comes_in(before + 1)

    def says(self, person: Person, words: str, client: str = "outlook_desktop", subject: str = "") -> None:
        """A person replies to the newest letter (of those with these words in the subject) in some mail program."""
        raw = [each for each, read in zip(self.raw_mail_of(person.email), self.mail_of(person.email), strict=True)
               if subject in str(read["Subject"])][-1]  # fmt: skip
        written = reply(client, raw, words, f"{person.name} <{person.email}>", self.time())
        self.sends(person.email, written, to=read_letter(raw).answer_to)

    def comes_in(self, count: int) -> None:
        """Wait until so many messages are stored in all, and let the service work on them."""
        wait_until(lambda: self.stored() >= count, f"message {count} to be stored")
        self.settle()

    def stored(self) -> int:
        with self.service.database.read() as connection:
            return int(connection.execute(select(func.count()).select_from(messages)).scalar_one())

    def settle(self) -> None:
        """Do what the timetable's jobs do until nothing is left to do now."""
        busy = True
        while busy:
            now = self.time()
            busy = bool(self.service.correspondence.waiting("stored"))
            for job in self.service.jobs():
                busy = bool(job.run(now)) or busy

    def moves_to(self, moment: datetime) -> None:
        """Go through everything that is due on the way."""
        while (following := self.service.casework.next_thing()) and following <= moment:
            self.time.move_to(following)
            self.settle()
        self.time.move_to(moment)
        self.settle()

    def became(self) -> list[tuple[str, str]]:
        """What became of each message that came in, the oldest first: its state, and why."""
        with self.service.database.read() as connection:
            rows = connection.execute(select(messages.c.state, messages.c.why).order_by(messages.c.received_at))
            return [(row.state, row.why) for row in rows]

    def newest(self) -> View:
        listed = self.service.reading.list_cases(PARTNERSHIP, self.time())
        found = self.service.reading.by_reference(PARTNERSHIP, listed[0].reference, self.time())
        assert found
        return found


@contextmanager
def real_mail(folder: Path, began: datetime) -> Iterator[RealMail]:
    """Exim and the service, each knowing the other's port."""
    time, port = MovableTime(began), free_port()
    service = _service(folder, time, port)
    try:
        agencies, people = directory_of(service.casework.partnerships[PARTNERSHIP].loaded.policy)
        service.casework.replace_directory(PARTNERSHIP, agencies, people, time())
        assert service.listener
        service.listener.start()
        names = {each.email.partition("@")[0] for each in people} | {SUPPORT.partition("@")[0]}
        with running_exim(port, names, "chscp.example", service.listener.bind()) as exim:
            yield RealMail(service, time, exim)
    finally:
        if service.listener:
            service.listener.stop()
        service.reader.close()
        service.database.close()


def _service(folder: Path, time: MovableTime, exim: int) -> Service:
    settings = Settings(
        database=folder / "answerable.db",
        master_key=SecretStr(MasterKeys.new_text()),
        base_url="https://answerable.example",
        transport="smtp",
        smtp_host="127.0.0.1",
        smtp_port=exim,
        smtp_security="none",
        listen_port=0,
        trust_anchor=BOUNDARY,
        partnerships={PARTNERSHIP: PartnershipSettings(inbox=INBOX, business_support=SUPPORT)},
    )
    migrate(Database(settings.database))
    return build(settings, time, steady=lambda: time().timestamp())  # moved on purpose
