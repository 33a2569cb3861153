"""What the digest says, from what was found: each expectation is written from the situation, not from the output."""

from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

import pytest
from digests import BUSY, FRIDAY, HASH, MONDAY, QUIET, case, ends

from cases.digest.composing import compose, subject
from cases.digest.findings import Chore, Digest, Findings, MailIn, Section, Some, Step, Tray, Unsent
from cases.digest.words import MOST_LINES


def section(digest: Digest, key: str) -> Section | None:
    return next((each for each in digest.sections if each.key == key), None)


def words(found: Findings, key: str) -> list[str]:
    shown = section(compose(found), key)
    return [f"{line.reference} {line.words}".strip() for line in shown.lines] if shown else []


def test_a_quiet_day_says_so_in_two_lines_and_still_carries_the_seal_of_the_record() -> None:
    digest = compose(QUIET)
    assert digest.top == (
        "Nothing waits for you.",
        "12 cases are open; next is CHSCP-2026-0012, due Friday 27 November.",
    )
    assert [each.key for each in digest.sections] == ["record"]
    assert any(HASH in line.words.replace(" ", "") for line in digest.sections[0].lines)


def test_with_no_case_at_all_it_says_that_too() -> None:
    assert compose(Findings("CHSCP", MONDAY, FRIDAY, QUIET.calendar)).top == (
        "Nothing waits for you.",
        "No case is open.",
    )


def test_the_first_lines_of_a_busy_day_say_everything_that_matters() -> None:
    assert compose(BUSY).top == (
        "A child may be in danger: CHSCP-2026-0042 and a confidential case.",
        "8 things need you today, 4 of them new; 1 mail has waited too long in the tray.",
        "The service did not run from 18:00 on Wednesday 18 November to 20:00 on Sunday 22 November.",
        "3 cases are overdue, 1 of them newly; the longest is CHSCP-2026-0009, 6 working days late.",
        "12 cases are open; next is CHSCP-2026-0021, due Tuesday 24 November (the next working day).",
    )


def test_the_most_dangerous_comes_first() -> None:
    assert [each.key for each in compose(BUSY).sections] == [
        "needs", "still", "catch_up", "overdue", "soon", "goes", "new", "closed", "letters", "mailboxes", "contacts",
        "coverage", "record",
    ]  # fmt: skip
    assert words(BUSY, "needs")[0].startswith("CHSCP-2026-0042 A child may be in danger")


@pytest.mark.parametrize(
    ("pressing", "line"), [(0, "nothing waits for you"), (1, "1 thing needs you today"), (2, "2 things need you today")]
)
def test_the_subject_says_how_much_needs_somebody_and_nothing_of_any_case(pressing: int, line: str) -> None:
    chores = [Chore(f"CHSCP-2026-000{number}", False, "missing:x", FRIDAY) for number in range(pressing)]
    found = replace(QUIET, chores=chores, pressing=pressing)
    assert subject(compose(found)) == f"CHSCP: {line} – Monday 23 November 2026"


def test_held_letters_and_a_mailbox_that_cannot_be_read_need_somebody_too() -> None:
    box = MailIn("chscp", 0, 0, 0, 0, 0, None, "the server refused the password.")
    digest = compose(replace(QUIET, unsent=Unsent(held=4), mailboxes=[box]))
    assert digest.needs == 2
    assert words(replace(QUIET, unsent=Unsent(held=4), mailboxes=[box]), "needs") == [
        "The mailbox chscp cannot be read: the server refused the password.",
        "4 letters are held back until you let them go.",
    ]


@pytest.mark.parametrize(
    ("tray", "line"),
    [
        (Tray(), None),
        (Tray(1, 0, FRIDAY), "Tray: 1 mail waits, since Friday 20 November."),
        (Tray(1, 1, FRIDAY), "Tray: 1 mail waits, since Friday 20 November; that is too long."),
        (Tray(4, 0, FRIDAY), "Tray: 4 mails wait, the oldest since Friday 20 November."),
        (Tray(4, 2, FRIDAY), "Tray: 4 mails wait, the oldest since Friday 20 November; 2 of them too long."),
    ],
)
def test_the_tray_is_one_line_that_says_how_many_wait_for_too_long(tray: Tray, line: str | None) -> None:
    assert words(replace(QUIET, tray=tray), "needs") == ([line] if line else [])


def test_a_confidential_case_shows_its_reference_and_that_it_is_confidential_alone() -> None:
    secret = case(40, ends(date(2026, 11, 20)), "Stage 4", silent="no answer from: the commissioner", hidden=True)
    chore = Chore(secret.reference, True, "immediate_harm", FRIDAY)
    one = Some([secret], 1)
    found = replace(QUIET, chores=[chore], pressing=1, overdue=one, soon=one, opened=one, closed=one, missed=one)
    lines = [line.words for each in compose(found).sections for line in each.lines if line.reference]
    assert set(lines) == {"A confidential case.", "A confidential case. Since Friday 20 November."}


@pytest.mark.parametrize(
    ("due", "late"),
    [
        (ends(date(2026, 11, 20)), "1 working day late"),
        (ends(date(2026, 11, 19)), "2 working days late"),
        (MONDAY - timedelta(hours=1), "overdue since today"),
        (ends(date(2026, 11, 16)), "5 working days late"),
    ],
)
def test_lateness_is_in_working_days(due: datetime, late: str) -> None:
    found = replace(QUIET, overdue=Some([case(9, due)], 1))
    assert words(found, "overdue")[0].startswith(f"CHSCP-2026-0009 {late[0].upper()}{late[1:]}. Stage 2, ")


