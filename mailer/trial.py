"""One real letter through the transport as it is set up, and what the mail server can do (`check --send-to`)."""

from collections.abc import Iterator
from datetime import datetime

from mailer.errors import NotSent, Refused
from mailer.guard import Guard
from mailer.letters import Frame, LetterError, Letters
from mailer.outbox import Sender
from mailer.transports.smtp import Smtp
from mailer.transports.transport import Envelope, Transport


class TrialFailed(Exception):
    """The test letter was not accepted. Says why in plain words."""


def trial(
    transport: Transport, letters: Letters, sender: Sender, to: str, message_id: str, token: str, now: datetime
) -> Iterator[str]:
    """Lines on what the mail server offers and whether it took the letter. Raises TrialFailed."""
    try:
        if isinstance(transport, Smtp):
            yield from _abilities(transport)
        Guard([sender.inbox]).check(to)
        transport.send(Envelope(sender.bounces(token), to, token), _letter(letters, sender, to, message_id, token, now))
    except Refused as error:
        raise TrialFailed(f"The letter to {to} was refused: {error.why or error}") from None
    except (NotSent, LetterError) as error:
        raise TrialFailed(f"The letter to {to} was not accepted. {error}") from None
    finally:
        transport.rest()
    yield f"A test letter from {sender.inbox} to {to} was accepted. Please see whether it arrives, and reply to it."


def _abilities(transport: Smtp) -> Iterator[str]:
    can = transport.abilities()
    yield f"The mail server {can.host} answers, {can.encryption or 'without encryption (this machine alone)'}."
    largest = f"{can.largest / 1_000_000:.0f} MB" if can.largest else "it names no limit"
    yield f"Largest letter: {largest}."
    reports = "yes" if can.reports else "no; failures come back in the mail server's own words"
    yield f"Reports failures under the letter's own mark (DSN): {reports}."
    yield f"Takes several commands at once (pipelining): {'yes' if can.pipelining else 'no'}."


def _letter(letters: Letters, sender: Sender, to: str, message_id: str, token: str, now: datetime) -> bytes:
    """Made like every other letter. Raises LetterError."""
    frame = Frame(
        message_id=message_id,
        sender_name=sender.name,
        sender=sender.inbox,
        reply_to=sender.reply_to(token),
        token=token,
        page_url=None,
        status_url=None,
        site_url="",
        date=now,
        references=(),
        automatic="auto-generated",
        suppress="All",
        loop_mark=message_id.strip("<>"),
    )
    values = {"partnership": sender.name, "inbox": sender.inbox, "to_name": ""}
    return letters.render("trial", values, (), "", to, frame)
