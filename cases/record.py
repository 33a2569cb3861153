"""The chain of the written log: one chain of SHA-256 hashes a case, and a chained daily checkpoint a partnership.

An entry's hash covers a salted commitment to its content, and the salt is sealed with the content. So destroying a
case's key erases what was written without breaking the chain. A chain alone cannot show that its end was cut off or
that a whole case is gone: only a checkpoint can, which is why its hash goes into the digest.
"""

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import cast

import rfc8785

from cases.vault import JSON, Key, Unreadable, Unsealable

_VERSION = 1
_SALT_BYTES = 32
_CONTENT = "the content is not what was written"


@dataclass(frozen=True)
class Entry:
    """What a decision writes. `content` is personal and sealed; all else stays readable for good."""

    case_id: str
    sequence: int
    at: datetime
    kind: str
    clause: str | None
    basis: str | None
    content: Mapping[str, JSON]
    erased: bool = False


@dataclass(frozen=True)
class Head:
    """How far a case's chain has come: its length, and the hash of its last entry."""

    case_id: str
    length: int
    hash: str


@dataclass(frozen=True)
class Link:
    """An entry as it is stored. Hashes and the commitment are 64 hex digits."""

    case_id: str
    sequence: int
    at: datetime
    kind: str
    clause: str | None
    basis: str | None
    previous: str
    commitment: str
    hash: str
    sealed: bytes

    @property
    def head(self) -> Head:
        return Head(self.case_id, self.sequence, self.hash)


@dataclass(frozen=True)
class Checkpoint:
    """Every case's head in one partnership at the end of a local day, chained to the day before."""

    partnership: str
    day: date
    previous_hash: str
    heads: tuple[Head, ...]
    hash: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with a chain, in plain words. All before the first fault's `sequence` is sound.

    In a chain of checkpoints `sequence` counts checkpoints from 1, and `case_id` is None unless one case is meant.
    """

    case_id: str | None
    sequence: int
    what: str


class Broken(Exception):
    """The record is not what was written, or is about to be written out of turn: stop, and tell business support."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"Case {fault.case_id}, entry {fault.sequence}: {fault.what}. Nothing more is written to it.")
        self.fault = fault


def genesis(case_id: str) -> Head:
    """The head of a chain with no entries."""
    return Head(case_id, 0, _beginning("case", case_id))


def chained(entry: Entry, previous: Head, key: Key) -> Link:
    """The next link of the chain. Raises Broken if it is not the next, Unsealable if the content is not plain JSON in
    valid Unicode, ValueError if the time has no zone."""
    if (entry.case_id, entry.sequence) != (previous.case_id, previous.length + 1):
        what = f"case {previous.case_id} stands at entry {previous.length}, so this one does not come next"
        raise Broken(Fault(entry.case_id, entry.sequence, what))
    salt, content = secrets.token_bytes(_SALT_BYTES), dict(entry.content)
    about = _about(entry.case_id, entry.sequence)
    commitment = _commitment(salt, content, about)
    sealed = key.seal({"salt": salt.hex(), "content": content}, about=about)
    written = (entry.case_id, entry.sequence, entry.at, entry.kind, entry.clause, entry.basis)
    link = Link(*written, previous=previous.hash, commitment=commitment, hash="", sealed=sealed)
    return replace(link, hash=_hash(link))


def read(link: Link, key: Key | None) -> Entry:
    """The entry as it was written; with no key (destroyed) it has no content and is marked erased. Raises Broken."""
    what = _altered(link)
    if what:
        raise Broken(Fault(link.case_id, link.sequence, what))
    content = _opened(link, key) if key else {}
    if content is None:
        raise Broken(Fault(link.case_id, link.sequence, _CONTENT))
    written = (link.case_id, link.sequence, link.at, link.kind, link.clause, link.basis)
    return Entry(*written, content, erased=key is None)