def test_a_list_is_cut_and_says_how_many_more_there_are() -> None:
    many = [case(number, ends(date(2026, 11, 20))) for number in range(40)]
    shown = section(compose(replace(QUIET, overdue=Some(many[:MOST_LINES], 40))), "overdue")
    assert shown
    assert (len(shown.lines), shown.more) == (MOST_LINES, 40 - MOST_LINES)


def test_what_goes_out_by_itself_is_grouped_by_what_it_is() -> None:
    steps = [Step(f"CHSCP-2026-{number:04d}", ("chase",)) for number in range(20)]
    found = replace(QUIET, steps=[*steps, Step("CHSCP-2026-0099", ("pause",))], steps_in_all=25)
    shown = section(compose(found), "goes")
    assert shown
    assert [line.words.partition(":")[0] for line in shown.lines] == [
        "We ask again where nobody has answered",
        "A pause ends",
    ]
    assert shown.lines[0].words.endswith("and 5 more.")
    assert shown.more == 4


def test_days_of_another_year_are_named_with_it() -> None:
    found = replace(QUIET, next_due=case(1, ends(date(2027, 1, 4))))
    assert compose(found).top[-1] == "12 cases are open; next is CHSCP-2026-0001, due Monday 4 January 2027."


def test_a_policy_past_its_review_date_is_named_and_one_that_is_not_is_not() -> None:
    due = "The policy was to be reviewed by Sunday 22 November 2026."
    assert due in words(replace(QUIET, review_by=date(2026, 11, 22)), "record")
    assert len(words(replace(QUIET, review_by=date(2026, 11, 23)), "record")) == 2


def test_every_kind_of_task_has_words_of_its_own_and_none_are_taken_from_the_task() -> None:
    for key in ("immediate_harm", "harm:1", "breach:1", "not_reached:1", "missing:s1:r:p", "denied:1", "k3:2", "new:1"):
        line = words(replace(QUIET, chores=[Chore("X-1", False, key, FRIDAY)], pressing=1), "needs")[0]
        assert line.endswith(". Since Friday 20 November.")


def test_nothing_in_it_is_anything_but_words_numbers_and_days() -> None:
    kinds: set[type] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for each in value.values():
                walk(each)
        elif isinstance(value, list | tuple):
            for each in value:
                walk(each)
        else:
            kinds.add(type(value))

    walk(asdict(compose(BUSY)))
    assert kinds <= {str, int, date}


@pytest.mark.parametrize(
    ("seconds", "line"),
    [
        (3_700, "At 09:00 on Friday 20 November the computer’s clock was set forward by 1 hour."),
        (-86_400 * 3, "At 09:00 on Friday 20 November the computer’s clock was set back by 3 days."),
    ],
)
def test_a_clock_that_was_changed_is_said(seconds: int, line: str) -> None:
    gap = replace(BUSY.downs[0], kind="jumped", until=FRIDAY + timedelta(hours=1), seconds=seconds)
    assert line in words(replace(BUSY, downs=[gap]), "catch_up")


def test_what_was_said_before_never_hides_what_is_new() -> None:
    """The new task of a long-known case brings the case up; what nobody has done since stands apart."""
    old = [Chore(f"CHSCP-2026-{number:04d}", False, "k1:1", FRIDAY) for number in range(20)]
    new = Chore("CHSCP-2026-0003", False, "mail:m1", MONDAY - timedelta(hours=2))
    found = replace(QUIET, said=FRIDAY, chores=[new, *old], pressing=21, fresh=1)
    assert words(found, "needs") == [
        "CHSCP-2026-0003 Read a mail about the case. Since Monday 23 November. Nobody has answered: telephone."
    ]
    still = section(compose(found), "still")
    assert still
    assert (len(still.lines), still.more) == (MOST_LINES, 4)
    assert "CHSCP-2026-0003" not in str(still)


def test_a_child_in_danger_stays_on_top_however_long_it_was_said() -> None:
    worst = Chore("CHSCP-2026-0099", False, "immediate_harm", FRIDAY - timedelta(days=30))
    new = [Chore(f"CHSCP-2026-{number:04d}", False, "k1:1", MONDAY) for number in range(30)]
    found = replace(QUIET, said=FRIDAY, chores=[worst, *new], pressing=31, fresh=30, tray=Tray(2, 0, FRIDAY))
    assert compose(found).top[0] == "A child may be in danger: CHSCP-2026-0099."
    assert [line.split(" ")[0] for line in words(found, "needs")[:3]] == ["CHSCP-2026-0099", "Tray:", "CHSCP-2026-0000"]
    assert subject(compose(found)).startswith("CHSCP: 33 things need you today, 1 urgent – ")


def test_overdue_cases_that_were_named_before_are_one_line() -> None:
    old = [case(number, ends(date(2026, 11, 18))) for number in (1, 2)]
    found = replace(QUIET, said=FRIDAY, overdue=Some([*old, case(3, ends(date(2026, 11, 20)))], 3))
    lines = words(found, "overdue")
    assert lines[0].startswith("CHSCP-2026-0003 1 working day late. ")
    assert lines[1:] == [
        "As said before, with the working days that they are late: CHSCP-2026-0001 (3), CHSCP-2026-0002 (3)."
    ]
    assert (
        "3 cases are overdue, 1 of them newly; the longest is CHSCP-2026-0001, 3 working days late."
        in compose(found).top
    )
