"""The one module that sees keys: everything personal is sealed and opened here (AES-256-GCM, NIST SP 800-38D).

    VaultError
     ├ MasterKeyError   the key file is missing something
     ├ KeyDestroyed     the content was erased on purpose
     ├ Unreadable       the stored bytes are not what was sealed here
     └ Unsealable       the content is not plain JSON

No message of these errors holds content or key material.
"""

import base64
import binascii
import hmac
import json
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Self, TypeAlias, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

JSON: TypeAlias = "None | bool | int | float | str | Sequence[JSON] | Mapping[str, JSON]"

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_FORMAT = b"\x01"
_ID = r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}"
_LINE = re.compile(rf"(?P<id>{_ID})\s*:\s*(?P<key>\S+)")


class VaultError(Exception):
    """Any trouble with keys or sealed content."""


class MasterKeyError(VaultError):
    """A master key or look-up secret is missing or malformed; the message names the remedy."""


class KeyDestroyed(VaultError):
    """The key was destroyed, which is how content is erased. Nothing brings it back."""

    def __init__(self, subject: str) -> None:
        super().__init__(f"The key of {subject} was destroyed, so its content is erased and cannot be shown.")


class Unreadable(VaultError):
    """Stored bytes do not open: altered, cut short, or put in another's place."""

    def __init__(self, thing: str) -> None:
        super().__init__(
            f"{thing} cannot be opened: its stored bytes were altered or belong elsewhere. Restore it from a backup."
        )


class Unsealable(VaultError):
    """Content that JSON cannot hold faithfully (NaN, broken Unicode, a foreign type)."""

    def __init__(self, thing: str) -> None:
        super().__init__(f"The content of {thing} is not plain JSON in valid Unicode. Clean it before it is stored.")


class Key:
    """The opened key of one case or tray. `about` says where the bytes belong, and they open only there."""

    __slots__ = ("_cipher",)

    def __init__(self, raw: bytes) -> None:
        self._cipher = AESGCM(_whole(raw, "A case or tray key"))

    def __repr__(self) -> str:
        return "Key(***)"

    def seal(self, content: JSON, *, about: str) -> bytes:
        """Raises Unsealable."""
        try:
            text = json.dumps(content, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError):
            raise Unsealable(about) from None
        return _seal(self._cipher, text.encode(), b"json", about)

    def open(self, sealed: bytes, *, about: str) -> JSON:
        """Raises Unreadable."""
        return cast(JSON, json.loads(_open(self._cipher, sealed, b"json", about)))

    def seal_bytes(self, content: bytes, *, about: str) -> bytes:
        """For raw mail and attachments."""
        return _seal(self._cipher, content, b"bytes", about)

    def open_bytes(self, sealed: bytes, *, about: str) -> bytes:
        """Raises Unreadable."""
        return _open(self._cipher, sealed, b"bytes", about)


def new_key() -> bytes:
    """A fresh case or tray key: wrap it before it is stored."""
    return secrets.token_bytes(KEY_BYTES)


