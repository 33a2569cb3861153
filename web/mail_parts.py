"""The parts of a mail for somebody who must see the original: nothing of it is followed, run or fetched.

Hostile mail is expected: parsing is the standard library's compat32 policy, which takes anything, and each value is
decoded on its own. What cannot be read is left out, and the whole of it can still be downloaded.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from html import escape, unescape
from itertools import islice
from pathlib import PurePosixPath
from urllib.parse import quote

import inscriptis
import nh3

MOST_HEADERS = 200
LONGEST_HEADER = 2_000
LONGEST_TEXT = 200_000
MOST_PARTS = 500
_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_TAGS = {
    *("a", "abbr", "address", "b", "blockquote", "br", "caption", "center", "cite", "code", "dd", "del", "div", "dl"),
    *("dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "li", "ol", "p", "pre", "q", "s", "small"),
    *("span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"),
}
_ATTRIBUTES = {"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}, "*": {"dir", "lang"}}
_WITH_LINKS = _ATTRIBUTES | {"a": {"href"}}
_SCHEMES = {"http", "https", "mailto", "tel"}
_LINK = re.compile(r"(<a(?: [a-z]+=\"[^\"]*\")*>|</a>)")  # as nh3 writes it: quotes are escaped
_TARGET = re.compile(r" href=\"([^\"]*)\"")
_TAG = re.compile(r"<[^>]*>")
_LONGEST_TARGET = 300
_UNREADABLE = (RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError)
_PAGE = (
    '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>The mail as it looks</title>'
    "<style>body{{font:16px/1.5 Arial,sans-serif;color:#17252b;margin:1rem;overflow-wrap:anywhere}}"
    "table{{border-collapse:collapse}}td,th{{padding:.2rem .5rem;text-align:left;vertical-align:top}}"
    "blockquote{{margin:.5rem 0;padding-left:.8rem;border-left:3px solid #8a949e}}</style></head>"
    "<body>{}</body></html>"
)


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a mail. `number` is its place among all parts, `size` is in bytes."""

    number: int
    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class MailParts:
    """A mail taken apart. `html` is whether it has an HTML body; `whole` is not so where it could not all be read."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: bool
    attached: tuple[Attached, ...]
    whole: bool


def parts(raw: bytes) -> MailParts:
    """Take a mail apart. Never raises, whatever the bytes."""
    message, known = message_from_bytes(raw, policy=compat32), headers(raw)
    try:
        found = list(_leaves(message))
        plain, html = _body(found, "text/plain"), _body(found, "text/html")
        files = tuple(_attached(number, part) for number, part in enumerate(found) if part not in (plain, html))
        text = _words(plain) if plain is not None else _as_text(_words(html)) if html is not None else ""
        return MailParts(known, text[:LONGEST_TEXT], html is not None, files, len(found) < MOST_PARTS)
    except _UNREADABLE:
        return MailParts(known, "", False, (), False)


def headers(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Name and value of each header, topmost first; the body is left alone."""
    found = BytesHeaderParser(policy=compat32).parsebytes(raw).raw_items()
    return tuple((name[:100], header(value)) for name, value in islice(found, MOST_HEADERS))


def html_page(raw: bytes) -> str:
    """The HTML body as a page of its own, by an allow-list of tags: no image, no style, no link that leads anywhere.

    Where a link led elsewhere than its words say, the address stands behind them as text (D22). Never raises.
    """
    try:
        found = _body(list(_leaves(message_from_bytes(raw, policy=compat32))), "text/html")
        words = _words(found)[:LONGEST_TEXT] if found is not None else ""
    except _UNREADABLE:
        words = ""
    linked = nh3.clean(words, tags=_TAGS, attributes=_WITH_LINKS, link_rel=None, url_schemes=_SCHEMES)
    told = _links_told(_HIDDEN.sub("", linked))
    return _PAGE.format(nh3.clean(told, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None))


def file(raw: bytes, number: int) -> tuple[str, bytes] | None:
    """The name and content of an attached file; nothing where there is none of this number, or it cannot be read."""
    try:
        found = list(_leaves(message_from_bytes(raw, policy=compat32)))
        return (_file_name(found[number], number), _content(found[number])) if 0 <= number < len(found) else None
    except _UNREADABLE:
        return None


