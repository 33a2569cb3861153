"""Replies to a letter, made the way mail programs make them: their headers, parts, class names and quoting.

Written from how the programs behave: `reply("gmail_web", letter, "RESOLVED", "Jo Smith <jo@x.example>", when)`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr, parsedate_to_datetime
from hashlib import sha256
from html import escape, unescape
from quopri import encodestring
from textwrap import wrap


@dataclass(frozen=True)
class Letter:
    """What a mail program shows of the letter that it answers."""

    sender: str
    sender_name: str
    answer_to: str
    to: str
    to_name: str
    subject: str
    date: datetime
    message_id: str
    references: str
    text: str
    html: str


@dataclass(frozen=True)
class Written:
    """What a program makes of the writer's words and the letter."""

    text: str | None
    html: str | None
    headers: tuple[tuple[str, str], ...] = ()
    prefix: str = "Re: "
    flowed: bool = False


def read_letter(raw: bytes) -> Letter:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    name, address = parseaddr(str(message["From"]))
    to_name, to = parseaddr(str(message["To"] or ""))
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    text = str(plain.get_content()) if plain else ""
    return Letter(
        sender=address,
        sender_name=name or address,
        answer_to=parseaddr(str(message["Reply-To"] or ""))[1] or address,
        to=to,
        to_name=to_name or to,
        subject=str(message["Subject"] or ""),
        date=parsedate_to_datetime(str(message["Date"])),
        message_id=str(message["Message-ID"] or ""),
        references=str(message["References"] or ""),
        text=text.replace("\r\n", "\n").rstrip("\n"),
        html=str(rich.get_content()) if rich else f"<p>{escape(text)}</p>",
    )


def reply(client: str, letter: bytes, words: str, sender: str, when: datetime, *more: tuple[str, str]) -> bytes:
    """The bytes of a reply as they arrive. `more` are headers on top, such as the boundary's."""
    shown = read_letter(letter)
    written = CLIENTS[client](shown, words, parseaddr(sender)[0] or sender)
    again = re.match(r"re:", shown.subject, re.IGNORECASE)
    answered = f"{shown.references} {shown.message_id}".strip()
    lines = [
        *more,
        ("From", sender),
        ("To", f"{shown.sender_name} <{shown.answer_to}>"),
        ("Subject", _encoded(shown.subject if again else f"{written.prefix}{shown.subject}")),
        ("Date", format_datetime(when)),
        ("Message-ID", f"<{sha256(f'{client}{words}{when}{sender}'.encode()).hexdigest()[:24]}@mail.example>"),
        ("In-Reply-To", shown.message_id),
        ("References", answered.replace(" ", "\r\n ")),
        ("MIME-Version", "1.0"),
        *written.headers,
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return head.encode() + _body(written)


def _encoded(words: str) -> str:
    return words if words.isascii() else Header(words, "utf-8").encode()


def _body(written: Written) -> bytes:
    parts = []
    if written.text is not None:
        flowed = "; format=flowed; delsp=yes" if written.flowed else ""
        parts.append(_part(f'text/plain; charset="utf-8"{flowed}', written.text))
    if written.html is not None:
        parts.append(_part('text/html; charset="utf-8"', written.html))
    if len(parts) == 1:
        return parts[0]
    fence = b"----=_Part_7f3a"
    inner = b"".join(b"--" + fence + b"\r\n" + part + b"\r\n" for part in parts)
    return b'Content-Type: multipart/alternative; boundary="' + fence + b'"\r\n\r\n' + inner + b"--" + fence + b"--\r\n"


def _part(kind: str, words: str) -> bytes:
    body = encodestring(words.encode()).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".encode() + body + b"\r\n"


def _outlook_fields(letter: Letter, day: str = "%d %B %Y %H:%M") -> list[tuple[str, str]]:
    return [
        ("From", f"{letter.sender_name} <{letter.sender}>"),
        ("Sent", f"{letter.date:{day}}"),
        ("To", f"{letter.to_name} <{letter.to}>"),
        ("Subject", letter.subject),
    ]


def _fields_text(fields: list[tuple[str, str]]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in fields)


def _fields_html(fields: list[tuple[str, str]]) -> str:
    return "<br>\n".join(f"<b>{name}:</b> {escape(value)}" for name, value in fields)


def _linked(text: str) -> str:
    """Outlook repeats each link behind it."""
    return re.sub(r"([\w.+-]+@[\w.-]+\w)", r"\1<mailto:\1>", re.sub(r"(https?://\S+)", r"\1<\1>", text))


def _inner(html: str) -> str:
    found = re.search(r"<body[^>]*>(.*)</body>", html, re.DOTALL | re.IGNORECASE)
    return found[1] if found else html


def _outlook_desktop(letter: Letter, words: str, name: str) -> Written:
    fields = _outlook_fields(letter)
    text = f"{words}\n\nKind regards\n{name}\n\n{_fields_text(fields)}\n\n{_linked(letter.text)}\n"
    lines = "".join(f"<p class=MsoNormal>{escape(line) or '<o:p>&nbsp;</o:p>'}</p>\n" for line in words.split("\n"))
    html = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40"><head>'
        '<meta name=Generator content="Microsoft Word 15 (filtered medium)"><style><!-- p.MsoNormal {margin:0cm;} '
        "--></style>"
        f'</head><body lang=EN-GB link="#0563C1"><div class=WordSection1>{lines}<p '
        f"class=MsoNormal><o:p>&nbsp;</o:p></p>"
        f"<p class=MsoNormal>Kind regards</p><p class=MsoNormal>{escape(name)}</p><div>"
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>"
        f"{_fields_html(fields)}<o:p></o:p></p></div></div><p "
        f"class=MsoNormal><o:p>&nbsp;</o:p></p>{_inner(letter.html)}"
        "</div></body></html>"
    )
    thread = (("Thread-Topic", "case"), ("Accept-Language", "en-GB, en-US"), ("X-MS-Has-Attach", ""))
    return Written(text, html, thread, "RE: ")


