"""`answerable staff`: who may sign in to a partnership's desk, from the server (E71)."""

from typing import Annotated

import typer

from answerable.commands.running import built, must_run_here, plainly

staff = typer.Typer(help="Who may sign in to a partnership's desk.", no_args_is_help=True)


@staff.command("list")
def show(partnership: str) -> None:
    """Print who is on the staff list, and who put them there."""
    from answerable.commands.staff_list import listed

    with plainly():
        service = built()
        must_run_here(service, partnership)
        for line in listed(service, partnership):
            print(line)


@staff.command("add")
def add(
    partnership: str,
    email: str,
    name: Annotated[str, typer.Option(help="As the record is to name them.")] = "",
    role: Annotated[str, typer.Option(help="reader, support or manager.")] = "manager",
) -> None:
    """Put somebody on the staff list, or give them another name or role. The list keeps every change."""
    from answerable.commands.staff_list import put

    with plainly():
        service = built()
        must_run_here(service, partnership)
        print(put(service, partnership, email, name or email, role))


@staff.command("remove")
def remove(partnership: str, email: str) -> None:
    """Take somebody off the staff list: they are signed out at once."""
    from answerable.commands.staff_list import take_off

    with plainly():
        service = built()
        must_run_here(service, partnership)
        print(take_off(service, partnership, email))
