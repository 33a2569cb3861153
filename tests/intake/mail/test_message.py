"""A message is understood whatever its bytes are, and nobody can pose as another sender."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.mail.message import Understood, understand
from intake.mail.trust import verified

MAILS = Path(__file__).parents[1] / "mails"
HEAD = b"From: Jo <jo@health.example>\nSubject: s\n"
OUR_SERVER = "mx.answerable.example"
PIECES = st.sampled_from(
    [
        b"From: a@x.example\n",
        b"From: \n",
        b"Subject: =?utf-8?b?w6k?=\n",
        b"Subject: =?x?q?=00?=\n",
        b"Date: Thu, 99 Dec 99999 10:02:00 +9999\n",
        b"Message-ID: <[abc@x]>\n",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"Content-Type: multipart/report; boundary=b\n",
        b"Content-Type: multipart/mixed; boundary*1*=b; boundary*=idna''b\n",
        b"Content-Type: message/rfc822\n",
        b"Content-Type: message/delivery-status\n",
        b"Content-Type: text/html; charset*0*=idna''x\n",
        b"Content-Type: text/plain; charset=unicode_escape\n",
        b"Content-Type: text/calendar; method*=x''%ff\n",
        b"Content-Disposition: attachment; filename*1*=%zz; filename*=utf-9'%'x\n",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Transfer-Encoding: x-uuencode\n",
        b"--b\n",
        b"--b--\n",
        b"\n",
        b"\r",
        b"\\N{x} \\x",
        b"<ol><li value=\xc2\xb2><blockquote type=cite></blockquote></blockquote>",
        b"\x00\xff\xfe",
    ]
)


def sample(name: str) -> Understood:
    return understand((MAILS / f"{name}.eml").read_bytes())


def from_line(line: str) -> Understood:
    return understand(f"From: {line}\n\nx".encode())


def checked(*results: str, sender: str = "Jo <jo@health.example>") -> Understood:
    head = "".join(f"Authentication-Results: {result}\n" for result in results)
    return understand(f"{head}From: {sender}\n\nx".encode())


def test_an_ordinary_reply_is_understood_in_full() -> None:
    reply = sample("outlook_desktop")
    assert reply.message_id == "<reply-1@health.example>"
    assert reply.date == datetime(2026, 12, 3, 10, 2, tzinfo=UTC)
    assert (reply.sender, reply.sender_name, reply.sender_problems) == ("jo.smith@health.example", "Jo Smith", ())
    assert reply.recipients == ("inbox+0123456789abcdefghjkmnpqrs@answerable.example",)
    assert reply.subject == "RE: CHSCP-2026-0042: an answer is needed"
    assert reply.references == ("<0123456789abcdef0123456789abcdef@answerable.example>",)
    assert reply.text.startswith("RESOLVED\n")
    assert (reply.html, reply.limits, reply.defects) == (False, (), ())


def test_every_recipient_header_counts_and_others_do_not() -> None:
    names = ("To: A", "Cc: ", "Delivered-To: ", "X-Original-To: ", "Envelope-To: ")
    lines = [f"{name} <{letter.upper()}@x.example>" for name, letter in zip(names, "abcde", strict=True)]
    read = understand("\n".join([*lines, "Bcc: no@x.example", "", ""]).encode())
    assert read.recipients == tuple(f"{letter}@x.example" for letter in "abcde")


def test_an_attachment_is_described_and_its_bytes_are_not_kept() -> None:
    (attachment,) = sample("attachment").attachments
    assert (attachment.name, attachment.type, attachment.size) == ("Plan £.pdf", "application/pdf", 5)
    assert attachment.sha256 == hashlib.sha256(b"%PDF-").hexdigest()


def test_a_message_without_a_message_id_is_understood() -> None:
    assert (sample("no_message_id").message_id, sample("no_message_id").text) == ("", "Hello")


@pytest.mark.parametrize("name", ["unknown_charset", "undeclared_cp1252", "wrong_utf8"])
def test_a_charset_that_cannot_be_believed_is_guessed_and_marked(name: str) -> None:
    assert "£5" in sample(name).text
    assert "The charset of the text was guessed." in sample(name).defects


def test_control_characters_never_leave_a_header() -> None:
    read = understand(b"Subject: =?utf-8?q?=0ABcc:_e=40x.example=00?=\n\nx\x00y")
    assert read.subject == "Bcc: e@x.example"
    assert "Control characters were taken out of subject." in read.defects
    assert read.text == "xy"


def test_html_is_read_as_text_with_hidden_words_shown() -> None:
    read = understand(
        HEAD + b'Content-Type: text/html\n\n<div style="display:none">NOT</div><p>RESOLVED<script>x</script>'
    )
    assert read.html
    assert read.text.split() == ["NOT", "RESOLVED"]


def test_quotations_in_html_are_marked_and_indented_words_are_not() -> None:
    cited = "<blockquote type=cite>old<blockquote class=gmail_quote>older</blockquote></blockquote>"
    body = f"new{cited}<blockquote style='margin-left:40px'>indented</blockquote><table><tr><td>a<td>b</table>"
    read = understand(HEAD + f"Content-Type: text/html\n\n{body}".encode())
    assert read.text.split("\n") == ["new", "> old", ">> older", "indented", "a b"]


def test_plain_text_is_preferred_to_html_unless_it_is_empty() -> None:
    html = "--b\nContent-Type: text/html\n\n<p>rich\n--b--\n"
    both = "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n{}\n" + html
    assert understand(HEAD + both.format("plain").encode()).text == "plain"
    assert understand(HEAD + both.format(" ").encode()).text == "rich"


def test_words_below_an_html_body_do_not_displace_it() -> None:
    parts = (
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>words\n--b\n\nfooter\n--b--\n"
    )
    assert understand(HEAD + parts).text.split() == ["words", "footer"]


def test_a_named_text_is_an_attachment_only_beside_other_words() -> None:
    named = b"Content-Type: text/plain; name=notes.txt\n\nnotes\n"
    assert understand(HEAD + named).text == "notes"
    beside = understand(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nwords\n--b\n" + named + b"--b--\n")
    assert (beside.text, [each.name for each in beside.attachments]) == ("words", ["notes.txt"])


def test_a_multipart_without_parts_keeps_its_words() -> None:
    assert understand(HEAD + b"Content-Type: multipart/mixed\n\nRESOLVED\n").text == "RESOLVED"


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("jo@health.example", "jo@health.example"),
        ("Jo Smith (Hackney) <Jo@Health.example>", "jo@health.example"),
        ('"Smith, Jo" <jo@health.example>', "jo@health.example"),
        ("=?utf-8?q?J=C3=B6?= <jo@health.example>", "jo@health.example"),
    ],
)
def test_a_plain_from_line_has_no_problems(line: str, address: str) -> None:
    assert (from_line(line).sender, from_line(line).sender_problems) == (address, ())


@pytest.mark.parametrize(
    "line",
    [
        "alice@council.example <mallory@elsewhere.test>",
        "alice@council.example, mallory@elsewhere.test",
        "mallory@elsewhere.test (x) <alice@council.example>",
        "alice@council.example <mallory@elsewhere.test> <alice@council.example>",
        '"a" <alice@council.example>, b <b@elsewhere.test>',
        "group: alice@council.example;",
        "<alice@council.example>x",
        "jo@häckney.example",
        "Alice <alice@council.example\x1c>",
        "(" * 2000 + "alice@council.example",
        "",
    ],
)
def test_a_from_line_that_two_programs_could_read_differently_is_a_problem(line: str) -> None:
    assert from_line(line).sender_problems
    assert not verified(
        checked(f"{OUR_SERVER}; dmarc=pass header.from=council.example", sender=line), OUR_SERVER
    ).verified


def test_the_from_trick_names_the_address_in_brackets() -> None:
    assert sample("from_trick").sender == "mallory@elsewhere.test"
    assert sample("from_trick").sender_problems


def test_two_from_lines_are_a_problem() -> None:
    assert sample("two_from").sender_problems == ("There is more than one From line.",)


def test_a_second_from_line_cannot_hide_behind_a_limit() -> None:
    hiding = "From: jo@health.example\n" + "X: y\n" * 1000 + "From: mallory@elsewhere.test\n\nx"
    result = f"Authentication-Results: {OUR_SERVER}; dmarc=pass header.from=health.example\n"
    assert not verified(understand((result + hiding).encode()), OUR_SERVER).verified


def test_a_broken_header_block_is_a_problem_of_the_sender() -> None:
    assert "The headers are broken." in understand(b"From: jo@health.example\nno colon here\nX: y\n\nx").sender_problems


@pytest.mark.parametrize(
    "result",
    [
        f"{OUR_SERVER}; spf=pass smtp.mailfrom=a@elsewhere.test; dmarc=pass header.from=health.example",
        f"{OUR_SERVER.upper()} 1; dmarc=pass (p=reject dis=none)\n header.from=Health.example",
        f"{OUR_SERVER};\n\tdkim=pass header.d=health.example;\n\tdmarc = pass policy.x=y header.from=health.example",
    ],
)
def test_our_own_server_vouches_for_a_sender(result: str) -> None:
    assert verified(checked(result), OUR_SERVER).verified


@pytest.mark.parametrize(
    "results",
    [
        (),
        ("dmarc=pass header.from=health.example",),
        ("elsewhere.test; dmarc=pass header.from=health.example",),
        (f"{OUR_SERVER}.test; dmarc=pass header.from=health.example",),
        (f"{OUR_SERVER}; dmarc=fail header.from=health.example",),
        (f"{OUR_SERVER}; dmarc=none header.from=health.example",),
        (f"{OUR_SERVER}; spf=pass smtp.mailfrom=jo@health.example; dkim=pass header.d=health.example",),
        (f"{OUR_SERVER}; dmarc=pass header.from=elsewhere.test",),
        (f"{OUR_SERVER}; dmarc=pass",),
        (f"{OUR_SERVER}; dmarc=pass header.from=health.example header.from=elsewhere.test",),
        (f"{OUR_SERVER}; dmarc=pass header.from=health.example; dmarc=fail header.from=health.example",),
        (
            f"{OUR_SERVER}; dmarc=fail header.from=health.example",
            f"{OUR_SERVER}; dmarc=pass header.from=health.example",
        ),
        ("elsewhere.test; dmarc=fail", f"{OUR_SERVER}; dmarc=pass header.from=health.example"),
        (f'{OUR_SERVER}; spf=fail smtp.mailfrom="; dmarc=pass header.from=health.example ;"@elsewhere.test',),
        (f"{OUR_SERVER}; spf=fail (; dmarc=pass header.from=health.example )",),
        (f"{OUR_SERVER}; spf=fail (( ; dmarc=pass header.from=health.example",),
    ],
)
def test_forged_missing_or_failed_results_never_vouch(results: tuple[str, ...]) -> None:
    assert not verified(checked(*results), OUR_SERVER).verified


def test_without_an_anchor_nothing_is_verified() -> None:
    assert not verified(checked(f"{OUR_SERVER}; dmarc=pass header.from=health.example"), None).verified


def test_results_know_their_place_among_the_received_lines() -> None:
    raw = b"Received: a\nAuthentication-Results: one\nReceived: b\nReceived: c\nAuthentication-Results: two\n\n"
    read = understand(raw).authentication_results
    assert [(each.value, each.received_above) for each in read] == [("one", 1), ("two", 3)]


def nested(levels: int) -> bytes:
    heads = "".join(f"Content-Type: multipart/mixed; boundary=b{at}\n\n--b{at}\n" for at in range(levels))
    return HEAD + heads.encode() + b"\nRESOLVED\n"


def test_nineteen_levels_are_read_and_a_thousand_are_a_limit() -> None:
    assert (nested_text := understand(nested(19))).text == "RESOLVED"
    assert not nested_text.limits
    for levels in (22, 300, 1000):
        deep = understand(nested(levels))
        assert (deep.sender, len(deep.limits)) == ("jo@health.example", 1)


@pytest.mark.parametrize(
    ("raw", "limit"),
    [
        (HEAD + b"To: " + b",\n ".join(b"p%d@x.example" % at for at in range(501)) + b"\n\nx", "500 recipients"),
        (HEAD + b"X: " + b"x" * 33_000 + b"\n\nx", "32 KB"),
        (HEAD + b"X: " + b"x\n " * 100_000 + b"\n\nx", "256 KB"),
        (HEAD + b"X: y\n" * 1000 + b"\nx", "1,000 headers"),
        (HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 201, "200 parts"),
        (HEAD + b"\n" + b"x" * 1_000_001, "a million letters"),
        (HEAD + b"\nx" + b"\n" * 500_001, "500,000 lines"),
        (HEAD + b"\n" + b"x" * 26_300_000, "25 MB"),
    ],
    ids=["recipients", "header", "head", "headers", "parts", "text", "lines", "message"],
)
def test_a_limit_that_is_met_is_recorded_and_the_rest_is_understood(raw: bytes, limit: str) -> None:
    read = understand(raw)
    assert limit in " ".join(read.limits)
    assert (read.sender, read.text[:1]) == ("jo@health.example", "x")


def test_a_file_name_in_pieces_that_make_no_sense_is_empty() -> None:
    head = b"Content-Type: application/pdf\nContent-Disposition: attachment; filename*1*=%zz; filename*=x\n\nwords"
    assert [each.name for each in understand(HEAD + head).attachments] == [""]


def test_a_file_name_is_decoded_and_free_of_controls() -> None:
    head = b"Content-Type: application/pdf; name==?utf-8?q?a=0A=C2=A3.pdf?=\n\nwords"
    assert [each.name for each in understand(HEAD + head).attachments] == ["a \u00a3.pdf"]


def test_an_enclosed_message_is_an_attachment_and_not_words() -> None:
    enclosed = b"Content-Type: message/rfc822\n\nSubject: old\n\nRESOLVED\n"
    (attachment,) = (read := understand(HEAD + enclosed)).attachments
    assert (attachment.type, attachment.size, read.text) == ("message/rfc822", len(b"Subject: old\n\nRESOLVED\n"), "")


def test_enclosed_messages_too_deep_in_one_another_are_a_limit() -> None:
    read = understand(HEAD + b"Content-Type: message/rfc822\n\n" * 60 + b"Subject: x\n\nwords")
    assert (read.sender, len(read.limits)) == ("jo@health.example", 1)


@pytest.mark.parametrize("boundary", ["boundary*1*=b; boundary*=b", "boundary*=idna''%ff", "boundary*=a\0''b"])
def test_a_boundary_that_the_library_chokes_on_is_a_limit(boundary: str) -> None:
    read = understand(HEAD + f"Content-Type: multipart/mixed; {boundary}\n\nwords".encode())
    assert (read.sender, read.text, len(read.limits)) == ("jo@health.example", "words", 1)


@pytest.mark.parametrize("codec", ["idna", "a\0b", "punycode", "unicode_escape", "no-such", "hex"])
def test_a_codec_that_is_none_of_mails_is_not_used(codec: str) -> None:
    parameters = f"; charset*={codec}''%ff; name*={codec}''%ff%ff"
    read = understand(
        HEAD + f"Subject: =?{codec}?q?caf=C3=A9?=\nContent-Type: text/plain{parameters}\n\nwords".encode()
    )
    assert (read.text, read.sender) == ("words", "jo@health.example")
    assert understand(HEAD + f"Content-Type: text/plain; charset={codec}\n\ncaf\u00e9".encode()).text == "caf\u00e9"


@pytest.mark.parametrize("word", ["=?utf-8?b?A?=", "=?utf-8?b?====?=", "=?utf-8?q?=ZZ?=", "=?utf-8*en?q?x?="])
def test_an_encoded_word_that_is_badly_made_is_shown_somehow(word: str) -> None:
    assert understand(f"Subject: before {word} after\n\n".encode()).subject.startswith("before ")


def test_parameters_too_long_to_be_honest_are_not_read() -> None:
    read = understand(HEAD + b"Content-Type: text/plain" + b";" * 20_000 + b"\n\nwords")
    assert (read.text, len(read.defects)) == ("words", 1)


@pytest.mark.parametrize(
    "html",
    [
        b"<ol><li value=\xc2\xb2>words",
        b"<table><tr><td>" * 9 + b"words",
        b"<>words",
        b"<?xml\tversion='1.0' encoding='utf-8'?><p>words",
    ],
)
def test_hostile_html_is_still_read(html: bytes) -> None:
    assert "words" in understand(HEAD + b"Content-Type: text/html; charset=utf-8\n\n" + html).text


@given(st.binary(max_size=400))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    assert isinstance(understand(raw).text, str)


@given(st.lists(PIECES | st.binary(max_size=12), max_size=25))
@settings(max_examples=400, deadline=None)
def test_no_badly_made_message_makes_it_raise(pieces: list[bytes]) -> None:
    read = understand(b"".join(pieces))
    shown = (read.subject, read.sender_name, *(each.name for each in read.attachments), *read.types)
    assert not any(letter < " " for words in shown for letter in words)
    assert not verified(read, None).verified
