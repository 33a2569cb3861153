"""The one place where things are built. Holds no logic."""

import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from answerable.mail_in_settings import ImapSettings, networks
from answerable.now import steady
from answerable.settings import Settings, SettingsError
from cases.casework import Casework, Partnership
from cases.digest.daily import Digests
from cases.directory.requests import Requests
from cases.directory.work import DirectoryWork
from cases.ledger import Ledger
from cases.mail.correspondence import Correspondence
from cases.mail.dispatch import Dispatch
from cases.mail.mailboxes import Mailboxes
from cases.mail.tray import Tray
from cases.mail.writer import WhoWrote
from cases.policy_files.reading import LoadedPolicy, read_policies
from cases.preview import Draw
from cases.reading import Reading
from cases.store.database import Database
from cases.store.keyring import Keyring
from cases.store.setup import is_current
from cases.store.trials import real_open, real_unsent
from cases.vault import MasterKeys
from cases.watching.auditor import Auditor
from cases.watching.pulse import CLOCKS, LETTERS, Pulse
from cases.watching.recounting import Recounting
from intake.mail.limits import Reader
from intake.mailbox import Mailbox
from intake.mailboxes.imap import Account
from intake.mailboxes.listener import Door, Listener
from intake.mailboxes.polling import Polling
from intake.writer import Writers
from mailer.drawing import Drawing
from mailer.guard import Guard, Trial
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender
from mailer.transports.console import Console
from mailer.transports.smtp import Server, Smtp
from mailer.transports.transport import Transport
from scheduler.audits import Audits
from scheduler.chasing import Chasing
from scheduler.digests import Mornings
from scheduler.timetable import Job, timetable
from scheduler.watch import Watch

Now = Callable[[], datetime]
A_ROUND = 20  # letters that go under one reading of the clock: a slow mail server must not outlast their leases


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that a running service is made of."""

    settings: Settings
    now: Now
    database: Database
    casework: Casework
    correspondence: Correspondence
    reading: Reading
    ledger: Ledger
    mailbox: Mailbox
    reader: Reader  # the child process in which mail is read
    dispatch: Dispatch
    outbox: Outbox | None  # none where letters are left waiting
    draw: Draw  # how a letter will look
    who_wrote: WhoWrote  # the sender of a mail, and whether we may write back
    chasing: Chasing
    digests: Digests
    mornings: Mornings
    pulse: Pulse
    recounting: Recounting
    auditor: Auditor
    watch: Watch
    polling: Polling
    listener: Listener | None  # none where the port is not set

    def jobs(self) -> tuple[Job, ...]:
        return timetable(
            chase=self.act,
            send=self.send,
            judge=self.mailbox.judge_waiting,
            poll=self.polling.look,
            remind=self._in_time(Tray(self.correspondence).remind),
            checkpoint=self._in_time(self._checkpoint),
            miss_digests=self.mornings.alarm,
            keep_directory=self._in_time(self.keep_directory),
            ask_contacts=self._in_time(Requests(self.casework).ask),
            recount=self._in_time(self.recounting.look),
            audit=self._in_time(Audits(self.casework.partnerships, self.auditor.go_on).look),
            beat=partial(self.pulse.beat, CLOCKS),
            beat_letters=partial(self.pulse.beat, LETTERS),
        )

    def _in_time(self, run: Callable[[datetime], object]) -> Callable[[datetime], object]:
        """A job that is done while the time is certain alone: else it would take a false day's work for done."""

        def job(now: datetime) -> object:
            self.watch.look(now)
            return None if self.pulse.is_doubted() else run(now)

        return job

    def act(self, now: datetime) -> int:
        """What time alone causes. The digests come first: they say what the clocks will do today."""
        self.watch.look(now)
        return self.mornings.look(now) + self.chasing.sweep(now)

    def keep_directory(self, now: datetime) -> int:
        """Absences that begin or end, and the cases that a change of the directory concerns."""
        return DirectoryWork(self.casework).look(now)

    def send(self, now: datetime) -> int:
        """Send a round of the letters that wait."""
        self.watch.look(now)
        return self.outbox.drain(now, limit=A_ROUND) if self.outbox else 0

    def _checkpoint(self, now: datetime) -> None:
        for partnership in self.casework.partnerships:
            self.ledger.take_checkpoint(partnership, now)


def build(
    settings: Settings,
    now: Now,
    transport: Transport | None = None,
    reserved_only: bool = False,
    steady: Callable[[], float] = steady,
) -> Service:
    """Build the service on a database that is set up. Raises SettingsError, PolicyError, DatabaseUnavailable."""
    database = Database(settings.database)
    if not is_current(database):
        raise SettingsError(f"The database {settings.database} is not set up for this version. Run: answerable migrate")
    offices = _offices(settings, read_policies(settings.policies))
    casework = Casework(database, Keyring(_master(settings)), offices)
    casework.take_policies(now())
    correspondence = Correspondence(casework)
    ledger = Ledger(database, casework.keyring)
    digests, pulse = Digests(casework, ledger.take_checkpoint), Pulse(casework)
    inboxes = {office.key: office.inbox for office in offices.values()}
    accounts = _accounts(settings)
    letters, senders = Letters(settings.templates / "letters"), _senders(settings, offices)
    trials = {key: Trial(each.shadow, each.business_support) for key, each in offices.items() if each.in_trial}
    trials_alone(database, trials)
    guard = Guard([*inboxes.values(), *(account.user for account in accounts)], reserved_only, trials)
    reader = Reader()
    mailbox = Mailbox(correspondence, inboxes, settings.trust_anchor, reader)
    return Service(
        settings=settings,
        now=now,
        database=database,
        casework=casework,
        correspondence=correspondence,
        reading=Reading(casework),
        ledger=ledger,
        mailbox=mailbox,
        reader=reader,
        dispatch=Dispatch(casework),
        outbox=_outbox(settings, Dispatch(casework), ledger, letters, senders, transport, guard),
        draw=Drawing(letters, senders, settings.base_url).draw,
        who_wrote=Writers(reader, [*inboxes.values(), *(account.user for account in accounts)]).of,
        chasing=Chasing(casework.due_clocks, casework.look, casework.set_aside, casework.tell_failing),
        digests=digests,
        mornings=Mornings(lambda now: offices, digests.make, digests.overdue),
        pulse=pulse,
        recounting=Recounting(casework),
        auditor=Auditor(casework, ledger),
        watch=Watch(steady, pulse.jumped, pulse.stood_still),
        polling=Polling(accounts, mailbox, Mailboxes(casework)),
        listener=_listener(settings, inboxes, mailbox, now),
    )


