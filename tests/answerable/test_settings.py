"""Settings are loud when wrong, and every one of them is documented."""

from pathlib import Path

import pytest

from answerable.settings import ROOT, PartnershipSettings, Settings, SettingsError, read
from answerable.wiring import transport_of

KEY = {"ANSWERABLE_MASTER_KEY": "k1:AAAA"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_typing_mistake_in_the_environment_is_named_with_what_was_meant() -> None:
    with pytest.raises(SettingsError, match="ANSWERABLE_BASEURL is not a setting. Did you mean ANSWERABLE_BASE_URL?"):
        read(KEY | {"ANSWERABLE_BASEURL": "https://x.example"})


def test_a_typing_mistake_in_the_file_is_named_with_what_was_meant(tmp_path: Path) -> None:
    (tmp_path / "answerable.toml").write_text('databse = "x.db"\n[partnerships.chscp]\ninbx = "a@b.example"\n')
    with pytest.raises(SettingsError) as told:
        read(KEY)
    assert "databse is not a setting. Did you mean database?" in str(told.value)
    assert "partnerships.chscp.inbx is not a setting. Did you mean inbox?" in str(told.value)
    assert "partnerships.chscp.business_support is not set" in str(told.value)


def test_a_missing_key_says_where_to_put_one() -> None:
    with pytest.raises(
        SettingsError, match="master_key is not set. Set ANSWERABLE_MASTER_KEY, or ANSWERABLE_MASTER_KEY_FILE"
    ):
        read({})


def test_a_missing_key_file_is_named() -> None:
    with pytest.raises(
        SettingsError, match="ANSWERABLE_MASTER_KEY_FILE names the file nowhere.key, which cannot be read"
    ):
        read({"ANSWERABLE_MASTER_KEY_FILE": "nowhere.key"})


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    (tmp_path / "answerable.toml").write_text("database = \n")
    with pytest.raises(SettingsError, match="answerable.toml is not TOML"):
        read(KEY)


def test_the_environment_stands_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "answerable.toml").write_text('host = "0.0.0.0"\nport = 9000\n')
    settings = read(KEY | {"ANSWERABLE_PORT": "9001"})
    assert (settings.host, settings.port) == ("0.0.0.0", 9001)


def test_business_support_may_not_be_an_inbox_of_the_service(tmp_path: Path) -> None:
    (tmp_path / "answerable.toml").write_text(
        '[partnerships.chscp]\ninbox = "in@chscp.example"\nbusiness_support = "IN@chscp.example"\n'
    )
    with pytest.raises(SettingsError, match="it would write to itself"):
        read(KEY)


@pytest.mark.parametrize(
    ("shadow", "says"),
    [
        ("IN@chscp.example", r"partnerships\.chscp\.shadow is an inbox of this service"),
        ("other@hscp.example", r"partnerships\.chscp\.shadow is an inbox of this service"),
        ("Kim Hale <kim@chscp.example>", r"partnerships\.chscp\.shadow is not one e-mail address"),
        ("kim@chscp.example, sal@chscp.example", "is not one e-mail address"),
        ("kim", "is not one e-mail address"),
    ],
)
def test_the_test_person_of_a_trial_is_one_person_with_a_mailbox_of_their_own(
    tmp_path: Path, shadow: str, says: str
) -> None:
    (tmp_path / "answerable.toml").write_text(
        f'[partnerships.chscp]\ninbox = "in@chscp.example"\nbusiness_support = "b@chscp.example"\nshadow = "{shadow}"\n'
        '[partnerships.hscp]\ninbox = "other@hscp.example"\nbusiness_support = "b@hscp.example"\n'
    )
    with pytest.raises(SettingsError, match=says):
        read(KEY)


def test_the_master_key_is_never_shown() -> None:
    assert "AAAA" not in repr(read(KEY))


def test_a_folder_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="policies: there is no folder"):
        read(KEY | {"ANSWERABLE_POLICIES": "nowhere"})


@pytest.mark.parametrize(
    "name", [*Settings.model_fields, *(f"partnerships.KEY.{each}" for each in PartnershipSettings.model_fields)]
)
def test_every_setting_is_documented(name: str) -> None:
    field = (PartnershipSettings if "." in name else Settings).model_fields[name.rpartition(".")[2]]
    row = next(
        line for line in (ROOT / "docs" / "settings.md").read_text().splitlines() if line.startswith(f"| `{name}` |")
    )
    assert field.description
    assert field.description in row


SMTP = 'transport = "smtp"\nsmtp_host = "mail.council.example"\n'


def smtp(tmp_path: Path, *lines: str) -> Settings:
    (tmp_path / "answerable.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read(KEY)


def test_letters_over_smtp_are_encrypted_unless_told_otherwise(tmp_path: Path) -> None:
    settings = smtp(tmp_path, SMTP)
    assert (settings.smtp_security, settings.smtp_port) == ("starttls", 587)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (('transport = "smtp"',), "smtp_host is not set"),
        ((SMTP, 'smtp_security = "none"'), "would cross the network unencrypted"),
        ((SMTP, 'smtp_user = "us"'), "smtp_user and smtp_password belong together"),
        ((SMTP, 'smtp_password = "secret"'), "smtp_user and smtp_password belong together"),
        ((SMTP, 'smtp_ca_file = "nowhere.pem"'), "smtp_ca_file: there is no file nowhere.pem"),
        ((SMTP, 'smtp_security = "ssl"'), "smtp_security"),
    ],
)
def test_what_is_missing_or_wrong_about_the_mail_server_is_named(
    tmp_path: Path, lines: tuple[str, ...], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        smtp(tmp_path, *lines)


def test_a_mail_server_on_this_machine_may_be_plain(tmp_path: Path) -> None:
    local = 'transport = "smtp"\nsmtp_host = "localhost"\nsmtp_security = "none"\n'
    assert smtp(tmp_path, local).smtp_security == "none"


def test_the_smtp_password_may_stand_in_a_file_and_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("correct horse\n", encoding="utf-8")
    (tmp_path / "answerable.toml").write_text(SMTP, encoding="utf-8")
    settings = read(KEY | {"ANSWERABLE_SMTP_USER": "us", "ANSWERABLE_SMTP_PASSWORD_FILE": str(tmp_path / "password")})
    assert settings.smtp_password.get_secret_value() == "correct horse"
    assert "horse" not in repr(settings)


def test_an_inbox_too_long_to_carry_a_mark_is_named_with_the_limit(tmp_path: Path) -> None:
    table = '[partnerships.chscp]\ninbox = "{}@chscp.example"\nbusiness_support = "b@council.example"\n{}'
    with pytest.raises(SettingsError, match="at most 35 letters"):
        smtp(tmp_path, table.format("x" * 36, ""))
    smtp(tmp_path, table.format("x" * 35, ""))
    smtp(tmp_path, table.format("x" * 36, "plus_addresses = false"))


def test_a_file_of_authorities_that_holds_none_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    with pytest.raises(SettingsError, match="ca.pem holds no certificate"):
        transport_of(smtp(tmp_path, SMTP, 'smtp_ca_file = "ca.pem"'))
