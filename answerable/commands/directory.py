"""`answerable directory`: a file in place of a directory, and a directory as a file."""

from pathlib import Path
from typing import Annotated

import typer

from answerable.commands.running import built, must_run_here, plainly, stop

directory = typer.Typer(help="Who holds which role in which agency.", no_args_is_help=True)


@directory.command("import")
def take_in(
    partnership: str,
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would change.")] = False,
) -> None:
    """Put a CSV file in place of a directory: columns agency, agency_name, domains, role, name, email, phone.

    It may also have: delegate (an address of the file), away_from, away_until.
    """
    from answerable.commands.directory_file import taken_in

    with plainly():
        service = built()
        must_run_here(service, partnership)
        for line in taken_in(service, partnership, file, dry_run):
            print(line)


@directory.command("export")
def write_out(
    partnership: str,
    file: Annotated[Path | None, typer.Argument(help="Where to write it; without it, to the screen.")] = None,
) -> None:
    """Write a directory as a CSV file that `directory import` reads back."""
    from answerable.commands.directory_file import written_out

    with plainly():
        service = built()
        must_run_here(service, partnership)
        text = written_out(service, partnership)
    if file is None:
        print(text, end="")
        return
    try:
        file.write_text(text, encoding="utf-8-sig", newline="")  # the mark by which Excel knows UTF-8
    except OSError as error:
        stop(f"{file} was not written: {error.strerror}.")
    print(f"{file} holds the directory of {partnership}.")
