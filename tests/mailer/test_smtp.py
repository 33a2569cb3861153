"""Letters over SMTP: real sockets, real TLS, and a mail server that misbehaves in every way it can."""

import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from smtp_faults import ACCEPT_AND_DROP, DROP, RESET, SILENCE, Faulty

from mailer.errors import Misconfigured, NotSent, Refused, Unavailable, Uncertain, Unreachable
from mailer.transports.smtp import MOST_LETTERS, Patience, Server, Smtp
from mailer.transports.transport import Envelope

LETTER = b"Subject: Please answer\r\n\r\nDear Ben,\r\n.one dot\r\n..two\r\n.\r\nthe end\r\n"
MARK = "0f7k2m9qx4wz8r3tvb6hcdjn5p"
TO_BEN = Envelope(f"escalations+b-{MARK}@chscp.example", "ben@hackney.example", MARK)
PATIENCE = Patience()
VERBS = ("connect", "EHLO", "MAIL", "RCPT", "DATA", "dot")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    return context_for(authority, "localhost")


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def opened() -> Iterator[list[Smtp]]:
    """The transports of a test, let go of at its end."""
    transports: list[Smtp] = []
    yield transports
    for each in transports:
        each.rest()


def context_for(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


def plain(server: Faulty, opened: list[Smtp], patience: Patience = PATIENCE) -> Smtp:
    transport = Smtp(Server("127.0.0.1", server.port, "none", hello="answerable.example"), patience)
    opened.append(transport)
    return transport


def encrypted(server: Faulty, ca_file: Path | None, opened: list[Smtp], **more: str) -> Smtp:
    transport = Smtp(replace(Server("localhost", server.port, ca_file=ca_file), **more))  # type: ignore[arg-type]
    opened.append(transport)
    return transport


def trouble(transport: Smtp, letter: bytes = LETTER) -> NotSent:
    with pytest.raises(NotSent) as caught:
        transport.send(TO_BEN, letter)
    assert "ben" not in str(caught.value)
    assert "hackney" not in str(caught.value)
    return caught.value


def test_a_letter_arrives_byte_for_byte_over_verified_encryption(
    tls: ssl.SSLContext, ca_file: Path, opened: list[Smtp]
) -> None:
    with Faulty(tls=tls) as server:
        encrypted(server, ca_file, opened).send(TO_BEN, LETTER)
        [taken] = server.taken
        assert taken.message == LETTER
        assert taken.mail == f"MAIL FROM:<{TO_BEN.sender}> SIZE={len(LETTER)} RET=HDRS ENVID={MARK}"
        assert taken.rcpt == f"RCPT TO:<{TO_BEN.recipient}> NOTIFY=FAILURE,DELAY ORCPT=rfc822;{TO_BEN.recipient}"
        assert [each.split()[0] for each in server.commands][:3] == ["EHLO", "STARTTLS", "EHLO"]


def test_encryption_from_the_first_byte(tls: ssl.SSLContext, ca_file: Path, opened: list[Smtp]) -> None:
    with Faulty(tls=tls, implicit=True) as server:
        transport = encrypted(server, ca_file, opened, security="tls")
        transport.send(TO_BEN, LETTER)
        assert len(server.taken) == 1
        assert transport.abilities().encryption.startswith("TLSv1.")


def test_what_a_server_does_not_offer_is_not_asked_of_it(opened: list[Smtp]) -> None:
    with Faulty(offers=()) as server:
        plain(server, opened).send(replace(TO_BEN, recipient="a+b=c@hackney.example"), LETTER)
        assert server.taken[0].mail == f"MAIL FROM:<{TO_BEN.sender}>"
        assert server.taken[0].rcpt == "RCPT TO:<a+b=c@hackney.example>"
        assert server.commands[0] == "EHLO answerable.example"


def test_the_original_recipient_is_written_so_that_a_plus_survives(opened: list[Smtp]) -> None:
    """RFC 3461 section 4: xtext."""
    with Faulty() as server:
        plain(server, opened).send(replace(TO_BEN, recipient="a+b=c@hackney.example"), LETTER)
        assert server.taken[0].rcpt.endswith("ORCPT=rfc822;a+2Bb+3Dc@hackney.example")


def test_many_letters_go_over_one_connection_and_a_hundred_are_enough_for_it(opened: list[Smtp]) -> None:
    with Faulty() as server:
        transport = plain(server, opened)
        for _ in range(MOST_LETTERS):
            transport.send(TO_BEN, LETTER)
        assert server.connections == 1
        transport.send(TO_BEN, LETTER)
        assert server.connections == 2
        assert len(server.taken) == MOST_LETTERS + 1


def test_a_connection_that_is_not_needed_is_ended_politely_and_opened_again_when_it_is(opened: list[Smtp]) -> None:
    with Faulty() as server:
        transport = plain(server, opened)
        transport.send(TO_BEN, LETTER)
        transport.rest()
        transport.rest()
        assert server.commands[-1] == "QUIT"
        transport.send(TO_BEN, LETTER)
        assert server.connections == 2


@pytest.mark.parametrize("stale", ["421 4.4.2 idle for too long", DROP])
def test_a_kept_connection_that_has_gone_stale_is_opened_anew_and_the_letter_goes_once(
    stale: str, opened: list[Smtp]
) -> None:
    with Faulty({"MAIL": ["250 ok", stale]}) as server:
        transport = plain(server, opened)
        transport.send(TO_BEN, LETTER)
        transport.send(TO_BEN, LETTER)
        assert server.connections == 2
        assert len(server.taken) == 2


def test_a_kept_connection_that_was_ended_while_nothing_was_sent_is_opened_anew(opened: list[Smtp]) -> None:
    with Faulty() as server:
        transport = plain(server, opened)
        transport.send(TO_BEN, LETTER)
        server.hang_up()
        transport.send(TO_BEN, LETTER)
        assert len(server.taken) == 2


def test_a_fresh_connection_that_is_given_up_at_once_is_not_opened_again_and_again(opened: list[Smtp]) -> None:
    with Faulty({"MAIL": ["421 no", "421 no", "421 no"]}) as server:
        assert isinstance(trouble(plain(server, opened)), Unavailable)
        assert server.connections == 1


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("reply", ["421 4.3.2 shutting down", "451 4.3.0 ben@hackney.example: try later"])
def test_e24_a_421_or_451_at_any_verb_is_certainly_not_sent_and_the_next_try_succeeds(
    verb: str, reply: str, opened: list[Smtp]
) -> None:
    """E24: "SMTP 421/451 at each verb: retry with back-off up to 4 h, then alert; step remains 'not delivered'"."""
    with Faulty({verb: [reply]}, offers=()) as server:
        transport = plain(server, opened)
        if verb != "EHLO" or reply.startswith(
            "421"
        ):  # on another refusal of EHLO a client says HELO (RFC 5321 4.1.1.1)
            assert isinstance(trouble(transport), Unavailable)
            assert server.taken == []
        transport.send(TO_BEN, LETTER)
        assert len(server.taken) == 1


def test_e24_a_421_at_starttls_sends_nothing(tls: ssl.SSLContext, ca_file: Path, opened: list[Smtp]) -> None:
    """E24 at the verb that only encrypted connections have."""
    with Faulty({"STARTTLS": ["421 4.3.2 shutting down"]}, tls=tls) as server:
        transport = encrypted(server, ca_file, opened)
        assert isinstance(trouble(transport), Unreachable)
        transport.send(TO_BEN, LETTER)
        assert len(server.taken) == 1


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ("550 5.1.1 <ben@hackney.example> unknown", "there is no such mailbox (550 5.1.1)"),
        ("550 No such user ben@hackney.example", "the mail server will not take it (550)"),
        ("550 5.4.1 Recipient address rejected: Access denied", "there is no such mailbox (550 5.4.1)"),
        ("556 5.1.10 null MX", "there is no such domain, or it takes no mail (556 5.1.10)"),
        ("501 5.1.3 Bad recipient address syntax", "the address is not well formed (501 5.1.3)"),
        ("552 5.2.2 over quota", "the mailbox is full (552 5.2.2)"),
    ],
)
@pytest.mark.parametrize("pipelining", [True, False])
def test_e25_a_550_at_rcpt_is_final_at_once_and_says_why_in_plain_words(
    reply: str, why: str, pipelining: bool, opened: list[Smtp]
) -> None:
    """E25: "SMTP 550 at RCPT: final at once: same path as a bounce (D19)"."""
    with Faulty({"RCPT": [reply]}, offers=("PIPELINING",) if pipelining else ()) as server:
        transport = plain(server, opened)
        refused = trouble(transport)
        assert isinstance(refused, Refused)
        assert (refused.why, refused.address_fails) == (why, True)
        transport.send(TO_BEN, LETTER)
        assert server.connections == 1


