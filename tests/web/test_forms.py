from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.fields import Field, Kind, Option
from web.forms import Filled, Form
from web.posted import Posted

OPTIONS = (Option("plan", "The plan is not followed"), Option("other", "Something else"))


def read(field: Field, **fields: str | tuple[str, ...]) -> Filled:
    sent = {name.replace("_", "-"): (x,) if isinstance(x, str) else x for name, x in fields.items()}
    return Form([field]).read(Posted(sent))


def messages(filled: Filled) -> list[str]:
    return [problem.message for problem in filled.problems.values()]


def test_text_is_read_without_the_space_around_it() -> None:
    filled = read(Field("who", "Your name", required=True), who="  Priya Nair\u00a0 ")
    assert filled.ok
    assert filled.text("who") == "Priya Nair"


@pytest.mark.parametrize(
    ("field", "message"),
    [
        (Field("a", "Your work e-mail address", "email"), "Enter your work e-mail address"),
        (Field("a", "LADO reference"), "Enter LADO reference"),
        (Field("a", "What are you worried about?", "textarea"), "Answer the question “What are you worried about?”"),
        (Field("a", "Kind of concern", "radios", options=OPTIONS), "Choose kind of concern"),
        (Field("a", "Agency", "select", options=OPTIONS), "Choose agency"),
        (Field("a", "What was tried", "checkboxes", options=OPTIONS), "Choose what was tried"),
        (Field("a", "Date of birth", "date"), "Enter date of birth"),
        (Field("a", "Agency", "select", missing="Choose who should answer"), "Choose who should answer"),
    ],
)
def test_an_empty_required_field_is_asked_for_in_plain_words(field: Field, message: str) -> None:
    required = Field(field.name, field.label, field.kind, options=field.options, required=True, missing=field.missing)
    assert messages(read(required)) == [message]
    assert messages(read(required, a="  ")) == [message]


@pytest.mark.parametrize("kind", ["text", "email", "textarea", "radios", "checkboxes", "date", "select"])
def test_an_optional_field_may_be_empty(kind: Kind) -> None:
    filled = read(Field("a", "Anything", kind, options=OPTIONS))
    assert filled.ok
    assert filled.values["a"] in ("", (), None)


@pytest.mark.parametrize("address", ["priya.nair@health.example", "o'neil+x@a.b.example", "zoë@schule.example"])
def test_an_ordinary_address_is_taken(address: str) -> None:
    assert read(Field("a", "Address", "email"), a=address).text("a") == address


@pytest.mark.parametrize(
    "address",
    [
        "priya",
        "a@b",
        "a b@c.example",
        "a@b@c.example",
        "A <a@b.example>",
        "a@b.example, c@d.example",
        "a@b..example",
        "a@\u200bb.example",
        "@b.example",
        "a@b.example\u202e",
    ],
)
def test_what_cannot_be_one_address_is_not_taken(address: str) -> None:
    filled = read(Field("a", "Address", "email"), a=address)
    assert messages(filled) == ["Enter an e-mail address in the usual form, like name@agency.example"]
    assert filled.shown("a") == address


@pytest.mark.parametrize("kind", ["radios", "select"])
def test_only_an_offered_answer_can_be_chosen(kind: Kind) -> None:
    field = Field("a", "Kind", kind, options=OPTIONS)
    assert read(field, a="plan").text("a") == "plan"
    assert messages(read(field, a="made up")) == ["Choose one of the answers listed under “Kind”"]


def test_several_boxes_can_be_ticked_but_only_offered_ones() -> None:
    field = Field("a", "Tried", "checkboxes", options=OPTIONS)
    assert read(field, a=("plan", "other", "plan")).chosen("a") == ("plan", "other")
    assert messages(read(field, a=("plan", "made up"))) == ["Choose from the answers listed under “Tried”"]


@pytest.mark.parametrize("kind", ["text", "textarea", "radios", "select", "date"])
def test_a_field_that_came_twice_is_not_guessed(kind: Kind) -> None:
    filled = read(Field("a", "Kind", kind, options=OPTIONS), a=("plan", "other"), a_day=("1", "2"))
    assert messages(filled) == ["“Kind” came twice. Check what is shown and send the form again"]


def test_line_ends_are_made_alike_and_tabs_kept_in_a_long_text() -> None:
    assert (
        read(Field("a", "What", "textarea"), a="one\r\ntwo\rthree\n\n\tfour\r\n").text("a")
        == "one\ntwo\nthree\n\n\tfour"
    )