def verify(links: Iterable[Link], key: Key | None, expected: Head | None) -> list[Fault]:
    """Every fault of one case's chain, the first bad entry first, one an entry; none means sound.

    `links` come in the order of the store. Without a key the content is erased and only the chain is checked.
    `expected` is a head from a checkpoint, of today or of long ago: the chain must still pass through it.
    """
    rows = list(links)
    case_id = expected.case_id if expected else rows[0].case_id if rows else ""
    own = [row for row in rows if row.case_id == case_id]
    faults: dict[int, str] = {}
    # The first thing found about an entry stands, so the most telling check comes first.
    for found in (
        _strangers(rows, case_id),
        _misplaced([row.sequence for row in own]),
        _unsound(own, key),
        _unjoined(own, genesis(case_id), faults),
        _unwitnessed(own, expected),
    ):
        for sequence, what in found:
            faults.setdefault(sequence, what)
    return [Fault(case_id, sequence, what) for sequence, what in sorted(faults.items())]


def checkpoint(partnership: str, day: date, previous: Checkpoint | None, heads: Iterable[Head]) -> Checkpoint:
    """The day's checkpoint. Raises ValueError if it does not come after `previous`, or lists a case twice."""
    if previous and (previous.partnership != partnership or previous.day >= day):
        raise ValueError(f"A checkpoint of {partnership} on {day} cannot follow {previous.partnership} {previous.day}.")
    listed = tuple(sorted(heads, key=lambda head: head.case_id))
    if len({head.case_id for head in listed}) < len(listed):
        raise ValueError(f"The checkpoint of {partnership} on {day} lists a case twice.")
    before = previous.hash if previous else _beginning("checkpoints", partnership)
    blank = Checkpoint(partnership, day, before, listed, hash="")
    return replace(blank, hash=_checkpoint_hash(blank))


def verify_checkpoints(checkpoints: Iterable[Checkpoint], witnessed: str | None) -> list[Fault]:
    """Every fault of one partnership's chain of checkpoints, in order. Only against `witnessed`, a hash that a digest
    carried, can a cut tail or a chain written anew be seen."""
    days = list(checkpoints)
    faults = [
        Fault(None, place, f"the checkpoint of {day.day} was altered: its hash does not fit")
        for place, day in enumerate(days, start=1)
        if _checkpoint_hash(day) != day.hash
    ]
    if days and days[0].previous_hash != _beginning("checkpoints", days[0].partnership):
        faults.append(Fault(None, 1, f"the checkpoint of {days[0].day} is not the first: earlier ones are missing"))
    for place, (before, after) in enumerate(pairwise(days), start=2):
        faults += _step_faults(place, before, after)
    if witnessed and witnessed not in {day.hash for day in days}:
        faults.append(Fault(None, len(days) + 1, f"no checkpoint here has the hash {witnessed} that a digest carried"))
    return sorted(faults, key=lambda fault: fault.sequence)


def _strangers(rows: Sequence[Link], case_id: str) -> Iterable[tuple[int, str]]:
    return ((row.sequence, f"the entry belongs to case {row.case_id}") for row in rows if row.case_id != case_id)


def _misplaced(sequences: Sequence[int]) -> Iterable[tuple[int, str]]:
    for sequence, times in Counter(sequences).items():
        if times > 1:
            yield sequence, f"the entry is there {times} times"
    for before, after in pairwise(sorted({0, *(sequence for sequence in sequences if sequence > 0)})):
        if after > before + 1:
            gone = f"entry {before + 1} is" if after == before + 2 else f"entries {before + 1} to {after - 1} are"
            yield before + 1, f"{gone} missing"
    for stands, belongs in zip(sequences, sorted(sequences), strict=True):
        if stands != belongs:
            yield belongs, f"the entries were reordered: entry {stands} stands in the place of entry {belongs}"
            return


