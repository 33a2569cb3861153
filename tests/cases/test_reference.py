"""References and reply tokens survive people and mail systems, and open nothing that they were not made for."""

import random
import re
import secrets

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cases.reference import (
    Reference,
    bounce_address,
    clean,
    code_hash,
    code_matches,
    find_tokens,
    is_bounce_address,
    message_id,
    new_code,
    reply_address,
    token,
    token_hash,
    token_in_address,
)

SECRET = b"s" * 32
PROPERTY = settings(deadline=None, max_examples=100)
PARTS = st.lists(st.text(max_size=12), max_size=4).map(tuple)
REFERENCES = st.builds(
    Reference,
    prefix=st.from_regex(r"[A-Z][A-Z0-9]{1,11}", fullmatch=True),
    year=st.integers(2000, 2099),
    number=st.integers(1, 999_999),
)
DASHES = st.sampled_from(
    ["-", "\u2010", "\u2011", "\u2013", "\u2014", " \u2013 ", " ", "\u00a0", "_", " - ", "\u00ad-"]
)


@st.composite
def tokens(draw: st.DrawFn) -> str:
    return token(SECRET, "reply", draw(st.text()), draw(st.text()))


# References


def test_a_reference_is_shown_as_prefix_year_and_four_digits() -> None:
    assert str(Reference("CHSCP", 2026, 42)) == "CHSCP-2026-0042"


@PROPERTY
@given(REFERENCES, DASHES, DASHES)
def test_a_retyped_reference_is_read(reference: Reference, first: str, second: str) -> None:
    prefix, year, number = str(reference).lower().split("-")
    assert Reference.parse(f" {prefix}{first}{year}{second}{number} ") == reference


@pytest.mark.parametrize(
    "subject",
    [
        "RE: FW: [EXTERNAL] CHSCP-2026-0042: your answer is due",
        "Re: (chscp\u20132026\u20130042)",
        "AW: Chscp 2026 42 / no name here",
        "CHSCP-2026-\r\n 0042",
        "[CHSCP\u200b-2026-0042]",
        "CHSCP-2026-0042 and again chscp-2026-0042",
    ],
)
def test_a_reference_is_found_in_a_subject(subject: str) -> None:
    assert Reference.find(subject) == [Reference("CHSCP", 2026, 42)]


def test_two_references_in_one_subject_are_both_found_in_order() -> None:
    found = Reference.find("Our YSCP-2026-0007, formerly CHSCP-2025-0042")
    assert [str(reference) for reference in found] == ["YSCP-2026-0007", "CHSCP-2025-0042"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CHSCP-2026",
        "CHSCP-2026-0000",
        "CHSCP-1926-0042",
        "CHSCP-2026-1234567",
        "CHSCP-2026-42nd",
        "2026-0042",
        "4-2026-0042",
    ],
)
def test_what_is_not_a_reference_is_not_found(text: str) -> None:
    assert Reference.find(text) == []
    assert Reference.parse(text) is None


def test_a_text_with_more_than_a_reference_does_not_parse() -> None:
    assert Reference.parse("about CHSCP-2026-0042") is None


# Tokens


@PROPERTY
@given(PARTS)
def test_a_token_is_26_safe_letters_and_its_own_true_spelling(parts: tuple[str, ...]) -> None:
    made = token(SECRET, "reply", *parts)
    assert re.fullmatch(r"[0-7][0-9a-hjkmnp-tv-z]{25}", made)
    assert clean(made) == made


def test_a_token_is_the_first_128_bits_of_the_keyed_hash() -> None:
    # Worked apart, bit by bit, from HMAC-SHA-256 over the length-framed words "token", "reply" and the parts.
    assert token(SECRET, "reply", "17", "3", "jo@council.example") == "3ng19tqmm66ddyfjs7kmhw121p"


