"""The command line. Each command imports what it needs when it runs, so that `--help` is instant."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from answerable.settings import Settings
    from answerable.wiring import Service

app = typer.Typer(
    help="Answerable: every escalation about a child's safety is answered, and the person who raised it is told.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
directory_app = typer.Typer(help="Who holds which role in which agency.", no_args_is_help=True)
app.add_typer(directory_app, name="directory")
staff_app = typer.Typer(help="Who may sign in to a partnership's desk.", no_args_is_help=True)
app.add_typer(staff_app, name="staff")

TRY_AGAIN = 75  # EX_TEMPFAIL: the mail server keeps the message and offers it again
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
Policies = Annotated[list[Path] | None, typer.Argument(help="Policy files; all of them when none is named.")]

SendTo = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS", help="Send this address one real letter from each partnership's inbox; print what happens."
    ),
]


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="The port to listen on; 0 picks a free one.")] = 8000,
    browser: Annotated[bool, typer.Option(help="Open the first page in the browser.")] = True,
) -> None:
    """Show the whole service with made-up people, a post room and a clock you can move."""
    from answerable.demo.run import run_demo

    with _plainly():
        run_demo(port, browser)


@app.command()
def serve() -> None:
    """Run the service: pages, clocks and letters in one process."""
    from answerable.app import serve as run

    with _plainly():
        run(_service())


@app.command()
def intake(
    message: Annotated[str, typer.Argument(help="A file with one message as it came, or - for standard input.")],
    partnership: Annotated[str, typer.Option(help="Whose mail it is, where the message does not say.")] = "",
) -> None:
    """Take one message in, as a mail server's pipe does. Exit status 0: stored; 75: try again."""
    try:
        raw = sys.stdin.buffer.read() if message == "-" else Path(message).read_bytes()
    except OSError as error:
        _stop(f"{message} cannot be read: {error.strerror}.", TRY_AGAIN)
    with _plainly(TRY_AGAIN):
        service = _service()
        try:
            service.mailbox.take_in(raw, partnership or None, service.now())
        finally:
            service.reader.close()


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Files with one message each, as it came.", metavar="FILE…")],
) -> None:
    """Say what messages say, as one JSON object a line. Nothing is stored; no settings or database are needed."""
    from answerable.now import now
    from answerable.reading import read_files

    if not read_files(files, now()):
        raise typer.Exit(1)


@app.command()
def check(policies: Policies = None, json: Json = False, send_to: SendTo = "") -> None:
    """Prove the policy files sound, and list what each partnership has to sign off; or send a test letter."""
    if send_to:
        _try_sending(send_to)
        return
    import json as plain_json

    from answerable.now import now
    from answerable.settings import ROOT
    from cases.policy_files.check import check as faults_of
    from cases.policy_files.reading import load_policy
    from cases.policy_files.signoff import report, report_data

    today = now().date()
    with _plainly(1):
        loaded = [load_policy(path) for path in policies or sorted((ROOT / "policies").glob("*.yaml"))]
    if json:
        print(plain_json.dumps([report_data(each, today) for each in loaded], indent=2))
    else:
        print("\n\n".join(report(each, today) for each in loaded))
    if any(faults_of(each.policy, each.file, each.lines) for each in loaded):
        raise typer.Exit(1)


@app.command()
def forms(
    policy: Path,
    text: Annotated[bool, typer.Option("--text", help="As plain text, for copying into an e-mail.")] = False,
) -> None:
    """Print the blank form of a policy file: people copy it into an e-mail and fill it in."""
    from cases.policy_files.reading import read_policy
    from intake.forms.blank import blank_form

    if not text:
        _stop("Say as what to print it: --text.")
    with _plainly():
        print(blank_form(read_policy(policy)), end="")


@app.command("api-key")
def api_key(
    partnership: str,
    revoke: Annotated[bool, typer.Option("--revoke", help="Make no key: every key made before stops working.")] = False,
) -> None:
    """Make a key with which another system's form may send escalations. It is shown once; only its hash is kept."""
    from cases.interfaces import Interfaces

    with _plainly():
        service = _service()
        _must_run_here(service, partnership)
        interfaces = Interfaces(service.casework)
        if revoke:
            print(f"{interfaces.revoke_keys(partnership, service.now())} key(s) of {partnership} work no more.")
        else:
            print(interfaces.new_key(partnership, service.now()))