@pytest.mark.parametrize("hidden", ["\x00", "\x07", "\x1b", "\x7f", "\x85"])
@pytest.mark.parametrize("kind", ["text", "textarea", "email"])
def test_hidden_characters_are_told_of_and_gone_when_the_form_is_shown_again(kind: Kind, hidden: str) -> None:
    field = Field("a", "What", kind, required=True)
    first = read(field, a=f"a{hidden}b@c.example")
    assert messages(first) == [
        "“What” held hidden characters, which were taken out. Check what is shown and send it again"
    ]
    assert first.shown("a") == "ab@c.example"
    assert read(field, a=first.shown("a")).text("a") == "ab@c.example"


def test_a_line_end_in_a_single_line_is_a_hidden_character() -> None:
    filled = read(Field("a", "Name"), a="Priya\r\nBcc: x@y.example")
    assert not filled.ok
    assert "\n" not in filled.shown("a")


def test_a_text_of_just_the_limit_is_taken_and_one_longer_is_not() -> None:
    field = Field("a", "Name", longest=5)
    assert read(field, a="12345").ok
    filled = read(field, a="123456")
    assert messages(filled) == ["“Name” must be 5 characters or fewer. You have 6"]
    assert filled.shown("a") == "123456"


@pytest.mark.parametrize(("kind", "limit"), [("text", 200), ("email", 254), ("textarea", 10_000), ("date", 200)])
def test_every_kind_has_a_limit_of_its_own(kind: Kind, limit: int) -> None:
    assert Field("a", "A", kind).limit == limit


@given(st.dates(min_value=date(1000, 1, 1)))
def test_any_real_date_is_read(day: date) -> None:
    filled = read(Field("d", "Day", "date"), d_day=str(day.day), d_month=f"{day.month:02}", d_year=str(day.year))
    assert filled.day("d") == day


@pytest.mark.parametrize(
    ("parts", "message", "target"),
    [
        (("", "3", "2026"), "“Born” must have a day", "d-day"),
        (("1", "", ""), "“Born” must have a month and a year", "d-month"),
        (("31", "2", "2026"), "“Born” must be a real date, such as 27 3 2026", "d-day"),
        (("1", "13", "2026"), "“Born” must be a real date, such as 27 3 2026", "d-day"),
        (("1", "3", "26"), "“Born” must be a real date, such as 27 3 2026", "d-day"),
        (("1", "March", "2026"), "“Born” must be a real date, such as 27 3 2026", "d-day"),
        (("٣", "3", "2026"), "“Born” must be a real date, such as 27 3 2026", "d-day"),
        (("-1", "3", "2026"), "“Born” must be a real date, such as 27 3 2026", "d-day"),
    ],
)
def test_what_is_wrong_with_a_date_is_said(parts: tuple[str, str, str], message: str, target: str) -> None:
    filled = read(Field("d", "Born", "date"), d_day=parts[0], d_month=parts[1], d_year=parts[2])
    assert filled.problems["d"] == (message, target)
    assert tuple(filled.shown(f"d-{part}") for part in ("day", "month", "year")) == parts
    assert filled.day("d") is None


def test_what_only_the_caller_knows_can_be_added() -> None:
    filled = Form([Field("code", "Code"), Field("d", "Day", "date")]).blank()
    wrong = filled.with_problem("That code is not right", "code").with_problem("Too early", "d").with_problem("Again")
    assert list(wrong.problems.values()) == [
        ("That code is not right", "code"),
        ("Too early", "d-day"),
        ("Again", ""),
    ]
    assert filled.ok
    assert not wrong.ok


def test_a_problem_about_no_field_of_the_form_is_an_error() -> None:
    with pytest.raises(KeyError):
        Form([Field("code", "Code")]).blank().with_problem("Wrong", "cod")


def test_asking_for_the_wrong_kind_of_value_is_an_error() -> None:
    filled = read(Field("a", "Tried", "checkboxes", options=OPTIONS), a="plan")
    with pytest.raises(TypeError):
        filled.text("a")
    with pytest.raises(KeyError):
        filled.text("b")


def test_two_fields_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        Form([Field("d", "Day", "date"), Field("d-day", "Day")])


@given(st.dictionaries(st.sampled_from(["t", "c", "d-day", "d-month", "d-year"]), st.lists(st.text()).map(tuple)))
def test_whatever_is_posted_is_read_or_told_of(sent: dict[str, tuple[str, ...]]) -> None:
    fields = [Field("t", "T", required=True), Field("c", "C", "checkboxes", options=OPTIONS), Field("d", "D", "date")]
    filled = Form(fields).read(Posted(sent))
    assert filled.ok == (not messages(filled))
    assert filled.ok <= bool(filled.text("t"))