def test_a_relay_that_knows_no_such_user_speaks_of_the_reader(opened: list[Smtp]) -> None:
    with Faulty({"RCPT": ["550 5.1.1 <ben@hackney.example>: User unknown in relay recipient table"]}) as server:
        refused = trouble(plain(server, opened))
        assert isinstance(refused, Refused)
        assert refused.address_fails


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("RCPT", "550 5.7.1 your message was blocked by policy"),
        ("dot", "554 5.7.1 looks like spam"),
        ("dot", "552 5.3.4 too big"),
        ("DATA", "554 5.5.1 no valid recipients"),
        ("MAIL", "552 5.3.4 message exceeds the limit"),
    ],
)
def test_a_refusal_of_the_letter_itself_is_final_and_does_not_blame_the_address(
    verb: str, reply: str, opened: list[Smtp]
) -> None:
    with Faulty({verb: [reply]}) as server:
        refused = trouble(plain(server, opened))
        assert isinstance(refused, Refused)
        assert not refused.address_fails
        assert reply[:9] in refused.why or reply[:3] in refused.why


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("MAIL", "550 5.7.1 not allowed to send as this"),
        ("MAIL", "530 5.7.0 Must issue a STARTTLS command first"),
        ("MAIL", "553 5.1.8 sender domain does not exist"),
        ("RCPT", "554 5.7.1 <ben@hackney.example>: Relay access denied"),
        ("RCPT", "550 relay not permitted"),
        ("RCPT", "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain"),
        ("RCPT", "503 5.5.1 bad sequence"),
        ("RCPT", "550 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using a block list"),
        ("dot", "550 5.7.26 unauthenticated mail is not accepted from this domain"),
        ("DATA", "530 5.7.57 Client was not authenticated"),
    ],
)
def test_a_refusal_of_us_is_no_readers_fault_the_letter_waits(verb: str, reply: str, opened: list[Smtp]) -> None:
    with Faulty({verb: [reply]}) as server:
        transport = plain(server, opened)
        assert isinstance(trouble(transport), Misconfigured)
        transport.send(TO_BEN, LETTER)
        assert len(server.taken) == 1


