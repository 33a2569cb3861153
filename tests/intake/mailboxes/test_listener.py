"""The built-in SMTP listener, spoken to over real sockets: what it takes, what it refuses, and when it says 250."""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
import trustme
from structlog.testing import capture_logs

from cases.casework import Casework, Partnership
from cases.policy_files.reading import load_policy
from intake.mail.message import MESSAGE_BYTES, understand
from intake.mailbox import Mailbox
from intake.mailboxes.listener import CONNECTIONS, RECIPIENTS, CannotListen, Door, Listener

if TYPE_CHECKING:
    from tests.conftest import World

POLICIES = Path(__file__).parents[3] / "policies"
INBOXES = {"chscp": "escalations@chscp.example", "hscp": "escalations@hscp.example"}
ANYWHERE = (ip_network("127.0.0.0/8"),)
BEN = "ben@hackney.example"
MAIL = (
    b"From: ben@hackney.example\r\nTo: escalations@chscp.example\r\nSubject: Hello\r\n"
    b"Message-ID: <1@hackney.example>\r\n\r\nGood morning.\r\n"
)
Start = Callable[..., int]


@pytest.fixture
def mailbox(world: "World") -> Mailbox:
    """Two partnerships in one installation."""
    other = Partnership(load_policy(POLICIES / "hscp.yaml"), INBOXES["hscp"], "hscp.example", "support@hscp.example")
    world.casework = Casework(
        world.casework.database, world.casework.keyring, {**world.casework.partnerships, "hscp": other}
    )
    return Mailbox(world.correspondence, INBOXES, None)


@pytest.fixture
def start(world: "World", mailbox: Mailbox) -> Iterator[Start]:
    """Starts a listener. Gives its port."""
    running: list[Listener] = []

    def begin(**door: object) -> int:
        values = {"host": "127.0.0.1", "port": 0, "inboxes": INBOXES, "trusted": ANYWHERE} | door
        running.append(Listener(Door(**values), mailbox.keep, world.clock))  # type: ignore[arg-type]
        running[-1].start()
        return running[-1].bind()

    yield begin
    for each in running:
        each.stop()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("mail.chscp.example").configure_cert(context)
    return context


def client(port: int) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", port, local_hostname="mx.hackney.example", timeout=30)