def _outlook_desktop_html_only(letter: Letter, words: str, name: str) -> Written:
    return Written(None, _outlook_desktop(letter, words, name).html, (), "RE: ")


def _outlook_web(letter: Letter, words: str, name: str) -> Written:
    fields = _outlook_fields(letter, "%A, %B %d, %Y %I:%M %p")
    text = f"{words}\n\n{name}\n\n{'_' * 32}\n{_fields_text(fields)}\n\n{letter.text}\n"
    lines = "".join(
        f'<div class="elementToProof" style="font-family: Aptos, sans-serif; font-size: '
        f'12pt;">{escape(line) or "<br>"}</div>'
        for line in (*words.split("\n"), "", name)
    )
    html = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        '<style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style></head><body '
        'dir="ltr">'
        f'{lines}<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
        '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" style="font-size:11pt" color="#000000">'
        f"{_fields_html(fields)}</font><div>&nbsp;</div></div><div>{_inner(letter.html)}</div></body></html>"
    )
    return Written(text, html, (("Thread-Topic", "case"),))


def _outlook_mobile(letter: Letter, words: str, name: str) -> Written:
    fields = _outlook_fields(letter, "%A, %B %d, %Y %I:%M:%S %p")
    app = "Get Outlook for iOS<https://aka.ms/o0ukef>"
    text = f"{words}\n\n{app}\n{'_' * 32}\n{_fields_text(fields)}\n\n{letter.text}\n"
    lines = "".join(f'<div dir="ltr">{escape(line) or "<br>"}</div>' for line in words.split("\n"))
    html = (
        f'<html><head></head><body dir="ltr">{lines}<div id="ms-outlook-mobile-signature"><div><br></div>Get '
        '<a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><div id="mail-editor-reference-message-container" '
        'class="ms-outlook-mobile-reference-message"><hr style="display: inline-block; width: 98%;">'
        f'<div id="divRplyFwdMsg" dir="ltr">{_fields_html(fields)}<br></div>{_inner(letter.html)}</div></body></html>'
    )
    return Written(text, html)


def _outlook_mac(letter: Letter, words: str, name: str) -> Written:
    fields = [("From", f"{letter.sender_name} <{letter.sender}>"), ("Date", f"{letter.date:%A, %d %B %Y at %H:%M}")]
    fields += [("To", f"{letter.to_name} <{letter.to}>"), ("Subject", letter.subject)]
    lines = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in words.split("\n"))
    html = (
        f'<html><head></head><body style="word-wrap: break-word;">{lines}<div><br></div><span '
        f'id="OLK_SRC_BODY_SECTION">'
        '<div style="border-top: #b5c4df 1pt solid; border-right: medium none; text-align:left;">'
        f"{_fields_html(fields)}</div><div><br></div>{_inner(letter.html)}</span></body></html>"
    )
    return Written(None, html)


