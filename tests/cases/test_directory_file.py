"""A directory as a file: an error for each row, many ways to save it, and what was written reads back the same."""

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.directory.directory import Agency, Away, Directory, Person
from cases.directory.file import COLUMNS, DirectoryError, Sheet, read_sheet, write_sheet
from cases.directory.intake import agency_changes, as_file, differences
from cases.policy_files.reading import load_policy
from tests.conftest import AGENCIES, PEOPLE, ROOT

POLICY = load_policy(ROOT / "policies/chscp.yaml").policy
HEAD = "agency,agency_name,domains,role,name,email,phone"
MIRA = "health,Homerton Health,homerton.example,line_manager,Mira Shah,mira@homerton.example,"
UNA = ",,,commissioner,Una Blake,una@chscp.example,"
TODAY = date(2026, 11, 27)


def read(*lines: str, head: str = HEAD) -> Sheet:
    return read_sheet("\n".join([head, *lines]).encode(), POLICY, ["escalations@chscp.example"])


def errors(*lines: str, head: str = HEAD) -> list[str]:
    return [str(each) for each in read(*lines, head=head).errors]


def test_a_good_file_is_read() -> None:
    sheet = read(MIRA, UNA, "police,Central East Police,police.example met.example,,,,")
    assert sheet.errors == ()
    assert sheet.people == (
        Person("line_manager", "Mira Shah", "mira@homerton.example", "health"),
        Person("commissioner", "Una Blake", "una@chscp.example"),
    )
    assert sheet.agencies[1] == Agency("police", "Central East Police", ("police.example", "met.example"))
    assert sheet.delegates is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (MIRA.replace("line_manager", "boss"), "Line 2: column role: The policy has no role “boss”. Use one of: "),
        (MIRA.replace("health,", ",").replace("Homerton Health", ""), "Line 2: column agency: The role “line_manager”"),
        (UNA.replace(",,,", "health,Homerton,homerton.example,"), "Line 2: column agency: The role “commissioner” is"),
        (UNA.replace("Una Blake", ""), "Line 2: column name: The person has no name."),
        (UNA.replace("una@chscp.example", "una"), "Line 2: column email: “una” is not an e-mail address."),
        (UNA.replace("una@", "u b@"), "Line 2: column email: “u b@chscp.example” is not an e-mail address."),
        (UNA.replace("una@", "escalations@"), "Line 2: column email: escalations@chscp.example is an address of this"),
        (MIRA.replace("mira@homerton", "mira@hornerton"), "Line 2: column email: The domain of mira@hornerton.example"),
        (MIRA.replace("homerton.example,line", "nurse@homerton.example,line"), "Line 2: column domains: “nurse@hom"),
        (MIRA.replace("health,Hom", "Our Health!,Hom"), "Line 2: column agency: “Our Health!” cannot be the short"),
        (MIRA.replace("Homerton Health", ""), "Line 2: column agency_name: The agency “health” has no name."),
        (",,,,Una Blake,una@chscp.example,", "Line 2: column role: The person has no role."),
        (",,,,,,020 7946 0001", "Line 2: column agency: The row names neither an agency nor a role."),
    ],
)  # fmt: skip
def test_each_row_has_its_own_error_with_the_remedy(row: str, says: str) -> None:
    found = errors(row, MIRA.replace("mira", "other").replace("Mira", "Other"))
    assert [each for each in found if each.startswith(says)], found
    assert len(read(row).people) <= 1


def test_every_wrong_row_is_named_in_the_order_of_the_file() -> None:
    found = errors(UNA.replace("una@", "una "), MIRA, MIRA, MIRA.replace("line_manager", "boss"))
    assert [each.partition(":")[0] for each in found] == ["Line 2", "Line 4", "Line 5"]
    assert "The same person stands in this role in line 3 already. Remove one of the rows." in found[1]


def test_two_rows_that_name_an_agency_differently_are_an_error_and_empty_ones_are_not() -> None:
    other = MIRA.replace("Homerton Health", "Homerton").replace("line_manager", "director")
    assert "has another name or other domains than in line 2" in errors(MIRA, other)[0]
    assert errors(MIRA, MIRA.replace("Homerton Health,homerton.example", ",").replace("line_manager", "director")) == []


def test_delegates_and_absences_are_read_and_checked() -> None:
    head = f"{HEAD},delegate,away_from,away_until"
    una, mira = f"{UNA},mira@HOMERTON.example,04/12/2026,2026-12-11", f"{MIRA},,,"
    sheet = read(una, mira, head=head)
    assert sheet.errors == ()
    assert sheet.delegates == {"una@chscp.example": "mira@homerton.example", "mira@homerton.example": ""}
    assert sheet.absences == (Away("una@chscp.example", date(2026, 12, 4), date(2026, 12, 11)),)
    wrong = [
        (f"{UNA},nobody@chscp.example,,", "nobody@chscp.example is nobody in this file."),
        (f"{UNA},una@chscp.example,,", "Nobody can be their own delegate."),
        (f"{UNA},,soon,", "column away_from: “soon” is not a date. Write it as 2026-12-04 or 04/12/2026."),
        (f"{UNA},,2026-12-04,", "column away_until: Only one of the two days is given."),
        (f"{UNA},,,2026-12-04", "column away_from: Only one of the two days is given."),
        (f"{UNA},,2026-12-04,2026-12-03", "column away_until: The last day is before the first."),
        (f"{UNA},,2026-12-04,2036-12-03", "column away_until: It is longer than a year."),
    ]
    for row, says in wrong:
        assert says in errors(row, mira, head=head)[0]
    twice = [f"{UNA},mira@homerton.example,,", mira, f"{UNA.replace('commissioner', 'iro')},,,"]
    assert "has another delegate in line 2" in errors(*twice, head=head)[0]


