"""Bytes → the parts of a message, by the standard library's parser, with what makes it slow cut off on the way.

The parser looks at each line once for each level of parts, and reads parameters in a time that grows with their square:
so depth and header length are bounded while it parses (guarantees D20), not after.
"""

from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32, compat32

HEADER_BYTES = 32 * 1024
PARAMETERS = 4096
DEEPEST = 40  # twice the depth that is read, since an enclosed message is a level of its own


class TooDeep(ValueError):
    """Parts lie too deep in one another."""


class _Part(Message):
    """A part that knows how deep it lies."""

    level = 0

    def attach(self, payload: Message) -> None:  # type: ignore[override]  # the parser attaches nothing but parts
        if isinstance(payload, _Part):
            payload.level = self.level + 1
            if payload.level > DEEPEST:
                raise TooDeep
        super().attach(payload)


class _Short(Compat32):
    """Takes any header, and keeps one letter more of it than is allowed, so that the cut can be seen."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = compat32.header_source_parse(sourcelines)
        longest = PARAMETERS if name.lower() in ("content-type", "content-disposition") else HEADER_BYTES
        return name, value[: longest + 1]


_POLICY = _Short(message_factory=_Part)


def parse(raw: bytes, headers_only: bool = False) -> Message:
    """Raises RecursionError, TypeError or ValueError (such as TooDeep) where the parts cannot be told apart."""
    return BytesParser(policy=_POLICY).parsebytes(raw, headersonly=headers_only)
