"""Prints each letter's text, for a first look without a mail server. Not for real cases: it shows what letters say."""

from email import message_from_bytes, policy

from mailer.transports.transport import Envelope


class Console:
    def send(self, envelope: Envelope, message: bytes) -> None:
        letter = message_from_bytes(message, policy=policy.default)
        body = letter.get_body(preferencelist=("plain",))
        text = body.get_content() if body else ""
        print(f"--- to {envelope.recipient}: {letter['Subject']}\n{text}", flush=True)

    def rest(self) -> None:
        """Nothing is kept open."""
