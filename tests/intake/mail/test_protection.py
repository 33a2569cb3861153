"""Mail that a person must open is told from mail that the program can read."""

import pytest

from intake.mail.message import Understood, understand
from intake.rules import Found, Match, judge

ASKED = Match("recipient", "case-1", "letter-1", expected_sender=True)


def mail(headers: str, body: str) -> Understood:
    return understand(f"From: Jo <jo@health.example>\n{headers}\n\n{body}".encode())


def with_file(name: str, body: str = "See the message.") -> Understood:
    part = f'--b\nContent-Type: application/octet-stream; name="{name}"\n\nx\n--b--\n'
    return mail("Content-Type: multipart/mixed; boundary=b", f"--b\n\n{body}\n{part}")


@pytest.mark.parametrize(
    "understood",
    [
        mail("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "MIIB"),
        mail("Content-Type: application/x-pkcs7-mime; name=smime.p7m", "MIIB"),
        mail("Content-Type: application/pkcs7-mime; smime-type=signed-data", "MIIB"),
        mail(
            "Content-Type: multipart/encrypted; boundary=b",
            "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b--",
        ),
        mail("X: y", "-----BEGIN PGP MESSAGE-----\n\nabc\n-----END PGP MESSAGE-----"),
        with_file("message.rpmsg"),
        with_file("securedoc_20261203T100200.html"),
        mail(
            "X: y",
            "Jo (jo@health.example) has sent you a protected message.\n\nRead the message\n\nLearn about "
            "messages protected",
        ),
        mail("X: y", "You have received a secure message from Jo.\nTo read the message, sign in with your password."),
        mail(
            "X: y",
            "Here is your one-time passcode\n\n12345678\n\nTo view your message, enter the code in the web page.",
        ),
        mail("X: y", "Secured by Egress\n\nClick here to open this email. Register for a free account."),
    ],
)
def test_protected_mail_waits_for_a_person_with_that_reason(understood: Understood) -> None:
    judged = judge(understood, Found((ASKED,)), ())
    assert (judged.rule, judged.becomes) == ("protected", "tray")


@pytest.mark.parametrize(
    "understood",
    [
        mail(
            'Content-Type: multipart/signed; boundary=b; protocol="application/pkcs7-signature"',
            "--b\n\nRESOLVED\n--b--",
        ),
        mail("X: y", "RESOLVED\n\nI sent the report by encrypted mail; open the message on Monday."),
        mail("X: y", "RESOLVED\n\nWe met.\n\nThis email was sent securely using Egress."),
        with_file("plan.pdf"),
        with_file("message.rpmsg", "words " * 400),
    ],
)
def test_mail_that_can_be_read_is_read(understood: Understood) -> None:
    assert judge(understood, Found((ASKED,)), ()).rule == "answer"
