"""The written log's chain: whatever is done to it is found, and the first bad entry is named."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import rfc8785
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cases.record import (
    Broken,
    Checkpoint,
    Entry,
    Fault,
    Head,
    Link,
    chained,
    checkpoint,
    genesis,
    read,
    verify,
    verify_checkpoints,
)
from cases.vault import JSON, Key, Unsealable, new_key

PROPERTY = settings(deadline=None, max_examples=60)
KEY = Key(new_key())
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LENGTHS = st.integers(1, 6)


def entry(case_id: str, sequence: int, **content: JSON) -> Entry:
    at = NOON + timedelta(hours=sequence)
    words = f"Jo Bright answered for Mia, entry {sequence}"
    return Entry(case_id, sequence, at, "answered", "chscp 3.2", "said", {"words": words, **content})


def chain(length: int, case_id: str = "17", key: Key = KEY) -> list[Link]:
    links: list[Link] = []
    head = genesis(case_id)
    for sequence in range(1, length + 1):
        links.append(chained(entry(case_id, sequence), head, key))
        head = links[-1].head
    return links


def rehashed(link: Link) -> Link:
    """The same link with a hash that fits, as somebody who knows the format would forge it."""
    fields: dict[str, Any] = {
        "version": 1,
        "previous": link.previous,
        "case_id": link.case_id,
        "sequence": link.sequence,
        "at": link.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "kind": link.kind,
        "clause": link.clause,
        "basis": link.basis,
        "commitment": link.commitment,
    }
    return replace(link, hash=hashlib.sha256(rfc8785.dumps(fields)).hexdigest())


def flipped(text: str, place: int) -> str:
    return text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :]


# Writing and reading


@PROPERTY
@given(LENGTHS)
def test_a_chain_verifies_and_reads_back_what_was_written(length: int) -> None:
    links = chain(length)
    assert verify(links, KEY, links[-1].head) == []
    assert [read(link, KEY) for link in links] == [entry("17", sequence) for sequence in range(1, length + 1)]


def test_the_hash_is_over_the_documented_fields() -> None:
    link = chain(2)[1]
    assert rehashed(replace(link, hash="")) == link


def test_each_link_names_the_one_before_it() -> None:
    first, second = chain(2)
    assert first.previous == genesis("17").hash
    assert second.previous == first.hash
    assert second.head == Head("17", 2, second.hash)


def test_every_case_begins_differently() -> None:
    assert genesis("17").hash != genesis("18").hash


@PROPERTY
@given(st.text(alphabet="abcdefghij ", min_size=8))
def test_a_stored_link_holds_no_personal_words(words: str) -> None:
    link = chained(entry("17", 1, more=words), genesis("17"), KEY)
    shown = repr(replace(link, sealed=b"")).encode() + link.sealed
    assert words.encode() not in shown
    assert b"Mia" not in shown


def test_the_same_words_leave_no_equal_commitment() -> None:
    one, other = (chained(entry("17", 1), genesis("17"), KEY) for _ in range(2))
    assert one.commitment != other.commitment


@pytest.mark.parametrize("content", [{"n": 1e20}, {"n": 1.0}, {"n": -0.0}, {"n": 0.1}, {"n": None, "list": [1, "é"]}])
def test_numbers_keep_their_commitment_when_read_back(content: dict[str, JSON]) -> None:
    link = chained(replace(entry("17", 1), content=content), genesis("17"), KEY)
    assert read(link, KEY).content == content


@pytest.mark.parametrize("bad", [float("nan"), 2**60, "jo\udce9", object()])
def test_content_with_no_canonical_form_is_refused_by_place_not_by_value(bad: JSON) -> None:
    with pytest.raises(Unsealable, match="content of entry:17:1 is not plain JSON"):
        chained(entry("17", 1, bad=bad), genesis("17"), KEY)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        chained(replace(entry("17", 1), at=datetime(2026, 11, 23, 12)), genesis("17"), KEY)  # noqa: DTZ001 - the fault


def test_the_zone_a_time_comes_in_does_not_matter() -> None:
    link = chain(1)[0]
    summer = replace(link, at=link.at.astimezone(timezone(timedelta(hours=1))))
    assert verify([summer], KEY, link.head) == []


@pytest.mark.parametrize(("case_id", "sequence"), [("17", 2), ("17", 4), ("18", 3), ("17", 0)])
def test_an_entry_out_of_turn_is_not_written(case_id: str, sequence: int) -> None:
    head = chain(2)[-1].head
    with pytest.raises(Broken, match=f"Case {case_id}, entry {sequence}: case 17 stands at entry 2"):
        chained(entry(case_id, sequence), head, KEY)


# Altered


FIELDS: dict[str, Any] = {
    "at": NOON + timedelta(microseconds=1),
    "kind": "resolved",
    "clause": None,
    "basis": "our choice",
    "previous": "0" * 64,
    "commitment": "0" * 64,
    "hash": "0" * 64,
    "sealed": b"",
    "case_id": "18",
}


@PROPERTY
@given(LENGTHS, st.sampled_from(sorted(FIELDS)), st.data())
def test_any_altered_field_is_found_at_its_entry_and_nowhere_else(length: int, field: str, data: st.DataObject) -> None:
    links, place = chain(length), data.draw(st.integers(0, length - 1))
    head = links[-1].head
    links[place] = replace(links[place], **{field: FIELDS[field]})
    assert [fault.sequence for fault in verify(links, KEY, head)][:1] == [place + 1]
    if field not in ("hash", "case_id"):
        assert len(verify(links, KEY, head)) == 1
    if field != "case_id":
        with pytest.raises(Broken):
            read(links[place], KEY)


@PROPERTY
@given(LENGTHS, st.sampled_from(["previous", "commitment", "hash"]), st.integers(0, 63), st.data())
def test_any_altered_digit_is_found(length: int, field: str, digit: int, data: st.DataObject) -> None:
    links, place = chain(length), data.draw(st.integers(0, length - 1))
    altered: dict[str, Any] = {field: flipped(getattr(links[place], field), digit)}
    links[place] = replace(links[place], **altered)
    assert verify(links, None, None) == [
        Fault("17", place + 1, "the entry was altered: its hash does not fit"),
    ]


@PROPERTY
@given(LENGTHS, st.data())
def test_any_altered_bit_of_the_content_is_found(length: int, data: st.DataObject) -> None:
    links, place = chain(length), data.draw(st.integers(0, length - 1))
    sealed = bytearray(links[place].sealed)
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    links[place] = replace(links[place], sealed=bytes(sealed))
    assert verify(links, KEY, None) == [Fault("17", place + 1, "the content is not what was written")]


@PROPERTY
@given(st.integers(2, 6), st.integers(-3, 10**12), st.data())
def test_an_altered_number_is_found(length: int, number: int, data: st.DataObject) -> None:
    links, place = chain(length), data.draw(st.integers(0, length - 1))
    assume(number != place + 1)
    head = links[-1].head
    links[place] = replace(links[place], sequence=number)
    first = verify(links, KEY, head)[0].sequence
    assert first == min(number, place + 1)


def test_a_number_below_one_is_named_with_the_gap_it_left() -> None:
    links = chain(3)
    links[0] = replace(links[0], sequence=-2)
    assert [fault.sequence for fault in verify(links, KEY, links[2].head)] == [-2, 1]


@pytest.mark.parametrize("kind", ["jo\udce9", "é"])
def test_altered_text_that_cannot_even_be_hashed_is_a_fault_and_no_crash(kind: str) -> None:
    links = chain(2)
    links[1] = replace(links[1], kind=kind, commitment=kind)
    assert verify(links, KEY, None) == [Fault("17", 2, "the entry was altered: its hash does not fit")]


def test_a_time_that_lost_its_zone_is_a_fault_and_no_crash() -> None:
    links = chain(1)
    assert len(verify([replace(links[0], at=links[0].at.replace(tzinfo=None))], KEY, None)) == 1


@PROPERTY
@given(st.integers(2, 6), st.data())
def test_a_forger_who_mends_the_hash_breaks_the_join(length: int, data: st.DataObject) -> None:
    links, place = chain(length), data.draw(st.integers(0, length - 2))
    links[place] = rehashed(replace(links[place], kind="resolved"))
    join = f"entries {place + 1} and {place + 2} do not join: one was replaced"
    assert verify(links, KEY, None) == [Fault("17", place + 1, join)]


def test_a_chain_of_another_beginning_is_found() -> None:
    link = rehashed(replace(chain(1)[0], previous="0" * 64))
    assert verify([link], KEY, None) == [Fault("17", 1, "entries 0 and 1 do not join: one was replaced")]


def test_a_commitment_of_another_case_is_found_with_the_key() -> None:
    link = rehashed(replace(chain(1)[0], commitment=chain(1)[0].commitment))
    assert verify([link], KEY, None) == [Fault("17", 1, "the content is not what was written")]
    with pytest.raises(Broken, match="Case 17, entry 1: the content is not what was written"):
        read(link, KEY)


@PROPERTY
@given(LENGTHS, st.data())
def test_a_chain_written_anew_from_any_entry_is_found_against_a_checkpoint(length: int, data: st.DataObject) -> None:
    links, place = chain(length), data.draw(st.integers(0, length - 1))
    head, forged = links[-1].head, links[:place]
    for link in links[place:]:
        before = forged[-1].hash if forged else genesis("17").hash
        forged.append(rehashed(replace(link, kind="resolved", previous=before)))
    assert verify(forged, KEY, None) == []
    assert [fault.sequence for fault in verify(forged, KEY, head)] == [length]


# Removed, reordered, cut, swapped


@PROPERTY
@given(st.integers(2, 8), st.data())
def test_any_removal_is_named_by_its_first_missing_entry(length: int, data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.integers(1, length), min_size=1, max_size=length - 1))
    links = chain(length)
    left = [link for link in links if link.sequence not in gone]
    for key in (KEY, None):
        faults = verify(left, key, links[-1].head)
        assert faults[0].sequence == min(gone)
        assert not {fault.sequence for fault in faults} - gone


def test_a_removal_is_said_in_words() -> None:
    links = chain(6)
    assert [fault.what for fault in verify([links[0], *links[2:3], links[5]], KEY, None)] == [
        "entry 2 is missing",
        "entries 4 to 5 are missing",
    ]


def test_a_missing_beginning_is_found_without_a_checkpoint() -> None:
    assert verify(chain(3)[1:], KEY, None) == [Fault("17", 1, "entry 1 is missing")]


@PROPERTY
@given(st.integers(2, 6).flatmap(lambda length: st.permutations(range(length))))
def test_any_reordering_is_named_by_the_first_place_that_is_wrong(order: list[int]) -> None:
    wrong = [place for place, was in enumerate(order) if place != was]
    assume(wrong)
    links = chain(len(order))
    faults = verify([links[was] for was in order], KEY, links[-1].head)
    stands, belongs = order[wrong[0]] + 1, wrong[0] + 1
    words = f"the entries were reordered: entry {stands} stands in the place of entry {belongs}"
    assert faults == [Fault("17", belongs, words)]


def test_entries_that_exchanged_their_numbers_are_both_named() -> None:
    one, two, three = chain(3)
    links = [one, replace(three, sequence=2), replace(two, sequence=3)]
    assert [fault.sequence for fault in verify(links, KEY, three.head)] == [2, 3]


@PROPERTY
@given(LENGTHS, st.data())
def test_any_cut_tail_is_found_against_a_checkpoint(length: int, data: st.DataObject) -> None:
    links, left = chain(length), data.draw(st.integers(0, length - 1))
    assert verify(links[:left], KEY, None) == []
    words = f"the record was cut: {left} of the {length} entries that a checkpoint saw are left"
    assert verify(links[:left], KEY, links[-1].head) == [Fault("17", left + 1, words)]


@PROPERTY
@given(LENGTHS, st.data())
def test_a_chain_that_grew_since_the_checkpoint_is_sound(length: int, data: st.DataObject) -> None:
    links = chain(length)
    seen = data.draw(st.integers(0, length))
    head = links[seen - 1].head if seen else genesis("17")
    assert verify(links, KEY, head) == []


def test_an_entry_there_twice_is_found() -> None:
    one, two = chain(2)
    assert verify([one, two, two], KEY, None) == [Fault("17", 2, "the entry is there 2 times")]


@PROPERTY
@given(LENGTHS, st.booleans(), st.data())
def test_an_entry_swapped_in_from_another_case_is_found(length: int, relabelled: bool, data: st.DataObject) -> None:
    links, place = chain(length), data.draw(st.integers(0, length - 1))
    head, other = links[-1].head, chain(length, "18")[place]
    links[place] = replace(other, case_id="17") if relabelled else other
    for key in (KEY, None):
        faults = verify(links, key, head)
        assert faults[0].case_id == "17"
        assert faults[0].sequence == place + 1


def test_a_whole_case_passed_off_as_another_is_found() -> None:
    mine, other = chain(3), [replace(link, case_id="17") for link in chain(3, "18")]
    assert [fault.sequence for fault in verify(other, KEY, mine[-1].head)] == [1, 2, 3]
    assert verify(chain(3, "18"), KEY, mine[-1].head)[0] == Fault("17", 1, "the entry belongs to case 18")


def test_sealed_content_swapped_between_entries_or_cases_is_found() -> None:
    one, two = chain(2)
    other = chain(2, "18")[0]
    swapped = [replace(one, sealed=two.sealed), replace(two, sealed=one.sealed)]
    assert [fault.sequence for fault in verify(swapped, KEY, two.head)] == [1, 2]
    assert [fault.sequence for fault in verify([replace(one, sealed=other.sealed), two], KEY, None)] == [1]


def test_two_separate_faults_are_both_named() -> None:
    links = chain(6)
    links[1], links[4] = replace(links[1], kind="resolved"), replace(links[4], sealed=b"")
    assert [fault.sequence for fault in verify(links, KEY, links[-1].head)] == [2, 5]


def test_nothing_at_all_has_no_fault() -> None:
    assert verify([], KEY, None) == []


# Erased


def test_after_its_key_is_destroyed_a_chain_still_verifies() -> None:
    links = chain(3)
    assert verify(links, None, links[-1].head) == []


def test_an_erased_entry_keeps_when_and_which_clause_and_says_that_it_is_erased() -> None:
    assert read(chain(1)[0], None) == replace(entry("17", 1), content={}, erased=True)


def test_an_erased_chain_still_shows_tampering() -> None:
    links = chain(3)
    links[1] = replace(links[1], clause="chscp 4.1")
    assert [fault.sequence for fault in verify(links, None, links[-1].head)] == [2]
    with pytest.raises(Broken):
        read(links[1], None)


def test_another_key_does_not_read_a_chain() -> None:
    assert [fault.sequence for fault in verify(chain(2), Key(new_key()), None)] == [1, 2]


# Checkpoints

MONDAY = date(2026, 11, 23)


def week(days: int = 4) -> list[Checkpoint]:
    """Day by day two cases grow by an entry each."""
    one, other = chain(days), chain(days, "18")
    kept: list[Checkpoint] = []
    for day in range(days):
        before = kept[-1] if kept else None
        kept.append(checkpoint("chscp", MONDAY + timedelta(days=day), before, [other[day].head, one[day].head]))
    return kept


def test_checkpoints_verify_and_list_their_cases_in_order() -> None:
    days = week()
    assert verify_checkpoints(days, days[-1].hash) == []
    assert [head.case_id for head in days[0].heads] == ["17", "18"]
    assert days[1].previous_hash == days[0].hash


def test_partnerships_begin_apart() -> None:
    assert checkpoint("chscp", MONDAY, None, []).hash != checkpoint("yscp", MONDAY, None, []).hash


@PROPERTY
@given(st.integers(0, 3), st.sampled_from(["partnership", "day", "previous_hash", "heads", "hash"]))
def test_an_altered_checkpoint_is_named(place: int, field: str) -> None:
    days = week()
    changed: dict[str, Any] = {
        "partnership": "yscp",
        "day": date(2025, 1, 1),
        "previous_hash": "0" * 64,
        "heads": (*days[place].heads, Head("99", 1, "0" * 64)),
        "hash": "0" * 64,
    }
    days[place] = replace(days[place], **{field: changed[field]})
    first = verify_checkpoints(days, None)[0]
    assert first.sequence == place + 1
    assert "was altered" in first.what


@PROPERTY
@given(st.integers(0, 2))
def test_a_missing_checkpoint_is_found_by_the_next(place: int) -> None:
    days = week()
    del days[place]
    assert verify_checkpoints(days, None)[0].sequence == place + 1


def test_reordered_checkpoints_are_found() -> None:
    one, two, three, four = week()
    assert verify_checkpoints([one, three, two, four], None)[0].sequence == 2


def test_a_cut_tail_of_checkpoints_is_found_against_the_hash_in_a_digest() -> None:
    days = week()
    assert verify_checkpoints(days[:-1], None) == []
    assert [fault.sequence for fault in verify_checkpoints(days[:-1], days[-1].hash)] == [4]
    assert verify_checkpoints([], days[-1].hash)[0].sequence == 1


def test_a_case_that_vanished_shrank_or_was_rewritten_between_two_days_is_named() -> None:
    first, links = week(2)[1], chain(3, "18")
    for heads, words in (
        ([links[2].head], "gone from the checkpoint"),
        ([Head("17", 1, "0" * 64), links[2].head], "cut or rewritten"),
        ([Head("17", 2, "0" * 64), links[2].head], "cut or rewritten"),
    ):
        kept = [replace_day(first), checkpoint("chscp", date(2026, 12, 1), replace_day(first), heads)]
        faults = verify_checkpoints(kept, None)
        assert [(fault.case_id, fault.sequence) for fault in faults] == [("17", 2)]
        assert words in faults[0].what


def replace_day(day: Checkpoint) -> Checkpoint:
    """The same heads as the first checkpoint of a chain of its own."""
    return checkpoint(day.partnership, day.day, None, day.heads)


def test_a_vanished_case_is_found_through_the_checkpoints_head() -> None:
    head = week()[-1].heads[0]
    assert verify([], KEY, head) == [
        Fault("17", 1, "the record was cut: 0 of the 4 entries that a checkpoint saw are left")
    ]


@pytest.mark.parametrize(("partnership", "day"), [("yscp", MONDAY + timedelta(days=9)), ("chscp", MONDAY)])
def test_a_checkpoint_must_follow_its_own_partnerships_last_day(partnership: str, day: date) -> None:
    with pytest.raises(ValueError, match="cannot follow"):
        checkpoint(partnership, day, week(1)[0], [])


def test_a_checkpoint_lists_a_case_once() -> None:
    with pytest.raises(ValueError, match="lists a case twice"):
        checkpoint("chscp", MONDAY, None, [Head("17", 1, "a"), Head("17", 2, "b")])
