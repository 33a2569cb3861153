"""Sealed content opens only with its own key, in its own place; keys can be rotated and destroyed."""

import base64
import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.vault import (
    JSON,
    Key,
    KeyDestroyed,
    MasterKeyError,
    MasterKeys,
    Tokens,
    Unreadable,
    Unsealable,
    VaultError,
    new_key,
)

JSON_VALUES: st.SearchStrategy[JSON] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
PROPERTY = settings(deadline=None, max_examples=60)
KEY = Key(new_key())
OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


@PROPERTY
@given(content=JSON_VALUES, about=st.text())
def test_what_was_sealed_opens_again(content: JSON, about: str) -> None:
    assert KEY.open(KEY.seal(content, about=about), about=about) == content


@PROPERTY
@given(content=st.binary())
def test_raw_mail_opens_byte_for_byte(content: bytes) -> None:
    assert KEY.open_bytes(KEY.seal_bytes(content, about="mail:1"), about="mail:1") == content


@PROPERTY
@given(words=st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", min_size=6))
def test_sealed_content_never_shows_the_plain_words(words: str) -> None:
    assert words.encode() not in KEY.seal({"words": words}, about="case:1")
    assert words.encode() not in KEY.seal_bytes(words.encode(), about="case:1")


@PROPERTY
@given(content=JSON_VALUES, data=st.data())
def test_any_altered_bit_is_noticed(content: JSON, data: st.DataObject) -> None:
    sealed = bytearray(KEY.seal(content, about="case:1"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(Unreadable):
        KEY.open(bytes(sealed), about="case:1")


@PROPERTY
@given(data=st.data())
def test_any_shortening_is_noticed(data: st.DataObject) -> None:
    sealed = KEY.seal({"words": "Mia"}, about="case:1")
    with pytest.raises(Unreadable):
        KEY.open(sealed[: data.draw(st.integers(0, len(sealed) - 1))], about="case:1")


def test_content_put_in_anothers_place_does_not_open() -> None:
    sealed = KEY.seal({"words": "Mia"}, about="case:1/entry:1")
    with pytest.raises(Unreadable, match="case:1/entry:2"):
        KEY.open(sealed, about="case:1/entry:2")


def test_another_cases_key_does_not_open_it() -> None:
    with pytest.raises(Unreadable):
        Key(new_key()).open(KEY.seal("Mia", about="case:1"), about="case:1")


def test_raw_mail_is_never_taken_for_fields() -> None:
    with pytest.raises(Unreadable):
        KEY.open(KEY.seal_bytes(b'{"words":"forged"}', about="case:1"), about="case:1")


def test_the_same_content_is_never_sealed_to_the_same_bytes() -> None:
    assert len({KEY.seal("Mia", about="case:1") for _ in range(50)}) == 50


@pytest.mark.parametrize("content", [float("nan"), {"at": object()}, [float("inf")]])
def test_what_json_cannot_hold_is_refused_without_naming_it(content: JSON) -> None:
    with pytest.raises(Unsealable, match="content of case:1 is not plain JSON") as caught:
        KEY.seal(content, about="case:1")
    assert caught.value.__suppress_context__


def test_a_key_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(MasterKeyError, match="has 16 bytes and needs 32"):
        Key(b"k" * 16)


def test_no_repr_shows_a_key() -> None:
    raw = b"readable-key-material-0123456789"
    shown = repr(Key(raw)) + repr(Tokens(raw)) + repr(MasterKeys({"a": raw}, "a"))
    assert "readable" not in shown


# Master keys


def test_a_wrapped_key_unwraps_for_its_subject_only() -> None:
    masters, key = MasterKeys.parse(NEW), new_key()
    wrapped = masters.wrap(key, "case:1")
    assert masters.unwrap(wrapped, "case:1") == key
    assert key not in wrapped
    with pytest.raises(Unreadable, match="case:2"):
        masters.unwrap(wrapped, "case:2")


def test_an_old_master_key_still_opens_after_rotation() -> None:
    key = new_key()
    wrapped = MasterKeys.parse(OLD).wrap(key, "case:1")
    assert MasterKeys.parse(f"{NEW}\n{OLD}").unwrap(wrapped, "case:1") == key


def test_after_rewrapping_the_old_master_key_is_not_needed() -> None:
    before, during, after = (MasterKeys.parse(text) for text in (OLD, f"{NEW}\n{OLD}", NEW))
    sealed = before.open(wrapped := before.wrap(new_key(), "case:1"), "case:1").seal("Mia", about="case:1")
    moved = during.rewrap(wrapped, "case:1")
    assert after.open(moved, "case:1").open(sealed, about="case:1") == "Mia"
    assert during.rewrap(moved, "case:1") == moved


def test_a_master_key_that_is_gone_is_named_with_the_remedy() -> None:
    wrapped = MasterKeys.parse(OLD).wrap(new_key(), "case:1")
    with pytest.raises(MasterKeyError, match="case:1 is wrapped by master key 'old'.*Put that line back"):
        MasterKeys.parse(NEW).unwrap(wrapped, "case:1")


def test_another_key_under_the_same_id_does_not_unwrap() -> None:
    wrapped = MasterKeys.parse(OLD).wrap(new_key(), "case:1")
    with pytest.raises(Unreadable):
        MasterKeys.parse(NEW.replace("new:", "old:")).unwrap(wrapped, "case:1")


@PROPERTY
@given(data=st.data())
def test_any_altered_bit_of_a_wrapped_key_is_noticed(data: st.DataObject) -> None:
    masters = MasterKeys.parse(f"{NEW}\n{OLD}")
    wrapped = bytearray(masters.wrap(new_key(), "case:1"))
    wrapped[data.draw(st.integers(0, len(wrapped) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(VaultError):
        masters.unwrap(bytes(wrapped), "case:1")


@pytest.mark.parametrize("nothing", [None, b""])
def test_a_destroyed_key_says_that_the_content_is_erased(nothing: bytes | None) -> None:
    with pytest.raises(KeyDestroyed, match="key of case:1 was destroyed, so its content is erased"):
        MasterKeys.parse(NEW).open(nothing, "case:1")


def test_a_fresh_key_file_is_read_back_and_rotation_keeps_the_old_lines() -> None:
    first = MasterKeys.new_text()
    wrapped = MasterKeys.parse(first).wrap(key := new_key(), "case:1")
    second = MasterKeys.parse(rotated := MasterKeys.new_text(first))
    assert rotated.endswith(first)
    assert second.unwrap(wrapped, "case:1") == key
    assert second.rewrap(wrapped, "case:1") != wrapped


def test_a_key_file_may_have_comments_blank_lines_and_windows_endings() -> None:
    masters = MasterKeys.parse(f"\ufeff# kept in the safe\r\n\r\n  {NEW}\r\n{OLD}\r\n")
    assert repr(masters) == "MasterKeys(new, old; current new)"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "holds no key"),
        ("# only a remark\n", "holds no key"),
        ("bm90IGEga2V5", "Line 1 .* not of the form id:base64"),
        (f"{NEW}\nold:***", "Line 2 .* does not hold base64"),
        (f"{NEW}\n\n{NEW}", "Line 3 .* repeats the id 'new'"),
        ("short:" + base64.b64encode(b"k" * 31).decode(), "'short' on line 1 has 31 bytes and needs 32"),
        (f"an id with spaces{NEW}", "Line 1"),
    ],
)
def test_a_wrong_key_file_is_refused_by_line(text: str, says: str) -> None:
    with pytest.raises(MasterKeyError, match=says):
        MasterKeys.parse(text)


def test_a_complaint_about_the_key_file_never_repeats_the_key() -> None:
    with pytest.raises(MasterKeyError) as caught:
        MasterKeys.parse("new " + NEW.removeprefix("new:"))
    assert NEW.removeprefix("new:")[:8] not in str(caught.value)


def test_rotation_refuses_a_key_file_that_cannot_be_read() -> None:
    with pytest.raises(MasterKeyError, match="Line 1"):
        MasterKeys.new_text("not a key file")


def test_the_current_key_must_be_among_the_keys() -> None:
    with pytest.raises(MasterKeyError, match="no master key 'b'"):
        MasterKeys({"a": new_key()}, "b")


# Look-up tokens

TOKENS = Tokens(b"t" * 32)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("sender", "Jo.Bright@Council.example", " jo.bright@council.EXAMPLE "),
        ("message_id", "<AbC@mail.example>", "<abc@mail.example>"),
        ("child", "Mia  JONES 2019-03-04", "mia jones\u00a02019-03-04"),
        ("child", "Zoe\u0308", "ZO\u00cb"),
    ],
)
def test_spellings_of_one_thing_share_a_token(kind: str, one: str, other: str) -> None:
    assert TOKENS.lookup(kind, one) == TOKENS.lookup(kind, other)


@pytest.mark.parametrize(
    "alike", ["\u212aate@council.example", "\uff4bate@council.example", "k\u0430te@council.example"]
)
def test_a_look_alike_address_is_another_sender(alike: str) -> None:
    assert TOKENS.lookup("sender", alike) != TOKENS.lookup("sender", "kate@council.example")


@pytest.mark.parametrize(
    "changed",
    [
        lambda: Tokens(b"u" * 32).lookup("sender", "jo@council.example"),
        lambda: TOKENS.lookup("child", "jo@council.example"),
        lambda: TOKENS.lookup("sender", "joe@council.example"),
    ],
    ids=["secret", "kind", "value"],
)
def test_a_token_depends_on_secret_kind_and_value(changed: Callable[[], str]) -> None:
    assert changed() != TOKENS.lookup("sender", "jo@council.example")


def test_a_sender_with_broken_unicode_is_found_again() -> None:
    assert TOKENS.lookup("sender", "jo\udce9@council.example") != TOKENS.lookup("sender", "jo@council.example")


def test_a_short_lookup_secret_is_refused() -> None:
    with pytest.raises(MasterKeyError, match="shorter than 32 bytes"):
        Tokens(b"secret")


def test_broken_unicode_can_still_be_sealed() -> None:
    broken = json.loads('"jo\\udce9"')
    assert KEY.open(KEY.seal(broken, about="mail:1"), about="mail:1") == broken