def _unsound(rows: Sequence[Link], key: Key | None) -> Iterable[tuple[int, str]]:
    for row in rows:
        what = _altered(row) or (_CONTENT if key and _opened(row, key) is None else None)
        if what:
            yield row.sequence, what


def _unjoined(rows: Sequence[Link], start: Head, faults: Mapping[int, str]) -> Iterable[tuple[int, str]]:
    heads = [start, *(row.head for row in sorted(rows, key=lambda row: row.sequence))]
    links = {row.sequence: row for row in rows}
    for before, after in pairwise(heads):
        sound = before.length not in faults and after.length not in faults
        if sound and after.length == before.length + 1 and links[after.length].previous != before.hash:
            # Both hold together by themselves, so one was written anew, and only what came before both is proven.
            yield max(before.length, 1), f"entries {before.length} and {after.length} do not join: one was replaced"


def _unwitnessed(rows: Sequence[Link], expected: Head | None) -> Iterable[tuple[int, str]]:
    if expected is None or not expected.length:
        return
    last = max((row.sequence for row in rows), default=0)
    if last < expected.length:
        yield last + 1, f"the record was cut: {last} of the {expected.length} entries that a checkpoint saw are left"
    elif expected not in [row.head for row in rows]:
        yield expected.length, "the entry is not the one that a checkpoint saw: this one or one before it was replaced"


def _altered(link: Link) -> str | None:
    try:
        sound = _hash(link) == link.hash
    except ValueError:
        sound = False
    return None if sound else "the entry was altered: its hash does not fit"


def _opened(link: Link, key: Key) -> Mapping[str, JSON] | None:
    about = _about(link.case_id, link.sequence)
    try:
        inside = cast(Mapping[str, JSON], key.open(link.sealed, about=about))
    except Unreadable:
        return None
    content = cast(Mapping[str, JSON], inside["content"])
    committed = _commitment(bytes.fromhex(cast(str, inside["salt"])), content, about)
    return content if committed == link.commitment else None


def _about(case_id: str, sequence: int) -> str:
    return f"entry:{case_id}:{sequence}"


def _commitment(salt: bytes, content: Mapping[str, JSON], about: str) -> str:
    try:
        return hmac.digest(salt, rfc8785.dumps(content), "sha256").hex()
    except ValueError:
        raise Unsealable(about) from None


def _hash(link: Link) -> str:
    named = ("previous", "case_id", "sequence", "kind", "clause", "basis", "commitment")
    fields: dict[str, JSON] = {name: getattr(link, name) for name in named}
    return _sha256(fields | {"version": _VERSION, "at": _utc(link.at)})


def _utc(at: datetime) -> str:
    if at.tzinfo is None:
        raise ValueError("The time of an entry needs a time zone.")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _sha256(fields: Mapping[str, JSON]) -> str:
    return hashlib.sha256(rfc8785.dumps(fields)).hexdigest()


def _beginning(of: str, name: str) -> str:
    return _sha256({"version": _VERSION, "beginning": of, "name": name})


def _checkpoint_hash(day: Checkpoint) -> str:
    fields: dict[str, JSON] = {"version": _VERSION, "partnership": day.partnership, "day": day.day.isoformat()}
    heads: JSON = [[head.case_id, head.length, head.hash] for head in day.heads]
    return _sha256(fields | {"previous": day.previous_hash, "heads": heads})


def _step_faults(place: int, before: Checkpoint, after: Checkpoint) -> Iterable[Fault]:
    if after.previous_hash != before.hash:
        yield Fault(None, place, f"the checkpoint of {after.day} does not follow that of {before.day}")
    now = {head.case_id: head for head in after.heads}
    for head in before.heads:
        later = now.get(head.case_id)
        if later is None:
            yield Fault(head.case_id, place, f"the case is gone from the checkpoint of {after.day}")
        elif later.length < head.length or (later.length == head.length and later.hash != head.hash):
            yield Fault(head.case_id, place, f"the case was cut or rewritten before the checkpoint of {after.day}")