def trials_alone(database: Database, trials: Iterable[str]) -> None:
    """A trial begins where no real case is open, and no real letter waits: it would go to the test person, and the
    people whom it is for would be counted as told. Raises SettingsError."""
    with database.read() as connection:
        for key in trials:
            if count := real_open(connection, key):
                raise SettingsError(
                    f"partnerships.{key}.shadow: {count} real case(s) are open here. A trial would keep their letters "
                    "from the people they are for. Take the setting away, or try the service out with a database of "
                    "its own."
                )
            if count := real_unsent(connection, key):
                raise SettingsError(
                    f"partnerships.{key}.shadow: {count} real letter(s) have not left yet. A trial would keep them "
                    "from the people they are for. Take the setting away until they have left (Letters, on the desk)."
                )


def page_secret(service: Service) -> bytes:
    """The secret of cookies and forms, kept with the installation's other keys."""
    with service.database.write() as connection:
        return service.casework.keyring.secret(connection, service.now())


def _master(settings: Settings) -> MasterKeys:
    return MasterKeys.parse(settings.master_key.get_secret_value())


def _offices(settings: Settings, policies: Mapping[str, LoadedPolicy]) -> dict[str, Partnership]:
    unknown = sorted(set(settings.partnerships) - set(policies))
    if unknown:
        raise SettingsError(f"There is no policy file for: {', '.join(unknown)}. Known are: {', '.join(policies)}.")
    if not settings.partnerships:
        raise SettingsError(
            "No partnership is set to run here. Add a table such as [partnerships.KEY] with inbox and business_support "
            f"to answerable.toml. Known are: {', '.join(policies)}."
        )
    return {
        key: Partnership(
            policies[key],
            each.inbox,
            each.inbox.rpartition("@")[2],
            each.business_support,
            each.most_letters_an_hour,
            each.shadow,
        )
        for key, each in settings.partnerships.items()
    }


def _accounts(settings: Settings) -> list[Account]:
    """The mailboxes that are polled."""
    return [_account(key, each.imap) for key, each in settings.partnerships.items() if each.imap]


def _account(key: str, imap: ImapSettings) -> Account:
    secret = imap.password.get_secret_value() if imap.password else ""
    if imap.password_file:
        try:
            secret = imap.password_file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"partnerships.{key}.imap.password_file: {imap.password_file} cannot be read."
            ) from error
    port = imap.port or (993 if imap.security == "tls" else 143)
    folders = (imap.folder, imap.processed, imap.tray)
    return Account(key, imap.host, port, imap.security, imap.user, secret, *folders, imap.ca_file)


def _listener(settings: Settings, inboxes: Mapping[str, str], mailbox: Mailbox, now: Now) -> Listener | None:
    if settings.listen_port is None:
        return None
    tls = None
    if settings.listen_certificate:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        try:
            tls.load_cert_chain(settings.listen_certificate, settings.listen_key)
        except OSError as error:
            raise SettingsError(
                f"listen_certificate and listen_key: {settings.listen_certificate} and {settings.listen_key} are not a "
                "certificate and its key in PEM form."
            ) from error
    door = Door(
        settings.listen_host,
        settings.listen_port,
        inboxes,
        networks(settings.listen_trusted),
        settings.trust_anchor,
        tls,
        settings.listen_require_tls,
    )
    return Listener(door, mailbox.keep, now)


def _senders(settings: Settings, offices: Mapping[str, Partnership]) -> dict[str, Sender]:
    """Whom each partnership's letters come from."""
    return {
        key: Sender(office.loaded.policy.partnership.name, office.inbox, settings.partnerships[key].plus_addresses)
        for key, office in offices.items()
    }


def _outbox(
    settings: Settings,
    dispatch: Dispatch,
    ledger: Ledger,
    letters: Letters,
    senders: Mapping[str, Sender],
    transport: Transport | None,
    guard: Guard,
) -> Outbox | None:
    if transport is None and settings.transport == "none":
        return None
    return Outbox(
        dispatch, letters, transport or transport_of(settings), guard, senders, settings.base_url, ledger.text
    )


def transport_of(settings: Settings) -> Transport:
    """How letters leave. Raises SettingsError."""
    if settings.transport != "smtp":
        return Console()
    host = urlsplit(settings.base_url).hostname or ""
    server = Server(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_user,
        settings.smtp_password.get_secret_value(),
        settings.smtp_ca_file,
        hello=host if "." in host and not host.replace(".", "").isdigit() else None,
    )
    try:
        return Smtp(server)
    except OSError as error:
        raise SettingsError(f"smtp_ca_file: {settings.smtp_ca_file} holds no certificate in PEM form.") from error
