"""The settings of the ways in, and what can be wrong with them."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class ImapSettings(BaseModel):
    """A mailbox that is polled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(description="The mail server that holds the inbox")
    port: int | None = Field(
        default=None, ge=1, le=65535, description="Its port; without one 993 with `tls`, and 143 otherwise"
    )
    security: Literal["tls", "starttls", "none"] = Field(
        default="tls", description="How the connection is encrypted; `none` is for a mail server on this machine alone"
    )
    user: str = Field(description="The name to sign in with")
    password: SecretStr | None = Field(default=None, description="The password to sign in with")
    password_file: Path | None = Field(default=None, description="A file that holds the password, in its stead")
    folder: str = Field(default="INBOX", description="The folder that mail arrives in")
    processed: str = Field(
        default="Answerable/Processed", description="Where mail goes that was read; made if it is not there"
    )
    tray: str = Field(default="Answerable/Tray", description="Where mail goes that a person must look at")
    ca_file: Path | None = Field(
        default=None, description="A PEM file of the authority that signed the mail server's certificate, if not public"
    )


def networks(words: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Networks and addresses, parted by commas. Raises ValueError."""
    return tuple(ip_network(each.strip()) for each in words.split(",") if each.strip())


def imap_faults(polled: Mapping[str, ImapSettings]) -> Iterator[str]:
    """What is wrong with the mailboxes, by partnership."""
    seen: dict[tuple[str, str, str], str] = {}
    for key, each in polled.items():
        place = f"partnerships.{key}.imap"
        if each.security == "none" and each.host.lower() not in LOOPBACK:
            yield (
                f'{place}.security: mail from {each.host} would cross the network unencrypted. Set "tls" or '
                '"starttls"; "none" is for a mail server on this machine, such as host = "localhost".'
            )
        if (each.password is None) == (each.password_file is None):
            yield f"{place}: set either password or password_file."
        for name in ("password_file", "ca_file"):
            file = getattr(each, name)
            if file and not file.is_file():
                yield f"{place}.{name}: there is no file {file}."
        if each.folder in (each.processed, each.tray) or each.processed == each.tray:
            yield f"{place}: folder, processed and tray must be three folders."
        mailbox = (each.host.lower(), each.user.lower(), each.folder)
        if mailbox in seen:
            yield f"{place} is the mailbox of {seen[mailbox]} too. Each partnership needs a mailbox of its own."
        seen[mailbox] = key


def listen_faults(port: int | None, certificate: Path | None, key: Path | None, trusted: str) -> Iterator[str]:
    if (certificate is None) != (key is None):
        yield "listen_certificate and listen_key belong together: set both, or neither."
    for name, file in (("listen_certificate", certificate), ("listen_key", key)):
        if file and not file.is_file():
            yield f"{name}: there is no file {file}."
        if file and port is None:
            yield f"{name} is set, but listen_port is not: no mail would be taken in. Set listen_port."
    try:
        networks(trusted)
    except ValueError as error:
        yield f"listen_trusted: {error}. Give networks such as 10.1.0.0/16, parted by commas."