@pytest.mark.parametrize(
    "saved",
    [
        lambda text: text.encode(),
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("cp1252"),
        lambda text: text.replace(",", ";").encode("cp1252"),
        lambda text: text.replace(",", "\t").encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: f"{text}\n,,,,,,\n\n".encode(),
        lambda text: text.replace(HEAD, HEAD.upper()).encode(),
    ],
)
def test_a_file_is_read_however_a_spreadsheet_saved_it(saved: Callable[[str], bytes]) -> None:
    sheet = read_sheet(saved(f"{HEAD}\n{UNA.replace('Una Blake', 'Zoë Müller')}"), POLICY)
    assert sheet.errors == ()
    assert [person.name for person in sheet.people] == ["Zoë Müller"]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "it has no column agency"),
        (b"agency,role\n", "it has no column agency_name"),
        (b"PK\x03\x04rest", "it is a spreadsheet, not a CSV file"),
        (b"\xff\xfeabc", "its letters cannot be read. Save it again as CSV UTF-8."),
        (f"{HEAD}\n\x81".encode("latin-1"), "its letters cannot be read"),
        (f'{HEAD}\n"open,'.encode(), "cannot be read as CSV"),
        (f"{HEAD}\n{UNA},more".encode(), "line 2 has more cells than there are columns"),
        (b"x" * 2_000_001, "it is larger than 2 MB"),
    ],
)
def test_what_is_no_such_file_is_refused_in_words_that_name_the_remedy(raw: bytes, says: str) -> None:
    with pytest.raises(DirectoryError, match=says):
        read_sheet(raw, POLICY)


def test_a_file_without_people_is_not_taken_in() -> None:
    assert "The file holds no people." in errors("police,Police,police.example,,,,")[0]


def test_what_a_spreadsheet_would_take_for_a_formula_is_guarded() -> None:
    text = write_sheet([], [Person("commissioner", "=HYPERLINK(1)", "una@chscp.example", None, "+44 20 7946 0001")], {})
    row = list(csv.reader(io.StringIO(text)))[1]
    assert (row[4], row[6]) == ("'=HYPERLINK(1)", "'+44 20 7946 0001")


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).map(str.strip).filter(bool)
people_lists = st.lists(
    st.builds(
        lambda role, name, number, agency, phone, absent: (
            Person(role, name, f"p{number}@homerton.example", agency if role != "iro" else None, phone.strip()),
            absent,
        ),
        st.sampled_from(["line_manager", "director", "iro"]),
        names,
        st.integers(0, 5),
        st.sampled_from(["health", "police"]),
        st.text(max_size=12),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda each: (each[0].role, each[0].agency, each[0].email),
)


@given(people_lists, names)
def test_what_was_written_reads_back_and_changes_nothing(held: list[tuple[Person, bool]], agency: str) -> None:
    agencies = [Agency("health", agency, ("homerton.example",)), Agency("police", "Police", ())]
    away = [Away(person.email, TODAY, TODAY) for person, absent in held if absent]
    directory = Directory(agencies, [person for person, _ in held], "s@chscp.example", dict.fromkeys(away))
    sheet = read_sheet(as_file(directory, TODAY).encode("utf-8-sig"), POLICY)
    assert sheet.errors == ()
    assert differences(directory, sheet) == []
    assert agency_changes(directory, sheet) == []


def test_the_differences_say_what_is_new_changed_and_ended() -> None:
    directory = Directory(AGENCIES, PEOPLE, "s@chscp.example")
    text = as_file(directory, TODAY).replace("Mira Shah", "Mira Khan").replace("una@chscp", "ursa@chscp")
    text = text.replace("020 7946 0001", "").replace("Central East Police", "Met Police")
    whole = text.replace(
        "Xena Ford,xena@chscp.example,,,,", "Xena Ford,xena@chscp.example,,ben@hackney.example,2026-12-01,2026-12-02"
    )
    found = differences(directory, read_sheet(whole.encode(), POLICY))
    assert [(each.kind, each.person.name, each.what) for each in found] == [
        ("changed", "Alice Osei", "telephone: none (was 020 7946 0001)"),
        ("changed", "Mira Khan", "name: Mira Khan (was Mira Shah)"),
        ("new", "Una Blake", "Enters the directory in this role."),
        ("changed", "Xena Ford", "delegate: ben@hackney.example (was none); away from 2026-12-01 to 2026-12-02"),
        ("ended", "Una Blake", "Not in the file: the role ends."),
    ]
    changes = agency_changes(directory, read_sheet(whole.encode(), POLICY))
    assert changes == ["Met Police: domains police.example."]


def test_agencies_that_come_and_go_are_named() -> None:
    directory = Directory([Agency("police", "Police", ())], [], "s@chscp.example")
    sheet = read(MIRA)
    assert agency_changes(directory, sheet) == ["Homerton Health: new.", "Police: not in the file, and taken out."]


def test_the_columns_are_those_that_the_manual_names() -> None:
    assert ",".join(COLUMNS) == HEAD