class MasterKeys:
    """The keys that wrap every other key. Only the current one wraps; all of them unwrap."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        if current not in keys:
            raise MasterKeyError(f"There is no master key '{current}'. Add its line to the key file.")
        self._ciphers = {id: AESGCM(_whole(raw, f"Master key '{id}'")) for id, raw in keys.items()}
        self._current = current

    def __repr__(self) -> str:
        return f"MasterKeys({', '.join(self._ciphers)}; current {self._current})"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read lines of `id:base64`, the first being current. Blank lines and lines that begin with # are skipped."""
        keys: dict[str, bytes] = {}
        for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
            if line.strip() and not line.lstrip().startswith("#"):
                _add_line(keys, line.strip(), number)
        if not keys:
            raise MasterKeyError("The master key file holds no key. Make one, and back it up apart from the database.")
        return cls(keys, next(iter(keys)))

    @staticmethod
    def new_text(older: str = "") -> str:
        """A key file's text with a fresh key as the current one; give the present text as `older` to rotate."""
        if older.strip():
            MasterKeys.parse(older)
        line = f"{secrets.token_hex(4)}:{base64.b64encode(new_key()).decode()}\n"
        return line + older.removeprefix("\ufeff")

    def wrap(self, key: bytes, subject: str) -> bytes:
        """Wrap a key for `subject` (such as `case:17`), under which alone it unwraps."""
        id = self._current.encode()
        return bytes([len(id)]) + id + _seal(self._ciphers[self._current], key, b"key:" + id, subject)

    def unwrap(self, wrapped: bytes | None, subject: str) -> bytes:
        """Raises KeyDestroyed where nothing is stored any more, MasterKeyError, Unreadable."""
        if not wrapped:
            raise KeyDestroyed(subject)
        id, sealed = _split(wrapped, subject)
        cipher = self._ciphers.get(id)
        if cipher is None:
            raise MasterKeyError(
                f"The key of {subject} is wrapped by master key {id!r}, which the key file does not hold."
                " Put that line back below the current one."
            )
        return _open(cipher, sealed, b"key:" + id.encode(), subject)

    def open(self, wrapped: bytes | None, subject: str) -> Key:
        """The key of `subject`, ready for use. Raises as `unwrap` does."""
        return Key(self.unwrap(wrapped, subject))

    def rewrap(self, wrapped: bytes, subject: str) -> bytes:
        """Rotation: the same key under the current master key; the same bytes if it is there already."""
        key = self.unwrap(wrapped, subject)
        return wrapped if _split(wrapped, subject)[0] == self._current else self.wrap(key, subject)


class Tokens:
    """Keyed look-up tokens, so that equal content can be found without being readable (HMAC-SHA-256)."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < KEY_BYTES:
            raise MasterKeyError(f"The look-up secret is shorter than {KEY_BYTES} bytes. Make a longer random one.")
        self._secret = secret

    def __repr__(self) -> str:
        return "Tokens(***)"

    def lookup(self, kind: str, value: str) -> str:
        """64 hex digits. A `child` matches whatever the case, spacing or Unicode form; other kinds (`sender`,
        `message_id`) fold ASCII case only, since look-alike letters make another address."""
        plain = _folded(value) if kind == "child" else value.strip()
        # Headers of hostile mail may hold lone surrogates, and must still be found again.
        exact = plain.encode("utf-8", "surrogatepass").lower()
        return hmac.digest(self._secret, kind.encode() + b"\0" + exact, "sha256").hex()


def _folded(value: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", value).casefold().split())


def _whole(raw: bytes, name: str) -> bytes:
    if len(raw) != KEY_BYTES:
        raise MasterKeyError(f"{name} has {len(raw)} bytes and needs {KEY_BYTES}.")
    return raw


def _add_line(keys: dict[str, bytes], line: str, number: int) -> None:
    found = _LINE.fullmatch(line)
    if not found:
        raise MasterKeyError(f"Line {number} of the master key file is not of the form id:base64.")
    if found["id"] in keys:
        raise MasterKeyError(f"Line {number} of the master key file repeats the id '{found['id']}'. Rename one.")
    try:
        raw = base64.b64decode(found["key"], validate=True)
    except binascii.Error:
        raise MasterKeyError(f"Line {number} of the master key file does not hold base64 after its colon.") from None
    keys[found["id"]] = _whole(raw, f"Master key '{found['id']}' on line {number}")


def _seal(cipher: AESGCM, content: bytes, sort: bytes, about: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _FORMAT + nonce + cipher.encrypt(nonce, content, _bound_to(sort, about))


def _open(cipher: AESGCM, sealed: bytes, sort: bytes, about: str) -> bytes:
    body = sealed[len(_FORMAT) :]
    if sealed[: len(_FORMAT)] != _FORMAT or len(body) < _NONCE_BYTES + _TAG_BYTES:
        raise Unreadable(about)
    try:
        return cipher.decrypt(body[:_NONCE_BYTES], body[_NONCE_BYTES:], _bound_to(sort, about))
    except InvalidTag:
        raise Unreadable(about) from None


def _bound_to(sort: bytes, about: str) -> bytes:
    return _FORMAT + sort + b"\0" + about.encode()


def _split(wrapped: bytes, subject: str) -> tuple[str, bytes]:
    end = 1 + wrapped[0]
    id = wrapped[1:end].decode("ascii", "replace")
    if not re.fullmatch(_ID, id):
        raise Unreadable(f"The wrapped key of {subject}")
    return id, wrapped[end:]