@app.command()
def rehearse(policy: Path, scenario: Path, json: Json = False) -> None:
    """Play a scenario against a policy: every letter, clock and entry with its clause and date. Nothing is sent."""
    from cases.policy_files.reading import read_policy
    from cases.rehearsals.rehearsal import rehearse as play
    from cases.rehearsals.scenario import read_scenario

    with _plainly():
        course = play(read_policy(policy), read_scenario(scenario))
    print(course.json() if json else course.text())


@app.command()
def migrate() -> None:
    """Set the database up, or bring it up to this version."""
    from cases.store.database import Database
    from cases.store.setup import migrate as run

    with _plainly():
        settings = _settings()
        run(Database(settings.database))
    print(f"{settings.database} is set up.")


@app.command()
def verify(json: Json = False) -> None:
    """Prove the written log: every case's chain, and what the daily checkpoints witness."""
    import json as plain_json
    from dataclasses import asdict

    with _plainly():
        service = _service()
        faults = [fault for key in service.casework.partnerships for fault in service.ledger.faults(key)]
    if json:
        print(plain_json.dumps([asdict(fault) for fault in faults], indent=2))
    else:
        for fault in faults:
            print(f"Case {fault.case_id or '-'}, entry {fault.sequence}: {fault.what}")
        print("The written log is sound." if not faults else f"{len(faults)} fault(s) in the written log.")
    if faults:
        raise typer.Exit(1)


@app.command()
def audit(json: Json = False) -> None:
    """Say what should have happened by now and did not, by the written log and the letters alone. Repairs nothing."""
    import json as plain_json
    from dataclasses import asdict

    with _plainly():
        service = _service()
        keys = service.casework.partnerships
        found = [each for key in keys for each in service.auditor.findings(key, service.now())]
    if json:
        print(plain_json.dumps([asdict(each) for each in found], indent=2))
    else:
        for each in found:
            print(f"{each.reference or '-'}: {each.what}")
        print("Nothing is missing." if not found else f"{len(found)} thing(s) should have happened and did not.")
    if found:
        raise typer.Exit(1)


@app.command("let-go")
def let_go(partnership: str) -> None:
    """Let every letter go that is held back, and the clocks go on: after a look at why, and at the time of day."""
    with _plainly():
        service = _service()
        _must_run_here(service, partnership)
        count = service.dispatch.let_go(partnership, service.now())
    print(f"{count} letter(s) of {partnership} go now.")


@app.command()
def erase(
    reference: Annotated[str, typer.Argument(help="The reference of a closed case, such as CHSCP-2026-0042.")],
    reason: Annotated[str, typer.Option(help="Why, in words that name nobody: it is kept in plain.")],
    by: Annotated[str, typer.Option(help="Who decided it, for the record.")] = "the operator",
) -> None:
    """Erase a closed case for good: its key is destroyed. Its record stays, without content, and still verifies."""
    from cases.erasing import Erasing
    from cases.store.case_rows import NoSuchCase
    from cases.vault import KeyDestroyed
    from cases.verbs.orders import Order, Refused

    with _plainly():
        service = _service()
        try:
            erased = Erasing(service.casework).erase(reference, Order(by, reason), service.now())
        except Refused as error:
            _stop(f"{reference} was not erased. {error}")
        except NoSuchCase:
            _stop(f"There is no case {reference}.")
        except KeyDestroyed:
            _stop(f"{reference} was erased before.")
    print(f"{erased} is erased. Copies of the database made before still hold it: destroy them, or their key, as well.")


@app.command("new-key")
def new_key(
    file: Annotated[Path, typer.Argument(help="Where to put the key. Back it up apart from the database.")],
) -> None:
    """Make a master key. Whoever loses it loses every case; whoever has it can read them."""
    from cases.vault import MasterKeys

    try:
        with open(file, "x", encoding="utf-8", opener=_private) as out:
            out.write(MasterKeys.new_text())
    except OSError as error:
        _stop(f"{file} was not written: {error.strerror}.")
    print(
        f"{file} holds a new master key. Set ANSWERABLE_MASTER_KEY_FILE={file}, "
        "and back the file up apart from the database."
    )


