"""Mail in: kept byte for byte first, then judged and handed over, each message on its own. Nothing is dropped."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from cases.mail.correspondence import Correspondence
from cases.store.database import DatabaseUnavailable
from cases.store.mailboxes import Receipt
from intake.judging import TOO_LARGE as TOO_LARGE
from intake.judging import Judging, clues_of
from intake.mail.identity import identify
from intake.mail.message import Understood, understand

log = structlog.get_logger()


class NobodysMail(Exception):
    """A message names no partnership of this installation, so it was not taken in."""


class Mailbox:
    """`inboxes` are the partnerships' addresses; `anchor` is the mail server whose verdict on a sender counts;
    `understand` is a `limits.Reader` wherever real mail comes in."""

    def __init__(
        self,
        correspondence: Correspondence,
        inboxes: Mapping[str, str],
        anchor: str | None,
        understand: Callable[[bytes], Understood] = understand,
    ) -> None:
        self._correspondence = correspondence
        self._inboxes = inboxes
        self._understand = understand
        self._judging = Judging(correspondence, inboxes, anchor, understand)

    def take_in(self, raw: bytes, partnership: str | None, now: datetime) -> str:
        """Store a message and judge it. Gives its id; the same message twice is one. Raises NobodysMail.

        `partnership` says whose it is where no letter of ours does.
        """
        understood = self._understand(raw)
        whose = self._whose(understood, partnership, now)
        if whose is None or whose not in self._inboxes:
            raise NobodysMail(
                "The message is addressed to none of the inboxes here, and no partnership was named. "
                f"Say whose it is with --partnership; known are: {', '.join(self._inboxes)}."
            )
        message_id = self._keep(raw, whose, now)
        self._judging.judge(message_id, now)
        return message_id

    def keep(self, raw: bytes, partnership: str, now: datetime, receipt: Receipt | None = None, note: str = "") -> str:
        """Store a message of a partnership, and where it lay, without judging it. Gives its id."""
        return self._keep(raw, partnership, now, receipt, note)

    def judge(self, message_id: str, now: datetime) -> None:
        """Judge a stored message, unless that was done. Whatever is in it, it raises nothing."""
        try:
            self._judging.judge(message_id, now)
        except DatabaseUnavailable:  # no fault of the message: it stays stored, and is judged at the next look
            log.warning("a message waits for the database", message=message_id)
        except Exception as error:
            log.error("a message could not be judged", message=message_id, error=type(error).__name__)
            self._give_up(message_id, now)

    def judge_waiting(self, now: datetime) -> None:
        """Judge what was stored and not judged, such as before a crash. One message's trouble never stops the rest."""
        for message_id in self._correspondence.waiting("stored"):
            self.judge(message_id, now)

    def _keep(self, raw: bytes, partnership: str, now: datetime, receipt: Receipt | None = None, note: str = "") -> str:
        which = identify(raw)
        message_id, new = self._correspondence.keep(
            partnership,
            self._inboxes[partnership],
            raw,
            which.message_id,
            now,
            same_as=which.same_as,
            note=note,
            receipt=receipt,
        )
        if not new:
            self._judging.came_again(message_id, raw)
        return message_id

    def _give_up(self, message_id: str, now: datetime) -> None:
        try:
            self._correspondence.to_tray(message_id, None, "The program could not read it.", False, now)
        except Exception as error:  # it stays stored, and is judged again at the next look
            log.error("a message could not be put in the tray", message=message_id, error=type(error).__name__)

    def _whose(self, understood: Understood, named: str | None, now: datetime) -> str | None:
        """The partnership of a message: by a letter of ours, as named, by its inbox, or the only one there is."""
        traced = self._correspondence.trace(clues_of(understood), None, now)
        if traced or named:
            return self._correspondence.partnership_of(traced[0]) if traced else named
        addressed = {_plain_address(each) for each in understood.recipients}
        by_inbox = [key for key, inbox in self._inboxes.items() if inbox.lower() in addressed]
        return by_inbox[0] if by_inbox else next(iter(self._inboxes)) if len(self._inboxes) == 1 else None


def _plain_address(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"
