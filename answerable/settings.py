"""Every setting, read once at the start from the environment and one optional TOML file. Loud when one is wrong.

A name in the file is `base_url`; in the environment ANSWERABLE_BASE_URL. A secret may also be named as a file:
ANSWERABLE_MASTER_KEY_FILE. The environment stands over the file.
"""

import difflib
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from answerable.mail_in_settings import ImapSettings, imap_faults, listen_faults, networks
from mailer.transports.smtp import LOOPBACK

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "ANSWERABLE_"
ONE_ADDRESS = re.compile(r"[^@\s<>(),;:\"]+@[^@\s<>(),;:\"]+")
LONGEST_LOCAL_PART = 35  # with "+b-" and a token it fills the 64 octets of RFC 5321 section 4.5.3.1.1
NOT_SETTINGS = {"ANSWERABLE_SETTINGS", "ANSWERABLE_REQUIRE_ALL"}


class SettingsError(Exception):
    """A setting is missing, unknown or wrong. Names it, and says what to do."""


class PartnershipSettings(BaseModel):
    """The real addresses of one partnership."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inbox: str = Field(description="The address that letters come from and answers go to")
    business_support: str = Field(
        description="Where tasks for business support go; it can always sign in to the desk, as a manager; never a "
        "mailbox that is polled"
    )
    plus_addresses: bool = Field(
        default=True,
        description="Whether mail to `inbox+anything@…` reaches the inbox; if not, answers and failures come to the "
        "plain inbox",
    )
    most_letters_an_hour: int = Field(
        default=300, ge=1, description="Above this, letters are held until business support lets them go"
    )
    shadow: str = Field(
        default="",
        description="The address of one named person who tries the service out: everything runs, and every letter goes "
        "to them alone, saying who would have had it; empty: no trial",
    )
    imap: ImapSettings | None = Field(
        default=None, description="A table for the inbox, where it is polled over IMAP; see below"
    )


class Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    database: Path = Field(default=Path("answerable.db"), description="The database file")
    master_key: SecretStr = Field(description="The master key, lines of id:base64; make one with `answerable new-key`")
    base_url: str = Field(
        default="http://127.0.0.1:8000", description="The address under which people reach the service"
    )
    host: str = Field(default="127.0.0.1", description="The network address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on")
    proxies: str = Field(
        default="127.0.0.1, ::1",
        description="The addresses or networks of the web servers that stand in front of the service, parted by "
        "commas: only from these is it believed whom a request comes from (`X-Forwarded-For`)",
    )
    transport: Literal["console", "none", "smtp"] = Field(
        default="console",
        description="How letters leave: `smtp` gives them to a mail server; `console` prints them; `none` leaves them "
        "waiting in the outbox",
    )
    smtp_host: str = Field(default="", description="The mail server that letters are given to, with transport `smtp`")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Its port; 465 is usual with `tls`")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls",
        description="How the connection is encrypted; `none` is for a mail server on this machine alone",
    )
    smtp_user: str = Field(default="", description="The name to log in with; empty: no log-in")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="The password to log in with")
    smtp_ca_file: Path | None = Field(
        default=None, description="A PEM file of the authority that signed the mail server's certificate, if not public"
    )
    listen_port: int | None = Field(
        default=None, ge=0, le=65535, description="The port of the built-in mail server that takes mail in; none: off"
    )
    listen_host: str = Field(default="127.0.0.1", description="The network address that it listens on")
    listen_certificate: Path | None = Field(
        default=None, description="Its certificate with the chain, in PEM form: then it offers STARTTLS"
    )
    listen_key: Path | None = Field(default=None, description="The private key of that certificate, in PEM form")
    listen_require_tls: bool = Field(
        default=True, description="Whether, with a certificate, mail from other machines must come encrypted"
    )
    listen_trusted: str = Field(
        default="127.0.0.0/8, ::1",
        description="The networks of your own mail servers, parted by commas: from elsewhere the word of "
        "`trust_anchor` on a sender may be made up, and does not count",
    )
    trust_anchor: str | None = Field(
        default=None,
        description="The authserv-id of your own mail server, whose word on a sender counts; or `exchange`, for a "
        "mailbox at Exchange Online, whose edge puts its word on top without a name; none: nobody is verified",
    )
    policies: Path = Field(default=ROOT / "policies", description="The folder of policy files")
    templates: Path = Field(default=ROOT / "templates", description="The folder of letters and pages")
    partnerships: dict[str, PartnershipSettings] = Field(
        default_factory=dict, description="A table for each partnership that runs here, by the key of its policy file"
    )


def read(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """The settings. Raises SettingsError with everything that is wrong."""
    path = file or (Path(environment["ANSWERABLE_SETTINGS"]) if "ANSWERABLE_SETTINGS" in environment else None)
    default = Path("answerable.toml")
    given = _file(path or default) if path or default.is_file() else {}
    problems: list[str] = []
    values = given | _environment(environment, problems)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [_plain(each["loc"], each["type"], each["msg"]) for each in error.errors()]
    if problems:
        raise SettingsError("\n".join(problems))
    _check(settings)
    return settings


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"The settings file {path} is not TOML: {error}.") from error


def _environment(environment: Mapping[str, str], problems: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name in Settings.model_fields and name != "partnerships":
            values[name] = environment[variable]
        elif name.endswith("_file") and name.removesuffix("_file") in Settings.model_fields:
            values[name.removesuffix("_file")] = _secret_file(variable, environment[variable], problems)
        else:
            problems.append(_unknown(variable, [f"{PREFIX}{known.upper()}" for known in Settings.model_fields]))
    return values


def _secret_file(variable: str, path: str, problems: list[str]) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        problems.append(
            f"{variable} names the file {path}, which cannot be read. Put the file there, or correct the name."
        )
        return ""


def _plain(place: tuple[int | str, ...], kind: str, message: str) -> str:
    name = ".".join(str(each) for each in place)
    if kind == "missing" and "." in name:
        return f"{name} is not set. Put it into answerable.toml."
    if kind == "missing":
        variable = f"{PREFIX}{name.upper()}"
        return f"{name} is not set. Set {variable}, or {variable}_FILE, or put it into answerable.toml."
    if kind == "extra_forbidden":
        table = Settings if len(place) == 1 else PartnershipSettings if len(place) < 4 else ImapSettings
        return _unknown(name, list(table.model_fields))
    return f"{name}: {message[0].lower()}{message[1:]}."


def _unknown(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name.rpartition(".")[2], known, 1)
    return f"{name} is not a setting." + (
        f" Did you mean {near[0]}?" if near else f" The settings are: {', '.join(known)}."
    )


def _check(settings: Settings) -> None:
    if settings.transport == "smtp":
        _check_smtp(settings)
    for key, each in settings.partnerships.items():
        local = each.inbox.rpartition("@")[0]
        if each.plus_addresses and len(local) > LONGEST_LOCAL_PART:
            raise SettingsError(
                f"partnerships.{key}.inbox is too long to carry a mark: at most {LONGEST_LOCAL_PART} letters may stand "
                "before the @. Set plus_addresses to false, or give a shorter address."
            )
    _check_mail_in(settings)
    _check_proxies(settings)
    polled = {each.inbox.lower() for each in settings.partnerships.values()}
    polled |= {each.imap.user.lower() for each in settings.partnerships.values() if each.imap}
    for key, each in settings.partnerships.items():
        if each.business_support.lower() in polled:
            raise SettingsError(
                f"partnerships.{key}.business_support is an inbox of this service: it would write to itself. "
                "Give an address that people read."
            )
        if each.shadow and each.shadow.lower() in polled:
            raise SettingsError(
                f"partnerships.{key}.shadow is an inbox of this service: it would write to itself. "
                "Give the address of the person who tries it out."
            )
        if each.shadow and not ONE_ADDRESS.fullmatch(each.shadow):
            raise SettingsError(
                f"partnerships.{key}.shadow is not one e-mail address. "
                "Write it alone, such as name@partnership.example."
            )
    for name in ("policies", "templates"):
        folder = getattr(settings, name)
        if not folder.is_dir():
            raise SettingsError(
                f"{name}: there is no folder {folder}. Run from the project's folder, or set {PREFIX}{name.upper()}."
            )


def _check_mail_in(settings: Settings) -> None:
    polled = {key: each.imap for key, each in settings.partnerships.items() if each.imap}
    faults = [*imap_faults(polled)]
    faults += listen_faults(
        settings.listen_port, settings.listen_certificate, settings.listen_key, settings.listen_trusted
    )
    if faults:
        raise SettingsError("\n".join(faults))


def _check_proxies(settings: Settings) -> None:
    """Of what it cannot read uvicorn says nothing, and believes nobody."""
    try:
        networks(settings.proxies)
    except ValueError as error:
        raise SettingsError(
            f"proxies: {error}. Give addresses or networks such as 10.1.0.0/16, parted by commas."
        ) from error


def _check_smtp(settings: Settings) -> None:
    if not settings.smtp_host:
        raise SettingsError('smtp_host is not set. With transport = "smtp", name the mail server, or choose another.')
    if settings.smtp_security == "none" and settings.smtp_host.lower() not in LOOPBACK:
        raise SettingsError(
            f'smtp_security: letters to {settings.smtp_host} would cross the network unencrypted. Set "starttls" or '
            '"tls"; "none" is for a mail server on this machine, such as smtp_host = "localhost".'
        )
    if bool(settings.smtp_user) != bool(settings.smtp_password.get_secret_value()):
        raise SettingsError("smtp_user and smtp_password belong together: set both, or neither.")
    if settings.smtp_ca_file and not settings.smtp_ca_file.is_file():
        raise SettingsError(f"smtp_ca_file: there is no file {settings.smtp_ca_file}.")
