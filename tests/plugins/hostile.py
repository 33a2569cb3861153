"""Messages made to stop, slow or bloat a program that reads them: none may, and each is a result (guarantees E38, E39).

The tests read them all; the benchmark reads those up to 300 KB and reports the slowest.
"""

import zlib
from base64 import encodebytes
from functools import cache

HEAD = b"From: Jo <jo@health.example>\r\nTo: inbox@answerable.example\r\nSubject: s\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n\r\n"


@cache
def small() -> dict[str, bytes]:
    """Up to about 300 KB each."""
    return {
        "20,000 semicolons in Content-Type": HEAD + b"Content-Type: text/plain" + b";" * 20_000 + b"\r\n\r\nwords",
        "14 KB of parameters of a multipart": HEAD
        + b"Content-Type: multipart/mixed; boundary=b"
        + b"".join(b'; p%d="%d' % (at, at) for at in range(1000))
        + b"\r\n\r\n--b\r\n\r\nwords\r\n--b--\r\n",
        "5,000 addresses in To": HEAD
        + b"To: "
        + b",\r\n ".join(b"p%d@x.example" % at for at in range(5000))
        + b"\r\n\r\nx",
        "5,000 encoded words": HEAD + b"X-S: " + b"\r\n ".join([b"=?utf-8?q?=C3=A9?="] * 1500) + b"\r\n\r\nx",
        "5,000 encoded words in the subject": b"Subject: " + b"\r\n ".join([b"=?utf-8?b?w6k=?="] * 5000) + b"\r\n\r\nx",
        "2,000 nested comments in From": b"From: " + b"(" * 2000 + b"a@x.example" + b")" * 2000 + b"\r\n\r\nx",
        "5,000 parts": HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\n\r\nx\r\n" * 5000
        + b"--b--\r\n",
        "10,000 parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000,
        "300 levels": nested(300),
        "2,000 levels": nested(2000),
        "2,000 enclosed messages": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 2000 + b"Subject: x\r\n\r\nx",
        "40 levels of 5,000 lines": nested(39) + b"x\r\n" * 5000,
        "60,000 <br>": HEAD + HTML + b"<br>" * 60_000,
        "60,000 <br> with a word each": HEAD + HTML + b"<br>x" * 60_000,
        "HTML nested past the library's depth": HEAD + HTML + b"<div>" * 40_000 + b"words",
        "HTML nested 2,000 deep": HEAD + HTML + b"<div>" * 2000 + b"words",
        "HTML tables nested 600 deep": HEAD + HTML + b"<table><tr><td>" * 600 + b"words",
        "30,000 open bold tags": HEAD + HTML + b"<b>x" * 30_000,
        "20,000 quotations": HEAD + HTML + b"<blockquote type=cite>x</blockquote>" * 8000,
        "150,000 lines of one letter": HEAD + b"\r\n" + b"a\r\n" * 100_000,
        "19,999 lines that begin a quotation": HEAD + b"\r\n" + b"On 1 a\n" * 19_999,
        "19,999 lines that begin a header": HEAD + b"\r\n" + b"From: a@b\n" * 19_999,
        "19,999 quoted lines and introductions": HEAD + b"\r\n" + b"On 1/1/2026 1:00 x:\n> a\n" * 9_999,
        "a bounce of 300 KB of addresses": b"From: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n\r\n"
        + b"550 <a@b.example> " * 15_000,
        "a bounce of 20,000 lines": b"From: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n\r\n"
        + b"Your message\n<a@b.example>:\n" * 9_000,
        "a report of 10,000 recipients": b"From: mailer-daemon@x.example\r\nContent-Type: multipart/report; boundary=b"
        b"\r\n\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        + b"".join(b"Final-Recipient: rfc822;a%d@x.example\r\nAction: failed\r\n\r\n" % at for at in range(4500))
        + b"--b--\r\n",
        "300 KB of tokens": HEAD + b"\r\n" + b"0123456789abcdefghjkmnpqrs " * 11_000,
        "300 KB of message ids": HEAD + b"References: " + b"<a@b>\r\n " * 5000 + b"\r\n\r\n" + b"<0123@x> " * 30_000,
        "a file name in 2,000 pieces": HEAD
        + b"Content-Type: application/pdf"
        + b"".join(b"; name*%d=x" % at for at in range(2000))
        + b"\r\n\r\nx",
    }


@cache
def one_letter() -> dict[str, bytes]:
    """A million of one character, in the text and in HTML (guarantees D26)."""
    letters = (
        b"a",
        b" ",
        b">",
        b"<",
        b"*",
        b"-",
        b"_",
        b"=",
        b":",
        b"(",
        b"@",
        b".",
        b"0",
        b"\n",
        b"\t",
        b"&",
        b"\xe2\x80\x8b",
    )
    return {
        f"a million of {letter!r} in {kind}": HEAD + head + letter * (1_000_000 // len(letter))
        for letter in letters
        for kind, head in (("text", b"\r\n"), ("HTML", HTML))
    }


@cache
def large() -> dict[str, bytes]:
    """More than is ever read whole."""
    bomb = encodebytes(zlib.compress(b"\0" * 50_000_000, 9))
    return {
        "40 MB": HEAD + b"\r\n" + b"x" * 40_000_000,
        "24 MB of lines of one letter": HEAD + b"\r\n" + b"x\n" * 12_000_000,
        "a header line of 200 KB": HEAD + b"X: " + b"x" * 200_000 + b"\r\n\r\nwords",
        "3 MB that never end": HEAD + b"X: " + b"x" * 3_000_000,
        "a zip bomb": HEAD
        + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n--b\r\n"
        + b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + bomb
        + b"--b--\r\n",
        "1,000 levels": nested(1000),
    }


def nested(levels: int) -> bytes:
    heads = "".join(f"Content-Type: multipart/mixed; boundary=b{at}\r\n\r\n--b{at}\r\n" for at in range(levels))
    return HEAD + heads.encode() + b"\r\nwords\r\n"
