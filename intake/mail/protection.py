"""Mail whose words the program cannot read: encrypted, or held at a portal that sent a notice. Pure, linear."""

import re

from intake.mail.message import Understood

_ENCRYPTED = ("multipart/encrypted", "application/pgp-encrypted", "application/x-microsoft-rpmsg-message")
_SMIME = re.compile(r"application/(?:x-)?pkcs7-mime(?:;|$)")
_CONTAINER = re.compile(
    r"(?:message(?:_v\d)?\.rpmsg|securedoc[\w-]{0,40}\.html?|securemessage(?:att)?\.html?|message_zdm\.html?"
    r"|secure[ _-]?message\.html?|smime\.p7m|.{1,60}\.p7m|encrypted\.asc|.{1,60}\.pgp|secureemail.{0,40}\.html?)",
    re.IGNORECASE,
)
_PGP = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_KIND = r"(?:protected|encrypted|secured?|confidential)"
_NOTICE = re.compile(
    rf"""(?:has|have)\ssent\s(?:you\s)?an?\s{_KIND}\s(?:e-?mail|message|file|package)
        | you(?:['’]ve|\shave)\s(?:received|been\ssent|got)\san?\s(?:new\s)?{_KIND}\s(?:e-?mail|message|file|package
          |document)
        | {_KIND}\s(?:e-?mail|message)\s(?:is\s)?(?:waiting|from|for\syou|has\sbeen\ssent)
        | (?:secured\sby\segress|mimecast\ssecure\smessag|egress\ssecure\semail|cisco\sregistered\senvelope
          |proofpoint\sencryption
          |microsoft\spurview\smessage\sencryption|office\s365\smessage\sencryption|galaxkey|zixmail|cryptshare
            |trend\smicro\semail\sencryption)
        | (?:here\sis|use)\s(?:your|this)\s(?:one-time\s)?passcode | your\sone-time\spasscode""",
    re.IGNORECASE | re.VERBOSE,
)
_HOW_TO_OPEN = re.compile(
    r"""(?:read|open|view|access|see|download|unlock|decrypt)\s(?:(?:the|this|your|it)\s?)?(?:\w+\s){0,3}?(?:message|e-?mail|attachment|file|package|document)
        | sign\sin\b | log\sin\b | register\b | pass-?code | password | click\s(?:here|the|on|below) """,
    re.IGNORECASE | re.VERBOSE,
)
_LOOKED_AT = 3000
_WORDS_OF_A_NOTICE = 350
_WORDS_AROUND = 40  # that may stand around an encrypted block, such as a footer


def is_protected(understood: Understood) -> bool:
    kinds = understood.types
    if any(kind in _ENCRYPTED or (_SMIME.match(kind) and "signed" not in kind) for kind in kinds):
        return True
    if any(_SMIME.match(kind) for kind in kinds) and not understood.text.strip():
        return True  # signed so that only a program with S/MIME can show it
    if any(_CONTAINER.fullmatch(each.name) for each in understood.attachments) and _is_short(understood.text):
        return True
    pgp = _PGP.search(understood.text)
    if pgp:
        return len(understood.text[: pgp.start()].split()) <= _WORDS_AROUND
    return _is_notice(understood.text)


def _is_notice(text: str) -> bool:
    seen = text[:_LOOKED_AT]
    return _is_short(text) and bool(_NOTICE.search(seen)) and bool(_HOW_TO_OPEN.search(seen))


def _is_short(text: str) -> bool:
    return len(text) < 20_000 and len(text.split()) <= _WORDS_OF_A_NOTICE
