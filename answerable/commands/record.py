"""The written log from the command line: proved, audited, and of a closed case erased."""

from typing import Annotated

import typer

from answerable.commands.running import Json, built, plainly, stop


def verify(json: Json = False) -> None:
    """Prove the written log: every case's chain, and what the daily checkpoints witness."""
    import json as plain_json
    from dataclasses import asdict

    with plainly():
        service = built()
        faults = [fault for key in service.casework.partnerships for fault in service.ledger.faults(key)]
    if json:
        print(plain_json.dumps([asdict(fault) for fault in faults], indent=2))
    else:
        for fault in faults:
            print(f"Case {fault.case_id or '-'}, entry {fault.sequence}: {fault.what}")
        print("The written log is sound." if not faults else f"{len(faults)} fault(s) in the written log.")
    if faults:
        raise typer.Exit(1)


def audit(json: Json = False) -> None:
    """Say what should have happened by now and did not, by the written log and the letters alone. Repairs nothing."""
    import json as plain_json
    from dataclasses import asdict

    with plainly():
        service = built()
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

    with plainly():
        service = built()
        try:
            erased = Erasing(service.casework).erase(reference, Order(by, reason), service.now())
        except Refused as error:
            stop(f"{reference} was not erased. {error}")
        except NoSuchCase:
            stop(f"There is no case {reference}.")
        except KeyDestroyed:
            stop(f"{reference} was erased before.")
    print(f"{erased} is erased. Copies of the database made before still hold it: destroy them, or their key, as well.")
