"""The parts of a letter (RFC 2045, RFC 2046) as bytes with CRLF, each with the headers that say what it is.

Written out plainly: a letter has four kinds of part, and the standard library's builder reads every header of a message
again whenever one is set, which took longer than all the rest of making a letter.
"""

from base64 import encodebytes
from collections.abc import Iterable
from quopri import encodestring

from mailer.headers import header


def text(kind: str, words: str) -> bytes:
    """Text of a kind such as "plain", in quoted-printable."""
    lines = b"".join(line + b"\r\n" for line in words.encode().splitlines())
    return _type(f'text/{kind}; charset="utf-8"', "quoted-printable") + encodestring(lines)


def attached(name: str, words: str) -> bytes:
    """Plain text as a file, whose name is ASCII without quotation marks. Raises HeaderError."""
    return header("Content-Disposition", f'attachment; filename="{name}"').encode("ascii") + text("plain", words)


def calendar(invitation: str) -> bytes:
    """An invitation to a meeting, or what calls it off: the part names the method that it holds (RFC 6047 2.4)."""
    method = "CANCEL" if "\r\nMETHOD:CANCEL\r\n" in invitation else "REQUEST"
    kind = f'text/calendar; charset="utf-8"; method={method}'
    return _type(kind, "base64") + encodebytes(invitation.encode()).replace(b"\n", b"\r\n")


def together(kind: str, boundary: str, parts: Iterable[bytes]) -> bytes:
    """Parts as "alternative" or "mixed". None of them may hold the boundary after two hyphens."""
    line = f"--{boundary}".encode("ascii")
    inside = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode("ascii") + inside + line + b"--\r\n"


def _type(kind: str, encoding: str) -> bytes:
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode("ascii")
