"""The commands as a person or a mail server meets them: exit status, words, and never a traceback."""

import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from answerable.cli import app
from answerable.now import now
from answerable.settings import ROOT, read
from answerable.wiring import Service, build
from cases.mail.dispatch import Dispatch
from cases.reading import Reading
from cases.staff.staff_list import StaffList
from cases.store.database import Database
from cases.submission import Submission
from cases.support import Act, Support, fingerprint
from cases.verbs import ending
from cases.verbs.orders import Order

pytestmark = pytest.mark.slow
COMMAND = str(Path(sys.executable).parent / "answerable")
BAD = ROOT / "tests/policies/bad"
SCENARIO = ROOT / "tests/policies/scenarios/chscp/2_6_plan.yaml"
DIRECTORY = """\
agency,agency_name,domains,role,name,email,phone
health,Homerton Health,homerton.example,practitioner,Alice Osei,alice@homerton.example,
health,Homerton Health,homerton.example,line_manager,Mira Shah,mira@homerton.example,020 7946 0001
police,Central East Police,police.example,,,,
,,,commissioner,Una Blake,una@chscp.example,
"""
MAIL = (
    b"From: Alice Osei <alice@homerton.example>\r\nTo: escalations@chscp.example\r\n"
    b"Message-ID: <1@homerton.example>\r\nSubject: Nobody visits\r\n\r\nPlease help.\r\n"
)
TOML = """\
database = "cases.db"
transport = "none"
[partnerships.chscp]
inbox = "escalations@chscp.example"
business_support = "support@council.example"
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command in a folder of its own, with settings and a key but no database yet; nothing waits long for a lock."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Database.__init__, "__defaults__", (0.0,))
    (tmp_path / "answerable.toml").write_text(TOML, encoding="utf-8")

    def command(*words: str | Path, stdin: bytes = b"") -> Result:
        return CliRunner().invoke(app, [str(word) for word in words], input=stdin)

    assert command("new-key", "master.key").exit_code == 0
    monkeypatch.setenv("ANSWERABLE_MASTER_KEY_FILE", "master.key")
    return command


@pytest.fixture
def installed(run: Run) -> Run:
    """The same, with the database set up and a directory in it."""
    assert run("migrate").exit_code == 0
    Path("directory.csv").write_text(DIRECTORY, encoding="utf-8")
    assert run("directory", "import", "chscp", "directory.csv").exit_code == 0
    return run


def service() -> Service:
    return build(read(os.environ), now)


def in_one_line(result: Result, status: int, *words: str) -> None:
    """It ended with this status and one line that says these words."""
    assert result.exit_code == status, result.output
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert all(word in result.stderr for word in words), result.stderr
    assert "Traceback" not in result.stderr


def test_the_help_lists_every_command_and_says_what_the_service_is_for() -> None:
    said = subprocess.run([COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
    for command in ("demo", "serve", "intake", "check", "rehearse", "migrate", "verify", "new-key", "directory"):
        assert f"│ {command} " in said
    assert "every escalation" in said


def test_no_command_at_all_shows_the_help(run: Run) -> None:
    assert "Commands" in run().output


def test_check_finds_the_five_policies_sound_and_lists_what_is_to_be_signed_off(run: Run) -> None:
    result = run("check")
    assert result.exit_code == 0, result.output
    for name in ("City and Hackney", "Kingston and Richmond", "Havering", "West Sussex", "City of York"):
        assert name in result.stdout
    assert "2.6" in result.stdout


def test_check_as_json_names_each_partnership_once(run: Run) -> None:
    result = run("check", "--json")
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)) == 5


def test_check_names_every_mistake_of_a_bad_file_with_its_line_and_ends_with_1(run: Run) -> None:
    result = run("check", BAD / "five_mistakes.yaml")
    assert result.exit_code == 1
    lines = result.stderr.strip().splitlines()
    assert [line.removeprefix(f"{BAD}/five_mistakes.yaml:").partition(":")[0] for line in lines] == [
        "1",
        "5",
        "28",
        "50",
        "113",
    ]
    assert "Did you mean `short_name`?" in lines[0]


@pytest.mark.parametrize("name", ["never_ends.yaml", "unknown_role.yaml", "tab.yaml", "not_there.yaml"])
def test_check_of_any_other_bad_file_ends_with_1_and_words(run: Run, name: str) -> None:
    result = run("check", BAD / name)
    assert result.exit_code == 1
    assert name in result.stderr + result.stdout
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_rehearse_prints_the_course_day_by_day_with_clauses(run: Run) -> None:
    result = run("rehearse", ROOT / "policies/chscp.yaml", SCENARIO)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("Friday 27 November 2026")
    assert "[as we read 2.6" in result.stdout


def test_rehearse_as_json_holds_the_letters_clocks_and_entries(run: Run) -> None:
    result = run("rehearse", ROOT / "policies/chscp.yaml", SCENARIO, "--json")
    course = json.loads(result.stdout)
    assert {"letters", "clocks", "entries"} <= course.keys()
    assert any("as we read 2.6" in letter["cites"] for letter in course["letters"])


@pytest.mark.parametrize("text", ["title: x\nclauses: [\n", "title: x\nraised: never\n", ""])
def test_a_scenario_that_cannot_be_read_is_said_in_plain_words(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    result = run("rehearse", ROOT / "policies/chscp.yaml", "scenario.yaml")
    assert result.exit_code == 2
    assert "scenario.yaml" in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_a_message_is_taken_in_from_a_file_and_kept_byte_for_byte(installed: Run) -> None:
    Path("one.eml").write_bytes(MAIL)
    assert installed("intake", "one.eml").exit_code == 0
    correspondence = service().correspondence
    [waiting] = correspondence.waiting("tray", "chscp")
    assert correspondence.message(waiting).raw == MAIL


def test_the_same_message_offered_again_is_one(installed: Run) -> None:
    assert installed("intake", "-", stdin=MAIL).exit_code == 0
    assert installed("intake", "-", stdin=MAIL).exit_code == 0
    assert len(service().correspondence.waiting("tray", "chscp")) == 1


def test_a_message_comes_by_a_real_pipe(installed: Run) -> None:
    done = subprocess.run([COMMAND, "intake", "-"], input=MAIL, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert len(service().correspondence.waiting("tray", "chscp")) == 1


def test_a_message_is_to_be_offered_again_when_the_database_is_locked(installed: Run) -> None:
    with closing(sqlite3.connect("cases.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        in_one_line(installed("intake", "-", stdin=MAIL), 75, "cases.db is in use", "try again")
        other.execute("ROLLBACK")
    assert installed("intake", "-", stdin=MAIL).exit_code == 0
    assert len(service().correspondence.waiting("tray", "chscp")) == 1


def test_a_message_is_to_be_offered_again_when_its_file_cannot_be_read(installed: Run) -> None:
    in_one_line(installed("intake", "nowhere.eml"), 75, "nowhere.eml cannot be read")


def test_a_message_for_a_partnership_that_does_not_run_here_is_not_taken_in(installed: Run) -> None:
    in_one_line(installed("intake", "-", "--partnership", "hscp", stdin=MAIL), 75, "--partnership", "chscp")
    assert service().correspondence.waiting("tray") == []


def test_messages_are_read_without_settings_or_database_one_json_object_a_line(tmp_path: Path) -> None:
    mails = ROOT / "tests" / "intake" / "mails"
    files = [mails / f"{name}.eml" for name in ("gmail", "bounce", "out_of_office_marked")]
    command = [COMMAND, "read", *map(str, files), "missing.eml"]
    ran = subprocess.run(command, capture_output=True, cwd=tmp_path, text=True, check=False)
    reply, bounce, absence, missing = map(json.loads, ran.stdout.splitlines())
    assert (ran.returncode, ran.stderr) == (1, "")
    assert reply["new_text"] == "*RESOLVED*\n\nThe plan now names a new social worker, who visits each week."
    assert (reply["rule"], reply["from"], reply["automatic"]) == ("unknown", "jo.smith@health.example", False)
    assert (bounce["rule"], bounce["bounce"]["failed"]) == ("bounce", ["jo.smith@health.example"])
    assert (absence["automatic"], absence["absence"]["deputies"]) == (True, [])
    assert missing == {"file": "missing.eml", "error": "It cannot be read: No such file or directory."}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["serve", "migrate", "verify"])
def test_a_missing_key_file_is_one_clear_line(run: Run, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.setenv("ANSWERABLE_MASTER_KEY_FILE", "lost.key")
    in_one_line(run(command), 2, "ANSWERABLE_MASTER_KEY_FILE", "lost.key", "cannot be read")


@pytest.mark.parametrize("command", ["serve", "migrate", "verify"])
def test_a_settings_typo_is_one_clear_line_with_what_was_meant(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("ANSWERABLE_BASEURL", "https://answerable.example")
    in_one_line(run(command), 2, "ANSWERABLE_BASEURL is not a setting", "ANSWERABLE_BASE_URL")


@pytest.mark.parametrize("command", ["serve", "migrate"])
def test_a_locked_database_is_one_clear_line(installed: Run, command: str) -> None:
    with closing(sqlite3.connect("cases.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        in_one_line(installed(command), 2, "cases.db is in use by another program", "Nothing was changed")


@pytest.mark.parametrize("command", [["serve"], ["verify"], ["directory", "import", "chscp", "x.csv"]])
def test_a_database_that_is_not_set_up_is_one_clear_line(run: Run, command: list[str]) -> None:
    in_one_line(run(*command), 2, "cases.db is not set up", "answerable migrate")


def test_a_database_in_a_folder_that_is_not_there_is_one_clear_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_DATABASE", "nowhere/cases.db")
    in_one_line(run("migrate"), 2, "nowhere/cases.db cannot be used")


def test_a_database_with_another_master_key_is_one_clear_line(installed: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    service().casework.receive("chscp", Submission(email="alice@homerton.example"), now())
    assert installed("new-key", "another.key").exit_code == 0
    monkeypatch.setenv("ANSWERABLE_MASTER_KEY_FILE", "another.key")
    in_one_line(installed("verify"), 2, "wrapped by master key", "which the key file does not hold")


def test_serve_says_the_same_as_a_real_process(run: Run) -> None:
    done = subprocess.run([COMMAND, "serve"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["The database cases.db is not set up for this version. Run: answerable migrate"]


def test_setting_up_twice_is_setting_up_once(installed: Run) -> None:
    assert installed("migrate").exit_code == 0
    assert installed("verify").exit_code == 0


def test_a_new_key_is_for_its_owner_alone_and_never_overwrites_another(run: Run) -> None:
    before = Path("master.key").read_bytes()
    assert stat.S_IMODE(Path("master.key").stat().st_mode) == 0o600
    in_one_line(run("new-key", "master.key"), 2, "master.key was not written")
    assert Path("master.key").read_bytes() == before


def test_a_closed_case_is_erased_and_an_open_one_is_not(installed: Run) -> None:
    casework = service().casework
    opened = casework.receive("chscp", Submission(email="alice@homerton.example", agency="health"), now())
    open_still = installed("erase", opened.reference, "--reason", "kept for 25 years")
    assert (open_still.exit_code, "The case is open" in open_still.output) == (2, True)
    assert "There is no case" in installed("erase", "CHSCP-2020-0001", "--reason", "kept for 25 years").output
    order = Order("Sal Okoro", "raised by mistake")
    act = Act(lambda case, moment: ending.end_by_hand(case, "should_not_be", order, "", False, moment))
    shown = fingerprint(Support(casework).preview(opened.case_id, act, now()))
    Support(casework).do(opened.case_id, act, shown, "m", now())
    waiting = installed("erase", opened.reference, "--reason", "kept for 25 years")
    assert "has not been sent yet" in waiting.output
    for _ in range(2):  # of each that is refused business support is written to
        for letter in Reading(casework).case(opened.case_id, now()).letters:
            if letter.state == "planned":
                Dispatch(casework).refused(letter, now(), "nobody is there")
    erased = installed("erase", opened.reference, "--reason", "kept for 25 years")
    assert (erased.exit_code, f"{opened.reference} is erased" in erased.output) == (0, True)
    assert "erased before" in installed("erase", opened.reference, "--reason", "again").output
    assert installed("verify").exit_code == 0


def test_verify_proves_a_sound_written_log(installed: Run) -> None:
    service().casework.receive("chscp", Submission(email="alice@homerton.example"), now())
    result = installed("verify")
    assert (result.exit_code, result.stdout) == (0, "The written log is sound.\n")
    assert json.loads(installed("verify", "--json").stdout) == []


def test_verify_names_the_entry_that_was_tampered_with(installed: Run) -> None:
    opened = service().casework.receive("chscp", Submission(email="alice@homerton.example"), now())
    with closing(sqlite3.connect("cases.db")) as other:
        other.execute("DROP TRIGGER entries_no_update")
        other.execute("UPDATE entries SET kind = 'resolved' WHERE sequence = 2")
        other.commit()
    result = installed("verify")
    assert result.exit_code == 1
    assert f"Case {opened.case_id}, entry 2:" in result.stdout
    assert "fault(s) in the written log" in result.stdout
    [first, *_] = json.loads(installed("verify", "--json").stdout)
    assert (first["case_id"], first["sequence"]) == (opened.case_id, 2)


def test_the_audit_says_that_nothing_is_missing_or_what_is(installed: Run) -> None:
    earlier = now() - timedelta(hours=5)
    assert installed("audit").stdout == "Nothing is missing.\n"
    service().casework.receive("chscp", Submission(email="alice@homerton.example"), earlier)
    result = installed("audit")
    assert result.exit_code == 1
    assert "The letter “Please confirm your e-mail address”" in result.stdout
    assert "should have happened and did not." in result.stdout
    assert json.loads(installed("audit", "--json").stdout)[0]["reference"].startswith("CHSCP-")


def test_letters_that_a_changed_clock_held_are_let_go_by_a_word(installed: Run) -> None:
    running = service()
    running.pulse.jumped(now() - timedelta(hours=2), now(), timedelta(hours=2))
    assert running.pulse.doubt("chscp")
    assert installed("let-go", "chscp").stdout == "0 letter(s) of chscp go now.\n"
    assert running.pulse.doubt("chscp") == ""
    assert installed("let-go", "nowhere").exit_code == 2


def test_a_good_directory_is_taken_in(installed: Run) -> None:
    result = installed("directory", "import", "chscp", "directory.csv")
    assert result.stdout.splitlines()[-1] == "2 agencies and 3 people are in the directory of chscp."
    directory = service().casework.directory("chscp")
    assert {person.name for person in directory.people} == {"Alice Osei", "Mira Shah", "Una Blake"}


def test_a_dry_run_says_what_a_file_would_change_and_changes_nothing(installed: Run) -> None:
    changed = DIRECTORY.replace("Mira Shah", "Mira Khan").replace("una@", "ursa@")
    Path("new.csv").write_text(changed, encoding="utf-8")
    result = installed("directory", "import", "chscp", "new.csv", "--dry-run")
    assert result.exit_code == 0
    assert "changed: Mira Khan" in result.stdout
    assert "Not in the file: ended: Una Blake, commissioner." in result.stdout
    assert result.stdout.splitlines()[-1] == "Nothing was changed: this was a dry run."
    names = {person.name for person in service().casework.directory("chscp").people}
    assert names == {"Alice Osei", "Mira Shah", "Una Blake"}
    installed("directory", "import", "chscp", "new.csv")
    assert "Mira Khan" in {person.name for person in service().casework.directory("chscp").people}


def test_a_directory_is_written_out_and_read_back(installed: Run) -> None:
    assert "Mira Shah" in installed("directory", "export", "chscp").stdout
    assert "out.csv holds the directory of chscp." in installed("directory", "export", "chscp", "out.csv").stdout
    again = installed("directory", "import", "chscp", "out.csv", "--dry-run")
    hidden = "Confidential cases are not shown here."
    assert again.stdout == f"{hidden}\nNothing was changed: this was a dry run.\n"
    in_one_line(installed("directory", "export", "chscp", "no/such/out.csv"), 2, "was not written")


def test_of_a_bad_directory_every_row_is_named_and_none_is_taken_in(installed: Run) -> None:
    bad = DIRECTORY.replace("line_manager", "boss").replace("una@chscp.example", "una")
    Path("bad.csv").write_text(bad, encoding="utf-8")
    result = installed("directory", "import", "chscp", "bad.csv")
    assert result.exit_code == 2
    assert "Line 3: column role: The policy has no role “boss”." in result.stderr
    assert "Line 5: column email: “una” is not an e-mail address." in result.stderr
    assert len(service().casework.directory("chscp").people) == 3


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"agency,role\n", "has no column"),
        (b"PK\x03\x04", "it is a spreadsheet, not a CSV file"),
        (b"", "has no column"),
    ],
)
def test_a_file_that_is_no_directory_is_refused_in_one_line(installed: Run, content: bytes, words: str) -> None:
    Path("bad.csv").write_bytes(content)
    in_one_line(installed("directory", "import", "chscp", "bad.csv"), 2, "bad.csv", words)


def test_a_directory_for_a_partnership_that_does_not_run_here_is_refused(installed: Run) -> None:
    in_one_line(installed("directory", "import", "hscp", "directory.csv"), 2, "hscp does not run here", "chscp")


def test_e71_somebody_at_the_server_lets_a_locked_out_manager_in_again(installed: Run) -> None:
    """The only manager is locked out: the command line puts one on the list, and the list says so for ever."""
    assert installed("staff", "list", "chscp").output == "support@council.example  can always sign in, as manager.\n"
    added = installed("staff", "add", "chscp", "Kim@council.example", "--name", "Kim Hale")
    assert added.output == "Kim@council.example may sign in to the desk of chscp, as manager.\n"
    listed = installed("staff", "list", "chscp").output
    assert "kim@council.example  Kim Hale  manager" in listed
    assert "by the command line" in listed
    assert installed("staff", "remove", "chscp", "kim@council.example").exit_code == 0
    changes = StaffList(service().casework).changes("chscp")
    assert [(each.role, each.by) for each in changes] == [("manager", "the command line"), (None, "the command line")]
    with closing(sqlite3.connect("cases.db")) as connection:
        for change in ("UPDATE staff SET name = 'x'", "DELETE FROM staff"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(change)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "chscp", "kim"), "not an e-mail address"),
        (("add", "chscp", "kim@council.example", "--role", "owner"), "owner is not a role"),
        (("add", "nobody", "kim@council.example"), "does not run here"),
        (("remove", "chscp", "kim@council.example"), "not on the staff list"),
        (("list", "nobody"), "does not run here"),
    ],
)
def test_a_staff_list_that_cannot_be_changed_so_says_why(installed: Run, words: tuple[str, ...], says: str) -> None:
    in_one_line(installed("staff", *words), 2, says)


def test_a_trial_does_not_start_over_real_cases(installed: Run) -> None:
    Path("answerable.toml").write_text(TOML + 'shadow = "kim@council.example"\n', encoding="utf-8")
    assert installed("verify").exit_code == 0
    Path("answerable.toml").write_text(TOML, encoding="utf-8")
    real = Submission(email="alice@homerton.example", agency="health", other_agency="police", concern="No visit.")
    service().casework.receive("chscp", real, now())
    Path("answerable.toml").write_text(TOML + 'shadow = "kim@council.example"\n', encoding="utf-8")
    in_one_line(installed("verify"), 2, "partnerships.chscp.shadow: 1 real case")
