"""What a report says became of a letter: by its fields for machines, or else by how mail systems word it."""

from pathlib import Path

import pytest

from intake.mail.delivery import Report
from intake.mail.message import Understood, understand
from tests.intake.mail.samples_of_bounces import DELAYED, FAILED, PEOPLES

MAILS = Path(__file__).parents[1] / "mails"
JO, ANN = "Final-Recipient: rfc822; Jo@health.example", "Final-Recipient: rfc822; ann@health.example"


def failed_for_good(understood: Understood) -> set[str]:
    return set(understood.report.failed)


def by_words(headers: str, body: str) -> Understood:
    return understand(f"{headers}\nTo: in@chscp.example\n\n{body}".encode())


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
        (f"{JO}\nAction: relayed\nStatus: 5.1.1", set()),
        (f"{JO}\nAction: delayed\nStatus: 5.1.1", set()),
        (f"{JO}\nStatus: 5.1.1", {"jo@health.example"}),
        (f"{JO}\nStatus: 4.1.1", set()),
        (f"{JO}\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 by policy", {"jo@health.example"}),
        ("Final-Recipient: rfc822;<Jo@health.example>\nAction: failed", {"jo@health.example"}),
        ("Action: failed\nStatus: 5.1.1", set()),
    ],
)
def test_failed_is_for_good_whatever_its_status_and_without_an_action_its_class_counts(
    fields: str, failed: set[str]
) -> None:
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


def test_a_failure_that_names_nobody_is_final_all_the_same() -> None:
    found = report("Action: failed\nStatus: 5.1.1").report
    assert (found.failed, found.final) == ((), True)


def test_delivered_relayed_and_expanded_are_told_apart() -> None:
    found = report(f"{JO}\nAction: delivered\nStatus: 2.0.0", f"{ANN}\nAction: delayed\nStatus: 4.4.1").report
    assert found == Report(delayed=("ann@health.example",), passed=("jo@health.example",))


@pytest.mark.parametrize(("name", "headers", "body"), FAILED, ids=[each[0] for each in FAILED])
def test_a_failure_is_known_by_the_words_of_its_mail_system(name: str, headers: str, body: str) -> None:
    assert by_words(headers, body).report == Report(failed=("jo@health.example",), final=True)


@pytest.mark.parametrize(("name", "headers", "body"), DELAYED, ids=[each[0] for each in DELAYED])
def test_a_delay_in_words_is_no_failure(name: str, headers: str, body: str) -> None:
    assert by_words(headers, body).report == Report(delayed=("jo@health.example",))


@pytest.mark.parametrize(("headers", "body"), PEOPLES)
def test_people_who_write_of_failures_report_none(headers: str, body: str) -> None:
    assert by_words(f"From: Ann <ann@health.example>\n{headers}", body).report == Report()


@pytest.mark.parametrize("kind", ["disposition-notification", "feedback-report"])
def test_other_reports_are_no_failures(kind: str) -> None:
    raw = (
        f"Return-Path: <>\nFrom: postmaster@health.example\nContent-Type: multipart/report; boundary=d\n\n--d\n\n"
        f"Your message was undeliverable: 550 5.1.1 jo@health.example\n--d\nContent-Type: message/{kind}\n\nx: "
        f"y\n\n--d--\n"
    )
    assert understand(raw.encode()).report == Report()


@pytest.mark.parametrize(("name", "failed"), [("bounce", {"jo.smith@health.example"}), ("delay", set())])
def test_the_samples_are_read(name: str, failed: set[str]) -> None:
    assert failed_for_good(understand((MAILS / f"{name}.eml").read_bytes())) == failed