@contextmanager
def raw_session(port: int) -> Iterator[Callable[[bytes], bytes]]:
    """Says bytes as they are, and gives the answer line."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line, line.makefile("rb") as answers:

        def say(words: bytes) -> bytes:
            line.sendall(words)
            answer = answers.readline()
            while answer[3:4] == b"-":
                answer = answers.readline()
            return answer

        say(b"")
        say(b"EHLO mx.hackney.example\r\n")
        yield say


def heard(line: socket.socket, end: bytes) -> None:
    """Read until the other side has said this, and no further."""
    words = b""
    while not words.endswith(end):
        words += line.recv(1)


def stored(world: "World", partnership: str = "chscp") -> list[bytes]:
    correspondence = world.correspondence
    return [correspondence.message(each).raw for each in correspondence.waiting("stored", partnership)]


def envelope(say: Callable[[bytes], bytes]) -> None:
    assert say(b"MAIL FROM:<ben@hackney.example>\r\n").startswith(b"250")
    assert say(b"RCPT TO:<escalations@chscp.example>\r\n").startswith(b"250")
    assert say(b"DATA\r\n").startswith(b"354")


def test_a_message_is_stored_under_the_lines_of_a_last_server(world: "World", start: Start) -> None:
    with client(start()) as session:
        session.sendmail(BEN, ["Escalations+AbC123@CHSCP.example"], MAIL)
    [raw] = stored(world)
    trace, kept = raw[: -len(MAIL)], raw[-len(MAIL) :]
    assert kept == MAIL
    lines = trace.decode().split("\r\n")
    assert lines[0] == "Return-Path: <ben@hackney.example>"
    assert lines[1] == "Delivered-To: Escalations+AbC123@CHSCP.example"
    assert lines[2] == "Received: from mx.hackney.example ([127.0.0.1])"
    assert lines[3].endswith("(Answerable) with ESMTP")
    assert lines[4].endswith("; Fri, 27 Nov 2026 09:05:00 +0000")
    understood = understand(raw)
    assert "escalations+abc123@chscp.example" in understood.recipients
    assert understood.header("return-path") == "<ben@hackney.example>"


def test_250_comes_only_once_the_message_is_there_for_everybody(world: "World", start: Start) -> None:
    """What the client has been told is stored can be read at that moment, whatever happens to the process later."""
    with client(start()) as session:
        for number in range(5):
            session.sendmail(BEN, ["escalations@chscp.example"], MAIL.replace(b"<1@", b"<%d@" % number))
            assert len(stored(world)) == number + 1


def test_the_null_sender_is_kept_as_such_and_a_return_path_within_cannot_pose_as_ours(
    world: "World", start: Start
) -> None:
    with client(start()) as session:
        session.sendmail("", ["escalations@chscp.example"], b"Return-Path: <ben@hackney.example>\r\n" + MAIL)
        session.sendmail(BEN, ["escalations@chscp.example"], b"Return-Path: <>\r\n" + MAIL.replace(b"<1@", b"<2@"))
    headers = [understand(raw).header("return-path") for raw in stored(world)]
    assert headers == ["<>", "<ben@hackney.example>"]


def test_a_message_for_two_partnerships_is_stored_once_for_each(world: "World", start: Start) -> None:
    to = ["escalations+a@chscp.example", "escalations+b@chscp.example", "escalations@hscp.example"]
    with client(start()) as session:
        session.sendmail(BEN, to, MAIL)
    [first], [second] = stored(world), stored(world, "hscp")
    assert first.count(b"Delivered-To:") == 2
    assert second.count(b"Delivered-To: escalations@hscp.example") == 1


def test_the_postmaster_of_our_domain_can_be_written_to(world: "World", start: Start) -> None:
    with client(start()) as session:
        session.sendmail(BEN, ["Postmaster@chscp.example"], MAIL)
    assert len(stored(world)) == 1


@pytest.mark.parametrize(
    "address",
    ["someone@elsewhere.example", "other@chscp.example", "escalations@chscp.example.evil.test", "escalations"],
)
def test_nothing_is_relayed(world: "World", start: Start, address: str) -> None:
    with client(start()) as session:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            session.sendmail(BEN, [address], MAIL)
        assert refused.value.recipients[address] == (550, b"5.1.1 There is no such mailbox here.")
    assert stored(world) == []


def test_recipients_above_the_limit_are_put_off_and_the_others_have_it(world: "World", start: Start) -> None:
    to = [f"escalations+{number}@chscp.example" for number in range(RECIPIENTS + 1)]
    with client(start()) as session:
        assert session.sendmail(BEN, to, MAIL) == {to[-1]: (452, b"4.5.3 Too many recipients.")}
    [raw] = stored(world)
    assert raw.count(b"Delivered-To:") == RECIPIENTS


def test_controls_in_an_envelope_never_get_into_the_lines_on_top(world: "World", start: Start) -> None:
    with raw_session(start()) as say:
        assert say(b'MAIL FROM:<"a\rBcc: x"@evil.test>\r\n').startswith(b"553")
        assert say(b"MAIL FROM:<ben@hackney.example>\r\n").startswith(b"250")
        assert say(b'RCPT TO:<"escalations\rX: y"@chscp.example>\r\n').startswith(b"550")
    with raw_session(start()) as say:
        say(b"EHLO mx\rBcc: x\x00\r\n")
        envelope(say)
        assert say(MAIL + b".\r\n").startswith(b"250")
    [raw] = stored(world)
    assert b"\rBcc" not in raw
    assert b"\x00" not in raw


def test_25_megabytes_are_announced_and_more_is_refused_at_once_or_while_it_comes(world: "World", start: Start) -> None:
    port = start()
    with client(port) as session:
        session.ehlo()
        assert session.esmtp_features["size"] == str(MESSAGE_BYTES)
        code, _ = session.docmd(f"MAIL FROM:<{BEN}> SIZE={MESSAGE_BYTES + 1}")
        assert code == 552
    with raw_session(port) as say:
        envelope(say)
        line = b"x" * 9_998 + b"\r\n"
        assert say(line * (MESSAGE_BYTES // len(line) + 1) + b".\r\n").startswith(b"552")
        envelope(say)
        assert say(MAIL + b".\r\n").startswith(b"250")
    assert len(stored(world)) == 1


def test_a_line_longer_than_the_standard_allows_is_no_reason_to_lose_a_mail(world: "World", start: Start) -> None:
    long = MAIL + b"x" * 200_000 + b"\r\n"
    with client(start()) as session:
        session.sendmail(BEN, ["escalations@chscp.example"], long)
    [raw] = stored(world)
    assert raw.endswith(long)


@pytest.mark.parametrize(
    "end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r.\r\n", b"\r\n.\r", b"\r\n\x00.\r\n", b"\n\n.\r\r\n"]
)
def test_nothing_but_a_dot_between_two_crlf_ends_a_message(world: "World", start: Start, end: bytes) -> None:
    """SMTP smuggling (CVE-2023-51764 and its kin): what follows stays part of the message and is never a command."""
    smuggled = b"MAIL FROM:<chair@chscp.example>\r\nRCPT TO:<escalations@chscp.example>\r\nDATA\r\nFrom: chair\r\n"
    with raw_session(start()) as say:
        envelope(say)
        assert say(MAIL + b"one" + end + smuggled + b"\r\ntwo\r\n.\r\n") == b"250 2.0.0 Stored\r\n"
        assert say(b"NOOP\r\n").startswith(b"250")
    [raw] = stored(world)
    unstuffed = end.replace(b"\r\n.", b"\r\n")  # a dot that begins a line is doubled on the way (section 4.5.2)
    assert raw.endswith(b"one" + unstuffed + smuggled + b"\r\ntwo\r\n")


def test_a_doubled_dot_is_undone_once(world: "World", start: Start) -> None:
    with raw_session(start()) as say:
        envelope(say)
        say(MAIL + b"..\r\n...two\r\n.\r\n")
    assert stored(world)[0].endswith(b"\r\n.\r\n..two\r\n")


def test_a_mail_half_sent_is_not_there(world: "World", start: Start) -> None:
    port = start()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        commands = b"EHLO mx\r\nMAIL FROM:<ben@hackney.example>\r\nRCPT TO:<escalations@chscp.example>\r\nDATA\r\n"
        line.sendall(commands + MAIL)
        line.shutdown(socket.SHUT_WR)
        while line.recv(1000):  # until the listener has hung up
            pass
    assert stored(world) == []


def test_with_a_certificate_mail_comes_encrypted(
    world: "World", start: Start, tls: ssl.SSLContext, authority: trustme.CA
) -> None:
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with client(start(tls=tls)) as session:
        session._host = "mail.chscp.example"  # type: ignore[attr-defined]  # the name that the certificate is checked for
        session.starttls(context=trusting)
        session.ehlo()
        assert "auth" not in session.esmtp_features
        assert "starttls" not in session.esmtp_features
        session.sendmail(BEN, ["escalations@chscp.example"], MAIL)
    assert b" with ESMTPS\r\n" in stored(world)[0]


def test_commands_that_came_before_the_encryption_are_dropped(
    world: "World", start: Start, tls: ssl.SSLContext
) -> None:
    """Injection before STARTTLS (RFC 3207 section 5; CVE-2011-0411)."""
    injected = b"MAIL FROM:<chair@chscp.example>\r\nRCPT TO:<escalations@chscp.example>\r\n"
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", start(tls=tls)), timeout=30) as plain:
        heard(plain, b" Answerable\r\n")
        plain.sendall(b"EHLO mx.hackney.example\r\n")
        heard(plain, b"250 HELP\r\n")
        plain.sendall(b"STARTTLS\r\n" + injected)
        heard(plain, b"220 Ready to start TLS\r\n")
        with unchecked.wrap_socket(plain) as secure, secure.makefile("rb") as answers:
            secure.sendall(b"DATA\r\n")
            assert answers.readline().startswith(b"503")
            secure.sendall(b"EHLO mx.hackney.example\r\n")
            assert answers.readline().startswith(b"250-")
    assert stored(world) == []


def test_other_machines_must_encrypt_and_this_one_need_not(start: Start, tls: ssl.SSLContext) -> None:
    for port, code in ((start(tls=tls), 250), (start(tls=tls, itself=(ip_network("10.0.0.0/8"),)), 530)):
        with client(port) as session:
            session.ehlo()
            assert session.docmd(f"MAIL FROM:<{BEN}>")[0] == code


def test_a_verdict_on_the_sender_counts_only_from_the_networks_that_are_trusted(world: "World", start: Start) -> None:
    """E61 at this door: whoever reaches it past the boundary may write the boundary's verdict in its own hand."""
    verdict = b"Authentication-Results: mx.chscp.example; dmarc=pass header.from=hackney.example\r\n"
    ports = [start(anchor="mx.chscp.example"), start(anchor="mx.chscp.example", trusted=(ip_network("10.0.0.0/8"),))]
    for number, port in enumerate(ports):
        with client(port) as session:
            session.sendmail(BEN, ["escalations@chscp.example"], verdict + MAIL.replace(b"<1@", b"<%d@" % number))
    topmost = [understand(raw).header("authentication-results") for raw in stored(world)]
    assert topmost == ["mx.chscp.example; dmarc=pass header.from=hackney.example", "mx.chscp.example; none"]


