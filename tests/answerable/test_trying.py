"""`answerable check --send-to`: one real letter, and in plain words what the mail server can do or what is wrong."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from smtp_faults import Faulty
from typer.testing import CliRunner, Result

from answerable.cli import app

TOML = """\
database = "never-made.db"
master_key = "k1:AAAA"
transport = "{transport}"
smtp_host = "localhost"
smtp_port = {port}
smtp_ca_file = "ca.pem"
[partnerships.chscp]
inbox = "escalations@chscp.example"
business_support = "support@council.example"
"""
Try = Callable[..., Result]


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def try_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Try:
    monkeypatch.chdir(tmp_path)

    def run(port: int, to: str = "me@council.example", transport: str = "smtp") -> Result:
        (tmp_path / "answerable.toml").write_text(TOML.format(port=port, transport=transport), encoding="utf-8")
        return CliRunner().invoke(app, ["check", "--send-to", to])

    return run


def test_it_says_what_the_server_offers_and_sends_one_letter(try_it: Try, tls: ssl.SSLContext) -> None:
    with Faulty(tls=tls) as server:
        done = try_it(server.port)
        [taken] = server.taken
    assert done.exit_code == 0
    assert f"The mail server localhost:{server.port} answers, TLSv1.3." in done.output
    assert "Largest letter: 34 MB." in done.output
    assert "own mark (DSN): yes." in done.output
    assert "(pipelining): yes." in done.output
    assert "from escalations@chscp.example to me@council.example was accepted" in done.output
    assert taken.mail.startswith("MAIL FROM:<escalations+b-")
    assert b"This is a test letter." in taken.message
    assert server.connections == 1


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ({"RCPT": ["550 5.1.1 no"]}, "to me@council.example was refused: there is no such mailbox (550 5.1.1)"),
        ({"MAIL": ["530 5.7.0 log in first"]}, "The mail server refuses us, whomever the letter is for"),
        ({"STARTTLS": ["454 4.7.0 no"]}, "The mail server gives no encryption"),
    ],
)
def test_trouble_is_said_in_plain_words(
    try_it: Try, tls: ssl.SSLContext, says: dict[str, list[str]], words: str
) -> None:
    with Faulty(says, tls=tls) as server:
        done = try_it(server.port)
    assert done.exit_code == 1
    assert words in done.output
    assert "Traceback" not in done.output


def test_it_does_not_write_to_the_service_itself(try_it: Try, tls: ssl.SSLContext) -> None:
    with Faulty(tls=tls) as server:
        done = try_it(server.port, "Escalations@chscp.example")
        assert server.taken == []
    assert done.exit_code == 1
    assert "own addresses" in done.output


def test_without_a_transport_there_is_nothing_to_try(try_it: Try, tls: ssl.SSLContext) -> None:
    done = try_it(25, transport="none")
    assert done.exit_code == 2
    assert "letters are left waiting" in done.output
