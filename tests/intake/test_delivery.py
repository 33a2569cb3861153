"""What a delivery report says for machines: which addresses failed for good, and nothing from its prose."""

from pathlib import Path

import pytest

from intake.delivery import failed_for_good
from intake.message import Understood, understand

MAILS = Path(__file__).parent / "mails"
JO, ANN = "Final-Recipient: rfc822; Jo@health.example", "Final-Recipient: rfc822; ann@health.example"


def report(*recipients: str, prose: str = "", returned: str = "Message-ID: <1@x.example>") -> Understood:
    status = "\n\n".join(("Reporting-MTA: dns; mx.health.example", *recipients))
    return understand(
        (
            "From: MAILER-DAEMON@mx.health.example\nMIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="d"\n\n'
            f"--d\nContent-Type: text/plain\n\n{prose}\n\n--d\nContent-Type: message/delivery-status\n\n{status}\n\n"
            f"--d\nContent-Type: text/rfc822-headers\n\n{returned}\n\n--d--\n"
        ).encode()
    )


@pytest.mark.parametrize(
    ("fields", "failed"),
    [
        (f"{JO}\nAction: failed\nStatus: 5.1.1", {"jo@health.example"}),
        (f"{JO}\nAction: FAILED (expired)\nStatus: 5.4.7 (gave up)", {"jo@health.example"}),
        (f"{JO}\nAction: failed", {"jo@health.example"}),
        (f"{JO}\nAction: failed\nStatus: 4.4.7", {"jo@health.example"}),
        (f"{JO}\nAction: delayed\nStatus: 4.4.1", set()),
        (f"{JO}\nAction: delivered\nStatus: 2.0.0", set()),
        (f"{JO}\nStatus: 5.1.1", set()),
        ("Action: failed\nStatus: 5.1.1", set()),
    ],
)
def test_failed_is_for_good_whatever_its_status_and_nothing_else_is(fields: str, failed: set[str]) -> None:
    assert failed_for_good(report(fields)) == failed


def test_each_recipient_has_a_fate_of_its_own_and_both_its_names_count() -> None:
    alias = "Original-Recipient: rfc822;team@health.example"
    found = report(f"{JO}\nAction: delayed\nStatus: 4.2.2", f"{alias}\n{ANN}\nAction: failed\nStatus: 5.2.1")
    assert failed_for_good(found) == {"team@health.example", "ann@health.example"}


def test_the_prose_and_the_returned_headers_decide_nothing() -> None:
    prose = f"{JO}\nAction: failed\nStatus: 5.1.1"
    assert failed_for_good(report(f"{ANN}\nAction: delayed", prose=prose)) == set()
    assert failed_for_good(report(f"{ANN}\nAction: failed\nStatus: 5.1.1", returned="Status: RO")) == {
        "ann@health.example"
    }
    assert failed_for_good(understand(f"From: jo@health.example\n\n{prose}".encode())) == set()


@pytest.mark.parametrize(("name", "failed"), [("bounce", {"jo.smith@health.example"}), ("delay", set())])
def test_the_samples_are_read(name: str, failed: set[str]) -> None:
    assert failed_for_good(understand((MAILS / f"{name}.eml").read_bytes())) == failed