def test_more_connections_than_can_be_served_are_asked_to_come_again(start: Start) -> None:
    port = start()
    sessions = [client(port) for _ in range(CONNECTIONS + 1)]
    codes = []
    for session in sessions:
        session.ehlo()
        codes.append(session.docmd(f"MAIL FROM:<{BEN}>")[0])
        if codes[-1] == 421:
            break
    for session in sessions:
        session.close()
    assert codes == [250] * CONNECTIONS + [421]


def test_a_port_that_is_taken_is_named(start: Start, world: "World", mailbox: Mailbox) -> None:
    taken = Door("127.0.0.1", start(), INBOXES, ANYWHERE)
    with pytest.raises(CannotListen, match=r"127\.0\.0\.1, port \d+: Address already in use\. Correct listen_host"):
        Listener(taken, mailbox.keep, world.clock).start()


def test_while_one_message_is_being_stored_others_are_served_and_it_is_answered_before_the_end(
    world: "World", mailbox: Mailbox
) -> None:
    storing, go_on = Event(), Event()

    def keep(raw: bytes, partnership: str, now: datetime) -> None:
        storing.set()
        assert go_on.wait(60)
        mailbox.keep(raw, partnership, now)

    listener = Listener(Door("127.0.0.1", 0, INBOXES, ANYWHERE), keep, world.clock)
    listener.start()
    port = listener.bind()
    with ThreadPoolExecutor(2) as threads, client(port) as one, client(port) as other:
        sent = threads.submit(one.sendmail, BEN, ["escalations@chscp.example"], MAIL)
        assert storing.wait(60)
        assert other.noop()[0] == 250
        stopped = threads.submit(listener.stop)
        assert not stopped.done()
        go_on.set()
        assert sent.result(60) == {}
        stopped.result(60)
        other.close()
    assert len(stored(world)) == 1
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=30)


def test_whatever_goes_wrong_on_our_side_puts_the_sender_off(world: "World") -> None:
    def keep(raw: bytes, partnership: str, now: datetime) -> None:
        raise RuntimeError("a fault of the program")

    listener = Listener(Door("127.0.0.1", 0, INBOXES, ANYWHERE), keep, world.clock)
    listener.start()
    with client(listener.bind()) as session, capture_logs() as lines:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            session.sendmail(BEN, ["escalations@chscp.example"], MAIL)
        assert refused.value.smtp_code == 451
        assert session.noop()[0] == 250
    listener.stop()
    assert [line["error"] for line in lines] == ["RuntimeError"]


def test_nothing_that_came_in_is_logged(
    world: "World", start: Start, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with client(start()) as session:
        session.sendmail(BEN, ["escalations@chscp.example"], MAIL)
        session.docmd("BOGUS someone@hackney.example")
    captured = capfd.readouterr()
    assert "hackney" not in captured.out + captured.err + caplog.text