def _gmail_line(letter: Letter) -> str:
    return f"On {letter.date:%a, %-d %b %Y at %H:%M}, {letter.sender_name} <{letter.sender}> wrote:"


def _quoted(text: str, width: int = 0) -> str:
    lines = text.split("\n")
    folded = [piece for line in lines for piece in (wrap(line, width) if width and line else [line])]
    return "\n".join(f"> {line}".rstrip() for line in folded)


def _gmail_web(letter: Letter, words: str, name: str) -> Written:
    line = "\n".join(wrap(_gmail_line(letter), 76, break_long_words=False))
    text = f"{words}\n\n{line}\n\n{_quoted(letter.text, 74)}\n"
    new = "".join(f"<div>{escape(each) or '<br>'}</div>" for each in words.split("\n"))
    shown = escape(_gmail_line(letter)).replace(
        f"&lt;{letter.sender}&gt;", f'&lt;<a href="mailto:{letter.sender}">{letter.sender}</a>&gt;'
    )
    html = (
        f'<div dir="ltr">{new}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
        f'class="gmail_attr">'
        f'{shown}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid '
        f'rgb(204,204,204);padding-left:1ex">{_inner(letter.html)}</blockquote></div>\n'
    )
    return Written(text, html)


def _gmail_android(letter: Letter, words: str, name: str) -> Written:
    text = f"{words}\n\n{_gmail_line(letter).replace(' <', ' <' + chr(10), 1)}\n\n{_quoted(letter.text, 74)}\n"
    new = '<div dir="auto"></div>'.join(f'<div dir="auto">{escape(each)}</div>' for each in words.split("\n"))
    html = (
        f'<div dir="auto">{new}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'{escape(_gmail_line(letter))}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 '
        f".8ex;border-left:1px "
        f'#ccc solid;padding-left:1ex">{_inner(letter.html)}</blockquote></div>'
    )
    return Written(text, html)


def _apple_line(letter: Letter) -> str:
    return f"On {letter.date:%-d %b %Y, at %H:%M}, {letter.sender_name} <{letter.sender}> wrote:"


def _apple_mail(letter: Letter, words: str, name: str) -> Written:
    text = f"{words}\n\n{name}\n\n> {_apple_line(letter)}\n> \n{_quoted(letter.text)}\n\n"
    new = "".join(f"<div>{escape(each) or '<br>'}</div>" for each in words.split("\n"))
    html = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body '
        f'style="overflow-wrap: break-word; -webkit-nbsp-mode: space;">{new}<div><br></div><div>{escape(name)}<br><div>'
        f'<br><blockquote type="cite"><div>{escape(_apple_line(letter))}</div><br class="Apple-interchange-newline">'
        f"<div>{_inner(letter.html)}</div></blockquote></div><br></div></body></html>"
    )
    return Written(text, html, (("X-Mailer", "Apple Mail (2.3826.300.87.4.3)"),), flowed=True)


def _ios_mail(letter: Letter, words: str, name: str) -> Written:
    text = f"{words}\n\nSent from my iPhone\n\n> {_apple_line(letter)}\n> \n{_quoted(letter.text)}\n"
    new = "<div><br></div>".join(f"<div>{escape(each)}</div>" for each in words.split("\n\n"))
    html = (
        f'<html><head></head><body dir="auto">{new.replace(chr(10), "<br>")}<br id="lineBreakAtBeginningOfSignature">'
        f'<div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote '
        f'type="cite">{escape(_apple_line(letter))}'
        f'<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{_inner(letter.html)}</div></blockquote>'
        "</body></html>"
    )
    return Written(text, html, (("X-Mailer", "iPhone Mail (22G86)"),))


def _lotus_notes(letter: Letter, words: str, name: str) -> Written:
    text = (
        f"{words}\n\n{name}\n\n\n\nFrom:\t{letter.sender_name} <{letter.sender}>\nTo:\t{letter.to_name} <{letter.to}>\n"
        f"Date:\t{letter.date:%d/%m/%Y %H:%M}\nSubject:\t{letter.subject}\n\n\n\n{letter.text}\n"
    )
    return Written(text, None, (("X-Mailer", "IBM Notes Release 9.0.1 October 14, 2013"),))


