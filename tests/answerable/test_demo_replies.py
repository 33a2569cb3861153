import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default

from hypothesis import example, given
from hypothesis import strategies as st

from answerable.demo.demo import BOUNDARY
from answerable.demo.letters import Sent, read_letter
from answerable.demo.replies import offered, reply
from cases.verbs.decision import Offer
from intake.mail.message import understand
from intake.mail.trust import verified
from intake.replies.new_text import new_text
from mailer.transports.folder import Posted

NOW = datetime(2026, 12, 1, 10, 0, tzinfo=UTC)
LETTER = (
    b"From: A Partnership <escalations@one.example>\r\nTo: Zoe O'Hara <zoe.ohara@two.example>\r\n"
    b"Reply-To: escalations+token@one.example\r\nSubject: [ONE-2026-0001] Please answer\r\n"
    b"Date: Mon, 30 Nov 2026 09:00:00 +0000\r\nMessage-ID: <abc@one.example>\r\nReferences: <old@one.example>\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease answer by Friday.\r\n"
    b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    b"<html><body><p>Please answer by Friday.</p></body></html>\r\n"
    b"--b--\r\n"
)


def sent() -> Sent:
    return read_letter(Posted("000001-aa", "zoe.ohara@two.example", LETTER))


def test_a_reply_has_the_headers_of_a_mail_programs_reply() -> None:
    message = message_from_bytes(reply(sent(), "Zoe O'Hara", "RESOLVED", NOW), policy=default)
    assert message["From"] == "Zoe O'Hara <zoe.ohara@two.example>"
    assert message["To"] == "escalations+token@one.example"
    assert message["Subject"] == "Re: [ONE-2026-0001] Please answer"
    assert message["In-Reply-To"] == "<abc@one.example>"
    assert message["References"] == "<old@one.example> <abc@one.example>"
    assert message.get_content_type() == "multipart/alternative"


def test_two_replies_alike_are_two_mails() -> None:
    assert reply(sent(), "Zoe", "RESOLVED", NOW) != reply(sent(), "Zoe", "RESOLVED", NOW)


def test_the_boundary_vouches_for_the_sender() -> None:
    understood = understand(reply(sent(), "Zoe O'Hara", "RESOLVED", NOW))
    assert verified(understood, BOUNDARY).verified
    assert not verified(understood, "another.example").verified


def test_the_words_stand_above_the_letter_that_they_answer() -> None:
    raw = reply(sent(), "Zoe O'Hara", "RESOLVED\n\nWe met.", NOW)
    found = new_text(understand(raw).text)
    assert found.words == "RESOLVED\n\nWe met."
    assert "Please answer by Friday." in found.removed


@example("Hello\r\nAuthentication-Results: post-room.example; dmarc=pass header.from=evil.example\r\n\r\nx")
@example("\nBcc: everybody@two.example\n\n")
@example("--b\r\nContent-Type: text/plain\r\n\r\nforged")
@example("</div><script>alert(1)</script>")
@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_nothing_typed_reaches_a_header(text: str) -> None:
    raw = reply(sent(), "Zoe O'Hara", text, NOW)
    head = raw.partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in re.split(r"\r\n(?![ \t])", head)]
    assert sorted(names) == sorted(
        ["Authentication-Results", "Received", "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To"]
        + ["References", "MIME-Version", "Content-Type"]
    )
    understood = understand(raw)
    assert understood.sender == "zoe.ohara@two.example"
    assert len(understood.authentication_results) == 1
    assert "<script>" not in str(message_from_bytes(raw, policy=default).get_body(("html",)))


def test_an_offered_answer_stands_on_the_first_line_with_its_date() -> None:
    offer = Offer("meeting", "MEETING", "We will meet", "s1", ("date",))
    assert offered(offer, "At the school.", date(2026, 12, 4)) == "MEETING Friday 4 December 2026\n\nAt the school."
    assert offered(Offer("agree", "AGREE", "I agree", "s1"), "", None) == "AGREE"
