"""The command line. Each command imports what it needs when it runs, so that `--help` is instant."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from answerable.commands import record
from answerable.commands.directory import directory
from answerable.commands.running import Json, built, given_settings, must_run_here, plainly, stop
from answerable.commands.staff import staff

app = typer.Typer(
    help="Answerable: every escalation about a child's safety is answered, and the person who raised it is told.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
TRY_AGAIN = 75  # EX_TEMPFAIL: the mail server keeps the message and offers it again
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

    with plainly():
        run_demo(port, browser)


@app.command()
def serve() -> None:
    """Run the service: pages, clocks and letters in one process."""
    from answerable.app import serve as run

    with plainly():
        run(built())


@app.command()
def intake(
    message: Annotated[str, typer.Argument(help="A file with one message as it came, or - for standard input.")],
    partnership: Annotated[str, typer.Option(help="Whose mail it is, where the message does not say.")] = "",
) -> None:
    """Take one message in, as a mail server's pipe does. Exit status 0: stored; 75: try again."""
    try:
        raw = sys.stdin.buffer.read() if message == "-" else Path(message).read_bytes()
    except OSError as error:
        stop(f"{message} cannot be read: {error.strerror}.", TRY_AGAIN)
    with plainly(TRY_AGAIN):
        service = built()
        try:
            service.mailbox.take_in(raw, partnership or None, service.now())
        finally:
            service.reader.close()


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(help="Files with one message each, as it came.", metavar="FILE…")],
) -> None:
    """Say what messages say, as one JSON object a line. Nothing is stored; no settings or database are needed."""
    from answerable.commands.reading import read_files
    from answerable.now import now

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
    with plainly(1):
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
        stop("Say as what to print it: --text.")
    with plainly():
        print(blank_form(read_policy(policy)), end="")


@app.command("api-key")
def api_key(
    partnership: str,
    revoke: Annotated[bool, typer.Option("--revoke", help="Make no key: every key made before stops working.")] = False,
) -> None:
    """Make a key with which another system's form may send escalations. It is shown once; only its hash is kept."""
    from cases.interfaces import Interfaces

    with plainly():
        service = built()
        must_run_here(service, partnership)
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

    with plainly():
        course = play(read_policy(policy), read_scenario(scenario))
    print(course.json() if json else course.text())


@app.command()
def migrate() -> None:
    """Set the database up, or bring it up to this version."""
    from cases.store.database import Database
    from cases.store.setup import migrate as run

    with plainly():
        settings = given_settings()
        run(Database(settings.database))
    print(f"{settings.database} is set up.")


@app.command("let-go")
def let_go(partnership: str) -> None:
    """Let every letter go that is held back, and the clocks go on: after a look at why, and at the time of day."""
    with plainly():
        service = built()
        must_run_here(service, partnership)
        count = service.dispatch.let_go(partnership, service.now())
    print(f"{count} letter(s) of {partnership} go now.")


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
        stop(f"{file} was not written: {error.strerror}.")
    print(
        f"{file} holds a new master key. Set ANSWERABLE_MASTER_KEY_FILE={file}, "
        "and back the file up apart from the database."
    )


def _try_sending(address: str) -> None:
    from answerable.commands.trying import try_sending
    from mailer.trial import TrialFailed

    with plainly():
        try:
            for line in try_sending(given_settings(), address):
                print(line)
        except TrialFailed as error:
            stop(str(error), 1)


app.add_typer(directory, name="directory")
app.add_typer(staff, name="staff")
for command in (record.verify, record.audit, record.erase):
    app.command()(command)


def main() -> None:
    app()


def _private(path: str, flags: int) -> int:
    import os

    return os.open(path, flags, 0o600)