def _samsung(letter: Letter, words: str, name: str) -> Written:
    date = f"{letter.date:%d/%m/%Y %H:%M} (GMT+00:00)"
    text = (
        f"{words}\n\n\nSent from my Galaxy\n\n\n-------- Original message --------\nFrom: {letter.sender_name} "
        f"<{letter.sender}>\n"
        f"Date: {date}\nTo: {letter.to_name} <{letter.to}>\nSubject: {letter.subject}\n\n{letter.text}\n"
    )
    new = "".join(f'<div dir="auto">{escape(each) or "<br>"}</div>' for each in words.split("\n"))
    html = (
        f'<html><head></head><body dir="auto">{new}<div dir="auto"><br></div><div id="composer_signature" '
        f'dir="auto"><div '
        'style="font-size:12px;color:#575757" dir="auto">Sent from my Galaxy</div></div><div><br></div><div '
        'align="left" '
        f'dir="auto" style="font-size:100%;color:#000000"><div>-------- Original message --------</div><div>From: '
        f"{escape(letter.sender_name)} &lt;{letter.sender}&gt; </div><div>Date: {date} </div><div>To: "
        f"{escape(letter.to_name)} "
        f"&lt;{letter.to}&gt; </div><div>Subject: {escape(letter.subject)} "
        f"</div><div><br></div></div>{_inner(letter.html)}"
        "</body></html>"
    )
    return Written(text, html)


def _thunderbird(letter: Letter, words: str, name: str) -> Written:
    line = f"On {letter.date:%d/%m/%Y %H:%M}, {letter.sender_name} wrote:"
    text = f"{words}\n\n{line}\n{_quoted(letter.text)}\n\n-- \n{name}\nTeam Manager\n"
    new = "".join(f"<p>{escape(each).replace(chr(10), '<br>')}</p>" for each in words.split("\n\n"))
    html = (
        f'<html><head></head><body>{new}<div class="moz-cite-prefix">{escape(line)}<br></div><blockquote type="cite" '
        f'cite="mid:x@y">{_inner(letter.html)}</blockquote><pre class="moz-signature" cols="72">-- '
        f"\n{escape(name)}</pre>"
        "</body></html>"
    )
    return Written(text, html, (("User-Agent", "Mozilla Thunderbird"),))


CLIENTS: dict[str, Callable[[Letter, str, str], Written]] = {
    "outlook_desktop": _outlook_desktop,
    "outlook_desktop_html_only": _outlook_desktop_html_only,
    "outlook_web": _outlook_web,
    "outlook_mobile": _outlook_mobile,
    "outlook_mac": _outlook_mac,
    "gmail_web": _gmail_web,
    "gmail_android": _gmail_android,
    "apple_mail": _apple_mail,
    "ios_mail": _ios_mail,
    "lotus_notes": _lotus_notes,
    "samsung": _samsung,
    "thunderbird": _thunderbird,
}


def html_only(raw: bytes) -> bytes:
    """The same reply where only its HTML part is left, as some gateways leave it."""
    head, _, body = raw.partition(b"\r\n\r\n")
    found = re.search(rb"(Content-Type: text/html.*?)\r\n--", body, re.DOTALL)
    if not found:
        return raw
    kept = re.sub(rb"\r\nContent-Type: multipart.*", b"", head, flags=re.DOTALL)
    return kept + b"\r\n" + found[1] + b"\r\n"


def vacation(letter: bytes, words: str, sender: str, when: datetime, *more: tuple[str, str]) -> bytes:
    """An automatic reply as Exchange sends it."""
    shown = read_letter(letter)
    lines = [
        *more,
        ("From", sender),
        ("To", f"<{shown.sender}>"),
        ("Subject", _encoded(f"Automatic reply: {shown.subject}")),
        ("Date", format_datetime(when + timedelta(seconds=2))),
        ("Message-ID", f"<{sha256(f'away{words}{when}'.encode()).hexdigest()[:24]}@mail.example>"),
        ("In-Reply-To", shown.message_id),
        ("References", shown.message_id),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-MS-Exchange-Inbox-Rules-Loop", parseaddr(sender)[1]),
        ("MIME-Version", "1.0"),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in lines)
    return head.encode() + _part('text/plain; charset="utf-8"', unescape(words))