def test_e26_of_three_recipients_one_is_refused_and_the_others_have_the_letter_once(opened: list[Smtp]) -> None:
    """E26: "one of three recipients refused: others sent once; refused one alerted". Each has a letter of their own."""
    with Faulty({"RCPT": ["250 ok", "550 5.1.1 no", "250 ok"]}) as server:
        transport = plain(server, opened)
        transport.send(replace(TO_BEN, recipient="ann@hackney.example"), LETTER)
        assert isinstance(trouble(transport), Refused)
        transport.send(replace(TO_BEN, recipient="cas@hackney.example"), LETTER)
        names = [taken.rcpt.split("<")[1].split("@")[0] for taken in server.taken]
        assert names == ["ann", "cas"]


@pytest.mark.parametrize("verb", ["connect", "EHLO", "MAIL", "RCPT", "DATA"])
def test_e27_a_connection_lost_before_data_leaves_the_letter_certainly_unsent(verb: str, opened: list[Smtp]) -> None:
    """E27: "connection lost before DATA: not sent"."""
    with Faulty({verb: [DROP]}, offers=()) as server:
        transport = plain(server, opened)
        assert isinstance(trouble(transport), Unavailable)
        assert server.taken == []
        transport.send(TO_BEN, LETTER)
        assert len(server.taken) == 1


def test_e27_a_connection_lost_within_the_letter_leaves_it_certainly_unsent(opened: list[Smtp]) -> None:
    """E27: "in DATA: not sent". The letter is larger than what the network holds, so that it cannot all have left."""
    large = LETTER + b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 250_000
    with Faulty({"content": [RESET]}) as server:
        transport = plain(server, opened)
        lost = trouble(transport, large)
        assert isinstance(lost, Unavailable)
        assert "in DATA" in str(lost)
        transport.send(TO_BEN, LETTER)
        assert [taken.message for taken in server.taken] == [LETTER]


@pytest.mark.parametrize("fate", [DROP, ACCEPT_AND_DROP])
def test_e27_a_connection_lost_after_the_dot_leaves_it_unknown_whether_the_letter_went(
    fate: str, opened: list[Smtp]
) -> None:
    """E27: "after the dot before 250: unknown". Whether it was taken cannot be told from here."""
    with Faulty({"dot": [fate]}) as server:
        assert isinstance(trouble(plain(server, opened)), Uncertain)
        assert len(server.taken) == (fate == ACCEPT_AND_DROP)


@pytest.mark.parametrize("babble", ["hello", "250", "999 what", "354 go on"])
def test_an_answer_to_the_dot_that_cannot_be_understood_is_uncertain_or_an_acceptance(
    babble: str, opened: list[Smtp]
) -> None:
    with Faulty({"dot": [babble]}) as server:
        if babble == "250":
            plain(server, opened).send(TO_BEN, LETTER)
        else:
            assert isinstance(trouble(plain(server, opened)), Uncertain)


