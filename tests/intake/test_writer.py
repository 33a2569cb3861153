import pytest

from intake.mail.message import understand
from intake.writer import LIST, NOBODY, OURS, PROGRAM, ROBOT, Writers

WRITERS = Writers(understand, ["escalations@chscp.example"])


def test_a_person_may_be_written_to() -> None:
    writer = WRITERS.of(b"From: Jo Marsh <Jo@x.example>\r\nSubject: Hello\r\n\r\nWords of a person.\r\n")
    assert (writer.email, writer.name, writer.why_not) == ("jo@x.example", "Jo Marsh", "")


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ("Subject: x", NOBODY),
        ("From: escalations@chscp.example", OURS),
        ("From: no-reply@x.example", ROBOT),
        ("From: council-noreply@x.example", ROBOT),
        ("From: jo@x.example\r\nAuto-Submitted: auto-replied", PROGRAM),
        ("From: jo@x.example\r\nReturn-Path: <>", PROGRAM),
        ("From: jo@x.example\r\nList-Id: <all.x.example>", LIST),
    ],
)
def test_nobody_is_written_to_where_a_person_would_not_read_it(headers: str, why: str) -> None:
    assert WRITERS.of(f"{headers}\r\n\r\nWords\r\n".encode()).why_not == why
