"""A policy file that is wrong names everything that is wrong with it, with the line; a right one is read."""

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.policy_files.fault import Fault, PolicyError
from cases.policy_files.reading import load_policy, parse_policy, read_policies, read_policy

ROOT = Path(__file__).parents[3]
SMALL = ROOT / "tests/policies/small.yaml"
BAD = ROOT / "tests/policies/bad"

# Each file is the small policy with one mistake: the line of the mistake, and what the message must hold.
MISTAKES = [
    ("unknown_key", 49, ["There is no key `colour`", "Allowed here: key, label"]),
    ("key_misspelt", 41, ["`openedby`", "Did you mean `opened_by`?"]),
    ("key_twice", 68, ["`word` is given twice", "line 67"]),
    ("key_twice_in_roles", 8, ["`worker` is given twice", "line 4"]),
    ("entry_twice", 26, ["Two entries", "`urgency`", "line 21"]),
    ("key_missing", 85, ["`deliverable` is missing"]),
    ("source_missing", 81, ["`source` is missing"]),
    ("number_for_text", 2, ["The number 1.1 stands here", "quotation marks"]),
    ("text_for_number", 31, ["“five”", "a whole number"]),
    ("true_for_number", 112, ["`true` stands here", "a whole number"]),
    ("yes_for_true", 24, ["“yes” stands here", "`true` or `false`", "yes and no, are texts"]),
    ("text_for_list", 41, ["“worker” stands here", "a list", "after a dash"]),
    ("list_for_text", 66, ["A list stands here", "a text"]),
    ("text_for_keys", 117, ["a set of keys"]),
    ("nothing_for_text", 98, ["Nothing stands here", "a text"]),
    ("not_one_of", 90, ["“strict”", "`guide`, `binding` or `chosen`"]),
    ("not_a_date", 2, ["“spring 2030”", "2026-05-31"]),
    ("too_small", 112, ["0 is too small", "The least is 1"]),
    ("nothing_in_list", 31, ["Nothing stands in this list", "at least one"]),
    ("bad_key", 44, ["“Talk!”", "small letters"]),
    ("bad_role_key", 8, ["The-Secretary", "small letters"]),
    ("bad_word", 34, ["“not settled”", "capital letters"]),
    ("word_too_long", 34, ["too long", "40"]),
    ("bad_prefix", 1, ["two to eight capital letters"]),
    ("two_limits", 106, ["exactly one", "none and hours"]),
    ("no_limit", 106, ["exactly one", "none of them"]),
    ("clock_missing", 102, ["Nothing stands in this list", "at least one"]),
    ("comma_unquoted", 34, ["no key `yet`", "quotation marks"]),
    ("tab", 68, ["not valid YAML", "not with tabs"]),
    ("colon_unquoted", 68, ["not valid YAML", "quotation marks"]),
    ("quote_unclosed", 98, ["never closed"]),
    ("bracket_unclosed", 42, ["not valid YAML", "bracket"]),
    ("indent_wrong", 67, ["not valid YAML"]),
    ("alias", 109, ["`*other` repeats", "Write it out"]),
    ("tag", 114, ["is a tag"]),
    ("list_as_key", 117, ["A list or a set of keys"]),
    ("two_documents", 111, ["a file holds one policy"]),
    ("control_character", 98, ["A character stands here"]),
]