def test_e28_an_answer_eleven_minutes_after_the_dot_is_still_waited_for(opened: list[Smtp]) -> None:
    """E28: "server accepts, answers after 11 min: time-out >= 10 min on the final dot (RFC 5321 4.5.3.2.6)".

    The server looks at the client's own socket while the client waits for it.
    """
    waits: list[float] = []

    def looking(reply: str) -> Callable[[], str]:
        def look() -> str:
            connection = transport._connection
            assert connection
            assert connection.sock
            waits.append(connection.sock.gettimeout() or 0)
            return reply

        return look

    with Faulty({"DATA": [looking("354 go on")] * 2, "dot": [looking("250 2.0.0 taken at last")] * 2}) as server:
        transport = plain(server, opened)
        transport.send(TO_BEN, LETTER)
        transport.send(TO_BEN, LETTER)
    assert waits == [60, 12 * 60, 60, 12 * 60]


def test_silence_after_the_dot_is_uncertain_and_silence_before_it_is_not_sent(opened: list[Smtp]) -> None:
    short = Patience(connect=0.05, reply=0.05, content=0.05, final_dot=0.05)
    for verb, kind in (("connect", Unreachable), ("RCPT", Unavailable), ("DATA", Unavailable), ("dot", Uncertain)):
        with Faulty({verb: [SILENCE]}) as server:
            assert type(trouble(plain(server, opened, short))) is kind


def test_e29_a_server_that_offers_no_encryption_gets_no_letter(ca_file: Path, opened: list[Smtp]) -> None:
    """E29: "STARTTLS stripped, certificate wrong: no send; alert; never plain"."""
    with Faulty() as server:
        stripped = trouble(encrypted(server, ca_file, opened))
        assert isinstance(stripped, Unreachable)
        assert "no encryption" in str(stripped)
        assert not any(each.startswith(("MAIL", "AUTH")) for each in server.commands)


def test_e29_a_starttls_that_is_refused_gets_no_letter(tls: ssl.SSLContext, ca_file: Path, opened: list[Smtp]) -> None:
    """E29: never plain."""
    with Faulty({"STARTTLS": ["454 4.7.0 TLS not available"]}, tls=tls) as server:
        assert isinstance(trouble(encrypted(server, ca_file, opened, user="us", password="secret")), Unreachable)
        assert [each.split()[0] for each in server.commands] == ["EHLO", "STARTTLS"]


@pytest.mark.parametrize("fault", ["another name", "another authority", "the public list"])
def test_e29_a_wrong_certificate_gets_no_letter(
    fault: str, authority: trustme.CA, ca_file: Path, opened: list[Smtp]
) -> None:
    """E29: a certificate for somebody else, or of an authority that is not ours."""
    signed_by = trustme.CA() if fault == "another authority" else authority
    name = "elsewhere.example" if fault == "another name" else "localhost"
    with Faulty(tls=context_for(signed_by, name)) as server:
        wrong = trouble(encrypted(server, None if fault == "the public list" else ca_file, opened))
        assert isinstance(wrong, Unreachable)
        assert "certificate is not good" in str(wrong)
        assert not any(each.startswith("MAIL") for each in server.commands)


def test_what_was_said_before_the_encryption_is_forgotten(
    tls: ssl.SSLContext, ca_file: Path, opened: list[Smtp]
) -> None:
    """A reply that somebody on the way put behind "220 go ahead" must not be read as the encrypted server's word."""
    with Faulty({"STARTTLS": ["220 go ahead\r\n250-evil\r\n250 SIZE 7"]}, tls=tls) as server:
        transport = encrypted(server, ca_file, opened)
        assert transport.abilities().largest == 33_554_432


def test_no_letter_crosses_the_network_unencrypted() -> None:
    with pytest.raises(ValueError, match="encrypted connection alone"):
        Smtp(Server("mail.council.example", 25, "none"))


def test_nobody_there_is_unreachable(opened: list[Smtp]) -> None:
    with Faulty() as server:
        transport = plain(server, opened)
    assert isinstance(trouble(transport), Unreachable)


def test_an_address_that_could_carry_a_command_never_reaches_the_line(opened: list[Smtp]) -> None:
    """SMTP injection: the envelope is checked before anything is said."""
    with Faulty() as server:
        transport = plain(server, opened)
        for bad in ("a@b.example>\r\nRCPT TO:<c@d.example", "a b@c.example", "é@b.example", ""):
            with pytest.raises(Refused):
                transport.send(replace(TO_BEN, recipient=bad), LETTER)
        assert server.commands == []


def test_two_threads_share_one_connection_a_letter_at_a_time(opened: list[Smtp]) -> None:
    with Faulty() as server:
        transport = plain(server, opened)

        def twenty() -> None:
            for _ in range(20):
                transport.send(TO_BEN, LETTER)

        threads = [threading.Thread(target=twenty) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [taken.message for taken in server.taken] == [LETTER] * 40
        assert server.connections == 1