@PROPERTY
@given(tokens(), st.data())
def test_a_token_survives_upper_case_and_confusable_retyping(made: str, data: st.DataObject) -> None:
    looks = {"0": "0oO", "1": "1iIlL", "v": "vVuU"}
    typed = "".join(data.draw(st.sampled_from(looks.get(letter, letter + letter.upper()))) for letter in made)
    gapped = f" {typed[:9]}-{typed[9:20]} {typed[20:]}\n"
    assert clean(typed) == clean(gapped) == made


@PROPERTY
@given(PARTS, PARTS)
def test_a_token_fits_no_other_parts(mine: tuple[str, ...], others: tuple[str, ...]) -> None:
    assume(mine != others)
    assert token_hash(token(SECRET, "reply", *mine)) != token_hash(token(SECRET, "reply", *others))


@pytest.mark.parametrize(
    "other",
    [
        token(SECRET, "reply", "1", "72"),
        token(SECRET, "reply", "17", "2", ""),
        token(SECRET, "reply", "172"),
        token(SECRET, "status", "17", "2"),
        token(b"z" * 32, "reply", "17", "2"),
    ],
    ids=["split", "empty part", "joined", "purpose", "secret"],
)
def test_near_tokens_differ(other: str) -> None:
    assert token_hash(other) != token_hash(token(SECRET, "reply", "17", "2"))


@PROPERTY
@given(tokens(), st.data())
def test_one_wrong_letter_is_another_token(made: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, 25))
    wrong = data.draw(st.sampled_from(sorted(set("0123456789abcdefghjkmnpqrstvwxyz") - {made[place]})))
    assert clean(made[:place] + wrong + made[place + 1 :]) != made


@pytest.mark.parametrize(
    "text", ["", "abc", "8" + "0" * 25, "0" * 25, "0" * 27, "0" * 25 + "\u0660", "0" * 25 + "\u212a", "0" * 25 + "!"]
)
def test_what_cannot_be_a_token_is_none(text: str) -> None:
    assert clean(text) is None


@pytest.mark.parametrize(
    "carrier",
    [
        "> Case code: {}",
        "> *Case code:* _{}_.",
        "mailto:inbox%2B{}@answerable.example?subject=resolved",
        "https://links.example/?url=https%3A%2F%2Fanswerable.example%2Fa%2f{}&data=05",
        "<{}.x@answerable.example>",
    ],
)
@PROPERTY
@given(made=tokens())
def test_a_token_is_found_wherever_mail_carries_it(carrier: str, made: str) -> None:
    assert find_tokens(carrier.format(made)) == find_tokens(carrier.format(made.upper())) == [made]


def test_each_token_is_found_once_and_in_order() -> None:
    one, two = token(SECRET, "reply", "1"), token(SECRET, "reply", "2")
    assert find_tokens(f"{two} {one.upper()} {two.upper()} {one}") == [two, one]


@pytest.mark.parametrize(
    "text", ["0" * 27, "a" + "0" * 26, "d41d8cd98f00b204e9800998ecf8427e", "Internationalisierung", ""]
)
def test_longer_or_shorter_words_are_not_tokens(text: str) -> None:
    assert find_tokens(text) == []


def test_the_stored_hash_does_not_show_the_token() -> None:
    made = token(SECRET, "reply", "17")
    assert made not in token_hash(made)
    assert len(token_hash(made)) == 64


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than 32 bytes"):
        token(b"secret", "reply", "17")


# Codes


def test_codes_are_six_digits_and_numbers_past_a_million_are_drawn_again() -> None:
    drawn = iter([1_048_575, 1_000_000, 7])
    assert new_code(lambda bits: next(drawn)) == "000007"


@PROPERTY
@given(st.integers())
def test_any_source_of_bits_gives_six_digits(seed: int) -> None:
    assert re.fullmatch(r"[0-9]{6}", new_code(random.Random(seed).getrandbits))


@pytest.mark.parametrize("typed", ["012345", " 012 345 ", "012-345"])
def test_a_code_is_known_as_it_was_typed(typed: str) -> None:
    assert code_matches(SECRET, "party:9", typed, code_hash(SECRET, "party:9", "012345"))


