"""What `answerable check --send-to` does: one real letter from each partnership that runs here. Needs no database."""

import secrets
from collections.abc import Iterator

from answerable.now import now
from answerable.settings import Settings, SettingsError
from answerable.wiring import transport_of
from cases.policy_files.reading import read_policies
from cases.reference import message_id, token
from mailer.letters import Letters
from mailer.outbox import Sender
from mailer.trial import trial


def try_sending(settings: Settings, address: str) -> Iterator[str]:
    """Lines for the person who tries. Raises SettingsError, PolicyError, TrialFailed."""
    if settings.transport == "none":
        raise SettingsError('transport is "none": letters are left waiting. Set "smtp" to try a mail server.')
    if not settings.partnerships:
        raise SettingsError("No partnership is set to run here, so there is nobody to send from.")
    policies = read_policies(settings.policies)
    letters, transport = Letters(settings.templates / "letters"), transport_of(settings)
    for key, each in settings.partnerships.items():
        if key not in policies:
            raise SettingsError(f"There is no policy file for: {key}. Known are: {', '.join(policies)}.")
        sender = Sender(policies[key].policy.partnership.name, each.inbox, each.plus_addresses)
        its_id = message_id(secrets.token_hex(16), each.inbox.rpartition("@")[2])
        # A mark that belongs to no letter: an answer to this one goes to the tray.
        mark = token(secrets.token_bytes(32), "trial", its_id)
        yield from trial(transport, letters, sender, address, its_id, mark, now())
