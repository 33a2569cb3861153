"""The one place where things are built. Holds no logic."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from answerable.settings import Settings, SettingsError
from cases.casework import Casework, Partnership
from cases.correspondence import Correspondence
from cases.dispatch import Dispatch
from cases.ledger import Ledger
from cases.policy_files.reading import LoadedPolicy, read_policies
from cases.reading import Reading
from cases.store.database import Database
from cases.store.keyring import Keyring
from cases.store.setup import is_current
from cases.vault import MasterKeys
from intake.mailbox import Mailbox
from mailer.guard import Guard
from mailer.letters import Letters
from mailer.outbox import Outbox, Sender
from mailer.transports.console import Console
from mailer.transports.transport import Transport
from scheduler.chasing import Chasing
from scheduler.timetable import Job, timetable

Now = Callable[[], datetime]


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
    outbox: Outbox | None  # none where letters are left waiting
    chasing: Chasing

    def jobs(self) -> tuple[Job, ...]:
        return timetable(
            chase=self.chasing.sweep,
            send=self.outbox.drain if self.outbox else lambda now: 0,
            judge=self.mailbox.judge_waiting,
            checkpoint=self._checkpoint,
        )

    def _checkpoint(self, now: datetime) -> None:
        for partnership in self.casework.partnerships:
            self.ledger.take_checkpoint(partnership, now)


def build(settings: Settings, now: Now, transport: Transport | None = None, reserved_only: bool = False) -> Service:
    """Build the service on a database that is set up. Raises SettingsError, PolicyError, DatabaseUnavailable."""
    database = Database(settings.database)
    if not is_current(database):
        raise SettingsError(f"The database {settings.database} is not set up for this version. Run: answerable migrate")
    offices = _offices(settings, read_policies(settings.policies))
    casework = Casework(database, Keyring(_master(settings)), offices)
    casework.take_policies(now())
    correspondence = Correspondence(casework)
    ledger = Ledger(database, casework.keyring)
    guard = Guard([office.inbox for office in offices.values()], reserved_only)
    return Service(
        settings=settings,
        now=now,
        database=database,
        casework=casework,
        correspondence=correspondence,
        reading=Reading(casework),
        ledger=ledger,
        mailbox=Mailbox(
            correspondence, {office.key: office.inbox for office in offices.values()}, settings.trust_anchor
        ),
        outbox=_outbox(settings, Dispatch(casework), ledger, transport, guard),
        chasing=Chasing(casework.due_clocks, casework.look, casework.set_aside, casework.tell_failing),
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
        key: Partnership(policies[key], each.inbox, each.inbox.rpartition("@")[2], each.business_support)
        for key, each in settings.partnerships.items()
    }


def _outbox(
    settings: Settings,
    dispatch: Dispatch,
    ledger: Ledger,
    transport: Transport | None,
    guard: Guard,
) -> Outbox | None:
    if transport is None and settings.transport == "none":
        return None
    offices = dispatch.casework.partnerships
    senders = {key: Sender(office.loaded.policy.partnership.name, office.inbox) for key, office in offices.items()}
    letters = Letters(settings.templates / "letters")
    return Outbox(dispatch, letters, transport or Console(), guard, senders, settings.base_url, ledger.text)
