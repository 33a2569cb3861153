"""Reading a posted form without changing a character of it.

Starlette's own parser puts replacement characters (or Latin-1) where the bytes are not UTF-8. Here such a form is
refused, with the name of the field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from fastapi import HTTPException, Request

MOST_FIELDS = 200
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Posted:
    """The fields of a form as they were sent: a name may have several values."""

    fields: Mapping[str, tuple[str, ...]]

    def first(self, name: str) -> str:
        """Give the first value of that name, or an empty text."""
        return self.fields.get(name, ("",))[0]

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of that name, in the order sent."""
        return self.fields.get(name, ())


async def posted(request: Request) -> Posted:
    """Read the form of a request; for use as `Annotated[Posted, Depends(posted)]`. `sent` gives it again.

    Raises HTTPException: 400 for bytes that are not UTF-8 or too many fields, 413 for a body over the limit of
    `web.security.Security`, 415 for another kind of body.
    """
    body = await request.body()
    kind = request.headers.get("content-type", _FORM).partition(";")[0].strip().lower()
    if body and kind != _FORM:
        raise HTTPException(415)
    request.state.posted = parse(body)
    return sent(request)


def sent(request: Request) -> Posted:
    """The form of a request, where its route took one; else an empty one."""
    read: Posted = getattr(request.state, "posted", Posted({}))
    return read


def written(request: Request) -> list[tuple[str, str]]:
    """What somebody wrote into the form of a request, of more than one word, to be shown again where the form cannot
    be: pairs of the field's name in words, and the text."""
    fields = sent(request).fields.items()
    return [(_in_words(name), text) for name, texts in fields for text in texts if len(text.split()) > 1]


def _in_words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()


def parse(body: bytes) -> Posted:
    """Read the body of a URL-encoded form. Raises HTTPException(400) as `posted` does."""
    pairs = [pair for pair in body.split(b"&") if pair]
    if len(pairs) > MOST_FIELDS:
        raise HTTPException(400, f"The form has more than {MOST_FIELDS} fields. Open its page again and fill in that.")
    fields: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        name, value = _pair(pair)
        fields[name] = (*fields.get(name, ()), value)
    return Posted(fields)


def _pair(pair: bytes) -> tuple[str, str]:
    raw_name, _, raw_value = pair.partition(b"=")
    try:
        name = _text(raw_name)
    except UnicodeDecodeError:
        raise HTTPException(400, "The name of a field is not readable text. Open the page again.") from None
    try:
        return name, _text(raw_value)
    except UnicodeDecodeError:
        raise HTTPException(400, _unreadable(name)) from None


def _text(raw: bytes) -> str:
    return unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")


def _unreadable(name: str) -> str:
    return (
        f"The text in the field “{name}” holds bytes that are not UTF-8, so some letters cannot be read, and we will "
        "not guess them. Go back, type that text again or paste it as plain text, and send the form again."
    )