@directory_app.command("import")
def directory_import(
    partnership: str,
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would change.")] = False,
) -> None:
    """Put a CSV file in place of a directory: columns agency, agency_name, domains, role, name, email, phone.

    It may also have: delegate (an address of the file), away_from, away_until.
    """
    from answerable.directory_command import take_in

    with _plainly():
        service = _service()
        _must_run_here(service, partnership)
        for line in take_in(service, partnership, file, dry_run):
            print(line)


@directory_app.command("export")
def directory_export(
    partnership: str,
    file: Annotated[Path | None, typer.Argument(help="Where to write it; without it, to the screen.")] = None,
) -> None:
    """Write a directory as a CSV file that `directory import` reads back."""
    from answerable.directory_command import written_out

    with _plainly():
        service = _service()
        _must_run_here(service, partnership)
        text = written_out(service, partnership)
    if file is None:
        print(text, end="")
        return
    try:
        file.write_text(text, encoding="utf-8-sig", newline="")  # the mark by which Excel knows UTF-8
    except OSError as error:
        _stop(f"{file} was not written: {error.strerror}.")
    print(f"{file} holds the directory of {partnership}.")


@staff_app.command("list")
def staff_list(partnership: str) -> None:
    """Print who is on the staff list, and who put them there."""
    from answerable.staff_command import listed

    with _plainly():
        service = _service()
        _must_run_here(service, partnership)
        for line in listed(service, partnership):
            print(line)


@staff_app.command("add")
def staff_add(
    partnership: str,
    email: str,
    name: Annotated[str, typer.Option(help="As the record is to name them.")] = "",
    role: Annotated[str, typer.Option(help="reader, support or manager.")] = "manager",
) -> None:
    """Put somebody on the staff list, or give them another name or role. The list keeps every change."""
    from answerable.staff_command import put

    with _plainly():
        service = _service()
        _must_run_here(service, partnership)
        print(put(service, partnership, email, name or email, role))


@staff_app.command("remove")
def staff_remove(partnership: str, email: str) -> None:
    """Take somebody off the staff list: they are signed out at once."""
    from answerable.staff_command import take_off

    with _plainly():
        service = _service()
        _must_run_here(service, partnership)
        print(take_off(service, partnership, email))


def _try_sending(address: str) -> None:
    from answerable.trying import try_sending
    from mailer.trial import TrialFailed

    with _plainly():
        try:
            for line in try_sending(_settings(), address):
                print(line)
        except TrialFailed as error:
            _stop(str(error), 1)


def main() -> None:
    app()


def _private(path: str, flags: int) -> int:
    import os

    return os.open(path, flags, 0o600)


def _must_run_here(service: "Service", partnership: str) -> None:
    if partnership not in service.casework.partnerships:
        _stop(f"{partnership} does not run here. Known are: {', '.join(service.casework.partnerships)}.")


def _settings() -> "Settings":
    import os

    from answerable.settings import read

    return read(os.environ)


def _service() -> "Service":
    from answerable.now import now
    from answerable.wiring import build

    return build(_settings(), now)


@contextmanager
def _plainly(status: int = 2) -> Iterator[None]:
    """What a person can mend is said in plain words, without a traceback."""
    from answerable.settings import SettingsError
    from cases.directory_file import DirectoryError
    from cases.policy_files.fault import PolicyError
    from cases.rehearsals.scenario import ScenarioError
    from cases.staff_list import NotOnList
    from cases.store.database import DatabaseUnavailable
    from cases.vault import VaultError
    from intake.mailbox import NobodysMail
    from intake.mailboxes.listener import CannotListen

    try:
        yield
    except (
        SettingsError,
        DirectoryError,
        PolicyError,
        ScenarioError,
        NotOnList,
        DatabaseUnavailable,
        VaultError,
        NobodysMail,
        CannotListen,
    ) as error:
        _stop(str(error), status)


def _stop(words: str, status: int = 2) -> NoReturn:
    print(words, file=sys.stderr)
    raise typer.Exit(status)