def faults_of(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(PolicyError) as raised:
        read_policy(path)
    return raised.value.faults


def faults_in(text: str) -> list[str]:
    with pytest.raises(PolicyError) as raised:
        parse_policy(text, "sample.yaml")
    return [str(fault) for fault in raised.value.faults]


def every_fault(text: str) -> tuple[Fault, ...]:
    """The faults of a text, or none where it is a policy; any other error is a failure."""
    try:
        parse_policy(text, "sample.yaml")
    except PolicyError as error:
        return error.faults
    return ()


@pytest.mark.parametrize(("name", "line", "words"), MISTAKES)
def test_one_mistake_is_one_fault_with_its_line(name: str, line: int, words: list[str]) -> None:
    path = BAD / f"{name}.yaml"
    [fault] = faults_of(path)
    assert (fault.file, fault.line) == (str(path), line)
    assert [word for word in words if word not in str(fault)] == []
    assert "pydantic" not in str(fault)


def test_a_file_with_five_mistakes_names_all_five() -> None:
    found = [(fault.line, fault.path, fault.what) for fault in faults_of(BAD / "five_mistakes.yaml")]
    assert found == [
        (1, "partnership.shortname", "There is no key `shortname` here."),
        (5, "roles.worker", "The key `worker` is given twice; it stands on line 4 already."),
        (28, "entry.questions[told].source", "The key `source` is missing."),
        (50, "tracks[main].stages[talk].acts.receiving", "There is no role `wroker`."),
        (113, "closing.objection_working_days", "“three” stands here."),
    ]


def test_a_fault_is_printed_as_file_line_path_and_remedy() -> None:
    fault = Fault("a.yaml", 7, "roles.iro", "It is wrong.", "Mend it.")
    assert str(fault) == "a.yaml:7: roles.iro: It is wrong. Mend it."
    assert str(Fault("a.yaml", 0, "", "It cannot be read.", "")) == "a.yaml:0: It cannot be read."


def test_every_bad_file_differs_from_the_small_policy_in_little() -> None:
    right = set(SMALL.read_text().splitlines())
    unlike = {path.name: set(path.read_text().splitlines()) - right for path in BAD.glob("*.yaml")}
    assert len(unlike) > 80
    assert [name for name, lines in unlike.items() if len(lines) > 18] == []


def test_reading_gives_the_policy_with_its_text_and_hash() -> None:
    loaded = load_policy(SMALL)
    assert loaded.policy == read_policy(SMALL) == parse_policy(SMALL.read_text(), "stored")
    assert loaded.text == SMALL.read_text()
    assert loaded.sha256 == sha256(SMALL.read_bytes()).hexdigest()
    assert loaded.lines["tracks[main].stages[panel].acts.decides"] == 69


def test_words_that_yaml_turns_into_something_else_stay_text() -> None:
    text = SMALL.read_text().replace("dated: May 2026", "dated: 2026-05-01").replace("title: Chair", "title: off")
    policy = parse_policy(text, "sample.yaml")
    assert policy.document.dated == "2026-05-01"
    assert policy.roles["chair"].title == "off"
    assert policy.entry.flags[0].when == {"told": ("no",)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "sample.yaml:1: The file is empty."),
        ("just words", "“just words” stands here. It should be a set of keys."),
        ("- a\n- b\n", "A list stands here. It should be a set of keys."),
    ],
)
def test_what_is_no_policy_at_all_is_said_to_be_none(text: str, said: str) -> None:
    [fault] = faults_in(text)
    assert said in fault


