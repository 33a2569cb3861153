"""The lines of the form as people really send them back."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.directory.directory import Agency, Directory, Person
from cases.policy_files.reading import load_policy
from cases.verbs.letters import ASKED_AGAIN, CORE_LABELS
from intake.forms.blank import blank_form
from intake.forms.lines import Lines, read_lines, submission, supplied
from intake.pages import questions

POLICIES = {path.stem: load_policy(path).policy for path in (Path(__file__).parents[3] / "policies").glob("*.yaml")}
POLICY = POLICIES["chscp"]
TODAY = date(2026, 11, 27)
DIRECTORY = Directory(
    [Agency("health", "Homerton Health", ("homerton.example",)), Agency("hackney", "Hackney Children's Services")],
    [Person("practitioner", "Alice Osei", "alice@homerton.example", "health")],
    "support@chscp.example",
)
DATED = "Is there a date by which this must be settled to protect the child?"
AREA = "What is the difference about?"
HARM = "Is the child in immediate danger, or at risk of immediate harm?"


def read(text: str, same_line: bool = False) -> Lines:
    return read_lines(text, POLICY, DIRECTORY, TODAY, same_line)


def only(text: str, name: str) -> object:
    return read(text).values.get(name)


@pytest.mark.parametrize(
    "line",
    [
        "The child's initials: K.M.",
        "the childs initials : K.M.",
        "THE CHILD’S INITIALS:K.M.",
        "  - The child's initials: K.M.",
        "• The child's initials: K.M.",
        "3) The child's initials: K.M.",
        "*The child's initials:* K.M.",
        "The child's initials = K.M.",
        "The child's initials - K.M.",
        "The child's initials\tK.M.",
        "The child's initials      K.M.",
        "| The child's initials | K.M. |",
        "The child's initals: K.M.",
        "The child's\ninitials: K.M.",
        "The child's initials:\nK.M.",
        "The child's initials\n\nK.M.",
        "> The child's initials: K.M.",
        "Child's initials: K.M.",
    ],
)
def test_a_label_is_known_however_it_was_copied(line: str) -> None:
    assert only(f"Hello,\n\n{line}\n", "child") == "K.M."


@pytest.mark.parametrize(
    "line",
    [
        "The child: K.M.",
        "I do not know the child's initials, K.M. perhaps.",
        "As to the other agency we asked them twice.",
        "The other day: nothing",
        "Their agency: nothing",
    ],
)
def test_prose_is_not_taken_for_a_label(line: str) -> None:
    assert read(line).names == frozenset()


def test_a_value_goes_on_to_the_next_label_and_not_into_the_signature() -> None:
    concern = "What is the concern?\nFirst line\nsecond line.\n\nNew paragraph.\n"
    found = read(f"{concern}Your job: health visitor\n\nKind regards\nAlice")
    assert found.values["concern"] == "First line\nsecond line.\n\nNew paragraph."
    assert found.values["job"] == "health visitor"
    assert only("What is the concern? He is hurt.\n\nKind regards\nAlice\nHealth visitor", "concern") == "He is hurt."


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("4 December 2026", "2026-12-04"),
        ("4/12/2026", "2026-12-04"),
        ("Friday 4 December", "2026-12-04"),
        ("2026-12-04", "2026-12-04"),
        ("n/a", None),
        ("none", None),
    ],
)
def test_a_date_is_read_as_people_write_it(words: str, day: str | None) -> None:
    found = read(f"{DATED} {words}")
    assert (found.values.get("q_protects_by"), found.unread) == (day, ())


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("Levels of need", ("levels_of_need",)),
        ("levels of need; roles and responsibilities", ("levels_of_need", "roles")),
        ("- Whether action is needed, and what action\n- Something else", ("action", "other")),
        ("plans", ("plans",)),
        ("Levels of neeed", ("levels_of_need",)),
    ],
)
def test_choices_are_named_by_title_or_key(words: str, chosen: tuple[str, ...]) -> None:
    assert only(f"{AREA} {words}", "q_area") == chosen


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Yes", "yes"),
        ("yes, tonight", "yes"),
        ("Y", "yes"),
        ("No", "no"),
        ("no - with his grandmother", "yes"),
        ("no, not at the moment", "no"),
        ("not at the moment", "no"),
        ("I am not sure", "yes"),
        ("possibly", "yes"),
        ("not sure", "yes"),
        ("", None),
    ],
)
def test_whoever_is_not_sure_about_immediate_harm_is_answered_as_if_it_were_so(words: str, said: str | None) -> None:
    assert only(f"{HARM} {words}", "harm") == said


@pytest.mark.parametrize(
    ("line", "key", "kept"),
    [
        (f"{DATED} soon", "protects_by", None),
        (f"{AREA} bananas", "area", None),
        ("The other agency: Hackny Council", "other_agency", "Hackny Council"),
        ("Their e-mail address: ben at hackney", "other_email", None),
        ("Which stage has it reached? the third", "starts_at", None),
    ],
)
def test_what_does_not_fit_is_kept_as_it_was_written(line: str, key: str, kept: str | None) -> None:
    found = read(line)
    [odd] = found.unread
    assert (odd.key, odd.text) == (key, line.removeprefix(odd.label).strip(" :"))
    assert found.values.get(key) == kept


def test_an_agency_is_known_by_its_name_with_a_slip_or_by_its_key() -> None:
    for written in (
        "Hackney Children's Services",
        "hackney childrens services",
        "Hackney Childrens Service",
        "hackney",
    ):
        assert only(f"The other agency: {written}", "other_agency") == "hackney"


def test_the_raiser_is_known_by_the_address_and_the_directory() -> None:
    sent = submission(POLICY, read("The child's initials: K.M."), "alice@homerton.example", "alice", DIRECTORY)
    assert (sent.email, sent.name, sent.agency) == ("alice@homerton.example", "Alice Osei", "health")


def test_a_stage_of_another_track_than_the_one_named_is_asked_for_again() -> None:
    policy = next(each for each in POLICIES.values() if len(each.tracks) > 1)
    first, last = policy.tracks[0], policy.tracks[-1]
    text = f"What is it about? {first.title}\nWhich stage has it reached? {last.stages[-1].key}\n"
    found = read_lines(text, policy, DIRECTORY, TODAY)
    assert found.values["track"] == first.key
    assert [each.key for each in found.unread] == ["starts_at"]


@pytest.mark.parametrize("name", POLICIES)
def test_the_blank_form_of_every_policy_says_nothing_and_is_read_back_once_filled_in(name: str) -> None:
    policy = POLICIES[name]
    blank = blank_form(policy)
    assert max(len(line) for line in blank.splitlines() if line.startswith("    ")) <= 72
    empty = read_lines(blank, policy, DIRECTORY, TODAY)
    assert (dict(empty.values), empty.unread, empty.is_form) == ({}, (), False)
    option = {each.key: each.options[0].title for each in policy.entry.questions if each.options}
    lines = blank.splitlines()
    for question in policy.entry.questions:
        at = next(place for place, line in enumerate(lines) if line.rstrip(":") == question.label.rstrip(":"))
        said = {"date": "4 December 2026", "yes_no": "yes"}.get(question.kind, option.get(question.key, "Some words"))
        lines.insert(at + 1, said)
    at = lines.index("The child's initials:")
    lines[at] += " K.M."
    found = read_lines("\n".join(lines), policy, DIRECTORY, TODAY)
    assert found.unread == ()
    assert found.is_form
    expected = {"date": "2026-12-04", "yes_no": "yes", "text": "Some words", "long": "Some words"}
    for question in policy.entry.questions:
        value = found.values[f"q_{question.key}"]
        first = question.options[0].key if question.options else ""
        assert value == {"choice": first, "choices": (first,)}.get(question.kind, expected.get(question.kind))


def test_of_a_quoted_letter_only_what_stands_on_the_labels_own_line_counts() -> None:
    quoted = (
        "What the concern is\nIt has not been written down yet.\nThe child's initials: K.M.\nThe other agency:\nfoot"
    )
    assert read(quoted, same_line=True).values == {"child": "K.M."}


def test_the_labels_that_letters_ask_for_are_found_again() -> None:
    policy = next(each for each in POLICIES.values() if len(each.tracks) > 1)
    form = questions.form_of(questions.sections(policy, Directory([], [], "")))
    known = {each.label for each in form.fields} | set(questions.AGENCIES.values())
    for key, label in (CORE_LABELS | ASKED_AGAIN).items():
        found = read_lines(f"{label}: zzz", policy, DIRECTORY, TODAY)
        assert found.names == {key}, label
        assert label in known or key == "concern"


def test_facts_of_the_case_are_what_the_lines_supply() -> None:
    found = read(
        f"The child's initials: K.M.\n{DATED} 4 December 2026\n{HARM} yes\nWhich stage has it reached? stage 2"
    )
    assert supplied(POLICY, found) == {"immediate_harm": "yes", "child": "K.M.", "protects_by": "2026-12-04"}


@given(
    st.text(max_size=2000)
    | st.lists(st.sampled_from(["The child's initials", ":", "\n", "?", "Is it", " ", "x"])).map("".join)
)
def test_nothing_in_a_mail_stops_the_reading(text: str) -> None:
    read(text)


@pytest.mark.parametrize("text", ["x" * 1_000_000, ": " * 500_000, "Is it about\n" * 80_000, "a  b:c\td|" * 100_000])
def test_long_texts_are_read_to_a_limit(text: str) -> None:
    assert read(text).values == {}