@pytest.mark.parametrize(
    "typed", ["", "12345", "012346", "0123456", "\u0660\u0661\u0662\u0663\u0664\u0665", "01234\udce9"]
)
def test_a_wrong_code_is_refused(typed: str) -> None:
    assert not code_matches(SECRET, "party:9", typed, code_hash(SECRET, "party:9", "012345"))


def test_a_code_serves_its_own_subject_and_secret_only() -> None:
    stored = code_hash(SECRET, "party:9", "012345")
    assert not code_matches(SECRET, "party:10", "012345", stored)
    assert not code_matches(b"z" * 32, "party:9", "012345", stored)


# Addresses and Message-IDs


def test_a_message_id_is_random_and_without_upper_case() -> None:
    made = message_id("0123456789abcdef" * 2, "Answerable.EXAMPLE")
    assert made == "<0123456789abcdef0123456789abcdef@answerable.example>"


@pytest.mark.parametrize("weak", ["", "abc", "0123456789ABCDEF" * 2, "0" * 31 + "\n", "0" * 33])
def test_a_message_id_needs_all_its_randomness(weak: str) -> None:
    with pytest.raises(ValueError, match="32 lower-case hex digits"):
        message_id(weak, "answerable.example")


def test_a_real_message_id_holds_no_token() -> None:
    assert find_tokens(message_id(secrets.token_hex(16), "answerable.example")) == []


@PROPERTY
@given(tokens())
def test_a_reply_address_gives_its_token_back(made: str) -> None:
    address = reply_address("escalations@chscp.example", made)
    assert address == f"escalations+{made}@chscp.example"
    assert token_in_address(address) == token_in_address(address.upper()) == made


@PROPERTY
@given(tokens())
def test_a_relay_that_wraps_the_address_does_not_hide_the_token(made: str) -> None:
    assert token_in_address(f"prvs=123456789=escalations+{made}@chscp.example") == made
    assert token_in_address(f"SRS0=HHH=TT=chscp.example=escalations+{made}@relay.example") == made


def test_an_address_with_no_token_or_with_two_gives_none() -> None:
    one, two = token(SECRET, "reply", "1"), token(SECRET, "reply", "2")
    assert token_in_address("escalations@chscp.example") is None
    assert token_in_address(f"escalations+{one}+{two}@chscp.example") is None
    assert token_in_address(f"escalations@{one}.example") is None
    assert token_in_address(one) is None


def test_an_inbox_too_long_for_a_token_is_refused_with_the_limit() -> None:
    made = token(SECRET, "reply", "1")
    assert len(reply_address("x" * 37 + "@chscp.example", made).split("@")[0]) == 64
    with pytest.raises(ValueError, match="at most 37"):
        reply_address("x" * 38 + "@chscp.example", made)


@PROPERTY
@given(tokens())
def test_a_bounce_address_names_its_letter_and_is_told_from_a_reply_address(made: str) -> None:
    address = bounce_address("escalations@chscp.example", made)
    assert address == f"escalations+b-{made}@chscp.example"
    assert token_in_address(address) == token_in_address(address.upper()) == made
    assert is_bounce_address(address)
    assert is_bounce_address(address.upper())
    assert not is_bounce_address(reply_address("escalations@chscp.example", made))


@pytest.mark.parametrize("address", ["", "b-@chscp.example", "escalations+b-hello@chscp.example", "b-x@y.example"])
def test_another_address_is_no_bounce_address(address: str) -> None:
    assert not is_bounce_address(address)


def test_an_inbox_too_long_for_a_bounce_address_is_refused_with_the_limit() -> None:
    made = token(SECRET, "reply", "1")
    assert len(bounce_address("x" * 35 + "@chscp.example", made).split("@")[0]) == 64
    with pytest.raises(ValueError, match="at most 35"):
        bounce_address("x" * 36 + "@chscp.example", made)
