"""What can be wrong with the settings of the ways in is said before anything runs."""

from pathlib import Path

import pytest

from answerable.mail_in_settings import ImapSettings, networks
from answerable.settings import ROOT, SettingsError, read

KEY = {"ANSWERABLE_MASTER_KEY": "k1:AAAA"}
CHSCP = '[partnerships.chscp]\ninbox = "in@chscp.example"\nbusiness_support = "office@council.example"\n'
IMAP = '[partnerships.chscp.imap]\nhost = "imap.chscp.example"\nuser = "in@chscp.example"\npassword = "secret"\n'


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def told(text: str) -> str:
    Path("answerable.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        read(KEY)
    return str(error.value)


def test_a_mailbox_as_it_should_be_is_taken() -> None:
    Path("answerable.toml").write_text("listen_port = 2525\n" + CHSCP + IMAP)
    settings = read(KEY)
    assert settings.partnerships["chscp"].imap
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            'security = "none"\n',
            "partnerships.chscp.imap.security: mail from imap.chscp.example would cross the network",
        ),
        ('password_file = "x"\n', "partnerships.chscp.imap: set either password or password_file."),
        ('password_file = "x"\n', "partnerships.chscp.imap.password_file: there is no file x."),
        ('ca_file = "x.pem"\n', "partnerships.chscp.imap.ca_file: there is no file x.pem."),
        ('tray = "INBOX"\n', "partnerships.chscp.imap: folder, processed and tray must be three folders."),
        ('hots = "x"\n', "partnerships.chscp.imap.hots is not a setting. Did you mean host?"),
        ("port = 0\n", "partnerships.chscp.imap.port: input should be greater than or equal to 1."),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_named(change: str, words: str) -> None:
    assert words in told(CHSCP + IMAP + change)


def test_what_is_missing_is_named_and_belongs_into_the_file() -> None:
    assert "partnerships.chscp.imap.user is not set. Put it into answerable.toml." in told(
        CHSCP + '[partnerships.chscp.imap]\nhost = "localhost"\npassword = "secret"\n'
    )


def test_two_partnerships_may_not_poll_the_same_folder() -> None:
    other = (CHSCP + IMAP).replace("partnerships.chscp", "partnerships.hscp").replace("IMAP.", "imap.")
    assert "partnerships.hscp.imap is the mailbox of chscp too." in told(CHSCP + IMAP + other)


def test_business_support_may_not_be_the_mailbox_that_is_polled() -> None:
    polled = CHSCP.replace("in@chscp.example", "escalations@chscp.example").replace("office@council", "IN@chscp")
    assert "it would write to itself" in told(polled + IMAP)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('listen_certificate = "c.pem"\n', "listen_certificate and listen_key belong together"),
        ('listen_certificate = "c.pem"\nlisten_key = "k.pem"\n', "listen_certificate: there is no file c.pem."),
        ('listen_key = "answerable.toml"\n', "listen_key is set, but listen_port is not"),
        ('listen_trusted = "10.1.0.1/16"\n', "listen_trusted: 10.1.0.1/16 has host bits set."),
        ('proxies = "10.1.0.1/16"\n', "proxies: 10.1.0.1/16 has host bits set."),
    ],
)
def test_what_is_wrong_with_the_listener_is_named(text: str, words: str) -> None:
    assert words in told(text)


def test_networks_are_parted_by_commas() -> None:
    assert [str(each) for each in networks("127.0.0.0/8, ::1,10.1.2.3")] == ["127.0.0.0/8", "::1/128", "10.1.2.3/32"]


@pytest.mark.parametrize("name", ImapSettings.model_fields)
def test_every_setting_of_a_mailbox_is_documented(name: str) -> None:
    lines = (ROOT / "docs" / "settings.md").read_text().splitlines()
    row = next(line for line in lines if line.startswith(f"| `partnerships.KEY.imap.{name}` |"))
    description = ImapSettings.model_fields[name].description
    assert description
    assert description in row