def test_every_missing_part_of_a_policy_is_named() -> None:
    missing = ["chases", "closing", "document", "entry", "outcomes", "partnership", "roles", "tracks"]
    assert faults_in("{}") == [f"sample.yaml:1: {part}: The key `{part}` is missing. Add it." for part in missing]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("roles:\n", "roles:\n  <<: *more\n", "`*more` repeats another part"),
        ("title: The panel", "title: &panel The panel", ""),
        ("acts: {raising: worker", "acts: {raising: {worker: x}", "A set of keys stands here. It should be a text"),
        ("starts: received", "starts: Soon", "`received` or `stage_start` or a key"),
        ("of: [raising, receiving]", "of: [raising, both]", "`raising` or `receiving` or `decider`"),
        ("outside: {to: the", "outside: {colour: red, to: the", "Allowed here: to, hands_over, comes_back."),
        ("review_by: 2030-01-31", "review_by: 20300131", "a date such as"),
        ("dated: May 2026", "dated: {May: 2026}", "A text that holds a colon goes in quotation marks"),
        ("  objection_working_days: 3", "  objection_working_days: 99999999999", "a whole number"),
    ],
)
def test_other_ways_of_being_wrong(old: str, new: str, said: str) -> None:
    text = SMALL.read_text().replace(old, new, 1)
    if said:
        assert any(said in fault for fault in faults_in(text))
    else:
        assert parse_policy(text, "sample.yaml").stages["panel"].title == "The panel"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("            kind: binding", "            kind: strict"),
        ("            limit: {none: No time is given.}", "            limit: {}"),
        ("review_by: 2030-01-31", "review_by: spring 2030"),
        ("word: NOT SETTLED", "word: not settled"),
        ("repeats: 5", "repeats: 0"),
        ("            deliverable: decide\n", ""),
        ("    opened_by: [worker]", "    openedby: [worker]"),
        ("title: worker,", "title: 5,"),
        ("effect: goes_to, to: outside", "effect: goes_to, to: Outside!"),
    ],
)
def test_a_key_that_refers_to_nothing_is_named_beside_a_fault_of_shape(old: str, new: str) -> None:
    text = SMALL.read_text()
    assert old in text
    wrong = text.replace(old, new, 1).replace("receiving: manager", "receiving: manger", 1)
    found = faults_in(wrong)
    assert len(found) == 2
    assert [fault for fault in found if "There is no role `manger`. Did you mean `manager`?" in fault]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("      - key: talk\n", "      - key: Talk!\n"),
        ("    opened_by: [worker]", "    opened_by: worker"),
        ("        timescales:", "        clocks:"),
        ('  sharing: {says: The worker is told., source: {clause: "6", basis: S}}\n', ""),
        ("of: agency, proxy: deputy}", "of: agency, proxy: deputy, worker: [1]}"),
    ],
)
def test_nothing_is_guessed_of_what_a_wrong_part_may_hold(old: str, new: str) -> None:
    text = SMALL.read_text()
    assert old in text
    assert [fault for fault in faults_in(text.replace(old, new, 1)) if "There is no role" in fault] == []


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    [fault] = faults_of(tmp_path / "gone.yaml")
    assert "cannot be read: No such file or directory" in fault.what
    path = tmp_path / "latin.yaml"
    path.write_bytes("a: 1\nb: caf\u00e9\n".encode("latin-1"))
    [fault] = faults_of(path)
    assert (fault.line, fault.what) == (2, "The file is not UTF-8 here.")


def test_a_folder_is_read_by_key_and_the_faults_of_all_its_files_are_named(tmp_path: Path) -> None:
    assert list(read_policies(ROOT / "policies")) == ["chscp", "cyscp", "hscp", "krscp", "wsscp"]
    for name in ("tag", "tab"):
        (tmp_path / f"{name}.yaml").write_text((BAD / f"{name}.yaml").read_text())
    with pytest.raises(PolicyError) as raised:
        read_policies(tmp_path)
    assert [Path(fault.file).name for fault in raised.value.faults] == ["tab.yaml", "tag.yaml"]


def test_a_folder_without_policies_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="There is no policy file here"):
        read_policies(tmp_path)


def test_two_partnerships_share_neither_key_nor_prefix_nor_inbox(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(SMALL.read_text())
    with pytest.raises(PolicyError) as raised:
        read_policies(tmp_path)
    assert [(Path(fault.file).name, fault.path) for fault in raised.value.faults] == [
        ("b.yaml", "partnership.inbox"),
        ("b.yaml", "partnership.key"),
        ("b.yaml", "partnership.reference_prefix"),
    ]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 4000), st.text(alphabet="\t \n:{}[]&*!|>'\"#%@`-?,xé\x07", max_size=3))
def test_a_damaged_file_is_either_read_or_its_faults_are_named(place: int, noise: str) -> None:
    text = SMALL.read_text()
    damaged = text[:place] + noise + text[place + 1 :]
    lines = [fault.line for fault in every_fault(damaged)]
    assert all(1 <= line <= damaged.count("\n") + 1 for line in lines)