def disposition(name: str) -> str:
    """The header that makes a browser save a file under its name, and never show it (RFC 6266, D23)."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", name)[-80:].strip(".") or "file"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name[-120:], safe='')}"


def header(value: object) -> str:
    """A header's value as people read it, in one line."""
    text = str(value)[:LONGEST_HEADER]
    with suppress(ValueError, LookupError, AssertionError):  # hostile headers may break the decoder: shown as they came
        text = str(make_header(decode_header(text)))
    return " ".join(_HIDDEN.sub("", text.encode("utf-8", "replace").decode("utf-8")).split())


def _links_told(html: str) -> str:
    """HTML as nh3 writes it with each link's target behind its words, unless they say it. Links may stand in links."""
    told: list[str] = []
    open_links: list[tuple[str, int]] = []  # where each led, and where its words begin; no words: a link stood in it
    for piece in _LINK.split(html):
        if piece.startswith("<a") and _LINK.fullmatch(piece):
            target = _TARGET.search(piece)
            if open_links:
                open_links[-1] = (open_links[-1][0], -1)
            open_links.append((unescape(target[1]).strip() if target else "", len(told)))
        elif piece == "</a>" and open_links:
            led, begins = open_links.pop()
            told.append(_target(led, "".join(told[begins:]) if begins >= 0 else ""))
        else:
            told.append(piece)
    return "".join(told)


def _target(led: str, words: str) -> str:
    if not led or _plain(led) == _plain(unescape(_TAG.sub("", words))):
        return ""
    cut = led if len(led) <= _LONGEST_TARGET else f"{led[:_LONGEST_TARGET]}…"
    return f" <small>[leads to: {escape(cut, quote=False)}]</small>"


def _plain(address: str) -> str:
    return "".join(address.split()).removeprefix("mailto:").removeprefix("tel:").rstrip("/")


def _leaves(message: Message) -> Iterator[Message]:
    """Every part that holds something itself; a mail inside the mail is one file. Walked without recursion."""
    waiting, count = [message], 0
    while waiting and count < MOST_PARTS:
        part, count = waiting.pop(), count + 1
        inner = part.get_payload() if part.is_multipart() else None
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting.extend(each for each in reversed(inner) if isinstance(each, Message))
        else:
            yield part


def _body(found: list[Message], kind: str) -> Message | None:
    inline = (each for each in found if each.get_content_type() == kind and not _is_file(each))
    return next(inline, None)


def _is_file(part: Message) -> bool:
    return str(part.get("Content-Disposition", "")).strip().lower().startswith("attachment")


def _attached(number: int, part: Message) -> Attached:
    return Attached(number, _file_name(part, number), part.get_content_type()[:100], len(_content(part)))


def _file_name(part: Message, number: int) -> str:
    try:
        typed = part.get_filename() or ""
    except (ValueError, LookupError, AttributeError, TypeError):
        typed = ""
    name = PurePosixPath(header(typed).replace("\\", "/")).name
    ending = ".eml" if part.get_content_type() == "message/rfc822" else ""
    return name[:120] or f"part {number + 1}{ending}"


def _content(part: Message) -> bytes:
    if part.is_multipart():  # a mail inside the mail
        return b"\r\n".join(each.as_bytes() for each in part.get_payload() if isinstance(each, Message))
    try:
        content = part.get_payload(decode=True)
    except (LookupError, ValueError):  # a charset that is none, such as idna: the bytes do not need it
        part.del_param("charset")
        content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _words(part: Message) -> str:
    charset = part.get_content_charset() or "utf-8"
    try:
        words = _content(part).decode(charset, "replace")
    except (LookupError, ValueError):
        words = _content(part).decode("utf-8", "replace")
    return _HIDDEN.sub("", words.replace("\r\n", "\n")).encode("utf-8", "replace").decode("utf-8")


def _as_text(html: str) -> str:
    return inscriptis.get_text(html[:LONGEST_TEXT]) if html.strip() else ""
