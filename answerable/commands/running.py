"""How a command runs: on the settings, its trouble said in plain words. Heavy imports wait until they are needed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from answerable.settings import Settings
    from answerable.wiring import Service

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]


def must_run_here(service: "Service", partnership: str) -> None:
    if partnership not in service.casework.partnerships:
        stop(f"{partnership} does not run here. Known are: {', '.join(service.casework.partnerships)}.")


def given_settings() -> "Settings":
    import os

    from answerable.settings import read

    return read(os.environ)


def built() -> "Service":
    from answerable.now import now
    from answerable.wiring import build

    return build(given_settings(), now)


@contextmanager
def plainly(status: int = 2) -> Iterator[None]:
    """What a person can mend is said in plain words, without a traceback."""
    from answerable.settings import SettingsError
    from cases.directory.file import DirectoryError
    from cases.policy_files.fault import PolicyError
    from cases.rehearsals.scenario import ScenarioError
    from cases.staff.staff_list import NotOnList
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
        stop(str(error), status)


def stop(words: str, status: int = 2) -> NoReturn:
    print(words, file=sys.stderr)
    raise typer.Exit(status)
